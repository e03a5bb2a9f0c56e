"""Terminals that ask whether there is anything new: how often a second a worker of the backend says no."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from benchmarks import bare
from benchmarks.bench import Bench
from benchmarks.crowd import Crowd
from benchmarks.measure import Figure, interleaved, median
from sellmode_contract import wire
from sellmode_tui.sync.executor import Terminal

CUSTOMERS = 1000


def run(bench: Bench) -> Iterator[Figure]:
    """The same request on the same number of open connections, to the backend and to an endpoint that does nothing."""
    shop = bench.shop(bench.small(CUSTOMERS))
    with contextlib.ExitStack() as stack:
        request = _request(stack.enter_context(shop.terminal()))
        backend = Crowd(shop.url, [request])
        body = backend.ask()
        if b'"t":"p"' in (lines := zlib.decompress(body, wbits=31)) or b'"t":"e"' not in lines:
            raise RuntimeError("there was something new")
        endpoint = stack.enter_context(bare.endpoint(len(body)))
        nothing = Crowd(endpoint, [request])
        polls, bares = interleaved(
            bench.rounds(7), lambda _: backend.rate(bench.slice_seconds), lambda _: nothing.rate(bench.slice_seconds)
        )
    yield Figure(
        figure="polls", value=median(polls), unit="polls/s", baseline=median(bares), n=len(polls), rows=shop.rows
    )


def _request(terminal: Terminal) -> bytes:
    """A poll as the terminal sends it."""
    state = terminal.cache.state()
    body = msgspec.json.encode(
        wire.SyncRequest(
            device=terminal.session.device, epoch=state.epoch, cursor=state.cursor, cid=terminal.outbox.client()
        )
    )
    headers = {
        "Host": urlsplit(terminal.transport.server).netloc,
        "User-Agent": "sellmode",
        "Connection": "keep-alive",
        "Accept": f"{wire.NDJSON}, {wire.PROBLEM_JSON}",
        "Accept-Encoding": "gzip",
        "Content-Type": "application/json",
        wire.PROTOCOL_HEADER: str(wire.PROTOCOL),
        wire.NONCE_HEADER: "a-poll-of-the-benchmark",
        "Authorization": f"Bearer {terminal.session.token}",
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {wire.SYNC_PATH} HTTP/1.1\r\n{head}\r\n".encode() + body

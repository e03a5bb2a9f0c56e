"""Terminals that ask whether there is anything new: how often a second a worker of the backend says no."""

from __future__ import annotations

import contextlib
import socket
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit

import msgspec

from benchmarks import bare
from benchmarks.bench import Bench
from benchmarks.measure import Figure, interleaved, median
from sellmode_contract import wire
from sellmode_tui.sync.executor import Terminal

CUSTOMERS = 1000
CONNECTIONS = 8


def run(bench: Bench) -> Iterator[Figure]:
    """The same request on the same number of open connections, to the backend and to an endpoint that does nothing."""
    shop = bench.shop(bench.small(CUSTOMERS))
    with contextlib.ExitStack() as stack:
        request = _request(stack.enter_context(shop.terminal()))
        backend = _Crowd(shop.url, request)
        body = backend.ask()
        if b'"t":"p"' in (lines := zlib.decompress(body, wbits=31)) or b'"t":"e"' not in lines:
            raise RuntimeError("there was something new")
        endpoint = stack.enter_context(bare.endpoint(len(body)))
        nothing = _Crowd(endpoint, request)
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


class _Crowd:
    """Connections that ask one and the same thing, with the least work on this side."""

    def __init__(self, url: str, request: bytes) -> None:
        address = urlsplit(url)
        self._address = (address.hostname or "", address.port or 0)
        self._request = request

    def ask(self) -> bytes:
        """The answer's body."""
        with self._connected() as connection:
            return self._asked(connection)

    def rate(self, slice_seconds: float) -> float:
        """Answers a second, on connections that are open already."""
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(self._connected()) for _ in range(CONNECTIONS)]
            pool = stack.enter_context(ThreadPoolExecutor(CONNECTIONS))
            start = time.perf_counter()
            asked = sum(pool.map(partial(self._ask_until, start + slice_seconds), connections))
            return asked / (time.perf_counter() - start)

    def _connected(self) -> socket.socket:
        return socket.create_connection(self._address, timeout=20)

    def _ask_until(self, end: float, connection: socket.socket) -> int:
        asked = 0
        while time.perf_counter() < end:
            self._asked(connection)
            asked += 1
        return asked

    def _asked(self, connection: socket.socket) -> bytes:
        connection.sendall(self._request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more(connection)
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"a poll was refused: {head.decode()}")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < length:
            body += self._more(connection)
        return body

    @staticmethod
    def _more(connection: socket.socket) -> bytes:
        data = connection.recv(65536)
        if not data:
            raise RuntimeError("the connection was closed")
        return data

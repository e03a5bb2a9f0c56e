"""First sync: rows a second over HTTP from a backend process, against the least that any terminal would have to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from benchmarks.bench import Bench
from benchmarks.measure import Figure, interleaved, median, seconds
from benchmarks.shop import Shop
from sellmode_contract import wire
from sellmode_contract.wire import Checkpoint, End, Line, Put
from sellmode_tui import sealed
from sellmode_tui.transport.client import Transport

ONCE_FROM = 300_000
"""With so many customers each side is measured once."""


def run(bench: Bench) -> Iterator[Figure]:
    """Both sides take the same records, in the same pages and transactions, into an encrypted file."""
    shop = bench.shop()
    lines = shop.folder / "lines.ndjson"
    _record(shop, lines)
    stored: list[float] = []

    def whole(number: int) -> float:
        took = shop.first_sync(shop.folder / f"terminal-{number}")
        stored.append(shop.rows / took.stored)
        return shop.rows / took.whole

    def bare(number: int) -> float:
        path = shop.folder / f"bare-{number}.db"
        took = seconds(lambda: _bare(lines, path))
        sealed.remove(path)
        return shop.rows / took

    rounds = 1 if shop.rows >= ONCE_FROM else bench.rounds(3)
    wholes, bares = interleaved(rounds, whole, bare, warm_up=False)
    lines.unlink()
    bound = median(bares)
    yield Figure(
        figure="first_sync", value=median(wholes), unit="rows/s", baseline=bound, n=len(wholes), rows=shop.rows
    )
    yield Figure(
        figure="first_sync_stored", value=median(stored), unit="rows/s", baseline=bound, n=len(stored), rows=shop.rows
    )


def _record(shop: Shop, path: Path) -> None:
    """Write down the lines that a first sync brings."""
    cursor, more = None, True
    decoder = msgspec.json.Decoder(Line)
    with (
        contextlib.closing(shop.sign_in(shop.folder / "recorder")) as opened,
        Transport(shop.url) as transport,
        path.open("wb") as file,
    ):
        while more:
            request = wire.SyncRequest(device=opened.device, cursor=cursor)
            with transport.stream(wire.SYNC_PATH, request, token=opened.token or "") as lines:
                for line in lines:
                    file.write(line)
                    file.write(b"\n")
                    if line.startswith((b'{"t":"c"', b'{"t":"e"')):
                        message = decoder.decode(line)
                        if isinstance(message, Checkpoint):
                            cursor = message.cur
                        elif isinstance(message, End):
                            more = message.more


def _bare(lines: Path, path: Path) -> None:
    """Decode the lines and upsert their documents, a transaction a page."""
    decoder = msgspec.json.Decoder(Line)
    with contextlib.closing(sealed.connect(path, bytes(32), create=True, synchronous="NORMAL")) as connection:
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("CREATE TABLE record (pk INTEGER PRIMARY KEY, id TEXT UNIQUE, rev INTEGER, doc TEXT)")
        upsert = (
            "INSERT INTO record (id, rev, doc) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, doc = excluded.doc"
        )
        page: list[tuple[str, int, str]] = []
        with lines.open("rb") as file:
            for line in file:
                message = decoder.decode(line)
                if isinstance(message, Put):
                    page.append((message.id, message.v, bytes(message.d).decode()))
                elif isinstance(message, Checkpoint):
                    connection.execute("BEGIN")
                    connection.executemany(upsert, page)
                    connection.execute("COMMIT")
                    page.clear()

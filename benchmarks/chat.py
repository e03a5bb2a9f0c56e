"""Open chats on one worker: from a customer's Enter to the terminals' stream and back, beside idle visitors.

Customers and visitors are connections of this process; another process of the backend is asked, over SQLite.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.bench import Bench
from benchmarks.measure import Figure, median, p99
from benchmarks.shop import Shop
from sellmode_backend.shopper.requests import asking, connector, sessions
from sellmode_backend.shopper.requests.asking import Asked, Origin
from sellmode_backend.store import records, settings
from sellmode_contract import wire
from sellmode_contract.kinds.chat_line import ChatLine
from sellmode_contract.kinds.request import Request
from sellmode_contract.mutations.requests import with_line
from sellmode_contract.service_rules import ServiceRules
from sellmode_tui.records.store import utc_now
from tests.support.backend import serve

CUSTOMERS = 1000
CHATS, VISITORS, ROUNDS = 1_000, 10_000, 100
ASK_EVERY = 60
"""Seconds between two questions of an idle visitor's page."""
SHOP = "https://shop.example"
_HEADERS = f"Host: bench\r\nOrigin: {SHOP}\r\nSec-Fetch-Site: cross-site\r\n"
_DEADLINE = 30.0


def run(bench: Bench) -> Iterator[Figure]:
    """So many chats are open, and so many visitors ask once a minute; then lines are written, one after the other."""
    shop = bench.shop(bench.small(CUSTOMERS) + 1)  # of its own: no other measurement is to have requests
    chats, visitors = (10, 100) if bench.quick else (CHATS, VISITORS)
    with shop.terminal() as terminal:
        token = terminal.session.token
    if token is None:
        raise RuntimeError("the terminal is not signed in")
    talks = _ask(shop, chats)
    folder = shop.folder / "chats"
    folder.mkdir()
    with serve(f"sqlite:///{shop.folder / 'backend.db'}", folder) as backend:
        measuring = _Measuring(shop, backend.url, token, talks, visitors, bench.rounds(ROUNDS))
        asyncio.run(measuring.measure(backend.process.pid))
    yield from measuring.figures()


def _ask(shop: Shop, chats: int) -> dict[str, str]:
    """Requests of so many customers, by the tokens of their talks."""
    talks = {}
    with shop.database.transaction() as connection:
        settings.change(connection, service=ServiceRules(ways=("chat",)))
        connector.write(connection, connector.Connector(origins=(SHOP,)))
        (store,) = settings.stores(connection)
        for number in range(chats):
            token = sessions.token_for(b"bench", str(number))
            asked, origin = Asked("chat", f"Hello {number}"), Origin(store.id)
            talks[token] = asking.ask(
                connection, guard=f"bench-{number}", token=token, origin=origin, asked=asked, now=utc_now()
            )
    return talks


class _Measuring:
    def __init__(self, shop: Shop, url: str, token: str, talks: dict[str, str], visitors: int, rounds: int) -> None:
        self._shop, self._address, self._token, self._talks = shop, urlsplit(url), token, talks
        self._visitors, self._rounds = visitors, rounds
        self._heard: dict[str, asyncio.Event] = {talk: asyncio.Event() for talk in talks}
        self._poked = asyncio.Event()
        self._up: list[float] = []
        self._down: list[float] = []
        self._bare: list[float] = []
        self._answered = 0
        self._kilobytes = 0.0
        self._seconds = 0.0
        with shop.database.snapshot() as connection:
            (self._store,) = settings.stores(connection)

    async def measure(self, pid: int) -> None:
        """Open all streams, then take samples while visitors ask."""
        chance = random.Random(7)
        async with contextlib.AsyncExitStack() as held:
            async with self._connected() as first:
                await self._call(first, "GET", f"/connect?store={self._store.id}")
            before = _resident(pid)
            for talk in self._talks:
                stream = await held.enter_async_context(self._connected())
                await self._listen(held, stream, f"/t/{talk}/events", "", b"event: line", self._heard[talk])
            for heard in self._heard.values():
                await asyncio.wait_for(heard.wait(), _DEADLINE)
            self._kilobytes = (_resident(pid) - before) / len(self._talks)
            extra = f"Authorization: Bearer {self._token}\r\n{wire.PROTOCOL_HEADER}: {wire.PROTOCOL}\r\n"
            terminal = await held.enter_async_context(self._connected())
            await self._listen(held, terminal, wire.EVENTS_PATH, extra, b"event: poke", self._poked)
            caller = await held.enter_async_context(self._connected())
            asking_now = asyncio.create_task(self._visit(held))
            began = time.perf_counter()
            for _ in range(self._rounds):
                talk = chance.choice([*self._talks])
                self._bare.append(await self._timed(lambda: self._call(caller, "GET", "/nothing"), None))
                line = urlencode({"text": "Enter", "key": str(chance.random())})
                path = f"/t/{talk}/lines"
                self._up.append(
                    await self._timed(lambda p=path, b=line: self._call(caller, "POST", p, b), self._poked)  # type: ignore[misc]
                )
                answer = self._answer(talk)
                self._down.append(await self._timed(lambda a=answer: asyncio.to_thread(a), self._heard[talk]))  # type: ignore[misc]
            self._seconds = time.perf_counter() - began
            asking_now.cancel()

    def figures(self) -> Iterator[Figure]:
        """What was measured."""
        rows, n = self._shop.rows, len(self._up)
        bare = {"p50": median(self._bare) * 1000, "p99": p99(self._bare) * 1000}
        for name, samples in (("chat_up", self._up), ("chat_down", self._down)):
            for suffix, of in (("p50", median), ("p99", p99)):
                value = of(samples) * 1000
                goal = "under 1000 ms" if suffix == "p99" else ""
                yield Figure(
                    figure=f"{name}_{suffix}", value=value, unit="ms", baseline=bare[suffix], n=n, rows=rows, goal=goal,
                    missed=bool(goal) and value >= 1000,
                )  # fmt: skip
        yield Figure(
            figure="chat_memory", value=self._kilobytes, unit="kB", baseline=None, n=len(self._talks), rows=rows
        )
        yield Figure(
            figure="chat_visitors", value=self._answered / self._seconds, unit="answers/s",
            baseline=self._visitors / ASK_EVERY, n=self._answered, rows=rows,
        )  # fmt: skip

    async def _timed(self, work: Callable[[], Awaitable[object]], heard: asyncio.Event | None) -> float:
        """Seconds from the beginning of some work until something is heard, or until it is done."""
        if heard:
            heard.clear()
        start = time.perf_counter()
        await work()
        if heard:
            await asyncio.wait_for(heard.wait(), _DEADLINE)
        return time.perf_counter() - start

    def _answer(self, talk: str) -> Callable[[], None]:
        """An associate's line to a customer, as a terminal's call writes it."""

        def write() -> None:
            with self._shop.database.transaction() as connection:
                request = records.read(connection, "request", self._talks[talk], lock=True)
                assert isinstance(request, Request)  # noqa: S101 # for the type checker
                n = request.lines + 1
                line = ChatLine(
                    id=asking.line_id(request.id, f"bench-{n}"), store=request.store, request=request.id, n=n,
                    at=utc_now(), by="bench", text="Yes",
                )  # fmt: skip
                records.write(connection, [with_line(request, line), line])

        return write

    async def _visit(self, held: contextlib.AsyncExitStack) -> None:
        """Idle visitors' pages ask, as often as so many do."""
        path, pause = f"/connect?store={self._store.id}", ASK_EVERY / self._visitors
        connections = [await held.enter_async_context(self._connected()) for _ in range(8)]

        async def ask(connection: _Connection) -> None:
            while True:
                start = time.perf_counter()
                await self._call(connection, "GET", path)
                self._answered += 1
                await asyncio.sleep(max(0, len(connections) * pause - (time.perf_counter() - start)))

        await asyncio.gather(*map(ask, connections))

    async def _listen(
        self,
        held: contextlib.AsyncExitStack,
        connection: _Connection,
        path: str,
        more: str,
        event: bytes,
        heard: asyncio.Event,
    ) -> None:
        reader, writer = connection
        writer.write(f"GET {path} HTTP/1.1\r\n{_HEADERS if path.startswith('/t/') else 'Host: bench'}".encode())
        writer.write((more if path.startswith("/t/") else f"\r\n{more}").encode() + b"\r\n")
        status = await reader.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"a stream was refused: {status.decode()}")

        async def hear() -> None:
            while line := await reader.readline():
                if line.startswith(event):
                    heard.set()

        task = asyncio.create_task(hear())
        held.callback(task.cancel)

    async def _call(self, connection: _Connection, method: str, path: str, body: str = "") -> None:
        reader, writer = connection
        form = "Content-Type: application/x-www-form-urlencoded\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\n{_HEADERS}{form}Content-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body.encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 404")):
            raise RuntimeError(f"a call was refused: {answer.decode()}")
        await reader.readexactly(int(answer.lower().partition(b"content-length:")[2].split()[0]))

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[_Connection]:
        reader, writer = await asyncio.open_connection(self._address.hostname, self._address.port)
        try:
            yield reader, writer
        finally:
            writer.close()


_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def _resident(pid: int) -> float:
    """Kilobytes of a process that are in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return float(status.partition("VmRSS:")[2].split()[0])

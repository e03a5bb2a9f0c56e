"""Crowds of strangers at a backend's socket: it takes bounded memory and gives it back, and who is signed in is served.

A real backend, one worker on SQLite, and real sockets on loopback. Each crowd does one thing that costs a server
something, with as many connections as it can get; meanwhile somebody who is signed in goes on with their work.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import cast

import httpx2 as httpx
import sqlalchemy as sa

from proofs.results import Proof, Trial
from proofs.workplace import workplace
from sellmode_backend.accounts.signing_in import utc_now
from sellmode_backend.connections import MAX_STRANGERS
from sellmode_backend.store import schema
from sellmode_backend.store.database import Database
from sellmode_contract import wire
from tests.backend.people import Client, add_person
from tests.support.backend import retailer_database, serve

CROWD = 10_000
"""Connections of each crowd."""
GROWS_MB = 160
"""No crowd makes a worker take more memory above what it had: the most for four passwords, hashed at the same time."""
KEEPS_MB = 24
"""So much it may keep when they have gone."""
SOON_SECONDS = 5.0
"""Terminals that hear nothing for so long say OFFLINE."""
GONE_SECONDS = 30.0
_AGAIN_SECONDS = 1.0
_OTHERS = 50
"""Connections that a crowd does not make: of who is signed in, and of a crowd before it."""

_HEAD = b"Host: x\r\nSync-Protocol: 1\r\n"
_PATHS = (wire.SYNC_PATH, wire.PREVIEW_PATH, wire.SALVAGE_PATH, wire.SIGN_IN_PATH, wire.ACTIVATE_PATH)


def _half_a_head(chance: random.Random) -> bytes:
    return b"POST /v1/sync HTTP/1.1\r\n" + _HEAD + b"X-Slow: " + b"a" * chance.choice((1, 100, 15_000))


def _half_a_body(chance: random.Random) -> bytes:
    size = chance.choice((100, 15_000))
    return _post(chance.choice((wire.SIGN_IN_PATH, wire.ACTIVATE_PATH)), b"{" + b" " * (size - 1), size + 1)


def _a_big_body(chance: random.Random) -> bytes:
    token = b"Authorization: Bearer " + chance.randbytes(20).hex().encode() + b"\r\n"
    return _post(chance.choice(_PATHS), b"[" + b" " * (wire.MAX_BODY_BYTES - 2), wire.MAX_BODY_BYTES, token)


def _many_requests(_: random.Random) -> bytes:
    return (b"GET /v1/openapi.json HTTP/1.1\r\n" + _HEAD + b"\r\n") * 100


def _a_small_request(_: random.Random) -> bytes:
    return b"GET /health/live HTTP/1.1\r\n" + _HEAD + b"\r\n"


def _no_request(chance: random.Random) -> bytes:
    """Something else, or what asks for something else."""
    upgrade = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    return chance.choice((chance.randbytes(1000), b"\x16\x03\x01\x02\x00" + chance.randbytes(500), upgrade))


def _a_guess(chance: random.Random) -> bytes:
    body = b'{"user_name":"%s","password":"wrong","device":"d"}' % chance.choice((b"ada", b"bob", b"nobody"))
    return _post(wire.SIGN_IN_PATH, body, len(body))


def _post(path: str, body: bytes, length: int, more: bytes = b"") -> bytes:
    return b"POST %b HTTP/1.1\r\n%b%bContent-Length: %d\r\n\r\n%b" % (path.encode(), _HEAD, more, length, body)


@dataclass(frozen=True)
class Habit:
    """What each of a crowd does."""

    request: Callable[[random.Random], bytes]
    reads: bool = True
    again: bool = False
    """Sends it again every second."""


HABITS = {
    "silent": Habit(lambda _: b""),
    "half heads": Habit(_half_a_head),
    "half bodies": Habit(_half_a_body),
    "big bodies, bad tokens": Habit(_a_big_body),
    "unread answers": Habit(_many_requests, reads=False),
    "endless keep-alives": Habit(_a_small_request, again=True),
    "no requests": Habit(_no_request),
    "guesses": Habit(_a_guess),
}
_ALL_AT_ONCE = Habit(lambda chance: chance.choice(list(HABITS.values())).request(chance))


@dataclass
class Crowd:
    """So many connections, from as many addresses as loopback has."""

    port: int
    habit: Habit
    size: int
    chance: random.Random
    begun: int = 0
    """Connections that were made."""
    answers: Counter[int] = field(default_factory=Counter)
    """How often which status was read."""
    here: asyncio.Event = field(default_factory=asyncio.Event)
    """All have come."""

    @contextlib.asynccontextmanager
    async def around(self) -> AsyncIterator[None]:
        """It comes, and stays as long as it is let."""
        there: list[asyncio.Transport] = []
        coming = asyncio.create_task(self._come(there))
        try:
            yield
            await coming
        finally:
            coming.cancel()
            for one in there:
                one.abort()

    async def _come(self, there: list[asyncio.Transport]) -> None:
        room = asyncio.Semaphore(100)

        async def one(number: int) -> None:
            address = (f"127.0.{1 + number % 250}.2", 0)
            async with room:
                with contextlib.suppress(OSError):  # cut as soon as it was there
                    transport, _ = await asyncio.get_running_loop().create_connection(
                        lambda: _Stranger(self), "127.0.0.1", self.port, local_addr=address
                    )
                    there.append(transport)

        async with asyncio.TaskGroup() as group:
            for number in range(self.size):
                group.create_task(one(number))
        self.here.set()


class _Stranger(asyncio.Protocol):
    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._crowd.begun += 1
        self._send()
        if not self._crowd.habit.reads:
            self._transport.pause_reading()

    def _send(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(self._crowd.habit.request(self._crowd.chance))
            if self._crowd.habit.again:
                asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._send)

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1 "):
            self._crowd.answers[int(data[9:12])] += 1


class Person:
    """Somebody who is signed in, listens for changes and syncs; each call on a connection of its own."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.calls = self.late = 0
        """How many, and how many of them took longer than they should."""
        self.failures: list[str] = []

    def call(self) -> None:
        """Sync once."""
        began = time.monotonic()
        try:
            status: object = self._client.post(wire.SYNC_PATH, wire.SyncRequest(device=self._client.device)).status_code
        except httpx.HTTPError as error:
            status = repr(error)
        self.calls, self.late = self.calls + 1, self.late + (time.monotonic() - began > SOON_SECONDS)
        if status != 200:
            self.failures.append(f"who is signed in got {status}")

    @contextlib.asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        """With a stream of events open, which must not be cut."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        token = self._client.token.encode()
        writer.write(
            b"GET %b HTTP/1.1\r\n%bAuthorization: Bearer %b\r\n\r\n" % (wire.EVENTS_PATH.encode(), _HEAD, token)
        )
        hearing = asyncio.create_task(_hear(reader))
        yield
        if hearing.done():
            self.failures.append("who is signed in was cut while they listened")
        hearing.cancel()
        writer.close()


async def _hear(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        while await reader.read(65536):
            pass


class Worker:
    """A process: what it holds."""

    def __init__(self, pid: int) -> None:
        self._folder = Path("/proc") / str(pid)

    def memory_mb(self, name: str = "VmRSS") -> int:
        """Its memory now, or with ``VmHWM`` the most since ``begin_anew``."""
        lines = dict(line.split(":", 1) for line in (self._folder / "status").read_text().splitlines())
        return int(lines[name].split()[0]) // 1024

    def begin_anew(self) -> None:
        """From here on the most is counted."""
        (self._folder / "clear_refs").write_text("5")

    def connections(self) -> int:
        """How many sockets it has."""
        found = 0
        for one in (self._folder / "fd").iterdir():
            with contextlib.suppress(OSError):
                found += str(one.readlink()).startswith("socket:")
        return found

    def holds_more_than(self, connections: int, memory_mb: int) -> bool:
        """Whether it does."""
        return self.connections() > connections or self.memory_mb() > memory_mb


async def _siege(worker: Worker, crowd: Crowd, person: Person) -> list[str]:
    """A crowd comes and goes; what was wrong."""
    memory, connections = worker.memory_mb(), worker.connections()
    worker.begin_anew()
    async with crowd.around(), person.listening(crowd.port):
        while not crowd.here.is_set():
            await asyncio.to_thread(person.call)
        for _ in range(3):
            await asyncio.to_thread(person.call)
        held = worker.connections() - connections
    grew = worker.memory_mb("VmHWM") - memory
    ends = time.monotonic() + GONE_SECONDS
    # Nothing tells of what another process lets go.
    while (left := worker.holds_more_than(connections, memory + KEEPS_MB)) and time.monotonic() < ends:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    wrong = [f"{held} connections were held"] * (held > MAX_STRANGERS + _OTHERS)
    wrong += [f"memory grew by {grew} MB"] * (grew > GROWS_MB)
    if left:
        wrong.append(f"{worker.connections() - connections} connections, {worker.memory_mb() - memory} MB were kept")
    return wrong


def _guesses(database: Database) -> int:
    with database.snapshot() as connection:
        # One row counts for who is guessed at, one for where it comes from.
        return int(connection.scalar(sa.select(sa.func.count()).select_from(schema.attempt)) or 0) // 2


def trial(seed: int, size: int = CROWD) -> Trial:
    """All crowds, one after another in any order, at one backend."""
    chance = random.Random(f"strangers {seed}")
    failures: list[str] = []
    details: Counter[str] = Counter()
    with workplace() as folder:
        url = f"sqlite:///{folder / 'backend.db'}"
        with retailer_database(url) as database, serve(url, folder) as backend:
            client = Client(backend.url)
            client.join(database, add_person(database, "ada", "Alpha"), utc_now())
            person, worker = Person(client), Worker(backend.process.pid)
            # Threads and connections to the database come with the first calls, and stay.
            with ThreadPoolExecutor(_OTHERS) as threads:
                for _ in range(5 * _OTHERS):
                    threads.submit(person.call)
            asyncio.run(_siege(worker, Crowd(backend.port, _ALL_AT_ONCE, 2 * MAX_STRANGERS, chance), person))
            for name in chance.sample(list(HABITS), len(HABITS)):
                counted, crowd = _guesses(database), Crowd(backend.port, HABITS[name], size, chance)
                failures += [f"{name}: {wrong}" for wrong in asyncio.run(_siege(worker, crowd, person))]
                details[name] = crowd.begun
                counted = _guesses(database) - counted
                if name == "guesses" and crowd.answers[HTTPStatus.UNAUTHORIZED] > counted:
                    failures.append(
                        f"{crowd.answers[HTTPStatus.UNAUTHORIZED]} guesses were answered, {counted} counted"
                    )
            if said := backend.log.read_text():
                failures.append(f"anybody can write to the log: {said[:200]}")
    n = details.total()
    details |= {"calls of somebody signed in": person.calls, "of these late": person.late}
    return Trial(n, (*failures, *person.failures), details)


def judge(details: Counter[str]) -> tuple[str, ...]:
    """Who is signed in is served in time, mostly."""
    calls, late = details["calls of somebody signed in"], details["of these late"]
    return (f"{late} of {calls} calls took longer than {SOON_SECONDS} s",) if late * 20 > calls else ()


PROOF = Proof(
    "strangers", "crowds take bounded memory and give it back; who is signed in is served", "connections", trial, judge
)

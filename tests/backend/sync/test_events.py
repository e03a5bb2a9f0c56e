"""The stream that says "pull now": who is told of what, how soon, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.accounts import directory, sessions
from sellmode_backend.accounts.signing_in import utc_now
from sellmode_backend.server import ServerSettings
from sellmode_backend.store import bell, feeds, records
from sellmode_backend.store.bell import Bell
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.sync.answer import SyncRules
from sellmode_backend.sync.events import Hub, Stream
from sellmode_contract import wire
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.visibility import Account
from tests.backend.people import QUICK, Client, MovedClock, add_person, problem_of
from tests.backend.sync.conftest import World
from tests.support.backend import DEADLINE, retailer_database, serve, serve_in_thread
from tests.support.statements import statements

POLL = 0.05
ALIVE = 0.5

OVER = "over"
"""The stream has ended in good order."""
CUT = "cut"


class Listener:
    """Reads a stream of events in a thread, as a terminal does."""

    def __init__(self, client: Client) -> None:
        self._heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.headers: httpx.Headers | None = None
        self._opened = threading.Event()
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._listen, args=(client,))
        self._thread.start()
        assert self._opened.wait(DEADLINE)

    def _listen(self, client: Client) -> None:
        headers = {**client.headers, "Authorization": f"Bearer {client.token}"}
        try:
            with httpx.stream("GET", f"{client.url}{wire.EVENTS_PATH}", headers=headers, timeout=DEADLINE) as answer:
                self.headers = answer.headers
                assert answer.status_code == 200
                self._socket = answer.extensions["network_stream"].get_extra_info("socket")
                event = ""
                for line in answer.iter_lines():
                    self._opened.set()  # a stream says at once that it is there
                    if line.startswith("event: "):
                        event = line.removeprefix("event: ")
                    elif line.startswith("data: "):
                        self._heard.put((event, msgspec.json.decode(line.removeprefix("data: "))))
                    elif line.startswith(":"):
                        self._heard.put("alive")
            self._heard.put(OVER)
        except (httpx.HTTPError, AssertionError):
            self._heard.put(CUT)
        finally:
            self._opened.set()

    def until(self, wanted: object) -> list[Any]:
        """What is heard before the first that is wanted."""
        heard: list[Any] = []
        while True:
            item = self._heard.get(timeout=DEADLINE)
            if item == wanted or (isinstance(item, tuple) and item[1].get("feed") == wanted):
                return heard
            assert item not in (OVER, CUT), heard
            heard.append(item)

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            with contextlib.suppress(OSError):  # the server was first
                self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive()


@pytest.fixture
def world(prepared_url: str, clock: MovedClock) -> Iterator[World]:
    quick = ServerSettings(
        passwords=QUICK,
        sync=SyncRules(),
        poke_poll_seconds=POLL,
        poke_alive_seconds=ALIVE,
        poke_look_seconds=ALIVE,
        max_streams=4,
    )
    with retailer_database(prepared_url) as database, serve_in_thread(database, quick, clock) as url:
        people: list[Account] = [
            add_person(database, "ada", "Alpha"),
            add_person(database, "ben", "Alpha"),
            add_person(database, "mia", "Alpha", role="manager"),
        ]
        yield World(database, url, clock, *people)


@contextlib.contextmanager
def listening(*clients: Client) -> Iterator[list[Listener]]:
    with contextlib.ExitStack() as stack:
        listeners = []
        for client in clients:
            listener = Listener(client)
            stack.callback(listener.close)
            listener.until("alive")
            listeners.append(listener)
        yield listeners


def test_whoever_listens_is_told_that_their_store_has_news(world: World) -> None:
    dora = add_person(world.database, "dora", "Beta")
    with listening(world.client(world.ada), world.client(dora)) as (ada, other):
        assert ada.headers is not None
        assert ada.headers["Content-Type"].startswith("text/event-stream")
        assert ada.headers["X-Accel-Buffering"] == "no"
        assert ada.headers["Cache-Control"] == "no-store"
        assert ada.headers[wire.NONCE_HEADER] == "n-1"
        assert ada.headers[wire.PROTOCOL_HEADER] == "1"
        assert "Content-Encoding" not in ada.headers
        world.customers(world.ada, 1, "x")
        assert set(ada.until("Alpha")) <= {"alive"}
        world.write(Customer(id="y", store="Beta"))
        assert set(other.until("Beta")) <= {"alive"}, "another store's news are not theirs"


def test_a_poke_names_the_feed_and_its_number_and_nothing_else(world: World) -> None:
    with listening(world.client(world.ada)) as (ada,):
        world.customers(world.ada, 1, "x")
        with world.database.snapshot() as connection:
            seq = connection.scalar(sa.text("SELECT seq FROM feed WHERE id = 'Alpha'"))
        ada.until(("poke", {"feed": "Alpha", "seq": seq}))


def test_nobody_is_poked_while_nothing_changes(world: World) -> None:
    with listening(world.client(world.ada)) as (ada,):
        for _ in range(3):
            assert ada.until("alive") == []


def test_a_switch_of_the_mode_pokes_everybody(world: World) -> None:
    dora = add_person(world.database, "dora", "Beta")
    with listening(world.client(world.ada), world.client(dora)) as listeners:
        world.switch("team")
        for listener in listeners:
            listener.until("retailer")


def test_who_moves_to_another_store_hears_of_that_one(world: World) -> None:
    with listening(world.client(world.ada)) as (ada,):
        with world.database.transaction() as connection:
            directory.move(connection, world.ada, "Beta")
        ada.until("retailer")
        world.write(Customer(id="y", store="Beta"))
        ada.until("Beta")


def test_a_disabled_accounts_stream_ends(world: World) -> None:
    with listening(world.client(world.ada), world.client(world.ben)) as (ada, ben):
        with world.database.transaction() as connection:
            directory.disable(connection, world.ada)
        ada.until(OVER)
        ben.until("Alpha")  # the list of the staff has changed


def test_a_stream_ends_soon_after_its_session(world: World) -> None:
    client = world.client(world.ada)
    with listening(client) as (ada,):
        assert client.post(wire.SIGN_OUT_PATH).status_code == 204
        ada.until(OVER)
    with listening(world.client(world.ben)) as (ben,):
        world.clock.forward(days=40)
        ben.until(OVER)


def test_a_stream_is_for_somebody_signed_in_who_speaks_the_protocol(world: World) -> None:
    client = world.client(world.ada)

    def get(**headers: str) -> httpx.Response:
        sent = {**client.headers, "Authorization": f"Bearer {client.token}", **headers}
        return httpx.get(f"{world.url}{wire.EVENTS_PATH}", headers=sent, timeout=DEADLINE)

    assert problem_of(get(Authorization="Bearer wrong"), 401).code == "signed_out"
    assert problem_of(get(**{wire.PROTOCOL_HEADER: "9"}), 426).code == "upgrade_required"
    assert problem_of(client.post(wire.EVENTS_PATH), 405).code == "method_not_allowed"
    headers = {**client.headers, "Authorization": f"Bearer {client.token}"}
    assert httpx.head(f"{world.url}{wire.EVENTS_PATH}", headers=headers, timeout=DEADLINE).status_code == 405
    with world.database.transaction() as connection:
        directory.disable(connection, world.ada)
    assert problem_of(get(), 403).code == "account_disabled"


def test_a_worker_takes_so_many_streams_and_no_more(world: World) -> None:
    accounts = [add_person(world.database, f"p{number}", "Alpha") for number in range(5)]
    clients = [world.client(account) for account in accounts]
    with listening(*clients[:4]) as listeners:
        answer = httpx.get(
            f"{world.url}{wire.EVENTS_PATH}",
            headers={**clients[4].headers, "Authorization": f"Bearer {clients[4].token}"},
            timeout=DEADLINE,
        )
        problem = problem_of(answer, 503)
        assert (problem.code, problem.retry_after) == ("unavailable", 60)
        listeners[0].close()
        ends = time.monotonic() + DEADLINE
        while "sellmode_event_streams 4.0" in httpx.get(f"{world.url}/metrics", timeout=DEADLINE).text:
            assert time.monotonic() < ends, "the place is not free again"
        with listening(clients[4]) as (last,):
            world.customers(None, 1, "x")
            last.until("Alpha")


def test_a_session_that_comes_back_ends_the_stream_it_left_behind(world: World) -> None:
    client = world.client(world.ada)
    with listening(client, client, client) as (first, second, third):
        first.until(OVER)
        world.customers(None, 1, "x")
        second.until("Alpha")
        third.until("Alpha")


def test_a_listener_who_does_not_read_costs_nothing_and_keeps_nobody_waiting(world: World) -> None:
    client = world.client(world.ada)
    with (
        httpx.Client(timeout=DEADLINE) as slow,
        slow.stream(
            "GET",
            f"{world.url}{wire.EVENTS_PATH}",
            headers={**client.headers, "Authorization": f"Bearer {client.token}"},
        ),
        listening(world.client(world.ben)) as (ben,),
    ):
        for number in range(20):
            world.write(Customer(id=f"x{number}", store="Alpha"))
        with world.database.snapshot() as connection:
            seq = connection.scalar(sa.text("SELECT seq FROM feed WHERE id = 'Alpha'"))
        heard = ben.until(("poke", {"feed": "Alpha", "seq": seq}))
        assert len(heard) < 25


def test_streams_outlive_a_database_that_fails_for_a_while(
    postgresql_url: str, clock: MovedClock, caplog: pytest.LogCaptureFixture
) -> None:
    quick = ServerSettings(passwords=QUICK, poke_poll_seconds=POLL, poke_alive_seconds=ALIVE)
    with retailer_database(postgresql_url) as database, serve_in_thread(database, quick, clock) as url:
        ada = add_person(database, "ada", "Alpha")
        client = Client(url)
        client.join(database, ada, clock())
        with listening(client) as (listener,):
            with database.transaction() as connection:
                connection.execute(sa.text("ALTER TABLE feed RENAME TO away"))
            ends = time.monotonic() + DEADLINE
            while "clocks cannot be asked for" not in caplog.text:
                assert time.monotonic() < ends
                time.sleep(0.01)
            with database.transaction() as connection:
                connection.execute(sa.text("ALTER TABLE away RENAME TO feed"))
                records.write(connection, [Customer(id="x", store="Alpha")])
            listener.until("Alpha")


# ------------------------------------------------------------------ several workers, without HTTP

NEVER = 3600.0


@contextlib.asynccontextmanager
async def a_worker(url: str, clock: MovedClock, user_name: str, poll: float) -> AsyncIterator[tuple[Database, Stream]]:
    """What a worker has: its database, and a stream of one who listens and was told of nothing yet."""
    with contextlib.closing(open_database(url)) as database:
        account, rings = add_person(database, user_name, "Alpha"), Bell(database)
        with database.transaction() as connection:
            token, _ = sessions.start(connection, account.id, "device", clock())
        hub = Hub(database, rings, clock, most=4, poll_seconds=poll, alive_seconds=NEVER, look_seconds=NEVER)
        yield database, await hub.open(token)
        hub.close()
        await rings.close()


async def told_of(stream: Stream, database: Database) -> None:
    """Read until what Alpha's clock shows by now."""
    with database.snapshot() as connection:
        poke = b'data: {"feed":"Alpha","seq":%d}' % feeds.head(connection, "Alpha")
    async with asyncio.timeout(DEADLINE):
        async for told in stream:
            if poke in told:
                return


async def write(database: Database, id: str) -> None:
    def written() -> None:
        with database.transaction() as connection:
            records.write(connection, [Customer(id=id, store="Alpha")])

    await asyncio.to_thread(written)


async def test_workers_hear_of_each_others_changes_and_ask_the_clocks_for_nothing_else(
    prepared_url: str, clock: MovedClock
) -> None:
    with retailer_database(prepared_url):
        async with (
            a_worker(prepared_url, clock, "ada", NEVER) as (one, ada),
            a_worker(prepared_url, clock, "ben", NEVER) as (two, ben),
        ):
            with statements(one) as asked:
                for number, database in enumerate((one, two, one, two)):
                    await write(database, f"x{number}")
                    await told_of(ada, two)
                    await told_of(ben, two)
            reads = [each for each in asked if each.startswith("SELECT feed.id, feed.seq")]
            assert 4 <= len(reads) <= 6  # one when it begins to hear, perhaps one for the second account


async def test_who_cannot_hear_is_told_by_polls(
    postgresql_url: str, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "_RETRY_SECONDS", NEVER)
    with retailer_database(postgresql_url) as database:
        async with a_worker(postgresql_url, clock, "ada", POLL) as (_, ada):
            await write(database, "x")
            await told_of(ada, database)
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            with database.transaction() as connection:
                assert connection.scalars(sa.text(cut)).all() == [True]
            for number in range(3):
                await write(database, f"y{number}")
                await told_of(ada, database)


# ------------------------------------------------------------------ as an operator runs it


def joined(database: Database, url: str, user_name: str) -> Client:
    client = Client(url, device=user_name)
    client.join(database, add_person(database, user_name, "Alpha"), utc_now())
    return client


def test_a_commit_by_another_process_is_told_within_about_a_second(database_url: str, tmp_path: Path) -> None:
    settings = [sys.executable, "-m", "sellmode_backend", "settings", "--database", database_url, "--idle-lock", "3"]
    with (
        retailer_database(database_url) as database,
        serve(database_url, tmp_path) as backend,
        listening(joined(database, backend.url, "ada")) as (ada,),
    ):
        subprocess.run(settings, check=True, capture_output=True)
        committed = time.monotonic()
        ada.until("retailer")
        assert time.monotonic() - committed < 10, "told by the next sign of life, not by the commit"
    assert backend.process.returncode == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_that_stops_ends_its_streams_at_once(sqlite_url: str, tmp_path: Path, workers: str) -> None:
    with (
        retailer_database(sqlite_url) as database,
        serve(sqlite_url, tmp_path, "--workers", workers) as backend,
        listening(joined(database, backend.url, "ada"), joined(database, backend.url, "ben")) as listeners,
    ):
        backend.process.send_signal(signal.SIGTERM)
        for listener in listeners:
            listener.until(OVER)
        assert backend.process.wait(DEADLINE) == 0
    assert backend.log.read_text() == "", "it waited for its streams until it lost patience"

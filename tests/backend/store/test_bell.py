"""The bell: who hears that feeds may have moved, of whom, and what it costs while nothing does."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Container, Iterator
from unittest import mock

import pytest
import sqlalchemy as sa

from sellmode_backend.store import bell, feeds
from sellmode_backend.store.bell import Bell, Listener
from sellmode_backend.store.database import Database, open_database
from tests.support.backend import DEADLINE, migrate
from tests.support.statements import statements


@contextlib.asynccontextmanager
async def hearing(database: Database, to: Container[str] = ("Alpha",)) -> AsyncIterator[Listener]:
    """Somebody who hears from here on, and has heard of nothing yet."""
    mine = Bell(database)
    with mine.listening(to) as listener:
        await rung(listener)
        assert mine.hears
        yield listener
    await mine.close()


async def rung(listener: Listener) -> None:
    async with asyncio.timeout(DEADLINE):
        await listener.wait(2 * DEADLINE)


async def soon(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110  # what is waited for is in the database, or in another thread
            await asyncio.sleep(0.01)


async def move(database: Database, feed: str = "Alpha") -> None:
    """Move a feed's clock, as what writes records does."""
    await asyncio.to_thread(_move, database, feed)


def _move(database: Database, feed: str) -> None:
    with database.transaction() as connection:
        feeds.tick(connection, {feed: 1})


@pytest.fixture
def databases(prepared_url: str) -> Iterator[tuple[Database, Database]]:
    """One database, as two workers have it."""
    with contextlib.closing(open_database(prepared_url)) as one, contextlib.closing(open_database(prepared_url)) as two:
        yield one, two


async def test_a_worker_hears_what_it_has_written_and_what_another_one_has(
    databases: tuple[Database, Database],
) -> None:
    one, two = databases
    async with hearing(one) as first, hearing(two) as second:
        for database in (one, two):
            await move(database)
            await rung(first)
            await rung(second)


class Named:
    """Feeds of which any is wanted; keeps which ones were named."""

    def __init__(self) -> None:
        self.names: list[object] = []

    def __contains__(self, feed: object) -> bool:
        self.names.append(feed)
        return True


async def test_a_note_names_a_feed_that_has_moved_and_wakes_nobody_else(postgresql_url: str) -> None:
    migrate(postgresql_url)
    with contextlib.closing(open_database(postgresql_url)) as database:
        named, mine = Named(), Bell(database)
        with mine.listening(named) as listener, mine.listening({"Alpha"}) as other:
            await rung(listener)
            await rung(other)
            with database.transaction() as connection:
                feeds.tick(connection, {"Alpha": 1})
                connection.rollback()
            await move(database, "Beta")
            await rung(listener)
            assert named.names == ["Beta"]
            assert not other._rung.is_set()
            await move(database)
            await rung(other)
            assert named.names == ["Beta", "Alpha"]
        await mine.close()


async def test_a_commit_of_the_same_process_is_heard_without_a_look_at_the_file(sqlite_url: str) -> None:
    migrate(sqlite_url)
    with (
        contextlib.closing(open_database(sqlite_url)) as database,
        statements(database) as told,
        mock.patch.object(bell, "_LOOK_SECONDS", 2 * DEADLINE),
    ):
        async with hearing(database) as listener, asyncio.timeout(DEADLINE):
            await soon(lambda: len(told) >= 2)  # the next look is far away
            await move(database)
            await rung(listener)


async def test_who_was_cut_off_is_told_so_and_hears_again(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    migrate(postgresql_url)
    monkeypatch.setattr(bell, "_RETRY_SECONDS", 0.01)
    named = Named()
    with contextlib.closing(open_database(postgresql_url)) as database:
        async with hearing(database, named) as listener, asyncio.timeout(DEADLINE):
            for feed in ("Alpha", "Beta"):
                (cut,) = listening(database)
                with database.transaction() as connection:
                    connection.execute(sa.text("SELECT pg_terminate_backend(:cut)"), {"cut": cut})
                await rung(listener)
                await soon(lambda: listening(database) not in ([], [cut]))  # noqa: B023  # called in this round
                await move(database, feed)
                while feed not in named.names:
                    await rung(listener)
    assert caplog.text.count("changes cannot be heard of") == 2


def listening(database: Database) -> list[int]:
    """The server's processes for connections that wait for notes."""
    of_ours = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = :listen")
    with database.snapshot() as connection:
        return list(connection.scalars(of_ours, {"listen": f"LISTEN {feeds.NOTES}"}))


async def test_a_burst_is_a_few_rings(databases: tuple[Database, Database]) -> None:
    one, two = databases
    async with hearing(one) as listener:
        rings, began = 0, time.monotonic()
        writing = asyncio.gather(*(move(two) for _ in range(100)))
        while not writing.done():
            await rung(listener)
            rings += 1
        await writing
        assert rings <= (time.monotonic() - began) / bell.REST_SECONDS + 1


async def test_while_nobody_listens_nothing_is_done_and_no_connection_held(
    databases: tuple[Database, Database],
) -> None:
    one, two = databases
    for _ in range(2):
        async with hearing(one):
            pass
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert one.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a QueuePool
    await soon(lambda: two.is_sqlite or listening(two) == [])  # the server notices a little later

"""The bell of a worker: rings as soon as feeds may have moved, so that nobody has to ask their clocks in vain.

PostgreSQL tells by itself: ``feeds.tick`` sends a note with the feed's id in the very transaction that moves its clock,
and a worker hears of it on a connection that it keeps for that. SQLite cannot tell other processes: its file is asked
ten times a second whether somebody has written, and at once when it was this process.

The bell says when to look, not what there is to see: whoever it wakes reads (``feeds.heads``). It does nothing while
nobody listens. While it is deaf, because its connection is cut, whoever waits has to look from time to time; it tries
to hear again each second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Container, Iterator
from typing import Any

from anyio import CapacityLimiter, to_thread
from sqlalchemy.engine import Connection

from sellmode_backend.store.database import Database
from sellmode_backend.store.feeds import NOTES
from sellmode_backend.store.prepared import run

REST_SECONDS = 0.1
"""Who was woken is woken again no sooner: whatever happens meanwhile is one ring."""
_LOOK_SECONDS = 0.1
"""How often SQLite's file is asked for what other processes have written."""
_RETRY_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Listener:
    """Somebody who waits for some feeds. Whoever has thousands waiting listens once for all of them, and tells them."""

    def __init__(self, feeds: Container[str]) -> None:
        self._feeds = feeds
        self._rung = asyncio.Event()
        self._rests_until = 0.0

    async def wait(self, seconds: float) -> None:
        """Until the bell has rung since the last wait, or for so many seconds."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._rests_until - loop.time())
        await _until(self._rung, seconds)
        self._rung.clear()
        self._rests_until = loop.time() + REST_SECONDS

    def ring(self, feed: str | None) -> None:
        """A feed has moved; without one, any may have."""
        if feed is None or feed in self._feeds:
            self._rung.set()


class Bell:
    """Wakes whoever listens to some of a database's feeds. Belongs to one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[Listener] = set()
        self._hearing: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self.hears = False
        """Whether it rings at each change from now on; when that ends it rings, too."""

    @contextlib.contextmanager
    def listening(self, feeds: Container[str]) -> Iterator[Listener]:
        """Listen to some feeds; they may become others meanwhile."""
        listener = Listener(feeds)
        self._listeners.add(listener)
        if self._hearing is None:
            self._hearing = asyncio.create_task(self._hear())
        try:
            yield listener
        finally:
            self._listeners.remove(listener)
            if not self._listeners:
                self._stop()

    async def close(self) -> None:
        """Ring no more, and let go of the database."""
        self._stop()
        if self._ending:
            await asyncio.wait(self._ending)

    def _stop(self) -> None:
        if self._hearing is not None:
            self._hearing.cancel()
            self._ending.add(self._hearing)
            self._hearing.add_done_callback(self._ending.discard)
        self._hearing, self.hears = None, False

    async def _hear(self) -> None:
        heard = _writes if self._database.is_sqlite else _notes
        failing = False
        while True:
            try:
                async with contextlib.aclosing(heard(self._database)) as feeds:
                    async for feed in feeds:
                        self.hears, failing = True, False
                        self._ring(feed)
            except Exception as error:  # noqa: BLE001  # until it is over, whoever waits looks by themselves
                if not failing:
                    _log.warning("changes cannot be heard of, only looked for: %s", type(error).__name__)
                if self.hears:
                    self.hears = False
                    self._ring(None)
                failing = True
            await asyncio.sleep(_RETRY_SECONDS)

    def _ring(self, feed: str | None) -> None:
        for listener in self._listeners:
            listener.ring(feed)


async def _until(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


# Both give None first, when they begin to hear: what was before may have been missed. They raise if they cannot go on.


async def _notes(database: Database) -> AsyncGenerator[str | None]:
    """The feeds that move in a PostgreSQL database, as its notes name them."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    with contextlib.ExitStack() as held:
        connection = await to_thread.run_sync(held.enter_context, _noted(database), limiter=CapacityLimiter(1))
        socket = connection.socket
        loop.add_reader(socket, readable.set)
        held.callback(loop.remove_reader, socket)
        yield None
        while True:
            await readable.wait()
            readable.clear()
            connection.consume_input()  # raises when the connection is gone
            while note := connection.notifies():
                yield note.extra.decode()


@contextlib.contextmanager
def _noted(database: Database) -> Iterator[Any]:
    """The driver's own connection, to which notes come. It is for nobody else afterwards."""
    with database.reading() as connection:
        run(connection, f"LISTEN {NOTES}")
        try:
            driver: Any = connection.connection.driver_connection
            yield driver.pgconn
        finally:
            connection.invalidate()


async def _writes(database: Database) -> AsyncGenerator[None]:
    """Each time that something was written into a SQLite database; a row of commits is one."""
    loop = asyncio.get_running_loop()
    written = asyncio.Event()
    thread = CapacityLimiter(1)

    def tell() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(written.set)

    with contextlib.ExitStack() as held:
        connection = await to_thread.run_sync(held.enter_context, database.reading(), limiter=thread)
        held.enter_context(database.telling(tell))
        version = -1
        while True:
            seen = await to_thread.run_sync(_version, connection, limiter=thread)
            if seen != version:
                version = seen
                yield None
                await asyncio.sleep(REST_SECONDS)
            else:
                await _until(written, _LOOK_SECONDS)
            written.clear()


def _version(connection: Connection) -> int:
    """A number that is another one when other connections have written."""
    ((version,),) = run(connection, "PRAGMA data_version")
    return int(version)

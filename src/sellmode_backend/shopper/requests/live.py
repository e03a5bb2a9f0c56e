"""The streams of customers' talks (``GET /t/{token}/events``): lines as they come, what was read, who is writing.

A worker that has any listens to the bell once for all of them. When it rings, one look finds the requests that have
changed in the stores of these talks, and reads the lines of those alone; a stream holds no connection of the database.
A line's number is the id of its event, so that a browser that has lost the line goes on behind the last that it has.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import sqlalchemy as sa
from anyio import CapacityLimiter, to_thread
from sqlalchemy.engine import Connection

from sellmode_backend.shopper.requests import sessions, showing
from sellmode_backend.shopper.requests.showing import News
from sellmode_backend.store import feeds, typing
from sellmode_backend.store.bell import Bell
from sellmode_backend.store.database import Database
from sellmode_backend.store.schema import record
from sellmode_contract.audiences import store_audience

MAX_A_TALK: Final = 5
"""Streams of one talk: tabs of its customer."""
MOST_WAITING: Final = 128 * 1024
"""About so many bytes wait for a browser; with them its stream ends, and it comes back for the rest."""
_ALIVE: Final = b": alive\n\n"
_RETRY: Final = b"retry: 2000\n\n"
_TYPING: Final = b"event: typing\ndata: {}\n\n"

_log = logging.getLogger(__name__)


class TooManyChats(Exception):
    """The worker has as many streams as it takes, or the talk has."""


class Stream:
    """The events of a talk for one tab of its customer."""

    def __init__(self, token: str, after: int, news: News) -> None:
        self.token, self.request, self.store = token, news.request, news.store
        self._sent, self._state = after, b""
        self._waiting = bytearray(_RETRY)
        self._over = self._is_full = False
        self._news = asyncio.Event()
        self.tell(news)

    @property
    def sent(self) -> int:
        """The number of the last line that it was given."""
        return self._sent

    def tell(self, news: News) -> None:
        """What has changed; what it has been told before it is told no more."""
        for line in news.lines:
            if line.n > self._sent and not self._is_full:
                self._sent = line.n
                self._add(b"id: %d\nevent: line\ndata: %b\n\n" % (line.n, msgspec.json.encode(line)))
        state = b"event: state\ndata: %b\n\n" % msgspec.json.encode(news.state)
        if state != self._state:
            self._state = state
            self._add(state)

    def typing(self) -> None:
        """Who answers is writing."""
        self._add(_TYPING)

    def alive(self) -> None:
        """Say that it is alive: what nobody hears of is found out by that."""
        self._add(_ALIVE)

    def end(self) -> None:
        """End the stream."""
        self._over = True
        self._news.set()

    def _add(self, event: bytes) -> None:
        if not self._is_full:
            self._waiting += event
            self._is_full = len(self._waiting) > MOST_WAITING
            self._news.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The events, as bytes of ``text/event-stream``."""
        while not self._over:
            self._news.clear()
            if self._waiting:
                is_last = self._is_full
                told, self._waiting = bytes(self._waiting), bytearray()
                yield told
                if is_last:
                    return
            await self._news.wait()


@dataclass(frozen=True)
class _Found:
    """What one look at the database finds."""

    clocks: Mapping[str, int]
    news: Mapping[Stream, News]
    ended: Collection[Stream]
    writing: Mapping[str, dt.datetime]


class Chats:
    """The streams of a worker, and who wakes them. Belongs to one event loop."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        clock: Callable[[], dt.datetime],
        *,
        most: int,
        poll_seconds: float,
        alive_seconds: float,
    ) -> None:
        """``most`` streams are taken; each says every ``alive_seconds`` that it is alive, and is looked at then.

        While the bell is deaf the database is asked every ``poll_seconds``.
        """
        self._database, self._bell, self._clock, self._most = database, bell, clock, most
        self._poll_seconds, self._alive_seconds = poll_seconds, alive_seconds
        self._streams: dict[str, list[Stream]] = {}
        """By request."""
        self._count = 0
        self._clocks: dict[str, int] = {}
        """What the feed of each store with a stream showed when last asked."""
        self._writing: Mapping[str, dt.datetime] = {}
        self._looking: asyncio.Task[None] | None = None
        # Requests that fill the common threads do not keep lines back.
        self._thread = CapacityLimiter(1)
        self._closed = False

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    async def open(self, token: str, after: int) -> Stream | None:
        """A stream of what comes behind a line; whoever opens it leaves it. None for a token that is for no talk.

        Raises TooManyChats.
        """
        if self._is_full():
            raise TooManyChats
        clocks, news = await to_thread.run_sync(self._first_look, token, after)
        if news is None:
            return None
        if self._is_full() or len(self._streams.get(news.request, ())) >= MAX_A_TALK:
            raise TooManyChats
        stream = Stream(token, after, news)
        self._streams.setdefault(stream.request, []).append(stream)
        self._count += 1
        # An earlier clock may bring what it has been told: it is told once.
        self._clocks[stream.store] = min(clocks, self._clocks.get(stream.store, clocks))
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_on())
        return stream

    def leave(self, stream: Stream) -> None:
        """Nobody listens to a stream any more. Does nothing if it has been left."""
        mine = self._streams.get(stream.request, [])
        if stream not in mine:
            return
        mine.remove(stream)
        self._count -= 1
        if not mine:
            del self._streams[stream.request]
        if not self._streams and self._looking is not None:
            self._looking.cancel()
            self._looking = None
            self._clocks.clear()

    def close(self) -> None:
        """End all streams and take no more: the server stops."""
        self._closed = True
        for stream in self._all():
            stream.end()
            self.leave(stream)

    def _is_full(self) -> bool:
        return self._closed or self._count >= self._most

    def _all(self) -> list[Stream]:
        return [stream for mine in self._streams.values() for stream in mine]

    # -------------------------------------------------------------- asking the database

    async def _look_on(self) -> None:
        loop = asyncio.get_running_loop()
        failing, due = False, loop.time() + self._alive_seconds
        with self._bell.listening(self._clocks) as listener:
            listener.ring(None)  # before it listened there may have been something
            while True:
                blind = failing or not self._bell.hears
                await listener.wait(self._poll_seconds if blind else max(0, due - loop.time()))
                is_due = loop.time() >= due
                try:
                    if await self._look(look_at_all=is_due):
                        listener.ring(None)
                    failing = False
                except Exception as error:  # noqa: BLE001  # streams go on when the database is back
                    if not failing:
                        _log.warning("talks cannot be looked at: %s", type(error).__name__)
                    failing = True
                    continue
                if is_due:
                    due = loop.time() + self._alive_seconds
                    for stream in self._all():
                        stream.alive()

    async def _look(self, *, look_at_all: bool) -> bool:
        """Tell the streams what is new; gives whether some came meanwhile, for which it has to look again."""
        streams = self._all()
        found = await to_thread.run_sync(self._read, dict(self._clocks), streams, look_at_all, limiter=self._thread)
        for stream in found.ended:
            stream.end()
            self.leave(stream)
        for stream, news in found.news.items():
            stream.tell(news)
        for request, at in found.writing.items():
            if self._writing.get(request) != at:
                for stream in self._streams.get(request, ()):
                    stream.typing()
        self._writing = found.writing
        came = {stream.store for stream in set(self._all()).difference(streams)}
        # Last: if the database fails in between, the next look sees the same changes.
        self._clocks.update((id, clock) for id, clock in found.clocks.items() if id in self._clocks.keys() - came)
        return bool(came)

    def _first_look(self, token: str, after: int) -> tuple[int, News | None]:
        with self._database.snapshot() as connection:
            news = showing.news(connection, token, after, self._clock())
            return feeds.head(connection, news.store) if news else 0, news

    def _read(
        self, clocks: Mapping[str, int], streams: Iterable[Stream], look_at_all: bool
    ) -> _Found:  # called by a thread
        now = self._clock()
        by_request: dict[str, list[Stream]] = {}
        for stream in streams:
            by_request.setdefault(stream.request, []).append(stream)
        with self._database.snapshot() as connection:
            heads = feeds.heads(connection, clocks)
            moved = {store for store, clock in clocks.items() if heads[store] != clock}
            changed = {id for store in sorted(moved) for id in _changed(connection, store, clocks[store])}
            ended: list[Stream] = []
            if look_at_all:
                there = sessions.those_open(connection, [each.token for each in streams], now)
                ended = [stream for stream in streams if stream.token not in there]
            news = {
                stream: said
                for id in sorted(changed & by_request.keys())
                for stream in by_request[id]
                if (said := showing.news(connection, stream.token, stream.sent, now))
            }
            writing = {each.request: each.at for each in typing.fresh(connection, "store", now)}
        return _Found(heads, news, ended, {id: at for id, at in writing.items() if id in by_request})


def _changed(connection: Connection, store: str, after: int) -> set[str]:
    """The requests of a store of which something has changed behind a number of its feed."""
    query = sa.select(record.c.kind, record.c.id, record.c.doc).where(
        record.c.team == store_audience(store), record.c.seq > after, record.c.kind.in_(("request", "talk"))
    )
    return {id if kind == "request" else _talk(doc).request for kind, id, doc in connection.execute(query)}


class _Talk(msgspec.Struct):
    request: str


_talk = msgspec.json.Decoder(_Talk).decode

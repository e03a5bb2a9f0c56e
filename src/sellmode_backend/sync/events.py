"""The stream that says "pull now" (``GET /v1/sync/events``): which feeds have moved, never what is in them.

It says also, by the id of a request, that its customer is writing just now, to who sees their talk.

However many listen, a worker asks for the clocks when its bell rings (``store.bell``), ten times a second at most, and
before each sign of life; while the bell is deaf, once a second. All that is asked of the database is asked there; a
stream holds no connection. On each change of its feeds, and now and then besides, a stream's session and scopes are
looked at again. That it is alive a stream says only after the database has answered, so that a terminal that hears of
nothing may take the backend for down.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping

import msgspec
from anyio import CapacityLimiter, to_thread
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import sessions
from sellmode_backend.store import feeds, settings, typing
from sellmode_backend.store.bell import Bell
from sellmode_backend.store.database import Database
from sellmode_backend.store.typing import Typing
from sellmode_contract import audiences, visibility, wire

END_STREAMS = "end_streams"
"""Under this name the application's state holds what ends all streams (``Hub.close``), which never end by themselves:
whoever serves the application calls it when the server begins to stop.
"""
MAX_A_SESSION = 2
"""Streams of one session. A further one ends the oldest: a terminal that comes back has left it behind."""

_ALIVE = b": alive\n\n"

_log = logging.getLogger(__name__)


class TooManyStreams(Exception):
    """The worker has as many streams as it takes."""


class Stream:
    """The events for one client. For a slow client they are merged: the latest number of each feed."""

    def __init__(self, token: str, scopes: frozenset[str]) -> None:
        self.id = secrets.token_hex(8)
        self.token = token
        self.scopes = scopes
        self.looked_at = 0.0
        """When session and scopes were looked at last, by the loop's clock."""
        self._moved: dict[str, int] = {}
        self._typing: set[str] = set()
        self._alive = True
        self._over = False
        self._news = asyncio.Event()
        self._news.set()

    @property
    def feeds(self) -> frozenset[str]:
        """The feeds of its scopes."""
        return frozenset(map(audiences.feed_of, self.scopes))

    def poke(self, feed: str, seq: int) -> None:
        """A feed's clock shows another number."""
        self._moved[feed] = seq
        self._news.set()

    def typing(self, request: str) -> None:
        """The customer of a request is writing."""
        self._typing.add(request)
        self._news.set()

    def alive(self) -> None:
        """Say that it is alive; a new stream does so at once, so that a proxy that keeps answers back is noticed."""
        self._alive = True
        self._news.set()

    def end(self) -> None:
        """End the stream."""
        self._over = True
        self._news.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The events, as bytes of ``text/event-stream``."""
        while not self._over:
            self._news.clear()
            moved, self._moved = self._moved, {}
            writing, self._typing = self._typing, set()
            told = [_ALIVE] * self._alive + [_poke(feed, seq) for feed, seq in sorted(moved.items())]
            told += [_typing(request) for request in sorted(writing)]
            self._alive = False
            if told:
                yield b"".join(told)
            await self._news.wait()


def _poke(feed: str, seq: int) -> bytes:
    return b"event: poke\ndata: %b\n\n" % msgspec.json.encode({"feed": feed, "seq": seq})


def _typing(request: str) -> bytes:
    return b"event: typing\ndata: %b\n\n" % msgspec.json.encode(wire.Typing(request=request))


class Hub:
    """The streams of a worker, and who wakes them. Belongs to one event loop."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        clock: Callable[[], dt.datetime],
        *,
        most: int,
        poll_seconds: float = 1.0,
        alive_seconds: float = wire.ALIVE_SECONDS,
        look_seconds: float = 25.0,
    ) -> None:
        """``most`` streams are taken; sessions are looked at every ``look_seconds``.

        Clocks are asked for every ``poll_seconds`` while the bell is deaf.
        """
        self._database, self._bell, self._clock = database, bell, clock
        self._most, self._poll_seconds, self._alive_seconds = most, poll_seconds, alive_seconds
        self._look_seconds = look_seconds
        self._streams: dict[Stream, None] = {}
        self._listeners: dict[str, set[Stream]] = {}
        """By feed."""
        self._clocks: dict[str, int] = {}
        """What each feed that somebody listens to showed when last asked."""
        self._typing: dict[str, Typing] = {}
        """Which customers were writing when last asked, by request."""
        self._polling: asyncio.Task[None] | None = None
        # Requests that fill the common threads do not keep pokes back.
        self._thread = CapacityLimiter(1)
        self._closed = False
        self.moved = asyncio.Event()
        """Set when a stream is opened or ends."""

    def __len__(self) -> int:
        """How many listen."""
        return len(self._streams)

    @property
    def listening(self) -> dict[str, str]:
        """The tokens of the streams that are open, by their ids."""
        return {stream.id: stream.token for stream in self._streams}

    @property
    def closed(self) -> bool:
        """Whether the server stops: that its streams end says nothing of who listened."""
        return self._closed

    async def open(self, token: str) -> Stream:
        """A stream for a session; whoever opens it leaves it. Raises TooManyStreams, SignedOut or AccountDisabled."""
        if len(self._streams) >= self._most:
            raise TooManyStreams
        scopes, clocks = await to_thread.run_sync(self._first_look, token)
        if self._closed or len(self._streams) >= self._most:
            raise TooManyStreams
        mine = [stream for stream in self._streams if stream.token == token]
        for stream in mine[: len(mine) + 1 - MAX_A_SESSION]:
            stream.end()
            self.leave(stream)
        stream = Stream(token, scopes)
        stream.looked_at = asyncio.get_running_loop().time()
        self._enter(stream, clocks)
        if self._polling is None:
            self._polling = asyncio.create_task(self._poll())
        return stream

    def leave(self, stream: Stream) -> None:
        """Nobody listens to a stream any more. Does nothing if it has been left."""
        if stream in self._streams:
            del self._streams[stream]
            self.moved.set()
            self._forget(stream, stream.feeds)
        if not self._streams and self._polling is not None:
            self._polling.cancel()
            self._polling = None

    def close(self) -> None:
        """End all streams and take no more: the server stops."""
        self._closed = True
        for stream in list(self._streams):
            stream.end()
            self.leave(stream)

    # -------------------------------------------------------------- who listens to what

    def _enter(self, stream: Stream, clocks: Mapping[str, int]) -> None:
        """Take a stream in that has heard of these clocks."""
        self._streams[stream] = None
        self.moved.set()
        for feed in stream.feeds:
            self._listeners.setdefault(feed, set()).add(stream)
            asked = self._clocks.setdefault(feed, clocks[feed])
            if asked > clocks[feed]:  # asked for after the stream's first look, before it was here
                stream.poke(feed, asked)

    def _forget(self, stream: Stream, feeds: Iterable[str]) -> None:
        for feed in feeds:
            self._listeners[feed].discard(stream)
            if not self._listeners[feed]:
                del self._listeners[feed]
                self._clocks.pop(feed, None)

    def _rescope(self, stream: Stream, scopes: frozenset[str]) -> None:
        """Another view: its listener pulls, and from now on hears of other feeds."""
        before = stream.feeds
        stream.scopes = scopes
        self._forget(stream, before - stream.feeds)
        for feed in stream.feeds:
            self._listeners.setdefault(feed, set()).add(stream)
        stream.poke(audiences.RETAILER_FEED, self._clocks.get(audiences.RETAILER_FEED, 0))

    # -------------------------------------------------------------- asking the database

    async def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        failing, alive_at = False, loop.time()
        with self._bell.listening(self._listeners) as listener:
            while True:
                due = alive_at + self._alive_seconds
                blind = failing or not self._bell.hears
                await listener.wait(self._poll_seconds if blind else max(0, due - loop.time()))
                try:
                    await self._look_around()
                    failing = False
                except Exception as error:  # noqa: BLE001  # streams go on when the database is back; until then they are mute
                    if not failing:
                        _log.warning("the feeds' clocks cannot be asked for: %s", type(error).__name__)
                    failing = True
                    continue
                if loop.time() >= due - self._poll_seconds / 2:  # the nearest look, not the next
                    alive_at = loop.time()
                    for stream in self._streams:
                        stream.alive()

    async def _look_around(self) -> None:
        clocks, writing = await to_thread.run_sync(self._read_news, list(self._listeners), limiter=self._thread)
        moved = {feed: seq for feed, seq in clocks.items() if feed in self._listeners and self._clocks.get(feed) != seq}
        now = asyncio.get_running_loop().time()
        due = [stream for stream in self._streams if now - stream.looked_at >= self._look_seconds]
        concerned = {stream: None for feed in sorted(moved) for stream in self._listeners[feed]} | dict.fromkeys(due)
        if concerned:
            tokens = {stream.token for stream in concerned}
            scopes = await to_thread.run_sync(self._look, tokens, limiter=self._thread)
            for stream in concerned:
                if stream in self._streams:
                    self._look_at(stream, scopes[stream.token])
                    stream.looked_at = now
        # Last: if the database fails in between, the next look sees the same change.
        for feed, seq in moved.items():
            for stream in self._listeners.get(feed, ()):
                stream.poke(feed, seq)
                self._clocks[feed] = seq

        self._tell_typing(writing)

    def _tell_typing(self, writing: Iterable[Typing]) -> None:
        before, self._typing = self._typing, {each.request: each for each in writing}
        for each in self._typing.values():
            team, own = each.tags
            if before.get(each.request) != each:
                for stream in self._listeners.get(audiences.feed_of(team or own or ""), ()):
                    if not stream.scopes.isdisjoint((f"team/{team}", f"own/{own}")):
                        stream.typing(each.request)

    def _look_at(self, stream: Stream, scopes: frozenset[str] | None) -> None:
        if scopes is None:
            stream.end()
            self.leave(stream)
        elif scopes != stream.scopes:
            self._rescope(stream, scopes)

    def _first_look(self, token: str) -> tuple[frozenset[str], dict[str, int]]:
        with self._database.snapshot() as connection:
            scopes = _scopes(connection, token, self._clock(), settings.mode(connection))
            return scopes, feeds.heads(connection, set(map(audiences.feed_of, scopes)))

    def _read_news(self, of: Collection[str]) -> tuple[dict[str, int], list[Typing]]:
        with self._database.snapshot() as connection:
            return feeds.heads(connection, of), typing.fresh(connection, "customer", self._clock())

    def _look(self, tokens: Collection[str]) -> dict[str, frozenset[str] | None]:
        """The scopes of sessions by now; None for one that has ended."""
        with self._database.snapshot() as connection:
            mode = settings.mode(connection)
            found = sessions.find_many(connection, tokens, self._clock())
        return {token: visibility.scopes(mode, found[token].account) if token in found else None for token in tokens}


def _scopes(connection: Connection, token: str, now: dt.datetime, mode: str) -> frozenset[str]:
    return visibility.scopes(mode, sessions.find(connection, token, now).account)

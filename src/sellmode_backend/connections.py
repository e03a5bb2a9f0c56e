"""Connections: what a stranger can take up is bounded in time and in number.

A stranger is who has not shown a token of ours on a connection. A worker has so many of theirs at most: for each
further one the oldest is cut, and what was being done for it is dropped. Who is signed in is a stranger until
their first call begins to be answered, and is served beside any number of them; what a cut call has written stays, and
its answer is sent again. The application says who has shown a token (``http.mark_known``).
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sellmode_backend import memory
from sellmode_backend.http import KNOWN
from sellmode_backend.sync.events import END_STREAMS

MAX_STRANGERS = 500
"""Connections of strangers to a worker."""
HEAD_BYTES = 16 * 1024
"""A request's head takes no more."""
HEAD_SECONDS = 20.0
"""A request whose head takes longer is given up."""
UNREAD_SECONDS = 60.0
"""So long an answer may go nowhere."""
GIVEN_UP_SECONDS = 2.0
"""So long whoever sends a body that was refused may read why; what they still send is dropped."""
GIVEN_BACK_SECONDS = 2.0
"""So long after a crowd has gone its memory is given back."""
_STRANGERS = "strangers"


class _Strangers:
    """Who has connected to a worker, oldest first: strangers, and those who have shown a token since."""

    def __init__(self) -> None:
        self._there: dict[Protocol, None] = {}
        self._crowded = False

    def enter(self, newest: Protocol) -> None:
        """A further one; the oldest stranger is cut if they are too many."""
        self._there[newest] = None
        while len(self._there) > MAX_STRANGERS:
            self._crowded = True
            oldest = next(iter(self._there))
            del self._there[oldest]
            if not oldest.is_known:
                oldest.transport.abort()

    def leave(self, gone: Protocol) -> None:
        """One has gone. Once a crowd has, the memory that it took is given back."""
        self._there.pop(gone, None)
        if self._crowded and len(self._there) < MAX_STRANGERS // 2:
            self._crowded = False
            gone.loop.call_later(GIVEN_BACK_SECONDS, memory.give_back)


class Protocol(H11Protocol):
    """A connection. The faster parser keeps a header of any length in memory, and a connection whose body was given up.

    uvicorn waits without end for a request's head and for an answer to be read, also when it closes a connection: who
    sends nothing, or a character now and then, or reads nothing, could keep all connections. And it waits for answers
    under way when it stops, of which an application hears only after them.
    """

    _giving_up: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _task: asyncio.Task[None] | None = None
    """What is being done for it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._application, self.app = self.app, self._run
        # The state of the application is the same for all connections of a worker.
        self._strangers: _Strangers = self.app_state.setdefault(_STRANGERS, _Strangers())

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Called when a connection is there."""
        super().connection_made(transport)
        self._strangers.enter(self)
        self._look()

    def data_received(self, data: bytes) -> None:
        """Called with what came."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Called when an answer has gone."""
        if self.conn.their_state is h11.DONE and self.conn.trailing_data[0] and not self.is_known:
            # Requests ahead of their answers would be worked off as fast as it goes; no terminal sends any.
            self.transport.close()
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        """Called when too much of an answer waits to be read."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Called when it has been read."""
        super().resume_writing()
        self._unread = _cancelled(self._unread)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called when the connection is no more."""
        super().connection_lost(exc)
        self._strangers.leave(self)
        self._giving_up, self._unread = _cancelled(self._giving_up), _cancelled(self._unread)
        # What somebody known has sent is done to its end.
        if self._task and not self.is_known:
            self._task.cancel()

    def shutdown(self) -> None:
        """Called of each connection when the server begins to stop."""
        super().shutdown()
        self.app_state[END_STREAMS]()

    @property
    def is_known(self) -> bool:
        """Whether a token of ours came with its present request."""
        return bool(self.scope) and KNOWN in self.scope["state"]  # there is none before the first request

    async def _run(self, *asgi: Any) -> None:
        self._task = asyncio.current_task()
        try:
            await self._application(*asgi)
        except asyncio.CancelledError:
            if not self.transport.is_closing():  # the server stops
                raise

    def _look(self) -> None:
        """Begin to wait for a head, or for the end of a body that was answered before it had come; else end that."""
        theirs, ours = self.conn.their_state, self.conn.our_state
        if self.transport.is_closing():
            seconds = UNREAD_SECONDS
        elif theirs is h11.SEND_BODY and ours in (h11.DONE, h11.MUST_CLOSE):
            seconds = GIVEN_UP_SECONDS
        elif theirs is h11.IDLE:
            seconds = HEAD_SECONDS
        else:
            self._giving_up = _cancelled(self._giving_up)
            return
        if self._giving_up is None:
            self._giving_up = self.loop.call_later(seconds, self.transport.abort)


def _cancelled(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    if timer is not None:
        timer.cancel()
    return None

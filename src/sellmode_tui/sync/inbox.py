"""What happened, on its way from the threads to the one that decides."""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

from sellmode_tui.sync.events import Event, TimeIsUp

MAX_WAITING: Final = 512
"""So much of an answer waits at most until it is decided on."""


class Inbox:
    """Events on their way to the engine. One that is there already is not put a second time: it says nothing new.

    What comes of a call comes after everything else, and no faster than it is taken. Calls are numbered, so that
    nothing of one that was hung up arrives any more.
    """

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._answer: deque[Event] = deque()
        self._call = 0
        lock = threading.Lock()
        self._news, self._room = threading.Condition(lock), threading.Condition(lock)

    def put(self, event: Event) -> None:
        with self._news:
            if event not in self._events:
                self._events.append(event)
                self._news.notify()

    def call(self) -> int:
        """A call begins; its number."""
        with self._news:
            self._call += 1
            return self._call

    def hang_up(self) -> None:
        """Take nothing more of the present call."""
        with self._room:
            self._call += 1
            self._answer.clear()
            self._room.notify_all()

    def answer(self, call: int, event: Event) -> bool:
        """Put what came of a call, as soon as there is room; whether it counts on."""
        with self._room:
            self._room.wait_for(lambda: call != self._call or len(self._answer) < MAX_WAITING)
            if call != self._call:
                return False
            self._answer.append(event)
            self._news.notify()
            return True

    def get(self, patience: float) -> Event:
        """The next event; after so many seconds, `TimeIsUp`."""
        with self._news:
            if not self._events and not self._answer:
                self._news.wait(patience)
            if self._events:
                return self._events.popleft()
            if not self._answer:
                return TimeIsUp()
            event = self._answer.popleft()
            if len(self._answer) == MAX_WAITING // 2:  # not for each line: the two threads would take turns
                self._room.notify_all()
            return event

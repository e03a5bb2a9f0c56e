"""When to open the stream of the backend's events, and when it counts as working: decisions without I/O.

The events only ever say "ask now", so that a stream that does not work costs nothing but time. Some networks keep a
stream's bytes back or cut it again and again: there, terminals poll, and try the stream again in a while.
"""

from __future__ import annotations

import random
from typing import Final

from sellmode_contract import wire
from sellmode_tui.sync.schedule import backoff

SILENCE_TIMEOUT: Final = 5 * wire.ALIVE_SECONDS
"""Seconds without a byte until a stream times out: a proxy holds it back, or the connection is gone."""
STABLE_AFTER: Final = 60.0
"""Seconds after which a stream counts as working here."""
MAX_FAILURES: Final = 3
"""After so many failed streams in a row none is tried for a while."""
RETRY_AFTER: Final = 3600.0
"""Seconds until the next try then."""
MAX_BACKOFF: Final = 60.0


class EventStreamMonitor:
    """The state of the stream. Streams are numbered, so that late events of a former one are told apart."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._number = 0
        self._failures = 0
        """Failed streams in a row."""
        self._listen_at = 0.0
        self._begun_at = 0.0
        self._silent_since = 0.0
        self.listening = False
        self.hearing = False
        """Whether something came since the stream was opened, and it has not timed out."""

    def due(self, *, may_listen: bool) -> float | None:
        """When there is something to decide."""
        if self.listening:
            return self._silent_since + SILENCE_TIMEOUT
        return self._listen_at if may_listen else None

    def wants_to_listen(self, now: float) -> bool:
        """Whether it is time to open a stream."""
        return not self.listening and now >= self._listen_at

    def listen(self, now: float) -> int:
        """A stream is being opened; its number."""
        self._number += 1
        self._begun_at = self._silent_since = now
        self.listening, self.hearing = True, False
        return self._number

    def opened(self, number: int, now: float) -> bool:
        """The backend answered; whether on the present stream."""
        if not self._is(number):
            return False
        self._silent_since = now
        return True

    def heard(self, number: int, now: float) -> bool:
        """Something came; whether on the present stream."""
        if not self._is(number):
            return False
        self._silent_since = now
        self.hearing = True
        if now - self._begun_at >= STABLE_AFTER:
            self._failures = 0
        return True

    def ended(self, number: int, now: float, wait: float = 0.0) -> bool:
        """A stream ended, and the backend asked to ``wait`` so many seconds; whether it was the present one."""
        if not self._is(number):
            return False
        self._give_up(now, wait)
        return True

    def timed_out(self, now: float) -> bool:
        """Whether the stream has timed out; it has to be closed then."""
        if not self.listening or now < self._silent_since + SILENCE_TIMEOUT:
            return False
        self._give_up(now, 0.0)
        return True

    def stop(self) -> bool:
        """Listen no more for now; whether there is a stream to be closed."""
        was, self.listening, self.hearing = self.listening, False, False
        return was

    def _is(self, number: int) -> bool:
        return self.listening and number == self._number

    def _give_up(self, now: float, wait: float) -> None:
        self.listening = self.hearing = False
        self._failures += 1
        if self._failures >= MAX_FAILURES:
            pause = RETRY_AFTER * self._chance.uniform(0.9, 1.1)
        else:
            pause = backoff(self._chance, self._failures, MAX_BACKOFF)
        self._listen_at = now + max(wait, pause)

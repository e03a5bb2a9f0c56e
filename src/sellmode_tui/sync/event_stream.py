"""When to listen to the backend's events, and when to believe that they come: decisions without I/O.

The events only ever say "ask now", so that a stream that does not work costs nothing but time. Some networks keep a
stream's bytes back or cut it again and again: there, terminals ask by the clock, and try the stream again in a while.
"""

from __future__ import annotations

import random
from typing import Final

from sellmode_contract import wire
from sellmode_tui.sync.schedule import backoff

MUTE_SECONDS: Final = 5 * wire.ALIVE_SECONDS
"""A stream that was silent for so long is mute: a proxy keeps what is said, or the line is gone."""
PROVEN_SECONDS: Final = 60.0
"""A stream that lives so long works here."""
MUTE_TRIES: Final = 3
"""After so many streams in a row that did not, none is tried for a while."""
DEAF_SECONDS: Final = 3600.0
"""That while."""
MAX_BACKOFF: Final = 60.0


class Ear:
    """Where listening stands. Streams are numbered, so that news of one that was given up are told apart."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._number = 0
        self._tries = 0
        """Streams in a row that did not prove themselves."""
        self._listen_at = 0.0
        self._begun_at = 0.0
        self._silent_since = 0.0
        self.listening = False
        self.hearing = False
        """Whether something was said since the stream was opened, and it is not mute."""

    def due(self, *, may_listen: bool) -> float | None:
        """When there is something to decide."""
        if self.listening:
            return self._silent_since + MUTE_SECONDS
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
        """The backend answered; whether that is news of the present stream."""
        if not self._is(number):
            return False
        self._silent_since = now
        return True

    def heard(self, number: int, now: float) -> bool:
        """Something was said; whether on the present stream."""
        if not self._is(number):
            return False
        self._silent_since = now
        self.hearing = True
        if now - self._begun_at >= PROVEN_SECONDS:
            self._tries = 0
        return True

    def ended(self, number: int, now: float, wait: float = 0.0) -> bool:
        """A stream ended, and the backend asked to ``wait`` so many seconds; whether it was the present one."""
        if not self._is(number):
            return False
        self._give_up(now, wait)
        return True

    def grows_tired(self, now: float) -> bool:
        """Whether the stream is mute; it is given up then, and has to be closed."""
        if not self.listening or now < self._silent_since + MUTE_SECONDS:
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
        self._tries += 1
        if self._tries >= MUTE_TRIES:
            pause = DEAF_SECONDS * self._chance.uniform(0.9, 1.1)
        else:
            pause = backoff(self._chance, self._tries, MAX_BACKOFF)
        self._listen_at = now + max(wait, pause)

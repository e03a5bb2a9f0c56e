"""When the next pass begins: decisions without I/O."""

from __future__ import annotations

import math
import random
from typing import Final

from sellmode_contract import wire

POLL_JITTER: Final = 0.2
"""Terminals of a store must not ask in step: a pause is this share longer or shorter."""
MIN_POLL: Final = 1
MAX_POLL: Final = 3600
"""Seconds between passes, whatever the backend asks for."""
HEARING_POLLS: Final = 4
"""While the events' stream is alive, polls are but a safety net: so many times rarer."""
MAX_BACKOFF: Final = 300.0
RETRY_UNREACHABLE: Final = (1.0, 3.0)
"""Seconds until a backend that cannot be reached is tried again, however long it has been away: at random, so that the
terminals do not all come at once when it is back."""
WRITING_BREAKS_BACKOFF: Final = 2.0
"""Something new to send is tried although the line was down, but not more often than this, in seconds."""
POKES_APART: Final = 0.5
"""However often the backend says that something has changed, it is asked no more often than this, in seconds."""


def backoff(chance: random.Random, failures: int, longest: float = MAX_BACKOFF) -> float:
    """How long to wait after so many failures in a row, with full jitter against trying in step."""
    # Beyond ten failures the exponent makes no difference, and some day would be too large for a float.
    return 0.5 + chance.uniform(0, min(longest, 2.0 ** min(failures + 1, 10)))


class Schedule:
    """The pause between passes."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._failures = 0
        self._begun_at = -math.inf
        """When the last pass began."""
        self._next_at = 0.0
        """When the next one begins by itself."""
        self._next_at_hearing = 0.0
        """The same while the events' stream is alive."""
        self._patient_until = 0.0
        """Until when the backend asked to be left alone."""
        self._again_at = math.inf
        """From when on there is reason for another pass, once the one under way has ended."""

    def next_pass(self, *, hearing: bool) -> float:
        """When the next pass begins; ``hearing``: the events' stream is alive."""
        return self._next_at_hearing if hearing else self._next_at

    def begin(self, now: float) -> None:
        """A pass begins."""
        self._begun_at = now

    def call(self) -> None:
        """A call is about to be made: it meets whatever there was reason for."""
        self._again_at = math.inf

    def again(self, at: float) -> None:
        """There is reason for another pass after this one, from then on."""
        self._again_at = min(self._again_at, at)

    def poked(self, now: float) -> float:
        """When a pass may begin because the backend says that something has changed."""
        return max(now, self._begun_at + POKES_APART)

    def written(self, now: float) -> float:
        """When a pass may begin because there is something new to send, although the line is down."""
        return max(now, self._begun_at + WRITING_BREAKS_BACKOFF, self._patient_until)

    def pause(self, now: float, seconds: float, *, hearing: float | None = None) -> None:
        """Let time pass before the next pass; more of it while the events' stream is alive."""
        self._next_at = now + seconds
        self._next_at_hearing = now + (seconds if hearing is None else hearing)

    def hasten(self, at: float) -> None:
        """Let the next pass begin no later."""
        self._next_at = min(self._next_at, at)
        self._next_at_hearing = min(self._next_at_hearing, at)

    def failed(self, now: float, wait: float = 0.0, *, unreachable: bool) -> None:
        """A pass failed, and the backend asked to ``wait`` so many seconds at least; or nothing answered."""
        if unreachable:
            self.pause(now, self._chance.uniform(*RETRY_UNREACHABLE))
        else:
            self._failures += 1
            self.pause(now, max(wait, backoff(self._chance, self._failures)))

    def leave_alone(self, until: float) -> None:
        """The backend asked to be left alone until then."""
        self._patient_until = until

    def done(self, now: float, end: wire.End) -> None:
        """A pass is complete."""
        self._failures = 0
        self._patient_until = 0.0
        poll = float(min(max(end.poll_s, MIN_POLL), MAX_POLL))
        spread = self._chance.uniform(0, min(max(end.spread_ms, 0), MAX_POLL * 1000) / 1000)
        poll *= self._chance.uniform(1 - POLL_JITTER, 1 + POLL_JITTER)
        self.pause(now, poll + spread, hearing=poll * HEARING_POLLS + spread)
        self.hasten(self._again_at)

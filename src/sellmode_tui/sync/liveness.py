"""Whether the backend lives, by its signs of life: decisions without I/O.

Anything that comes from the backend is a sign of life: a line of an answer, a refusal, a word of the events' stream.
The stream alone brings one about every two seconds. Where none comes, the backend is asked for one; where that is not
answered either, the line counts as down.
"""

from __future__ import annotations

import math
import random
from typing import Final

from sellmode_contract import wire

PROBE_AFTER: Final = (1.25 * wire.ALIVE_SECONDS, 1.6 * wire.ALIVE_SECONDS)
"""After so many seconds of silence the backend is asked: at random between, as streams may stop for many at once."""
PROBE_AGAIN: Final = (0.5, 1.5)
"""So long after a question that was not answered comes the next, while a call waits for an answer."""
SILENT_AFTER: Final = 2.25 * wire.ALIVE_SECONDS
"""After so many seconds without a sign of life the line counts as down."""


class Pulse:
    """When the backend was last heard of."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._sign_at = -math.inf
        self._silent_at = math.inf
        """When silence has lasted too long."""
        self._probe_at = math.inf
        self._asked_at: float | None = None
        """Since when a question waits for its answer."""

    def sign(self, now: float) -> None:
        """The backend lives."""
        self._sign_at = now
        self._wait(now)

    def begin(self, now: float) -> None:
        """From now on a sign of life is waited for."""
        self._wait(now)

    def awoke(self, now: float) -> None:
        """Nobody looked for a while: the backend gets the time to answer a question."""
        self._probe_at = now
        self._silent_at = max(self._silent_at, now + SILENT_AFTER - PROBE_AFTER[0])

    def doubt(self, now: float) -> None:
        """Something broke: what was heard before says nothing any more, and there is reason to ask soon."""
        self._sign_at = -math.inf
        self._probe_at = min(self._probe_at, now + self._chance.uniform(0, SILENT_AFTER - PROBE_AFTER[1]))

    def is_fresh(self, now: float) -> bool:
        """Whether the backend was heard of just now."""
        return now - self._sign_at < PROBE_AFTER[0]

    def is_silent(self, now: float) -> bool:
        """Whether the line counts as down."""
        return now >= self._silent_at

    def due(self, *, told: bool) -> float:
        """When there is something to decide; ``told``: that the line is down is known."""
        return min(self._probe_at if self._asked_at is None else math.inf, math.inf if told else self._silent_at)

    def wants_probe(self, now: float) -> bool:
        """Whether to ask now."""
        return self._asked_at is None and now >= self._probe_at

    def probe(self, now: float) -> None:
        """The backend is being asked."""
        self._asked_at = now

    def unanswered(self, now: float) -> bool:
        """The question came to nothing; whether the backend was not heard of in another way meanwhile."""
        asked_at, self._asked_at = self._asked_at, None
        self._probe_at = now + self._chance.uniform(*PROBE_AGAIN)
        return asked_at is not None and self._sign_at <= asked_at

    def answered(self) -> None:
        """The question has an answer."""
        self._asked_at = None

    def _wait(self, now: float) -> None:
        self._silent_at = now + SILENT_AFTER
        self._probe_at = now + self._chance.uniform(*PROBE_AFTER)

"""Whether the backend can be reached, by its signs of life: decisions without I/O.

Anything that comes from the backend is a sign of life: a line of an answer, a refusal, an event.
The stream alone brings one about every two seconds. Where none comes, the backend is asked for one; where that is not
answered either, it counts as unreachable.
"""

from __future__ import annotations

import math
import random
from typing import Final

from sellmode_contract import wire

PROBE_AFTER: Final = (1.25 * wire.ALIVE_SECONDS, 1.6 * wire.ALIVE_SECONDS)
"""Seconds of silence until a probe, at random between: streams may stop for many terminals at once."""
PROBE_AGAIN: Final = (0.5, 1.5)
"""Seconds from a probe that failed to the next, while a call waits for an answer."""
SILENT_AFTER: Final = 2.25 * wire.ALIVE_SECONDS
"""Seconds without a sign of life until the backend counts as unreachable."""


class Liveness:
    """When the backend was last heard of."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._sign_at = -math.inf
        self._silent_at = math.inf
        """When it counts as unreachable."""
        self._probe_at = math.inf
        self._probed_at: float | None = None
        """When the pending probe was sent."""

    def alive(self, now: float) -> None:
        """A sign of life came."""
        self._sign_at = now
        self._wait(now)

    def begin(self, now: float) -> None:
        """Expect signs of life from now on."""
        self._wait(now)

    def awoke(self, now: float) -> None:
        """This process was suspended: probe before anything counts as silence."""
        self._probe_at = now
        self._silent_at = max(self._silent_at, now + SILENT_AFTER - PROBE_AFTER[0])

    def doubt(self, now: float) -> None:
        """A connection broke: earlier signs of life no longer count, and a probe is due soon."""
        self._sign_at = -math.inf
        self._probe_at = min(self._probe_at, now + self._chance.uniform(0, SILENT_AFTER - PROBE_AFTER[1]))

    def is_fresh(self, now: float) -> bool:
        """Whether a sign of life came just now."""
        return now - self._sign_at < PROBE_AFTER[0]

    def is_silent(self, now: float) -> bool:
        """Whether the backend counts as unreachable."""
        return now >= self._silent_at

    def due(self, *, told: bool) -> float:
        """When there is something to decide; ``told``: that it is unreachable is known."""
        return min(self._probe_at if self._probed_at is None else math.inf, math.inf if told else self._silent_at)

    def wants_probe(self, now: float) -> bool:
        """Whether to probe now."""
        return self._probed_at is None and now >= self._probe_at

    def probe(self, now: float) -> None:
        """A probe is being sent."""
        self._probed_at = now

    def unanswered(self, now: float) -> bool:
        """The probe failed; whether no other sign of life came meanwhile."""
        asked_at, self._probed_at = self._probed_at, None
        self._probe_at = now + self._chance.uniform(*PROBE_AGAIN)
        return asked_at is not None and self._sign_at <= asked_at

    def answered(self) -> None:
        """The probe was answered."""
        self._probed_at = None

    def _wait(self, now: float) -> None:
        self._silent_at = now + SILENT_AFTER
        self._probe_at = now + self._chance.uniform(*PROBE_AFTER)

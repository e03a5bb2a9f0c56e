"""How long a terminal's data may be used without contact with the backend: pure arithmetic on readings of its clocks.

All are readings of this terminal, so a clock that is steadily wrong does no harm, and one set back lengthens no lease.
"""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Final, NamedTuple

from sellmode_tui.journal.clock import ClockReading, Contact, proven

SET_BACK: Final = dt.timedelta(minutes=5)
"""A wall clock further than this behind what is proven was set back; less is a correction."""
MAX_LEASE: Final = dt.timedelta(days=366)
"""No backend grants more."""


class State(Enum):
    """What a lease allows."""

    GOOD = "good"
    ENDING = "ending"
    """Past the soft lease: usable, with a warning."""
    OVER = "over"
    """Past the hard lease: the key is deleted."""
    CLOCK_CHANGED = "clock changed"
    """Locked until contact."""


class Lease(NamedTuple):
    """A lease at one moment."""

    state: State
    left: dt.timedelta
    """Until the hard lease ends; never negative."""


def assess(contact: Contact, mark: ClockReading, reading: ClockReading) -> Lease:
    """What the lease of the last contact allows now."""
    now = proven(mark, reading)
    elapsed = now - contact.at
    left = max(dt.timedelta(0), contact.hard - elapsed)
    if elapsed >= contact.hard:
        return Lease(State.OVER, left)
    if now - reading.wall > SET_BACK:
        return Lease(State.CLOCK_CHANGED, left)
    return Lease(State.ENDING if elapsed >= contact.soft else State.GOOD, left)

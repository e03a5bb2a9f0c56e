"""How long a terminal's data may be used without contact with the backend: pure arithmetic on readings of its clocks.

A clock set back does not lengthen a lease. Time gone by is the most that any witness proves: the wall clock, the latest
wall clock ever seen, or that one plus the time the machine has run since (its clock since boot, which nobody sets). All
are readings of this terminal, so a clock that is steadily wrong does no harm.
"""

from __future__ import annotations

import datetime as dt
import time
from enum import Enum
from pathlib import Path
from typing import NamedTuple

SET_BACK = dt.timedelta(minutes=5)
"""A wall clock further than this behind what is proven was set back; less is a correction."""
SOFT = dt.timedelta(days=7)
HARD = dt.timedelta(days=14)
"""What holds until the backend says otherwise."""
LONGEST = dt.timedelta(days=366)
"""No backend grants more."""


class Reading(NamedTuple):
    """The terminal's clocks at one moment."""

    wall: dt.datetime
    """UTC."""
    boot: str
    """Which start of the machine; empty where that cannot be known."""
    since_boot: float
    """Seconds since that start, sleep included where the system counts it."""


class Contact(NamedTuple):
    """The last answer of the backend to this account, by the terminal's wall clock, and what it granted."""

    at: dt.datetime
    soft: dt.timedelta = SOFT
    hard: dt.timedelta = HARD


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


def read_clock() -> Reading:
    """The clocks as they are now."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return Reading(dt.datetime.now(dt.UTC), boot, since_boot())


def proven(mark: Reading, reading: Reading) -> dt.datetime:
    """The latest time that is proven to have come, given the furthest reading so far and one now."""
    ran = reading.since_boot - mark.since_boot if reading.boot and reading.boot == mark.boot else 0.0
    return max(reading.wall, mark.wall + dt.timedelta(seconds=max(0.0, ran)))


def advance(mark: Reading, reading: Reading) -> Reading:
    """The furthest reading, to be kept for the next time."""
    return reading._replace(wall=proven(mark, reading))


def age(made: Reading, reading: Reading, longest: dt.timedelta = LONGEST) -> dt.timedelta:
    """How long ago something was made, from a reading then and one now: 0 to ``longest``.

    Within one start of the machine the clock counts that nobody sets, else the difference of the wall clocks.
    """
    if made.boot and made.boot == reading.boot:
        passed = dt.timedelta(seconds=reading.since_boot - made.since_boot)
    else:
        passed = reading.wall - made.wall
    return min(max(dt.timedelta(0), passed), longest)


def since_boot() -> float:
    """Seconds of the clock that nobody sets, sleep included where the system counts it."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def assess(contact: Contact, mark: Reading, reading: Reading) -> Lease:
    """What the lease of the last contact allows now."""
    now = proven(mark, reading)
    elapsed = now - contact.at
    left = max(dt.timedelta(0), contact.hard - elapsed)
    if elapsed >= contact.hard:
        return Lease(State.OVER, left)
    if now - reading.wall > SET_BACK:
        return Lease(State.CLOCK_CHANGED, left)
    return Lease(State.ENDING if elapsed >= contact.soft else State.GOOD, left)

"""The terminal's clocks, and how much time has passed by them.

A clock that is set back hides no time. Time gone by is the most that any reading proves: the wall clock, the latest
wall clock ever seen, or that one plus the time the machine has run since (its clock since boot, which nobody sets).
"""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Final, NamedTuple

SOFT: Final = dt.timedelta(days=7)
HARD: Final = dt.timedelta(days=14)
"""The lease until the backend says otherwise."""


class ClockReading(NamedTuple):
    """The terminal's clocks at one moment."""

    wall: dt.datetime
    """UTC."""
    boot: str
    """Which start of the machine; empty where that cannot be known."""
    since_boot: float
    """Seconds since that start, sleep included where the system counts it."""


class Contact(NamedTuple):
    """The last answer of the backend to this account, by the terminal's wall clock, and the lease it granted."""

    at: dt.datetime
    soft: dt.timedelta = SOFT
    hard: dt.timedelta = HARD


def read_clock() -> ClockReading:
    """The clocks as they are now."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return ClockReading(dt.datetime.now(dt.UTC), boot, since_boot())


def since_boot() -> float:
    """Seconds of the clock that nobody sets, sleep included where the system counts it."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def proven(mark: ClockReading, reading: ClockReading) -> dt.datetime:
    """The latest time that is proven to have come, given the furthest reading so far and one now."""
    ran = reading.since_boot - mark.since_boot if reading.boot and reading.boot == mark.boot else 0.0
    return max(reading.wall, mark.wall + dt.timedelta(seconds=max(0.0, ran)))


def advance(mark: ClockReading, reading: ClockReading) -> ClockReading:
    """The furthest reading, to be kept for the next time."""
    return reading._replace(wall=proven(mark, reading))


def age(made: ClockReading, reading: ClockReading, at_most: dt.timedelta) -> dt.timedelta:
    """How long ago something was made, from a reading then and one now: 0 to ``at_most``.

    Within one start of the machine the clock counts that nobody sets, else the difference of the wall clocks.
    """
    if made.boot and made.boot == reading.boot:
        passed = dt.timedelta(seconds=reading.since_boot - made.since_boot)
    else:
        passed = reading.wall - made.wall
    return min(max(dt.timedelta(0), passed), at_most)

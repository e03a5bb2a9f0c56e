"""The lease: how long data may be used without contact, whatever the clock is set to."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_tui.account.lease import State, assess
from sellmode_tui.journal.clock import ClockReading, Contact, advance, proven, read_clock

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
MARK = ClockReading(NOON, "boot-1", 1000.0)
CONTACT = Contact(NOON)
DAY = dt.timedelta(days=1)


def after(wall: dt.timedelta, *, ran: dt.timedelta | None = None, boot: str = "boot-1") -> ClockReading:
    """A reading some time after `MARK` by the wall clock and, if given, another time by the clock since boot."""
    return ClockReading(NOON + wall, boot, 1000.0 + (wall if ran is None else ran).total_seconds())


@pytest.mark.parametrize(
    ("days", "state", "left"),
    [(0, State.GOOD, 14), (6.9, State.GOOD, 7.1), (7, State.ENDING, 7), (13.9, State.ENDING, 0.1), (14, State.OVER, 0)],
)
def test_soft_then_hard(days: float, state: State, left: float) -> None:
    lease = assess(CONTACT, MARK, after(days * DAY))
    assert lease.state is state
    assert lease.left == left * DAY


def test_the_backend_says_how_long() -> None:
    assert assess(Contact(NOON, DAY, 2 * DAY), MARK, after(DAY)).state is State.ENDING
    assert assess(Contact(NOON, DAY, 2 * DAY), MARK, after(2 * DAY)).state is State.OVER


@pytest.mark.parametrize("minutes", [-5, -1, 0])
def test_a_small_correction_of_the_clock_is_none_of_our_business(minutes: int) -> None:
    assert assess(CONTACT, MARK, after(dt.timedelta(minutes=minutes), ran=dt.timedelta(0))).state is State.GOOD


@pytest.mark.parametrize("back", [dt.timedelta(minutes=6), DAY, 3650 * DAY])
@pytest.mark.parametrize("boot", ["boot-1", "boot-2", ""])
def test_a_clock_set_back_locks(back: dt.timedelta, boot: str) -> None:
    assert assess(CONTACT, MARK, after(-back, ran=dt.timedelta(0), boot=boot)).state is State.CLOCK_CHANGED


def test_the_time_a_machine_ran_counts_though_its_clock_stands_still() -> None:
    assert assess(CONTACT, MARK, after(dt.timedelta(0), ran=2 * DAY)).state is State.CLOCK_CHANGED
    assert assess(CONTACT, MARK, after(dt.timedelta(0), ran=14 * DAY)).state is State.OVER


def test_a_clock_set_back_after_the_lease_ended_revives_nothing() -> None:
    mark = advance(MARK, after(15 * DAY))
    assert assess(CONTACT, mark, after(DAY, boot="boot-2")).state is State.OVER


def test_what_another_start_of_the_machine_counted_says_nothing() -> None:
    assert proven(MARK, after(DAY, ran=9 * DAY, boot="boot-2")) == NOON + DAY
    unknown = MARK._replace(boot="")
    assert proven(unknown, after(DAY, ran=9 * DAY, boot="")) == NOON + DAY


seconds = st.floats(-1e8, 1e8)


@given(st.lists(st.tuples(seconds, st.floats(0, 1e8), st.sampled_from(["boot-1", "boot-2", ""]))))
def test_what_is_proven_never_goes_back(readings: list[tuple[float, float, str]]) -> None:
    mark = MARK
    for wall, since_boot, boot in readings:
        later = advance(mark, ClockReading(NOON + dt.timedelta(seconds=wall), boot, since_boot))
        assert later.wall >= mark.wall
        assert later.wall >= NOON + dt.timedelta(seconds=wall)
        mark = later


def test_the_real_clocks_go_forward() -> None:
    one = read_clock()
    two = read_clock()
    assert one.wall.tzinfo is dt.UTC
    assert two.boot == one.boot
    assert two.since_boot >= one.since_boot

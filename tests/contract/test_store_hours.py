"""Opening hours: held equal to a plain count of minutes, also where the clocks change."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.store_hours import WEEKDAYS, OpeningHours, Spans, due_after, is_open, opens, problems
from sellmode_contract.store_hours import service_minutes as minutes_between

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
WEEK = ("10:00-13:00", "14:00-18:00")
SHOP = OpeningHours(
    **dict.fromkeys(WEEKDAYS[:5], WEEK),
    saturday=("10:00-24:00",),
    days={"2026-12-24": ("10:00-16:00",), "2026-12-25": ()},
)


def at(text: str, zone: dt.tzinfo = AMSTERDAM) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("now", "again"),
    [
        ("2026-12-22T12:59", "2026-12-22T12:59"),
        ("2026-12-22T13:00", "2026-12-22T14:00"),
        ("2026-12-22T18:00", "2026-12-23T10:00"),
        ("2026-12-24T16:00", "2026-12-26T10:00"),  # Christmas is closed, a Saturday comes after it
        ("2026-12-26T23:59", "2026-12-26T23:59"),
        ("2026-12-27T00:00", "2026-12-28T10:00"),
    ],
)
def test_a_store_says_when_it_is_open_again(now: str, again: str) -> None:
    assert opens(SHOP, AMSTERDAM, at(now)) == at(again)
    assert is_open(SHOP, AMSTERDAM, at(now)) == (now == again)


def test_minutes_of_service_stand_still_while_the_store_is_closed() -> None:
    assert due_after(SHOP, AMSTERDAM, at("2026-12-22T17:30"), 30) == at("2026-12-22T18:00")
    assert due_after(SHOP, AMSTERDAM, at("2026-12-22T17:30"), 31) == at("2026-12-23T10:01")
    assert due_after(SHOP, AMSTERDAM, at("2026-12-22T12:50"), 240) == at("2026-12-22T17:50")
    assert minutes_between(SHOP, AMSTERDAM, at("2026-12-24T15:00"), at("2026-12-26T11:00")) == 120


def test_a_store_without_hours_is_always_open_and_one_without_open_hours_never() -> None:
    now = at("2026-12-25T03:00")
    assert is_open(None, AMSTERDAM, now)
    assert due_after(None, AMSTERDAM, now, 15) == now + 15 * MINUTE
    assert minutes_between(None, AMSTERDAM, now, now + DAY) == 24 * 60
    assert opens(OpeningHours(), AMSTERDAM, now) is None
    once = OpeningHours(days={"2026-12-31": ("10:00-11:00",)})
    assert due_after(once, AMSTERDAM, now, 60) == at("2026-12-31T11:00")
    assert due_after(once, AMSTERDAM, now, 61) is None


def test_what_the_clocks_leave_out_and_repeat() -> None:
    night = OpeningHours(sunday=("01:30-02:30", "03:00-04:00"))
    # The clocks go from 02:00 to 03:00: 02:30 is half past three then, which the second span begins before.
    spring = at("2027-03-28T00:00")
    assert opens(night, AMSTERDAM, spring) == dt.datetime(2027, 3, 28, 0, 30, tzinfo=dt.UTC)
    assert minutes_between(night, AMSTERDAM, spring, spring + DAY) == 90
    # They go from 03:00 back to 02:00: the first 02:30 is meant.
    autumn = at("2026-10-25T00:00")
    assert minutes_between(night, AMSTERDAM, autumn, autumn + DAY) == 120
    assert not is_open(night, AMSTERDAM, dt.datetime(2026, 10, 25, 1, 15, tzinfo=dt.UTC))  # the second 02:15


TIMES = st.sampled_from(["", "00:00-24:00", "07:15-12:00", "10:00-18:00", "12:00-13:30 13:30-20:45", "20:00-24:00"])
DAYS = st.builds(lambda text: tuple(text.split()), TIMES)
HOURS = st.builds(
    OpeningHours,
    **dict.fromkeys(WEEKDAYS, DAYS),
    days=st.dictionaries(st.dates(dt.date(2026, 10, 23), dt.date(2026, 10, 28)).map(str), DAYS, max_size=3),
)
ZONES = st.sampled_from([AMSTERDAM, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")])


def plainly_open(hours: OpeningHours, zone: ZoneInfo, now: dt.datetime) -> bool:
    local = now.astimezone(zone)
    special = hours.days.get(str(local.date()))
    spans: Spans = getattr(hours, WEEKDAYS[local.weekday()]) if special is None else special
    return any(begins <= f"{local:%H:%M}" < ends for begins, _, ends in (span.partition("-") for span in spans))


@given(HOURS, ZONES, st.integers(0, 4 * 24 * 60), st.integers(0, 3 * 24 * 60))
def test_service_minutes_are_those_that_a_plain_count_finds(
    hours: OpeningHours, zone: ZoneInfo, after: int, length: int
) -> None:
    start = dt.datetime(2026, 10, 23, 3, tzinfo=dt.UTC) + after * MINUTE
    counted = [plainly_open(hours, zone, start + number * MINUTE) for number in range(length)]
    assert minutes_between(hours, zone, start, start + length * MINUTE) == sum(counted)
    assert is_open(hours, zone, start) == plainly_open(hours, zone, start)
    again = opens(hours, zone, start)
    if any(counted):
        assert again == start + counted.index(True) * MINUTE
        due = due_after(hours, zone, start, sum(counted))
        assert due is not None
        assert due <= start + length * MINUTE
        assert minutes_between(hours, zone, start, due) == sum(counted)


@pytest.mark.parametrize(
    ("times", "says"),
    [
        (("10-18",), "10:00-18:00"),
        (("10:00-25:00",), "10:00-18:00"),
        (("18:00-02:00",), "the next day"),
        (("10:00-10:00",), "ends before it begins"),
        (("10:00-14:00", "13:00-18:00"), "13:00-18:00 begins before"),
    ],
)
def test_hours_that_are_none(times: Spans, says: str) -> None:
    for hours, day in (
        (OpeningHours(monday=times), "monday"),
        (OpeningHours(days={"2026-12-24": times}), "2026-12-24"),
    ):
        (problem,) = problems(hours)
        assert problem.day == day
        assert says in problem.detail
    assert [problem.day for problem in problems(OpeningHours(days={"2026-02-30": ()}))] == ["2026-02-30"]

"""Due instants in every time zone on both edges of summer time, held to the zone's own clock, quarter by quarter."""

from __future__ import annotations

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.rules.facts import Facts
from sellmode_contract.rules.judging import task_of
from sellmode_contract.store_time import Due, day_start, local_day
from tests.contract.rules.making import customer, judge, rule

DAY, QUARTER = dt.timedelta(days=1), dt.timedelta(minutes=15)
_PLACES = sorted(zoneinfo.available_timezones() - {"localtime", "Factory", "build/etc/localtime"})
_ODD = [
    ("Pacific/Apia", dt.date(2011, 12, 30)),  # a day that was left out
    ("Asia/Beirut", dt.date(2022, 3, 27)),  # no midnight
    ("America/Havana", dt.date(2025, 11, 2)),  # the first hour of the day twice
    ("Atlantic/Azores", dt.date(2025, 3, 30)),
    ("Asia/Gaza", dt.date(2025, 10, 25)),
    ("America/Scoresbysund", dt.date(2024, 3, 31)),  # the last hour of the day before left out
    ("Africa/Monrovia", dt.date(1972, 1, 7)),  # 44 minutes left out
    ("Antarctica/Troll", dt.date(2025, 3, 30)),  # two hours
    ("Australia/Lord_Howe", dt.date(2025, 10, 5)),  # half an hour
]


def _edges(zone: ZoneInfo, year: int) -> Iterator[dt.date]:
    """The days of a year on which a zone's clocks are changed."""
    noon = dt.datetime(year, 1, 1, 12, tzinfo=dt.UTC)
    offsets = [(noon + number * DAY).astimezone(zone).utcoffset() for number in range(-1, 367)]
    for number, (before, after) in enumerate(itertools.pairwise(offsets)):
        if before != after:
            yield (noon + (number - 1) * DAY).astimezone(zone).date()
            yield (noon + number * DAY).astimezone(zone).date()


def _clock(zone: ZoneInfo, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    """Each quarter of an hour around a day, as the instant and what the clocks say."""
    start = dt.datetime.combine(day, dt.time(), dt.UTC) - 2 * DAY
    instants = [start + number * QUARTER for number in range(5 * 96)]
    return [(instant, instant.astimezone(zone).replace(tzinfo=None)) for instant in instants]


def _expected(clock: list[tuple[dt.datetime, dt.datetime]], local: dt.datetime) -> dt.datetime:
    """The first instant at which the clocks say so; where they leave it out, as if they had not been changed yet."""
    for instant, said in clock:
        if said == local:
            return instant
    before = max(pair for pair in clock if pair[1] < local and pair[0] < _jump(clock, local))
    return before[0] + (local - before[1])


def _jump(clock: list[tuple[dt.datetime, dt.datetime]], local: dt.datetime) -> dt.datetime:
    """The instant from which on the clocks have passed a local time that they leave out."""
    return min(instant for instant, said in clock if said > local)


def _check(zone: ZoneInfo, day: dt.date) -> None:
    clock = _clock(zone, day)
    start, following = day_start(day, zone), day_start(day + DAY, zone)
    assert start == _expected(clock, dt.datetime.combine(day, dt.time()))
    assert Due(day).instant(zone) == following, "a day is overdue when it is over"
    if start < following:  # the day was not left out
        assert local_day(start, zone) == day == local_day(following - dt.timedelta(microseconds=1), zone)
    for quarter in range(96):
        local = dt.datetime.combine(day, dt.time()) + quarter * QUARTER
        assert Due(day, local.time()).instant(zone) == _expected(clock, local), f"{zone.key} {local}"


def _checked_by_a_rule(zone: ZoneInfo, day: dt.date) -> None:
    """A task of a day is made when that day begins, for any time of it."""
    kept = ImportantDate(id="d", customer="c1", label="birthday", month=day.month, day=day.day)
    facts = Facts(customer=customer(), dates=(kept,))
    for time in ("", "02:30", "23:45"):
        judged = judge(rule("date", due_time=time, expires_days=0), zone=zone, today=day, now=day_start(day, zone))
        (found,) = judged.decisions(facts)
        task = task_of(found, "s1", zone, day_start(day, zone))
        assert task.due == (f"{day}T{time}" if time else f"{day}")
        assert task.due_at == Due(day, dt.time.fromisoformat(time) if time else None).instant(zone)
        assert task.expires_at == day_start(day + DAY, zone)
        # In Nuuk it may be 23:45 of a day whose last hour is left out: as a quarter to one, by when it has expired.
        assert task.due_at <= task.expires_at or local_day(task.due_at, zone) > day


@pytest.mark.parametrize("part", range(8))
def test_every_zone_at_both_edges_of_summer_time(part: int) -> None:
    edges = 0
    for name in _PLACES[part::8]:
        zone = ZoneInfo(name)
        for day in {*_edges(zone, 2026), dt.date(2026, 6, 30)}:
            _check(zone, day)
            _checked_by_a_rule(zone, day)
            edges += 1
    assert edges > 100


@pytest.mark.parametrize(("name", "day"), _ODD)
def test_odd_days(name: str, day: dt.date) -> None:
    zone = ZoneInfo(name)
    for beside in (-1, 0, 1):
        _check(zone, day + beside * DAY)

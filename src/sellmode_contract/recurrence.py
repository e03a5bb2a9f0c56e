"""When a repeating task is due next: RFC 5545 recurrence rules over a store's local days.

A rule is read in local time, so that "every day at nine" stays at nine over changes of the clocks. Whoever may write a
task may write rules, so none may take long: a month has 28 layouts and a year 14 (how long it is, and on which day of
the week it begins), and each is worked out once.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sellmode_contract.store_time import LAST_YEAR, Due, read_due

LONGEST_RULE = 200
YEARS = 30
"""A series ends after so many years; a rule that does not come again within them is refused."""
MOST_TIMES = 1000

_ALWAYS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})
_PARTS = {
    "DAILY": _ALWAYS | {"BYDAY"},
    "WEEKLY": _ALWAYS | {"BYDAY"},
    "MONTHLY": _ALWAYS | {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": _ALWAYS | {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
}
"""The parts that go with each frequency."""
_ORDINALS = {"DAILY": 0, "WEEKLY": 0, "MONTHLY": 5, "YEARLY": 53}
"""The highest number before a day (``2MO``)."""
_NUMBERS = {"BYMONTHDAY": 31, "BYSETPOS": 366, "BYMONTH": 12}
"""Parts that are lists of numbers, with the highest; all but months count from the end too."""
_WITHIN_MONTH = 5
"""The highest number before a day where months are named."""
_WEEK = 7
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY = re.compile(r"(?P<ordinal>[+-]?\d{1,2})?(?P<day>MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_EXAMPLE = "such as FREQ=WEEKLY;BYDAY=MO"
_UNTIL = re.compile(r"\d{8}", re.ASCII)


def check(repeat: str, start: Due) -> None:
    """Raises ValueError with what is wrong with a recurrence rule, also if it never comes again after ``start``."""
    if next_due(repeat, start, start, start.day) is None:
        raise ValueError("it does not come again")


def next_due(repeat: str, start: Due, last: Due, today: dt.date) -> Due | None:
    """The first due time of a series from ``start`` that lies after ``last`` and not before ``today``.

    None if the series is over by then. Raises ValueError with what is wrong with the rule.
    """
    # The times of a series are all the same: whether one lies after ``last`` is then a matter of days.
    after = last.day.toordinal() + ((start.time or dt.time()) <= (last.time or dt.time()))
    first = max(after, today.toordinal())
    found = next((day for day in _days(repeat, start.day) if day >= first), None)
    return None if found is None else Due(dt.date.fromordinal(found), start.time)


def due_times(repeat: str, start: Due) -> Iterator[Due]:
    """All due times of a series, within ``YEARS``. Raises ValueError with what is wrong with the rule."""
    for day in _days(repeat, start.day):
        yield Due(dt.date.fromordinal(day), start.time)


# ------------------------------------------------------------------ days


class _Rule(NamedTuple):
    """A rule, read; its days are counted as ``date.toordinal`` does."""

    frequency: str
    interval: int
    week_start: int
    """The weekday on which weeks begin, from 0 for Monday."""
    days: frozenset[tuple[int, int]]
    """Weekdays, each after its number: 0 for all of them, -1 for the last."""
    month_days: frozenset[int]
    months: frozenset[int]
    positions: frozenset[int]


def _days(repeat: str, start: dt.date) -> Iterator[int]:
    """The days that a rule comes to within ``YEARS``. Raises ValueError with what is wrong with it."""
    parts = _parts(repeat)
    count = _number("COUNT", parts["COUNT"]) if "COUNT" in parts else None
    last = start.replace(year=min(start.year + YEARS, LAST_YEAR), day=1)
    if "UNTIL" in parts:
        if count is not None:
            raise ValueError("it has either COUNT or UNTIL")
        last = min(last, _until(parts["UNTIL"]))
    rule, first, end = _rule(parts, start), start.toordinal(), last.toordinal()
    coming = (day for day in _EACH[rule.frequency](rule, start, end) if day >= first)
    yield from itertools.takewhile(lambda day: day <= end, itertools.islice(coming, count))


def _daily(rule: _Rule, start: dt.date, end: int) -> Iterator[int]:
    weekdays = {weekday for _, weekday in rule.days} or set(range(_WEEK))
    return (day for day in range(start.toordinal(), end + 1, rule.interval) if _weekday(day) in weekdays)


def _weekly(rule: _Rule, start: dt.date, end: int) -> Iterator[int]:
    weekdays = {weekday for _, weekday in rule.days} or {start.weekday()}
    offsets = sorted((weekday - rule.week_start) % _WEEK for weekday in weekdays)
    begin = start.toordinal() - (start.weekday() - rule.week_start) % _WEEK
    return (week + offset for week in range(begin, end + 1, _WEEK * rule.interval) for offset in offsets)


def _monthly(rule: _Rule, start: dt.date, end: int) -> Iterator[int]:
    layouts: dict[tuple[int, int], tuple[int, ...]] = {}
    for number in itertools.count(start.year * 12 + start.month - 1, rule.interval):
        year, month = divmod(number, 12)
        if year > LAST_YEAR or (begin := dt.date(year, month + 1, 1).toordinal()) > end:
            return
        length = _length(year, month + 1)
        layout = (_weekday(begin), length)
        if layout not in layouts:
            layouts[layout] = _taken(rule, _weekday(begin), [(month + 1, length)])
        yield from (begin + day for day in layouts[layout])


def _yearly(rule: _Rule, start: dt.date, end: int) -> Iterator[int]:
    layouts: dict[tuple[int, bool], tuple[int, ...]] = {}
    for year in range(start.year, LAST_YEAR + 1, rule.interval):
        begin = dt.date(year, 1, 1).toordinal()
        if begin > end:
            return
        layout = (_weekday(begin), calendar.isleap(year))
        if layout not in layouts:
            layouts[layout] = _taken(rule, _weekday(begin), [(month, _length(year, month)) for month in range(1, 13)])
        yield from (begin + day for day in layouts[layout])


_EACH = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}


def _taken(rule: _Rule, weekday: int, months: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The days, counted from 0, that a rule takes of a month or a year which begins on a weekday.

    ``months`` are the months in it, with their lengths.
    """
    found: list[int] = []
    begin, total = 0, sum(length for _, length in months)
    within_month = rule.frequency == "MONTHLY" or rule.months
    for month, length in months:
        for day in range(length) if not rule.months or month in rule.months else ():
            if rule.month_days and day + 1 not in rule.month_days and day - length not in rule.month_days:
                continue
            number, of_week = begin + day, (weekday + begin + day) % _WEEK
            place, size = (day, length) if within_month else (number, total)
            from_begin, from_end = place // _WEEK + 1, -((size - 1 - place) // _WEEK) - 1
            if not rule.days or any((ordinal, of_week) in rule.days for ordinal in (0, from_begin, from_end)):
                found.append(number)
        begin += length
    if rule.positions:
        there = (place - 1 if place > 0 else place for place in rule.positions if abs(place) <= len(found))
        found = sorted({found[place] for place in there})
    return tuple(found)


def _weekday(ordinal: int) -> int:
    return (ordinal + 6) % _WEEK


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


# ------------------------------------------------------------------ reading


def _rule(parts: dict[str, str], start: dt.date) -> _Rule:
    """A rule of parts that have been looked at; what it leaves out it has from its start."""
    frequency = parts["FREQ"]
    months, month_days = _numbers(parts.get("BYMONTH", "")), _numbers(parts.get("BYMONTHDAY", ""))
    if "BYDAY" not in parts and not month_days and frequency in ("MONTHLY", "YEARLY"):
        month_days = frozenset({start.day})
        if frequency == "YEARLY" and not months:
            months = frozenset({start.month})
    week_start = parts.get("WKST", "MO")
    if week_start not in _WEEKDAYS:
        raise ValueError(f"it is not a recurrence rule of RFC 5545, {_EXAMPLE}")
    return _Rule(
        frequency,
        _number("INTERVAL", parts.get("INTERVAL", "1")),
        _WEEKDAYS.index(week_start),
        frozenset(_day(day) for day in parts["BYDAY"].split(",")) if "BYDAY" in parts else frozenset(),
        month_days,
        months,
        _numbers(parts.get("BYSETPOS", "")),
    )


def _day(text: str) -> tuple[int, int]:
    return int(text[:-2] or "0"), _WEEKDAYS.index(text[-2:])


def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(number) for number in text.split(",")) if text else frozenset()


def _parts(repeat: str) -> dict[str, str]:
    if len(repeat) > LONGEST_RULE:
        raise ValueError(f"it has more than {LONGEST_RULE} characters")
    found: dict[str, str] = {}
    for part in repeat.upper().split(";"):
        name, _, value = part.partition("=")
        if not value or name in found:
            raise ValueError(f"it is made of parts NAME=VALUE, each once, {_EXAMPLE}")
        found[name] = value
    frequency = found.get("FREQ", "")
    if frequency not in _PARTS:
        raise ValueError(f"FREQ is one of {', '.join(_PARTS)}")
    if found.keys() - _PARTS[frequency]:
        raise ValueError(f"the parts that go with {frequency} are {', '.join(sorted(_PARTS[frequency]))}")
    if frequency == "DAILY" and "BYDAY" in found and found.get("INTERVAL", "1") != "1":
        raise ValueError("days of the week go with WEEKLY, or with every day")
    for day in found["BYDAY"].split(",") if "BYDAY" in found else ():
        weekday = _WEEKDAY.fullmatch(day)
        highest = min(_ORDINALS[frequency], _WITHIN_MONTH) if "BYMONTH" in found else _ORDINALS[frequency]
        if not weekday or (weekday["ordinal"] and not 1 <= abs(int(weekday["ordinal"])) <= highest):
            raise ValueError("BYDAY has days such as MO, and 1MO or -1FR by the month or year")
    for name in _NUMBERS.keys() & found.keys():
        _check_numbers(name, found[name])
    return found


def _check_numbers(name: str, text: str) -> None:
    highest = _NUMBERS[name]
    lowest = 1 if name == "BYMONTH" else -highest
    for number in text.split(","):
        if not _INTEGER.fullmatch(number) or int(number) == 0 or not lowest <= int(number) <= highest:
            raise ValueError(f"{name} has numbers from {lowest} to {highest}, none of them 0")


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST_TIMES):
        raise ValueError(f"{name} is a number from 1 to {MOST_TIMES}")
    return int(text)


def _until(text: str) -> dt.date:
    """The last day of a series."""
    if not _UNTIL.fullmatch(text):
        raise ValueError("UNTIL is a day, such as 20261231")
    return read_due(f"{text[:4]}-{text[4:6]}-{text[6:]}").day

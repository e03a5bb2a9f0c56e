"""When a repeating task is due next: RFC 5545 recurrence rules over a store's local days.

A rule is read in local time, so that "every day at nine" stays at nine over changes of the clocks.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import itertools
import re
from collections.abc import Iterator

from dateutil.rrule import rrule, rrulestr

from sellmode_contract.store_time import LAST_YEAR, Due, read_due
from sellmode_contract.translatable import Translatable, marked

MAX_RULE = 200
YEARS = 30
"""A series ends after so many years; a rule that does not come again within them is refused."""
MAX_TIMES = 1000

_ALWAYS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})
_PARTS = {
    "DAILY": _ALWAYS | {"BYDAY"},
    "WEEKLY": _ALWAYS | {"BYDAY"},
    "MONTHLY": _ALWAYS | {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": _ALWAYS | {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
}
"""The parts that go with each frequency. RFC 5545 has more, with which a rule may search for centuries."""
_ORDINALS = {"DAILY": 0, "WEEKLY": 0, "MONTHLY": 5, "YEARLY": 53}
"""The highest number before a day (``2MO``)."""
_NUMBERS = {"BYMONTHDAY": 31, "BYSETPOS": 366, "BYMONTH": 12}
"""Parts that are lists of numbers, with the highest; all but months count from the end too."""
_WITHIN_MONTH = 5
"""The highest number before a day where months are named: the library fails at more."""
_WEEKDAY = re.compile(r"(?P<ordinal>[+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_UNTIL = re.compile(r"\d{8}", re.ASCII)


def check(repeat: str, start: Due) -> None:
    """Raises ValueError with what is wrong with a recurrence rule, also if it never comes again after ``start``."""
    if next_due(repeat, start, start, start.day) is None:
        raise ValueError(marked("it never repeats"))


def next_due(repeat: str, start: Due, last: Due, today: dt.date) -> Due | None:
    """The first due time of a series from ``start`` that lies after ``last`` and not before ``today``.

    None if the series is over by then. Raises ValueError with what is wrong with the rule.
    """
    after = _naive(last)
    return next((due for due in due_times(repeat, start) if due.day >= today and _naive(due) > after), None)


def due_times(repeat: str, start: Due) -> Iterator[Due]:
    """All due times of a series, within ``YEARS``. Raises ValueError with what is wrong with the rule."""
    for moment in _moments(repeat, _naive(start)):
        yield Due(moment.date(), moment.time() if start.time is not None else None)


def _naive(due: Due) -> dt.datetime:
    return dt.datetime.combine(due.day, due.time or dt.time())


def _moments(repeat: str, start: dt.datetime) -> Iterator[dt.datetime]:
    """The times that a rule comes to within ``YEARS``. Raises ValueError with what is wrong with it."""
    parts = _parts(repeat)
    count = _number("COUNT", parts.pop("COUNT")) if "COUNT" in parts else None
    _number("INTERVAL", parts.get("INTERVAL", "1"))
    last = start.replace(year=min(start.year + YEARS, LAST_YEAR), day=1)
    if "UNTIL" in parts:
        if count is not None:
            raise ValueError(marked("it has either COUNT or UNTIL"))
        last = min(last, _until(parts.pop("UNTIL")))
    ahead = _ahead(start.year)
    rule = _rule(parts, start + ahead)
    for moment in itertools.islice(rule, count):
        if moment - ahead > last:
            return
        yield moment - ahead


@functools.cache
def _ahead(year: int) -> dt.timedelta:
    """How far ahead of a year the calendar is the same for ``YEARS`` as near its end.

    The library searches to that end for a day that never comes. Weekdays are the same again after 400 years, and mostly
    after 28.
    """
    later = (there for there in range(LAST_YEAR - YEARS, year, -1) if _calendars(there) == _calendars(year))
    return dt.date(next(later, year), 1, 1) - dt.date(year, 1, 1)


def _calendars(year: int) -> list[tuple[int, bool]]:
    """Of a year and the ``YEARS`` after it: the weekday on which each begins, and whether it is a leap year."""
    return [(calendar.weekday(each, 1, 1), calendar.isleap(each)) for each in range(year, year + YEARS + 1)]


def _rule(parts: dict[str, str], start: dt.datetime) -> rrule:
    try:
        rule = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=start)
        if isinstance(rule, rrule):
            return rule
    except (ValueError, KeyError, TypeError, IndexError, OverflowError):
        pass  # of the library's several errors none says more
    raise ValueError(marked("it is not a recurrence rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=MO"))


def _parts(repeat: str) -> dict[str, str]:
    if len(repeat) > MAX_RULE:
        raise ValueError(Translatable("it has more than {most} characters", most=MAX_RULE))
    found: dict[str, str] = {}
    for part in repeat.upper().split(";"):
        name, _, value = part.partition("=")
        if not value or name in found:
            raise ValueError(marked("it is made of parts NAME=VALUE, each once, such as FREQ=WEEKLY;BYDAY=MO"))
        found[name] = value
    frequency = found.get("FREQ", "")
    if frequency not in _PARTS:
        raise ValueError(Translatable("FREQ is one of {names}", names=", ".join(_PARTS)))
    if found.keys() - _PARTS[frequency]:
        raise ValueError(
            Translatable(
                "the parts that go with {frequency} are {parts}",
                frequency=frequency,
                parts=", ".join(sorted(_PARTS[frequency])),
            )
        )
    if frequency == "DAILY" and "BYDAY" in found and found.get("INTERVAL", "1") != "1":
        raise ValueError(marked("days of the week go with WEEKLY, or with every day"))
    for day in found["BYDAY"].split(",") if "BYDAY" in found else ():
        weekday = _WEEKDAY.fullmatch(day)
        highest = min(_ORDINALS[frequency], _WITHIN_MONTH) if "BYMONTH" in found else _ORDINALS[frequency]
        if not weekday or (weekday["ordinal"] and not 1 <= abs(int(weekday["ordinal"])) <= highest):
            raise ValueError(marked("BYDAY has days such as MO, and 1MO or -1FR by the month or year"))
    if len({len(day) == len("MO") for day in found.get("BYDAY", "MO").split(",")}) > 1:
        raise ValueError(
            marked("BYDAY has either days such as MO or days such as 1MO")
        )  # the library takes none of both
    for name in _NUMBERS.keys() & found.keys():
        _check_numbers(name, found[name])
    return found


def _check_numbers(name: str, text: str) -> None:
    highest = _NUMBERS[name]
    lowest = 1 if name == "BYMONTH" else -highest
    for number in text.split(","):
        if not _INTEGER.fullmatch(number) or int(number) == 0 or not lowest <= int(number) <= highest:
            raise ValueError(
                Translatable(
                    "{name} has numbers from {lowest} to {highest}, none of them 0",
                    name=name,
                    lowest=lowest,
                    highest=highest,
                )
            )


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MAX_TIMES):
        raise ValueError(Translatable("{name} is a number from 1 to {most}", name=name, most=MAX_TIMES))
    return int(text)


def _until(text: str) -> dt.datetime:
    """The last moment of the day after which the series ends."""
    if not _UNTIL.fullmatch(text):
        raise ValueError(marked("UNTIL is a day, such as 20261231"))
    return dt.datetime.combine(read_due(f"{text[:4]}-{text[4:6]}-{text[6:]}").day, dt.time.max)

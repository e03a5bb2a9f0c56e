"""Periods of figures, as days of a store: named ones, ranges, the period before, and the year before.

Weeks begin on Monday. What is named by the calendar (``month``) goes up to today, so that it is compared with as many
days of the one before.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from sellmode_contract.store_time import read_day
from sellmode_contract.translatable import Translatable, marked

_DAY: Final = dt.timedelta(days=1)
_SAME_WEEKDAY: Final = dt.timedelta(days=364)
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
_LONGEST: Final = 3660
"""Days."""
_YEAR = re.compile(r"\d{4}", re.ASCII)


class Period(NamedTuple):
    """Days from the first to the last, both included."""

    first: dt.date
    last: dt.date
    name: str = ""
    """As people type it; empty for a plain range."""

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def text(self) -> str:
        """The days as people type them."""
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"

    def __contains__(self, day: object) -> bool:
        """Whether a day is one of them."""
        return isinstance(day, dt.date) and self.first <= day <= self.last

    @property
    def whole(self) -> Period:
        """All of the calendar's month, quarter or year of which it is the beginning; else itself."""
        if self.name not in _MONTHS_LONG:
            return self
        return self._replace(last=_month_end(_months_earlier(self.first, 1 - _MONTHS_LONG[self.name])))

    @property
    def months(self) -> tuple[str, ...]:
        """The months that it stands for: of the calendar's month, quarter or year all, of other days those that they
        fill; empty if they fill none, or more than months.
        """
        last = self.whole.last
        if self.first.day != 1 or last != _month_end(last):
            return ()
        number = (last.year - self.first.year) * 12 + last.month - self.first.month + 1
        return tuple(f"{_months_earlier(self.first, -further):%Y-%m}" for further in range(number))

    def before(self) -> Period:
        """The period before it: as many days of the calendar's month, quarter or year before, else as many days."""
        if self.name in _MONTHS_LONG:
            months = _MONTHS_LONG[self.name]
            first = _months_earlier(self.first, months)
            end = self.first - _DAY
            whole = self.last == _month_end(_months_earlier(self.first, 1 - months))
            return Period(first, end if whole else min(_months_earlier(self.last, months), end))
        step = dt.timedelta(days=7) if self.name == "week" else self.days * _DAY
        return Period(self.first - step, self.last - step)

    def year_before(self) -> Period:
        """The same days a year earlier; of days and weeks, the same weekdays."""
        if self.name in ("today", "yesterday", "week", "7d", "28d"):
            return Period(self.first - _SAME_WEEKDAY, self.last - _SAME_WEEKDAY)
        last = _months_earlier(self.last, 12)
        if self.last == _month_end(self.last):
            last = _month_end(last)
        return Period(_months_earlier(self.first, 12), last)


_MONTHS_LONG: Final = {"month": 1, "quarter": 3, "year": 12}


def _months_earlier(day: dt.date, months: int) -> dt.date:
    """The same day of an earlier month, or that month's last."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _month_end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _rolling(days: int) -> Callable[[dt.date], dt.date]:
    return lambda today: today - (days - 1) * _DAY


_FIRSTS: Final[dict[str, Callable[[dt.date], dt.date]]] = {
    "today": lambda today: today,
    "week": lambda today: today - today.weekday() * _DAY,
    "month": lambda today: today.replace(day=1),
    "quarter": lambda today: today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
    "year": lambda today: today.replace(month=1, day=1),
    "7d": _rolling(7),
    "28d": _rolling(28),
    "365d": _rolling(365),
}
NAMES: Final = ("today", "yesterday", "week", "month", "quarter", "year", "7d", "28d", "365d")
"""What periods are called by."""


def named(name: str, today: dt.date) -> Period:
    """A period by its name. Raises KeyError for another name."""
    if name == "yesterday":
        return Period(today - _DAY, today - _DAY, name)
    return Period(_FIRSTS[name](today), today, name)


def read_period(text: str, today: dt.date) -> Period:
    """A period as people type it. Raises ValueError with what is wrong with it."""
    text = text.strip().lower()
    if text in NAMES:
        return named(text, today)
    if _YEAR.fullmatch(text):
        return _checked(f"{text}-01-01", f"{text}-12-31", "year")
    if _MONTH.fullmatch(text):
        first = read_day(f"{text}-01")
        return _checked(str(first), str(_month_end(first)), "month")
    first_text, dots, last_text = text.partition("..")
    if not re.match(r"\d{4}-", text):
        raise ValueError(
            Translatable(
                "a period is {names}, a day, a month (2026-11), a year, or 2026-11-01..2026-11-30",
                names=", ".join(NAMES),
            )
        )
    return _checked(first_text, last_text if dots else first_text, "")


def _checked(first_text: str, last_text: str, name: str) -> Period:
    first, last = read_day(first_text), read_day(last_text)
    if last < first:
        raise ValueError(marked("a period does not end before it begins"))
    if (last - first).days > _LONGEST:
        raise ValueError(marked("a period is no longer than ten years"))
    return Period(first, last, name)

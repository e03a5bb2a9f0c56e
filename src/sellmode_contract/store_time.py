"""Days and due times as a store has them: local to its IANA time zone, whatever the clock of a terminal says.

A due time is text: ``2026-12-24``, by the end of that day, or ``2026-12-24T15:00``. A local time that a change of the
clocks leaves out counts with the offset before the change, one that it repeats is the first (RFC 5545, 3.3.5).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sellmode_contract.translatable import Translatable, marked

_DUE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
_DAY = dt.timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1971, 9998
"""The days in between exist, with those beside them, in every time zone."""


class Due(NamedTuple):
    """A due time: a day, or a minute of it."""

    day: dt.date
    time: dt.time | None = None

    @property
    def text(self) -> str:
        """As records have it."""
        return self.day.isoformat() if self.time is None else f"{self.day.isoformat()}T{self.time:%H:%M}"

    def moved(self, days: int) -> Due:
        """The same time of another day; raises OverflowError past the calendar's ends."""
        return self._replace(day=self.day + days * _DAY)

    def instant(self, zone: dt.tzinfo) -> dt.datetime:
        """The UTC instant from which on it is overdue: of a day, its end."""
        if self.time is None:
            return day_start(self.day + _DAY, zone)
        return dt.datetime.combine(self.day, self.time, zone).astimezone(dt.UTC)


def read_due(text: str) -> Due:
    """A due time as records have it. Raises ValueError with what is wrong with it."""
    if not _DUE.fullmatch(text):
        raise ValueError(marked("a due time is a day (2026-12-24), or a day and a time (2026-12-24T15:00)"))
    day_text, _, time_text = text.partition("T")
    try:
        day = dt.date.fromisoformat(day_text)
    except ValueError:
        raise ValueError(marked("there is no such day")) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(
            Translatable("the year has to be between {first} and {last}", first=FIRST_YEAR, last=LAST_YEAR)
        )
    if time_text and not ("00" <= time_text[:2] <= "23" and time_text[3:] <= "59"):
        raise ValueError(marked("there is no such time of day"))
    return Due(day, dt.time.fromisoformat(time_text) if time_text else None)


def read_day(text: str) -> dt.date:
    """A day as records have it, of what somebody typed. Raises ValueError with what is wrong with it."""
    due = read_due(text.strip())
    if due.time is not None:
        raise ValueError(marked("it is a day, without a time"))
    return due.day


def read_month(text: str) -> dt.date:
    """The first day of a month as records have it. Raises ValueError with what is wrong with it."""
    if not _MONTH.fullmatch(text):
        raise ValueError(marked("a month is written like 2026-12"))
    try:
        return read_day(f"{text}-01")
    except ValueError:
        raise ValueError(marked("there is no such month")) from None


def day_start(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The UTC instant at which a day begins; where midnight is left out, when the clocks are put forward."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def local_day(instant: dt.datetime, zone: dt.tzinfo) -> dt.date:
    """The day that a store has at an instant."""
    return instant.astimezone(zone).date()


def zone_named(name: str) -> ZoneInfo | None:
    """The IANA time zone of a name; None if this machine knows none."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder, a malformed name, an unknown one
        return None

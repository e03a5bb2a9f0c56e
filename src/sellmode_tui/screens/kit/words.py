"""Days, times and amounts as they are written on the screen: the same everywhere, for no country in particular."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from sellmode_tui.dates.names import short_month


@dataclass(frozen=True)
class Words:
    """How things are written, at one moment and for one store."""

    now: dt.datetime
    """UTC."""
    zone: dt.tzinfo = dt.UTC
    """The store's: its days and times of day are shown."""

    between: ClassVar[str] = " · "
    """Stands between the parts of a line."""
    nothing: ClassVar[str] = "-"
    """Stands where a value would."""
    ellipsis: ClassVar[str] = "…"
    """Stands for what is cut off."""

    @property
    def today(self) -> dt.date:
        """The store's day."""
        return self.now.astimezone(self.zone).date()

    def date_of(self, moment: dt.datetime | None) -> dt.date | None:
        """The store's day of an instant."""
        return moment.astimezone(self.zone).date() if moment else None

    def day(self, moment: dt.datetime | dt.date | None) -> str:
        """``22 Nov 2026``; nothing for None."""
        day = self.date_of(moment) if isinstance(moment, dt.datetime) else moment
        return f"{day.day} {short_month(day.month)} {day.year}" if day else ""

    def time(self, moment: dt.datetime) -> str:
        """``14:02`` today, ``yesterday 14:02``, ``20 Nov 14:02``; with the year if it is another."""
        local = moment.astimezone(self.zone)
        clock = f"{local:%H:%M}"
        days = (self.today - local.date()).days
        if days == 0:
            return clock
        if days == 1:
            return f"yesterday {clock}"
        if local.year == self.today.year:
            return f"{local.day} {short_month(local.month)} {clock}"
        return f"{self.day(local.date())} {clock}"

    def ago(self, day: dt.date) -> str:
        """How long ago, or how far ahead, a day is: ``5 days ago``, ``in 3 weeks``."""
        days = (self.today - day).days
        if abs(days) < 2:
            return {0: "today", 1: "yesterday", -1: "tomorrow"}[days]
        number, unit = _rounded(abs(days))
        length = counted(number, unit)
        return f"{length} ago" if days > 0 else f"in {length}"

    def day_ago(self, moment: dt.datetime | None) -> str:
        """``3 Oct 2026, 7 weeks ago``; nothing for None."""
        day = self.date_of(moment)
        return f"{self.day(day)}, {self.ago(day)}" if day else ""

    def recurring(self, month: int, day: int, year: int | None = None) -> str:
        """A day of the year, whose year may not be known: ``12 Mar 1988``, ``12 Mar``."""
        name = short_month(month) if 1 <= month <= 12 else f"month {month}"
        return f"{day} {name}{f' {year}' if year else ''}"

    def next_time(self, month: int, day: int) -> dt.date | None:
        """When a day of the year comes next, from today on; a 29 February comes on the 28th in other years."""
        for year in (self.today.year, self.today.year + 1):
            try:
                date = dt.date(year, month, day)
            except ValueError:
                if (month, day) != (2, 29):
                    return None
                date = dt.date(year, 2, 28)
            if date >= self.today:
                return date
        return None


def counted(number: int, what: str, several: str = "") -> str:
    """``1 customer``, ``1,234 customers``."""
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"


def _rounded(days: int) -> tuple[int, str]:
    if days < 21:
        return days, "day"
    if days < 70:
        return round(days / 7), "week"
    if days < 700:
        return round(days / 30.44), "month"
    return round(days / 365.25), "year"

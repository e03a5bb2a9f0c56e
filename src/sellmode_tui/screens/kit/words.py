"""Days, times and amounts as they are written on the screen: the same everywhere, for no country in particular,
or as the language writes them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar, Final

from sellmode_tui.dates.names import dated, short_day, short_month
from sellmode_tui.language import tr, trn

_LEAP_YEAR: Final = 2000
"""Has every day that a year can have."""


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
        return dated(day) if day else ""

    def time(self, moment: dt.datetime) -> str:
        """``14:02`` today, ``yesterday 14:02``, ``20 Nov 14:02``; with the year if it is another."""
        local = moment.astimezone(self.zone)
        clock = f"{local:%H:%M}"
        days = (self.today - local.date()).days
        if days == 0:
            return clock
        if days == 1:
            return tr("yesterday {time}", time=clock)
        if local.year == self.today.year:
            return f"{short_day(local.date())} {clock}"
        return f"{self.day(local.date())} {clock}"

    def ago(self, day: dt.date) -> str:
        """How long ago, or how far ahead, a day is: ``5 days ago``, ``in 3 weeks``."""
        days = (self.today - day).days
        if abs(days) < 2:
            return {0: tr("today"), 1: tr("yesterday"), -1: tr("tomorrow")}[days]
        past = days > 0
        match _rounded(abs(days)):
            case number, "day":
                gone = trn("{number:,} day ago", "{number:,} days ago", number)
                return gone if past else trn("in {number:,} day", "in {number:,} days", number)
            case number, "week":
                gone = trn("{number:,} week ago", "{number:,} weeks ago", number)
                return gone if past else trn("in {number:,} week", "in {number:,} weeks", number)
            case number, "month":
                gone = trn("{number:,} month ago", "{number:,} months ago", number)
                return gone if past else trn("in {number:,} month", "in {number:,} months", number)
            case number, _:
                gone = trn("{number:,} year ago", "{number:,} years ago", number)
                return gone if past else trn("in {number:,} year", "in {number:,} years", number)

    def day_ago(self, moment: dt.datetime | None) -> str:
        """``3 Oct 2026, 7 weeks ago``; nothing for None."""
        day = self.date_of(moment)
        return f"{self.day(day)}, {self.ago(day)}" if day else ""

    def recurring(self, month: int, day: int, year: int | None = None) -> str:
        """A day of the year, whose year may not be known: ``12 Mar 1988``, ``12 Mar``."""
        try:
            date = dt.date(year or _LEAP_YEAR, month, day)
        except ValueError:  # in no calendar; it is shown as it is
            name = short_month(month) if 1 <= month <= 12 else tr("month {number}", number=month)
            return f"{day} {name}{f' {year}' if year else ''}"
        return dated(date) if year else short_day(date)

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


def _rounded(days: int) -> tuple[int, str]:
    if days < 21:
        return days, "day"
    if days < 70:
        return round(days / 7), "week"
    if days < 700:
        return round(days / 30.44), "month"
    return round(days / 365.25), "year"

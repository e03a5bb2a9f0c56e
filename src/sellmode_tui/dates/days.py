"""Days as people type them, with or without a year. What could be meant in two ways is asked about, never guessed."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Final, NamedTuple

from sellmode_tui.dates.names import MONTHS

_ISO = re.compile(r"(?:(\d{4})[-/])?(\d{1,2})-(\d{1,2})|(\d{4})/(\d{1,2})/(\d{1,2})")
_DOTS = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.?\s*(\d+)?")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d+))?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.?\s*([^\W\d]{3,})\.?,?\s*(\d+)?")
_MONTH_FIRST = re.compile(r"([^\W\d]{3,})\.?\s*(\d{1,2})(?:,?\s+(\d+))?")


class TypedDate(NamedTuple):
    """A day of the year, whose year may not be known."""

    month: int
    day: int
    year: int | None = None

    @property
    def words(self) -> str:
        """So that it cannot be misread: ``24 December 1990``, ``24 December, no year``."""
        year = ", no year" if self.year is None else f" {self.year}"
        return f"{self.day} {MONTHS[self.month - 1]}{year}"

    @property
    def written(self) -> str:
        """As it can be typed: ``1990-12-24``, ``12-24``."""
        year = "" if self.year is None else f"{self.year:04}-"
        return f"{year}{self.month:02}-{self.day:02}"


class UnclearDate(ValueError):
    """A text is no day, or may be two. The text is a sentence for people."""


HOW: Final = "Write it as 1990-12-24, 12-24 or 24 Dec."


def read_date(text: str) -> TypedDate:
    """The day that a text means. Raises UnclearDate.

    ``1990-12-24``, ``12-24`` (as in filters, month first), ``24 Dec 1990``, ``Dec 24``, ``24.12.1990``; with slashes
    only where day and month cannot be mixed up.
    """
    text = " ".join(text.split())
    if found := _ISO.fullmatch(text):
        year, month, day = found.group(1, 2, 3) if found[2] else found.group(4, 5, 6)
        return _date(year, int(month), int(day))
    if found := _DOTS.fullmatch(text):
        return _date(found[3], int(found[2]), int(found[1]))
    if found := _SLASHES.fullmatch(text):
        return _with_slashes(int(found[1]), int(found[2]), found[3])
    if found := _DAY_FIRST.fullmatch(text):
        return _date(found[3], _month(found[2]), int(found[1]))
    if found := _MONTH_FIRST.fullmatch(text):
        return _date(found[3], _month(found[1]), int(found[2]))
    raise UnclearDate(f"This is no day. {HOW}")


_CLOCK = re.compile(r"(?:(.+?),?\s+)?(\d{1,2}):(\d{2})")
HOW_MOMENT: Final = "Write it as 14:30, yesterday 14:30 or 20 Nov 14:30."


def read_moment(text: str, now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The moment up to now that a text means, UTC, by the clocks of a zone. Raises UnclearDate.

    ``14:30`` is today's, ``20 Nov`` the latest one; without a time of day it is noon, or now if that is still to come.
    """
    text = " ".join(text.split())
    found = _CLOCK.fullmatch(text)
    today = now.astimezone(zone).date()
    day = _past_day(found[1] or "today" if found else text, today)
    if found is None:
        return min(dt.datetime.combine(day, dt.time(12), zone).astimezone(dt.UTC), now)
    hour, minute = int(found[2]), int(found[3])
    if hour > 23 or minute > 59:
        raise UnclearDate(f"There is no such time of day. {HOW_MOMENT}")
    moment = dt.datetime.combine(day, dt.time(hour, minute), zone).astimezone(dt.UTC)
    if moment > now:
        raise UnclearDate("That is still to come.")
    return moment


def _past_day(text: str, today: dt.date) -> dt.date:
    if text.casefold() in ("today", "yesterday"):
        return today - dt.timedelta(days=text.casefold() == "yesterday")
    if not any(character.isdigit() for character in text):
        raise UnclearDate(f"This is no day or time. {HOW_MOMENT}")
    typed = read_date(text)
    for year in (typed.year,) if typed.year else (today.year, today.year - 1):
        try:
            day = dt.date(year, typed.month, typed.day)
        except ValueError:
            raise UnclearDate(f"{MONTHS[typed.month - 1]} {year} has no day {typed.day}.") from None
        if day <= today:
            return day
    raise UnclearDate("That is still to come.")


def _with_slashes(first: int, second: int, year: str | None) -> TypedDate:
    if first <= 12 and second <= 12 and first != second:
        one, other = f"{first} {MONTHS[second - 1]}", f"{second} {MONTHS[first - 1]}"
        raise UnclearDate(f"This may be {one} or {other}. {HOW}")
    return _date(year, first, second) if second > 12 else _date(year, second, first)


def _month(name: str) -> int:
    for number, month in enumerate(MONTHS, 1):
        if month.casefold().startswith(name.casefold()):
            return number
    raise UnclearDate(f'"{name}" is no month. {HOW}')


def _date(year: str | None, month: int, day: int) -> TypedDate:
    if year is not None and len(year) != 4:
        raise UnclearDate("Write the year with four digits, or leave it out.")
    known = int(year) if year else None
    if not 1 <= month <= 12:
        raise UnclearDate(f"There is no month {month}. {HOW}")
    # Without a year it may be the 29th of February.
    days = calendar.monthrange(known or 2000, month)[1]
    if not 1 <= day <= days:
        in_year = f" {known}" if known and month == 2 and day == 29 else ""
        raise UnclearDate(f"{MONTHS[month - 1]}{in_year} has no day {day}.")
    return TypedDate(month, day, known)

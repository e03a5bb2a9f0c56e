"""Days as people type them, with or without a year. What could be meant in two ways is asked about, never guessed."""

from __future__ import annotations

import calendar
import re
from typing import Final, NamedTuple

from sellmode_contract.translatable import Translatable

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
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


HOW: Final = Translatable("Try 1990-12-24, 12-24 or 24 Dec.")


def read_date(text: str, how: str = HOW) -> TypedDate:
    """The day that a text means. Raises UnclearDate, which says ``how`` to write one.

    ``1990-12-24``, ``12-24`` (as in filters, month first), ``24 Dec 1990``, ``Dec 24``, ``24.12.1990``; with slashes
    only where day and month cannot be mixed up.
    """
    text = " ".join(text.split()).removesuffix(", no year")
    if found := _ISO.fullmatch(text):
        year, month, day = found.group(1, 2, 3) if found[2] else found.group(4, 5, 6)
        return _date(year, int(month), int(day), how)
    if found := _DOTS.fullmatch(text):
        return _date(found[3], int(found[2]), int(found[1]), how)
    if found := _SLASHES.fullmatch(text):
        return _with_slashes(int(found[1]), int(found[2]), found[3], how)
    if found := _DAY_FIRST.fullmatch(text):
        return _date(found[3], _month(found[2], how), int(found[1]), how)
    if found := _MONTH_FIRST.fullmatch(text):
        return _date(found[3], _month(found[1], how), int(found[2]), how)
    raise UnclearDate(Translatable("Not a valid date. {how}", how=how))


def _with_slashes(first: int, second: int, year: str | None, how: str) -> TypedDate:
    if first <= 12 and second <= 12 and first != second:
        one, other = f"{first} {MONTHS[second - 1]}", f"{second} {MONTHS[first - 1]}"
        raise UnclearDate(Translatable("This could mean {one} or {other}. {how}", one=one, other=other, how=how))
    return _date(year, first, second, how) if second > 12 else _date(year, second, first, how)


def _month(name: str, how: str) -> int:
    for number, month in enumerate(MONTHS, 1):
        if month.casefold().startswith(name.casefold()):
            return number
    raise UnclearDate(Translatable('"{name}" is not a month. {how}', name=name, how=how))


def _date(year: str | None, month: int, day: int, how: str) -> TypedDate:
    if year is not None and len(year) != 4:
        raise UnclearDate("Write the year with four digits, or leave it out.")
    known = int(year) if year else None
    if not 1 <= month <= 12:
        raise UnclearDate(Translatable("There is no month {month}. {how}", month=month, how=how))
    # Without a year it may be the 29th of February.
    days = calendar.monthrange(known or 2000, month)[1]
    if not 1 <= day <= days:
        in_year = f" {known}" if known and month == 2 and day == 29 else ""
        named = f"{MONTHS[month - 1]}{in_year}"
        raise UnclearDate(Translatable("{month} has no day {day}.", month=named, day=day))
    return TypedDate(month, day, known)

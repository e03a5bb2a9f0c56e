"""Due times as people type them: ``fri 3pm``, ``in 2 weeks``, ``12/24``, ``tomorrow 9:30``.

Days and times are the store's. What could be meant in two ways is asked about, never guessed; what is past, skipped by
the clocks or on no calendar is told.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Final

from sellmode_contract.store_time import FIRST_YEAR, LAST_YEAR, Due
from sellmode_tui.dates.clock import Clock, UnclearTime, find_clock, halves
from sellmode_tui.dates.days import HOW, TypedDate, UnclearDate, read_date
from sellmode_tui.dates.names import short_month, weekday
from sellmode_tui.dates.spans import read_span

MAX_LENGTH: Final = 100
_ONE_DAY: Final = dt.timedelta(1)
_SATURDAY: Final = 5
HOW_DUE: Final = "Write it as fri 3pm, tomorrow 9:30, in 2 weeks, 24 Dec or 2026-12-24 15:00."


class TypedDueError(ValueError):
    """A text is no due time, may be two, or is past. The text of the error is a sentence, which repeats nothing typed.

    ``start`` and ``end`` say where in what was typed it is wrong, in characters from 0, end behind it.
    """

    def __init__(self, words: str, start: int = 0, end: int = 0) -> None:
        super().__init__(words)
        self.start = start
        self.end = end


def read_typed_due(text: str, now: dt.datetime, zone: dt.tzinfo) -> Due:
    """The due time that a text means at the instant ``now`` in a store's time zone. Raises TypedDueError.

    A day alone is due by its end. A time alone is today's, or tomorrow's if it has passed. A day without a year is the
    next one; the name of a weekday is the next one after today.
    """
    if len(text) > MAX_LENGTH:
        raise TypedDueError(f"That is too long for a due time. {HOW_DUE}", MAX_LENGTH, len(text))
    local = now.astimezone(zone)
    typed = _Typed(text)
    try:
        clock = typed.take_clock()
        due = _due(typed.words, clock.time if clock else None, now, local)
    except UnclearTime as error:
        raise TypedDueError(str(error), *error.place) from None
    except UnclearDate as error:
        raise TypedDueError(str(error), *typed.place) from None
    return _to_come(due, now, zone, clock.place if clock else typed.place)


def _due(words: str, time: dt.time | None, now: dt.datetime, local: dt.datetime) -> Due:
    """Raises UnclearDate."""
    today = local.date()
    if not words:
        if time is None:
            raise UnclearDate(f"There is no day or time. {HOW_DUE}")
        return Due(today if time > local.time() else today + _ONE_DAY, time)
    begin = local.replace(tzinfo=None)
    span = read_span(words, begin)
    if span is None:
        return Due(_day(words, today), time)
    if not span.hourly:
        return Due(span.end.date(), time)
    if time is not None:
        raise UnclearDate("That has its time of day already.")
    # Two hours are two hours, also while the clocks change.
    moment = (now + (span.end - begin)).astimezone(local.tzinfo)
    return Due(moment.date(), moment.time().replace(second=0, microsecond=0))


def _to_come(due: Due, now: dt.datetime, zone: dt.tzinfo, place: tuple[int, int]) -> Due:
    """A due time that exists and has not passed. Raises TypedDueError."""
    if not FIRST_YEAR <= due.day.year <= LAST_YEAR:
        raise TypedDueError(f"The year has to lie between {FIRST_YEAR} and {LAST_YEAR}.", *place)
    instant = due.instant(zone)
    if instant <= now:
        raise TypedDueError(f"That is past: {_said(due)}.", *place)
    if due.time and instant.astimezone(zone).replace(tzinfo=None) != dt.datetime.combine(due.day, due.time):
        raise TypedDueError(f"The clocks are put forward then: {_said(due)} is left out.", *place)
    return due


def _said(due: Due) -> str:
    day = f"{weekday(due.day)} {due.day.day} {short_month(due.day.month)} {due.day.year}"
    return day if due.time is None else f"{due.time:%H:%M} on {day}"


# ------------------------------------------------------------------ the text

_ISO_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)t(?=\d\d:\d\d)", re.ASCII)
_LEADING: Final = re.compile(r"\A(?:(?:by|on|due|until|till)\s+)+")


class _Typed:
    """What was typed, in small letters; each character stays at its place."""

    def __init__(self, text: str) -> None:
        # Other letters may grow or shrink when they are made small, and are of no word here anyway.
        small = "".join(each.lower() if each.isascii() else each for each in text)
        self._rest = _ISO_TIME.sub(lambda found: f"{found[1]} ", re.sub(r"\s", " ", small))

    @property
    def words(self) -> str:
        """What is left, without spaces, commas and small words around."""
        return _LEADING.sub("", " ".join(self._rest.replace(",", " ").split()), count=1)

    @property
    def place(self) -> tuple[int, int]:
        """Where that is."""
        left = self._rest.lstrip(" ,")
        return len(self._rest) - len(left), len(self._rest.rstrip(" ,")) if left else len(self._rest)

    def take_clock(self) -> Clock | None:
        """Take the time of day out. Raises UnclearTime."""
        clock = find_clock(self._rest)
        if clock is not None:
            start, end = clock.place
            left = "today" if clock.today else ""
            self._rest = f"{self._rest[:start]}{left:{end - start}}{self._rest[end:]}"
        return clock


# ------------------------------------------------------------------ days

_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            "mon monday",
            "tue tues tuesday",
            "wed weds wednesday",
            "thu thur thurs thursday",
            "fri friday",
            "sat saturday",
            "sun sunday",
        )
    )
    for name in names.split()
}
_DAYS: Final[dict[str, Callable[[dt.date], dt.date]]] = {
    "today": lambda today: today,
    "this": lambda today: today,  # "this evening", whose evening is taken out
    "tomorrow": lambda today: today + _ONE_DAY,
    "the day after tomorrow": lambda today: today + dt.timedelta(2),
    "day after tomorrow": lambda today: today + dt.timedelta(2),
    "yesterday": lambda today: today - _ONE_DAY,
    "this week": lambda today: _in_week(today, 0, 6),
    "next week": lambda today: _in_week(today, 1, 0),
    "weekend": lambda today: max(today, _in_week(today, 0, _SATURDAY)),
    "next weekend": lambda today: _next(_SATURDAY, min(today, _in_week(today, 0, _SATURDAY))),
    "this month": lambda today: _month_begin(today, 1) - _ONE_DAY,
    "next month": lambda today: _month_begin(today, 1),
    "next year": lambda today: today.replace(year=today.year + 1, month=1, day=1),
    "end of day": lambda today: today,
    "end of week": lambda today: _in_week(today, 0, 6),
    "end of next week": lambda today: _in_week(today, 1, 6),
    "end of month": lambda today: _month_begin(today, 1) - _ONE_DAY,
    "end of next month": lambda today: _month_begin(today, 2) - _ONE_DAY,
    "end of year": lambda today: today.replace(month=12, day=31),
}
"""Weeks begin on Monday, as in the agenda; what has no day of its own begins with its first."""
_SHORT: Final = {
    "tmrw": "tomorrow",
    "tmr": "tomorrow",
    "eod": "end of day",
    "eow": "end of week",
    "eom": "end of month",
    "eoy": "end of year",
    "wk": "week",
    "wknd": "weekend",
}
_SMALL_WORDS: Final = (
    (re.compile(r"^(?:the )?end of (?:the |this )?"), "end of "),
    (re.compile(r"^(?:at |over )?(?:the |this )?(?=weekend$)"), ""),
)
_NUMBER_BESIDE: Final = re.compile(r"(?:today|tomorrow) (\d{1,2})", re.ASCII)
_NTH: Final = re.compile(r"(?:the )?(\d{1,2})(?:st|nd|rd|th)", re.ASCII)


def _in_week(today: dt.date, weeks: int, weekday: int) -> dt.date:
    return today + dt.timedelta(7 * weeks + weekday - today.weekday())


def _month_begin(today: dt.date, months: int) -> dt.date:
    years, month = divmod(today.month - 1 + months, 12)
    return dt.date(today.year + years, month + 1, 1)


def _day(words: str, today: dt.date) -> dt.date:
    """Raises UnclearDate."""
    words = " ".join(_SHORT.get(word, word) for word in words.split())
    for small, kept in _SMALL_WORDS:
        words = small.sub(kept, words)
    if found := _DAYS.get(words):
        return found(today)
    if beside := _NUMBER_BESIDE.fullmatch(words):
        raise _which([f"{time:%H:%M}" for time in halves(int(beside[1]))])
    if words.endswith(" ago"):
        raise UnclearDate("That is past.")
    rest = words.split()
    named = next((word for word in rest if word.rstrip(".") in _WEEKDAYS), None)
    if named is None:
        return _dated(words, today)
    rest.remove(named)
    return _weekday(_WEEKDAYS[named.rstrip(".")], " ".join(rest), today)


def _weekday(weekday: int, rest: str, today: dt.date) -> dt.date:
    """The day that a weekday means with the other words beside it. Raises UnclearDate."""
    coming = today + dt.timedelta((weekday - today.weekday() - 1) % 7 + 1)
    match rest:
        case "":
            return coming
        case "this":
            return today if weekday == today.weekday() else coming
        case "this week":
            return _in_week(today, 0, weekday)
        case "next":
            return _next(weekday, today)
        case "next week":
            return _in_week(today, 1, weekday)
    if rest.isdecimal() and len(rest) <= 2:
        number = int(rest)
        if times := halves(number):
            raise _which([*(f"{time:%H:%M}" for time in times), *([f"the {_nth(number)}"] if number else [])])
        rest = _nth(number)
    day = _dated(rest, today)
    if day.weekday() != weekday:
        raise UnclearDate(f"That is no such weekday: {_said(Due(day))}.")
    return day


def _next(weekday: int, today: dt.date) -> dt.date:
    """The weekday after today where that is next week's, too. Raises UnclearDate."""
    coming = today + dt.timedelta((weekday - today.weekday() - 1) % 7 + 1)
    following = _in_week(today, 1, weekday)
    if coming != following:
        raise UnclearDate(f"This may be {_said(Due(coming))} or {_said(Due(following))}: write the day.")
    return coming


def _which(readings: list[str]) -> UnclearDate:
    """What to say of a number that may be read in several ways."""
    if len(readings) < 2:
        return UnclearDate(f"Write the time of day as {readings[0] if readings else '3pm or 15:00'}.")
    return UnclearDate(f"This may be {', '.join(readings[:-1])} or {readings[-1]}: write one of them.")


def _nth(number: int) -> str:
    ending = "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _dated(words: str, today: dt.date) -> dt.date:
    """A day by its number, with a month or without. Raises UnclearDate."""
    if nth := _NTH.fullmatch(words):
        return _of_month(int(nth[1]), today)
    if not any("0" <= character <= "9" for character in words):
        raise UnclearDate(f"This is no day or time. {HOW_DUE}")
    try:
        typed = read_date(re.sub(r"^the (?=\d)|(?<=\d)(?:st|nd|rd|th)\b(?: of)?", "", words))
    except UnclearDate as error:
        raise UnclearDate(str(error).replace(HOW, HOW_DUE)) from None
    return _of_year(typed, today)


def _of_month(number: int, today: dt.date) -> dt.date:
    """The day of that number, of the next month that has it if it has gone by."""
    if not 1 <= number <= 31:
        raise UnclearDate("No month has such a day.")
    for months in range(3):  # of two months one after the other, one has 31 days
        begin = _month_begin(today, months)
        day = begin + dt.timedelta(number - 1)
        if day.month == begin.month and day >= today:
            return day
    raise UnclearDate("That is too far away.")


def _of_year(typed: TypedDate, today: dt.date) -> dt.date:
    """The day, of the next year that has it if there is none; a year that has gone by is told as past."""
    if typed.year is not None:
        return _existing(typed, typed.year)
    for year in range(today.year, today.year + 9):
        try:
            day = dt.date(year, typed.month, typed.day)
        except (ValueError, OverflowError):
            continue
        if day >= today:
            return day
    raise UnclearDate("That is too far away.")


def _existing(typed: TypedDate, year: int) -> dt.date:
    try:
        return dt.date(year, typed.month, typed.day)
    except ValueError:
        raise UnclearDate(f"The year has to lie between {FIRST_YEAR} and {LAST_YEAR}.") from None

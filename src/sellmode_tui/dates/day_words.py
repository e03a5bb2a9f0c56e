"""Days as words: ``fri``, ``the weekend``, ``24 Dec``, ``eow``, ``last fri``. Days are the store's.

What has no year, and the name of a weekday, is the next one where something is to come, else the last one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from sellmode_contract.store_time import FIRST_YEAR, LAST_YEAR, Due
from sellmode_contract.typed_days import TypedDate, UnclearDate, read_date
from sellmode_tui.dates.clock import halves
from sellmode_tui.dates.spans import read_span
from sellmode_tui.dates.typed import Typed
from sellmode_tui.dates.words import full_words
from sellmode_tui.language import marked, tr, trd

_ONE_DAY: Final = dt.timedelta(1)
_SATURDAY: Final = 5


class Wanted(NamedTuple):
    """Which days are meant where a text leaves that open."""

    past: bool
    """Those that have been, rather than those that are to come."""
    how: str
    """How to write one, as a sentence."""


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
    "last": lambda today: today - _ONE_DAY,  # "last night", whose night is taken out
    "the day before yesterday": lambda today: today - dt.timedelta(2),
    "day before yesterday": lambda today: today - dt.timedelta(2),
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


def day_named(words: str, today: dt.date, wanted: Wanted) -> dt.date:
    """The day that words in small letters mean. Raises UnclearDate."""
    words = " ".join(_SHORT.get(word, word) for word in words.split())
    for small, kept in _SMALL_WORDS:
        words = small.sub(kept, words)
    if found := _DAYS.get(words):
        return found(today)
    if beside := _NUMBER_BESIDE.fullmatch(words):
        raise _which([f"{time:%H:%M}" for time in halves(int(beside[1]))])
    rest = words.split()
    named = next((word for word in rest if word.rstrip(".") in _WEEKDAYS), None)
    if named is None:
        return _dated(words, today, wanted)
    rest.remove(named)
    return _weekday(_WEEKDAYS[named.rstrip(".")], " ".join(rest), today, wanted)


def _weekday(weekday: int, rest: str, today: dt.date, wanted: Wanted) -> dt.date:
    """The day that a weekday means with the other words beside it. Raises UnclearDate."""
    coming = today + dt.timedelta((weekday - today.weekday() - 1) % 7 + 1)
    gone = today - dt.timedelta((today.weekday() - weekday - 1) % 7 + 1)
    meant: dict[str, Callable[[], dt.date]] = {
        "": lambda: gone if wanted.past else coming,
        "this": lambda: today if weekday == today.weekday() else gone if wanted.past else coming,
        "this week": lambda: _in_week(today, 0, weekday),
        "next": lambda: _next(weekday, today),
        "next week": lambda: _in_week(today, 1, weekday),
        "last": lambda: _agreed(gone, _in_week(today, -1, weekday)),
        "last week": lambda: _in_week(today, -1, weekday),
    }
    if rest in meant:
        return meant[rest]()
    if rest.isdecimal() and len(rest) <= 2:
        number = int(rest)
        if times := halves(number):
            raise _which([*(f"{time:%H:%M}" for time in times), *([f"the {_nth(number)}"] if number else [])])
        rest = _nth(number)
    day = _dated(rest, today, wanted)
    if day.weekday() != weekday:
        raise UnclearDate(tr("That weekday does not match: {day}.", day=full_words(Due(day))))
    return day


def _next(weekday: int, today: dt.date) -> dt.date:
    """The weekday after today where that is next week's, too. Raises UnclearDate."""
    return _agreed(today + dt.timedelta((weekday - today.weekday() - 1) % 7 + 1), _in_week(today, 1, weekday))


def _agreed(one: dt.date, other: dt.date) -> dt.date:
    """The day, if it is but one. Raises UnclearDate."""
    if one != other:
        days = [full_words(Due(each)) for each in (one, other)]
        raise UnclearDate(tr("This could mean {one} or {other}: write the day.", one=days[0], other=days[1]))
    return one


def _which(readings: list[str]) -> UnclearDate:
    """What to say of a number that may be read in several ways."""
    if len(readings) < 2:
        return UnclearDate(
            tr("Write the time of day as {example}.", example=readings[0] if readings else "3pm or 15:00")
        )
    return UnclearDate(
        tr("This could mean {one} or {other}: write one of them.", one=", ".join(readings[:-1]), other=readings[-1])
    )


def _nth(number: int) -> str:
    ending = "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _dated(words: str, today: dt.date, wanted: Wanted) -> dt.date:
    """A day by its number, with a month or without. Raises UnclearDate."""
    if nth := _NTH.fullmatch(words):
        return _of_month(int(nth[1]), today, wanted)
    if not any("0" <= character <= "9" for character in words):
        raise UnclearDate(tr("Not a valid date or time. {how}", how=trd(wanted.how)))
    typed = read_date(re.sub(r"^the (?=\d)|(?<=\d)(?:st|nd|rd|th)\b(?: of)?", "", words), trd(wanted.how))
    return _of_year(typed, today, wanted)


HOW_DAY: Final = marked("Try 1990-12-24, 24 Dec, today, last fri or in 3 days.")


def read_typed_day(text: str, today: dt.date) -> TypedDate:
    """A day of a form or a command: with or without its year, or by what it is to today. Raises UnclearDate."""
    try:
        return read_date(text, trd(HOW_DAY))
    except UnclearDate as error:
        unclear = error
    words = Typed(text).words
    if not any(each.isalpha() for each in words):
        raise unclear
    try:
        span = read_span(words, dt.datetime.combine(today, dt.time()))
        if span is None:
            day = day_named(words, today, Wanted(past=False, how=HOW_DAY))
        elif span.hourly:
            raise unclear
        else:
            day = span.end.date()
    except UnclearDate:
        raise unclear from None
    return TypedDate(day.month, day.day, day.year)


def _of_month(number: int, today: dt.date, wanted: Wanted) -> dt.date:
    """The day of that number: of this month, or of the nearest that has it before or after."""
    if not 1 <= number <= 31:
        raise UnclearDate("No month has that day.")
    for months in range(3):  # of two months one after the other, one has 31 days
        begin = _month_begin(today, -months if wanted.past else months)
        day = begin + dt.timedelta(number - 1)
        if day.month == begin.month and (day <= today if wanted.past else day >= today):
            return day
    raise UnclearDate("That is too far away.")


def _of_year(typed: TypedDate, today: dt.date, wanted: Wanted) -> dt.date:
    """The day: of the year that is named, else of the nearest that has it before or after."""
    if typed.year is not None:
        return _existing(typed, typed.year)
    for years in range(9):
        try:
            day = dt.date(today.year + (-years if wanted.past else years), typed.month, typed.day)
        except (ValueError, OverflowError):
            continue
        if day <= today if wanted.past else day >= today:
            return day
    raise UnclearDate("That is too far away.")


def _existing(typed: TypedDate, year: int) -> dt.date:
    try:
        return dt.date(year, typed.month, typed.day)
    except ValueError:
        raise UnclearDate(
            tr("The year has to be between {first} and {last}.", first=FIRST_YEAR, last=LAST_YEAR)
        ) from None

"""Due times as people type them: ``fri 3pm``, ``in 2 weeks``, ``12/24``, ``tomorrow 9:30``.

Days and times are the store's. What could be meant in two ways is asked about, never guessed; what is past, skipped by
the clocks or on no calendar is told. Spans (``in 2 weeks and 3 days``) are dateparser's, for what a small grammar lets
through: it reads much else, but guesses (``12/24`` as a day of 2124, ``1 year from today`` as a year ago).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from sellmode_contract.store_time import FIRST_YEAR, LAST_YEAR, Due
from sellmode_tui.visibility.typed_dates import HOW, MONTHS, TypedDate, UnclearDate, read_date

LONGEST: Final = 100
_ONE_DAY: Final = dt.timedelta(1)
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
    if len(text) > LONGEST:
        raise TypedDueError(f"That is too long for a due time. {HOW_DUE}", LONGEST, len(text))
    local = now.astimezone(zone)
    typed = _Typed(text)
    clock = typed.take_clock()
    try:
        due = _due(typed.words, clock.time if clock else None, now, local)
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
    if _SPAN.fullmatch(words):
        found, hourly = _span(words, local.replace(tzinfo=None))
        if not hourly:
            return Due(found.date(), time)
        if time is not None:
            raise UnclearDate("That has its time of day already.")
        # Two hours are two hours, also while the clocks change.
        moment = (now + (found - local.replace(tzinfo=None))).astimezone(local.tzinfo)
        return Due(moment.date(), moment.time().replace(second=0, microsecond=0))
    return Due(_day(words, today), time)


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
    day = f"{due.day:%a} {due.day.day} {MONTHS[due.day.month - 1][:3]} {due.day.year}"
    return day if due.time is None else f"{due.time:%H:%M} on {day}"


# ------------------------------------------------------------------ the time of day


class _Clock(NamedTuple):
    time: dt.time
    place: tuple[int, int]


_CLOCK: Final = re.compile(
    r"""(?<![\w:./+-])
    (?:(?:at|@|by)\ *)?
    (?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\ *(?P<half>[ap])(?:m\b|\.m\.)
      |(?P<hour24>\d{1,2})[:h](?P<minute24>\d\d)(?::00)?
      |(?:in\ the\ )?(?P<part>morning|noon|midday|afternoon|evening|night|tonight|midnight))
    (?![\w:/+-]|[.,]\d)""",
    re.VERBOSE | re.ASCII,
)
_BARE_HOUR: Final = re.compile(r"(?:^|\s)(?:(?:at|@)\s*|(?:today|tomorrow)\s+)\d{1,2}$", re.ASCII)
_ISO_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)t(?=\d\d:\d\d)", re.ASCII)
_PARTS: Final = {
    "morning": dt.time(9),
    "noon": dt.time(12),
    "midday": dt.time(12),
    "afternoon": dt.time(14),
    "evening": dt.time(18),
    "night": dt.time(20),
    "tonight": dt.time(20),
}
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

    def take_clock(self) -> _Clock | None:
        """Take the time of day out. Raises TypedDueError."""
        found = list(_CLOCK.finditer(self._rest))
        if not found:
            if bare := _BARE_HOUR.search(self._rest.rstrip()):
                raise TypedDueError("Write the time of day as 3pm or 15:00.", *bare.span())
            return None
        if len(found) > 1:
            raise TypedDueError("There are two times of day.", *found[1].span())
        place = found[0].span()
        clock = _Clock(_time(found[0], place), place)
        left = "today" if found[0]["part"] == "tonight" else ""
        self._rest = f"{self._rest[: place[0]]}{left:{place[1] - place[0]}}{self._rest[place[1] :]}"
        return clock


def _time(found: re.Match[str], place: tuple[int, int]) -> dt.time:
    if part := found["part"]:
        if part in _PARTS:
            return _PARTS[part]
        raise TypedDueError("Midnight belongs to two days: name the day alone, or 00:00 of one.", *place)
    hour, minute = int(found["hour"] or found["hour24"]), int(found["minute"] or found["minute24"] or 0)
    if half := found["half"]:
        if not 1 <= hour <= 12:
            raise TypedDueError("There is no such time of day.", *place)
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        raise TypedDueError("There is no such time of day.", *place)
    return dt.time(hour, minute)


# ------------------------------------------------------------------ spans

_NUMBER: Final = r"(?:\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_UNIT: Final = r"(?:minutes?|mins?|hours?|days?|weeks?|fortnights?|months?|years?)"
_SPAN: Final = re.compile(
    rf"(?:in |after )?{_NUMBER} ?{_UNIT}(?: (?:and )?{_NUMBER} ?{_UNIT})*(?: from now)?"
    r"|in \d{1,3} ?h|in half an hour",
    re.ASCII,
)
_HOURLY: Final = re.compile(r"(?<![a-z])(?:minutes?|mins?|hours?|h)\b", re.ASCII)


def _span(words: str, local: dt.datetime) -> tuple[dt.datetime, bool]:
    """The local moment after a span, and whether it was given in hours or minutes. Raises UnclearDate."""
    # Loaded here: it takes as long as all else of a command together.
    from dateparser.date import DateDataParser

    plain = words.replace("half an hour", "30 minutes").removesuffix(" from now")
    units = [unit.removesuffix("s") for unit in re.findall(_UNIT, plain)]
    if len(set(units)) < len(units):
        raise UnclearDate(f"The same unit stands there twice. {HOW_DUE}")
    parser = DateDataParser(
        languages=["en"], settings={"RELATIVE_BASE": local, "PARSERS": ["relative-time"], "PREFER_DATES_FROM": "future"}
    )
    found: dt.datetime | None = parser.get_date_data(plain).date_obj
    if found is None or found < local:
        raise UnclearDate("That is too far away.")
    return found, bool(_HOURLY.search(plain))


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
    "next month": lambda today: _month_begin(today, 1),
    "next year": lambda today: today.replace(year=today.year + 1, month=1, day=1),
    "eod": lambda today: today,
    "end of day": lambda today: today,
    "end of week": lambda today: _in_week(today, 0, 6),
    "end of next week": lambda today: _in_week(today, 1, 6),
    "end of month": lambda today: _month_begin(today, 1) - _ONE_DAY,
    "end of next month": lambda today: _month_begin(today, 2) - _ONE_DAY,
    "end of year": lambda today: today.replace(month=12, day=31),
}
"""Weeks begin on Monday, as in the agenda; what has no day of its own begins with its first."""


def _in_week(today: dt.date, weeks: int, weekday: int) -> dt.date:
    return today + dt.timedelta(7 * weeks + weekday - today.weekday())


def _month_begin(today: dt.date, months: int) -> dt.date:
    years, month = divmod(today.month - 1 + months, 12)
    return dt.date(today.year + years, month + 1, 1)


def _day(words: str, today: dt.date) -> dt.date:
    """Raises UnclearDate."""
    if found := _DAYS.get(re.sub(r"^(?:the )?end of (?:the |this )?", "end of ", words)):
        return found(today)
    if words.endswith(" ago"):
        raise UnclearDate("That is past.")
    rest = words.split()
    named = next((word for word in rest if word.rstrip(".") in _WEEKDAYS), None)
    if named is None:
        return _of_year(_dated(words), today)
    rest.remove(named)
    return _weekday(_WEEKDAYS[named.rstrip(".")], " ".join(rest), today)


def _weekday(weekday: int, rest: str, today: dt.date) -> dt.date:
    """The day that a weekday means with the other words beside it. Raises UnclearDate."""
    coming = today + dt.timedelta((weekday - today.weekday() - 1) % 7 + 1)
    following = _in_week(today, 1, weekday)
    if rest == "next" and coming != following:
        raise UnclearDate(f"This may be {_said(Due(coming))} or {_said(Due(following))}: write the day.")
    named = {
        "": coming,
        "this": today if weekday == today.weekday() else coming,
        "this week": _in_week(today, 0, weekday),
        "next": coming,
        "next week": following,
    }
    if rest in named:
        return named[rest]
    day = _of_year(_dated(rest), today)
    if day.weekday() != weekday:
        raise UnclearDate(f"That is no such weekday: {_said(Due(day))}.")
    return day


def _dated(words: str) -> TypedDate:
    if not any("0" <= character <= "9" for character in words):
        raise UnclearDate(f"This is no day or time. {HOW_DUE}")
    try:
        return read_date(re.sub(r"^the (?=\d)|(?<=\d)(?:st|nd|rd|th)\b(?: of)?", "", words))
    except UnclearDate as error:
        raise UnclearDate(str(error).replace(HOW, HOW_DUE)) from None


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

"""Months, weekdays, and days written with them: short and the same for everybody in English, else as the language has
them. What people type stays English and numbers, whatever the language.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sellmode_contract.typed_days import MONTHS, TypedDate
from sellmode_tui import language
from sellmode_tui.language import tr

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Short, from Monday on."""
_LEAP_YEAR: Final = 2000
"""Has every day that a year can have."""


def short_month(month: int) -> str:
    """``Jan`` for 1."""
    locale = language.locale()
    if locale is None:
        return MONTHS[month - 1][:3]
    return language.as_drawn(locale.months["stand-alone"]["abbreviated"][month])


def weekday_name(number: int) -> str:
    """``Mon`` for 0."""
    locale = language.locale()
    return WEEKDAYS[number] if locale is None else str(locale.days["stand-alone"]["abbreviated"][number])


def weekday(day: dt.date) -> str:
    """``Mon``, whatever the machine's language is."""
    return weekday_name(day.weekday())


def short_day(day: dt.date) -> str:
    """``24 Dec``."""
    return _by_babel("MMMd", day) or f"{day.day} {short_month(day.month)}"


def dated(day: dt.date) -> str:
    """``24 Dec 2026``."""
    return _by_babel("yMMMd", day) or f"{day.day} {short_month(day.month)} {day.year}"


def full_day(day: dt.date) -> str:
    """``Thu 24 Dec 2026``."""
    return _by_babel("yMMMEd", day) or f"{weekday(day)} {day.day} {short_month(day.month)} {day.year}"


def said_back(day: TypedDate) -> str:
    """How a day that was typed is understood: ``24 December 1990``, ``24 December, no year``."""
    date = dt.date(day.year or _LEAP_YEAR, day.month, day.day)
    written = _by_babel("yMMMMd" if day.year else "MMMMd", date)
    if not written:
        return day.words
    return written if day.year else tr("{day}, no year", day=written)


def _by_babel(skeleton: str, day: dt.date) -> str:
    """A day as the language writes it; empty in English."""
    locale = language.locale()
    if locale is None:
        return ""
    from babel.dates import format_skeleton

    moment = dt.datetime.combine(day, dt.time())  # babel takes a date for a moment in this machine's zone
    return language.as_drawn(format_skeleton(skeleton, moment, locale=locale))

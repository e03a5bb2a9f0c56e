"""Due times in words: short where a row has little room, and never to be misread."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sellmode_contract.store_time import Due, local_day
from sellmode_tui.dates.names import dated, full_day, short_day, weekday
from sellmode_tui.language import marked, tr, trd

_NEAR: Final = {-1: marked("yesterday"), 0: marked("today"), 1: marked("tomorrow")}
_NAMED_DAYS: Final = 6
"""A day of the week is named within so many days, so that it is never the day before the same one."""


def due_words(due: Due, now: dt.datetime, zone: dt.tzinfo) -> str:
    """``today``, ``tomorrow 9:30``, ``Fri 15:00``, ``24 Dec``, ``24 Dec 2027 15:00``, by the store's days."""
    today = local_day(now, zone)
    days = (due.day - today).days
    if days in _NEAR:
        day = trd(_NEAR[days])
    elif 0 < days <= _NAMED_DAYS:
        day = weekday(due.day)
    else:
        day = short_day(due.day) if due.day.year == today.year else dated(due.day)
    return day if due.time is None else f"{day} {due.time:%H:%M}"


def full_words(due: Due) -> str:
    """With everything, for a form that says back what was typed: ``Thu 24 Dec 2026, 15:00``."""
    day = full_day(due.day)
    return day if due.time is None else f"{day}, {due.time:%H:%M}"


def expiry_words(instant: dt.datetime, zone: dt.tzinfo) -> str:
    """When something expires; midnight is the end of the day before: ``end of Wed 25 Nov 2026``."""
    local = instant.astimezone(zone)
    if local.time() == dt.time():
        return tr("end of {day}", day=full_words(Due(local.date() - dt.timedelta(days=1))))
    return full_words(Due(local.date(), local.time()))

"""Due times as people type them: ``fri 3pm``, ``in 2 weeks``, ``12/24``, ``tomorrow 9:30``.

Days and times are the store's. What could be meant in two ways is asked about, never guessed; what is past, skipped by
the clocks or on no calendar is told.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sellmode_contract.store_time import FIRST_YEAR, LAST_YEAR, Due
from sellmode_contract.typed_days import UnclearDate
from sellmode_tui.dates.clock import UnclearTime
from sellmode_tui.dates.day_words import Wanted, day_named
from sellmode_tui.dates.spans import read_span
from sellmode_tui.dates.typed import MAX_LENGTH, Typed, UnclearWhen
from sellmode_tui.dates.words import full_words
from sellmode_tui.language import marked, tr, trd

_ONE_DAY: Final = dt.timedelta(1)
_MINUTE: Final = dt.timedelta(minutes=1)
HOW_DUE: Final = marked("Try fri 3pm, tomorrow 9:30, in 2 weeks, 24 Dec or 2026-12-24 15:00.")
_WANTED: Final = Wanted(past=False, how=HOW_DUE)


def read_typed_due(text: str, now: dt.datetime, zone: dt.tzinfo) -> Due:
    """The due time that a text means at the instant ``now`` in a store's time zone. Raises UnclearWhen.

    A day alone is due by its end. A time alone is today's, or tomorrow's if it has passed. A day without a year is the
    next one; the name of a weekday is the next one after today.
    """
    if len(text) > MAX_LENGTH:
        raise UnclearWhen(tr("Too long for a due date. {how}", how=trd(HOW_DUE)), MAX_LENGTH, len(text))
    typed = Typed(text)
    try:
        clock = typed.take_clock()
        due = _due(typed.words, clock.time if clock else None, now, zone)
    except UnclearTime as error:
        raise UnclearWhen(trd(error), *error.place) from None
    except UnclearDate as error:
        raise UnclearWhen(trd(error), *typed.place) from None
    return _to_come(due, now, zone, clock.place if clock else typed.place)


def _due(words: str, time: dt.time | None, now: dt.datetime, zone: dt.tzinfo) -> Due:
    """Raises UnclearDate."""
    local = now.astimezone(zone)
    today = local.date()
    if not words:
        if time is None:
            raise UnclearDate(tr("No date or time found. {how}", how=trd(HOW_DUE)))
        return Due(today if time > local.time() else today + _ONE_DAY, time)
    begin = local.replace(tzinfo=None)
    span = read_span(words, begin)
    if span is None:
        return Due(day_named(words, today, _WANTED), time)
    if span.back:
        raise UnclearDate("That is in the past.")
    if not span.hourly:
        return Due(span.end.date(), time)
    if time is not None:
        raise UnclearDate("The time is given twice.")
    # Two hours are two hours, also while the clocks change.
    return _at(now + (span.end - begin), zone)


def _at(instant: dt.datetime, zone: dt.tzinfo) -> Due:
    """The due time of an instant. Within an hour that the clocks repeat it is the end of that hour: by the clock alone,
    its second time cannot be told from the first.
    """
    while True:
        local = instant.astimezone(zone)
        due = Due(local.date(), local.time().replace(second=0, microsecond=0, fold=0))
        if due.instant(zone) > instant - _MINUTE:
            return due
        instant += _MINUTE


def _to_come(due: Due, now: dt.datetime, zone: dt.tzinfo, place: tuple[int, int]) -> Due:
    """A due time that exists and has not passed. Raises UnclearWhen."""
    if not FIRST_YEAR <= due.day.year <= LAST_YEAR:
        raise UnclearWhen(
            tr("The year has to be between {first} and {last}.", first=FIRST_YEAR, last=LAST_YEAR), *place
        )
    instant = due.instant(zone)
    if instant <= now:
        raise UnclearWhen(tr("That is in the past: {time}.", time=full_words(due)), *place)
    if is_skipped(due, zone):
        raise UnclearWhen(tr("The clocks go forward then: {time} does not exist.", time=full_words(due)), *place)
    return due


def is_skipped(due: Due, zone: dt.tzinfo) -> bool:
    """Whether the clocks leave its time of day out."""
    there = due.instant(zone).astimezone(zone).replace(tzinfo=None)
    return due.time is not None and there != dt.datetime.combine(due.day, due.time)

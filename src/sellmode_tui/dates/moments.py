"""Moments up to now as people type and read them: ``yesterday 3pm``, ``2 hours ago``, ``20 Nov 14:30``."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from sellmode_contract.store_time import Due
from sellmode_contract.typed_days import MONTHS, UnclearDate
from sellmode_tui.dates.clock import UnclearTime
from sellmode_tui.dates.day_words import Wanted, day_named
from sellmode_tui.dates.names import WEEKDAYS
from sellmode_tui.dates.spans import read_span
from sellmode_tui.dates.typed import MAX_LENGTH, Typed, UnclearWhen
from sellmode_tui.dates.words import full_words
from sellmode_tui.language import marked, tr, trd

HOW_MOMENT: Final = marked("Try 14:30, yesterday 3pm, 2 hours ago or 20 Nov 14:30.")
_WANTED: Final = Wanted(past=True, how=HOW_MOMENT)
_NOON: Final = dt.time(12)
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?", re.ASCII)
_OFFSET_AT: Final = len("2026-10-25T02:30")
_OFFSET: Final = re.compile(r"(?<=\d) ?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)\Z", re.ASCII)


def read_moment(text: str, now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The moment up to ``now`` that a text means, UTC, by the clocks of a zone. Raises UnclearWhen.

    ``14:30`` is today's; what has no year, and a weekday, is the last one. Without a time of day it is noon, or now if
    that is still to come. A time that the clocks repeat is the first, unless its offset from UTC stands behind it.
    """
    text = " ".join(text.split())
    if len(text) > MAX_LENGTH:
        raise UnclearWhen(tr("Too long for a time. {how}", how=trd(HOW_MOMENT)), MAX_LENGTH, len(text))
    offset = _OFFSET.search(text)
    clocks = dt.datetime.strptime(offset[1], "%z").tzinfo if offset else None
    text = text[: offset.start()] if offset else text
    typed = Typed(text)
    try:
        moment = _moment(text, typed, now, zone, clocks or zone)
    except UnclearTime as error:
        raise UnclearWhen(trd(error), *error.place) from None
    except UnclearDate as error:
        raise UnclearWhen(trd(error), *typed.place) from None
    if moment > now:
        raise UnclearWhen("That is in the future.", *typed.place)
    return moment


def _moment(text: str, typed: Typed, now: dt.datetime, zone: dt.tzinfo, clocks: dt.tzinfo) -> dt.datetime:
    """Raises UnclearTime, UnclearDate."""
    if _ISO.fullmatch(text):
        try:
            iso = dt.datetime.fromisoformat(text)
        except ValueError:
            raise UnclearDate(tr("Not a valid date or time. {how}", how=trd(HOW_MOMENT))) from None
        return _existing(iso, clocks)
    clock, local = typed.take_clock(), now.astimezone(zone).replace(tzinfo=None)
    time, words = clock.time if clock else None, typed.words
    if not words and time is None:
        raise UnclearDate(tr("No date or time found. {how}", how=trd(HOW_MOMENT)))
    span = read_span(words, local)
    if span is not None and not span.back:
        raise UnclearDate("That is in the future.")
    if span is not None and span.hourly:
        if time is not None:
            raise UnclearDate("The time is given twice.")
        return now - (local - span.end)  # two hours are two hours, also while the clocks change
    day = span.end.date() if span else day_named(words or "today", local.date(), _WANTED)
    moment = _existing(dt.datetime.combine(day, time or _NOON), clocks)
    return moment if time else min(moment, now) if day == local.date() else moment


def _existing(local: dt.datetime, clocks: dt.tzinfo) -> dt.datetime:
    """The first moment at which clocks show so, UTC. Raises UnclearDate if they leave it out."""
    try:
        moment = local.replace(tzinfo=clocks).astimezone(dt.UTC)
        there = moment.astimezone(clocks).replace(tzinfo=None)
    except OverflowError:
        raise UnclearDate("That is too far away.") from None
    if there != local:
        due = Due(local.date(), local.time())
        raise UnclearDate(tr("The clocks go forward then: {time} does not exist.", time=full_words(due)))
    return moment


def moment_words(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """To the minute: ``Fri 20 Nov 2026, 14:30``; with its offset the second of two that look the same."""
    local = moment.astimezone(zone)
    return f"{full_words(Due(local.date(), local.time()))}{_offset(local)}"


def typable_moment(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """The same as ``read_moment`` reads it, whatever the language: ``Fri 20 Nov 2026, 14:30``."""
    local = moment.astimezone(zone)
    month = MONTHS[local.month - 1][:3]
    return f"{WEEKDAYS[local.weekday()]} {local.day} {month} {local.year}, {local:%H:%M}{_offset(local)}"


def _offset(local: dt.datetime) -> str:
    return f" {local.isoformat(timespec='minutes')[_OFFSET_AT:]}" if local.fold else ""

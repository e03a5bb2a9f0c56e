"""Opening hours of a store: when it is open, when again, and how much time has passed within them.

Hours are local to the store's time zone, as people say them: ``10:00-18:00``, several a day, ``24:00`` for its end.
What a change of the clocks does to a local time is as in ``store_time``. A store without hours is always open.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

import msgspec

from sellmode_contract.store_time import day_start, local_day, read_day

Spans: TypeAlias = tuple[str, ...]
"""Of one day, the earliest first; none: closed."""

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)
_DAY, _MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
_MIDNIGHT = 24 * 60
_EVER = dt.datetime.max.replace(tzinfo=dt.UTC)


class OpeningHours(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The hours of a store's week, and those of days that differ."""

    monday: Spans = ()
    tuesday: Spans = ()
    wednesday: Spans = ()
    thursday: Spans = ()
    friday: Spans = ()
    saturday: Spans = ()
    sunday: Spans = ()
    days: dict[str, Spans] = {}
    """Of holidays and special days, by date: ``2026-12-24``."""

    def of(self, day: dt.date) -> Spans:
        """The hours of a day."""
        special = self.days.get(day.isoformat())
        return self._of_week[day.weekday()] if special is None else special

    @property
    def last_day(self) -> dt.date | None:
        """The day after which it is never open again; None if there is none."""
        if any(self._of_week):
            return None
        return max((dt.date.fromisoformat(day) for day, spans in self.days.items() if spans), default=dt.date.min)

    @property
    def _of_week(self) -> tuple[Spans, ...]:
        return tuple(getattr(self, day) for day in WEEKDAYS)


# ------------------------------------------------------------------ what is asked of them


def is_open(hours: OpeningHours | None, zone: dt.tzinfo, now: dt.datetime) -> bool:
    """Whether a store is open at an instant; at the one at which it closes it is not any more."""
    return opens(hours, zone, now) == now


def opens(hours: OpeningHours | None, zone: dt.tzinfo, now: dt.datetime) -> dt.datetime | None:
    """When a store is open next: now, if it is; None if it never is again."""
    return next((begins for begins, _ in spans(hours, zone, now)), None)


def due_after(hours: OpeningHours | None, zone: dt.tzinfo, start: dt.datetime, minutes: int) -> dt.datetime | None:
    """When a store has been open for so many minutes since an instant; None if it never will have been."""
    left = minutes * _MINUTE
    for begins, ends in spans(hours, zone, start):
        if left <= ends - begins:
            return begins + left
        left -= ends - begins
    return None


def service_minutes(hours: OpeningHours | None, zone: dt.tzinfo, start: dt.datetime, end: dt.datetime) -> int:
    """The whole minutes for which a store is open between two instants."""
    open_for = dt.timedelta()
    for begins, ends in spans(hours, zone, start):
        if begins >= end:
            break
        open_for += min(ends, end) - begins
    return open_for // _MINUTE


def spans(hours: OpeningHours | None, zone: dt.tzinfo, since: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """From when until when a store is open from an instant on, in UTC and in order; those that touch are two."""
    if hours is None:
        yield since, _EVER
        return
    day, last = local_day(since, zone), hours.last_day
    while last is None or day <= last:
        for span in map(_read, hours.of(day)):
            # What the clocks leave out may have turned a span about, or let it reach into the next one.
            begins, ends = max(since, _instant(day, span.begins, zone)), _instant(day, span.ends, zone)
            if begins < ends:
                yield begins, ends
                since = ends
        day += _DAY


class _Span(NamedTuple):
    """Minutes of a day."""

    begins: int
    ends: int


def _instant(day: dt.date, minute: int, zone: dt.tzinfo) -> dt.datetime:
    if minute == _MIDNIGHT:
        return day_start(day + _DAY, zone)
    return dt.datetime.combine(day, dt.time(*divmod(minute, 60)), zone).astimezone(dt.UTC)


def _read(text: str) -> _Span:
    found = _SPAN.fullmatch(text)
    if not found:
        raise ValueError("hours are written 10:00-18:00, by the 24-hour clock; 24:00 is the end of a day")
    hour, minute, last_hour, last_minute = found.groups()
    ends = int(last_hour) * 60 + int(last_minute) if last_hour else _MIDNIGHT
    return _Span(int(hour) * 60 + int(minute), ends)


# ------------------------------------------------------------------ whether they make sense


class Problem(NamedTuple):
    """What is wrong with the hours of a day: a weekday's name, or a date."""

    day: str
    detail: str


def problems(hours: OpeningHours) -> Iterator[Problem]:
    """Everything that is wrong with hours."""
    for day in WEEKDAYS:
        yield from _of_day(day, getattr(hours, day))
    for day, times in hours.days.items():
        try:
            known = read_day(day).isoformat() == day
        except ValueError:
            known = False
        if known:
            yield from _of_day(day, times)
        else:
            yield Problem(day, "there is no such day; days are written 2026-12-24")


def _of_day(day: str, times: Spans) -> Iterator[Problem]:
    before = 0
    for text in times:
        try:
            span = _read(text)
        except ValueError as error:
            yield Problem(day, str(error))
            return
        if span.ends <= span.begins:
            yield Problem(day, f"{text} ends before it begins: what goes on after midnight belongs to the next day")
            return
        if span.begins < before:
            yield Problem(day, f"{text} begins before the hours in front of it have ended")
            return
        before = span.ends

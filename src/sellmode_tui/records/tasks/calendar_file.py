"""Tasks as a calendar file (iCalendar, RFC 5545), for people's own calendars.

A calendar leaves the machine, so no customer's name and no free text but the title goes in unless it is asked for.
Each task keeps its UID, so that a file read again changes what is there. A repeating task's next one is made when the
task ends: what is to follow stands in the file as an event of its own, with the series' rule.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from sellmode_contract import recurrence
from sellmode_contract.store_time import Due

if TYPE_CHECKING:
    from icalendar import Event, Todo

_PRODUCT: Final = "-//Sellmode//Tasks//EN"
_CONTROLS: Final = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")
_BOUNDED: Final = re.compile(r";(?:COUNT|UNTIL)=[^;]*|(?<![^;])(?:COUNT|UNTIL)=[^;]*;?")


class CalendarEntry(NamedTuple):
    """An open task as a calendar has it."""

    id: str
    title: str
    due: Due | None
    """What counts: what it was put off to, else what it was due."""
    lines: tuple[str, ...] = ()
    """Of the description."""
    repeat: str = ""
    repeat_from: Due | None = None
    """The due time from which ``repeat`` counts."""
    series: str = ""
    """Id of the first task of a repeating one."""
    due_of_series: Due | None = None
    """Of a repeating task, its own due time, whatever it was put off to."""


def calendar_file(entries: Iterable[CalendarEntry], now: dt.datetime, zone: dt.tzinfo, *, todo: bool = False) -> bytes:
    """The file: events, or to-dos. Without a due time there is no event, but a to-do.

    A task due by the end of a day is an event of that whole day. Raises nothing for what people may have typed.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    for entry in entries:
        for component in (_todo(entry, now, zone),) if todo else _events(entry, now, zone):
            calendar.add_component(component)
    calendar.add_missing_timezones(dt.date(now.year - 1, 1, 1), dt.date(now.year + recurrence.YEARS, 1, 1))
    content: bytes = calendar.to_ical()
    return content


def _events(entry: CalendarEntry, now: dt.datetime, zone: dt.tzinfo) -> Iterator[Event]:
    if entry.due is None:
        return
    yield _event(entry.id, entry, _moment(entry.due, zone), now)
    start, last = entry.repeat_from or entry.due_of_series, entry.due_of_series or entry.due
    if not entry.repeat or start is None:
        return
    try:
        following = recurrence.next_due(entry.repeat, start, last, last.day)
    except ValueError:
        return  # written by a version that knows more rules: what follows is made there, too
    if following is None:
        return
    begin = following.day if following.time is None else dt.datetime.combine(following.day, following.time, zone)
    event = _event(f"{entry.series or entry.id}-following", entry, begin, now)
    event.add("rrule", _rule(entry.repeat, start, zone))
    yield event


def _event(uid: str, entry: CalendarEntry, start: dt.date, now: dt.datetime) -> Event:
    from icalendar import TRANSP, Event

    return Event.new(
        uid=uid,
        summary=_clean(entry.title),
        description=_clean("\n".join(entry.lines)) or None,
        start=start,
        stamp=now,
        transparency=TRANSP.TRANSPARENT,  # nobody is busy because of it
    )


def _todo(entry: CalendarEntry, now: dt.datetime, zone: dt.tzinfo) -> Todo:
    from icalendar import STATUS, Todo

    todo = Todo.new(
        uid=entry.id,
        summary=_clean(entry.title),
        description=_clean("\n".join(entry.lines)) or None,
        stamp=now,
        status=STATUS.NEEDS_ACTION,
    )
    if entry.due is not None:
        todo.add("due", _moment(entry.due, zone))
    return todo


def _moment(due: Due, zone: dt.tzinfo) -> dt.date:
    """A day, or an instant in UTC; only what repeats has to be told in local time."""
    return due.day if due.time is None else due.instant(zone)


def _rule(repeat: str, start: Due, zone: dt.tzinfo) -> dict[str, list[str | int | dt.date]]:
    """The rule of what follows. It does not begin where the series did, so a count becomes the last one's time."""
    from icalendar import vRecur

    rule = vRecur.from_ical(_BOUNDED.sub("", repeat.upper()))
    if _BOUNDED.search(repeat.upper()):
        *_, last = recurrence.due_times(repeat, start)
        rule["UNTIL"] = [_moment(last, zone)]
    return dict(rule)


def _clean(text: str) -> str:
    """Without the control characters that a calendar may not hold."""
    return _CONTROLS.sub(" ", text)

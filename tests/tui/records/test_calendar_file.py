"""Tasks as a calendar file: read back by another reader's eyes, with stable UIDs and local times."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from sellmode_contract.store_time import read_due
from sellmode_tui.records.tasks.calendar_file import CalendarEntry, calendar_file
from tests.support.hostile import HOSTILE

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = dt.datetime(2026, 11, 22, 13, 2, tzinfo=dt.UTC)
FRIDAY = read_due("2026-11-27T15:00")


def components(*entries: CalendarEntry, todo: bool = False, zone: dt.tzinfo = AMSTERDAM) -> list[Any]:
    """What another program reads."""
    content = calendar_file(entries, NOW, zone, todo=todo)
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert not calendar.get_missing_tzids()
    return [each for each in calendar.subcomponents if each.name in ("VEVENT", "VTODO")]


def begins(events: Iterable[Any]) -> dict[str, object]:
    return {str(event["UID"]): event["DTSTART"].dt for event in events}


def test_a_time_is_an_instant_and_a_day_is_a_whole_day() -> None:
    events = components(
        CalendarEntry("one", "Call, write; wait", FRIDAY, ("Because of this", "and that")),
        CalendarEntry("two", "Count", read_due("2026-12-24")),
        CalendarEntry("three", "Some time", None),
    )
    assert begins(events) == {
        "one": dt.datetime(2026, 11, 27, 14, 0, tzinfo=dt.UTC), "two": dt.date(2026, 12, 24),
    }  # fmt: skip
    assert (events[0]["SUMMARY"], events[0]["DESCRIPTION"]) == ("Call, write; wait", "Because of this\nand that")
    assert events[0]["TRANSP"] == "TRANSPARENT"
    assert "DESCRIPTION" not in events[1]


def test_what_repeats_has_an_event_for_what_follows_in_local_time() -> None:
    weekly = CalendarEntry("one", "Call", FRIDAY, (), "FREQ=WEEKLY", FRIDAY, "", FRIDAY)
    event, following = components(weekly)
    assert "RRULE" not in event
    assert following["UID"] == "one-following"
    assert following["DTSTART"].dt == dt.datetime(2026, 12, 4, 15, 0, tzinfo=AMSTERDAM)
    assert following["DTSTART"].params["TZID"] == "Europe/Amsterdam"
    assert following["RRULE"].to_ical() == b"FREQ=WEEKLY"


def test_the_next_one_of_a_series_keeps_what_follows_under_one_uid() -> None:
    start = read_due("2026-11-20T15:00")
    late = CalendarEntry(
        "second", "Call", read_due("2026-11-30T09:00"), (), "FREQ=WEEKLY;INTERVAL=2;COUNT=4", start, "first",
        read_due("2026-12-04T15:00"),
    )  # fmt: skip
    assert begins(components(late)) == {
        "second": dt.datetime(2026, 11, 30, 8, 0, tzinfo=dt.UTC),
        "first-following": dt.datetime(2026, 12, 18, 15, 0, tzinfo=AMSTERDAM),
    }
    rule = components(late)[1]["RRULE"]
    assert rule["UNTIL"] == [dt.datetime(2027, 1, 1, 14, 0, tzinfo=dt.UTC)]
    assert "COUNT" not in rule
    last = late._replace(due_of_series=read_due("2027-01-01T15:00"))
    assert begins(components(last)).keys() == {"second"}


@pytest.mark.parametrize("rule", ["COUNT=3;FREQ=DAILY", "freq=daily;count=3", "FREQ=DAILY;UNTIL=20261126;WKST=MO"])
def test_an_end_is_the_last_day(rule: str) -> None:
    day = read_due("2026-11-24")
    _, following = components(CalendarEntry("one", "Count", day, (), rule, day, "", day))
    assert following["DTSTART"].dt == dt.date(2026, 11, 25)
    assert following["RRULE"]["UNTIL"] == [dt.date(2026, 11, 26)]
    assert "COUNT" not in following["RRULE"]


def test_a_rule_that_cannot_be_read_has_its_task_alone() -> None:
    (event,) = components(CalendarEntry("one", "Count", FRIDAY, (), "FREQ=HOURLY", FRIDAY, "", FRIDAY))
    assert event["UID"] == "one"


def test_to_dos_need_no_due_time_and_do_not_repeat() -> None:
    todos = components(
        CalendarEntry("one", "Call", FRIDAY, (), "FREQ=WEEKLY", FRIDAY, "", FRIDAY),
        CalendarEntry("two", "Count", read_due("2026-12-24")),
        CalendarEntry("three", "Some time", None),
        todo=True,
    )
    assert [(todo["UID"], todo["DUE"].dt if "DUE" in todo else None) for todo in todos] == [
        ("one", dt.datetime(2026, 11, 27, 14, 0, tzinfo=dt.UTC)), ("two", dt.date(2026, 12, 24)), ("three", None),
    ]  # fmt: skip
    assert all(todo["STATUS"] == "NEEDS-ACTION" and "RRULE" not in todo for todo in todos)


@pytest.mark.parametrize(
    "name", ["America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC", "Africa/Casablanca"]
)
def test_local_times_hold_over_changes_of_the_clocks(name: str) -> None:
    zone = ZoneInfo(name)
    entry = CalendarEntry("one", "Call", FRIDAY, (), "FREQ=MONTHLY", FRIDAY, "", FRIDAY)
    event, following = components(entry, zone=zone)
    assert event["DTSTART"].dt == FRIDAY.instant(zone)
    assert following["DTSTART"].dt.replace(tzinfo=None) == dt.datetime(2026, 12, 27, 15, 0)  # noqa: DTZ001  # local
    assert following["DTSTART"].dt.astimezone(dt.UTC) == dt.datetime(2026, 12, 27, 15, 0, tzinfo=zone)


def test_hostile_text_stays_in_its_property() -> None:
    entries = [CalendarEntry(f"id-{place}", text, FRIDAY, (text,)) for place, text in enumerate(HOSTILE)]
    events = components(*entries)
    assert [event["UID"] for event in events] == [entry.id for entry in entries]
    assert [event.property_items()[0][0] for event in events] == ["BEGIN"] * len(entries)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_kept_but_for_its_controls(title: str, line: str) -> None:
    (event,) = components(CalendarEntry("one", title, FRIDAY, (line,)))
    assert str(event["SUMMARY"]) == re.sub("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", " ", title)

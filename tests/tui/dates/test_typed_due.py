"""Due times as people type them: what is clear is read, what is not is told with its place."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.store_time import Due, read_due
from sellmode_tui.dates.due import HOW_DUE, read_typed_due
from sellmode_tui.dates.typed import MAX_LENGTH, UnclearWhen
from tests.support.hostile import HOSTILE

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = dt.datetime(2026, 11, 22, 13, 2, 30, tzinfo=dt.UTC)
"""A Sunday, 14:02 there."""


def read(text: str, now: dt.datetime = NOW, zone: dt.tzinfo = AMSTERDAM) -> str:
    return read_typed_due(text, now, zone).text


def tried(text: str, now: dt.datetime, zone: dt.tzinfo) -> Due | UnclearWhen:
    try:
        return read_typed_due(text, now, zone)
    except UnclearWhen as error:
        return error


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        # days and times
        ("fri 3pm", "2026-11-27T15:00"),
        ("3pm fri", "2026-11-27T15:00"),
        ("Friday, 3:30 p.m.", "2026-11-27T15:30"),
        ("fri 3.30pm", "2026-11-27T15:30"),
        ("fri 15:00", "2026-11-27T15:00"),
        ("fri 15h30", "2026-11-27T15:30"),
        ("by fri at noon", "2026-11-27T12:00"),
        ("tomorrow 9:30", "2026-11-23T09:30"),
        ("tomorrow morning", "2026-11-23T09:00"),
        ("tomorrow in the afternoon", "2026-11-23T14:00"),
        ("this evening", "2026-11-22T18:00"),
        ("tonight", "2026-11-22T20:00"),
        ("noon", "2026-11-23T12:00"),
        ("midday", "2026-11-23T12:00"),
        ("fri midday", "2026-11-27T12:00"),
        ("15h", "2026-11-22T15:00"),
        ("15 h", "2026-11-22T15:00"),
        ("fri 9h", "2026-11-27T09:00"),
        ("at 9h", "2026-11-23T09:00"),
        ("24 dec 15h", "2026-12-24T15:00"),
        ("fri at 15", "2026-11-27T15:00"),
        ("half past 3pm", "2026-11-22T15:30"),
        ("quarter to 12pm fri", "2026-11-27T11:45"),
        ("half past 15", "2026-11-22T15:30"),
        ("15:00", "2026-11-22T15:00"),
        ("9am", "2026-11-23T09:00"),
        ("12am", "2026-11-23T00:00"),
        ("12pm", "2026-11-23T12:00"),
        ("tomorrow 00:00", "2026-11-23T00:00"),
        # days
        ("today", "2026-11-22"),
        ("eod", "2026-11-22"),
        ("tomorrow", "2026-11-23"),
        ("tmrw", "2026-11-23"),
        ("TMR 3pm", "2026-11-23T15:00"),
        ("day after tmrw", "2026-11-24"),
        ("the day after tomorrow", "2026-11-24"),
        ("mon", "2026-11-23"),
        ("sunday", "2026-11-29"),
        ("this sunday", "2026-11-22"),
        ("this friday", "2026-11-27"),
        ("next friday", "2026-11-27"),
        ("friday next week", "2026-11-27"),
        ("next week", "2026-11-23"),
        ("next month", "2026-12-01"),
        ("end of the month", "2026-11-30"),
        ("eom", "2026-11-30"),
        ("this month", "2026-11-30"),
        ("end of week", "2026-11-22"),
        ("eow", "2026-11-22"),
        ("eoy", "2026-12-31"),
        ("the weekend", "2026-11-22"),
        ("next weekend", "2026-11-28"),
        ("the 24th", "2026-11-24"),
        ("21st", "2026-12-21"),
        ("31st", "2026-12-31"),
        ("sat the 28th", "2026-11-28"),
        ("sat 28", "2026-11-28"),
        ("end of next month", "2026-12-31"),
        ("end of the year", "2026-12-31"),
        ("12/24", "2026-12-24"),
        ("24/12", "2026-12-24"),
        ("24.12.", "2026-12-24"),
        ("24.12", "2026-12-24"),
        ("3.4.", "2027-04-03"),
        ("24 Dec 3pm", "2026-12-24T15:00"),
        ("Dec 24", "2026-12-24"),
        ("24th of december", "2026-12-24"),
        ("Thu, 24 Dec 2026", "2026-12-24"),
        ("29 feb", "2028-02-29"),
        ("22 nov", "2026-11-22"),
        ("21 nov", "2027-11-21"),
        ("2026-12-24", "2026-12-24"),
        ("2026-12-24 15:00", "2026-12-24T15:00"),
        ("2026-12-24T15:00", "2026-12-24T15:00"),
        ("2026-12-24T15:00:00", "2026-12-24T15:00"),
        # spans
        ("in 2 weeks", "2026-12-06"),
        ("  IN  2\tWeeks ", "2026-12-06"),
        ("2 weeks", "2026-12-06"),
        ("two weeks from now", "2026-12-06"),
        ("in a fortnight", "2026-12-06"),
        ("in a month", "2026-12-22"),
        ("in 12 months", "2027-11-22"),
        ("in 2 weeks and 3 days", "2026-12-09"),
        ("in 3 days at 15:00", "2026-11-25T15:00"),
        ("in 2 hours", "2026-11-22T16:02"),
        ("in 2h", "2026-11-22T16:02"),
        ("in 15h", "2026-11-23T05:02"),
        ("in 2h30", "2026-11-22T16:32"),
        ("48h", "2026-11-24T14:02"),
        ("in 3d", "2026-11-25"),
        ("3d", "2026-11-25"),
        ("in 2 wks", "2026-12-06"),
        ("in 2wk and 3d", "2026-12-09"),
        ("in 1d 3h", "2026-11-23T17:02"),
        ("in 3 mths", "2027-02-22"),
        ("in half an hour", "2026-11-22T14:32"),
        ("in 1 day 2 hours", "2026-11-23T16:02"),
    ],
)
def test_what_is_clear_is_read(text: str, meant: str) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(
    ("text", "said", "where"),
    [
        ("29 feb 2027", "February 2027 has no day 29.", "29 feb 2027"),
        ("fri 31 nov 3pm", "November has no day 31.", "fri 31 nov"),
        ("13/13", "There is no month 13.", "13/13"),
        ("fri 24 dec", "That weekday does not match: Thu 24 Dec 2026.", "fri 24 dec"),
        ("fri 25:00", "Not a valid time.", "25:00"),
        ("fri 13pm", "Not a valid time.", "13pm"),
        ("tomorrow 9", "This could mean 09:00 or 21:00: write one of them.", "tomorrow 9"),
        ("tomorrow 15", "Write the time of day as 15:00.", "tomorrow 15"),
        ("mon 9", "This could mean 09:00, 21:00 or the 9th: write one of them.", "mon 9"),
        ("mon 23", "This could mean 23:00 or the 23rd: write one of them.", "mon 23"),
        ("sun 28", "That weekday does not match: Sat 28 Nov 2026.", "sun 28"),
        ("the 32nd", "No month has that day.", "the 32nd"),
        ("fri at 3", "This could mean 03:00 or 15:00: write one of them.", "at 3"),
        ("3 o'clock", "This could mean 03:00 or 15:00: write one of them.", "3 o'clock"),
        ("half past 3", "This could mean 03:30 or 15:30: write one of them.", "half past 3"),
        ("quarter to 12", "This could mean 11:45 or 23:45: write one of them.", "quarter to 12"),
        ("quarter to 12am", "Midnight belongs to two days", "quarter to 12am"),
        ("half 3", "This could mean half past 2 or half past 3", "half 3"),
        ("fri at 25", "Not a valid time.", "at 25"),
        ("2h", "This could mean 02:00 or in 2 h: write one of them.", "2h"),
        ("2h30", "This could mean 02:30 or in 2 h 30 min: write one of them.", "2h30"),
        ("in 3m", "This could mean 3 minutes or 3 months: write 3 min or 3 months.", "in 3m"),
        ("fri 3pm 4pm", "There are two times.", "4pm"),
        ("in 2 hours 3pm", "The time is given twice.", "in 2 hours"),
        ("fri midnight", "Midnight belongs to two days", "midnight"),
        ("3/4", "This could mean 3 April or 4 March.", "3/4"),
        ("yesterday", "That is in the past: Sat 21 Nov 2026.", "yesterday"),
        ("today 9:00", "That is in the past: Sun 22 Nov 2026, 09:00.", "9:00"),
        ("this morning", "That is in the past", "morning"),
        ("2020-12-24", "That is in the past: Thu 24 Dec 2020.", "2020-12-24"),
        ("friday this week", "That is in the past: Fri 20 Nov 2026.", "friday this week"),
        ("3 days ago", "That is in the past.", "3 days ago"),
        ("in 9999 years", "That is too far away.", "in 9999 years"),
        ("0000-01-01", "The year has to be between 1971 and 9998.", "0000-01-01"),
        ("in 2 weeks 2 weeks", "The same unit is given twice.", "in 2 weeks 2 weeks"),
        ("", "No date or time found.", ""),
        ("soon", "Not a valid date or time.", "soon"),
        ("sat 10", "This could mean 10:00, 22:00 or the 10th: write one of them.", "sat 10"),
        ("1 year from today", "Not a valid date.", "1 year from today"),
        ("15:00 CET", "Not a valid date or time.", "CET"),
        ("3-5pm", "Not a valid date.", "3-5pm"),
        ("24 Dec 26", "four digits", "24 Dec 26"),
    ],
)
def test_what_is_not_is_told_with_its_place(text: str, said: str, where: str) -> None:
    with pytest.raises(UnclearWhen) as told:
        read(text)
    assert said in str(told.value)
    assert text[told.value.start : told.value.end].strip() == where


def test_next_friday_is_asked_about_where_there_are_two() -> None:
    monday = NOW + dt.timedelta(1)
    with pytest.raises(UnclearWhen, match="This could mean Fri 27 Nov 2026 or Fri 4 Dec 2026: write the day"):
        read("next friday", monday)
    assert read("friday", monday) == "2026-11-27"
    assert read("friday next week", monday) == "2026-12-04"


def test_the_weekend_begins_on_saturday_and_next_weekend_is_asked_about_where_there_are_two() -> None:
    monday, saturday = NOW + dt.timedelta(1), NOW + dt.timedelta(6)
    for text in ("the weekend", "this weekend", "at the weekend", "weekend"):
        assert read(text, monday) == "2026-11-28"
        assert read(text, saturday) == "2026-11-28"
    assert read("next weekend", saturday) == "2026-12-05"
    with pytest.raises(UnclearWhen, match="This could mean Sat 28 Nov 2026 or Sat 5 Dec 2026: write the day"):
        read("next weekend", monday)
    assert read("eow", monday) == "2026-11-29"


def test_one_of_the_readings_that_are_told_can_be_written() -> None:
    """What is refused for being two things says both in a way that is understood."""
    for text in ("mon 9", "mon 23", "fri at 3", "half past 12", "2h", "2h30", "12h", "tomorrow 9"):
        with pytest.raises(UnclearWhen) as told:
            read(text)
        readings = str(told.value).removeprefix("This could mean ").removesuffix(": write one of them.")
        for reading in readings.replace(" or ", ", ").split(", "):
            day = "" if reading.startswith(("in", "the")) else "fri "
            assert read(f"{day}{reading}")


def test_how_it_can_be_written_is_so() -> None:
    examples = HOW_DUE.removeprefix("Try ").removesuffix(".").replace(" or ", ", ").split(", ")
    assert len(examples) == 5
    for example in examples:
        read(example)


def test_times_that_the_clocks_skip_are_refused_and_hours_are_hours() -> None:
    with pytest.raises(UnclearWhen, match="The clocks go forward then: Sun 28 Mar 2027, 02:30 does not exist"):
        read("2027-03-28 02:30")
    assert read("2027-03-28 03:00") == "2027-03-28T03:00"
    assert read("2027-10-31 02:30") == "2027-10-31T02:30"
    assert read_due("2027-10-31T02:30").instant(AMSTERDAM) == dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)
    before = dt.datetime(2027, 3, 28, 0, 30, tzinfo=dt.UTC)
    assert read("in 2 hours", before) == "2027-03-28T04:30"
    assert read("in a day", before) == "2027-03-29"
    # An hour that comes twice: its second time cannot be written, so it is due when that is over.
    back = dt.datetime(2027, 10, 31, 0, 10, tzinfo=dt.UTC)
    assert read("in 1 hour", back) == "2027-10-31T03:00"
    assert read("in 2 hours", back) == "2027-10-31T03:10"
    assert read("in 1 hour", back - dt.timedelta(hours=1)) == "2027-10-31T02:10"
    # A day that begins at one o'clock, and one that a whole country left out.
    assert read("2027-04-23", zone=ZoneInfo("Africa/Cairo")) == "2027-04-23"
    skipped = dt.datetime(2011, 12, 29, 12, tzinfo=dt.UTC)
    with pytest.raises(UnclearWhen, match="go forward"):
        read("2011-12-30 12:00", skipped, ZoneInfo("Pacific/Apia"))


def test_the_day_is_the_stores() -> None:
    late = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    assert read("today", late, ZoneInfo("Asia/Tokyo")) == "2026-11-23"
    assert read("today", late, ZoneInfo("America/New_York")) == "2026-11-22"
    assert read("tomorrow", late, dt.UTC) == "2026-11-23"


@pytest.mark.parametrize("text", ["x" * 10_000, "1" * 10_000, "fri " * 2_500, "in 1 day " * 1_000, "/" * 10_000])
def test_long_text_is_refused_at_once(text: str) -> None:
    with pytest.raises(UnclearWhen) as told:
        read(text)
    assert (told.value.start, told.value.end) == (MAX_LENGTH, len(text))


def test_hostile_text_is_told_and_not_repeated() -> None:
    for text in HOSTILE:
        for typed in (text, f"fri {text}", f"{text} 3pm"):
            told = tried(typed, NOW, AMSTERDAM)
            if isinstance(told, Due):
                assert text.isspace() or text.isascii()
                continue
            assert len(text) < 4 or text not in str(told)
            assert 0 <= told.start <= told.end <= len(typed)
            assert str(told).isprintable()


TYPED = (
    "in after next this by on at end of the and fri mon. sunday tomorrow yesterday today now week weeks day days month "
    "hours minutes an a two 2 12 24. 12/24 24.12. 2027-02-29 2027-12-24 9998-12-31 0001-01-01 3pm 15:00 99:99 noon "
    "tonight midnight dec 29 feb 2027 9999 ago from , - : T CET Z ２ ٣ İ ß d 3d h 15h 2h30 wks mo m eow eom tmr "
    "weekend half quarter past to o'clock 24th 32nd 9 23 9am"
)
MOMENTS = st.integers(63_072_000, 4_102_444_799).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC))
ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/Amsterdam", "Africa/Cairo", "Pacific/Apia", "Australia/Lord_Howe", "UTC")]
)


@given(
    st.one_of(st.text(max_size=120), st.lists(st.sampled_from(TYPED.split()), max_size=7).map(" ".join)), MOMENTS, ZONES
)
def test_anything_is_a_due_time_to_come_or_an_error_with_a_place(text: str, now: dt.datetime, zone: ZoneInfo) -> None:
    told = tried(text, now, zone)
    if isinstance(told, Due):
        assert read_due(told.text) == told
        assert told.instant(zone) > now
    else:
        assert 0 <= told.start <= told.end <= len(text)


@given(MOMENTS, ZONES, st.integers(0, 4000), st.none() | st.times())
def test_what_records_hold_can_be_typed(now: dt.datetime, zone: ZoneInfo, days: int, time: dt.time | None) -> None:
    due = Due(now.date() + dt.timedelta(days + 1), time and time.replace(second=0, microsecond=0))
    told = tried(due.text, now, zone)
    assert told == due or "clocks" in str(told) or due.instant(zone) <= now


def test_dateparser_is_loaded_for_spans_alone() -> None:
    script = (
        "import sys, datetime as dt\n"
        "from sellmode_tui.dates.due import read_typed_due\n"
        "now = dt.datetime(2026, 11, 22, 13, 2, tzinfo=dt.UTC)\n"
        "read_typed_due('fri 3pm', now, dt.UTC), read_typed_due('24.12.', now, dt.UTC)\n"
        "assert 'dateparser' not in sys.modules\n"
        "read_typed_due('in 2 weeks', now, dt.UTC)\n"
        "assert 'dateparser' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

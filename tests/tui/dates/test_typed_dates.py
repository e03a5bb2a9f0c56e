"""Days and moments as people type them: what is clear is read, what may be two is asked about."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.typed_days import MONTHS, TypedDate, UnclearDate, read_date
from sellmode_tui.dates.day_words import read_typed_day
from sellmode_tui.dates.moments import HOW_MOMENT, moment_words, read_moment

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = dt.datetime(2026, 11, 22, 13, 2, tzinfo=dt.UTC)
"""14:02 there."""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1990-03-14", TypedDate(3, 14, 1990)),
        ("12-24", TypedDate(12, 24)),
        ("24 Dec", TypedDate(12, 24)),
        (" 24  december ", TypedDate(12, 24)),
        ("Dec 24", TypedDate(12, 24)),
        ("Dec 24, 1990", TypedDate(12, 24, 1990)),
        ("24. Dec 1990", TypedDate(12, 24, 1990)),
        ("24.12.", TypedDate(12, 24)),
        ("3.4.1990", TypedDate(4, 3, 1990)),
        ("24/12", TypedDate(12, 24)),
        ("12/24/1990", TypedDate(12, 24, 1990)),
        ("5/5", TypedDate(5, 5)),
        ("1990/03/14", TypedDate(3, 14, 1990)),
        ("29 Feb", TypedDate(2, 29)),
    ],
)
def test_what_is_clear_is_read(text: str, meant: TypedDate) -> None:
    assert read_date(text) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3/4", "This could mean 3 April or 4 March."),
        ("3/4/1990", "This could mean 3 April or 4 March."),
        ("24 Dec 90", "four digits"),
        ("12-32", "December has no day 32."),
        ("13-01", "There is no month 13."),
        ("29 Feb 2023", "February 2023 has no day 29."),
        ("24 Foo", '"Foo" is not a month.'),
        ("soon", "Not a valid date."),
        ("", "Not a valid date."),
        ("1990-03-14-15", "Not a valid date."),
    ],
)
def test_what_is_not_is_told(text: str, said: str) -> None:
    with pytest.raises(UnclearDate, match=said.replace(".", r"\.")):
        read_date(text)


@given(st.dates(min_value=dt.date(1000, 1, 1)), st.booleans())
def test_what_is_written_and_what_is_said_means_the_same(day: dt.date, year: bool) -> None:
    date = TypedDate(day.month, day.day, day.year if year else None)
    assert read_date(date.written) == date
    assert read_date(date.words) == date


@given(st.text(max_size=20) | st.from_regex(r"[0-9./ -]{1,12}|\d{1,2} \w{3,9} ?\d*", fullmatch=True))
def test_any_text_is_read_or_told(text: str) -> None:
    said = None
    try:
        date = read_date(text)
    except UnclearDate as unclear:
        said = str(unclear)
    assert said.endswith(".") if said is not None else date.words.split()[1].rstrip(",") in MONTHS


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("13:30", dt.datetime(2026, 11, 22, 12, 30, tzinfo=dt.UTC)),
        ("yesterday 14:30", dt.datetime(2026, 11, 21, 13, 30, tzinfo=dt.UTC)),
        ("yesterday", dt.datetime(2026, 11, 21, 11, tzinfo=dt.UTC)),
        ("20 Nov, 16:00", dt.datetime(2026, 11, 20, 15, tzinfo=dt.UTC)),
        ("24 Dec", dt.datetime(2025, 12, 24, 11, tzinfo=dt.UTC)),
        ("2026-07-01 09:05", dt.datetime(2026, 7, 1, 7, 5, tzinfo=dt.UTC)),
        ("today", dt.datetime(2026, 11, 22, 11, tzinfo=dt.UTC)),
        ("yesterday 3pm", dt.datetime(2026, 11, 21, 14, tzinfo=dt.UTC)),
        ("3pm yesterday", dt.datetime(2026, 11, 21, 14, tzinfo=dt.UTC)),
        ("last night", dt.datetime(2026, 11, 21, 19, tzinfo=dt.UTC)),
        ("this morning", dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)),
        ("fri at noon", dt.datetime(2026, 11, 20, 11, tzinfo=dt.UTC)),
        ("sunday", dt.datetime(2026, 11, 15, 11, tzinfo=dt.UTC)),
        ("mon last week", dt.datetime(2026, 11, 9, 11, tzinfo=dt.UTC)),
        ("the day before yesterday 9am", dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)),
        ("2 hours ago", dt.datetime(2026, 11, 22, 11, 2, tzinfo=dt.UTC)),
        ("half an hour ago", dt.datetime(2026, 11, 22, 12, 32, tzinfo=dt.UTC)),
        ("3d ago", dt.datetime(2026, 11, 19, 11, tzinfo=dt.UTC)),
        ("a week ago 15:00", dt.datetime(2026, 11, 15, 14, tzinfo=dt.UTC)),
        ("29 Feb", dt.datetime(2024, 2, 29, 11, tzinfo=dt.UTC)),
        ("the 21st", dt.datetime(2026, 11, 21, 11, tzinfo=dt.UTC)),
        ("the 30th", dt.datetime(2026, 10, 30, 11, tzinfo=dt.UTC)),
        ("2026-11-22T13:02:00Z", NOW),
        ("2026-11-22T14:01:30.5", dt.datetime(2026, 11, 22, 13, 1, 30, 500_000, tzinfo=dt.UTC)),
        ("2026-10-25 02:30", dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)),
        ("2026-10-25 02:30 +01:00", dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)),
    ],
)
def test_moments_up_to_now(text: str, meant: dt.datetime) -> None:
    assert read_moment(text, NOW, AMSTERDAM) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("15:00", "in the future"),
        ("2027-01-01", "in the future"),
        ("25:00", "Not a valid time"),
        ("in 2 hours", "in the future"),
        ("fri next week", "in the future"),
        ("2 hours ago 3pm", "The time is given twice"),
        ("2026-13-01 10:00", "Not a valid date or time"),
        ("2026-03-29 02:30", "The clocks go forward then"),
        ("last fri", "This could mean Fri 20 Nov 2026 or Fri 13 Nov 2026"),
        ("3/4 14:00", "This could mean"),
        ("29 Feb 2026 14:00", "February 2026 has no day 29."),
        ("later", "Not a valid date or time"),
    ],
)
def test_moments_that_are_none(text: str, said: str) -> None:
    with pytest.raises(UnclearDate, match=said):
        read_moment(text, NOW, AMSTERDAM)


_ZONES = sorted(available_timezones())
_SINCE_1990 = st.integers(20 * 365 * 24 * 60, 67 * 365 * 24 * 60).map(
    lambda minutes: dt.datetime.fromtimestamp(minutes * 60, dt.UTC)
)


def _changes(zone: dt.tzinfo, instant: dt.datetime) -> dt.datetime:
    """About when the clocks change next, to the quarter of an hour; half a year on where they do not."""
    day = dt.timedelta(hours=6)
    for _ in range(800):
        if (instant + day).astimezone(zone).utcoffset() != instant.astimezone(zone).utcoffset():
            break
        instant += day
    return instant


@given(st.sampled_from(_ZONES), _SINCE_1990, st.integers(-8 * 60, 16 * 60), st.booleans())
def test_a_moment_that_is_shown_can_be_typed_back_also_when_the_clocks_change(
    name: str, instant: dt.datetime, minutes: int, near: bool
) -> None:
    zone, minute = ZoneInfo(name), dt.timedelta(minutes=1)
    moment = (_changes(zone, instant) if near else instant) + minutes * minute
    moment -= dt.timedelta(seconds=moment.astimezone(zone).second, microseconds=moment.microsecond)
    shown = moment_words(moment, zone)
    assert read_moment(shown, moment + minute, zone) == moment
    local = moment.astimezone(zone)
    written = local.isoformat(timespec="minutes")
    assert read_moment(written, moment + minute, zone) == moment
    assert read_moment(written[: None if local.fold else 16], moment + minute, zone) == moment


def test_how_a_moment_can_be_written_is_so() -> None:
    for example in HOW_MOMENT.removeprefix("Try ").removesuffix(".").replace(" or ", ", ").split(", "):
        read_moment(example, NOW + dt.timedelta(hours=1), AMSTERDAM)


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_told(text: str) -> None:
    said = None
    try:
        moment = read_moment(text, NOW, AMSTERDAM)
    except UnclearDate as unclear:
        said = str(unclear)
    assert said.endswith(".") if said is not None else moment <= NOW


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("24 Dec", "24 December, no year"),
        ("12-24", "24 December, no year"),
        ("24.12.1990", "24 December 1990"),
        ("today", "26 November 2026"),
        ("Tomorrow", "27 November 2026"),
        ("yesterday", "25 November 2026"),
        ("in 3 days", "29 November 2026"),
        ("3 days ago", "23 November 2026"),
        ("fri", "27 November 2026"),
    ],
)
def test_a_day_is_read_with_or_without_its_year_and_by_what_it_is_to_today(text: str, words: str) -> None:
    assert read_typed_day(text, dt.date(2026, 11, 26)).words == words


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("soon", "Not a valid date. Try 1990-12-24, 24 Dec, today, last fri or in 3 days."),
        ("3/4", "This could mean 3 April or 4 March."),
        ("in 2 hours", "Not a valid date."),
        ("30 Feb", "February has no day 30."),
        ("", "Not a valid date."),
    ],
)
def test_what_is_no_day_is_told_with_what_would_be(text: str, why: str) -> None:
    with pytest.raises(UnclearDate, match=re.escape(why)):
        read_typed_day(text, dt.date(2026, 11, 26))

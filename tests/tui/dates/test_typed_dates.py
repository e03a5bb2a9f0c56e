"""Days and moments as people type them: what is clear is read, what may be two is asked about."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_tui.dates.days import TypedDate, UnclearDate, read_date, read_moment
from sellmode_tui.dates.names import MONTHS

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
        ("3/4", "This may be 3 April or 4 March."),
        ("3/4/1990", "This may be 3 April or 4 March."),
        ("24 Dec 90", "four digits"),
        ("12-32", "December has no day 32."),
        ("13-01", "There is no month 13."),
        ("29 Feb 2023", "February 2023 has no day 29."),
        ("24 Foo", '"Foo" is no month.'),
        ("soon", "This is no day."),
        ("", "This is no day."),
        ("1990-03-14-15", "This is no day."),
    ],
)
def test_what_is_not_is_told(text: str, said: str) -> None:
    with pytest.raises(UnclearDate, match=said.replace(".", r"\.")):
        read_date(text)


@given(st.dates(min_value=dt.date(1000, 1, 1)), st.booleans())
def test_what_is_written_and_what_is_said_means_the_same(day: dt.date, year: bool) -> None:
    date = TypedDate(day.month, day.day, day.year if year else None)
    assert read_date(date.written) == date
    assert read_date(date.words.removesuffix(", no year")) == date


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
    ],
)
def test_moments_up_to_now(text: str, meant: dt.datetime) -> None:
    assert read_moment(text, NOW, AMSTERDAM) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("15:00", "still to come"),
        ("2027-01-01", "still to come"),
        ("25:00", "no such time"),
        ("3/4 14:00", "This may be"),
        ("29 Feb 14:00", "February 2026 has no day 29."),
        ("later", "no day or time"),
    ],
)
def test_moments_that_are_none(text: str, said: str) -> None:
    with pytest.raises(UnclearDate, match=said):
        read_moment(text, NOW, AMSTERDAM)

"""Due times in words: never to be misread, and the store's days."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.store_time import Due, read_due
from sellmode_tui.dates.due import read_typed_due
from sellmode_tui.dates.words import due_words, expiry_words, full_words

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = dt.datetime(2026, 11, 22, 13, 2, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ("2026-11-22", "today"),
        ("2026-11-22T09:30", "today 09:30"),
        ("2026-11-23T15:00", "tomorrow 15:00"),
        ("2026-11-21", "yesterday"),
        ("2026-11-24", "Tue"),
        ("2026-11-27T15:00", "Fri 15:00"),
        ("2026-11-28", "Sat"),
        ("2026-11-29", "29 Nov"),
        ("2026-11-20", "20 Nov"),
        ("2026-12-24T15:00", "24 Dec 15:00"),
        ("2027-01-01", "1 Jan 2027"),
        ("2025-12-24", "24 Dec 2025"),
    ],
)
def test_words_are_short_and_clear(due: str, words: str) -> None:
    assert due_words(read_due(due), NOW, AMSTERDAM) == words


def test_the_day_is_the_stores() -> None:
    late = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    assert due_words(read_due("2026-11-23"), late, AMSTERDAM) == "today"
    assert due_words(read_due("2026-11-23"), late, dt.UTC) == "tomorrow"


def test_full_words_have_everything() -> None:
    assert full_words(read_due("2026-12-24T15:00")) == "Thu 24 Dec 2026, 15:00"
    assert full_words(read_due("2026-12-04")) == "Fri 4 Dec 2026"


def test_what_expires_at_midnight_expires_at_the_end_of_the_day_before() -> None:
    midnight = dt.datetime(2026, 11, 25, 23, 0, tzinfo=dt.UTC)
    assert expiry_words(midnight, AMSTERDAM) == "end of Wed 25 Nov 2026"
    assert expiry_words(midnight, dt.UTC) == "Wed 25 Nov 2026, 23:00"


@given(st.integers(0, 800), st.none() | st.times())
def test_words_can_be_typed_back(days: int, time: dt.time | None) -> None:
    due = Due(NOW.date() + dt.timedelta(days), time and time.replace(second=0, microsecond=0))
    if due.instant(dt.UTC) > NOW:
        assert read_typed_due(due_words(due, NOW, dt.UTC), NOW, dt.UTC) == due
        assert read_typed_due(full_words(due), NOW, dt.UTC) == due

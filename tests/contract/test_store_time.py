"""Days and due times as a store has them. That they are right in every time zone is proved beside the rules."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract import store_time
from sellmode_contract.kinds.retailer import Retailer, StoreEntry, zone_of
from sellmode_contract.store_time import Due, read_due

ZURICH = ZoneInfo("Europe/Zurich")


@given(
    st.dates(dt.date(store_time.FIRST_YEAR, 1, 1), dt.date(store_time.LAST_YEAR, 12, 31)),
    st.none() | st.builds(dt.time, st.integers(0, 23), st.integers(0, 59)),
    st.sampled_from(["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "America/Caracas", "Asia/Kathmandu"]),
)
def test_a_due_time_is_read_as_it_was_written_and_has_an_instant(day: dt.date, time: dt.time | None, zone: str) -> None:
    due = Due(day, time)
    assert read_due(due.text) == due
    assert due.instant(ZoneInfo(zone)).tzinfo is dt.UTC
    assert due.instant(ZoneInfo(zone)) > store_time.day_start(day, ZoneInfo(zone)) - dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is a day"),
        ("soon", "is a day"),
        ("2026-2-3", "is a day"),
        ("2026-12-24 15:00", "is a day"),
        ("2026-12-24T15:00:00", "is a day"),
        ("2026-12-24T15:00Z", "is a day"),
        ("２０２６-12-24", "is a day"),
        ("2026-12-24\n", "is a day"),
        ("2026-02-29", "no such day"),
        ("2026-13-01", "no such day"),
        ("0000-01-01", "no such day"),
        ("1970-12-31", "between 1971 and 9998"),
        ("9999-01-01", "between 1971 and 9998"),
        ("2026-12-24T24:00", "no such time"),
        ("2026-12-24T23:60", "no such time"),
    ],
)
def test_what_is_no_due_time_is_refused_and_says_why(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_due(text)


@given(st.text(max_size=20) | st.text(st.sampled_from("0123456789-T:"), max_size=17))
def test_any_text_is_a_due_time_or_refused_in_words(text: str) -> None:
    try:
        due: Due | None = read_due(text)
    except ValueError as error:
        due = None
        said = str(error)
    assert due.text == text if due else said[0] in "at"


def test_a_day_is_overdue_when_it_is_over_and_a_time_when_it_has_come() -> None:
    assert Due(dt.date(2026, 12, 24)).instant(ZURICH) == dt.datetime(2026, 12, 24, 23, tzinfo=dt.UTC)
    assert Due(dt.date(2026, 7, 1), dt.time(15)).instant(ZURICH) == dt.datetime(2026, 7, 1, 13, tzinfo=dt.UTC)


def test_a_time_that_is_left_out_or_comes_twice() -> None:
    left_out = Due(dt.date(2026, 3, 29), dt.time(2, 30)).instant(ZURICH)
    assert left_out == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC), "with the offset before the change"
    twice = Due(dt.date(2026, 10, 25), dt.time(2, 30)).instant(ZURICH)
    assert twice == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC), "the first"


def test_moved_by_days() -> None:
    assert Due(dt.date(2026, 2, 28), dt.time(9)).moved(1) == Due(dt.date(2026, 3, 1), dt.time(9))
    with pytest.raises(OverflowError):
        Due(dt.date.max).moved(1)


def test_the_zone_of_a_store() -> None:
    retailer = Retailer(
        id="r", name="R", mode="team", currency="EUR", time_zone="Europe/Paris",
        stores=(StoreEntry(id="s1", name="S", time_zone="Asia/Tokyo"),),
    )  # fmt: skip
    assert zone_of(retailer, "s1").key == "Asia/Tokyo"
    assert zone_of(retailer, "s2").key == zone_of(retailer, None).key == "Europe/Paris"
    assert zone_of(None, "s1").key == "UTC"
    late = dt.datetime(2026, 11, 22, 20, tzinfo=dt.UTC)
    assert store_time.local_day(late, ZoneInfo("Asia/Tokyo")) == dt.date(2026, 11, 23)


@pytest.mark.parametrize("unknown", ["", "Nowhere/Else", "Europe", "../zone", "/etc/passwd", "bad\0", "x" * 5000, "Ü"])
def test_a_zone_that_this_machine_does_not_know_gives_way(unknown: str) -> None:
    retailer = Retailer(
        id="r", name="R", mode="team", currency="EUR", time_zone="Europe/Paris",
        stores=(StoreEntry(id="s1", name="S", time_zone=unknown),),
    )  # fmt: skip
    assert store_time.zone_named(unknown) is None
    assert zone_of(retailer, "s1").key == "Europe/Paris"
    assert zone_of(msgspec.structs.replace(retailer, time_zone=unknown), "s1").key == "UTC"

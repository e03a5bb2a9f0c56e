"""When a repeating task is due next."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from dateutil.rrule import rrule, rruleset, rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from sellmode_contract import recurrence
from sellmode_contract.recurrence import check, due_times, next_due
from sellmode_contract.store_time import Due, read_due

START = read_due("2026-11-23T09:00")  # a Monday


def series(repeat: str, start: Due = START, count: int = 4) -> list[str]:
    return [due.text for due in itertools.islice(due_times(repeat, start), count)]


@pytest.mark.parametrize(
    ("repeat", "start", "comes"),
    [
        ("FREQ=DAILY", "2026-12-30", ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"]),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "2026-11-27", ["2026-11-27", "2026-11-30", "2026-12-01", "2026-12-02"]),
        ("freq=weekly;interval=2", "2026-11-23T09:00", ["2026-11-23T09:00", "2026-12-07T09:00", "2026-12-21T09:00"]),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "2026-11-23", ["2026-11-23", "2026-11-26", "2026-11-30", "2026-12-03"]),
        ("FREQ=MONTHLY", "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-01", ["2026-11-27", "2026-12-25", "2027-01-29", "2027-02-26"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "2026-11-01", ["2026-11-02", "2026-12-01", "2027-01-04"]),
        ("FREQ=YEARLY", "2024-02-29", ["2024-02-29", "2028-02-29", "2032-02-29", "2036-02-29"]),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "2026-11-23", ["2026-12-24", "2027-12-24", "2028-12-24"]),
        ("FREQ=YEARLY;BYDAY=20MO", "2026-01-01", ["2026-05-18", "2027-05-17", "2028-05-15"]),
        ("FREQ=DAILY;COUNT=2", "2026-11-23", ["2026-11-23", "2026-11-24"]),
        ("FREQ=DAILY;UNTIL=20261124", "2026-11-23T23:59", ["2026-11-23T23:59", "2026-11-24T23:59"]),
    ],
)
def test_a_series(repeat: str, start: str, comes: list[str]) -> None:
    assert series(repeat, read_due(start))[: len(comes)] == comes
    if len(comes) < 3:
        assert series(repeat, read_due(start)) == comes


def test_the_next_one_lies_after_the_last_and_not_in_the_past() -> None:
    weekly = "FREQ=WEEKLY"
    monday, next_monday = START, read_due("2026-11-30T09:00")
    assert next_due(weekly, START, monday, monday.day) == next_monday
    assert next_due(weekly, START, monday, dt.date(2026, 11, 30)) == next_monday, "done a week late"
    assert next_due(weekly, START, monday, dt.date(2026, 12, 1)) == read_due("2026-12-07T09:00")
    assert next_due(weekly, START, read_due("2026-12-02"), monday.day) == read_due("2026-12-07T09:00")
    assert next_due("FREQ=WEEKLY;COUNT=2", START, next_monday, next_monday.day) is None


def test_a_series_ends_after_thirty_years() -> None:
    assert next_due("FREQ=YEARLY", START, read_due("2055-11-23T09:00"), START.day) is None
    assert sum(1 for _ in due_times("FREQ=YEARLY", START)) == recurrence.YEARS


@pytest.mark.parametrize(
    ("repeat", "says"),
    [
        ("", "NAME=VALUE"),
        ("DAILY", "NAME=VALUE"),
        ("FREQ=DAILY;", "NAME=VALUE"),
        ("FREQ=DAILY;FREQ=DAILY", "each once"),
        ("FREQ=", "NAME=VALUE"),
        ("INTERVAL=1", "FREQ is one of DAILY"),
        ("FREQ=HOURLY", "FREQ is one of DAILY"),
        ("RRULE:FREQ=DAILY", "FREQ is one of"),
        ("FREQ=DAILY;BYHOUR=3", "parts that go with DAILY are BYDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "parts that go with WEEKLY"),
        ("FREQ=YEARLY;BYWEEKNO=3", "parts that go with YEARLY"),
        ("FREQ=DAILY;BYDAY=MO;INTERVAL=2", "go with WEEKLY"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY has days"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY has days"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY has days"),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY has days"),
        ("FREQ=YEARLY;BYDAY=54MO", "BYDAY has days"),
        ("FREQ=YEARLY;BYDAY=6MO;BYMONTH=6", "BYDAY has days"),
        ("FREQ=MONTHLY;BYDAY=MO,", "BYDAY has days"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL is a number from 1"),
        ("FREQ=DAILY;INTERVAL=１", "INTERVAL is a number from 1"),
        ("FREQ=DAILY;INTERVAL=99999999999999999999", "INTERVAL is a number from 1"),
        ("FREQ=DAILY;COUNT=-1", "COUNT is a number from 1"),
        ("FREQ=DAILY;COUNT=1001", "COUNT is a number from 1 to 1000"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "either COUNT or UNTIL"),
        ("FREQ=DAILY;UNTIL=2026-12-31", "UNTIL is a day, such as"),
        ("FREQ=DAILY;UNTIL=20261331", "no such day"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY has numbers from -31 to 31"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY has numbers"),
        ("FREQ=MONTHLY;BYMONTHDAY=1_0", "BYMONTHDAY has numbers"),
        ("FREQ=MONTHLY;BYMONTHDAY=1\nEXDATE:20260101", "BYMONTHDAY has numbers"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS has numbers"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH has numbers from 1 to 12"),
        ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH has numbers from 1 to 12"),
        ("FREQ=WEEKLY;WKST=XX", "not a recurrence rule of RFC 5545"),
        ("FREQ=DAILY;" + "X" * 200, "more than 200 characters"),
        ("FREQ=YEARLY;INTERVAL=31", "never repeats"),
        ("FREQ=DAILY;COUNT=1", "never repeats"),
        ("FREQ=DAILY;UNTIL=20261123", "never repeats"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never repeats"),
    ],
)
def test_what_is_no_rule_is_refused_and_says_why(repeat: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check(repeat, START)


def _lists(*values: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3).map(",".join)


_NUMBERS = _lists("1", "2", "3", "5", "15", "29", "30", "31", "-1", "-2", "-31", "366", "-366", "0")
_VALUES = {
    "FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    "INTERVAL": st.integers(1, 40).map(str),
    "COUNT": st.integers(1, 40).map(str),
    "UNTIL": st.dates(dt.date(2026, 1, 1), dt.date(2060, 1, 1)).map(lambda day: f"{day:%Y%m%d}"),
    "WKST": st.sampled_from(["MO", "SU", "1MO"]),
    "BYDAY": _lists("MO", "SU", "1MO", "-1FR", "5SU", "-5MO", "53FR", "-53MO", "6MO"),
    "BYMONTHDAY": _NUMBERS,
    "BYSETPOS": _NUMBERS,
    "BYMONTH": _lists(*map(str, range(1, 13))),
}
_LIKELY = st.fixed_dictionaries(
    {"FREQ": _VALUES["FREQ"]}, optional={name: value for name, value in _VALUES.items() if name != "FREQ"}
).map(lambda parts: ";".join(f"{name}={value}" for name, value in parts.items()))
_STARTS = st.dates(dt.date(1971, 1, 1), dt.date(9998, 12, 31)).map(Due)


@given(_LIKELY | st.text(max_size=40), _STARTS)
def test_any_rule_is_understood_or_refused(repeat: str, start: Due) -> None:
    try:
        check(repeat, start)
    except ValueError:
        return
    times = list(itertools.islice(due_times(repeat, start), 50))
    assert all(before.day < after.day for before, after in itertools.pairwise(times))
    assert all(due.day >= start.day for due in times)


@settings(max_examples=50)
@given(_LIKELY, st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)).map(Due))
def test_a_series_is_what_the_library_says(repeat: str, start: Due) -> None:
    try:
        check(repeat, start)
    except ValueError:
        return
    begins = dt.datetime.combine(start.day, dt.time())
    expected = itertools.islice(rrulestr(repeat, dtstart=begins).xafter(begins, inc=True), 10)
    ends = begins.replace(year=begins.year + recurrence.YEARS, day=1)
    assert list(itertools.islice(due_times(repeat, start), 10)) == [
        Due(moment.date()) for moment in expected if moment <= ends
    ]


@pytest.mark.parametrize("year", [1971, 2026, 2069, 2071, 2099, 2100, 2399, 9960, 9997])
def test_a_series_of_any_year_has_its_own_weekdays(year: int) -> None:
    begins = dt.datetime.combine(dt.date(year, 2, 1), dt.time())
    repeat = "FREQ=YEARLY;BYMONTH=2;BYDAY=-1SU"
    expected = [moment.date() for moment in itertools.islice(rrulestr(repeat, dtstart=begins), recurrence.YEARS)]
    assert [due.day for due in due_times(repeat, Due(begins.date()))] == [day for day in expected if day.year < 9998]


@pytest.mark.parametrize(
    "repeat",
    [
        "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=MO;BYSETPOS=5",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA;BYSETPOS=366",
        "FREQ=YEARLY;BYDAY=1MO,2MO,3MO,4MO,5MO,6MO,7MO,8MO,9MO;BYSETPOS=-366",
    ],
)
def test_a_rule_that_never_comes_is_searched_for_near_the_end_of_the_calendar(
    repeat: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = []

    def noted(text: str, dtstart: dt.datetime) -> rrule | rruleset:
        began.append(dtstart.year)
        return rrulestr(text, dtstart=dtstart)

    monkeypatch.setattr("sellmode_contract.recurrence.rrulestr", noted)
    for year in range(1971, 2070):
        with pytest.raises(ValueError, match="never repeats"):
            check(repeat, read_due(f"{year}-01-01"))
    assert min(began) >= 9998 - recurrence.YEARS - 28, "the calendar of a century is the same after 28 years"


def test_days_with_and_without_a_number_do_not_go_together() -> None:
    with pytest.raises(ValueError, match="either days such as MO or"):
        check("FREQ=MONTHLY;BYDAY=MO,1FR", START)

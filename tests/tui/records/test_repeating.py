"""How tasks repeat: choices as rules of RFC 5545, and such rules in words."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract import recurrence
from sellmode_contract.store_time import Due, read_due
from sellmode_tui.records.tasks.repeating import CHOICES, choice_of, read_repeat, repeat_words

SUNDAY = read_due("2026-11-22")


def following(repeat: str, start: str, count: int) -> list[str]:
    """What comes after a due time."""
    due = read_due(start)
    return [each.text for each in itertools.islice(recurrence.due_times(read_repeat(repeat, due), due), count)]


@pytest.mark.parametrize(
    ("choice", "start", "times"),
    [
        ("daily", "2026-11-22T09:00", ["2026-11-22T09:00", "2026-11-23T09:00"]),
        ("weekdays", "2026-11-27", ["2026-11-27", "2026-11-30"]),
        ("weekly", "2026-11-27", ["2026-11-27", "2026-12-04"]),
        ("every 2 weeks", "2026-11-27", ["2026-11-27", "2026-12-11"]),
        ("monthly", "2026-11-27", ["2026-11-27", "2026-12-27"]),
        ("monthly", "2027-01-31", ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("monthly", "2027-01-30", ["2027-01-30", "2027-02-28", "2027-03-30"]),
        ("yearly", "2026-11-27", ["2026-11-27", "2027-11-27"]),
        ("yearly", "2028-02-29", ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        ("FREQ=WEEKLY;BYDAY=MO", "2026-11-23", ["2026-11-23", "2026-11-30"]),
        ("rrule:freq=weekly;count=2", "2026-11-23", ["2026-11-23", "2026-11-30"]),
    ],
)
def test_choices_and_rules_repeat_as_people_mean(choice: str, start: str, times: list[str]) -> None:
    assert following(choice, start, len(times)) == times


@given(st.sampled_from(sorted(CHOICES)), st.dates(dt.date(1972, 1, 1), dt.date(2100, 1, 1)))
def test_every_choice_can_be_of_every_day_and_is_known_again(choice: str, day: dt.date) -> None:
    due = Due(day)
    rule = read_repeat(choice.title(), due)
    recurrence.check(rule, due)
    assert choice_of(rule, due) == choice
    assert "=" not in repeat_words(rule)
    first, second, *_ = recurrence.due_times(rule, due)
    weekend_of_weekdays = choice == "weekdays" and day.weekday() > 4
    assert (first == due) is not weekend_of_weekdays
    assert second > first


def test_nothing_is_never_and_the_rest_is_told() -> None:
    assert read_repeat("", SUNDAY) == read_repeat("Never", SUNDAY) == ""
    with pytest.raises(ValueError, match=r"It repeats daily, weekdays, .* or by a rule such as"):
        read_repeat("sometimes", SUNDAY)
    with pytest.raises(ValueError, match="Not a valid repetition: FREQ is one of DAILY"):
        read_repeat("FREQ=SECONDLY", SUNDAY)
    with pytest.raises(ValueError, match="never repeats"):
        read_repeat("FREQ=DAILY;UNTIL=20200101", SUNDAY)
    assert choice_of("FREQ=DAILY;COUNT=3", SUNDAY) is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday, Monday to Friday"),
        ("FREQ=WEEKLY", "every week"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=10", "every 2 weeks on Mon, Thu, 10 times"),
        ("FREQ=MONTHLY;UNTIL=20271224", "every month, until 24 Dec 2027"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "every month on its last day"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", "every month on day 30, or its last"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "every month on day 1, 15"),
        ("FREQ=YEARLY;WKST=MO", "every year"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1", "every year on 29 Feb, or the day before"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("FREQ=DAILY;COUNT=1", "every day, once"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_rules_have_words_or_stand_as_they_are(rule: str, words: str) -> None:
    assert repeat_words(rule) == words


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    assert isinstance(repeat_words(text), str)
    assert isinstance(repeat_words(f"FREQ=MONTHLY;UNTIL={text};BYMONTHDAY={text}"), str)

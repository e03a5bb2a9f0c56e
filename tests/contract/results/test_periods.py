"""Periods: what their names mean, and what they are compared with."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.results.periods import NAMES, named, read_period

WEDNESDAY = dt.date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "days", "before", "year_before"),
    [
        ("today", "2026-11-18", "2026-11-17", "2025-11-19"),
        ("yesterday", "2026-11-17", "2026-11-16", "2025-11-18"),
        ("week", "2026-11-16..2026-11-18", "2026-11-09..2026-11-11", "2025-11-17..2025-11-19"),
        ("month", "2026-11-01..2026-11-18", "2026-10-01..2026-10-18", "2025-11-01..2025-11-18"),
        ("quarter", "2026-10-01..2026-11-18", "2026-07-01..2026-08-18", "2025-10-01..2025-11-18"),
        ("year", "2026-01-01..2026-11-18", "2025-01-01..2025-11-18", "2025-01-01..2025-11-18"),
        ("7d", "2026-11-12..2026-11-18", "2026-11-05..2026-11-11", "2025-11-13..2025-11-19"),
        ("28d", "2026-10-22..2026-11-18", "2026-09-24..2026-10-21", "2025-10-23..2025-11-19"),
        ("365d", "2025-11-19..2026-11-18", "2024-11-19..2025-11-18", "2024-11-19..2025-11-18"),
        ("2026-02", "2026-02-01..2026-02-28", "2026-01-01..2026-01-31", "2025-02-01..2025-02-28"),
        ("2025-02", "2025-02-01..2025-02-28", "2025-01-01..2025-01-31", "2024-02-01..2024-02-29"),
        ("2024", "2024-01-01..2024-12-31", "2023-01-01..2023-12-31", "2023-01-01..2023-12-31"),
        ("2024-02-29", "2024-02-29", "2024-02-28", "2023-02-28"),
        ("2026-03-01..2026-03-10", "2026-03-01..2026-03-10", "2026-02-19..2026-02-28", "2025-03-01..2025-03-10"),
    ],
)
def test_what_is_meant_and_what_it_is_compared_with(text: str, days: str, before: str, year_before: str) -> None:
    period = read_period(text, WEDNESDAY)
    assert (period.text, period.before().text, period.year_before().text) == (days, before, year_before)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("fortnight", "a period is today"),
        ("2026-02-30", "no such day"),
        ("2026-13", "no such day"),
        ("2026-03-10..2026-03-01", "before it begins"),
        ("2026-03-10..", "a due time is a day"),
    ],
)
def test_what_is_no_period_is_told(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        read_period(text, WEDNESDAY)


@given(st.sampled_from(NAMES), st.dates(dt.date(1999, 1, 1), dt.date(2090, 1, 1)))
def test_the_period_before_ends_before_it_begins(name: str, today: dt.date) -> None:
    period = named(name, today)
    before = period.before()
    assert period.last in (today, today - dt.timedelta(days=1))
    assert before.first <= before.last < period.first
    assert before.days <= period.days + 3

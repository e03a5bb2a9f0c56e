"""A period in parts: they are all of it, each day once, and not too many."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.results.periods import Period, read_period
from sellmode_contract.results.steps import Step, parts, step_of

TODAY = dt.date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "step", "number"),
    [
        ("today", "day", 1),
        ("month", "day", 18),
        ("2026-10", "day", 31),
        ("quarter", "week", 7),
        ("365d", "month", 13),
        ("2024", "month", 12),
        ("2017-01-01..2026-12-31", "year", 10),
    ],
)
def test_the_finest_step_of_which_there_are_not_too_many(text: str, step: Step, number: int) -> None:
    period = read_period(text, TODAY)
    assert (step_of(period), len(parts(period, step))) == (step, number)


@given(
    st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 3660), st.sampled_from(["week", "month", "year"])
)
def test_each_day_is_in_one_part(first: dt.date, days: int, step: Step) -> None:
    period = Period(first, first + dt.timedelta(days=days))
    found = parts(period, step)
    assert (found[0].first, found[-1].last) == (period.first, period.last)
    assert all(after.first - before.last == dt.timedelta(days=1) for before, after in itertools.pairwise(found))


def test_what_is_longer_than_ten_years_is_refused() -> None:
    assert read_period("2016-01-01..2025-12-31", TODAY).days == 3653
    with pytest.raises(ValueError, match="no longer than ten years"):
        read_period("2016-01-01..2026-12-31", TODAY)

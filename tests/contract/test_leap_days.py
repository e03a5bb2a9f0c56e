"""Filters by birthday, of people who were born on the 29th of February."""

from __future__ import annotations

import datetime as dt

import pytest

from sellmode_contract.filters import CUSTOMER_FIELDS, MonthDay, matches, parse
from sellmode_contract.search import SearchKeys


@pytest.mark.parametrize(
    ("today", "filter", "found"),
    [
        ("2026-11-22", "birthday:02-28", True),  # of 2027
        ("2027-02-28", "birthday:02-28", True),
        ("2027-03-01", "birthday:02-28", False),  # of 2028, which has a 29th
        ("2028-02-28", "birthday:02-28", False),
        ("2028-02-29", "birthday:02-28", True),  # of 2029
        ("2028-03-01", "birthday:03-01,02-28", True),
        ("2027-02-27", "birthday:02-29", True),
        ("2028-02-29", "birthday:today", True),
        ("2027-02-28", "birthday:today", True),
        ("2028-02-28", "birthday:today", False),
        ("2027-03-01", "birthday:today", False),
        ("2027-02-27", "birthday<2d", True),
        ("2027-02-27", "birthday<1d", False),
        ("2027-02-27", "-birthday:02-28", False),
    ],
)
def test_who_was_born_on_a_leap_day_has_it_on_the_28th_in_years_without_one(
    today: str, filter: str, found: bool
) -> None:
    held = {"birthday": MonthDay(2, 29)}
    assert (
        matches(
            parse(filter, CUSTOMER_FIELDS), held, SearchKeys(frozenset()), today=dt.date.fromisoformat(today), me=""
        )
        is found
    )

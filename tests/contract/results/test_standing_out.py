"""What stands out among several: far from the middle of all, and nothing where there is no middle."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sellmode_contract.results.standing_out import far_off


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([100, 133, 134, 100, 66], [0, 0, 1, 0, -1]),
        ([1, 9], [0, 0]),
        ([None, 1, 9], [0, 0, 0]),
        ([None, 3, 3, 9], [0, 0, 0, 1]),
        ([0, 0, 5], [0, 0, 0]),
        ([-9, -9, -3], [0, 0, 1]),
        ([], []),
    ],
)
def test_who_is_more_than_a_third_from_the_median(values: list[int | None], found: list[int]) -> None:
    assert far_off([None if value is None else Fraction(value) for value in values]) == found

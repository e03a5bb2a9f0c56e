"""What stands out among several stores or people: whose figure is far from the middle of all."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

_FEWEST: Final = 3
"""Of fewer there is no middle."""
_FAR: Final = Fraction(1, 3)
"""As a share of the middle."""


def far_off(values: Sequence[Fraction | None]) -> list[int]:
    """Of each value 1 if it is more than a third above the median of all, -1 if it is below, else 0.

    Nobody stands out among fewer than three, nor where the median is nothing. Who has no value is not among them.
    """
    there = sorted(value for value in values if value is not None)
    if len(there) < _FEWEST:
        return [0] * len(values)
    half = len(there) // 2
    middle = there[half] if len(there) % 2 else (there[half - 1] + there[half]) / 2
    bound = abs(middle) * _FAR
    if not bound:
        return [0] * len(values)
    return [0 if value is None or abs(value - middle) <= bound else 1 if value > middle else -1 for value in values]

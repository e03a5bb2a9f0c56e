"""The parts of a period that a chart shows one beside the other: days, weeks, months or years."""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal

from sellmode_contract.results.periods import Period

Step = Literal["day", "week", "month", "year"]

_DAY: Final = dt.timedelta(days=1)
_MOST_DAYS: Final[dict[Step, int]] = {"day": 31, "week": 27 * 7, "month": 24 * 31}
"""How long a period is at most that is shown by days, weeks or months."""


def step_of(period: Period) -> Step:
    """What a period is shown by: the finest of which there are not too many."""
    return next((step for step, most in _MOST_DAYS.items() if period.days <= most), "year")


def parts(period: Period, step: Step) -> list[Period]:
    """A period in parts. Weeks begin on its first weekday; the first and last month or year may be a part of one."""
    found, first = [], period.first
    while first <= period.last:
        last = min(_last(first, step), period.last)
        found.append(Period(first, last))
        first = last + _DAY
    return found


def _last(first: dt.date, step: Step) -> dt.date:
    match step:
        case "day":
            return first
        case "week":
            return first + 6 * _DAY
        case "month" if first.month < 12:
            return first.replace(month=first.month + 1, day=1) - _DAY
        case _:
            return first.replace(month=12, day=31)

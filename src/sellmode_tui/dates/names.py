"""Names of months and of days of the week."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sellmode_contract.typed_days import MONTHS

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Short, from Monday on."""


def short_month(month: int) -> str:
    """``Jan`` for 1."""
    return MONTHS[month - 1][:3]


def weekday(day: dt.date) -> str:
    """``Mon``, whatever the machine's language is."""
    return WEEKDAYS[day.weekday()]

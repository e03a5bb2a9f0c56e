"""The list of what other systems have counted: the same beside the export of any shop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sellmode_backend.importers import values
from sellmode_backend.importers.reading import Layout, Row
from sellmode_backend.importers.rows import MeasureRow
from sellmode_contract.results.kpis import OF_PEOPLE
from sellmode_contract.results.measures import GIVEN, MEASURES

TOLD = tuple(name for name, measure in MEASURES.items() if measure.source == GIVEN)
"""The measures that other systems may tell."""

LIST = Layout(
    "measures.csv",
    fields={
        "store": ("Store",), "day": ("Day",), "measure": ("Measure",), "value": ("Value",), "employee": ("Employee",),
        "channel": ("Channel",),
    },
    required=frozenset({"store", "day", "measure", "value"}),
)  # fmt: skip
_FIRST_DAY = dt.date(2000, 1, 1)


def read(row: Row, today: Callable[[str], dt.date]) -> MeasureRow:
    """Read a row of the list; ``today`` is what day it is in a store of that name. Raises UnusableRow."""
    if not (store := values.store_name(row, "store")):
        raise row.unusable("store", "is empty")
    day = values.day(row, "day")
    if not _FIRST_DAY <= day <= today(store):
        raise row.unusable("day", f"is before {_FIRST_DAY}" if day < _FIRST_DAY else "is in the future")
    measure = row["measure"].strip()
    if measure not in TOLD:
        raise row.unusable("measure", f"is none of {', '.join(TOLD)}" if measure else "is empty")
    employee, channel = row["employee"].strip(), row["channel"].strip()
    if employee and measure not in OF_PEOPLE:
        raise row.unusable("employee", f"is named, and {measure} is of stores only")
    channels = MEASURES[measure].channels
    if channel and channel not in channels:
        named = f"none of {', '.join(channels)}" if channels else f"named, and {measure} has none"
        raise row.unusable("channel", f"is {named}")
    value = values.quantity(row, "value")
    if value < 0:
        raise row.unusable("value", "is below zero")
    return MeasureRow(store, employee, f"{day}", channel, measure, value)

"""The list of targets: the same beside the export of any shop."""

from __future__ import annotations

from sellmode_backend.importers import values
from sellmode_backend.importers.reading import Layout, Row
from sellmode_backend.importers.rows import TargetRow
from sellmode_contract.kinds.target import TARGET
from sellmode_contract.money import read_amount
from sellmode_contract.results.kpis import AIMS, KPIS, Kpi
from sellmode_contract.results.targets import in_steps, misplaced
from sellmode_contract.store_time import read_month

LIST = Layout(
    "targets.csv",
    fields={
        "store": ("Store",), "month": ("Month",), "kpi": ("Figure",), "value": ("Target",), "employee": ("Employee",),
    },
    required=frozenset({"store", "month", "kpi", "value"}),
)  # fmt: skip


def read(row: Row, currency: str) -> TargetRow:
    """Read a row of the list, whose amounts are in a currency. Raises UnusableRow."""
    if not (store := values.store_name(row, "store")):
        raise row.unusable("store", "is empty")
    kpi, month, employee = row["kpi"].strip(), row["month"].strip(), row["employee"].strip()
    if kpi not in AIMS:
        raise row.unusable("kpi", "is no figure that there can be a target for" if kpi else "is empty")
    try:
        read_month(month)
    except ValueError as error:
        raise row.unusable("month", f"is none: {error}") from None
    if problem := misplaced(KPIS[kpi], employee or None):
        raise row.unusable("employee", f"does not fit: {problem[:1].lower()}{problem[1:].rstrip('.')}")
    return TargetRow(store, employee, kpi, month, _value(row, KPIS[kpi], currency))


def _value(row: Row, kpi: Kpi, currency: str) -> int:
    try:
        number = read_amount(row["value"])
    except ValueError as error:
        raise row.unusable("value", f"{error}") from None
    try:
        value = in_steps(kpi, number, currency)
    except ValueError as error:
        raise row.unusable("value", f"is none: {error}".rstrip(".")) from None
    if problem := TARGET.by_name["value"].problem(value):
        raise row.unusable("value", f"is none: {problem}".rstrip("."))
    return value

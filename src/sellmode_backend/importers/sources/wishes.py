"""The list of what customers wish for: the same beside the export of any shop."""

from __future__ import annotations

import datetime as dt

from sellmode_backend.importers import values
from sellmode_backend.importers.reading import Layout, Row
from sellmode_backend.importers.rows import WishRow

LIST = Layout(
    "wishes.csv",
    fields={
        "customer": ("Customer",), "email": ("E-mail", "Email"), "sku": ("SKU",), "wished_at": ("Wished at",),
        "note": ("Note",), "employee": ("Employee",),
    },
    required=frozenset({"sku", "wished_at"}),
)  # fmt: skip
_LONGEST_NOTE = 1_000


def read(row: Row, zone: dt.tzinfo) -> WishRow:
    """Read a row of the list. Raises UnusableRow."""
    number, email = values.code(row, "customer"), values.email_or_empty(row, "email")
    if not (number or email):
        raise row.unusable("customer", "is empty")
    if not (sku := values.key(row, "sku")):
        raise row.unusable("sku", "is empty")
    at = values.moment_or_none(row, "wished_at", zone)
    if at and at > dt.datetime.now(dt.UTC):
        raise row.unusable("wished_at", "is in the future")
    note = values.within(row, "note", row["note"].strip(), _LONGEST_NOTE)
    return WishRow(row, number, email, sku, at, note, row["employee"].strip())

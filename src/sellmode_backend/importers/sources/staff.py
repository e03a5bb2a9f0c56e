"""The list of staff: no shop system exports one, so that it is the same beside the export of any."""

from __future__ import annotations

import re

from sellmode_backend.importers import values
from sellmode_backend.importers.reading import Layout, Row
from sellmode_backend.importers.rows import StaffRow
from sellmode_contract.roles import ROLE_CAPABILITIES, Role

STAFF = Layout(
    "staff.csv",
    fields={"number": ("Employee ID",), "name": ("Name",), "store": ("Location",), "role": ("Role",)},
    required=frozenset({"number", "name", "store", "role"}),
)

_ROLES: dict[str, Role] = {role: role for role in ROLE_CAPABILITIES}


def read_staff(row: Row) -> StaffRow:
    """Read a row of the list of staff. Raises UnusableRow."""
    for field in ("number", "name", "store", "role"):
        if not row[field].strip():
            raise row.unusable(field, "is empty")
    role = re.sub(r"[\s-]+", "_", row["role"].strip().casefold())
    if role not in _ROLES:
        raise row.unusable("role", f"is none of {', '.join(ROLE_CAPABILITIES)}")
    return StaffRow(
        row, values.identifier(row["number"]), row["name"].strip(), values.store_name(row, "store"), _ROLES[role]
    )

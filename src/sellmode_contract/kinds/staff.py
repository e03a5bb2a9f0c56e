"""Staff: the directory of a store's people."""

from __future__ import annotations

from sellmode_contract.audiences import STORE, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


class Staff(Record, frozen=True, kw_only=True):
    """A colleague in the store's directory."""

    store: str
    user_name: str
    name: str
    role: str
    active: bool = True


STAFF = Kind(name="staff", record=Staff, row=Row("staff directory (name, role, active)", STORE, STORE))

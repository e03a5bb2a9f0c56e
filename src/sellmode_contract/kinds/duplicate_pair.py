"""Duplicate pairs: two customers who may be one, for managers to judge."""

from __future__ import annotations

from typing import Literal

from sellmode_contract.audiences import LEAD, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


class DuplicatePair(Record, frozen=True, kw_only=True):
    """Two customers of a store that may be one, for its managers to judge."""

    store: str
    customers: tuple[str, str]
    matched: tuple[Literal["email", "phone"], ...] = ()
    """What both have."""
    owners: tuple[str | None, str | None] = (None, None)
    names: tuple[str, str] = ("", "")
    dismissed: bool = False
    """Judged to be two people; kept so that nobody is asked again."""


DUPLICATE_PAIR = Kind(
    name="duplicate_pair",
    record=DuplicatePair,
    row=Row("card of a duplicate pair", LEAD, LEAD),
    columns=("store", "dismissed"),
)

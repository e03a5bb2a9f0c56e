"""History: what happened to a customer's record."""

from __future__ import annotations

from typing import Literal

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Instant, Record


class HistoryEntry(Record, frozen=True, kw_only=True):
    """What happened to a customer's record."""

    customer: str
    at: Instant
    event: Literal["assigned", "unassigned", "moved", "created", "merged", "overwritten"]
    """``overwritten``: two people changed a field; ``value`` is the one that lost."""
    actor: str = ""
    subject: str | None = None
    """Staff or store id that the event names; of ``created``, the store where it was."""
    field: str = ""
    value: str = ""
    """Of ``overwritten``: text as it was, anything else as JSON."""


HISTORY = Kind(
    name="history", record=HistoryEntry, row=Row("history", CUSTOMER_TEAM, CUSTOMER_OWN), columns=("customer", "at")
)

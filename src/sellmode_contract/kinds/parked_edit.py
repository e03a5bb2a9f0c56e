"""Parked edits: changes that wait for whoever looks after the customer."""

from __future__ import annotations

from typing import Any

from sellmode_contract.audiences import CUSTOMER_TEAM, Row, Rule, customer_own
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Instant, Record


class ParkedEdit(Record, frozen=True, kw_only=True):
    """A change that was handed over: its author had lost sight of the customer, or gave it to whoever has them."""

    customer: str
    author: str
    at: Instant
    """When it was made."""
    operation: dict[str, Any]
    """What its author asked for (``contract.mutations``), as builtins."""


PARKED_EDIT = Kind(
    name="parked_edit",
    record=ParkedEdit,
    row=Row(
        "parked edit",
        CUSTOMER_TEAM,
        Rule(
            "the customer's owner, if it has one",
            lambda _, customer: customer_own(_, customer) if customer and customer.owner else None,
        ),
    ),
    columns=("customer", "author", "at"),
)

"""Lookbooks as they were sent to customers, which come later."""

from __future__ import annotations

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


class SentLookbook(Record, frozen=True, kw_only=True):
    """What was sent to a customer, as it was then."""

    customer: str
    author: str | None = None


SENT_LOOKBOOK = Kind(name="sent_lookbook", record=SentLookbook, row=Row("sent lookbook", CUSTOMER_TEAM, CUSTOMER_OWN))

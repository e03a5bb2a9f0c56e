"""Lookbooks as they were shared with customers: they stand on the timeline, and go where the customer goes."""

from __future__ import annotations

from typing import Final, Literal

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.records import Instant, Record

Way = Literal["link", "email", "sms", "chat", "qr", "file"]
WAYS: Final[dict[Way, str]] = {
    "link": "link",
    "email": "e-mail",
    "sms": "SMS",
    "chat": "chat",
    "qr": "QR code",
    "file": "file",
}
"""What each way to share a lookbook is called inside a sentence."""


class SentLookbook(Record, frozen=True, kw_only=True):
    """What was shared with a customer, as it was then."""

    customer: str
    author: str | None = None
    """Staff id of who shared it."""
    lookbook: str = ""
    """Id of the lookbook; whoever sees this need not see that."""
    at: Instant
    how: Way = "link"
    title: str = ""
    message: str = ""
    items: tuple[LookItem, ...] = ()


SENT_LOOKBOOK = Kind(
    name="sent_lookbook",
    record=SentLookbook,
    row=Row("sent lookbook", CUSTOMER_TEAM, CUSTOMER_OWN),
    columns=("customer", "at"),
    words=lambda sent, whom: f'lookbook "{text_in(sent, "title")}" shared with {whom}',
)

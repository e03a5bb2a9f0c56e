"""Lookbooks as they were shared with customers: they stand on the timeline, and go where the customer goes."""

from __future__ import annotations

from typing import Final, Literal

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.records import Instant, Record
from sellmode_contract.translatable import Translatable, marked

Way = Literal["link", "email", "sms", "chat", "qr", "file"]
WAYS: Final[dict[Way, str]] = {
    "link": marked("link"),
    "email": marked("e-mail"),
    "sms": marked("SMS"),
    "chat": marked("chat"),
    "qr": marked("QR code"),
    "file": marked("file"),
}
"""What each way to share a lookbook is called inside a sentence."""


class SentLookbook(Record, frozen=True, kw_only=True):
    """What was shared with a customer, as it was then."""

    customer: str
    author: str | None = None
    """Staff id of who shared it."""
    store: str = ""
    """The lookbook's; empty where it is not known."""
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
    words=lambda sent, whom: Translatable(
        'lookbook "{title}" shared with {customer}', title=text_in(sent, "title"), customer=whom
    ),
)

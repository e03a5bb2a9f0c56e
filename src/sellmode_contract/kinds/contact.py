"""Contacts: calls, visits and messages that were logged."""

from __future__ import annotations

from typing import Final, Literal

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds.fields import Flag, Moment, OneOf, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Instant, Record
from sellmode_contract.translatable import Translatable

ContactChannel = Literal["call", "visit", "email", "sms", "chat"]
CONTACTS: Final[dict[str, str]] = {
    "call": "call",
    "visit": "visit",
    "email": "e-mail",
    "sms": "SMS",
    "chat": "chat",
}
"""What each way to be in contact is called inside a sentence."""


class Contact(Record, frozen=True, kw_only=True):
    """A call, visit or message that was logged."""

    customer: str
    author: str | None = None
    store: str = ""
    """Where its author worked then; empty where it is not known."""
    at: Instant
    channel: ContactChannel
    inbound: bool = False
    summary: str = ""


CONTACT = Kind(
    name="contact",
    record=Contact,
    row=Row("contact", CUSTOMER_TEAM, CUSTOMER_OWN),
    fields=(
        OneOf(name="channel", choices=CONTACTS),
        Flag(name="inbound", label="from the customer", yes="by the customer", no="by me"),
        Text(name="summary", longest=2_000, lines=True, verbatim=True),
        Moment(name="at", label="time"),
    ),
    verbs=frozenset({"create", "remove"}),
    of_customer=True,
    stamps={"author": "author", "store": "store", "at": "now"},
    author="author",
    fact=True,
    handed_over=frozenset({"create", "remove"}),
    columns=("customer", "at"),
    words=lambda contact, whom: Translatable(
        "{contact} with {customer}",
        contact=Translatable.said(CONTACTS.get(str(contact.get("channel")), "contact")),
        customer=whom,
    ),
)

"""Customers, what they allow, and what a manager gets of those whom they do not see."""

from __future__ import annotations

from typing import Final

from sellmode_contract.audiences import (
    CUSTOMER_OWN,
    CUSTOMER_TEAM,
    LEAD,
    NOBODY,
    Row,
    Rule,
    customer_own,
    lead_audience,
)
from sellmode_contract.kinds.fields import Elements, Field, OneOf, Text
from sellmode_contract.kinds.kind import Card, Kind
from sellmode_contract.records import (
    Channel,
    Consent,
    ConsentState,
    Customer,
    CustomerCard,
    DuplicatePair,
    HistoryEntry,
    Order,
    ParkedEdit,
    SentLookbook,
)

CHANNELS: Final[dict[Channel, str]] = {"email": "e-mail", "sms": "SMS", "phone": "phone"}
"""What each channel is called inside a sentence."""
STATES: Final[dict[ConsentState, str]] = {
    "subscribed": "subscribed",
    "one_to_one": "one-to-one",
    "unsubscribed": "unsubscribed",
}


def _card(customer: Customer, id: str) -> CustomerCard:
    return CustomerCard(
        id=id,
        customer=customer.id,
        name=customer.name,
        owner=customer.owner,
        tier=customer.tier,
        last_contact=customer.figures.last_contact,
        waiting=customer.figures.waiting,
    )


CUSTOMER = Kind(
    record=Customer,
    row=Row("customer", CUSTOMER_TEAM, CUSTOMER_OWN),
    # How they are written is customers' own (``mutations.customers``): sets, maps, the retailer's fields.
    fields=(
        Text(name="given_name"),
        Text(name="family_name"),
        Text(name="email", longest=254, label="e-mail"),
        Text(name="phone", longest=40, label="phone number"),
        Field(name="address"),
        Text(name="language", longest=35),
        OneOf(name="preferred_channel", choices=CHANNELS),
        Elements(name="tags", longest=60),
        Elements(name="preferences"),
        Field(name="sizes"),
        Field(name="custom"),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    handed_over=frozenset({"edit"}),
    card=Card(CustomerCard, _card),
    words=lambda customer, whom: f"customer {whom}",
)

CONSENT = Kind(
    record=Consent,
    row=Row("consent", CUSTOMER_TEAM, CUSTOMER_OWN),
    fields=(OneOf(name="state", label="consent", choices=STATES), Text(name="evidence", longest=500)),
    columns=("customer", "channel", "state"),
)

ORDER = Kind(record=Order, row=Row("order", CUSTOMER_TEAM, CUSTOMER_OWN), columns=("customer", "placed_at"))

HISTORY = Kind(record=HistoryEntry, row=Row("history", CUSTOMER_TEAM, CUSTOMER_OWN), columns=("customer", "at"))

SENT_LOOKBOOK = Kind(record=SentLookbook, row=Row("sent lookbook", CUSTOMER_TEAM, CUSTOMER_OWN))

PARKED_EDIT = Kind(
    record=ParkedEdit,
    row=Row(
        "parked edit",
        CUSTOMER_TEAM,
        Rule(
            "the customer's owner; nobody while nobody owns it",
            lambda _, customer: customer_own(_, customer) if customer and customer.owner else None,
        ),
    ),
    columns=("customer", "author", "at"),
)

CUSTOMER_CARD = Kind(
    record=CustomerCard,
    row=Row(
        "card of a customer (name, owner, tier, last contact)",
        NOBODY,
        Rule("the managers of the customer's store", lambda _, c: lead_audience(c.store) if c and c.store else None),
    ),
)

DUPLICATE_PAIR = Kind(
    record=DuplicatePair, row=Row("card of a duplicate pair", LEAD, LEAD), columns=("store", "dismissed")
)

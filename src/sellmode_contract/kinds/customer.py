"""Customers, and what a manager gets of those whom they do not see."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import msgspec

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, NOBODY, Row, Rule, lead_audience
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import fields
from sellmode_contract.kinds.consent import CHANNELS, Channel
from sellmode_contract.kinds.fields import Elements, OneOf, OwnFields, Sizes, Text
from sellmode_contract.kinds.kind import Card, Kind
from sellmode_contract.records import EditedRecord, Instant, Record
from sellmode_contract.translatable import Translatable


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A postal address, lines as the source gave them."""

    company: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    province: str = ""
    postcode: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2 where the source gave it so."""


class Figures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What only the backend works out from orders and contacts.

    ``orders`` counts orders not cancelled that have a sold line; ``units`` and ``spend`` are net of returns and
    refunds, and hold no gift cards and tips; ``spend`` counts the retailer's currency only. What was bought in others
    stands in ``other_spend``.
    """

    orders: int = 0
    other_orders: int = 0
    """How many of ``orders`` were in other currencies."""
    units: int = 0
    spend: int = 0
    other_spend: dict[str, int] = {}
    first_purchase: Instant | None = None
    last_purchase: Instant | None = None
    last_contact: Instant | None = None
    categories: tuple[tuple[str, int], ...] = ()
    """Up to three product types with the most spend, most first, with that spend."""
    waiting: int = 0
    """Edits that were handed over and wait to be judged."""

    @property
    def spend_orders(self) -> int:
        """The orders that ``spend`` comes of, for their average: those in the retailer's currency."""
        return self.orders - self.other_orders


CustomValue: TypeAlias = str | float | bool | list[dict[str, Any]]
"""Text, number, ISO date or choice; a list of objects for a group."""
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")


class Customer(EditedRecord, frozen=True, kw_only=True):
    """A person whom the store's people look after."""

    store: str | None = None
    owner: str | None = None
    """Staff id of the associate whom the customer is assigned to."""
    number: str = ""
    """The retailer's own customer number."""
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""
    """As the source wrote it."""
    phone_e164: str = ""
    """The same in E.164 where it could be read so, else empty."""
    address: Address | None = None
    language: str = ""
    tier: str = ""
    tags: tuple[str, ...] = ()
    sizes: dict[str, str] = msgspec.field(default_factory=dict)
    preferences: tuple[str, ...] = ()
    preferred_channel: Channel | None = None
    custom: dict[str, CustomValue] = msgspec.field(default_factory=dict)
    sources: dict[str, str] = msgspec.field(default_factory=dict)
    """Provenance: for each field that was not written by hand, where its value came from (``shopify``)."""
    created_at: Instant | None = None
    """Since when the customer is known here; None for who came with the retailer's first import."""
    figures: Figures = Figures()

    @property
    def full_name(self) -> str:
        """The family name comes last, but first and unparted where it is written in Han, Kana or Hangul."""
        if self.given_name and self.family_name and _EAST_ASIAN.match(self.family_name):
            return f"{self.family_name}{self.given_name}"
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def name(self) -> str:
        """The full name; failing that the e-mail, phone or number, so that nobody is nameless in a list."""
        return self.full_name or self.email or self.phone or self.number


class CustomerCard(Record, frozen=True, kw_only=True):
    """What a manager may know of an associate's customer."""

    customer: str
    name: str
    owner: str | None = None
    tier: str = ""
    last_contact: Instant | None = None
    waiting: int = 0
    """As in the customer's figures: how many, never what."""


def card_id(customer: str) -> str:
    """Id of a customer's card."""
    return source_id("customer_card", "sellmode", customer)


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
    name="customer",
    record=Customer,
    row=Row("customer", CUSTOMER_TEAM, CUSTOMER_OWN),
    # How they are written is customers' own (``mutations.customers``): sets, maps, the retailer's fields.
    fields=(
        Text(name="given_name"),
        Text(name="family_name"),
        Text(name="email", longest=254, label="e-mail"),
        Text(name="phone", longest=40, label="phone number", heading="Phone"),
        fields.Address(name="address"),
        Text(name="language", longest=35),
        OneOf(name="preferred_channel", choices=CHANNELS),
        Elements(name="tags", longest=60, unordered=True),
        Elements(name="preferences", heading="Preferences", unordered=True),
        Sizes(name="sizes"),
        OwnFields(name="custom"),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    handed_over=frozenset({"edit"}),
    card=Card(CustomerCard, _card),
    words=lambda customer, whom: Translatable("customer {name}", name=whom),
)


CUSTOMER_CARD = Kind(
    name="customer_card",
    record=CustomerCard,
    row=Row(
        "card of a customer (name, owner, tier, last contact)",
        NOBODY,
        Rule("the managers of the customer's store", lambda _, c: lead_audience(c.store) if c and c.store else None),
    ),
    noun="customer's card",
)

"""What the rows of an export say, whichever system wrote it: customers, products, orders with lines, and staff."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, NamedTuple

from sellmode_backend.importers.reading import Row
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.roles import Role

MAX_ORDER = 300_000
"""Characters of an order's rows, about a thousand; the record made of them has to fit into a line of a sync answer."""


class StaffRow(NamedTuple):
    """Somebody who works in a store."""

    row: Row
    number: str
    """Employee ID, which is also the user name."""
    name: str
    store: str
    role: Role


class ProductRow(NamedTuple):
    """A variant of a product."""

    row: Row
    key: str
    """By what the source knows it: its SKU, or if another variant has that, what tells it apart."""
    fields: dict[str, Any]
    """By the names of `records.Product`, as JSON has them, for each that can be used."""


class StockRow(NamedTuple):
    """What there is of a variant, in one or several places."""

    row: Row
    sku: str
    key: str
    """By what tells the variant from others of its SKU."""
    style: str
    variant: str
    available: dict[str, int | None]
    """By location; None where the variant is not stocked."""


class MeasureRow(NamedTuple):
    """What was counted in a store on a day."""

    store: str
    employee: str
    """Whose it is, as an order names who sold it; empty: nobody's of the store."""
    day: str
    channel: str
    measure: str
    value: int


class WishRow(NamedTuple):
    """A product that a customer wishes for."""

    row: Row
    number: str
    """The customer's, in the source; or ``email``."""
    email: str
    sku: str
    wished_at: dt.datetime | None
    note: str
    employee: str
    """Who noted it, as an order names who sold it."""


class TargetRow(NamedTuple):
    """What a figure of a store, or of one of its people, is to come to in a month."""

    store: str
    employee: str
    """Whose it is, as an order names who sold it; empty: the store's."""
    kpi: str
    month: str
    value: int
    """As a target holds it."""


class CustomerRow(NamedTuple):
    """A customer."""

    row: Row
    number: str
    email: str
    phone: str
    """The customer's own number, not the address's: E.164 if it could be read so. Empty if it is none."""
    person: str
    """Phone and name, by which somebody is told apart who is known by nothing else."""
    fields: dict[str, Any]
    """By the names of `records.Customer`, as JSON has them, for each column that is there and can be used; but
    ``phone`` is the raw text and E.164, and there are ``note``, ``consent.email`` and ``consent.sms``, each with its
    `own_act`. Owner and store are beside them."""
    owners: list[str] | None
    """Employee IDs that are named as owner; None where the file says nothing of owners."""
    stores: list[str] | None
    """Stores that are named as home, likewise."""
    more_phones: tuple[str, ...] = ()
    """The other numbers in the same field, as ``phone``."""
    odd_phone: bool = False
    """Whether something stands behind a number that is none."""


def own_act(consent: str) -> str:
    """By what a row has when the customer chose a consent (``consent.email``) themself: in ISO 8601, None for never."""
    return f"{consent}.own_act"


class OrderRows(NamedTuple):
    """An order with the lines that could be used."""

    row: Row
    """Its first row."""
    key: str
    """Id."""
    number: str
    email: str
    phone: str
    """E.164."""
    customer: str
    """Customer number that the order's note attributes name."""
    placed_at: dt.datetime
    cancelled_at: dt.datetime | None
    currency: str
    total: int
    refunded: int
    source: str
    channel: Literal["store", "online"]
    employee: str
    location: str
    click: str
    """What the link ended in by which the customer came to the shop; empty if nobody says."""
    lines: list[OrderLine]
    """Without what only the list of products knows."""


def with_rounding(lines: list[OrderLine], total: int) -> list[OrderLine]:
    """The lines with one more, if it is needed, for what separates them from the order's total."""
    difference = total - sum(line.amount for line in lines)
    return [*lines, OrderLine(title="", amount=difference, kind="rounding")] if difference else lines

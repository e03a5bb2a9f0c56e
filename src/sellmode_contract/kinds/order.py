"""Orders: what customers bought."""

from __future__ import annotations

from typing import Literal

import msgspec

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Instant, Record


class OrderLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of an order. ``amount`` is what it adds to the order's total: quantity x price less discounts."""

    title: str
    amount: int
    quantity: int = 0
    sku: str = ""
    product: str | None = None
    type: str = ""
    price: int = 0
    kind: Literal["sale", "return", "rounding"] = "sale"
    """``rounding`` holds the difference between an order's total and its lines (tax, shipping, rounding)."""


class Order(Record, frozen=True, kw_only=True):
    """What a customer bought, in whichever store, with its lines."""

    customer: str
    number: str
    placed_at: Instant
    currency: str
    total: int
    refunded: int = 0
    channel: Literal["store", "online"]
    store: str | None = None
    """Where it was sold, which need not be the customer's store."""
    sold_by: str | None = None
    """Staff id of the associate whom the source names."""
    cancelled_at: Instant | None = None
    lines: tuple[OrderLine, ...] = ()


ORDER = Kind(
    name="order", record=Order, row=Row("order", CUSTOMER_TEAM, CUSTOMER_OWN), columns=("customer", "placed_at")
)

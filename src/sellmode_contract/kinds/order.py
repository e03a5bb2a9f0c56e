"""Orders: what customers bought."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

import msgspec

from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Instant, Record

LineKind: TypeAlias = Literal["sale", "return", "rounding", "gift_card", "tip"]
"""What a line stands for: goods sold or brought back; what separates the other lines from the order's total (tax,
shipping, duties, rounding); a gift card, which pays for goods later; a tip, which is the staff's."""


class OrderLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of an order. ``amount`` is what it adds to the order's total: quantity x price less discounts."""

    title: str
    amount: int
    quantity: int = 0
    sku: str = ""
    product: str | None = None
    type: str = ""
    price: int = 0
    kind: LineKind = "sale"


def net_sales(total: int, refunded: int, lines: Iterable[OrderLine]) -> int:
    """What an order adds to what was spent: its total less refunds, without gift cards and tips.

    Which lines were refunded nobody says: goods first, and not more of them than were sold.
    """
    apart = sum(line.amount for line in lines if line.kind in ("gift_card", "tip"))
    goods = total - apart
    return max(goods - refunded, min(goods, 0)) if apart else goods - refunded


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

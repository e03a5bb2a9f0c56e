"""What looks and lists of picks have in common: products in an order, each with a note."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from sellmode_contract.kinds.fields import Amount, Field, Rows, Text
from sellmode_contract.kinds.product import Product

Change: TypeAlias = Literal["gone", "price", "stock"]
"""What is to be known of a product before it is shown to a customer: not sold any more, another price, out of stock."""
MAX_ITEMS = 60
_MOST_MINOR_UNITS = 10**12


class LookItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A product on a page, with what was known of it when it was put there or last checked."""

    sku: str
    note: str = ""
    title: str = ""
    price: int | None = None
    """Minor units of ``currency``; None where there was no price."""
    currency: str = ""


def changes(item: LookItem, product: Product | None, here: int | None) -> tuple[Change, ...]:
    """What has changed of a product since it was put on a page; ``here`` are its pieces in the store, if counted."""
    if product is None or not product.active:
        return ("gone",)
    priced = item.price is not None and (product.price, product.currency) != (item.price, item.currency)
    sold_out = here is not None and here <= 0
    return (*(("price",) if priced else ()), *(("stock",) if sold_out else ()))


def items(what: str) -> Field:
    """The products, each once, in the order in which the customer sees them."""
    return Rows(
        name="items",
        label="products",
        most=MAX_ITEMS,
        of="product",
        fields=(
            Text(name="sku", longest=200, label="SKU", required=f"A product of {what} has a SKU."),
            Text(name="note", longest=1_000, lines=True),
            Text(name="title"),
            Amount(name="price", least=0, most=_MOST_MINOR_UNITS),
            Text(name="currency", longest=3),
        ),
    )

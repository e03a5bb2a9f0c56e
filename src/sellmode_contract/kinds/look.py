"""What looks and lists of picks have in common: products in an order, each with a note."""

from __future__ import annotations

import msgspec

from sellmode_contract.kinds.fields import Amount, Field, Rows, Text

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

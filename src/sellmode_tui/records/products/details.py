"""A product with all that is to be known of it: the variants of its style, what each store has, and how old that is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sellmode_contract.kinds.product import Product
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.records.context import Context
from sellmode_tui.records.products.filters import here
from sellmode_tui.records.products.lists import Variant, of_styles, options_of


class StoreStock(NamedTuple):
    """A store, and since when its stock is known."""

    id: str
    name: str
    at: dt.datetime | None
    """When an import last changed any of it; None for never."""
    own: bool
    """Whether the account works there."""


class ProductDetails(NamedTuple):
    """A product with its style."""

    product: Product
    variants: Sequence[Variant]
    """All of its style, in the order in which the shop has them; itself among them."""
    stores: Sequence[StoreStock]
    """Those of which stock is known, one's own first."""
    options: Mapping[str, Sequence[str]]
    """The sizes, colours and so on of its variants."""
    currency: str
    """The retailer's."""


def read(reading: Reading, around: Context, id: str) -> ProductDetails | None:
    """A visible product; None for one that is not visible or unknown, alike."""
    product = by_id(reading, id)
    if product is None:
        return None
    key = product.style or product.id
    variants = of_styles(reading, [key])[key]
    return ProductDetails(
        product,
        variants,
        _stores(around, variants),
        options_of(each.product for each in variants),
        around.currency,
    )


def by_id(reading: Reading, id: str) -> Product | None:
    """A visible product."""
    row = reading.connection.execute(
        f"SELECT p.doc FROM product p WHERE p.id = ? AND {reading.only_visible('p')}", (id,)
    ).fetchone()
    return decode("product", row[0]) if row else None


def _stores(around: Context, variants: Sequence[Variant]) -> list[StoreStock]:
    held = {store for each in variants for store in each.available or ()}
    ages = around.retailer.stock_at if around.retailer else {}
    own = here(around)
    if any(each.available is not None for each in variants):
        held |= set(own)
    found = [StoreStock(id, around.store_name(id), ages.get(id), id in own) for id in held]
    return sorted(found, key=lambda store: (not store.own, store.name, store.id))

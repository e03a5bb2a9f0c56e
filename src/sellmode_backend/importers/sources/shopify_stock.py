"""Shopify's export of inventory: a row for each variant and location, or in the older layout a column a location.

Sources: Shopify's help on inventory files, and headers of real exports.
"""

from __future__ import annotations

import re

from sellmode_backend.importers import values
from sellmode_backend.importers.reading import Layout, Row, UnusableRow
from sellmode_backend.importers.rows import StockRow
from sellmode_backend.importers.sources import common, shopify_goods
from sellmode_backend.importers.sources.source import StockLists

_NOT_STOCKED = "not stocked"
_QUANTITY = re.compile(r"-?\d{1,9}", re.ASCII)

INVENTORY = Layout(
    "inventory.csv",
    fields={
        "handle": ("Handle",),
        "title": ("Title",),
        "option1": ("Option1 Value",),
        "option2": ("Option2 Value",),
        "option3": ("Option3 Value",),
        "sku": ("SKU",),
        "location": ("Location",),
        "available": ("Available", "Available (not editable)"),
    },
    # Together they are in no list of products: the older has no SKU but a Variant SKU, the newer no Handle but a URL.
    required=frozenset({"handle", "title", "sku"}),
    # What is on its way, promised or on hand is no answer to what can be sold.
    unused=frozenset({"Option1 Name", "Option2 Name", "Option3 Name", "HS Code", "COO", "Bin name"}),
    unused_beginnings=("Incoming", "Unavailable", "Committed", "On hand"),
)


def _read(row: Row) -> StockRow | None:
    key = shopify_goods.variant(row)
    sku = values.key(row, "sku")
    if not (key or sku):
        raise row.unusable("handle", "is empty, and so is the SKU: one of them is needed")
    available = _of_location(row) if row.table.has("location") else _of_columns(row)
    return (
        StockRow(
            row,
            sku,
            common.variant_key(key),
            common.style_id(shopify_goods.NAME, row["handle"].strip()),
            shopify_goods.variant_words(row),
            available,
        )
        if available
        else None
    )


def _of_location(row: Row) -> dict[str, int | None]:
    text = row["available"].strip()
    if not text:
        return {}
    if not (location := values.store_name(row, "location")):
        raise row.unusable("location", "is empty")
    return {location: None if text.casefold() == _NOT_STOCKED else values.quantity(row, "available")}


def _of_columns(row: Row) -> dict[str, int | None]:
    """In the older layout every column that has no other meaning is a location."""
    found: dict[str, int | None] = {}
    for location in row.table.unknown:
        text = row.other(location).strip()
        if text.casefold() == _NOT_STOCKED:
            found[location.strip()] = None
        elif _QUANTITY.fullmatch(text):
            found[location.strip()] = int(text)
        elif text:
            row.leave_out(UnusableRow(location, "is not a whole number"))
    return found


STOCK = StockLists(INVENTORY, _read)

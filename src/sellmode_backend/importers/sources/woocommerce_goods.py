"""WooCommerce's own export of products: a row for each variation, and one for what holds them together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from sellmode_backend.importers import values
from sellmode_backend.importers.reading import Layout, Row
from sellmode_backend.importers.rows import ProductRow
from sellmode_backend.importers.sources import common

NAME = "woocommerce"
_OPTIONS = ("option1", "option2", "option3")

PRODUCTS = Layout(
    "products.csv",
    fields={
        "id": ("ID",),
        "kind": ("Type",),
        "sku": ("SKU",),
        "barcode": ("GTIN, UPC, EAN, or ISBN",),
        "title": ("Name",),
        "published": ("Published",),
        "description": ("Description",),
        "short_description": ("Short description",),
        "price": ("Regular price",),
        "categories": ("Categories",),
        "tags": ("Tags",),
        "vendor": ("Brands",),
        "images": ("Images",),
        "parent": ("Parent",),
        "option1_name": ("Attribute 1 name",),
        "option1": ("Attribute 1 value(s)",),
        "option2_name": ("Attribute 2 name",),
        "option2": ("Attribute 2 value(s)",),
        "option3_name": ("Attribute 3 name",),
        "option3": ("Attribute 3 value(s)",),
    },
    required=frozenset({"id", "kind", "title", "price"}),
    # A sale price may be over, or still to come: its days stand in columns that shops leave out.
    unused=frozenset(
        {
            "Is featured?", "Visibility in catalog", "Date sale price starts", "Date sale price ends", "Tax status",
            "Tax class", "In stock?", "Stock", "Low stock amount", "Backorders allowed?", "Sold individually?",
            "Allow customer reviews?", "Purchase note", "Sale price", "Shipping class", "Grouped products", "Upsells",
            "Cross-sells", "External URL", "Button text", "Position",
        }
    ),
    unused_beginnings=("Weight (", "Length (", "Width (", "Height (", "Download ", "Attribute ", "Meta: "),
)  # fmt: skip

_FROM_PARENT = ("description", "short_description", "categories", "tags", "vendor", "images")
"""Fields that are the parent's where a variation's are empty."""


class ProductReader:
    """Reads rows of lists of products; one that only holds variations together is none."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._skus = common.SharedSkus()
        self._parents: dict[str, dict[str, str]] = {}
        """What stands on the rows that hold variations together, by what variations call them."""

    def look(self, row: Row) -> None:
        """Note the SKU of a variation, or what a parent's row says for all of its."""
        id = values.number(row, "id")
        if not _is_parent(row):
            self._skus.look(row, id)
            return
        shared = {"id": id} | {name: row[name] for name in _FROM_PARENT if row[name]}
        for called in (f"id:{id}", row["sku"].strip()):
            if called:
                self._parents[called] = shared

    def read(self, row: Row) -> ProductRow | None:
        """Read a row. Raises UnusableRow."""
        if _is_parent(row):
            return None
        sku, id = values.key(row, "sku"), values.number(row, "id")
        if not (sku or id):
            raise row.unusable("id", "is empty, and so is the SKU: one of them is needed")
        if not values.name(row["title"]):
            raise row.unusable("title", "is empty")
        return ProductRow(row, self._skus.key(sku, id), self._fields(row, id))

    def _fields(self, row: Row, id: str) -> dict[str, Any]:
        has = row.table.has
        named = row["parent"].strip()
        parent = self._parents.get(named, {})
        said = {name: row[name] or parent.get(name, "") for name in _FROM_PARENT}
        fields: dict[str, Any] = {
            "title": values.name(row["title"]),
            "style": common.style_id(NAME, parent.get("id") or named.removeprefix("id:") or id),
            "gift_card": "gift" in row["kind"].casefold(),
            "currency": self._currency,
        }
        if has("sku"):
            fields["sku"] = values.key(row, "sku")
        if has("tags"):
            fields["tags"] = values.split_tags(said["tags"])
        if has("published"):
            fields["active"] = row["published"].strip() == "1"
        if has("categories"):
            first = said["categories"].split(",")[0].strip()
            fields |= values.those_usable(
                row,
                category=lambda: values.within(row, "categories", first),
                type=lambda: values.within(row, "categories", first.rpartition(">")[2].strip()),
            )
        if has("vendor"):
            fields |= values.those_usable(row, vendor=lambda: values.within(row, "vendor", said["vendor"].strip()))
        if has("option1"):
            fields |= values.those_usable(row, options=lambda: common.options(_options(row))).get("options", {})
        if has("images"):
            urls = map(values.web_address_or_empty, said["images"].split(","))
            fields["images"] = common.pictures((url, "") for url in urls)
        if described := next((name for name in ("description", "short_description") if said[name].strip()), ""):
            # The export writes the ends of lines as a backslash and an n.
            html = said[described].replace("\\n", "\n")
            fields |= values.those_usable(row, description=partial(common.described, row, described, html))
        return fields | values.those_usable(
            row,
            price=lambda: values.amount_or_none(row, "price", self._currency),
            barcode=lambda: values.key(row, "barcode"),
        )


def _is_parent(row: Row) -> bool:
    return row["kind"].strip().casefold() in ("variable", "grouped")


def _options(row: Row) -> Iterator[tuple[str, str]]:
    return ((values.short(row, f"{option}_name"), values.short(row, option)) for option in _OPTIONS)

"""Shopify's export of products: the older layout, and the newer one, which is Shopify's present template."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from sellmode_backend.importers import values
from sellmode_backend.importers.lines import MAX_ROW
from sellmode_backend.importers.reading import Layout, Row, UnusableRow
from sellmode_backend.importers.rows import ProductRow
from sellmode_backend.importers.sources import common

NAME = "shopify"
_DEFAULT_VARIANT = "Default Title"
_OPTIONS = ("option1", "option2", "option3")
_NO_PLACE = 10**6
"""Of a picture that the file gives no place."""

PRODUCTS = Layout(
    "products.csv",
    fields={
        "handle": ("Handle", "URL handle"),
        "title": ("Title",),
        "description": ("Body (HTML)", "Description"),
        "vendor": ("Vendor",),
        "category": ("Product Category", "Standard Product Type"),
        "type": ("Type", "Custom Product Type"),
        "tags": ("Tags",),
        "published": ("Published", "Published on online store"),
        "option1_name": ("Option1 Name",),
        "option1": ("Option1 Value",),
        "option2_name": ("Option2 Name",),
        "option2": ("Option2 Value",),
        "option3_name": ("Option3 Name",),
        "option3": ("Option3 Value",),
        "sku": ("Variant SKU", "SKU"),
        "price": ("Variant Price", "Price"),
        "compare_at": ("Variant Compare At Price", "Variant Compare-at Price", "Compare-at price"),
        "barcode": ("Variant Barcode", "Barcode"),
        "image": ("Image Src", "Product image URL"),
        "image_place": ("Image Position",),
        "image_alt": ("Image Alt Text",),
        "image_of_variant": ("Variant Image", "Variant image URL"),
        "gift_card": ("Gift Card",),
        "status": ("Status",),
    },
    required=frozenset({"title", "price"}),
    unused=frozenset(
        {
            "Cost per item", "Collection", "Unit Price Total Measure", "Unit Price Total Measure Unit",
            "Unit Price Base Measure", "Unit Price Base Measure Unit", "Charge tax", "Tax code",
            "Continue selling when out of stock", "Requires shipping", "Fulfillment service",
        }
    ),
    unused_beginnings=(
        "Option", "Variant ", "SEO ", "Google Shopping / ", "Google Shopping ", "Included / ", "Price / ",
        "Compare At Price / ", "Compare-at price / ", "Image ", "Inventory ", "Weight ", "Unit price ",
    ),
)  # fmt: skip

_SHARED = (
    *("title", "vendor", "type", "category", "tags", "status", "published", "description", "gift_card"),
    *(f"{option}_name" for option in _OPTIONS),
)
"""Fields that stand on the first row of a handle and go for its others."""


class _Picture(NamedTuple):
    place: int
    url: str
    alt: str


class ProductReader:
    """Reads rows of lists of products: what a style's variants share stands on the first row of its handle only."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._skus = common.SharedSkus()
        self._pictures: dict[str, list[_Picture]] = {}
        """Of each handle."""
        self._handle = ""
        self._shared = dict.fromkeys(_SHARED, "")

    def look(self, row: Row) -> None:
        """Note SKU and picture of a row."""
        self._skus.look(row, variant(row))
        pictures = self._pictures.setdefault(row["handle"].strip(), [])
        if (picture := _picture(row)).url and picture not in pictures:
            pictures.append(picture)

    def read(self, row: Row) -> ProductRow | None:
        """Read a row; None if it only adds an image. Raises UnusableRow."""
        self._take_from_above(row)
        sku, told_apart = values.key(row, "sku"), variant(row)
        if not sku and not row["price"].strip() and (row["image"] or row["image_of_variant"]):
            return None
        if not sku and not told_apart:
            raise row.unusable("sku", "is empty, and so is the handle: nothing tells the product from others")
        if not self._shared["title"]:
            raise row.unusable("title", "is empty, also on the first row of its handle")
        return ProductRow(row, self._skus.key(sku, told_apart), self._fields(row))

    def _take_from_above(self, row: Row) -> None:
        """An empty field of a later row says: as above."""
        if not row["handle"] or row["handle"] != self._handle:
            self._handle = row["handle"]
            self._shared = dict.fromkeys(_SHARED, "")
        self._shared = {name: row[name] or above for name, above in self._shared.items()}
        row.inherited = self._shared
        from_above = sum(len(text) for name, text in self._shared.items() if not row[name])
        if len(row.raw) + from_above > MAX_ROW:
            raise UnusableRow("", f"is longer than {MAX_ROW:,} characters with what it takes from the rows above")

    def _fields(self, row: Row) -> dict[str, Any]:
        has, shared = row.table.has, self._shared
        fields: dict[str, Any] = {
            "title": values.name(shared["title"]),
            "currency": self._currency,
        }
        if has("sku"):
            fields["sku"] = values.key(row, "sku")
        if has("handle"):
            fields["style"] = common.style_id(NAME, row["handle"].strip())
        if has("tags"):
            fields["tags"] = values.split_tags(shared["tags"])
        if has("status") or has("published"):
            fields["active"] = _is_active(row, shared["status"], shared["published"])
        words = {
            name: partial(values.within, row, name, shared[name].strip())
            for name in ("vendor", "type", "category")
            if has(name)
        }
        amounts = {
            name: partial(values.amount_or_none, row, name, self._currency)
            for name in ("price", "compare_at")
            if has(name)
        }
        fields |= values.those_usable(row, **words, **amounts)
        if has("barcode"):
            fields |= values.those_usable(row, barcode=lambda: values.key(row, "barcode"))
        if has("description"):
            fields |= values.those_usable(
                row, description=lambda: common.described(row, "description", shared["description"])
            )
        if has("gift_card"):
            fields |= values.those_usable(row, gift_card=lambda: values.yes_of(row, "gift_card", shared["gift_card"]))
        if has("option1"):
            fields |= values.those_usable(row, options=lambda: common.options(self._options(row))).get("options", {})
        if has("image") or has("image_of_variant"):
            fields["images"] = common.pictures(self._images(row))
        return fields

    def _options(self, row: Row) -> Iterator[tuple[str, str]]:
        for option in _OPTIONS:
            if (value := values.short(row, option)) != _DEFAULT_VARIANT:
                name = f"{option}_name"
                yield values.within(row, name, self._shared[name].strip()), value

    def _images(self, row: Row) -> Iterator[tuple[str, str]]:
        yield values.web_address_or_empty(row["image_of_variant"]), ""
        for picture in sorted(self._pictures.get(row["handle"].strip(), ())):
            yield picture.url, picture.alt


def variant(row: Row) -> str:
    """Handle and options, which Shopify keeps apart within a shop; empty without a handle."""
    handle = row["handle"].strip()
    options = (row[option] for option in _OPTIONS)
    return (
        "/".join((handle, *(option for option in options if option and option != _DEFAULT_VARIANT))) if handle else ""
    )


def variant_words(row: Row) -> str:
    """What the record of a row's variant calls it."""
    options = (row[option].strip() for option in _OPTIONS)
    return " / ".join(option for option in options if option and option != _DEFAULT_VARIANT)


def _picture(row: Row) -> _Picture:
    place = row["image_place"].strip()
    return _Picture(
        int(place) if place.isascii() and place.isdigit() and len(place) < 6 else _NO_PLACE,
        values.web_address_or_empty(row["image"]),
        values.name(row["image_alt"])[: values.MAX_ALT],
    )


def _is_active(row: Row, status: str, published: str) -> bool:
    if status:
        return status.strip().casefold() == "active"
    return not row.table.has("published") or published.strip().casefold() != "false"

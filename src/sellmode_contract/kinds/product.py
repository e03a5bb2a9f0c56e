"""Products: what can be sold."""

from __future__ import annotations

import msgspec

from sellmode_contract.audiences import ALL, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


class ProductOption(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What tells a variant from the others of its style: ``Size``, ``M``."""

    name: str = ""
    """Empty where the source only has the value."""
    value: str


class ProductImage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture in the shop."""

    url: str
    alt: str = ""
    """What it shows, in words."""


class Product(Record, frozen=True, kw_only=True):
    """A variant that can be sold: one SKU."""

    sku: str
    title: str
    style: str = ""
    """The same for all variants of a style, and for no other product; empty where the source does not say."""
    variant: str = ""
    """The values of its options in one line: ``M / Red``."""
    options: tuple[ProductOption, ...] = ()
    vendor: str = ""
    type: str = ""
    category: str = ""
    """Where the source's own order of goods has it: ``Apparel > Clothing > Dresses``."""
    tags: tuple[str, ...] = ()
    description: str = ""
    """Plain text; lines of a list begin with ``- ``."""
    images: tuple[ProductImage, ...] = ()
    """The variant's own first."""
    price: int | None = None
    compare_at: int | None = None
    """What it cost before, where it is reduced."""
    currency: str
    barcode: str = ""
    gift_card: bool = False
    """Whether who buys one pays for later: no goods are sold."""
    active: bool = True


PRODUCT = Kind(
    name="product",
    record=Product,
    row=Row("product", ALL, ALL),
    columns=("sku", "title", "barcode", "style", "vendor", "type"),
)

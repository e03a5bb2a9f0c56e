"""Products: what can be sold."""

from __future__ import annotations

from sellmode_contract.audiences import ALL, Row
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Record


class Product(Record, frozen=True, kw_only=True):
    """A variant that can be sold: one SKU."""

    sku: str
    title: str
    variant: str = ""
    vendor: str = ""
    type: str = ""
    tags: tuple[str, ...] = ()
    price: int | None = None
    currency: str
    barcode: str = ""
    active: bool = True


PRODUCT = Kind(name="product", record=Product, row=Row("product", ALL, ALL), columns=("sku", "title"))

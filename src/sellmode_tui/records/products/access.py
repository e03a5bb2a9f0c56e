"""What an account may read of products, and what it does with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from sellmode_contract import filters
from sellmode_contract.documents import as_document
from sellmode_contract.filters import Completion, Field
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.product import Product
from sellmode_contract.mutations import Create, Edit
from sellmode_contract.product_search import PRODUCT_FIELDS
from sellmode_contract.refusals import Rejected
from sellmode_tui.cache.store import Reading
from sellmode_tui.records import of_kinds
from sellmode_tui.records.context import Context
from sellmode_tui.records.customers.lists import named as customers_named
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.ids import ids_named
from sellmode_tui.records.products import details, people
from sellmode_tui.records.products.details import ProductDetails
from sellmode_tui.records.products.lists import ProductList, ProductQuery
from sellmode_tui.records.products.people import ProductCustomer
from sellmode_tui.records.readings import clean
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.tasks import products
from sellmode_tui.records.tasks.products import ProductLine
from sellmode_tui.records.writing import Written

_ALL = ProductQuery()


class Scanned(NamedTuple):
    """What a scanned code is of."""

    kind: Literal["product", "customer"]
    id: str


class LookbookDraft(NamedTuple):
    """A lookbook that can be added to."""

    id: str
    title: str
    customer: str
    """Their name; empty for a My Look, and for one who is not visible."""


class Products(Facet):
    """What an account may read of products, and what it does with them."""

    def find(self, query: ProductQuery = _ALL) -> ProductList:
        """The list of a query. Raises FilterError if its text cannot be read as a filter."""
        return ProductList(self._readings, query._replace(text=clean(query.text)))

    def get(self, id: str) -> ProductDetails | None:
        """A product with its style; None for one that is not visible or unknown, alike."""
        return self._read(lambda reading, around: details.read(reading, around, clean(id)))

    def named(self, text: str, limit: int) -> list[ProductLine]:
        """The products, no more than ``limit``, that a text may mean by SKU or by the beginnings of words."""
        with self._readings.open() as reading:
            return products.named(reading, clean(text), limit)

    def meant(self, text: str, limit: int) -> list[str]:
        """The ids of the products, no more than ``limit``, that an id or its beginning, a SKU or a barcode names."""
        with self._readings.open() as reading:
            return _by_code(reading, clean(text).strip(), limit) or ids_named(reading, "product", clean(text), limit)

    def complete(self, text: str, cursor: int) -> list[Completion]:
        """What may be typed next in a query, from what is visible."""
        return self._read(
            lambda reading, around: filters.complete(
                clean(text), cursor, PRODUCT_FIELDS, lambda field, _: _values(reading, around, field)
            )
        )

    def buyers(self, id: str) -> list[ProductCustomer]:
        """The visible customers who bought a product or another variant of its style, the last one first."""
        with self._readings.open(self) as reading:
            return people.buyers(reading, clean(id))

    def likely(self, id: str) -> list[ProductCustomer]:
        """The visible customers who might like it: they wish for it, or bought its type before and wear its size."""
        with self._readings.open(self) as reading:
            return people.likely(reading, clean(id))

    def scanned(self, code: str) -> list[Scanned]:
        """What a scanned code is of: products of this barcode or SKU, else customers of this number; two at most."""
        code = clean(code).strip()
        with self._readings.open() as reading:
            if found := _by_code(reading, code, 2):
                return [Scanned("product", id) for id in found]
            return [Scanned("customer", id) for id in customers_named(reading, code, 2)]

    def item(self, id: str) -> dict[str, object]:
        """A product as a look holds it, with title and price as they are now. Raises NotVisible, Rejected."""
        return self._writer.read(lambda seen: _item(of_kinds.visible(seen, "product", id)))

    def drafts(self) -> list[LookbookDraft]:
        """The visible lookbooks that can be added to, the newest first."""

        def read(seen: Seen) -> list[LookbookDraft]:
            found = [each for each in seen.each("lookbook") if isinstance(each, Lookbook) and each.state == "draft"]
            found.sort(key=lambda each: each.id, reverse=True)  # ids begin with when they were made
            return [
                LookbookDraft(each.id, each.title, seen.name_of(each.customer) or "" if each.customer else "")
                for each in found
            ]

        return self._writer.read(read)

    def add_to_lookbook(self, product: str, lookbook: str) -> Written:
        """Put a product last in a lookbook. Raises NotVisible."""

        def added(seen: Seen) -> Edit:
            item = _item(of_kinds.visible(seen, "product", product))
            look = of_kinds.visible(seen, "lookbook", lookbook)
            held = as_document(look)["items"]
            if any(each["sku"] == item["sku"] for each in held):
                raise Rejected("invalid", "It is already in this lookbook.", field="items")
            return of_kinds.edit(look, {"items": [*held, item]})

        return self._writer.write(added)

    def start_lookbook(self, product: str, title: str) -> Written:
        """A new My Look that begins with a product. Raises NotVisible."""
        id = self._writer.new_id()

        def started(seen: Seen) -> Create:
            item = _item(of_kinds.visible(seen, "product", product))
            return of_kinds.create("lookbook", id, {"form": "my_look", "title": title, "items": [item]})

        return self._writer.write(started)


def _item(record: object) -> dict[str, object]:
    """The same of a record."""
    if not isinstance(record, Product):
        raise Rejected("invalid", "A lookbook can only have products.")
    title = " ".join(filter(None, (record.title, record.variant)))
    priced = {"price": record.price, "currency": record.currency} if record.price is not None else {}
    if not record.sku:
        raise Rejected("invalid", "A product without a SKU cannot be added to a lookbook.")
    return msgspec.to_builtins(LookItem(sku=record.sku, title=title, **priced))  # type: ignore[no-any-return, arg-type]  # a struct is a dict


def _by_code(reading: Reading, code: str, limit: int) -> list[str]:
    """The ids of the visible products with a barcode or SKU; what is still sold comes first."""
    if not code:
        return []
    barcodes, skus = sorted(_same_barcodes(code)), (code, code.upper())
    rows = reading.connection.execute(
        f"SELECT p.id FROM product p WHERE (p.barcode IN ({','.join('?' * len(barcodes))}) OR p.sku IN (?, ?))"
        f" AND {reading.only_visible('p')} ORDER BY ifnull(p.doc ->> '$.active', 1) DESC, p.sku, p.id LIMIT ?",
        (*barcodes, *skus, limit),
    )
    return [id for (id,) in rows]


def _same_barcodes(code: str) -> set[str]:
    """A barcode as it may be written: shops and scanners leave out or add zeros before it (UPC-A, EAN-13, GTIN-14)."""
    if not (code.isascii() and code.isdecimal()):
        return {code}
    bare = code.lstrip("0")
    return {code, bare, *(bare.zfill(length) for length in (8, 12, 13, 14))} - {""}


def _values(reading: Reading, around: Context, field: Field) -> Iterable[str]:
    """The values of a field that are in use."""
    source = _IN_USE.get(field.name)
    if source is None:
        return field.values
    return around.values(
        f"product/{field.name}",
        lambda: [
            value
            for (value,) in reading.connection.execute(
                f"SELECT DISTINCT {source} AND {reading.only_visible('p')} ORDER BY 1"
            )
            if isinstance(value, str)
        ],
    )


_IN_USE = {
    "vendor": "p.vendor FROM product p WHERE p.vendor <> ''",
    "type": "p.type FROM product p WHERE p.type <> ''",
    "category": "p.doc ->> '$.category' AS category FROM product p WHERE category <> ''",
    "tag": "e.value FROM product p, json_each(p.doc, '$.tags') e WHERE e.value <> ''",
    "option": "e.value ->> '$.value' AS option FROM product p, json_each(p.doc, '$.options') e WHERE option <> ''",
}
"""Where the values of a field are."""

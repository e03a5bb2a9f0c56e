"""Products by SKU and by name, as tasks name them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sellmode_contract.kinds.product import Product
from sellmode_tui.cache import catalogue
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode


class ProductLine(NamedTuple):
    """A product in a list. Texts are as they came."""

    sku: str
    title: str
    """Empty where the product is not known."""
    variant: str = ""
    price: int | None = None
    """Minor units."""
    currency: str = ""

    @property
    def name(self) -> str:
        """Title and variant; empty where the product is not known."""
        return " ".join(filter(None, (self.title, self.variant)))


def by_sku(reading: Reading, skus: Collection[str]) -> tuple[ProductLine, ...]:
    """The products of some SKUs, in their order, those that are not known, too."""
    if not skus:
        return ()
    marks = ",".join("?" * len(skus))
    known = {each.sku: each for each in _read(reading, f"p.sku IN ({marks})", tuple(skus))}
    return tuple(known.get(sku) or ProductLine(sku, "") for sku in skus)


def named(reading: Reading, text: str, limit: int) -> list[ProductLine]:
    """The products that a text may mean, no more than ``limit``: of this SKU, then those with words that begin so.

    What is not sold any more is found by its SKU only.
    """
    wanted = text.strip()
    if not wanted:
        return []
    found = _read(reading, "p.sku IN (?, ?) ORDER BY p.sku", (wanted, wanted.upper()))
    if not catalogue.match(wanted):
        return found[:limit]  # it has no words, with which everything would begin
    matches, typed = "sellmode_product_found(p.doc, ?)", wanted
    if reading.built:
        matches = f"p.pk IN (SELECT rowid FROM {catalogue.WORDS} WHERE {catalogue.WORDS} MATCH ?)"
        typed = catalogue.match(wanted)
    condition = f"ifnull(p.doc ->> '$.active', 1) AND {matches} LIMIT ?"
    others = (each for each in _read(reading, condition, (typed, limit)) if each not in found)
    return [*found, *others][:limit]


def _read(reading: Reading, condition: str, parameters: Iterable[str | int]) -> list[ProductLine]:
    rows = reading.connection.execute(
        f"SELECT p.doc FROM product p WHERE {reading.only_visible('p')} AND {condition}", tuple(parameters)
    )
    products: list[Product] = [decode("product", doc) for (doc,) in rows]
    return [ProductLine(each.sku, each.title, each.variant, each.price, each.currency) for each in products]

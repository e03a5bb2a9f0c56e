"""A list of products as rows of a table: which columns there are, what stands in them, and what they are sorted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sellmode_tui.figures import priced
from sellmode_tui.language import marked, tr
from sellmode_tui.records import ProductList, ProductSort, StyleLine
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.lists.rows import KeyedRows
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Row


class Order(NamedTuple):
    """Something that the list can be sorted by."""

    heading: str
    """The column's."""
    said: str
    rising: str
    falling: str
    """The two directions in words."""


SORTS: Final[dict[ProductSort, Order]] = {
    "title": Order(marked("Product"), marked("title"), marked("A to Z"), marked("Z to A")),
    "vendor": Order(marked("Brand"), marked("brand"), marked("A to Z"), marked("Z to A")),
    "price": Order(marked("Price"), marked("price"), marked("lowest first"), marked("highest first")),
    "here": Order(marked("Here"), marked("stock here"), marked("least first"), marked("most first")),
    "elsewhere": Order(marked("Elsewhere"), marked("stock elsewhere"), marked("least first"), marked("most first")),
}
FALLING_FIRST: Final = frozenset({"here", "elsewhere"})
"""Sorted the other way round when first chosen."""

COLUMNS: Final = (
    Column("Product", 28, min_width=18, priority=9),
    Column("Brand", 14, min_width=8, priority=5),
    Column("Type", 12, min_width=8, priority=4),
    Column("Price", 15, "right", min_width=13, priority=8),
    Column("Here", 4, "right", priority=7),
    Column("Elsewhere", 9, "right", priority=6),
)


class StyleRows(KeyedRows[StyleLine]):
    """The rows of a list of products."""

    def __init__(self, found: ProductList, words: Words) -> None:
        super().__init__(found)
        self._words = words

    def row(self, item: StyleLine) -> Row:
        """What, of which brand, for how much, and how many there are."""
        price = prices(item.low, item.high, item.currency, self._words)
        stock = (number(item.here, self._words), number(item.elsewhere, self._words))
        return Row(item.key, (item.title, item.vendor, item.type, price, *stock))


def prices(low: int | None, high: int | None, currency: str, words: Words) -> str:
    """What a style costs."""
    if low is None:
        return words.nothing
    return priced(low, currency) if low == high else tr("from {price}", price=priced(low, currency))


def number(pieces: int | None, words: Words) -> str:
    """Pieces in stock, if that is known."""
    return words.nothing if pieces is None else tr("{number:,}", number=pieces)


def options_said(options: Mapping[str, Sequence[str]], words: Words) -> str:
    """``Size S, M, L · Color Red``."""
    return words.between.join(
        f"{name} {', '.join(values)}" if name else ", ".join(values) for name, values in options.items()
    )

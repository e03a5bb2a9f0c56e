"""What there is to say about a system whose exports are read: the columns of its files, and what a row of each says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple, Protocol

from sellmode_backend.importers.reading import Layout, Row
from sellmode_backend.importers.rows import CustomerRow, OrderRows, ProductRow, StockRow
from sellmode_backend.importers.values import TagPattern
from sellmode_contract.kinds.order import OrderLine


class ReadsProducts(Protocol):
    """Reads the rows of all lists of products, twice: what goes for one may stand on others, before it or after it."""

    def look(self, row: Row) -> None:
        """Note what a row says of others. Raises UnusableRow, which is told of when the row is read."""
        ...

    def read(self, row: Row) -> ProductRow | None:
        """What a row says, once all were looked at; None if it is no variant. Raises UnusableRow."""
        ...


class Orders(NamedTuple):
    """How the rows of a list of orders are read. All three functions raise UnusableRow."""

    key: Callable[[Row], str]
    """By what the source knows the row's order; empty where the row goes on with the one above."""
    begin: Callable[[Row], OrderRows]
    """What a first row says of its order; its lines are added afterwards."""
    line: Callable[[Row, str], OrderLine | None]
    """The item of a row, in a currency; None if it has none."""


class StockLists(NamedTuple):
    """How lists of stock by location are read."""

    layout: Layout
    read: Callable[[Row], StockRow | None]
    """What a row says; None if it says nothing. Raises UnusableRow."""


class Source(NamedTuple):
    """A system whose exports are read."""

    name: str
    """What ids and provenance call it: permanent."""
    title: str
    """What people call it."""
    products: Layout
    customers: Layout
    orders: Layout
    read_products: Callable[[str], ReadsProducts]
    """By the retailer's currency."""
    read_customer: Callable[[TagPattern, TagPattern], Callable[[Row], CustomerRow]]
    """By the tags that name owner and store."""
    read_orders: Callable[[dt.tzinfo], Orders]
    """By the retailer's time zone, for times without an offset."""
    stock: StockLists | None = None
    """None if the system has no such lists."""

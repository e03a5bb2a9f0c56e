"""A list of customers as rows of a table: which columns there are, what stands in them, and what they are sorted by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sellmode_tui.screens.words import Words, money
from sellmode_tui.visibility import CustomerList, CustomerRow, Sort
from sellmode_tui.visibility.pending import Pending
from sellmode_tui.widgets import columns, row_table
from sellmode_tui.widgets.columns import Column


class Order(NamedTuple):
    """Something that a list can be sorted by."""

    heading: str
    """The column's."""
    name: str
    rising: str
    falling: str
    """The two directions in words."""


SORTS: Final[dict[Sort, Order]] = {
    "name": Order("Name", "name", "A to Z", "Z to A"),
    "last_purchase": Order("Bought", "last purchase", "longest ago first", "latest first"),
    "spend": Order("Spend", "spend", "least first", "most first"),
    "last_contact": Order("Contacted", "last contact", "longest ago first", "latest first"),
    "owner": Order("Owner", "owner", "A to Z", "Z to A"),
}

FALLING_FIRST: Final = frozenset({"last_purchase", "spend", "last_contact"})
"""Sorted the other way round when first chosen: who spent most is looked for more often than who spent least."""


def table_columns(*, owners: bool) -> tuple[Column, ...]:
    """The columns, with owners where there are several."""
    shared = (
        Column("Name", 26, min_width=18, priority=9),
        Column("Tier", 8, priority=4, min_width=6),
        Column("Bought", 11, "right", priority=6),
        Column("Spend", 10, "right", priority=7),
        Column("Contacted", 11, "right", priority=3),
    )
    tags = Column("Tags", priority=1, min_width=8)
    return (*shared, Column("Owner", 18, priority=5, min_width=9), tags) if owners else (*shared, tags)


def table_sort(sort: Sort, *, descending: bool) -> columns.Sort:
    """The mark in the heading."""
    return columns.Sort(SORTS[sort].heading, descending)


UNSENT_SIGN: Final = "^"
REFUSED_SIGN: Final = "!"


class CustomerSource:
    """Gives a table the rows of a list."""

    def __init__(
        self, found: CustomerList, words: Words, *, owners: bool, pending: Callable[[], Pending] = Pending
    ) -> None:
        """``pending`` tells what is not with the server."""
        self.found = found
        self.exact: int | None = None
        """How many there are, once that has been counted beyond what is counted at once."""
        self._words = words
        self._owners = owners
        self._pending = pending
        self._told = Pending()
        """What all rows were last read with; some may have been read with what came later."""

    @property
    def stale(self) -> bool:
        """Whether the rows may be others now, or have other signs."""
        told, now = self._told, self._pending()
        return self.found.stale or (told.unsent.keys(), told.refused.keys()) != (now.unsent.keys(), now.refused.keys())

    @property
    def signs(self) -> str:
        """What the signs before the rows mean; empty where there are none."""
        unsent = f"{UNSENT_SIGN} not sent" if self._told.unsent else ""
        refused = f"{REFUSED_SIGN} refused" if self._told.refused else ""
        return ", ".join(filter(None, (unsent, refused)))

    def count(self) -> row_table.Count:
        """How many there are."""
        if self.exact is not None:
            return row_table.Count(self.exact)  # asked for alone, perhaps: the rows are as they were
        self._told = self._pending()
        return row_table.Count(*self.found.count())

    def rows(self, start: int, stop: int) -> Sequence[row_table.Row]:
        """A page of them."""
        pending = self._pending()
        return [self._row(customer, pending) for customer in self.found.rows(start, stop)]

    def find(self, key: str) -> int | None:
        """Where a customer stands."""
        return self.found.find(key)

    def _row(self, customer: CustomerRow, pending: Pending) -> row_table.Row:
        words = self._words
        cells = (
            customer.name,
            customer.tier,
            words.day(customer.last_purchase),
            money(customer.spend, customer.currency),
            words.day(customer.last_contact),
            *((customer.owner_name or words.nothing,) if self._owners else ()),
            ", ".join(customer.tags),
        )
        sign = REFUSED_SIGN if customer.id in pending.refused else UNSENT_SIGN if customer.id in pending.unsent else ""
        return row_table.Row(customer.id, cells, sign)

"""A list of customers as rows of a table: which columns there are, what stands in them, and what they are sorted by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sellmode_tui.figures import priced
from sellmode_tui.language import marked, tr
from sellmode_tui.records import CustomerList, CustomerRow, Sort
from sellmode_tui.records.changes.pending import Pending
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.lists.rows import PagedRows
from sellmode_tui.widgets import columns
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.meanings import REFUSED, UNSENT
from sellmode_tui.widgets.row_source import Count, Row


class Order(NamedTuple):
    """Something that a list can be sorted by."""

    heading: str
    """The name of the column."""
    rising: str
    falling: str
    """What the list says in either direction."""


SORTS: Final[dict[Sort, Order]] = {
    "name": Order(marked("Name"), marked("by name, A to Z"), marked("by name, Z to A")),
    "last_purchase": Order(
        marked("Last purchase"), marked("by last purchase, oldest first"), marked("by last purchase, newest first")
    ),
    "spend": Order(marked("Spend"), marked("by spend, least first"), marked("by spend, most first")),
    "last_contact": Order(
        marked("Last contact"), marked("by last contact, oldest first"), marked("by last contact, newest first")
    ),
    "owner": Order(marked("Owner"), marked("by owner, A to Z"), marked("by owner, Z to A")),
}

FALLING_FIRST: Final = frozenset({"last_purchase", "spend", "last_contact"})
"""Sorted the other way round when first chosen: who spent most is looked for more often than who spent least."""


def table_columns(*, owners: bool) -> tuple[Column, ...]:
    """The columns, with owners where there are several."""
    shared = (
        Column("Name", 26, min_width=18, priority=9),
        Column("Tier", 8, priority=4, min_width=6),
        Column("Last purchase", 11, "right", priority=6),
        Column("Spend", 13, "right", priority=7, min_width=12),
        Column("Last contact", 11, "right", priority=3),
    )
    tags = Column("Tags", priority=1, min_width=8)
    return (*shared, Column("Owner", 18, priority=5, min_width=9), tags) if owners else (*shared, tags)


def table_sort(sort: Sort, *, descending: bool) -> columns.Sort:
    """The mark in the heading."""
    return columns.Sort(SORTS[sort].heading, descending)


class CustomerSource(PagedRows[CustomerRow]):
    """The rows of a list of customers."""

    def __init__(
        self, found: CustomerList, words: Words, *, owners: bool, pending: Callable[[], Pending] = Pending
    ) -> None:
        """``pending`` tells what is not with the server."""
        super().__init__(found)
        self.found = found
        self.exact: int | None = None
        """How many there are, once that has been counted beyond what is counted at once."""
        self._words = words
        self._owners = owners
        self._pending = pending
        self._told = self._now = Pending()
        """What all rows were last read with; some may have been read with what came later."""

    @property
    def stale(self) -> bool:
        """Whether the rows may be others now, or have other signs."""
        told, now = self._told, self._pending()
        return (told.unsent.keys(), told.refused.keys()) != (now.unsent.keys(), now.refused.keys()) or super().stale

    @property
    def signs(self) -> str:
        """What the signs before the rows mean; empty where there are none."""
        unsent = f"{UNSENT.sign} {tr('not sent')}" if self._told.unsent else ""
        refused = f"{REFUSED.sign} {tr('refused')}" if self._told.refused else ""
        return ", ".join(filter(None, (unsent, refused)))

    def count(self) -> Count:
        """How many there are."""
        if self.exact is not None:
            return Count(self.exact)  # asked for alone, perhaps: the rows are as they were
        self._told = self._pending()
        return Count(*self.found.count())

    def find(self, key: str) -> int | None:
        """Where a customer stands."""
        return self.found.find(key)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        """A page of them."""
        self._now = self._pending()
        return super().rows(start, stop)

    def row(self, item: CustomerRow) -> Row:
        """Who, what they spent, when they were last there, whose they are."""
        words, pending = self._words, self._now
        cells = (
            item.name,
            item.tier,
            words.day(item.last_purchase),
            priced(item.spend, item.currency),
            words.day(item.last_contact),
            *((item.owner_name or words.nothing,) if self._owners else ()),
            ", ".join(item.tags),
        )
        meaning = REFUSED if item.id in pending.refused else UNSENT if item.id in pending.unsent else None
        return Row(item.id, cells, meaning)

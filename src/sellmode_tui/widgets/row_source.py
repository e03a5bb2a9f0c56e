"""Rows of a table, and where they come from: by page, as many as the source has."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from sellmode_tui.widgets.meanings import Meaning

PAGE = 100
"""Rows that are asked for at a time."""
_PAGES_KEPT = 24


class Row(NamedTuple):
    """One row as the source gives it."""

    key: str
    """Identity of the record: the cursor stays with it when rows come and go."""
    cells: tuple[str, ...]
    """One text for each column, as stored: the table makes it safe to draw."""
    meaning: Meaning | None = None
    """Its sign is drawn before the cells, and the first cell in its colour."""


class Count(NamedTuple):
    """How many rows there are."""

    n: int
    exact: bool = True
    """False: there are at least `n`, to be shown as "10,000+"."""


class RowSource(Protocol):
    """Where rows come from. All methods are called in threads and may be called in two at once."""

    def count(self) -> Count:
        """How many rows there are; with `exact` False, `rows` is asked for the first `n` only."""

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        """The rows from place `start` up to, not including, `stop`; fewer where the list ends before."""

    def find(self, key: str) -> int | None:
        """The place of the row with this key, or None if it is not in the list."""


class RowPages:
    """The pages of rows that a table keeps: those that were used last."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()  # least recently used first

    def __contains__(self, page: int) -> bool:
        return page in self._pages

    def __len__(self) -> int:
        return len(self._pages)

    def clear(self) -> None:
        """Keep nothing."""
        self._pages.clear()

    def replace(self, pages: Mapping[int, Sequence[Row]]) -> None:
        """Keep these, and no others."""
        self._pages = OrderedDict(pages)

    def add(self, page: int, rows: Sequence[Row]) -> None:
        """Keep one more, and for it not the one that was used longest ago."""
        self._pages[page] = rows
        if len(self._pages) > _PAGES_KEPT:
            self._pages.popitem(last=False)

    def missing(self, top: int, height: int, count: int) -> int | None:
        """The page that a view needs first: one that it shows, or else one beside it; None if all are there."""
        first, last = top // PAGE, min(top + height - 1, count - 1) // PAGE
        beside = (page for page in (last + 1, first - 1) if 0 <= page * PAGE < count)
        return next((page for page in (*range(first, last + 1), *beside) if page not in self), None)

    def row(self, place: int) -> Row | None:
        """The row at a place of the list; None if it is not there."""
        page, index = divmod(place, PAGE)
        rows = self._pages.get(page)
        if rows is None:
            return None
        self._pages.move_to_end(page)
        return rows[index] if index < len(rows) else None


def page_of(source: RowSource, page: int, count: int, columns: int) -> Sequence[Row]:
    """A page of a source that has so many rows. Raises ValueError for a row that has not a cell for each column."""
    rows = source.rows(page * PAGE, min((page + 1) * PAGE, count))
    for row in rows:
        if len(row.cells) != columns:
            raise ValueError(f"row {row.key!r} has {len(row.cells)} cells, the table {columns} columns")
    return rows

"""What a list page lists, as rows of a table: all at once or by page, each record known by its row's key."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from sellmode_tui.records import Interrupted
from sellmode_tui.widgets.row_source import Count, Row

Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)

_REMEMBERED = 5_000
"""Records that are remembered of a list that is read by page; more than a table keeps."""


class ListRows(ABC, Generic[Item]):
    """Where a table's rows come from. Asked in threads, and each time for what there is then."""

    @property
    @abstractmethod
    def stale(self) -> bool:
        """Whether the rows may be others now. Blocks."""

    @abstractmethod
    def count(self) -> Count:
        """How many there are; the first thing that is asked when a list is read."""

    @abstractmethod
    def rows(self, start: int, stop: int) -> Sequence[Row]:
        """Some of them."""

    @abstractmethod
    def find(self, key: str) -> int | None:
        """Where one stands."""

    @abstractmethod
    def items(self, start: int, stop: int) -> Sequence[Item]:
        """Some of what is listed. Blocks."""

    @abstractmethod
    def item(self, key: str | None) -> Item | None:
        """What a row on the screen was made of."""

    def drawn(self) -> None:
        """What was counted last is on the screen."""


class AllRows(ListRows[Item]):
    """A list that is read whole whenever it is counted."""

    stale = True

    def __init__(
        self,
        read: Callable[[], Sequence[Item]],
        row: Callable[[Item], Row],
        stands_for: Callable[[Item, Sequence[Item]], str | None],
    ) -> None:
        """``stands_for`` gives the key of what the cursor goes to, if not to what it was on."""
        self._read = read
        self._row = row
        self._stands_for = stands_for
        self._reading = threading.Lock()
        """Held while it is read, so that what was read later counts."""
        self._rows: Sequence[Row] = ()
        self._items: dict[str, Item] = {}
        self._drawn: dict[str, Item] = {}
        """What is on the screen."""

    def count(self) -> Count:
        """Read it."""
        with self._reading:
            items = self._read()
            self._rows = [self._row(item) for item in items]
            self._items = {row.key: item for row, item in zip(self._rows, items, strict=True)}
        return Count(len(self._rows))

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        """Some of what was read."""
        return self._rows[start:stop]

    def find(self, key: str) -> int | None:
        """Where it stands, or what stands for it now."""
        before = self._drawn.get(key)
        wanted = (before and self._stands_for(before, tuple(self._items.values()))) or key
        return next((place for place, row in enumerate(self._rows) if row.key == wanted), None)

    def items(self, start: int, stop: int) -> Sequence[Item]:
        """Some of what was read."""
        return tuple(self._items.values())[start:stop]

    def item(self, key: str | None) -> Item | None:
        """As it is on the screen; what is only just coming there, as it was read."""
        return self._drawn.get(key or "") or self._items.get(key or "")

    def drawn(self) -> None:
        """What was read is on the screen."""
        self._drawn = self._items


class Found(Protocol[Item_co]):
    """A list that is read by page."""

    @property
    def stale(self) -> bool:
        """Whether its rows may have moved since it was last read."""

    def rows(self, start: int, stop: int) -> Sequence[Item_co]:
        """Some of them."""


class Keyed(Found[Item_co], Protocol[Item_co]):
    """One whose records are found by the keys of their rows."""

    def count(self) -> int:
        """How many there are."""

    def find(self, key: str, /) -> int | None:
        """Where one stands."""

    def cancel(self) -> None:
        """Interrupt what another thread is reading from it."""


class PagedRows(ListRows[Item]):
    """A list of any number of records, read by page."""

    def __init__(self, found: Found[Item]) -> None:
        self._found = found
        self._items: dict[str, Item] = {}

    @property
    def stale(self) -> bool:
        """Whether its rows may have moved; not while another list is being found."""
        try:
            return self._found.stale
        except Interrupted:
            return False

    @abstractmethod
    def row(self, item: Item) -> Row:
        """One of them as a row."""

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        """A page of them."""
        items = self._found.rows(start, stop)
        rows = [self.row(item) for item in items]
        known = self._items if len(self._items) + len(rows) <= _REMEMBERED else {}
        self._items = {**known, **{row.key: item for row, item in zip(rows, items, strict=True)}}
        return rows

    def items(self, start: int, stop: int) -> Sequence[Item]:
        """A page of them."""
        return self._found.rows(start, stop)

    def item(self, key: str | None) -> Item | None:
        """As it was last read."""
        return self._items.get(key or "")


class KeyedRows(PagedRows[Item]):
    """Those of a list whose records are found by the keys of their rows."""

    def __init__(self, found: Keyed[Item]) -> None:
        super().__init__(found)
        self.found = found

    def count(self) -> Count:
        """How many there are."""
        return Count(self.found.count())

    def find(self, key: str) -> int | None:
        """Where one stands."""
        return self.found.find(key)

"""Lists along an index: a page is read where it stands, from the nearer end of the list, and no record besides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from sellmode_tui.cache.store import Reading

Item = TypeVar("Item")
_Row = tuple[Any, Any, Any]
"""An item, and what it is sorted by."""


class Stretch(NamedTuple):
    """A part of an index, and the order that it is in."""

    condition: str
    parameters: tuple[Any, ...]
    order: tuple[str, ...]
    """Columns."""
    backwards: bool = False


class Along(ABC, Generic[Item]):
    """All visible records along an index that has every column it takes, for one version of the cache."""

    source: str
    """The table, with its alias."""
    columns: tuple[str, str, str]
    """The item; and its sort key and what breaks ties."""

    def __init__(self, reading: Reading) -> None:
        self.version = reading.version
        self._visible = reading.only_visible(self.source.rpartition(" ")[2])
        self._total: int | None = None
        self._anchors: dict[int, tuple[Any, Any]] = {}
        """Sort key and tie of the record before a position."""

    @property
    @abstractmethod
    def whole(self) -> Sequence[Stretch]:
        """All of the list."""

    @abstractmethod
    def beside(self, key: Any, tie: Any, *, after: bool) -> Sequence[Stretch]:
        """What comes after (or before) a record."""

    @abstractmethod
    def size(self, reading: Reading) -> int:
        """How many there are, without reading them."""

    def total(self, reading: Reading) -> int:
        """How many there are, asked once."""
        if self._total is None:
            self._total = self.size(reading)
        return self._total

    def slice(self, reading: Reading, start: int, stop: int) -> list[Item]:
        """The items from one position to before another."""
        if stop <= start:
            return []
        if anchor := self._anchors.get(start):
            rows = self._select(reading, self.beside(*anchor, after=True), stop - start, 0)
        elif start and (total := self.total(reading)) - stop < start:  # it is nearer from the end
            limit = max(min(stop, total) - start, 0)
            rows = self._select(reading, self.whole[::-1], limit, max(total - stop, 0), from_the_end=True)[::-1]
        else:
            rows = self._select(reading, self.whole, stop - start, start)
        if rows and len(rows) == stop - start:
            self._anchors[stop] = rows[-1][1:]
        return [item for item, _, _ in rows]

    def position(self, reading: Reading, key: Any, tie: Any) -> int:
        """How many come before a record."""
        return sum(self._count(reading, stretch) for stretch in self.beside(key, tie, after=False))

    def _select(
        self, reading: Reading, stretches: Sequence[Stretch], limit: int, offset: int, *, from_the_end: bool = False
    ) -> list[_Row]:
        rows: list[_Row] = []
        for stretch in stretches:
            direction = " DESC" if stretch.backwards != from_the_end else ""
            order = ", ".join(f"{column}{direction}" for column in stretch.order)
            found = reading.connection.execute(
                f"SELECT {', '.join(self.columns)} FROM {self.source} WHERE {self._visible} AND {stretch.condition}"
                f" ORDER BY {order} LIMIT ? OFFSET ?",
                (*stretch.parameters, limit - len(rows), offset),
            ).fetchall()
            rows += found
            if len(rows) == limit:
                break
            offset = 0 if found or not offset else max(offset - self._count(reading, stretch), 0)
        return rows

    def _count(self, reading: Reading, stretch: Stretch) -> int:
        (number,) = reading.connection.execute(
            f"SELECT count(*) FROM {self.source} WHERE {self._visible} AND {stretch.condition}", stretch.parameters
        ).fetchone()
        return int(number)

"""What the parts of an import share: how to write to the database, what is known, and what is told at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from sellmode_backend.importers.directory import People, Stores
from sellmode_backend.importers.reading import Row, Table, UnusableRow
from sellmode_backend.importers.sources.source import Source
from sellmode_backend.importers.summary import Summary
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database, in_parts, is_fleeting
from sellmode_backend.store.records import RecordTooLarge, UnknownCustomer
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.retailer import Retailer

P = ParamSpec("P")
T = TypeVar("T")

BATCH = 1000
"""Customers, products or orders of one transaction: well under a second, so that nobody waits long for a clock."""


class ImportRefused(Exception):
    """The import cannot begin or go on; says why."""


class Progress(NamedTuple):
    """How far the import is: which file, and how many of its bytes were read since it was last told."""

    file: str
    bytes: int
    rows: int
    """Of the file, so far."""


class Context:
    """An import under way."""

    def __init__(
        self,
        database: Database,
        source: Source,
        now: dt.datetime,
        progress: Callable[[Progress], None],
    ) -> None:
        """Raises ImportRefused if the database has no retailer."""
        self.database = database
        self.source = source
        self.now = now
        """When the import began: the time of what it writes."""
        self.summary = Summary()
        self._progress = progress
        with database.snapshot() as connection:
            retailer = settings.retailer(connection)
        if retailer is None:
            raise ImportRefused("The database has no retailer yet.")
        self.retailer: Retailer = retailer
        self.zone = ZoneInfo(retailer.time_zone)
        self.stores = Stores(retailer, source.name)
        self.read_people()

    def read_people(self) -> None:
        """Take accounts that were made or changed into account."""
        with self.database.snapshot() as connection:
            self.people = People(connection)

    def make_stores(self, names: Iterable[str]) -> None:
        """Make the stores that are not there yet. Raises ImportRefused if they are too many."""
        if new := self.stores.new(names):
            try:
                self.write(settings.write_stores, new)
            except RecordTooLarge:
                raise ImportRefused(
                    "The files name more stores than terminals can be told of: look at their column Location."
                ) from None
            for entry in new:
                self.stores.know(entry)
            self.summary.written["store"] += len(new)

    def write(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do some work in a transaction; again if another writer was in its way, or has just merged a customer away.

        ``work`` keeps nothing outside the database, for the try may fail when it is done.
        """
        return self.database.write(lambda connection: work(connection, *args, **kwargs), _passes, tries=6, wait=0.1)

    def id(self, kind: str, key: str) -> str:
        """Id of what the source knows by a key."""
        return source_id(kind, self.source.name, key)

    def parsed(self, table: Table, parse: Callable[[Row], T | None]) -> Iterator[T]:
        """What the rows of a table say: nothing if ``parse`` gives None. UnusableRow sets a row aside."""
        for row in table:
            try:
                item = parse(row)
            except UnusableRow as error:
                row.reject(error)
            else:
                if item is not None:
                    yield item

    def batches(self, table: Table, items: Iterable[T]) -> Iterator[list[T]]:
        """The items in batches of one transaction each, with the progress told after each."""
        told = 0
        for batch in in_parts(items, BATCH):
            yield batch
            self._progress(Progress(table.name, table.position - told, table.rows))
            told = table.position
        self._progress(Progress(table.name, table.size - told, table.rows))


def _passes(error: Exception) -> bool:
    return is_fleeting(error) or isinstance(error, UnknownCustomer)


class Seen:
    """What was read so far, so that what comes twice counts once: in one file, or in two that overlap."""

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        self._before: dict[str, tuple[str, int]] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._before

    def take(self, key: str, row: Row, field: str = "", rows: Sequence[Row] = ()) -> bool:
        """Whether what has the key is new; ``rows`` are all that say it, if they are several.

        It is not if it came before in the same words. Raises UnusableRow, for a field, if it came in other words.
        """
        content = hash(tuple(one.content for one in rows or (row,)))
        place, said = self._before.setdefault(key, (row.place, content))
        if place == row.place:
            return True
        if said != content:
            raise (
                row.unusable(field, f"is the same as on {place}, and the rest is not")
                if field
                else UnusableRow("", f"is about the same customer as {place}")
            )
        self._summary.repeated[row.table.name] += len(rows) or 1
        return False

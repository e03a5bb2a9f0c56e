"""The record store: what an account may read and write."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.visibility import Account
from sellmode_tui.cache.store import Cache, Reading
from sellmode_tui.cache.tables import OTHER, TABLES
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.records import of_kinds, shown, why
from sellmode_tui.records.changes.access import Changes
from sellmode_tui.records.chat_presence import ChatPresence
from sellmode_tui.records.context import Context
from sellmode_tui.records.customers.access import Customers
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.ids import ids_named
from sellmode_tui.records.kind_lists import KindList, KindQuery
from sellmode_tui.records.looks.access import Looks
from sellmode_tui.records.people.access import People
from sellmode_tui.records.products.access import Products
from sellmode_tui.records.readings import Readings, clean
from sellmode_tui.records.requests.access import Requests
from sellmode_tui.records.results.access import Results
from sellmode_tui.records.rules.access import Rules
from sellmode_tui.records.rules.briefs_access import Briefs
from sellmode_tui.records.sales.access import Sales
from sellmode_tui.records.shown import Shown
from sellmode_tui.records.tasks import products
from sellmode_tui.records.tasks.access import Tasks
from sellmode_tui.records.tasks.products import ProductLine
from sellmode_tui.records.why import WhySeen
from sellmode_tui.records.writing import Writer, Written, made_id, made_now

_ALL = KindQuery()


def utc_now() -> dt.datetime:
    """The moment by this machine's clock."""
    return dt.datetime.now(dt.UTC)


def nothing() -> None:
    """For a store of which nobody sends what is written."""


class RecordStore(Facet):
    """What an account may read of its cache, and write. Any thread may ask; a list may be cancelled from another.

    Readings raise SealedError if the file cannot be read, and Interrupted once the cache was stopped.

    What writes returns once the change is on the disk; it then shows in what is read, and the sync is told. It raises
    Rejected for what the backend would refuse anyway, with the rule and the field (NotVisible, a Rejected too, for an
    id that is not visible or unknown, alike), SealedError if it could not be kept, and CannotWrite where there
    is no journal.
    """

    def __init__(
        self,
        cache: Cache,
        clock: Callable[[], dt.datetime] = utc_now,
        *,
        outbox: Outbox | None = None,
        ids: Callable[[], str] = made_id,
        made: Callable[[], ClockReading] = made_now,
        wrote: Callable[[], None] = nothing,
    ) -> None:
        """``clock`` gives the moment that filters such as ``last_purchase>90d`` count from.

        ``made`` tells when something is written, ``ids`` gives ids to changes and new records, and ``wrote`` is called
        after each change: it wakes the sync.
        """
        readings = Readings(cache, clock)
        writer = Writer(readings, cache, outbox, ids=ids, made=made, wrote=wrote)
        super().__init__(readings, writer)
        self.customers = Customers(readings, writer)
        self.tasks = Tasks(readings, writer)
        self.people = People(readings, writer)
        self.rules = Rules(readings, writer)
        self.briefs = Briefs(readings, writer)
        self.looks = Looks(readings, writer)
        self.products = Products(readings, writer)
        self.results = Results(readings, writer)
        self.sales = Sales(readings, writer)
        self.chat = ChatPresence(readings, writer)
        self.requests = Requests(readings, writer)
        self.changes = Changes(readings, writer)

    def listed(self, kind: str, query: KindQuery = _ALL) -> KindList:
        """The list of the records of a kind that declares a page."""
        return KindList(self._readings, KINDS[kind], query._replace(text=clean(query.text)))

    def ids_named(self, kind: str, text: str, limit: int) -> list[str]:
        """The visible records of a kind, by id and no more than ``limit``, whose id a text is or begins."""
        with self._readings.open() as reading:
            return ids_named(reading, kind, clean(text), limit)

    def why(self, kind: str, id: str) -> WhySeen | None:
        """Who sees a record and by which rule; None for one that is not visible or unknown, alike."""
        return self._read(lambda reading, around: why.read(reading, around, kind, clean(id)))

    def context(self) -> Context:
        """The retailer and the account's place in it, all as of one moment."""
        return self._read(lambda _, around: around)

    def retailer(self) -> Retailer | None:
        """The retailer's settings; None before they have arrived."""
        return self.context().retailer

    def colleagues(self) -> list[Staff]:
        """The store's directory, by name."""
        return self.context().colleagues

    def account(self) -> Account | None:
        """Whose view this is, as the backend last told."""
        return self.context().account

    def mode(self) -> str | None:
        """The retailer's mode, as the backend last told."""
        return self.context().mode

    def now(self) -> dt.datetime:
        """The moment that counts."""
        return self._readings.clock()

    def zone(self) -> dt.tzinfo:
        """Whose days and times of day are shown: the store's."""
        return self.context().zone

    def totals(self) -> dict[str, int]:
        """How many records of each kind are visible, by the kind's name."""
        with self._readings.open() as reading:
            return _totals(reading)

    def shown(self, kind: str, id: str) -> Shown | None:
        """A record with what is to be known of it; None for one that is not visible or unknown, alike."""
        pending = self._writer.pending()
        return self._writer.read(lambda seen: shown.read(seen, kind, clean(id), pending))

    def create(self, kind: str, fields: Mapping[str, Any]) -> Written:
        """Make a record, by the fields of its kind; of one that belongs to a customer, ``customer`` is one of them."""
        return of_kinds.make(self._writer, kind, fields)

    def edit(self, kind: str, id: str, set: Mapping[str, Any], saw: Mapping[str, Any] | None = None) -> Written:
        """Change fields of a record. ``saw`` holds what the author saw of them, if that was some time ago."""
        return of_kinds.change(self._writer, kind, id, set, saw)

    def remove(self, kind: str, id: str) -> Written:
        """Remove a record, as long as it is as it is shown."""
        return self._writer.write(lambda seen: of_kinds.remove(seen, kind, id))

    def remove_all(self, keys: Iterable[tuple[str, str]]) -> list[Written]:
        """Remove records, by kind and id, at once: all, or none if one would be refused (RefusedAmong)."""
        return self._writer.write_all([functools.partial(of_kinds.remove, kind=kind, id=id) for kind, id in keys])

    def products_named(self, text: str, limit: int) -> list[ProductLine]:
        """The products, no more than ``limit``, that a text may mean by SKU or by the beginnings of words."""
        with self._readings.open() as reading:
            return products.named(reading, clean(text), limit)


def _totals(reading: Reading) -> dict[str, int]:
    totals = {}
    for kind in TABLES:
        (totals[kind],) = reading.connection.execute(
            f'SELECT count(*) FROM "{kind}" t WHERE {reading.only_visible("t")}'
        ).fetchone()
    rows = reading.connection.execute(
        f"SELECT t.kind, count(*) FROM {OTHER} t WHERE {reading.only_visible('t')} GROUP BY t.kind"
    )
    return {kind: number for kind, number in (*totals.items(), *rows) if number}

"""Working off what came: events become rows of the lists that imports read, and are imported.

Of several about one thing the newest counts, whenever each came; an event that is worked off twice changes nothing the
second time. So a worker may end at any moment: what was not finished is done again.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend import faults
from sellmode_backend.importers import customers, measures, orders, products, stock
from sellmode_backend.importers.context import Context
from sellmode_backend.importers.reading import Layout, Table
from sellmode_backend.importers.rejects import Rejected
from sellmode_backend.importers.run import OWNER_TAG, STORE_TAG
from sellmode_backend.importers.sources.measures import LIST as MEASURES
from sellmode_backend.importers.sources.plain import PLAIN
from sellmode_backend.importers.sources.shopify import SHOPIFY
from sellmode_backend.importers.values import TagPattern
from sellmode_backend.store import bulk, figures, keys, matching, refunds
from sellmode_backend.store.database import Database, in_parts, is_fleeting
from sellmode_backend.store.keys import KeyKind
from sellmode_backend.store.orders import read_orders, write_orders
from sellmode_backend.store.webhook_tables import webhook_name, webhook_version
from sellmode_backend.webhooks import erasing, inbox, plain, shopify
from sellmode_backend.webhooks.inbox import Event
from sellmode_backend.webhooks.said import GivenBack, ListKind, Named, Reading, Said, Unreadable, WrittenTable
from sellmode_contract import money

AT_ONCE: Final = 500
"""Events that are worked off together."""
TRIED_AGAIN: Final = dt.timedelta(seconds=10)
_GIFT_CARDS_KEPT: Final = dt.timedelta(minutes=10)
_SOURCES: Final = {"shopify": SHOPIFY, "plain": PLAIN}
_NAMING: Final = ("products/", "locations/")
"""Topics of events that say what numbers in others stand for: they come first."""
_BY: Final[tuple[KeyKind, ...]] = ("number", "email", "phone")
_log = logging.getLogger(__name__)


class Worker:
    """Works off what waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gift_cards: Collection[str] = ()
        self._looked_at: dt.datetime | None = None

    def work(self, now: dt.datetime) -> int:
        """Work off some events; gives how many, 0 if none wait or another worker is at it."""
        with self._database.snapshot() as connection:
            if not inbox.waiting(connection, now):
                return 0
        taken = self._database.write(lambda connection: inbox.take(connection, now, AT_ONCE))
        if not taken:
            return 0
        try:
            self._work_off(taken, now)
        except Exception as error:
            if is_fleeting(error):
                self._database.write(lambda connection: inbox.leave(connection, taken, now + TRIED_AGAIN))
                raise
            self._one_by_one(taken, now)
        return len(taken)

    def _one_by_one(self, taken: Sequence[Event], now: dt.datetime) -> None:
        """One that cannot be worked off keeps no other from it."""
        for event in taken:
            try:
                self._work_off([event], now)
            except Exception as error:  # noqa: BLE001  # it is told of, and the next one comes
                _log.error("an event could not be worked off (%s)\n%s", event.source, faults.traced(error))
                problem = {event.id: "it could not be worked off: the server's log says why"}
                self._database.write(partial(inbox.finish, events=[event], problems=problem, now=now))

    def _work_off(self, events: Sequence[Event], now: dt.datetime) -> None:
        problems: dict[str, str] = {}
        for source in sorted({event.source for event in events}):
            mine = [event for event in events if event.source == source]
            problems |= _Batch(self._database, source, now, self._known_gift_cards(now)).work(mine)
        self._database.write(lambda connection: inbox.finish(connection, events, problems, now))

    def _known_gift_cards(self, now: dt.datetime) -> Collection[str]:
        if self._looked_at is None or now - self._looked_at > _GIFT_CARDS_KEPT:
            with self._database.snapshot() as connection:
                self._gift_cards = orders.gift_cards_of(connection)
            self._looked_at = now
        return self._gift_cards


class _Batch:
    """Events of one source that are worked off together."""

    def __init__(self, database: Database, source: str, now: dt.datetime, gift_cards: Collection[str]) -> None:
        self._database, self._now = database, now
        self._context = Context(database, _SOURCES[source], now, lambda _: None)
        self._gift_cards = gift_cards
        self._problems: dict[str, str] = {}
        self._names: dict[tuple[str, str], str] = {}

    def work(self, events: Sequence[Event]) -> dict[str, str]:
        """Work them off; gives what was wrong with some, by id."""
        readings: list[tuple[str, Reading]] = []
        for event in sorted(events, key=lambda event: not event.topic.startswith(_NAMING)):
            try:
                reading = self._read(event)
            except Unreadable as error:
                self._problems[event.id] = str(error)
                continue
            self._learn(reading.names)
            if reading.asks:
                self._problems[event.id] = reading.asks
            readings.append((event.id, reading))
        said = self._newest([(id, one) for id, reading in readings for one in reading.said])
        self._note_refunds([refund for _, reading in readings for refund in reading.refunds], said)
        self._import(said)
        for _, reading in readings:
            for erased in reading.erased:
                self._context.write(erasing.erase, self._context.source.name, erased, self._now)
        self._context.write(_note_versions, self._context.source.name, [one for _, one in said])
        return self._problems

    def _read(self, event: Event) -> Reading:
        try:
            body = msgspec.json.decode(event.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise Unreadable("it is no JSON") from None
        if not isinstance(body, dict):
            raise Unreadable("it is no JSON object")
        try:
            return (
                plain.read(event.topic, body)
                if event.source == "plain"
                else shopify.read(event.topic, body, self._name)
            )
        except KeyError as missing:
            raise Unreadable(f"it has no {missing.args[0]}") from None

    # ------------------------------------------------------------------ what numbers stand for

    def _name(self, kind: str, key: str) -> str:
        if key and (kind, key) not in self._names:
            with self._database.snapshot() as connection:
                self._names[kind, key] = name_of(connection, self._context.source.name, kind, key)
        return self._names.get((kind, key), "")

    def _learn(self, names: Iterable[Named]) -> None:
        for name in names:
            self._names[name.kind, name.key] = name.name
            self._context.write(write_name, self._context.source.name, name)

    # ------------------------------------------------------------------ lists

    def _newest(self, said: Sequence[tuple[str, Said]]) -> list[tuple[str, Said]]:
        """Of each thing the newest that was said of it, unless something newer is known."""
        best: dict[tuple[ListKind, str], tuple[str, Said]] = {}
        for id, one in said:
            held = best.get((one.kind, one.key))
            if held is None or one.at >= held[1].at:
                best[one.kind, one.key] = (id, one)
        with self._database.snapshot() as connection:
            known = _versions(connection, self._context.source.name, best)
        return [(id, one) for key, (id, one) in best.items() if not (at := known.get(key)) or one.at >= at]

    def _import(self, said: Sequence[tuple[str, Said]]) -> None:
        context, source = self._context, self._context.source
        tags = {"owner_tag": TagPattern(OWNER_TAG), "store_tag": TagPattern(STORE_TAG)}
        lists = {
            kind: [(id, one) for id, one in said if one.kind == kind]
            for kind in ("product", "customer", "order", "stock", "measure")
        }
        buyers, storeless = set[str](), set[str]()
        if lists["product"]:
            with (
                self._table(source.products, lists["product"]) as first,
                self._table(source.products, lists["product"]) as table,
            ):
                products.load([table], context, [first])
        if lists["customer"]:
            with self._table(source.customers, lists["customer"]) as table:
                storeless = customers.load([table], context, **tags)
            buyers |= matching.link(self._database, self._customers(lists["customer"]))
        if lists["order"]:
            with self._table(source.orders, lists["order"]) as table:
                buyers |= orders.load([table], context, self._gift_cards)
        if lists["stock"] and source.stock:
            with self._table(source.stock.layout, lists["stock"]) as table:
                stock.load([table], context)
        if lists["measure"]:
            with self._table(MEASURES, lists["measure"]) as table:
                measures.load([table], context)
        if storeless or buyers:
            customers.give_stores(context, storeless | buyers)
        for ids in in_parts(sorted(buyers)):
            context.write(figures.refresh, ids)

    def _table(self, layout: Layout, said: Sequence[tuple[str, Said]]) -> Table:
        written = WrittenTable(layout, said)

        def reject(rejected: Rejected) -> None:
            if rejected.reason:
                named = f"{rejected.column} {rejected.reason}" if rejected.column else rejected.reason
                words = f"{layout.file.removesuffix('s.csv')}: {named}"
                self._problems.setdefault(written.event_of(rejected.line), words)

        return Table(written, [layout], reject)

    def _customers(self, said: Sequence[tuple[str, Said]]) -> set[str]:
        """The customers whom events were about."""
        found: set[str] = set()
        with self._database.snapshot() as connection:
            for kind in _BY:
                wanted = {keys.normal_key(kind, row.get(kind, "")) for _, one in said for row in one.rows} - {""}
                ids = keys.source_customers_with(connection, self._context.source.name, kind, wanted)
                found.update(id for those in ids.values() for id in those)
        return found

    # ------------------------------------------------------------------ refunds

    def _note_refunds(self, given: Sequence[GivenBack], said: Sequence[tuple[str, Said]]) -> None:
        """Keep refunds one by one; of orders that are there already and do not come anew, take them off."""
        coming = {one.key: one.rows[0].get("currency", "") for _, one in said if one.kind == "order"}
        ids = {refund.order: self._context.id("order", refund.order) for refund in given}
        if ids:
            changed = self._context.write(_write_refunds, given, ids, coming, self._context.retailer.currency)
            self._context.write(figures.refresh, changed)


def _write_refunds(
    connection: Connection,
    given: Sequence[GivenBack],
    ids: Mapping[str, str],
    coming: Mapping[str, str],
    currency: str,
) -> frozenset[str]:
    there = {entry.id: entry for entry in read_orders(connection, [*ids.values()])}
    kept = []
    for refund in given:
        entry = there.get(ids[refund.order])
        unit = refund.currency or (entry.currency if entry else "") or coming.get(refund.order) or currency
        kept.append(
            refunds.Refund(ids[refund.order], refund.id, refund.at, money.parse_amount(refund.amount or "0", unit))
        )
    refunds.note(connection, {(refund.order_id, refund.id): refund for refund in kept}.values())
    totals = refunds.totals(connection, there)
    changed = [
        msgspec.structs.replace(entry, refunded=max(entry.refunded, totals.get(entry.id, 0)))
        for entry in there.values()
    ]
    return write_orders(connection, changed).customers


# ------------------------------------------------------------------ versions and names


def _versions(
    connection: Connection, source: str, of: Collection[tuple[ListKind, str]]
) -> dict[tuple[ListKind, str], dt.datetime]:
    version = webhook_version.c
    found: dict[tuple[ListKind, str], dt.datetime] = {}
    kinds = {kind for kind, _ in of}
    for kind in kinds:
        wanted = sorted(key for held, key in of if held == kind)
        for some in in_parts(wanted):
            query = sa.select(version.key, version.at).where(version.source == source, version.kind == kind)
            for key, at in connection.execute(query.where(bulk.one_of(connection, version.key, some))):
                found[kind, key] = at
    return found


def _note_versions(connection: Connection, source: str, said: Sequence[Said]) -> None:
    rows = [{"source": source, "kind": one.kind, "key": one.key, "at": one.at} for one in said]
    bulk.upsert(connection, webhook_version, rows)


def name_of(connection: Connection, source: str, kind: str, key: str) -> str:
    """What a number in events stands for; empty if that is not known."""
    name = webhook_name.c
    query = sa.select(name.name).where(name.source == source, name.kind == kind, name.key == key)
    return connection.scalar(query) or ""


def write_name(connection: Connection, source: str, name: Named) -> None:
    """Say what a number in events stands for."""
    bulk.upsert(connection, webhook_name, [{"source": source, **name._asdict()}])

"""Working off what came: events become rows of the lists that imports read, and are imported.

Of several about one thing the newest counts, whenever each came; an event that is worked off twice changes nothing the
second time. So a worker may end at any moment: what was not finished is done again.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Final, NamedTuple

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
from sellmode_backend.store.orders import hold, read_orders, write_orders
from sellmode_backend.store.webhook_tables import webhook_name, webhook_version
from sellmode_backend.webhooks import erasing, inbox, plain, shopify
from sellmode_backend.webhooks.inbox import Event
from sellmode_backend.webhooks.said import GivenBack, ListKind, Named, Reading, Said, Unreadable, WrittenTable
from sellmode_contract import money

AT_ONCE: Final = 500
"""Events that are worked off together."""
TRIED_AGAIN: Final = dt.timedelta(seconds=10)
_AHEAD: Final = dt.timedelta(days=1)
"""So far the clock of a source may be ahead of ours."""
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
            try:
                self._work_off(taken, now)
            except Exception as error:
                if _will_pass(error):
                    raise
                self._one_by_one(taken, now)
        except Exception:
            self._database.write(lambda connection: inbox.leave(connection, taken, now + TRIED_AGAIN))
            raise
        return len(taken)

    def _one_by_one(self, taken: Sequence[Event], now: dt.datetime) -> None:
        """One that cannot be worked off keeps no other from it; what will pass is raised."""
        for event in taken:
            try:
                self._work_off([event], now)
            except Exception as error:
                if _will_pass(error):
                    raise
                _log.error("an event could not be worked off (%s)\n%s", event.source, faults.traced(error))
                problem = {event.key: "it could not be worked off: the server's log says why"}
                self._database.write(partial(inbox.finish, events=[event], problems=problem, now=now))

    def _work_off(self, events: Sequence[Event], now: dt.datetime) -> None:
        problems: dict[tuple[str, str], str] = {}
        for source in sorted({event.source for event in events}):
            mine = [event for event in events if event.source == source]
            found = _Batch(self._database, source, now, self._known_gift_cards(now)).work(mine)
            problems |= {(source, id): problem for id, problem in found.items()}
        self._database.write(lambda connection: inbox.finish(connection, events, problems, now))

    def _known_gift_cards(self, now: dt.datetime) -> Collection[str]:
        if self._looked_at is None or now - self._looked_at > _GIFT_CARDS_KEPT:
            with self._database.snapshot() as connection:
                self._gift_cards = orders.gift_cards_of(connection)
            self._looked_at = now
        return self._gift_cards


def _will_pass(error: Exception) -> bool:
    """Whether trying later is right. What is in the way of a row after all tries is no other transaction any more."""
    return is_fleeting(error) and not isinstance(error, sa.exc.IntegrityError)


class _Batch:
    """Events of one source that are worked off together."""

    def __init__(self, database: Database, source: str, now: dt.datetime, gift_cards: Collection[str]) -> None:
        self._database, self._now = database, now
        self._context = Context(database, _SOURCES[source], now, lambda _: None)
        self._gift_cards = gift_cards
        self._problems: dict[str, str] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._learnt: dict[tuple[str, str], Named] = {}

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
        self._context.write(write_names, self._context.source.name, self._learnt.values())
        said = self._newest([(id, one) for id, reading in readings for one in reading.said])
        self._note_refunds([(id, refund) for id, reading in readings for refund in reading.refunds], said)
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
            reading = (
                plain.read(event.topic, body)
                if event.source == "plain"
                else shopify.read(event.topic, body, self._name)
            )
        except KeyError as missing:
            raise Unreadable(f"it has no {missing.args[0]}") from None
        if not all(one.key for one in reading.said):
            raise Unreadable("it does not say of what it is: it has no id, SKU, number, e-mail or phone")
        moments = (*(one.at for one in reading.said), *(refund.at for refund in reading.refunds))
        if any(moment > self._now + _AHEAD for moment in moments):
            raise Unreadable("its time is still to come: what comes after it would be taken for older")
        return reading

    # ------------------------------------------------------------------ what numbers stand for

    def _name(self, kind: str, key: str) -> str:
        if key and (kind, key) not in self._names:
            with self._database.snapshot() as connection:
                self._names[kind, key] = name_of(connection, self._context.source.name, kind, key)
        return self._names.get((kind, key), "")

    def _learn(self, names: Iterable[Named]) -> None:
        for name in names:
            self._names[name.kind, name.key] = name.name
            self._learnt[name.kind, name.key] = name

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
                self._tables(source.products, lists["product"]) as first,
                self._tables(source.products, lists["product"]) as tables,
            ):
                products.load(tables, context, first)
        if lists["customer"]:
            with self._tables(source.customers, lists["customer"]) as tables:
                storeless = customers.load(tables, context, **tags)
            buyers |= matching.link(self._database, self._customers(lists["customer"]))
        if lists["order"]:
            with self._tables(source.orders, lists["order"]) as tables:
                buyers |= orders.load(tables, context, self._gift_cards)
        if lists["stock"] and source.stock:
            with self._tables(source.stock.layout, lists["stock"]) as tables:
                stock.load(tables, context)
        if lists["measure"]:
            with self._tables(MEASURES, lists["measure"]) as tables:
                measures.load(tables, context)
        self._tell_of_unknown(lists["order"], lists["stock"])
        if storeless or buyers:
            customers.give_stores(context, storeless | buyers)
        for ids in in_parts(sorted(buyers)):
            context.write(figures.refresh, ids)

    def _tell_of_unknown(self, sold: Sequence[tuple[str, Said]], stocked: Sequence[tuple[str, Said]]) -> None:
        """What an import would ask about at its end."""
        stores, people = self._context.stores, self._context.people
        for id, one in sold:
            employee, store = one.rows[0].get("employee", "").strip(), one.rows[0].get("location", "").strip()
            if employee and people.seller(employee, stores.id(store)) is None:
                self._problems.setdefault(id, "order: its employee is not known: it counts for its store alone")
        for id, one in stocked:
            if (place := one.rows[0].get("location", "").strip()) and stores.id(place) is None:
                self._problems.setdefault(id, "stock: its location is no store: it was left out")

    @contextmanager
    def _tables(self, layout: Layout, said: Sequence[tuple[str, Said]]) -> Iterator[list[Table]]:
        """A list for each set of fields: what one event does not say of, another one does not say for it."""
        alike: dict[frozenset[str], list[tuple[str, Said]]] = {}
        for id, one in said:
            alike.setdefault(frozenset(field for row in one.rows for field in row), []).append((id, one))
        with ExitStack() as stack:
            yield [stack.enter_context(self._table(layout, some)) for some in alike.values()]

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

    def _note_refunds(self, given: Sequence[tuple[str, GivenBack]], said: Sequence[tuple[str, Said]]) -> None:
        """Keep refunds one by one; of orders that are there already and do not come anew, take them off."""
        coming = {one.key: one.rows[0].get("currency", "") for _, one in said if one.kind == "order"}
        ids = {refund.order: self._context.id("order", refund.order) for _, refund in given}
        if ids:
            done = self._context.write(_write_refunds, given, ids, coming, self._context.retailer.currency)
            self._context.write(figures.refresh, done.customers)
            self._problems |= done.problems


class _Refunded(NamedTuple):
    customers: frozenset[str]
    """Whose figures may have changed."""
    problems: dict[str, str]
    """By event."""


def _write_refunds(
    connection: Connection,
    given: Sequence[tuple[str, GivenBack]],
    ids: Mapping[str, str],
    coming: Mapping[str, str],
    currency: str,
) -> _Refunded:
    hold(connection, ids.values())
    there = {entry.id: entry for entry in read_orders(connection, [*ids.values()])}
    kept: dict[tuple[str, str], refunds.Refund] = {}
    problems: dict[str, str] = {}
    for event, refund in given:
        entry = there.get(ids[refund.order])
        of_order = entry.currency if entry else coming.get(refund.order, "")
        if refund.currency and of_order and refund.currency != of_order:
            problems[event] = "a refund is in another currency than its order: the next import brings it"
            continue
        try:
            amount = money.parse_amount(refund.amount or "0", refund.currency or of_order or currency)
        except ValueError:
            problems[event] = "the amount of a refund has more decimal places than its currency has, or is too large"
            continue
        kept[ids[refund.order], refund.id] = refunds.Refund(ids[refund.order], refund.id, refund.at, amount)
    refunds.note(connection, kept.values())
    totals = refunds.totals(connection, there)
    changed = [
        msgspec.structs.replace(entry, refunded=max(entry.refunded, totals.get(entry.id, 0)))
        for entry in there.values()
    ]
    return _Refunded(write_orders(connection, changed).customers, problems)


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


def write_names(connection: Connection, source: str, names: Iterable[Named]) -> None:
    """Say what numbers in events stand for; of what is said twice the last counts."""
    rows = {(name.kind, name.key): {"source": source, **name._asdict()} for name in names}
    bulk.upsert(connection, webhook_name, [*rows.values()])

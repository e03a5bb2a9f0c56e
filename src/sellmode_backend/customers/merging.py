"""Making one of two customers who are the same person, in whichever stores: what only the operator can do for both."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.customers.naming import OPERATOR, customers_named, read_customers
from sellmode_backend.store import duplicates, merging, records, schema, settings
from sellmode_backend.store.database import Database
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations import World
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account


class MergeRefused(Exception):
    """Two customers cannot be merged; says why. Nothing has changed."""


class Side(NamedTuple):
    """One of the two."""

    customer: Customer
    orders: int
    records: int
    """Notes, tasks and all else that belongs to them."""


class Preview(NamedTuple):
    """What a merge comes to."""

    kept: Side
    gone: Side
    after: Customer


def merge(database: Database, keep: str, other: str, *, now: dt.datetime, dry_run: bool = False) -> Preview:
    """Merge the second of two customers, named by number, e-mail or id, into the first, who keeps store and owner.

    As ``store.merging`` has it for managers: what only the other one has is taken over, the stricter consent holds, and
    each value that is lost is kept in the history. From then on imports mean the one who stays by either's keys. Raises
    MergeRefused, naming.NotOneCustomer.
    """
    if dry_run:
        with database.snapshot() as connection:
            return _look(connection, *_two(connection, keep, other), now)[0]
    with database.transaction() as connection:
        preview, merged = _look(connection, *_two(connection, keep, other, lock=True), now)
        before = preview.kept.customer
        records.write(connection, merged.outcome.puts, removed=merged.outcome.removes, why="merged")
        merging.settle(connection, [merged], now)
        duplicates.watch(connection, {before.id: (before, preview.after), merged.gone.id: (merged.gone, None)})
    return preview


def _two(connection: Connection, keep: str, other: str, *, lock: bool = False) -> tuple[Customer, Customer]:
    ids = customers_named(connection, [keep, other])
    if len(ids) != 2:
        raise MergeRefused("Both names are of one customer.")
    found = {item.id: item for item in read_customers(connection, sorted(ids), lock=lock)}
    return found[ids[0]], found[ids[1]]


def _look(connection: Connection, kept: Customer, gone: Customer, now: dt.datetime) -> tuple[Preview, merging.Merged]:
    world = World(_Stored(connection), _operator(connection), settings.retailer(connection), uuid.uuid4().hex, now)
    pair = duplicates.pair_id(kept.id, gone.id)
    pairs = [pair] if records.read(connection, "duplicate_pair", pair) else []
    merged = merging.merge_two(kept, gone, (), world, pairs)
    after = next(item for item in merged.outcome.puts if isinstance(item, Customer))
    return Preview(_side(connection, kept), _side(connection, gone), after), merged


def _side(connection: Connection, customer: Customer) -> Side:
    query = sa.select(sa.func.count()).where(schema.order.c.customer == customer.id)
    return Side(customer, connection.scalar(query) or 0, len(records.children(connection, customer.id)))


def _operator(connection: Connection) -> Account:
    stores: Sequence[str] = [entry.id for entry in settings.stores(connection)]
    return Account(id=OPERATOR, user_name=OPERATOR, name=OPERATOR, role="head_office", stores=tuple(stores))


class _Stored:
    """What is stored, as operations read it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, kind: str, id: str) -> Record | None:
        return records.read(self._connection, kind, id)

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        found = self.belongings(customer, "consent")
        return next((item for item in found if isinstance(item, Consent) and item.channel == channel), None)

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        return records.children(self._connection, customer, kind)

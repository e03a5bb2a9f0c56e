"""Which customer an order is of, by the keys that its source names; and orders whose customer is not known yet.

What a source says of its customer goes first: an e-mail that somebody has corrected since is still the one that the
source writes on its orders, and a customer whom people have added with it besides takes none of them. After that comes
by what customers are known now. Numbers are a source's own: those of two shops say nothing about each other.

An order that finds nobody keeps its keys (`unmatched_order`) until a customer is known by one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk, figures, keys, merging, orders
from sellmode_backend.store.database import Database, in_parts
from sellmode_backend.store.keys import KeyKind
from sellmode_backend.store.schema import customer_key, record, unmatched_order

_BY_SOURCE: tuple[KeyKind, ...] = ("email", "phone", "number")
_KNOWN: tuple[KeyKind, ...] = ("email", "phone")
_AT_ONCE = 500


class OrderKeys(NamedTuple):
    """By what an order names its customer, as `keys.normal_key` makes it; empty where it names nothing."""

    source: str
    """Whose order it is: ``shopify``."""
    email: str
    phone: str
    number: str

    @property
    def any(self) -> bool:
        """Whether it names anybody."""
        return bool(self.email or self.phone or self.number)


def customers_of(connection: Connection, wanted: Mapping[str, OrderKeys]) -> dict[str, str]:
    """The customer of each order whom a key names, and only them; whoever was merged means who stayed.

    A key that names nobody, or more than one, leads on to the next.
    """
    found: dict[str, str] = {}
    for source in sorted({order.source for order in wanted.values()}):
        mine = {id: order for id, order in wanted.items() if order.source == source}
        for kind in _BY_SOURCE:
            having = keys.source_customers_with(connection, source, kind, _values(mine, kind, found))
            found |= _only(mine, kind, found, _those_who_stayed(connection, having))
    for kind in _KNOWN:
        values = _values(wanted, kind, found)
        having = keys.customers_with(connection, kind, values)
        merged = keys.merged_with(connection, kind, values - having.keys())
        found |= _only(wanted, kind, found, having | _those_who_stayed(connection, merged))
    return found


def _values(wanted: Mapping[str, OrderKeys], kind: KeyKind, found: Mapping[str, str]) -> set[str]:
    return {key for id, order in wanted.items() if id not in found and (key := getattr(order, kind))}


def _only(
    wanted: Mapping[str, OrderKeys], kind: KeyKind, found: Mapping[str, str], having: Mapping[str, list[str]]
) -> dict[str, str]:
    return {
        id: ids[0]
        for id, order in wanted.items()
        if id not in found and len(ids := having.get(getattr(order, kind), [])) == 1
    }


def _those_who_stayed(connection: Connection, having: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """For each key those of its customers who are there, or those into whom they were merged."""
    named = {id for ids in having.values() for id in ids}
    kept = merging.kept(connection, named)
    there = existing(connection, {kept.get(id, id) for id in named})
    return {key: sorted({kept.get(id, id) for id in ids} & there) for key, ids in having.items()}


def existing(connection: Connection, customers: Iterable[str]) -> set[str]:
    """Those of some ids that customers have."""
    return {
        id
        for some in in_parts(sorted(customers))
        for id in connection.scalars(
            sa.select(record.c.id).where(record.c.kind == "customer", bulk.one_of(connection, record.c.id, some))
        )
    }


# ------------------------------------------------------------------ orders of nobody


def note(connection: Connection, looked_for: Mapping[str, OrderKeys], found: Iterable[str]) -> None:
    """Keep the keys of orders that were looked for and not found, in place of what was kept of any of them before."""
    left = looked_for.keys() - set(found)
    for some in in_parts(sorted(looked_for)):
        connection.execute(sa.delete(unmatched_order).where(bulk.one_of(connection, unmatched_order.c.order_id, some)))
    bulk.insert(
        connection,
        unmatched_order,
        [
            {"order_id": id, "kind": kind, "key": key, "source": looked_for[id].source}
            for id in sorted(left)
            for kind in _BY_SOURCE
            if (key := getattr(looked_for[id], kind))
        ],
    )


def link(database: Database, of: Collection[str] | None = None) -> set[str]:
    """Give orders of nobody to whoever is known by one of their keys by now; gives the customers who got some.

    With ``of``, ids of customers who were changed, no others are looked at than those that name one of them.
    """
    got: set[str] = set()
    for some in waiting(database, of):
        got |= database.write(partial(give, waiting=some))
    return got


def waiting(database: Database, of: Collection[str] | None = None) -> Iterator[list[str]]:
    """The orders of nobody that name somebody who is known by now, in parts of one transaction each."""
    mine, theirs = unmatched_order.c, customer_key.c
    kinds = [mine.kind, "merged " + mine.kind, mine.source + " " + mine.kind]
    names = sa.and_(theirs.key == mine.key, theirs.kind.in_(kinds))
    with database.snapshot() as connection:
        if of is None:
            known = set(connection.scalars(sa.select(mine.order_id).where(sa.exists().where(names))))
        else:
            query = sa.select(mine.order_id).join_from(customer_key, unmatched_order, names)
            known = {
                id
                for some in in_parts(sorted(of))
                for id in connection.scalars(query.where(bulk.one_of(connection, theirs.customer, some)))
            }
    return in_parts(sorted(known), _AT_ONCE)


def give(connection: Connection, waiting: list[str]) -> set[str]:
    """Give some orders of nobody to whom they name; gives these customers. Their figures are worked out anew."""
    looked_for = _kept(connection, waiting)
    found = customers_of(connection, looked_for)
    orders.hold(connection, found, set(found.values()))
    entries = orders.read_orders(connection, sorted(found))
    linked = [msgspec.structs.replace(entry, customer=found[entry.id]) for entry in entries]
    customers = orders.write_orders(connection, linked).customers
    note(connection, {id: looked_for[id] for id in found}, found)
    figures.refresh(connection, customers)
    return set(customers)


def _kept(connection: Connection, ids: list[str]) -> dict[str, OrderKeys]:
    found: dict[str, dict[str, str]] = {}
    query = sa.select(unmatched_order).where(bulk.one_of(connection, unmatched_order.c.order_id, ids))
    for row in connection.execute(query.with_for_update()):
        found.setdefault(row.order_id, dict.fromkeys(_BY_SOURCE, "") | {"source": row.source})[row.kind] = row.key
    return {id: OrderKeys(**those) for id, those in found.items()}

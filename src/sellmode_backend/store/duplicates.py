"""Pairs of customers who may be one person: same store, and the same e-mail or phone.

A pair is a record of its own, for the managers of the store; nobody else learns of it, not even from how long a change
takes: what a terminal writes is only noted (``note``), and looked at by a server later (``catch_up``). A pair names the
two and says what is the same, without its value. It comes, changes and goes with them, and only its dismissal is
somebody's.
"""

from __future__ import annotations

import datetime as dt
import itertools
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk, feeds, keys, records
from sellmode_backend.store.database import Database, in_parts
from sellmode_backend.store.keys import KeyKind
from sellmode_backend.store.reading import UNREADABLE
from sellmode_backend.store.schema import changed_customer, customer_key
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.records import Record

MAX_SHARED = 20
"""An e-mail or phone that more customers have, of all stores together, tells nobody apart (it is the shop's own, or a
placeholder) and makes no pairs: those of n customers are n(n-1)/2.
"""
_AT_ONCE = 200
"""Changed customers that are looked at in one transaction."""
_MAX_NAME = 400
_MATCHED: tuple[KeyKind, ...] = ("email", "phone")

_log = logging.getLogger(__name__)

Change: TypeAlias = tuple[Customer | None, Customer | None]
"""A customer before and after; None where there was, or is, none."""
_Key: TypeAlias = tuple[KeyKind, str]


def watch(connection: Connection, changed: Mapping[str, Change], *, now: dt.datetime | None = None) -> int:
    """Make, refresh and remove the pairs of customers who were changed, made or removed; gives how many differ.

    Comes after the ``records.write`` of these customers, in its transaction: that holds the clocks of their stores
    until the end, so nobody else adds the same e-mail unseen. What a pair does not show may have changed at no cost. A
    pair that was dismissed stays so for as long as the two match; nobody is asked about it again. ``now`` is as for
    ``records.write``.

    An e-mail or phone of more than MAX_SHARED customers makes no pairs, and those that it had made before it became so
    common go; the log says that there is one, ``crowded`` whose.
    """
    changed = _of_matter(changed)
    if not changed:
        return 0
    groups = _groups(connection, changed)
    doubtful = {
        two
        for group in groups
        for two in itertools.combinations(sorted(group.members), 2)
        if group.anew or two[0] in changed or two[1] in changed
    }
    if not doubtful:
        return 0
    people = _people(connection, {id for two in doubtful for id in two}, changed)
    # In an order that others who share a key, and need not be seen, do not change.
    ids = {pair_id(*two): two for two in sorted(doubtful)}
    stored = {pair.id: pair for pair in records.read_many(connection, "duplicate_pair", ids)}
    crowded = _crowded_of(connection, people.values())
    wanted: dict[str, Record] = {}
    for id, (one, other) in ids.items():
        pair = _pair(people.get(one), people.get(other), crowded)
        if pair is not None:
            before = stored.get(id)
            dismissed = isinstance(before, DuplicatePair) and before.dismissed
            wanted[id] = msgspec.structs.replace(pair, dismissed=dismissed)
    over = [("duplicate_pair", id) for id in sorted(stored.keys() - wanted.keys())]
    return records.write(connection, wanted.values(), removed=over, now=now)


def note(connection: Connection, changed: Mapping[str, Change]) -> None:
    """Note customers who were changed, made or removed, in the transaction that does it, for ``catch_up``."""
    rows = [
        {"customer": id, "before": msgspec.json.encode(old).decode() if old else None}
        for id, (old, _) in sorted(_of_matter(changed).items())
    ]
    # Who waits already does so as they were first.
    bulk.insert_new(connection, changed_customer, rows)


def catch_up(database: Database, now: dt.datetime) -> list[str]:
    """Look at the pairs of some of the customers who were noted; gives their ids.

    The clocks of their stores move on by one whether there is a pair or not: whoever has added somebody could tell by
    their cursor.
    """
    query = sa.select(changed_customer.c.customer).order_by(changed_customer.c.customer).limit(_AT_ONCE)
    with database.snapshot() as connection:
        waiting = list(connection.scalars(query))
    try:
        return _look_at(database, waiting, now)
    except UNREADABLE:
        return [looked_at for id in waiting for looked_at in _look_at_one(database, id, now)]


def _look_at(database: Database, ids: list[str], now: dt.datetime) -> list[str]:
    if not ids:
        return []
    with database.transaction() as connection:
        query = sa.select(changed_customer).where(changed_customer.c.customer.in_(ids))
        query = query.order_by(changed_customer.c.customer).with_for_update()
        before = {row.customer: row.before for row in connection.execute(query)}
        # Held: who changes one of them at this moment has done so by now, or notes it anew once this is over.
        people = records.read_many(connection, "customer", before, lock=True)
        after = {one.id: one for one in people if isinstance(one, Customer)}
        changed = {id: (_decode(doc) if doc else None, after.get(id)) for id, doc in before.items()}
        stores = {one.store for change in changed.values() for one in change if one and one.store}
        clocks = feeds.heads(connection, stores)
        watch(connection, changed, now=now)
        feeds.tick(connection, {id: 1 for id, seq in feeds.heads(connection, stores).items() if seq == clocks[id]})
        _forget(connection, list(before))
    return list(before)


def _look_at_one(database: Database, id: str, now: dt.datetime) -> list[str]:
    """Look at one customer of some; one who cannot be read keeps nobody from the rest."""
    try:
        return _look_at(database, [id], now)
    except UNREADABLE as error:
        _log.error("no pairs are looked for of customer %s: a document cannot be read: %s", id, type(error).__name__)
        with database.transaction() as connection:
            _forget(connection, [id])
        return [id]


def _forget(connection: Connection, ids: list[str]) -> None:
    connection.execute(sa.delete(changed_customer).where(changed_customer.c.customer.in_(ids)))


def _of_matter(changed: Mapping[str, Change]) -> dict[str, Change]:
    """Those changes that pairs go by or show."""
    return {id: (old, new) for id, (old, new) in changed.items() if _shown(old) != _shown(new)}


_decode = msgspec.json.Decoder(Customer).decode


def pair_id(one: str, other: str) -> str:
    """Id of the pair of two customers, whichever is named first."""
    return source_id("duplicate_pair", "sellmode", "|".join(sorted((one, other))))


def crowded(connection: Connection) -> list[str]:
    """Customers who have an e-mail or phone that is too common to make pairs: of each, the first by id."""
    query = (
        sa.select(sa.func.min(customer_key.c.customer))
        .where(customer_key.c.kind.in_(_MATCHED))
        .group_by(customer_key.c.kind, customer_key.c.key)
        .having(sa.func.count() > MAX_SHARED)
    )
    return sorted(set(connection.scalars(query)))


# ------------------------------------------------------------------ who shares what


class _Group(NamedTuple):
    """Customers who had a key, or have it."""

    members: Collection[str]
    anew: bool = False
    """The key has just become too common, or ceased to be: pairs of members who did not change come or go too."""


def _groups(connection: Connection, changed: Mapping[str, Change]) -> Iterator[_Group]:
    """For each key that a changed customer had or has: who share it."""
    lost: dict[_Key, set[str]] = {}
    gained: dict[_Key, set[str]] = {}
    touched: set[_Key] = set()
    for id, (old, new) in changed.items():
        had, has = _keys(old), _keys(new)
        touched |= had | has
        for key in had - has:
            lost.setdefault(key, set()).add(id)
        for key in has - had:
            gained.setdefault(key, set()).add(id)
    sizes = _sizes(connection, touched)
    # Of what was lost one may be left: the other half of a pair.
    wanted = {key for key in touched if sizes.get(key) == _FEW or (key in lost and key not in sizes)}
    having = {
        (kind, key): set(ids)
        for kind in _MATCHED
        for key, ids in keys.customers_with(connection, kind, [key for its, key in wanted if its == kind]).items()
    }
    for shared in wanted:
        after = having.get(shared, set())
        before = (after - gained.get(shared, set())) | lost.get(shared, set())
        yield _Group(after, anew=True) if len(before) > MAX_SHARED else _Group(after | before)
    for common in sorted(key for key, size in sizes.items() if size == _MANY):
        newcomers = gained.get(common, set())
        if newcomers:
            _log.info("more than %d customers share one %s, which makes no duplicate pairs", MAX_SHARED, common[0])
        after = _first(connection, common, MAX_SHARED + len(newcomers) + 1)
        before = (after - newcomers) | lost.get(common, set())
        if newcomers and len(before) <= MAX_SHARED:
            yield _Group(before, anew=True)


_FEW, _MANY = "few", "many"


def _sizes(connection: Connection, asked: Collection[_Key]) -> dict[_Key, str]:
    """Whether few or many have a key, looked at no further than that; what nobody or one customer has is left out."""
    sizes: dict[_Key, str] = {}
    for kind in _MATCHED:
        for some in in_parts(sorted(key for its, key in asked if its == kind)):
            given = _given(connection, some)
            of_key = (
                sa.select(customer_key.c.customer)
                .where(customer_key.c.kind == kind, customer_key.c.key == given.c.value)
                .order_by(customer_key.c.customer)
                .limit(1)
            )
            second, beyond = (of_key.offset(place).scalar_subquery() for place in (1, MAX_SHARED))
            query = sa.select(given.c.value, beyond.is_not(None)).where(second.is_not(None))
            sizes |= {(kind, key): _MANY if many else _FEW for key, many in connection.execute(query)}
    return sizes


def _given(connection: Connection, values: list[str]) -> sa.TableValuedAlias:
    if connection.dialect.name == "sqlite":
        return sa.func.json_each(msgspec.json.encode(values).decode()).table_valued("value", name="given")
    array = sa.literal(values, postgresql.ARRAY(sa.Text))
    return sa.func.unnest(array).table_valued("value", name="given").render_derived()


def _first(connection: Connection, of: _Key, count: int) -> set[str]:
    kind, key = of
    query = sa.select(customer_key.c.customer).where(customer_key.c.kind == kind, customer_key.c.key == key)
    return set(connection.scalars(query.order_by(customer_key.c.customer).limit(count)))


def _crowded_of(connection: Connection, people: Iterable[Customer]) -> set[_Key]:
    sizes = _sizes(connection, {key for customer in people for key in _keys(customer)})
    return {key for key, size in sizes.items() if size == _MANY}


def _people(connection: Connection, ids: Collection[str], changed: Mapping[str, Change]) -> dict[str, Customer]:
    others = records.read_many(connection, "customer", [id for id in ids if id not in changed])
    people = {other.id: other for other in others if isinstance(other, Customer)}
    people.update({id: after for id, (_, after) in changed.items() if id in ids and after is not None})
    return people


# ------------------------------------------------------------------ what a pair says


def _pair(one: Customer | None, other: Customer | None, crowded: Collection[_Key]) -> DuplicatePair | None:
    """The pair of two customers, the one with the lower id first; None if they are none."""
    if one is None or other is None or not one.store or one.store != other.store:
        return None
    same = {kind for kind, key in _keys(one) & _keys(other) if (kind, key) not in crowded}
    if not same:
        return None
    return DuplicatePair(
        id=pair_id(one.id, other.id),
        store=one.store,
        customers=(one.id, other.id),
        matched=tuple(kind for kind in ("email", "phone") if kind in same),
        owners=(one.owner, other.owner),
        names=(one.name[:_MAX_NAME], other.name[:_MAX_NAME]),
    )


def _keys(customer: Customer | None) -> frozenset[_Key]:
    """By what a customer makes pairs."""
    return frozenset(key for key in keys.keys_of(customer) if key[0] in _MATCHED) if customer else frozenset()


def _shown(customer: Customer | None) -> tuple[object, ...] | None:
    """What of a customer the pairs say or go by."""
    return (customer.store, customer.owner, customer.name, _keys(customer)) if customer else None

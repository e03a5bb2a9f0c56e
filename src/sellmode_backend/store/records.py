"""Writing and reading records: the one way into the ``record`` table.

``write`` gives each record its tags (``contract.visibility``), notes who lost sight of what, and moves the clocks of
the feeds it touched, so that every terminal's next pull is right. See ``feeds`` for how they read it.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import availability, dealings, facts, hooks, lookup, prepared
from sellmode_backend.store.bulk import one_of
from sellmode_backend.store.changes import Change, Note, Row, apply
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.facts import Adds
from sellmode_backend.store.keys import keys_of, replace_keys
from sellmode_backend.store.prepared import Engine, Prepared
from sellmode_backend.store.schema import record
from sellmode_contract import visibility
from sellmode_contract.audiences import Tags
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.records import Record, parent_of
from sellmode_contract.wire import MAX_LINE_BYTES

Key: TypeAlias = tuple[str, str]
"""Kind and id."""

BATCH = 2000
"""Records that are held in memory and written together."""

_MAX_DOC_BYTES = MAX_LINE_BYTES - 4096
"""What a line of a sync answer has room for."""

_encode = msgspec.json.Encoder(order="deterministic").encode


@functools.cache
def _decoder(kind: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(KINDS[kind].record)


class UnknownCustomer(ValueError):
    """A record belongs to a customer who is not there: it would have no tags."""


class RecordTooLarge(ValueError):
    """A record does not fit into a line of a sync answer."""


# ------------------------------------------------------------------ reading


def _of_ids(*columns: sa.Column[Any], lock: bool = False) -> Prepared:
    """A query for records of a kind, in the order of their ids; with ``lock`` they are held."""

    def make(engine: Engine) -> sa.Select[Any]:
        found = sa.select(*columns).where(
            record.c.kind == sa.bindparam("kind"), prepared.one_of(engine, record.c.id, "ids")
        )
        return found.order_by(record.c.id).with_for_update() if lock else found.order_by(record.c.id)

    return Prepared(make)


_DOCS = {lock: _of_ids(record.c.doc, lock=lock) for lock in (False, True)}
_ROWS = {lock: _of_ids(*record.c, lock=lock) for lock in (False, True)}
_REVISIONS = _of_ids(record.c.id, record.c.rev, record.c.team, record.c.own)


def read(connection: Connection, kind: str, id: str, *, lock: bool = False) -> Record | None:
    """A record as it is stored; ``lock`` as in ``read_many``."""
    found = read_many(connection, kind, [id], lock=lock)
    return found[0] if found else None


def read_many(connection: Connection, kind: str, ids: Iterable[str], *, lock: bool = False) -> list[Record]:
    """The records that exist among ``ids``, in no particular order.

    Whoever means to write them back with changes takes them with ``lock``: until the transaction ends nobody else
    changes them, so that no other change is lost.
    """
    query = _DOCS[lock]
    return [
        _decoder(kind).decode(doc)
        for some in in_parts(sorted(ids))
        for (doc,) in query.rows(connection, kind=kind, ids=some)
    ]


def hold(connection: Connection, kind: str, ids: Iterable[str]) -> None:
    """Let nobody else change some records until the transaction ends."""
    query = sa.select(record.c.id).where(record.c.kind == kind).order_by(record.c.id).with_for_update()
    for some in in_parts(sorted(ids)):
        connection.execute(query.where(one_of(connection, record.c.id, some)))


class Stored(NamedTuple):
    """A record with what is kept beside it."""

    record: Record
    tags: Tags
    rev: int
    parent: str | None
    """Id of the customer it belongs to."""
    since: tuple[int, int]
    """The numbers at which it came into the scope of either tag."""


def stored(connection: Connection, keys: Iterable[Key], *, lock: bool = False) -> dict[Key, Stored]:
    """The records that exist among ``keys``; with ``lock`` held until the transaction ends, customers first."""
    return {key: _stored(row) for key, row in _rows(connection, keys, lock=lock).items()}


def belongings(connection: Connection, customers: Iterable[str], kind: str) -> dict[Key, Stored]:
    """What belongs to some customers, of one kind; in no particular order."""
    # In no order: for the sake of that of the ids SQLite would go through all that there is of the kind.
    query = sa.select(record).where(record.c.kind == kind)
    return {
        (row.kind, row.id): _stored(row)
        for some in in_parts(sorted(customers))
        for row in map(Row._make, connection.execute(query.where(one_of(connection, record.c.parent, some))))
    }


def _stored(row: Row) -> Stored:
    doc, tags = _decoder(row.kind).decode(row.doc), Tags(row.team, row.own)
    return Stored(doc, tags, row.rev, row.parent, (row.team_since, row.own_since))


class Revision(NamedTuple):
    """Which revision of a record is stored, and who sees it."""

    rev: int
    tags: Tags


def revisions(connection: Connection, keys: Iterable[Key]) -> dict[Key, Revision]:
    """The revisions of the records that exist among ``keys``."""
    return {
        (kind, id): Revision(rev, Tags(team, own))
        for kind, ids in _by_kind(keys)
        for some in in_parts(ids)
        for id, rev, team, own in _REVISIONS.rows(connection, kind=kind, ids=some)
    }


def children(connection: Connection, customer_id: str, kind: str | None = None) -> list[Record]:
    """What belongs to a customer, cards included; of one kind or of all. In no particular order."""
    query = sa.select(record.c.kind, record.c.doc).where(record.c.parent == customer_id)
    if kind is not None:
        query = query.where(record.c.kind == kind)
    return [_decoder(kind).decode(doc) for kind, doc in connection.execute(query)]


def each(connection: Connection, kind: str) -> Iterator[Record]:
    """All records of a kind by their ids, streamed. Nothing may be written on the connection meanwhile.

    In no order at all PostgreSQL gives what was changed last: what is made of the same records would differ.
    """
    query = sa.select(record.c.doc).where(record.c.kind == kind).order_by(record.c.id)
    for doc in connection.scalars(query.execution_options(yield_per=1000)):
        yield _decoder(kind).decode(doc)


# ------------------------------------------------------------------ writing


def write(
    connection: Connection,
    records: Iterable[Record],
    *,
    removed: Iterable[Key] = (),
    why: str = "left",
    now: dt.datetime | None = None,
    adds: Adds | None = None,
) -> int:
    """Store records as they are now, and remove others; gives how many of them made a difference.

    A record equal to the stored one is left alone. The cards that records bring are written and removed with them, and
    those that count records are brought up to date. When a customer's store or owner changed, what belongs to
    the customer follows; when a customer is removed, it goes too. Fields of a stored document that this version does
    not know are kept. Facts gain what the records add by themselves (``facts.OF_KINDS``), and ``adds``. ``why`` and
    ``now`` (the present moment if not given) are noted with whatever leaves somebody's view.

    Customers come before, or within BATCH records of, what belongs to them: raises UnknownCustomer for a record whose
    customer is not there, RecordTooLarge for one that no line could carry. A customer is stored with the figures given:
    whoever changes a customer starts from the stored one.

    Clocks stay locked from here to the end of the transaction. Whatever else is to be locked or worked out comes first,
    and a bulk writer beside live terminals commits every few thousand records.
    """
    note, count = Note(why, now or dt.datetime.now(dt.UTC)), 0
    for batch in in_parts(records, BATCH):
        count += _write_batch(connection, batch, note, adds)
        adds = None
    if adds:
        _write_batch(connection, (), note, adds)
    for keys in in_parts(removed, BATCH):
        count += _remove_batch(connection, keys, note)
    return count


def _write_batch(connection: Connection, batch: Sequence[Record], note: Note, adds: Adds | None) -> int:
    given = {(kind_of(item), item.id): item for item in batch}
    wanted = dict(given)
    for item in batch:
        wanted.update({(kind_of(card), card.id): card for card in visibility.cards(item)})
    wanted.update(dict(_parts_as_they_go(wanted)))
    theirs = _cards_of(given)
    parents = [("customer", id) for item in wanted.values() if (id := parent_of(item))]
    stored = _rows(connection, [*wanted, *theirs, *parents])

    customers = {id: _customer(row) for (kind, id), row in stored.items() if kind == "customer"}
    before = {id: customers.get(id) for kind, id in wanted if kind == "customer"}
    customers.update({item.id: item for item in wanted.values() if isinstance(item, Customer)})

    changes = [
        change
        for item in wanted.values()
        if (change := _changed(item, stored.get((kind_of(item), item.id)), customers))
    ]
    moved = [
        id for id, old in before.items() if old and (old.store, old.owner) != (customers[id].store, customers[id].owner)
    ]
    changes += _followed_children(connection, moved, before, customers, wanted)
    changes += _followed_parts(connection, changes, customers, wanted)
    changes += [Change(*key, stored[key]) for key in theirs if key in stored and key not in wanted]
    changes += _counted(connection, changes, adds)
    apply(connection, changes, note)
    _find_anew(connection, changes)

    touched = [change.id for change in changes if change.kind == "customer"]
    replace_keys(
        connection,
        {id: (keys_of(old) if (old := before[id]) else frozenset(), keys_of(customers[id])) for id in touched},
    )
    return sum((change.kind, change.id) in given for change in changes)


def _remove_batch(connection: Connection, keys: Sequence[Key], note: Note) -> int:
    if telling := [key for key in keys if key[0] in dealings.TELLING]:
        # Customers first: what else tells of them is not written meanwhile.
        parents = {row.parent for row in _rows(connection, telling, lock=False).values() if row.parent}
        hold(connection, "customer", parents)
    stored = _rows(connection, keys)
    customers = {id: _customer(row) for (kind, id), row in stored.items() if kind == "customer"}
    doomed = stored | {(row.kind, row.id): row for row in _children_rows(connection, customers)}
    doomed |= _rows(connection, [key for key in _cards_of(doomed) if key not in doomed])
    changes = [Change(kind, id, row) for (kind, id), row in doomed.items()]
    changes += _followed_parts(connection, changes, {}, doomed)
    apply(connection, changes + _counted(connection, changes), note)
    _find_anew(connection, changes)
    replace_keys(connection, {id: (keys_of(customer), frozenset()) for id, customer in customers.items()})
    return len(stored)


def _find_anew(connection: Connection, changes: Iterable[Change]) -> None:
    """Let records that changed be found by the keys that they have now."""
    lookup.replace(
        connection,
        (
            lookup.Moved(
                change.kind,
                change.id,
                key_of(_decoded(change.kind, change.old.doc)) if change.old else "",
                key_of(_decoded(change.kind, change.doc)) if change.doc else "",
            )
            for change in changes
            if (key_of := lookup.KEYS.get(change.kind))
        ),
    )


def _cards_of(keys: Iterable[Key]) -> list[Key]:
    return [card for kind, id in keys if (card := visibility.card_key(kind, id))]


def _rows(connection: Connection, keys: Iterable[Key], *, lock: bool = True) -> dict[Key, Row]:
    """The stored rows of ``keys``, held until the transaction ends; customers first, then by kind and id.

    A child's writer holds the customer's row too: it cannot use tags of a store that the customer is just leaving.
    """
    return {
        (kind, row.id): row
        for kind, ids in _by_kind(keys)
        for some in in_parts(ids)
        for row in map(Row._make, _ROWS[lock].rows(connection, kind=kind, ids=some))
    }


def _by_kind(keys: Iterable[Key]) -> list[tuple[str, list[str]]]:
    """The ids of each kind, customers first, in the order in which rows are held."""
    ids: dict[str, set[str]] = {}
    for kind, id in keys:
        ids.setdefault(kind, set()).add(id)
    return [(kind, sorted(ids[kind])) for kind in sorted(ids, key=lambda kind: (kind != "customer", kind))]


def _children_rows(connection: Connection, customers: Collection[str]) -> Iterator[Row]:
    for some in in_parts(sorted(customers)):
        query = sa.select(record).where(one_of(connection, record.c.parent, some)).order_by(record.c.kind, record.c.id)
        yield from map(Row._make, connection.execute(query.with_for_update()))


def _customer(row: Row) -> Customer:
    customer = _decoder("customer").decode(row.doc)
    assert isinstance(customer, Customer)  # noqa: S101 -- for the type checker: the decoder of this kind gives nothing else
    return customer


def _changed(item: Record, old: Row | None, customers: Mapping[str, Customer]) -> Change | None:
    kind, parent = kind_of(item), parent_of(item)
    if parent is not None and parent not in customers:
        raise UnknownCustomer(f"{kind} {item.id} belongs to the customer {parent}, who is not there")
    tags = visibility.tags(item, customers[parent] if parent is not None else None)
    doc = _encode(item).decode()
    if len(doc) > _MAX_DOC_BYTES // 4 and len(doc.encode()) > _MAX_DOC_BYTES:
        raise RecordTooLarge(f"{kind} {item.id} has more than {_MAX_DOC_BYTES} bytes")
    if old and doc != old.doc:
        doc = _with_unknown_fields(item, doc, old.doc)
    if old and (doc, tags) == (old.doc, (old.team, old.own)):
        return None
    return Change(kind, item.id, old, tags, parent, doc)


def _with_unknown_fields(item: Record, doc: str, old: str) -> str:
    """``doc`` with what a newer version has written into the stored document."""
    unknown = {
        name: value for name, value in msgspec.json.decode(old).items() if name not in item.__struct_encode_fields__
    }
    return _encode(msgspec.json.decode(doc) | unknown).decode() if unknown else doc


def _followed_children(
    connection: Connection,
    moved: Collection[str],
    before: Mapping[str, Customer | None],
    customers: Mapping[str, Customer],
    wanted: Collection[Key],
) -> Iterator[Change]:
    """What belongs to customers who were moved, as far as that changes it: its tags, and what its kind says."""
    for row in _children_rows(connection, moved):
        if row.parent is None or (row.kind, row.id) in wanted:
            continue
        child, doc = _decoder(row.kind).decode(row.doc), row.doc
        old, customer = before[row.parent], customers[row.parent]
        follow = hooks.FOLLOWS.get(row.kind)
        if follow and old and (followed := follow(child, old, customer)) != child:
            doc = _with_unknown_fields(followed, _encode(followed).decode(), row.doc)
        tags = visibility.tags(child, customer)
        if (doc, tags) != (row.doc, (row.team, row.own)):
            yield Change(row.kind, row.id, row, tags, row.parent, doc)


def _parts_as_they_go(wanted: Mapping[Key, Record]) -> Iterator[tuple[Key, Record]]:
    """What is written together with the record that it belongs to, as it is with that."""
    for kind, parts in hooks.PARTS.items():
        for key, item in wanted.items():
            whole = wanted.get((kind, parts.of(item))) if key[0] in parts.kinds else None
            if whole is not None:
                yield key, parts.follow(item, whole)


def _followed_parts(
    connection: Connection, changes: Collection[Change], customers: Mapping[str, Customer], wanted: Collection[Key]
) -> list[Change]:
    """What belongs to records that changed or are removed, other than customers, as far as that changes it."""
    followed = []
    for kind, parts in hooks.PARTS.items():
        pairs = {
            change.id: (_decoded(kind, change.old.doc if change.old else ""), _decoded(kind, change.doc))
            for change in changes
            if change.kind == kind
        }
        keys = [key for key in parts.keys(connection, [*pairs.values()]) if key not in wanted] if pairs else []
        for row in _rows(connection, keys).values():
            part = _decoder(row.kind).decode(row.doc)
            after = pairs[parts.of(part)][1]
            change = _changed(parts.follow(part, after), row, customers) if after else Change(row.kind, row.id, row)
            followed += [change] if change else []
    return followed


def _counted(connection: Connection, changes: Collection[Change], adds: Adds | None = None) -> list[Change]:
    """The cards that count records, and facts, as they are after some changes of these; facts gain ``adds`` besides.

    They are held last: a card is what the people of a store meet at.
    """
    moved: dict[Key, hooks.Recount] = {**facts.recounts(_added(connection, changes, adds))}
    for kind, recounts in hooks.COUNTED.items():
        pairs = [
            (_decoded(kind, change.old.doc if change.old else ""), _decoded(kind, change.doc))
            for change in changes
            if change.kind == kind
        ]
        moved |= recounts(pairs)
    if not moved:
        return []
    stored = _rows(connection, sorted(moved))
    cards = []
    for key, recount in moved.items():
        old = stored.get(key)
        card = recount(_decoded(key[0], old.doc if old else ""))
        change = Change(*key, old) if card is None else _changed(card, old, {})
        if change is not None:
            cards.append(change)
    return cards


def _added(connection: Connection, changes: Collection[Change], adds: Adds | None) -> Adds:
    """What facts gain by changes of records, and besides."""
    zones, total = facts.Zones(connection), Adds(adds or {})
    for change in changes:
        kind, before = change.kind, change.old.doc if change.old else ""
        if kind in facts.OF_KINDS:
            facts.record_adds(kind, _decoded(kind, before), zones, total, -1)
            facts.record_adds(kind, _decoded(kind, change.doc), zones, total)
    dealings.add_changed(connection, changes, _decoded, zones, total)
    availability.add_changed(connection, changes, _decoded, zones, total)
    return total


def dealings_of(connection: Connection, customers: Collection[str]) -> Iterator[list[Record]]:
    """What belongs to each of some customers and tells what was done for them."""
    return ([*items.values()] for _, items in dealings.of_customers(connection, customers, _decoded))


def _decoded(kind: str, doc: str) -> Record | None:
    return _decoder(kind).decode(doc) if doc else None

"""Facts added up anew from their causes, and compared with those that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import availability, dealings, facts, measures, orders, records, sale_credit
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.facts import Adds, Zones
from sellmode_backend.store.schema import feed, order, record
from sellmode_contract.kinds import kind_of
from sellmode_contract.records import Record

_AT_ONCE = 2000
Key = tuple[str, str]


class Difference(NamedTuple):
    """What is kept, and what it comes to when it is added up anew."""

    wrong: list[Record]
    """Facts and their cards as they are to be: those that are missing or differ."""
    left_over: list[Key]
    """Those that nothing is the cause of, by kind and id."""

    @property
    def total(self) -> int:
        """How many records are not as they should be: the month of a store or a person, or its card."""
        return len(self.wrong) + len(self.left_over)


def compare(connection: Connection) -> Difference:
    """Add up everything anew, and compare. Nothing is changed."""
    missing = {(kind_of(item), item.id): item for item in facts.made(added_up(connection))}
    wrong, left_over = [], list[Key]()
    for kind in ("fact", "fact_card"):
        for kept in records.each(connection, kind):
            wanted = missing.pop((kind, kept.id), None)
            if wanted is None:
                left_over.append((kind, kept.id))
            elif kept != wanted:
                wrong.append(wanted)
    return Difference([*wrong, *missing.values()], left_over)


def rebuild(connection: Connection) -> int:
    """Make facts what they come to when they are added up anew; gives how many were not so.

    Nobody else writes meanwhile: the clocks are taken first.
    """
    connection.execute(sa.select(feed).order_by(feed.c.id).with_for_update()).all()
    found = compare(connection)
    records.write(connection, sorted(found.wrong, key=lambda fact: fact.id), removed=sorted(found.left_over))
    return found.total


def added_up(connection: Connection) -> Adds:
    """What all causes add."""
    zones, adds = Zones(connection), Adds()
    for some in _orders(connection):
        entries = orders.read_orders(connection, some)
        judged = sale_credit.read_judgements(connection, some)
        for entry in entries:
            facts.order_adds(entry, zones, adds)
            if entry.id in judged:
                facts.credit_adds(entry, judged[entry.id], zones, adds)
    for kind in facts.OF_KINDS:
        for ids in _ids(connection, kind):
            for item in records.read_many(connection, kind, ids):
                facts.record_adds(kind, item, zones, adds)
    for ids in _ids(connection, "customer"):
        for items in records.dealings_of(connection, ids):
            adds.update(dealings.places(items, zones))
    for told in measures.each(connection):
        facts.measure_adds(told, adds)
    for intervals in availability.each(connection):
        adds.update(availability.minutes(intervals, zones))
    return adds


def _orders(connection: Connection) -> Iterator[list[str]]:
    return in_parts(connection.scalars(sa.select(order.c.id).order_by(order.c.id)).all(), _AT_ONCE)


def _ids(connection: Connection, kind: str) -> Iterator[list[str]]:
    query = sa.select(record.c.id).where(record.c.kind == kind).order_by(record.c.id)
    return in_parts(connection.scalars(query).all(), _AT_ONCE)

"""When people were available for chat: intervals that have ended, and the minutes that facts gain by each.

A store is available while anybody of it is, so what an interval adds depends on the store's others of that day: whoever
ends one is alone with the store's intervals until the transaction ends.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk
from sellmode_backend.store.changes import Change
from sellmode_backend.store.facts import Adds, Place, Zones, both
from sellmode_backend.store.schema import presence_interval
from sellmode_contract.kinds.presence import Presence
from sellmode_contract.records import Record
from sellmode_contract.results import availability
from sellmode_contract.store_time import day_start

_MEASURE: Final = "minutes_available"
_DAY: Final = dt.timedelta(days=1)
_LOCK: Final = 7321_0452
"""The first number of PostgreSQL's advisory locks on the intervals of stores; the number means nothing."""


class Interval(NamedTuple):
    """Somebody was available."""

    store: str
    person: str
    begins: dt.datetime
    ends: dt.datetime


def add_changed(
    connection: Connection,
    changes: Iterable[Change],
    decode: Callable[[str, str], Record | None],
    zones: Zones,
    adds: Adds,
) -> None:
    """Keep the intervals that some changes end, and add what facts gain by them."""
    over = list[Interval]()
    for change in changes:
        if change.kind != "presence" or change.old is None:
            continue
        before, after = decode(change.kind, change.old.doc), decode(change.kind, change.doc)
        if (
            isinstance(before, Presence)
            and isinstance(after, Presence)
            and (before.available and not after.available)
            and (before.since and after.since and before.since < after.since)
        ):
            over.append(Interval(before.store, before.person, before.since, after.since))
    write(connection, over, zones, adds)


def write(connection: Connection, intervals: Iterable[Interval], zones: Zones, adds: Adds) -> None:
    """Keep intervals, and add what facts gain by them. One store comes after the other, as for everybody."""
    for store, some in itertools.groupby(sorted(intervals), attrgetter("store")):
        new = list(some)
        zone = zones.of(store)
        days = {day for interval in new for day, _, _ in _by_day(interval, zone)}
        _be_alone(connection, store)
        there = _since(connection, store, day_start(min(days), zone))
        before, after = minutes(there, zones), minutes([*there, *new], zones)
        adds.update({place: after[place] - before[place] for place in after})
        bulk.insert(connection, presence_interval, [interval._asdict() for interval in new])


def each(connection: Connection) -> Iterator[list[Interval]]:
    """All of them, the intervals of one store at a time."""
    query = sa.select(presence_interval).order_by(*presence_interval.primary_key.columns)
    rows = itertools.starmap(Interval, connection.execute(query.execution_options(yield_per=1000)))
    return (list(some) for _, some in itertools.groupby(rows, attrgetter("store")))


def minutes(intervals: Iterable[Interval], zones: Zones) -> Adds:
    """The minutes of each day that a store and its people were available."""
    found: dict[Place, list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)
    for interval in intervals:
        for day, begins, ends in _by_day(interval, zones.of(interval.store)):
            for place in both(interval.store, interval.person, day, "", _MEASURE):
                found[place].append((begins, ends))
    return Adds({place: availability.minutes(some) for place, some in found.items()})


def _by_day(interval: Interval, zone: dt.tzinfo) -> Iterator[tuple[dt.date, dt.datetime, dt.datetime]]:
    """The parts of an interval, split at the store's midnight."""
    begins = interval.begins
    while begins < interval.ends:
        day = begins.astimezone(zone).date()
        ends = min(interval.ends, day_start(day + _DAY, zone))
        yield day, begins, ends
        begins = ends


def _since(connection: Connection, store: str, since: dt.datetime) -> list[Interval]:
    """The intervals of a store that ended after a moment."""
    table = presence_interval
    query = sa.select(table).where(table.c.store == store, table.c.ends > since)
    return list(itertools.starmap(Interval, connection.execute(query)))


def _be_alone(connection: Connection, store: str) -> None:
    """Whoever writes into SQLite is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK, sa.func.hashtext(store))))

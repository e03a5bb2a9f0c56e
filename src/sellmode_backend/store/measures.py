"""Numbers that were counted: by other systems, each as it was said last, and here as it happened.

What happens and leaves no record that tells of it for good, such as a visit of a page, is counted here as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk, facts, records
from sellmode_backend.store.database import in_parts, upsert
from sellmode_backend.store.facts import Adds
from sellmode_backend.store.schema import told_measure

_KEY: Final = tuple(told_measure.primary_key.columns)
Key: TypeAlias = tuple[str, str, str, str, str]


class ToldMeasure(NamedTuple):
    """A number that was counted."""

    store: str
    person: str
    """Empty: of nobody of the store."""
    day: str
    """Of the store: ``2026-11-30``."""
    channel: str
    measure: str
    value: int

    @property
    def key(self) -> Key:
        """What the number is of. What is said of that once more replaces it."""
        return self[:-1]


def write(connection: Connection, told: Iterable[ToldMeasure]) -> int:
    """Keep numbers, of several of the same the last, and let facts follow; gives how many are new or differ."""
    newest = {item.key: item for item in told}
    changed, adds = 0, Adds()
    for some in in_parts(sorted(newest.values())):
        before = _held(connection, some)
        new = [item for item in some if item != before[item.key]]
        for item in new:
            facts.measure_adds(before[item.key], adds, -1)
            facts.measure_adds(item, adds)
        bulk.upsert(connection, told_measure, [item._asdict() for item in new])
        changed += len(new)
    records.write(connection, (), adds=adds)  # last, because it takes the clocks
    return changed


def count(
    connection: Connection, store: str, person: str | None, measure: str, now: dt.datetime, times: int = 1
) -> Adds:
    """Count what has just happened; gives what facts gain. Whoever writes records afterwards takes that along."""
    day = f"{facts.Zones(connection).day(now, store)}"
    more, adds = ToldMeasure(store, person or "", day, "", measure, times), Adds()
    statement = upsert(connection, told_measure).values(more._asdict())
    value = told_measure.c.value + statement.excluded.value
    connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_={"value": value}))
    facts.measure_adds(more, adds)
    return adds


def each(connection: Connection) -> Iterator[ToldMeasure]:
    """All of them, streamed. Nothing may be written on the connection meanwhile."""
    query = sa.select(told_measure).order_by(*_KEY)
    for row in connection.execute(query.execution_options(yield_per=1000)):
        yield ToldMeasure(*row)


def _held(connection: Connection, some: Sequence[ToldMeasure]) -> dict[Key, ToldMeasure]:
    """These numbers as they are, 0 where none was said; nobody else writes them until the transaction ends."""
    nothing = [{**item._asdict(), "value": 0} for item in some]
    bulk.insert_new(connection, told_measure, nothing)
    query = sa.select(told_measure).where(sa.tuple_(*_KEY).in_([item.key for item in some])).order_by(*_KEY)
    found = (ToldMeasure(*row) for row in connection.execute(query.with_for_update()))
    return {item.key: item for item in found}

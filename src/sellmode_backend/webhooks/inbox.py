"""Events that came: each once, kept until it is worked off, and its id for a while longer."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import setting_values
from sellmode_backend.store.database import upsert
from sellmode_backend.store.setting_values import Key
from sellmode_backend.store.webhook_tables import webhook_event as event

KEPT: Final = dt.timedelta(days=30)
"""So long it is known that an event came; one that is sent again later is not newer than what it told of."""
LEASE: Final = dt.timedelta(minutes=5)
"""Whoever has not worked off what they took by then has ended on the way: another worker does it again."""
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of the events that are worked off together."""
_NEVER: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Event(NamedTuple):
    """One that is to be worked off."""

    source: str
    id: str
    topic: str
    at: dt.datetime
    body: bytes

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others: ids are their source's own."""
        return self.source, self.id


def put(connection: Connection, new: Event) -> bool:
    """Keep an event; False if it came before."""
    values = {**new._asdict(), "taken_until": _NEVER, "problem": ""}
    return connection.execute(upsert(connection, event).values(values).on_conflict_do_nothing()).rowcount == 1


def take(connection: Connection, now: dt.datetime, most: int) -> list[Event]:
    """Take events that wait, in the order in which they came; none while another worker is at some.

    They are ``most``, or fewer if they have more than MOST_BYTES together.
    """
    setting_values.write(connection, Key.WEBHOOKS_TAKEN, now.isoformat())  # two who take wait for each other
    if connection.scalar(sa.select(event.c.id).where(event.c.done_at.is_(None), event.c.taken_until > now).limit(1)):
        return []
    in_order = (event.c.at, event.c.source, event.c.id)
    waits = sa.select(sa.func.length(event.c.body)).where(event.c.done_at.is_(None)).order_by(*in_order).limit(most)
    sizes = itertools.accumulate(connection.scalars(waits))
    few = max(1, sum(size <= MOST_BYTES for size in sizes))
    query = sa.select(event.c.source, event.c.id, event.c.topic, event.c.at, event.c.body)
    query = query.where(event.c.done_at.is_(None)).order_by(*in_order).limit(few)
    taken = [Event(*row) for row in connection.execute(query)]
    _each(connection, taken, taken_until=now + LEASE)
    return taken


def finish(
    connection: Connection, events: Sequence[Event], problems: Mapping[tuple[str, str], str], now: dt.datetime
) -> None:
    """Say that events were worked off, and what was wrong with some of them, by source and id."""
    _each(connection, [one for one in events if one.key not in problems], done_at=now, body=None)
    for one in events:
        if one.key in problems:
            _each(connection, [one], done_at=now, body=None, problem=problems[one.key])


def leave(connection: Connection, events: Sequence[Event], until: dt.datetime) -> None:
    """Give events back that could not be worked off just now: nobody tries again before then."""
    _each(connection, events, taken_until=until)


def waiting(connection: Connection, now: dt.datetime) -> bool:
    """Whether there is something to be worked off."""
    query = sa.select(event.c.id).where(event.c.done_at.is_(None), event.c.taken_until <= now)
    return connection.scalar(query.limit(1)) is not None


def forget_old(connection: Connection, now: dt.datetime) -> int:
    """Delete events that were worked off long ago; how many."""
    return connection.execute(sa.delete(event).where(event.c.done_at <= now - KEPT)).rowcount


def _each(connection: Connection, events: Iterable[Event], **values: object) -> None:
    by_source: dict[str, list[str]] = {}
    for one in events:
        by_source.setdefault(one.source, []).append(one.id)
    for source, ids in by_source.items():
        connection.execute(sa.update(event).where(event.c.source == source, event.c.id.in_(ids)).values(values))

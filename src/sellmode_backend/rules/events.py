"""Events that rules wait for: something back in stock, an abandoned cart, a request that nobody has answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk, reading
from sellmode_backend.store.bulk import one_of
from sellmode_backend.store.schema import record, rule_event
from sellmode_contract.audiences import store_audience
from sellmode_contract.kinds.task_rule import TaskRule

KEPT = dt.timedelta(days=90)
"""Longer than any task is made late."""

# As the index of fresh events has it: on SQLite a column would be compared with 1, which is not the same to it.
_FRESH = sa.text("rule_event.fresh")
# A join SQLite would begin with the customers, a million of them; the events are few.
_WITH_FRESH = sa.and_(
    record.c.kind == sa.literal_column("'customer'"),
    record.c.id.in_(sa.select(rule_event.c.customer).where(_FRESH).correlate(None)),
)


class CustomerEvent(NamedTuple):
    """Something that happened to a customer."""

    id: str
    """Given by its source: who tells of it twice tells of the same."""
    name: str
    """As rules name it: ``back_in_stock``."""
    customer: str
    at: dt.datetime
    person: str | None = None
    """Staff id of whom it concerns besides the owner: who had asked to be told."""
    about: str = ""
    """A product, or what else it was about."""


def add(connection: Connection, events: Iterable[CustomerEvent]) -> None:
    """Keep events for the rules of their names; the next pass looks at them. One that is known already stays."""
    bulk.insert_new(connection, rule_event, [{**event._asdict(), "fresh": True} for event in events])


def fresh(connection: Connection, store: str, limit: int) -> dict[str, list[str]]:
    """Events at which no pass has looked yet: ids by customer, of a store's customers."""
    here = sa.select(record.c.id).where(_WITH_FRESH, record.c.team == store_audience(store))
    query = sa.select(rule_event.c.customer, rule_event.c.id).where(_FRESH, rule_event.c.customer.in_(here))
    found: dict[str, list[str]] = {}
    for customer, id in connection.execute(query.limit(limit)):
        found.setdefault(customer, []).append(id)
    return found


def stores(connection: Connection) -> set[str]:
    """The audiences of the stores that have such customers."""
    return {team for team in connection.scalars(sa.select(record.c.team).distinct().where(_WITH_FRESH)) if team}


def forget_old(connection: Connection, now: dt.datetime) -> int:
    """Forget events of which no rule makes a task any more, and gives how many: ``KEPT`` after the last would be due.

    While a rule cannot be read none is forgotten: it may be the one that waits.
    """
    waits = dt.timedelta()
    for _, rule in reading.each(connection, "task_rule", TaskRule):
        if rule is None:
            return 0
        if rule.trigger == "event":
            waits = max(waits, dt.timedelta(days=rule.offset_days, hours=rule.offset_hours))
    return connection.execute(sa.delete(rule_event).where(rule_event.c.at < now - waits - KEPT)).rowcount


def looked_at(connection: Connection, ids: Sequence[str]) -> None:
    """Note that a pass has looked at events."""
    if ids:
        connection.execute(sa.update(rule_event).where(one_of(connection, rule_event.c.id, ids)).values(fresh=False))

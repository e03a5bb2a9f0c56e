"""What rules have made: for each customer or list once, whoever looks how often, and how much fell to whom on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk
from sellmode_backend.store.bulk import one_of
from sellmode_backend.store.schema import rule_occurrence, rule_waiting
from sellmode_contract.rules.judging import NOBODY, Decision

_MADE = rule_occurrence
_WAITING = rule_waiting


def made(connection: Connection, customers: Sequence[str]) -> dict[str, set[tuple[str, str]]]:
    """The slug and occurrence of what was made, by customer (or list of picks); who got nothing yet is left out."""
    query = sa.select(_MADE.c.customer, _MADE.c.rule, _MADE.c.occurrence)
    found: dict[str, set[tuple[str, str]]] = {}
    for customer, rule, occurrence in connection.execute(query.where(one_of(connection, _MADE.c.customer, customers))):
        found.setdefault(customer, set()).add((rule, occurrence))
    return found


def taken(connection: Connection, store: str, day: dt.date, rules: Sequence[str]) -> Mapping[tuple[str, str], int]:
    """How many tasks of some rules have fallen to each person (``judging.NOBODY``) on a store's day."""
    if not rules:
        return {}
    query = sa.select(_MADE.c.rule, _MADE.c.person, sa.func.count()).where(
        _MADE.c.store == store, _MADE.c.day == day.isoformat(), _MADE.c.rule.in_(rules)
    )
    rows = connection.execute(query.group_by(_MADE.c.rule, _MADE.c.person))
    return {(rule, person): count for rule, person, count in rows}


class Entry(NamedTuple):
    """That a rule has made a task."""

    subject: str
    """Id of the customer, or of the list of picks."""
    rule: str
    """Its slug."""
    occurrence: str
    person: str | None
    """Staff id of whom it falls to."""


def enter(connection: Connection, store: str, day: dt.date, entries: Iterable[Entry], now: dt.datetime) -> None:
    """Note what is made, in the transaction that makes it.

    Raises sqlalchemy.exc.IntegrityError if somebody has made any of it at this moment: the transaction is to be done
    again from its beginning.
    """
    rows = [
        {
            "customer": entry.subject,
            "rule": entry.rule,
            "occurrence": entry.occurrence,
            "store": store,
            "day": day.isoformat(),
            "person": entry.person or NOBODY,
            "at": now,
        }
        for entry in entries
    ]
    bulk.insert(connection, _MADE, rows)


# ------------------------------------------------------------------ who waits for a cap


def wait(connection: Connection, store: str, decisions: Sequence[Decision]) -> int:
    """Let decisions of rules with a cap wait until all customers of a store have been looked at.

    Those that cannot be among the first any more are forgotten, so that no more wait than twice what the caps let
    through, and a batch. Gives how many were.
    """
    if not decisions:
        return 0
    caps = {decision.rule.slug: decision.rule.daily_cap or 0 for decision in decisions}
    row = sa.select(
        _WAITING.c.rule, _WAITING.c.person, sa.func.count().label("count"), sa.func.min(_WAITING.c.spend).label("least")
    ).where(_WAITING.c.store == store, _WAITING.c.rule.in_(sorted(caps)))
    before = {
        (rule, person): (count, least)
        for rule, person, count, least in connection.execute(row.group_by(_WAITING.c.rule, _WAITING.c.person))
    }
    rows = []
    for decision in decisions:
        count, least = before.get((decision.rule.slug, decision.person or NOBODY), (0, 0))
        if count < caps[decision.rule.slug] or decision.spend >= least:
            rows.append(_waiting_row(store, decision))
    bulk.upsert(connection, _WAITING, rows)
    cut = len(decisions) - len(rows)
    for slug, cap in caps.items():
        if any(count > 2 * cap for (rule, _), (count, _) in before.items() if rule == slug):
            cut += _forget_last(connection, store, slug, cap)
    return cut


def _waiting_row(store: str, decision: Decision) -> dict[str, object]:
    return {
        "store": store,
        "rule": decision.rule.slug,
        "customer": decision.customer,
        "occurrence": decision.occurrence,
        "person": decision.person or NOBODY,
        "spend": decision.spend,
    }


def _forget_last(connection: Connection, store: str, rule: str, cap: int) -> int:
    """Forget those who come after a rule's cap, for each person."""
    mine = (_WAITING.c.store == store, _WAITING.c.rule == rule)
    place = sa.func.row_number().over(
        partition_by=_WAITING.c.person, order_by=(_WAITING.c.spend.desc(), _WAITING.c.customer)
    )
    placed = sa.select(_WAITING.c.customer, _WAITING.c.occurrence, place.label("place")).where(*mine).subquery()
    last = sa.select(placed.c.customer, placed.c.occurrence).where(placed.c.place > cap)
    those = sa.tuple_(_WAITING.c.customer, _WAITING.c.occurrence).in_(last)
    return connection.execute(sa.delete(_WAITING).where(*mine, those)).rowcount


def stores_waiting(connection: Connection) -> set[str]:
    """The stores in which anybody waits."""
    return set(connection.scalars(sa.select(_WAITING.c.store).distinct()))


def first_waiting(connection: Connection, store: str, limit: int) -> list[str]:
    """The customers who wait in a store and come first: higher lifetime spend, then id."""
    query = sa.select(_WAITING.c.customer).where(_WAITING.c.store == store).group_by(_WAITING.c.customer)
    query = query.order_by(sa.func.max(_WAITING.c.spend).desc(), _WAITING.c.customer).limit(limit)
    return list(connection.scalars(query))


def leave(connection: Connection, store: str, customers: Sequence[str] | None = None) -> None:
    """Let customers of a store wait no more; all of them if not told."""
    conditions = [_WAITING.c.store == store]
    if customers is not None:
        conditions.append(one_of(connection, _WAITING.c.customer, customers))
    connection.execute(sa.delete(_WAITING).where(*conditions))

"""How far a store has been looked at: a row that whoever works on it moves on in the transaction that writes the work.

The work is done beforehand, in a snapshot, so that the transaction is short. Of several workers that have done the same
one finds the row as it was; the others find it moved, and their work is void.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store.database import upsert
from sellmode_backend.store.schema import rule_pass

CORPORATE = ""
"""The row of corporate tasks, which belong to no single store."""

_SKEW = dt.timedelta(hours=1)
"""So much the clocks of two workers may differ without either going back in time."""


class Progress(NamedTuple):
    """How far a store has been looked at."""

    store: str
    turn: int
    """How often the row was written."""
    fingerprint: str
    """Of the rules gone by."""
    day: str
    """The store's day gone by (``2026-12-24``)."""
    at: dt.datetime
    """The latest moment gone by."""
    cursor: str | None
    """The last customer looked at, empty at the beginning; None once all were."""
    seen_seq: int
    """Up to where of the store's feed changes were looked at."""
    since: Mapping[str, str] | None = None
    """The store's day since which each rule, by its slug, is switched on; None: not noted yet."""


def read(connection: Connection, store: str) -> Progress | None:
    """A store's row."""
    row = connection.execute(sa.select(rule_pass).where(rule_pass.c.store == store)).mappings().one_or_none()
    return Progress(**row) if row else None


def read_all(connection: Connection) -> dict[str, Progress]:
    """All rows, by store."""
    return {row["store"]: Progress(**row) for row in connection.execute(sa.select(rule_pass)).mappings()}


def moment(before: Progress | None, now: dt.datetime) -> dt.datetime:
    """The moment to go by: a worker whose clock is a little behind takes that of the one before.

    A clock that was far ahead has been put right: then time does go back.
    """
    return before.at if before is not None and dt.timedelta() < before.at - now < _SKEW else now


def rules_since(before: Progress | None, slugs: Iterable[str], today: dt.date) -> dict[str, dt.date]:
    """Since which of a store's days some rules are on, if all of them are on today."""
    known = (before.since if before is not None else None) or {}
    # The clock was put back if it were later than today.
    return {slug: min(dt.date.fromisoformat(known[slug]), today) if slug in known else today for slug in slugs}


def move(connection: Connection, before: Progress | None, after: Progress) -> bool:
    """Move a row on from where it was, and hold it until the transaction ends; False if somebody else has moved it."""
    values = after._replace(turn=1 if before is None else before.turn + 1)._asdict()
    if before is None:
        moved = upsert(connection, rule_pass).values(values).on_conflict_do_nothing().returning(rule_pass.c.turn)
        return connection.scalar(moved) is not None
    there = (rule_pass.c.store == before.store, rule_pass.c.turn == before.turn)
    return connection.execute(sa.update(rule_pass).where(*there).values(values)).rowcount == 1

"""Refunds that are known one by one: they come before their order as well, and more than once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.webhook_tables import order_refund


class Refund(NamedTuple):
    """What was given back at one time."""

    order_id: str
    id: str
    at: dt.datetime
    amount: int


def note(connection: Connection, refunds: Iterable[Refund]) -> None:
    """Keep refunds; one that is known already is as it is said now."""
    bulk.upsert(connection, order_refund, [refund._asdict() for refund in refunds])


def known(connection: Connection, orders: Iterable[str]) -> dict[str, list[Refund]]:
    """The refunds that are known of some orders, by order, as they came."""
    found: dict[str, list[Refund]] = {}
    for some in in_parts(sorted(orders)):
        query = sa.select(order_refund).where(bulk.one_of(connection, order_refund.c.order_id, some))
        for row in connection.execute(query.order_by(order_refund.c.at, order_refund.c.id)):
            found.setdefault(row.order_id, []).append(Refund(*row))
    return found


def totals(connection: Connection, orders: Iterable[str]) -> dict[str, int]:
    """What was given back of each of these orders, of which refunds are known; a source may know of more."""
    refund = order_refund.c
    return {
        id: int(total)
        for some in in_parts(sorted(orders))
        for id, total in connection.execute(
            sa.select(refund.order_id, sa.func.sum(refund.amount))
            .where(bulk.one_of(connection, refund.order_id, some))
            .group_by(refund.order_id)
        )
    }

"""Sales judged again: touches that come after the order was stored, and customers who are found to be one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk, orders, records, sale_credit
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.facts import Adds, Zones
from sellmode_backend.store.sale_credit import Effects
from sellmode_backend.store.schema import order
from sellmode_contract.kinds.dispute import Dispute
from sellmode_contract.records import Record


class Late(NamedTuple):
    """What is to be written with late touches, and what facts gain."""

    effects: Effects
    adds: Adds


def judge(
    connection: Connection,
    changed: Mapping[tuple[str, str], Record | None],
    before: Iterable[Record],
    now: dt.datetime,
) -> Late:
    """Judge the online sales that came after some touches, or are disputed, of records that will be written with it.

    ``before`` are the records that are changed or removed, as they are stored.
    """
    since = sale_credit.customers_touched(changed, before)
    disputed = {item.order_id for item in changed.values() if isinstance(item, Dispute)}
    if not (since or disputed):
        return Late(Effects([], []), Adds())
    rows = _online(connection, since)
    late = {id for id, customer, at in rows if at >= since[customer]}
    return _again(connection, sorted(late | disputed), changed, now)


def judge_customers(connection: Connection, customers: Iterable[str], now: dt.datetime) -> None:
    """Judge all online sales of some customers, and write what comes of it."""
    effects, adds = _again(connection, [id for id, _, _ in _online(connection, customers)], {}, now)
    if effects.records or effects.removed or any(adds.values()):
        records.write(connection, effects.records, removed=effects.removed, adds=adds)


def _online(connection: Connection, customers: Iterable[str]) -> list[tuple[str, str, dt.datetime]]:
    return [
        (id, customer, at)
        for some in in_parts(sorted(customers))
        for id, customer, at in connection.execute(
            sa.select(order.c.id, order.c.customer, order.c.placed_at).where(
                bulk.one_of(connection, order.c.customer, some), order.c.channel == "online"
            )
        )
    ]


def _again(
    connection: Connection, ids: list[str], changed: Mapping[tuple[str, str], Record | None], now: dt.datetime
) -> Late:
    orders.hold(connection, ids)
    entries = {entry.id: entry for entry in orders.read_orders(connection, ids)}
    adds = Adds()
    told = sale_credit.judge_changed(connection, entries, entries, Zones(connection), adds, now, changed)
    return Late(told, adds)

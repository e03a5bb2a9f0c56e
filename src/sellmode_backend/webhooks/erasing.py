"""Erasing a customer whom their shop has erased: what is known of them goes, what was sold stays, sold to nobody."""

from __future__ import annotations

import datetime as dt

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import keys, merging, orders, records, schema
from sellmode_backend.store.keys import KeyKind
from sellmode_backend.webhooks.said import Erased


def erase(connection: Connection, source: str, erased: Erased, now: dt.datetime) -> int:
    """Erase whom a source knows by this number, else by this e-mail; how many."""
    kind: KeyKind = "number" if erased.number else "email"
    key = keys.normal_key(kind, erased.number or erased.email)
    ids = set(keys.source_customers_with(connection, source, kind, [key] if key else []).get(key, ()))
    ids |= set(merging.kept(connection, ids).values())
    for id in sorted(ids):
        _erase(connection, id, now)
    return len(ids)


def _erase(connection: Connection, id: str, now: dt.datetime) -> None:
    order, touch = schema.order, schema.touch
    records.hold(connection, "customer", [id])
    theirs = [*connection.scalars(sa.select(order.c.id).where(order.c.customer == id))]
    orders.hold(connection, theirs)
    of_nobody = [msgspec.structs.replace(entry, customer=None) for entry in orders.read_orders(connection, theirs)]
    orders.write_orders(connection, of_nobody)
    connection.execute(sa.delete(schema.unmatched_order).where(schema.unmatched_order.c.order_id.in_(theirs)))
    connection.execute(sa.delete(schema.customer_key).where(schema.customer_key.c.customer == id))
    connection.execute(sa.delete(schema.imported).where(schema.imported.c.id == id))
    connection.execute(sa.delete(schema.tracking_refusal).where(schema.tracking_refusal.c.customer == id))
    connection.execute(sa.update(touch).where(touch.c.customer == id).values(customer=None))
    records.write(connection, [], removed=[("customer", id)], now=now)

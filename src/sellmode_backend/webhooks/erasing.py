"""Erasing a customer whom their shop has erased: what is known of them goes, what was sold stays, sold to nobody."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import duplicates, keys, lookup, merging, orders, records, schema
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.keys import KeyKind
from sellmode_backend.webhooks.said import Erased
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.lookbook import result_id

_NAMED: Final = (
    schema.customer_key.c.customer,
    schema.imported.c.id,
    schema.tracking_refusal.c.customer,
    schema.changed_customer.c.customer,
    schema.rule_occurrence.c.customer,
    schema.rule_waiting.c.customer,
    schema.rule_event.c.customer,
    schema.merged_customer.c.id,
)
"""What has a customer's id, of the tables whose rows go with them."""


def erase(connection: Connection, source: str, erased: Erased, now: dt.datetime) -> int:
    """Erase whom a source knows by this number, else by this e-mail; how many."""
    kind: KeyKind = "number" if erased.number else "email"
    key = keys.normal_key(kind, erased.number or erased.email)
    ids = set(keys.source_customers_with(connection, source, kind, [key] if key else []).get(key, ()))
    ids |= set(merging.kept(connection, ids).values())
    for id in sorted(ids):
        erase_customer(connection, id, now)
    return len(ids)


def erase_customer(connection: Connection, id: str, now: dt.datetime) -> None:
    """Erase one, with what was said about their sales."""
    order, touch, merged = schema.order, schema.touch, schema.merged_customer
    records.hold(connection, "customer", [id])
    theirs = [*connection.scalars(sa.select(order.c.id).where(order.c.customer == id))]
    orders.hold(connection, theirs)
    of_nobody = [msgspec.structs.replace(entry, customer=None) for entry in orders.read_orders(connection, theirs)]
    orders.write_orders(connection, of_nobody, now)
    for some in in_parts(theirs):
        connection.execute(sa.delete(schema.unmatched_order).where(schema.unmatched_order.c.order_id.in_(some)))
    # With those who were merged into them: they are known by more keys.
    all_of_them = [id, *connection.scalars(sa.select(merged.c.id).where(merged.c.kept == id))]
    for named in _NAMED:
        connection.execute(sa.delete(named.table).where(named.in_(all_of_them)))
    connection.execute(sa.update(touch).where(touch.c.customer == id).values(customer=None))
    before = records.read(connection, "customer", id)
    looks = records.children(connection, id, "lookbook")
    results = [("lookbook_result", result_id(look.id)) for look in looks]  # what they wrote back is in these
    # What was said in disputes may name them; what was decided stays.
    disputes = [("dispute", each) for order_id in theirs for each in lookup.all_ids(connection, "dispute", order_id)]
    records.write(connection, [], removed=[("customer", id), *results, *disputes], now=now)
    if isinstance(before, Customer):
        duplicates.watch(connection, {id: (before, None)}, now=now)

"""Orders: everything that was sold, for the backend's own questions, and a customer's orders as synced records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import records
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.schema import order, order_line
from sellmode_contract.records import Order, OrderLine

BATCH = 1000
"""Orders that are held in memory and written together."""


class OrderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the backend keeps it: with or without a customer, and with the source's own words."""

    id: str
    number: str
    customer: str | None = None
    store: str | None = None
    """Where it was sold."""
    sold_by: str | None = None
    """Staff id."""
    channel: Literal["store", "online"]
    source: str = ""
    """The channel as the source names it: ``pos``, ``web``."""
    employee: str = ""
    """Who sold it, as the source names them."""
    placed_at: dt.datetime
    cancelled_at: dt.datetime | None = None
    currency: str
    total: int
    """What the source says the order came to; its lines add up to it."""
    refunded: int = 0
    """What was given back of the total since."""
    lines: tuple[OrderLine, ...] = ()


class Written(NamedTuple):
    """What writing orders did."""

    orders: int
    """How many differed from what was stored."""
    customers: frozenset[str]
    """Whose figures are due (`figures.refresh`): who has these orders, and who had them."""


def write_orders(connection: Connection, orders: Iterable[OrderEntry]) -> Written:
    """Store orders as they are now, in the tables and as records of their customers. An equal one is left alone.

    Raises ValueError for an order whose lines do not add up to its total, and what `records.write` raises.
    """
    count, customers = 0, set[str]()
    for batch in in_parts(orders, BATCH):
        for entry in batch:
            _check(entry)
        before = stored(connection, [entry.id for entry in batch])
        changed = {entry.id: entry for entry in batch if before.get(entry.id) != entry}
        _write_tables(connection, changed, before)
        _write_records(connection, changed, before)
        count += len(changed)
        for id, entry in changed.items():
            customers.update(who for who in (entry.customer, id in before and before[id].customer) if who)
    return Written(count, frozenset(customers))


def stored(connection: Connection, ids: Iterable[str]) -> dict[str, OrderEntry]:
    """The orders that exist among ``ids``, by id."""
    found: dict[str, OrderEntry] = {}
    for some in in_parts(ids):
        lines: dict[str, list[OrderLine]] = {}
        query = sa.select(order_line).where(order_line.c.order_id.in_(some))
        for row in connection.execute(query.order_by(order_line.c.order_id, order_line.c.position)).mappings():
            lines.setdefault(row["order_id"], []).append(_line(row))
        for row in connection.execute(sa.select(order).where(order.c.id.in_(some))).mappings():
            found[row["id"]] = OrderEntry(**row, lines=tuple(lines.get(row["id"], ())))
    return found


def _check(entry: OrderEntry) -> None:
    if entry.total != sum(line.amount for line in entry.lines):
        raise ValueError(f"the lines of order {entry.id} do not add up to its total")


def _line(row: sa.RowMapping) -> OrderLine:
    return OrderLine(**{name: row[name] for name in OrderLine.__struct_fields__})


def _row(entry: OrderEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in OrderEntry.__struct_fields__ if name != "lines"}


def _line_rows(entries: Iterable[OrderEntry]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        for position, line in enumerate(entry.lines):
            values = {name: getattr(line, name) for name in OrderLine.__struct_fields__}
            yield {"order_id": entry.id, "position": position, **values}


def _write_tables(connection: Connection, changed: Mapping[str, OrderEntry], before: Mapping[str, OrderEntry]) -> None:
    old = [id for id in changed if id in before]
    for some in in_parts(old):
        connection.execute(sa.delete(order).where(order.c.id.in_(some)))  # and with it its lines
    if changed:
        connection.execute(sa.insert(order), [_row(entry) for entry in changed.values()])
    if lines := list(_line_rows(changed.values())):
        connection.execute(sa.insert(order_line), lines)


def _write_records(connection: Connection, changed: Mapping[str, OrderEntry], before: Mapping[str, OrderEntry]) -> None:
    removed = [
        ("order", id) for id, entry in changed.items() if not entry.customer and id in before and before[id].customer
    ]
    records.write(connection, filter(None, map(_record, changed.values())), removed=removed)


def _record(entry: OrderEntry) -> Order | None:
    """An order as its customer's people know it."""
    if entry.customer is None:
        return None
    return Order(
        id=entry.id,
        customer=entry.customer,
        number=entry.number,
        placed_at=entry.placed_at,
        currency=entry.currency,
        total=entry.total,
        refunded=entry.refunded,
        channel=entry.channel,
        store=entry.store,
        sold_by=entry.sold_by,
        cancelled_at=entry.cancelled_at,
        lines=entry.lines,
    )

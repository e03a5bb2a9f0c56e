"""What was sold, in total and by employee, location, month and source.

As in the figures of a customer, an order that was cancelled counts for nothing, gift cards and tips are no sales
(``kinds.order.net_sales``), units are those sold less those returned, and what sells no goods is not one order more.
One currency is counted at a time: sums of several mean nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import schema
from sellmode_contract import money


class Total(NamedTuple):
    """What a group of orders comes to."""

    net_sales: int = 0
    """Minor units."""
    orders: int = 0
    units: int = 0

    def plus(self, net_sales: int, orders: int, units: int) -> Total:
        """This and some more."""
        return Total(self.net_sales + net_sales, self.orders + orders, self.units + units)


class Totals(NamedTuple):
    """All groups, in one currency."""

    currency: str
    groups: dict[str, dict[str, Total]]
    """By what is grouped (``all``, ``employee``, ``location``, ``month``, ``source``), then by its key, both in order.
    An order without an employee, a location or a source is in no group of that kind: ``all`` has it."""
    others: dict[str, int]
    """How many orders in other currencies are not in it, by currency."""

    def document(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The groups as plain values, amounts as decimal text."""
        return {
            group: {
                key: {**total._asdict(), "net_sales": money.amount_text(total.net_sales, self.currency)}
                for key, total in rows.items()
            }
            for group, rows in self.groups.items()
        }


GROUPS = ("all", "employee", "location", "month", "source")


def totals(connection: Connection, currency: str, zone: ZoneInfo) -> Totals:
    """Add up all orders of a currency; a month is that of the zone."""
    groups: dict[str, dict[str, Total]] = {group: {} for group in GROUPS}
    for row in _orders(connection, currency):
        placed_at: dt.datetime = row.placed_at
        seller = row.seller or row.employee
        keys = {
            "all": "all",
            "employee": f"{row.location} / {seller}" if row.location and seller else seller,
            "location": row.location,
            "month": f"{placed_at.astimezone(zone):%Y-%m}",
            "source": row.source,
        }
        for group, key in keys.items():
            if key:
                rows = groups[group]
                rows[key] = rows.get(key, Total()).plus(row.net_sales, row.sold, row.units)
    ordered = {group: dict(sorted(rows.items())) for group, rows in groups.items()}
    return Totals(currency, ordered, _others(connection, currency))


def _orders(connection: Connection, currency: str) -> Iterator[Any]:
    order, line, store, account = schema.order.c, schema.order_line.c, schema.store.c, schema.account.c
    sold, returned = line.kind == "sale", line.kind == "return"
    lines = (
        sa.select(
            line.order_id,
            sa.func.sum(sa.case((sold, line.quantity), (returned, -sa.func.abs(line.quantity)), else_=0)).label(
                "units"
            ),
            sa.func.max(sa.case((sold, 1), else_=0)).label("sold"),
        )
        .group_by(line.order_id)
        .subquery()
    )
    query = (
        sa.select(
            order.placed_at,
            order.source,
            order.employee,
            order.net_sales,
            store.name.label("location"),
            account.name.label("seller"),
            sa.func.coalesce(lines.c.units, 0).label("units"),
            sa.func.coalesce(lines.c.sold, 0).label("sold"),
        )
        .select_from(
            schema.order.outerjoin(schema.store, store.id == order.store)
            .outerjoin(schema.account, account.id == order.sold_by)
            .outerjoin(lines, lines.c.order_id == order.id)
        )
        .where(order.currency == currency, order.cancelled_at.is_(None))
    )
    yield from connection.execute(query.execution_options(yield_per=5000))


def _others(connection: Connection, currency: str) -> dict[str, int]:
    order = schema.order.c
    query = (
        sa.select(order.currency, sa.func.count())
        .where(order.currency != currency, order.cancelled_at.is_(None))
        .group_by(order.currency)
        .order_by(order.currency)
    )
    return dict(connection.execute(query).all())

"""Figures of customers, worked out from what belongs to them (``kinds.customer.Figures`` says what they are).

An order that was cancelled counts for nothing. Units are those of sold lines less those of returned lines, whichever
sign the source gave the latter. Spend is the orders' net sales (``kinds.order.net_sales``). Gift cards and tips are
neither, and an order of nothing else is no purchase.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import records, settings
from sellmode_backend.store.bulk import one_of
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.schema import order, order_line, record
from sellmode_contract.kinds.customer import Customer, Figures

TOP_CATEGORIES = 3


def refresh(connection: Connection, customer_ids: Iterable[str]) -> int:
    """Work out the figures of customers anew and write those that differ; gives how many did. Ignores unknown ids."""
    retailer = settings.retailer(connection)
    currency = retailer.currency if retailer else ""
    count = 0
    for ids in in_parts(sorted(set(customer_ids))):
        customers = records.read_many(connection, "customer", ids, lock=True)
        figures = _figures(connection, ids, currency)
        count += records.write(
            connection,
            [
                msgspec.structs.replace(customer, figures=figures[customer.id])
                for customer in customers
                if isinstance(customer, Customer) and customer.figures != figures[customer.id]
            ],
        )
    return count


def _figures(connection: Connection, ids: Sequence[str], currency: str) -> dict[str, Figures]:
    units = _units(connection, ids)
    purchases = _purchases(connection, ids, currency)
    spend = _spend(connection, ids)
    contacts = _last_contacts(connection, ids)
    categories = _categories(connection, ids, currency)
    waiting = _waiting(connection, ids)
    nothing = _Purchases(0, 0, None, None)
    return {
        id: Figures(
            orders=purchases.get(id, nothing).orders,
            other_orders=purchases.get(id, nothing).other_orders,
            first_purchase=purchases.get(id, nothing).first,
            last_purchase=purchases.get(id, nothing).last,
            units=units.get(id, 0),
            spend=spend.get(id, {}).get(currency, 0),
            other_spend={code: amount for code, amount in spend.get(id, {}).items() if code != currency and amount},
            last_contact=contacts.get(id),
            categories=tuple(categories.get(id, ())),
            waiting=waiting.get(id, 0),
        )
        for id in ids
    }


def _total(expression: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    # PostgreSQL's sum of big integers is a decimal.
    return sa.cast(sa.func.sum(expression), sa.BigInteger)


def _counted(connection: Connection, ids: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.and_(one_of(connection, order.c.customer, ids), order.c.cancelled_at.is_(None))


class _Purchases(NamedTuple):
    """Orders with something sold."""

    orders: int
    other_orders: int
    """Those of them in other currencies than the retailer's."""
    first: dt.datetime | None
    last: dt.datetime | None


def _purchases(connection: Connection, ids: Sequence[str], currency: str) -> dict[str, _Purchases]:
    sold = sa.exists().where(order_line.c.order_id == order.c.id, order_line.c.kind == "sale")
    query = sa.select(
        order.c.customer,
        sa.func.count(),
        _total(sa.case((order.c.currency != currency, 1), else_=0)),
        sa.func.min(order.c.placed_at),
        sa.func.max(order.c.placed_at),
    ).where(_counted(connection, ids), sold)
    return {customer: _Purchases(*found) for customer, *found in connection.execute(query.group_by(order.c.customer))}


def _units(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    of_line = sa.case(
        (order_line.c.kind == "sale", order_line.c.quantity),
        (order_line.c.kind == "return", -sa.func.abs(order_line.c.quantity)),
        else_=0,
    )
    query = sa.select(order.c.customer, _total(of_line)).join_from(order, order_line)
    rows = connection.execute(query.where(_counted(connection, ids)).group_by(order.c.customer))
    return dict(rows.all())


def _spend(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    query = sa.select(order.c.customer, order.c.currency, _total(order.c.net_sales))
    spend: dict[str, dict[str, int]] = {}
    for customer, currency, amount in connection.execute(
        query.where(_counted(connection, ids)).group_by(order.c.customer, order.c.currency)
    ):
        spend.setdefault(customer, {})[currency] = amount
    return spend


def _categories(connection: Connection, ids: Sequence[str], currency: str) -> dict[str, list[tuple[str, int]]]:
    amount = _total(order_line.c.amount)
    query = (
        sa.select(order.c.customer, order_line.c.type, amount)
        .join_from(order, order_line)
        .where(
            _counted(connection, ids),
            order.c.currency == currency,
            order_line.c.type != "",
            order_line.c.kind.in_(("sale", "return")),
        )
        .group_by(order.c.customer, order_line.c.type)
        .having(amount > 0)
    )
    top: dict[str, list[tuple[str, int]]] = {}
    # Sorted here: the two engines sort text differently.
    for customer, type, spent in sorted(connection.execute(query), key=lambda row: (-row[2], row[1])):
        mine = top.setdefault(customer, [])
        if len(mine) < TOP_CATEGORIES:
            mine.append((type, spent))
    return top


class _ContactAt(msgspec.Struct):
    at: dt.datetime


_decode_contact = msgspec.json.Decoder(_ContactAt).decode


def _last_contacts(connection: Connection, ids: Sequence[str]) -> dict[str, dt.datetime]:
    last: dict[str, dt.datetime] = {}
    query = sa.select(record.c.parent, record.c.doc).where(
        one_of(connection, record.c.parent, ids), record.c.kind == "contact"
    )
    for customer, doc in connection.execute(query):
        at = _decode_contact(doc).at
        last[customer] = max(at, last.get(customer, at))
    return last


def _waiting(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    query = sa.select(record.c.parent, sa.func.count()).where(
        one_of(connection, record.c.parent, ids), record.c.kind == "parked_edit"
    )
    return dict(connection.execute(query.group_by(record.c.parent)).all())

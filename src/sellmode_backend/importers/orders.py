"""The list of orders becomes orders with their lines, each given to its customer if it has one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.importers import line_kinds, products
from sellmode_backend.importers.context import BATCH, Context, Seen
from sellmode_backend.importers.ordering import OrderReader
from sellmode_backend.importers.reading import Table
from sellmode_backend.importers.rows import OrderRows, with_rounding
from sellmode_backend.importers.summary import Summary
from sellmode_backend.store import bulk, figures, keys, matching, orders, refunds, schema
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.matching import OrderKeys
from sellmode_backend.store.orders import OrderEntry
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.kinds.product import Product

UNMATCHED = "orders name a customer who is not known, or more than one (order number)"
UNKNOWN_SELLER = "orders name an unknown employee, or a name that several have (order number)"
SOLD_ELSEWHERE = (
    "orders were sold by someone from another store; they count for the order's store and for that person"
    " (order number)"
)


def load(tables: Iterable[Table], context: Context, gift_cards: Collection[str] | None = None) -> set[str]:
    """Import a list of orders; gives the ids of the customers who have some of them.

    ``gift_cards`` are what those without a SKU are called; not given, they are looked for among the products.
    """
    customers: set[str] = set()
    reader = OrderReader(context.source.read_orders(context.zone), Seen(context.summary))

    if gift_cards is None:
        with context.database.snapshot() as connection:
            gift_cards = gift_cards_of(connection)

    def write(batch: Sequence[OrderRows]) -> None:
        context.make_stores(item.location for item in batch)
        done = context.write(_write, batch, context, gift_cards)
        customers.update(done.customers)
        context.summary.add(done.summary)

    for table in tables:
        for batch in context.batches(table, reader.read(table)):
            write(batch)
    write(list(reader.finished()))
    return customers


def link(context: Context) -> set[str]:
    """Give orders that came before to customers who are known by now; gives the ids of these."""
    return {id for some in matching.waiting(context.database) for id in context.write(matching.give, some)}


def refresh_figures(context: Context, customers: Iterable[str]) -> None:
    """Work out the figures of customers anew: at the end, because the orders of one are spread over a file.

    Of all customers with orders in the file and not of the changed orders only, so that an import which was killed
    before this leaves no wrong figures when it is run again.
    """
    context.database.analyse()
    for ids in in_parts(sorted(customers), BATCH):
        context.summary.written["customer's figures"] += context.write(figures.refresh, ids)


class _Done(NamedTuple):
    customers: set[str]
    summary: Summary


def _write(connection: Connection, batch: Sequence[OrderRows], context: Context, gift_cards: Collection[str]) -> _Done:
    done = _Done(set(), Summary())
    ids = {item.key: context.id("order", item.key) for item in batch}
    before = _stored(connection, ids.values())
    kept = matching.existing(connection, {row.customer for row in before.values() if row.customer})
    looked_for = {
        ids[item.key]: _keys_of(item, context)
        for item in batch
        if not ((stored := before.get(ids[item.key])) and stored.customer in kept)
    }
    matched = matching.customers_of(connection, looked_for)
    orders.hold(connection, ids.values(), set(matched.values()))
    before = _stored(connection, ids.values())  # they may have changed until they were held
    kept = matching.existing(connection, {row.customer for row in before.values() if row.customer})
    skus = {line.sku for item in batch for line in item.lines if line.sku}
    sold, refunded = products.by_sku(connection, skus, context), refunds.totals(connection, ids.values())
    entries = []
    for item in batch:
        stored = before.get(ids[item.key])
        customer = stored.customer if stored and stored.customer in kept else matched.get(ids[item.key])
        store = context.stores.id(item.location)
        if stored and stored.sold_by and (stored.employee, stored.store) == (item.employee, store):
            seller: str | None = stored.sold_by  # they may have moved or left since
        else:
            seller = context.people.seller(item.employee, store) if item.employee else None
            if seller and store and not context.people.works_in(seller, store):
                done.summary.ask(SOLD_ELSEWHERE, item.number)
        if customer is None and _keys_of(item, context).any:
            done.summary.ask(UNMATCHED, item.number)
        if item.employee and seller is None:
            done.summary.ask(UNKNOWN_SELLER, item.number)
        if customer:
            done.customers.add(customer)
        lines = [_as_sold(line, sold.get(line.sku), gift_cards) for line in item.lines]
        entries.append(
            OrderEntry(
                id=ids[item.key],
                number=item.number,
                customer=customer,
                store=store,
                sold_by=seller,
                channel=item.channel,
                source=item.source,
                employee=item.employee,
                placed_at=item.placed_at,
                cancelled_at=item.cancelled_at,
                currency=item.currency,
                total=item.total,
                refunded=max(item.refunded, refunded.get(ids[item.key], 0)),
                click=item.click or (stored.click if stored else ""),
                lines=tuple(with_rounding(lines, item.total)),
            )
        )
    done.summary.written["order"] += orders.write_orders(connection, entries, context.now).changed
    matching.note(connection, looked_for, {entry.id for entry in entries if entry.customer})
    return done


def _keys_of(item: OrderRows, context: Context) -> OrderKeys:
    email, phone, number = (
        keys.normal_key("email", item.email),
        keys.normal_key("phone", item.phone),
        keys.normal_key("number", item.customer),
    )
    return OrderKeys(context.source.name, email, phone, number)


def _stored(connection: Connection, ids: Iterable[str]) -> dict[str, Any]:
    """Whose the orders are that came before, and who sold them, by id."""
    order = schema.order.c
    query = sa.select(order.id, order.customer, order.store, order.employee, order.sold_by, order.click)
    return {
        row.id: row
        for some in in_parts(ids)
        for row in connection.execute(query.where(bulk.one_of(connection, order.id, some)))
    }


def gift_cards_of(connection: Connection) -> frozenset[str]:
    """What gift cards without a SKU are called on orders."""
    record = schema.record.c
    query = sa.select(record.doc).where(record.kind == "product", record.doc.contains('"gift_card":true'))
    cards = (msgspec.json.decode(doc, type=Product) for doc in connection.scalars(query))
    return frozenset(name for card in cards if not card.sku for name in (card.title, f"{card.title} - {card.variant}"))


def _as_sold(line: OrderLine, product: Product | None, gift_cards: Collection[str]) -> OrderLine:
    kind = line_kinds.kind(line, product, gift_cards)
    known = {"product": product.id, "type": product.type} if product else {}
    return msgspec.structs.replace(line, kind=kind, **known)

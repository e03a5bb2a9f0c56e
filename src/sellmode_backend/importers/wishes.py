"""Lists of what customers wish for become wish lists: products are put on them, and none is taken off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy.engine import Connection

from sellmode_backend.importers.context import Context, Seen
from sellmode_backend.importers.reading import Row, Table
from sellmode_backend.importers.rows import WishRow
from sellmode_backend.importers.sources.wishes import read
from sellmode_backend.store import catalogue, matching, records
from sellmode_backend.store.keys import normal_key
from sellmode_backend.store.matching import OrderKeys
from sellmode_contract.kinds.wish import Wish


def load(tables: Iterable[Table], context: Context) -> None:
    """Import lists of wishes. Their customers and products are there before."""
    seen = Seen(context.summary)

    def parse(row: Row) -> WishRow | None:
        item = read(row, context.zone)
        return item if seen.take(f"{item.number}\x1f{item.email}\x1f{item.sku}", row, "sku") else None

    for table in tables:
        for batch in context.batches(table, context.parsed(table, parse)):
            done = context.write(_write, batch, context)
            context.summary.written["wish"] += done.changed
            for item in done.of_nobody:
                item.row.reject(item.row.unusable("customer", "is nobody who is known"))
            for item in done.of_nothing:
                item.row.reject(item.row.unusable("sku", "has no known product: import the products first"))


class _Done(NamedTuple):
    changed: int
    of_nobody: list[WishRow]
    of_nothing: list[WishRow]


def _write(connection: Connection, batch: Sequence[WishRow], context: Context) -> _Done:
    source = context.source.name
    keys = {
        f"{place}": OrderKeys(source, normal_key("email", item.email), "", normal_key("number", item.number))
        for place, item in enumerate(batch)
    }
    found = matching.customers_of(connection, keys)
    products = catalogue.products(connection, {item.sku for item in batch})
    there = {
        (wish.customer, wish.sku)
        for stored in records.belongings(connection, found.values(), "wish").values()
        if isinstance(wish := stored.record, Wish)
    }
    of_nobody, of_nothing = list[WishRow](), list[WishRow]()
    new: list[Wish] = []
    for place, item in enumerate(batch):
        customer, product = found.get(f"{place}"), products.get(item.sku)
        if customer is None:
            of_nobody.append(item)
        elif product is None:
            of_nothing.append(item)
        elif (customer, item.sku) not in there:
            there.add((customer, item.sku))
            new.append(_wish(item, customer, " ".join(filter(None, (product.title, product.variant))), context))
    return _Done(records.write(connection, new), of_nobody, of_nothing)


def _wish(item: WishRow, customer: str, title: str, context: Context) -> Wish:
    return Wish(
        id=context.id("wish", f"{customer}\x1f{item.sku}"),
        customer=customer,
        sku=item.sku,
        title=title,
        note=item.note,
        author=context.people.seller(item.employee, None) if item.employee else None,
        wished_at=item.wished_at or context.now,
    )

"""Lists of stock become a record for each product, with what every store has of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.importers.context import Context, Seen
from sellmode_backend.importers.reading import Row, Table
from sellmode_backend.importers.rows import StockRow
from sellmode_backend.store import records, settings
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.stock import Stock

_AS_OLD: Final = dt.timedelta(minutes=1)
"""The age of a store's stock is no more exact: all terminals are sent it, and sales change stock every few seconds."""
UNKNOWN_PLACE = "locations are not stores; their stock was left out (location)"


def load(tables: Iterable[Table], context: Context) -> None:
    """Import lists of stock. Their products are there before, and so are the stores: stock makes none."""
    lists = context.source.stock
    if lists is None:
        return
    seen = Seen(context.summary)
    elsewhere: set[str] = set()

    def parse(row: Row) -> StockRow | None:
        item = lists.read(row)
        if item is None:
            return None
        elsewhere.update(place for place in item.available if not context.stores.id(place))
        key = "/".join((item.key, item.sku, *item.available)) if row.table.has("location") else item.key + item.sku
        return item if seen.take(key, row, "handle" if row.table.has("handle") else "sku") else None

    for table in tables:
        for batch in context.batches(table, context.parsed(table, parse)):
            done = context.write(_write, batch, context)
            context.summary.written["stock"] += done.changed
            for item in done.unknown:
                item.row.reject(item.row.unusable("sku", "has no known product: import the products first"))
        if not table.has("location"):
            table.unknown = []  # they are the locations
    for place in sorted(elsewhere):
        context.summary.ask(UNKNOWN_PLACE, place)


class _Done(NamedTuple):
    changed: int
    unknown: list[StockRow]
    """Rows of products that are not there."""


def _write(connection: Connection, batch: Sequence[StockRow], context: Context) -> _Done:
    products = _products(connection, batch, context)
    unknown: list[StockRow] = []
    said: dict[str, dict[str, int | None]] = {}
    for item in batch:
        if product := _product(item, products, context):
            stores = {context.stores.id(place): pieces for place, pieces in item.available.items()}
            said.setdefault(product.id, {}).update({store: pieces for store, pieces in stores.items() if store})
        else:
            unknown.append(item)
    ids = {context.id("stock", key): key for key, places in said.items() if places}
    current = {item.id: item for item in records.read_many(connection, "stock", ids, lock=True)}
    changed: list[Stock] = []
    touched: set[str] = set()
    for id, known in ids.items():
        before = current.get(id) or Stock(id=id, product=known)
        assert isinstance(before, Stock)  # noqa: S101 # read as such
        now = {store: pieces for store, pieces in {**before.available, **said[known]}.items() if pieces is not None}
        if now != before.available:
            changed.append(msgspec.structs.replace(before, available=now))
            touched.update(store for store in said[known] if now.get(store) != before.available.get(store))
    _note_when(connection, touched, context)
    return _Done(records.write(connection, changed), unknown)


def _products(connection: Connection, batch: Sequence[StockRow], context: Context) -> dict[str, Product]:
    ids = {context.id("product", key) for item in batch for key in (item.key, item.sku) if key}
    found = records.read_many(connection, "product", ids)
    return {product.id: product for product in found if isinstance(product, Product)}


def _product(item: StockRow, products: Mapping[str, Product], context: Context) -> Product | None:
    """The product of a row: by handle and options if it is known so, else by its SKU, which others may share."""
    if own := products.get(context.id("product", item.key)):
        return own
    found = products.get(context.id("product", item.sku)) if item.sku else None
    if found and found.style and item.style and (found.style, found.variant) != (item.style, item.variant):
        return None
    return found


def _note_when(connection: Connection, stores: set[str], context: Context) -> None:
    if not stores or (retailer := settings.retailer(connection, lock=True)) is None:
        return
    older = [store for store in sorted(stores) if _is_older(retailer.stock_at.get(store), context.now)]
    if older:
        settings.change(connection, stock_at={**retailer.stock_at, **dict.fromkeys(older, context.now)})


def _is_older(known: dt.datetime | None, now: dt.datetime) -> bool:
    return known is None or now - known >= _AS_OLD

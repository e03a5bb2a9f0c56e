"""The list of products becomes product records, one a variant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.importers import bases, merge
from sellmode_backend.importers.context import Context, Seen
from sellmode_backend.importers.reading import Row, Table, UnusableRow
from sellmode_backend.importers.rows import ProductRow
from sellmode_backend.store import lookup, records
from sellmode_contract.kinds.product import Product


def load(tables: Iterable[Table], context: Context, first_look: Iterable[Table]) -> None:
    """Import lists of products; ``first_look`` are the same, to be read once before."""
    reader = context.source.read_products(context.retailer.currency)
    for table in first_look:
        for row in table:
            with suppress(UnusableRow):  # told of when the list is read in earnest
                reader.look(row)
    seen = Seen(context.summary)

    def parse(row: Row) -> ProductRow | None:
        item = reader.read(row)
        return item if item and seen.take(item.key, row, "sku") else None

    for table in tables:
        for batch in context.batches(table, context.parsed(table, parse)):
            context.summary.written["product"] += context.write(_write, batch, context)


def _write(connection: Connection, batch: Sequence[ProductRow], context: Context) -> int:
    fields = {context.id("product", item.key): item.fields for item in batch}
    known = bases.read(connection, "product", fields)
    changes = merge.all_changed(known, fields)
    current = {item.id: item for item in records.read_many(connection, "product", changes, lock=True)}
    products = []
    for id, changed in changes.items():
        before = msgspec.to_builtins(current[id]) if id in current else {"id": id, "sku": "", **fields[id]}
        document = {**before, **changed}
        if "tags" in changed:
            base_tags = known.get(id, {}).get("tags", ())
            document["tags"] = merge.merged_tags(before.get("tags", ()), base_tags, changed["tags"])
        products.append(msgspec.convert(document, Product))
    bases.write(connection, "product", {id: known.get(id, {}) | changes[id] for id in changes})
    return records.write(connection, products)


def by_sku(connection: Connection, skus: Collection[str], context: Context) -> dict[str, Product]:
    """The products that some SKUs name: the source's own, else another's, as where a till sells what a shop lists."""
    own = _read(connection, (context.id("product", sku) for sku in skus))
    if missing := sorted({*skus} - own.keys()):
        return _read(connection, lookup.ids(connection, "product", missing).values()) | own
    return own


def _read(connection: Connection, ids: Iterable[str]) -> dict[str, Product]:
    found = records.read_many(connection, "product", ids)
    return {product.sku: product for product in found if isinstance(product, Product)}

"""The list of products becomes product records, one a SKU."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.importers import bases, merge, shopify
from sellmode_backend.importers.context import Context, once
from sellmode_backend.importers.merge import SOURCE
from sellmode_backend.importers.reading import Row, Table
from sellmode_backend.store import records
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.product import Product


def load(table: Table, context: Context) -> None:
    """Import a list of products."""
    reader = shopify.ProductReader(context.retailer.currency)
    lines: dict[str, int] = {}

    def parse(row: Row) -> shopify.ProductRow | None:
        item = reader.read(row)
        if item is not None:
            once(lines, item.sku, row, "sku")
        return item

    for batch in context.batches(table, context.parsed(table, parse)):
        context.summary.written["product"] += context.write(_write, batch)


def product_id(sku: str) -> str:
    """Id of the product that a source calls so."""
    return source_id("product", SOURCE, sku)


def _write(connection: Connection, batch: Sequence[shopify.ProductRow]) -> int:
    fields = {product_id(item.sku): item.fields for item in batch}
    known = bases.read(connection, "product", fields)
    changes = merge.all_changed(known, fields)
    current = {item.id: item for item in records.read_many(connection, "product", changes, lock=True)}
    products = []
    for id, changed in changes.items():
        before = msgspec.to_builtins(current[id]) if id in current else {"id": id, **fields[id]}
        document = {**before, **changed}
        if "tags" in changed:
            base_tags = known.get(id, {}).get("tags", ())
            document["tags"] = merge.merged_tags(before.get("tags", ()), base_tags, changed["tags"])
        products.append(msgspec.convert(document, Product))
    bases.write(connection, "product", {id: known.get(id, {}) | changes[id] for id in changes})
    return records.write(connection, products)

"""The list of products becomes product records, one a variant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.importers import bases, merge, values
from sellmode_backend.importers.context import Context, Seen
from sellmode_backend.importers.reading import Row, Table, UnusableRow
from sellmode_backend.importers.rows import ProductRow
from sellmode_backend.store import records
from sellmode_contract.kinds.product import Product


def load(tables: Iterable[Table], context: Context, holders: Mapping[str, str]) -> None:
    """Import a list of products; ``holders`` are the variants that have a SKU which others share."""
    reader = context.source.read_products(context.retailer.currency, holders)
    seen = Seen(context.summary)

    def parse(row: Row) -> ProductRow | None:
        item = reader.read(row)
        return item if item and seen.take(item.key, row, "sku") else None

    for table in tables:
        for batch in context.batches(table, context.parsed(table, parse)):
            context.summary.written["product"] += context.write(_write, batch, context)


def holders(tables: Iterable[Table], variant: Callable[[Row], str]) -> dict[str, str]:
    """Of each SKU that several variants share, the variant that is known by it: the first in order of text.

    The others are known by what tells them apart, so that it does not matter in which order they come.
    """
    first: dict[str, str] = {}
    shared: dict[str, str] = {}
    for table in tables:
        for row in table:
            if sku := values.identifier(row["sku"]):
                try:
                    found = variant(row)
                except UnusableRow:
                    continue  # told of when the list is read in earnest
                if (before := first.setdefault(sku, found)) != found:
                    shared[sku] = first[sku] = min(before, found)
    return shared


def _write(connection: Connection, batch: Sequence[ProductRow], context: Context) -> int:
    fields = {context.id("product", item.key): item.fields for item in batch}
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

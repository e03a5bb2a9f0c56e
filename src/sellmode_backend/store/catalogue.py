"""Products and their stock, by what other records name them by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import cast

from sqlalchemy.engine import Connection

from sellmode_backend.store import lookup, records
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.stock import Stock


def products(connection: Connection, skus: Iterable[str]) -> dict[str, Product]:
    """Products by SKU, those that are known."""
    ids = lookup.ids(connection, "product", [*skus])
    found = cast("list[Product]", records.read_many(connection, "product", ids.values()))
    return {product.sku: product for product in found}


def stock(connection: Connection, products: Collection[str]) -> dict[str, Stock]:
    """The stock of products, by the product's id, of those that have any counted."""
    ids = lookup.ids(connection, "stock", [*products])
    found = cast("list[Stock]", records.read_many(connection, "stock", ids.values()))
    return {stock.product: stock for stock in found}

"""Customers of a product, of those whom the account sees: who bought it, and who might like it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.product import Product
from sellmode_contract.search import exact
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.records.products.details import by_id
from sellmode_tui.records.products.lists import Variant, of_styles

MOST: Final = 500
"""So many customers are listed at most; whoever shows them says so."""
_NEVER: Final = dt.datetime.min.replace(tzinfo=dt.UTC)


class ProductCustomer(NamedTuple):
    """A customer of a product."""

    id: str
    name: str
    tier: str
    at: dt.datetime | None
    """When they last bought it; of who might like it, when they last bought anything."""
    what: str
    """The variant that they bought; of who might like it, the size that is noted of them."""
    wished: bool = False
    """Whether it, or another variant, is on their wish list."""


def buyers(reading: Reading, id: str) -> list[ProductCustomer]:
    """Who bought a product or another variant of its style, the last one first; no more than ``MOST`` and one."""
    variants = _variants(reading, id)
    found: dict[str, tuple[dt.datetime, str]] = {}
    for order, line in _sold(reading, [each.product for each in variants]):
        if order.customer not in found or order.placed_at > found[order.customer][0]:
            found[order.customer] = order.placed_at, line.title
    customers = _customers(reading, found)
    last_first = sorted(customers, key=lambda known: (found[known.id][0], known.id), reverse=True)
    return [ProductCustomer(known.id, known.name, known.tier, *found[known.id]) for known in last_first[: MOST + 1]]


def likely(reading: Reading, id: str) -> list[ProductCustomer]:
    """Who has not bought a product, but wishes for it or another variant; then who has bought its type and wears a size
    that there is. Who bought last comes first.

    A style in one size or none is for everybody who bought its type. No more than ``MOST`` and one.
    """
    variants = _variants(reading, id)
    bought = {order.customer for order, _ in _sold(reading, [each.product for each in variants])}
    wanting = _wishing(reading, [each.product.sku for each in variants], bought)
    others = _of_type(reading, variants, bought | {each.id for each in wanting})
    return [*wanting, *others][: MOST + 1]


def _wishing(reading: Reading, skus: Collection[str], bought: Collection[str]) -> list[ProductCustomer]:
    rows = reading.connection.execute(
        "SELECT DISTINCT k.customer FROM wish k"
        f" WHERE k.sku IN (SELECT value FROM json_each(?)) AND {reading.only_visible('k')}",
        (json.dumps([sku for sku in skus if sku]),),
    )
    found = _customers(reading, {id for (id,) in rows} - set(bought))
    found.sort(key=lambda known: (known.figures.last_purchase or _NEVER, known.id), reverse=True)
    return [
        ProductCustomer(known.id, known.name, known.tier, known.figures.last_purchase, "", wished=True)
        for known in found[: MOST + 1]
    ]


def _of_type(reading: Reading, variants: Sequence[Variant], others: Collection[str]) -> list[ProductCustomer]:
    """Who has bought goods of the type of a style and wears a size that there is, but for ``others``."""
    if not variants or not (kind := variants[0].product.type):
        return []
    sold = [each.product for each in variants if each.product.active]
    sizes = {exact(option.value): option.value for each in sold for option in each.options}
    has_sizes = len(sold) > 1 and bool(sizes)
    rows = reading.connection.execute(
        "SELECT c.doc FROM customer c WHERE"
        f" EXISTS (SELECT 1 FROM json_each(c.doc, '$.figures.categories') e WHERE e.value ->> '$[0]' = ?)"
        f" AND {reading.only_visible('c')} ORDER BY c.last_purchase DESC, c.name_key, c.id",
        (kind,),
    )
    found: list[ProductCustomer] = []
    for (doc,) in rows:
        customer: Customer = decode("customer", doc)
        worn = next((size for size in customer.sizes.values() if exact(size) in sizes), "")
        if customer.id in others or (has_sizes and not worn):
            continue
        found.append(ProductCustomer(customer.id, customer.name, customer.tier, customer.figures.last_purchase, worn))
        if len(found) > MOST:
            break
    return found


def _variants(reading: Reading, id: str) -> Sequence[Variant]:
    product = by_id(reading, id)
    if product is None:
        return ()
    key = product.style or product.id
    return of_styles(reading, [key])[key]


def _sold(reading: Reading, products: Collection[Product]) -> Iterator[tuple[Order, OrderLine]]:
    """What visible orders have of some products, but for cancelled ones."""
    ids, skus = {each.id for each in products}, {each.sku for each in products if each.sku}
    # Whatever names one of them somewhere is read; that is much quicker than to take all orders apart.
    names = json.dumps([json.dumps(name, ensure_ascii=False)[1:-1] for name in (*skus, *ids)])
    rows = reading.connection.execute(
        f'SELECT o.doc FROM "order" o WHERE {reading.only_visible("o")}'
        " AND EXISTS (SELECT 1 FROM json_each(?) n WHERE instr(o.doc, n.value))",
        (names,),
    )
    for (doc,) in rows:
        order: Order = decode("order", doc)
        if order.cancelled_at is None:
            for line in order.lines:
                if line.kind == "sale" and (line.product in ids or (line.sku and line.sku in skus)):
                    yield order, line


def _customers(reading: Reading, ids: Collection[str]) -> list[Customer]:
    rows = reading.connection.execute(
        f"SELECT c.doc FROM customer c WHERE c.id IN (SELECT value FROM json_each(?)) AND {reading.only_visible('c')}",
        (json.dumps(list(ids)),),
    )
    return [decode("customer", doc) for (doc,) in rows]

"""Products of looks and picks: as they are sold now, what has changed since they were put there, where to pick from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from sellmode_contract.kinds.look import Change, LookItem, changes
from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.stock import Stock
from sellmode_contract.kinds.wish import Wish
from sellmode_contract.search import words as words_in
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.dates.names import dated
from sellmode_tui.figures import priced
from sellmode_tui.language import marked, tr
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.tasks import products
from sellmode_tui.records.tasks.products import ProductLine

Source = Literal["catalogue", "wishes", "bought", "looks"]
SOURCES: Final[dict[Source, str]] = {
    "catalogue": marked("Catalogue"),
    "wishes": marked("Wish list"),
    "bought": marked("Past purchases"),
    "looks": marked("Other lookbooks"),
}
"""Where products are picked from, by what that is called."""
MAX_OFFERED: Final = 200
"""Products that are offered at once; more are found by words."""
_AT_ONCE: Final = 500


class LookProduct(NamedTuple):
    """A product of a look or of picks, and what the catalogue has of it now."""

    item: LookItem
    product: Product | None = None
    """None for one that the catalogue does not have (any more)."""
    here: int | None = None
    """Pieces in the look's store; None where nobody has counted them."""
    elsewhere: int = 0
    """Pieces in all other stores."""

    @property
    def name(self) -> str:
        """Title and variant as they are now, else as they were put there, else the SKU."""
        if self.product is None:
            return self.item.title or self.item.sku
        return " ".join(filter(None, (self.product.title, self.product.variant)))

    @property
    def price(self) -> str:
        """What it costs now, else what it cost when it was put there."""
        if self.product is not None and self.product.price is not None:
            return priced(self.product.price, self.product.currency)
        return priced(self.item.price, self.item.currency) if self.item.price is not None else ""

    @property
    def is_sold(self) -> bool:
        """Whether it can be bought at all."""
        return self.product is not None and self.product.active

    @property
    def changed(self) -> str:
        """What is to be known before it is shown to a customer: gone, another price, out of stock; empty if nothing."""
        return ", ".join(self._told(change) for change in changes(self.item, self.product, self.here))

    def _told(self, change: Change) -> str:
        item, product = self.item, self.product
        match change:
            case "gone":
                return tr("no longer sold")
            case "price":
                bare = product is None or product.price is None
                now = tr("no price") if bare else self.price
                return tr("was {before}, now {now}", before=priced(item.price or 0, item.currency), now=now)
            case "stock" if self.elsewhere > 0:
                return tr("out of stock here, {number:,} elsewhere", number=self.elsewhere)
            case "stock":
                return tr("out of stock")


class Offered(NamedTuple):
    """A product to pick."""

    line: ProductLine
    about: str = ""
    """Where it comes from: when it was bought, in which look it stands."""


def of_items(seen: Seen, items: Iterable[LookItem], store: str) -> tuple[LookProduct, ...]:
    """The products of a look of a store, in its order."""
    items = tuple(items)
    known = _products(seen.reading, [item.sku for item in items])
    stock = _stock(seen.reading, [product.id for product in known.values()])
    return tuple(_with_stock(item, known.get(item.sku), stock, store) for item in items)


def checked(given: Iterable[LookProduct]) -> list[dict[str, Any]]:
    """Products as a look holds them, with title, price and currency as they are now."""
    return [msgspec.to_builtins(_now(each)) for each in given]


def offered(
    seen: Seen, source: Source, text: str, customer: str | None, among: Sequence[str] | None = None
) -> list[Offered]:
    """What can be picked from somewhere, of what has these words; no more than ``MAX_OFFERED`` and one.

    With SKUs, ``among`` these, in their order where they are of the catalogue.
    """
    if source == "catalogue" and among is not None:
        return [Offered(line) for line in products.by_sku(seen.reading, among[: MAX_OFFERED + 1])]
    if source == "catalogue":
        some = products.named(seen.reading, text, MAX_OFFERED + 1) if text.strip() else _first(seen.reading)
        return [Offered(line) for line in some]
    pairs = _in_looks(seen) if source == "looks" else OF_CUSTOMER[source](seen, customer) if customer else ()
    first: dict[str, str] = {}
    wanted_skus = None if among is None else frozenset(among)
    for sku, about in pairs:
        if wanted_skus is None or sku in wanted_skus:
            first.setdefault(sku, about)
    lines = {line.sku: line for start in range(0, len(first), _AT_ONCE)
             for line in products.by_sku(seen.reading, list(first)[start : start + _AT_ONCE])}  # fmt: skip
    wanted = words_in(text)
    found = (Offered(lines[sku], about) for sku, about in first.items())
    return [each for each in found if _has(each, wanted)][: MAX_OFFERED + 1]


def bought(
    seen: Seen, customer: str | None, skus: Collection[str], since: dt.datetime | None
) -> dict[str, dt.datetime]:
    """Which of some products a customer has bought since, by SKU with when that was last."""
    found: dict[str, dt.datetime] = {}
    if customer is None or since is None:
        return found
    for order in _orders(seen, customer):
        if order.placed_at >= since and order.cancelled_at is None:
            for line in order.lines:
                if line.kind == "sale" and line.sku in skus:
                    found[line.sku] = max(order.placed_at, found.get(line.sku, order.placed_at))
    return found


def _now(each: LookProduct) -> LookItem:
    product = each.product
    if product is None:
        return each.item
    currency = product.currency if product.price is not None else ""
    return msgspec.structs.replace(each.item, title=each.name, price=product.price, currency=currency)


def _products(reading: Reading, skus: Collection[str]) -> dict[str, Product]:
    rows = reading.connection.execute(
        f"SELECT p.doc FROM product p WHERE {reading.only_visible('p')} AND p.sku IN ({_marks(skus)})", tuple(skus)
    )
    found: list[Product] = [decode("product", doc) for (doc,) in rows]
    return {product.sku: product for product in found}


def _stock(reading: Reading, ids: Collection[str]) -> dict[str, Stock]:
    rows = reading.connection.execute(
        f"SELECT s.doc FROM stock s WHERE {reading.only_visible('s')} AND s.product IN ({_marks(ids)})", tuple(ids)
    )
    found: list[Stock] = [decode("stock", doc) for (doc,) in rows]
    return {stock.product: stock for stock in found}


def _with_stock(item: LookItem, product: Product | None, stock: dict[str, Stock], store: str) -> LookProduct:
    held = stock.get(product.id) if product else None
    if held is None:
        return LookProduct(item, product)
    others = sum(max(pieces, 0) for place, pieces in held.available.items() if place != store)
    return LookProduct(item, product, held.available.get(store, 0), others)


def _first(reading: Reading) -> list[ProductLine]:
    rows = reading.connection.execute(
        f"SELECT p.doc FROM product p WHERE {reading.only_visible('p')} AND ifnull(p.doc ->> '$.active', 1)"
        " ORDER BY p.title, p.sku LIMIT ?",
        (MAX_OFFERED + 1,),
    )
    found: list[Product] = [decode("product", doc) for (doc,) in rows]
    return [ProductLine(each.sku, each.title, each.variant, each.price, each.currency) for each in found]


def _orders(seen: Seen, customer: str) -> list[Order]:
    found = [each for each in seen.belongings(customer, "order") if isinstance(each, Order)]
    return sorted(found, key=lambda order: (order.placed_at, order.id), reverse=True)


def _wished(seen: Seen, customer: str) -> Iterator[tuple[str, str]]:
    found = [each for each in seen.belongings(customer, "wish") if isinstance(each, Wish)]
    for wish in sorted(sorted(found, key=lambda each: each.sku), key=lambda each: each.wished_at, reverse=True):
        since = tr("wished {day}", day=dated(wish.wished_at.astimezone(seen.around.zone)))
        yield wish.sku, wish.note or since


def _bought(seen: Seen, customer: str) -> Iterator[tuple[str, str]]:
    for order in _orders(seen, customer):
        if order.cancelled_at is not None:
            continue
        about = tr("bought {day}", day=dated(order.placed_at.astimezone(seen.around.zone)))
        yield from ((line.sku, about) for line in order.lines if line.sku and line.kind == "sale")


OF_CUSTOMER: Final[Mapping[Source, Callable[[Seen, str], Iterator[tuple[str, str]]]]] = {
    "wishes": _wished,
    "bought": _bought,
}
"""The sources that there are only with a customer: what each offers, and what is to be said of it."""


def _in_looks(seen: Seen) -> Iterator[tuple[str, str]]:
    for kind in ("corporate_look", "lookbook"):
        for look in reversed(seen.each(kind)):
            yield from ((item.sku, tr("in {look}", look=look.title)) for item in look.items)


def _has(each: Offered, wanted: Iterable[str]) -> bool:
    held = words_in(f"{each.line.sku} {each.line.name} {each.about}")
    return all(any(word.startswith(typed) for word in held) for typed in wanted)


def _marks(values: Collection[str]) -> str:
    return ",".join("?" * len(values))

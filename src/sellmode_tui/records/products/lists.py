"""Lists of products: a row for each style, found by words and filters of its variants, sorted, and read by page.

A list is found once for one version of the cache and remembered as row numbers (eight bytes a style).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from sellmode_contract.filters import Node, parse
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.stock import Stock
from sellmode_contract.product_search import PRODUCT_FIELDS, pieces
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.records.customers.filters import SQL, joined
from sellmode_tui.records.found_rows import FoundRows
from sellmode_tui.records.products.filters import ProductCompiler, here, named
from sellmode_tui.records.readings import Readings

ProductSort = Literal["title", "vendor", "price", "here", "elsewhere"]
_AT_ONCE: Final = 500
"""Ids that are asked for in one statement."""


STYLE: Final = "CASE p.style WHEN '' THEN p.id ELSE p.style END"
"""SQL for the key of a product's style."""


class ProductQuery(NamedTuple):
    """Which products, in which order; ties go by title. What has no value to sort by comes last."""

    text: str = ""
    """Words and filters, as in ``sellmode_contract.filters``; what is not sold any more has to be asked for."""
    sort: ProductSort = "title"
    descending: bool = False


class StyleLine(NamedTuple):
    """A style in a list, with all its variants. Money is in minor units of ``currency``."""

    key: str
    """The style's, or the id of a product that is of none."""
    id: str
    """A product of it: the first that was found."""
    title: str
    vendor: str
    type: str
    low: int | None
    """The lowest price; None where no variant has one."""
    high: int | None
    currency: str
    variants: int
    options: Mapping[str, tuple[str, ...]]
    """By name, the sizes, colours and so on that there are."""
    here: int | None
    """Pieces in the account's stores; None where no stock is known."""
    elsewhere: int | None
    active: bool
    """Whether any of it is still sold."""


class Variant(NamedTuple):
    """A product with what is in stock of it."""

    product: Product
    available: Mapping[str, int] | None
    """Pieces by store; None where no stock is known."""


class ProductList(FoundRows):
    """The styles that a query finds, now: after a change in the cache, those that it finds then.

    Any thread may ask. Everything but ``cancel`` reads, and raises Interrupted if cancelled meanwhile.
    """

    def __init__(self, readings: Readings, query: ProductQuery) -> None:
        """Raises FilterError if the query's text cannot be read as a filter."""
        super().__init__(readings)
        self.query = query
        self._tree = parse(query.text, PRODUCT_FIELDS)

    def rows(self, start: int, stop: int) -> list[StyleLine]:
        """The styles from one position to before another."""
        with self._reading() as reading:
            wanted = self._between(start, stop)
            stores = here(self._readings.context(reading))
            return [_line(found, variants, stores) for found, variants in _styles(reading, wanted)]

    def find(self, key: str) -> int | None:
        """The position of a style; None if the list has no such one."""
        with self._reading() as reading:
            places = {pk: place for place, pk in enumerate(self._found)}
            rows = reading.connection.execute("SELECT p.pk FROM product p WHERE p.style = ? OR p.id = ?", (key, key))
            return next((places[pk] for (pk,) in rows if pk in places), None)

    def _find(self, reading: Reading) -> array[int]:
        return _find(reading, self._readings.compiler(reading, ProductCompiler), self.query, self._tree)


def skus(reading: Reading, compiler: ProductCompiler, tree: Node) -> list[str]:
    """The SKUs of the variants that a filter finds, by title."""
    condition = _condition(reading, compiler, tree)
    rows = reading.connection.execute(
        f"SELECT p.sku FROM {compiler.source(condition, 'p.')} WHERE {condition.text} AND p.sku != ''"
        " ORDER BY g.title_key, p.sku",
        condition.parameters,
    )
    return [sku for (sku,) in rows]


def _condition(reading: Reading, compiler: ProductCompiler, tree: Node) -> SQL:
    conditions = [SQL(reading.only_visible("g")), compiler.condition(tree)]
    if "active" not in named(tree):
        conditions.append(SQL("g.active"))
    return joined(" AND ", conditions)


def _find(reading: Reading, compiler: ProductCompiler, query: ProductQuery, tree: Node) -> array[int]:
    """The first variant of each style, in the order of the styles."""
    condition, key = _condition(reading, compiler, tree), _sort_key(compiler, query.sort)
    direction = "DESC" if query.descending else "ASC"
    rows = reading.connection.execute(
        f"SELECT min(g.product), min(g.title_key) AS title, {key.text} AS key"
        f" FROM {compiler.source(condition, key.text)} WHERE {condition.text} GROUP BY g.style"
        f" ORDER BY key {direction} NULLS LAST, title {direction if query.sort == 'title' else 'ASC'}, g.style",
        (*key.parameters, *condition.parameters),
    )
    return array("q", [row[0] for row in rows])


def _sort_key(compiler: ProductCompiler, sort: ProductSort) -> SQL:
    match sort:
        case "vendor":
            return SQL("nullif(min(g.vendor_key), '')")
        case "price":
            return SQL("min(g.price)")
        case "here" | "elsewhere":
            number = compiler.here() if sort == "here" else compiler.elsewhere()
            return SQL(f"sum(max({number.text}, 0))", number.parameters)
        case _:
            return SQL("0")


# ------------------------------------------------------------------ what a page of them shows


class _Found(NamedTuple):
    id: str
    """Of the variant that was found first."""
    key: str
    """Of its style."""


def _styles(reading: Reading, found: Sequence[int]) -> Iterator[tuple[_Found, list[Variant]]]:
    """Styles, each by a variant, with all their variants."""
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        rows = reading.connection.execute(
            f"SELECT p.pk, p.id, {STYLE} FROM product p WHERE p.pk IN ({_marks(some)})", tuple(some)
        )
        known = {pk: _Found(id, key) for pk, id, key in rows}
        styles = of_styles(reading, [each.key for each in known.values()])
        yield from ((known[pk], styles[known[pk].key]) for pk in some)


def of_styles(reading: Reading, keys: Sequence[str]) -> dict[str, list[Variant]]:
    """The visible variants of styles by their keys, in the order in which the shop has them."""
    marks = _marks(keys)
    rows = reading.connection.execute(
        f"SELECT p.pk, p.doc FROM product p WHERE p.style IN ({marks}) AND {reading.only_visible('p')}"
        f" UNION SELECT p.pk, p.doc FROM product p WHERE p.id IN ({marks}) AND p.style = ''"
        f" AND {reading.only_visible('p')} ORDER BY 1",
        (*keys, *keys),
    )
    products: list[Product] = [decode("product", doc) for _, doc in rows]
    stock = _stock(reading, [product.id for product in products])
    found: dict[str, list[Variant]] = {key: [] for key in keys}
    for product in products:
        found[product.style or product.id].append(Variant(product, stock.get(product.id)))
    return found


def _stock(reading: Reading, products: Sequence[str]) -> dict[str, Mapping[str, int]]:
    found: dict[str, Mapping[str, int]] = {}
    for start in range(0, len(products), _AT_ONCE):
        some = products[start : start + _AT_ONCE]
        rows = reading.connection.execute(
            f"SELECT s.doc FROM stock s WHERE s.product IN ({_marks(some)}) AND {reading.only_visible('s')}",
            tuple(some),
        )
        held: list[Stock] = [decode("stock", doc) for (doc,) in rows]
        found |= {stock.product: stock.available for stock in held}
    return found


def _line(found: _Found, variants: Sequence[Variant], stores: Sequence[str]) -> StyleLine:
    first = variants[0].product
    sold = [each for each in variants if each.product.active] or variants
    prices = [each.product.price for each in sold if each.product.price is not None]
    own, others = total(sold, stores)
    return StyleLine(
        key=found.key,
        id=found.id,
        title=first.title,
        vendor=first.vendor,
        type=first.type,
        low=min(prices, default=None),
        high=max(prices, default=None),
        currency=first.currency,
        variants=len(variants),
        options=options_of(each.product for each in sold),
        here=own,
        elsewhere=others,
        active=any(each.product.active for each in variants),
    )


def options_of(products: Iterable[Product]) -> dict[str, tuple[str, ...]]:
    """The values that variants have of each option, in their order."""
    found: dict[str, dict[str, None]] = {}
    for product in products:
        for option in product.options:
            found.setdefault(option.name, {})[option.value] = None
    return {name: tuple(values) for name, values in found.items()}


def total(variants: Iterable[Variant], stores: Sequence[str]) -> tuple[int | None, int | None]:
    """Pieces in some stores and in all others, of several variants; None where no stock is known of any."""
    known = [pieces(each.available, stores) for each in variants if each.available is not None]
    if not known:
        return None, None
    return sum(max(own, 0) for own, _ in known), sum(others for _, others in known)


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))

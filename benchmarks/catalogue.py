"""The first page of the catalogue, by what is typed, against reading one product by its key."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Final

import msgspec

from benchmarks import population
from benchmarks.bench import Bench
from benchmarks.measure import Figure, Took, interleaved, statistics_of, timed
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.product import Product, ProductImage, ProductOption
from sellmode_contract.kinds.stock import Stock
from sellmode_contract.wire import Put
from sellmode_tui.cache.store import Cache
from sellmode_tui.records.products.lists import ProductQuery
from sellmode_tui.records.store import RecordStore

PAGE = 50
_SIZES: Final = ("XS", "S", "M", "L", "XL", "XXL")
_STORES: Final = (population.STORE, "Basel", "Bern", "Genf", "Zug")

SHAPES: Final[dict[str, Callable[[Product], ProductQuery]]] = {
    "all": lambda _: ProductQuery(),
    "2_letters": lambda product: ProductQuery(product.title[:2]),
    "two_words": lambda product: ProductQuery(f"{product.title.split()[0][:4]} {product.vendor}"),
    "sku": lambda product: ProductQuery(product.sku),
    "filter": lambda product: ProductQuery(f'type:"{product.type}" price<200 stock>0'),
}
"""What is looked for, to find a product."""


def run(bench: Bench) -> Iterator[Figure]:
    """Each sample looks for another product, in a list of its own."""
    count = max(len(_SIZES), bench.rows // 10)
    bench.tell(f"filling a catalogue of {count:,} variants")
    with contextlib.closing(Cache.open(bench.folder / "catalogue.db", bytes(32))) as cache:
        products = fill(cache, count)
        records, chance = RecordStore(cache), random.Random(5)
        wanted = [chance.choice(products) for _ in range(bench.rounds(100) + 1)]

        def point_read(number: int) -> Took:
            with cache.reading() as reading:
                sql = "SELECT doc FROM product WHERE id = ?"
                return timed(lambda: reading.connection.execute(sql, (wanted[number].id,)).fetchone())

        def first_page(shape: Callable[[Product], ProductQuery], number: int) -> Took:
            query = shape(wanted[number])
            return timed(lambda: records.products.find(query).rows(0, PAGE))

        pages = (partial(first_page, shape) for shape in SHAPES.values())
        reads, *taken = interleaved(bench.rounds(100), point_read, *pages)
        for name, samples in zip(SHAPES, taken, strict=True):
            yield from statistics_of(f"catalogue_{name}", samples, reads, count)


def fill(cache: Cache, count: int) -> list[Product]:
    """Carry so many variants, six to a style, with their stock in five stores into an empty cache."""
    population.fill(cache, 1)
    products = list(_products(count))
    chance = random.Random(6)
    encode = msgspec.json.encode
    stock = (
        Stock(id=f"stock {each.id}", product=each.id, available={store: chance.randrange(5) for store in _STORES})
        for each in products
    )
    everything = (record for pair in zip(products, stock, strict=True) for record in pair)
    left = 2 * count
    while page := list(islice(everything, population.PAGE)):
        cache.state()
        puts = [Put(k=kind_of(each), id=each.id, v=1, s="team/all", g=0, d=msgspec.Raw(encode(each))) for each in page]
        cache.apply(puts, f"{left} left", left)
        left -= len(page)
    cache.state()
    cache.finish(at=population.NOW)
    return products


def _products(count: int) -> Iterator[Product]:
    chance = random.Random(7)
    words = ["".join(chance.choice(part) for part in ("bdfgklmnprst", "aeiou") * 3) for _ in range(3000)]
    brands, types = words[:200], words[200:260]
    for number in range(count):
        style, size = divmod(number, len(_SIZES))
        of_style = random.Random(style)
        yield Product(
            id=f"{number:032x}",
            sku=f"SK-{number:07}",
            title=" ".join(of_style.choice(words).capitalize() for _ in range(3)),
            style=f"style {style}",
            variant=_SIZES[size],
            options=(ProductOption(name="Size", value=_SIZES[size]),),
            vendor=of_style.choice(brands).capitalize(),
            type=of_style.choice(types).capitalize(),
            category="Apparel > Clothing",
            tags=("season", of_style.choice(words)),
            description="Woven and sewn by people who know how. " * 10,
            images=(ProductImage(url=f"https://pictures.example/{style}.jpg"),),
            price=of_style.randrange(1_000, 90_000),
            currency="CHF",
            barcode=f"20{number:011}",
        )

"""Search while typing: the first page of a list, by what is typed, against reading one customer by its key."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import msgspec

from benchmarks.bench import Bench
from benchmarks.measure import Figure, interleaved, median, p99, seconds
from benchmarks.shop import Shop
from sellmode_contract.records import Customer
from sellmode_tui.cache.store import Cache
from sellmode_tui.visibility.customers import CustomerQuery
from sellmode_tui.visibility.door import Door

GOAL_MS = 5.0
PAGE = 50

SHAPES: dict[str, Callable[[Customer], str]] = {
    "1_letter": lambda customer: customer.given_name[:1],
    "2_letters": lambda customer: customer.family_name[:2],
    "3_letters": lambda customer: customer.given_name[:3],
    "5_letters": lambda customer: customer.family_name[:5],
    "two_words": lambda customer: f"{customer.given_name[:3]} {customer.family_name[:2]}",
    "phone_last_4": lambda customer: customer.phone_e164[-4:],
    "phone_middle_5": lambda customer: customer.phone_e164[4:9],
}
"""What is typed to find a customer."""


def run(bench: Bench) -> Iterator[Figure]:
    """Each sample types for another customer, in lower case, in a list of its own."""
    shop = bench.shop()
    with shop.terminal() as (_, cache):
        yield from _first_pages(bench, shop, cache)


def _first_pages(bench: Bench, shop: Shop, cache: Cache) -> Iterator[Figure]:
    door = Door(cache)
    rounds = bench.rounds(300)
    customers = some_customers(cache, rounds + 1)

    def point_read(number: int) -> float:
        with cache.reading() as reading:
            sql = "SELECT doc FROM customer WHERE id = ?"
            return seconds(lambda: reading.connection.execute(sql, (customers[number].id,)).fetchone())

    def first_page(typed: Callable[[Customer], str], number: int) -> float:
        query = CustomerQuery(typed(customers[number]).lower())
        return seconds(lambda: door.find(query).rows(0, PAGE))

    def counted(typed: Callable[[Customer], str], number: int) -> float:
        query = CustomerQuery(typed(customers[number]).lower())

        def page_and_count() -> None:
            found = door.find(query)
            found.rows(0, PAGE)
            found.count()

        return seconds(page_and_count)

    # One sampler a shape, and the point read first: what slows the machine down slows all of them.
    reads, *pages = interleaved(
        rounds, point_read, *(lambda number, typed=typed: first_page(typed, number) for typed in SHAPES.values())
    )
    counts = interleaved(
        bench.rounds(100), *(lambda number, typed=typed: counted(typed, number) for typed in SHAPES.values())
    )
    for shape, page, count in zip(SHAPES, pages, counts, strict=True):
        for name, of, samples in (
            ("p50", median, page),
            ("p99", p99, page),
        ):
            value = of(samples) * 1000
            yield Figure(
                figure=f"typeahead_{shape}_{name}", value=value, unit="ms", baseline=of(reads) * 1000,
                n=len(samples), rows=shop.rows,
                goal=f"under {GOAL_MS:g} ms" if name == "p99" else "", missed=name == "p99" and value >= GOAL_MS,
            )  # fmt: skip
        yield Figure(
            figure=f"typeahead_{shape}_counted_p50", value=median(count) * 1000, unit="ms",
            baseline=median(reads) * 1000, n=len(count), rows=shop.rows,
        )  # fmt: skip


def some_customers(cache: Cache, number: int) -> list[Customer]:
    """Customers picked at random, the same ones in each run."""
    chance = random.Random(5)
    with cache.reading() as reading:
        (last,) = reading.connection.execute("SELECT max(pk) FROM customer").fetchone()
        keys = [chance.randint(1, last) for _ in range(number * 2)]
        sql = "SELECT doc FROM customer WHERE pk = ?"
        docs = [doc for key in keys for (doc,) in reading.connection.execute(sql, (key,))]
    found = [msgspec.json.decode(doc, type=Customer) for doc in docs]
    return [found[index % len(found)] for index in range(number)]

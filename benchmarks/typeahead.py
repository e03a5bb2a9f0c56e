"""Search while typing: the first page of a list, by what is typed, against reading one customer by its key."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from benchmarks.bench import Bench
from benchmarks.measure import Figure, Took, interleaved, median, statistics_of, timed
from benchmarks.shop import Shop
from sellmode_contract.kinds.customer import Customer
from sellmode_tui.cache.store import Cache
from sellmode_tui.records.customers.lists import CustomerQuery
from sellmode_tui.records.store import RecordStore

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
    with shop.cache() as cache:
        yield from _first_pages(bench, shop, cache)


def _first_pages(bench: Bench, shop: Shop, cache: Cache) -> Iterator[Figure]:
    records = RecordStore(cache)
    rounds = bench.rounds(300)
    customers = some_customers(cache, rounds + 1)

    def point_read(number: int) -> Took:
        with cache.reading() as reading:
            sql = "SELECT doc FROM customer WHERE id = ?"
            return timed(lambda: reading.connection.execute(sql, (customers[number].id,)).fetchone())

    def first_page(typed: Callable[[Customer], str], number: int) -> Took:
        query = CustomerQuery(typed(customers[number]).lower())
        return timed(lambda: records.customers.find(query).rows(0, PAGE))

    def counted(typed: Callable[[Customer], str], number: int) -> Took:
        query = CustomerQuery(typed(customers[number]).lower())
        return timed(lambda: records.customers.find(query).count())

    reads, *pages = interleaved(rounds, point_read, *(partial(first_page, typed) for typed in SHAPES.values()))
    counts = interleaved(bench.rounds(50), *(partial(counted, typed) for typed in SHAPES.values()))
    for shape, page, count in zip(SHAPES, pages, counts, strict=True):
        yield from statistics_of(f"typeahead_{shape}", page, reads, shop.rows, GOAL_MS)
        yield Figure(
            figure=f"typeahead_{shape}_count_p50", value=median(took.wall for took in count) * 1000, unit="ms",
            baseline=median(took.wall for took in reads) * 1000, n=len(count), rows=shop.rows,
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

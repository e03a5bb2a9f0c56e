"""Opening the list of everybody: the first fifty rows and the count, in a large cache against a small one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

from benchmarks.bench import Bench
from benchmarks.measure import Figure, Took, interleaved, statistics_of, timed
from sellmode_tui.records.customers.lists import CustomerQuery, Sort
from sellmode_tui.records.store import RecordStore

SMALL = 1000
SORTS: tuple[Sort, ...] = ("name", "last_purchase")


def run(bench: Bench) -> Iterator[Figure]:
    """Each sample is a list of its own, on connections that have been used before."""
    with contextlib.ExitStack() as stack:
        large, small = (
            RecordStore(stack.enter_context(bench.shop(rows).cache())) for rows in (bench.rows, bench.small(SMALL))
        )
        for sort in SORTS:
            query = CustomerQuery(sort=sort)
            of_large, of_small = interleaved(
                bench.rounds(100), *(partial(_first_rows, records, query) for records in (large, small))
            )
            yield from statistics_of(f"open_list_by_{sort}", of_large, of_small, bench.rows)
        of_large, of_small = interleaved(bench.rounds(100), *(partial(_count, records) for records in (large, small)))
        yield from statistics_of("count_everybody", of_large, of_small, bench.rows)


def _first_rows(records: RecordStore, query: CustomerQuery, _round: int) -> Took:
    return timed(lambda: records.customers.find(query).rows(0, 50))


def _count(records: RecordStore, _round: int) -> Took:
    return timed(lambda: records.customers.find().count())

"""Opening the list of everybody: the first fifty rows and the count, in a large cache against a small one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

from benchmarks.bench import Bench
from benchmarks.measure import Figure, interleaved, median, p99, seconds
from sellmode_tui.visibility.customers import CustomerQuery, Sort
from sellmode_tui.visibility.door import Door

SMALL = 1000
SORTS: tuple[Sort, ...] = ("name", "last_purchase")


def run(bench: Bench) -> Iterator[Figure]:
    """Each sample is a list of its own, on connections that have been used before."""
    with contextlib.ExitStack() as stack:
        large, small = (Door(stack.enter_context(bench.shop(rows).terminal())[1]) for rows in (bench.rows, SMALL))
        for sort in SORTS:
            query = CustomerQuery(sort=sort)
            of_large, of_small = interleaved(
                bench.rounds(100), *(partial(_first_rows, door, query) for door in (large, small))
            )
            for name, of in (("p50", median), ("p99", p99)):
                yield Figure(
                    figure=f"open_list_by_{sort}_{name}", value=of(of_large) * 1000, unit="ms",
                    baseline=of(of_small) * 1000, n=len(of_large), rows=bench.rows,
                )  # fmt: skip
        of_large, of_small = interleaved(
            bench.rounds(30), lambda _: seconds(large.find().count), lambda _: seconds(small.find().count)
        )
        yield Figure(
            figure="count_everybody", value=median(of_large) * 1000, unit="ms", baseline=median(of_small) * 1000,
            n=len(of_large), rows=bench.rows,
        )  # fmt: skip


def _first_rows(door: Door, query: CustomerQuery, _round: int) -> float:
    return seconds(lambda: door.find(query).rows(0, 50))

"""Twenty changed customers: what they cost in a large store and cache, against small ones."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from benchmarks import population
from benchmarks.bench import Bench
from benchmarks.measure import Figure, interleaved, median, seconds
from benchmarks.shop import Shop, sync
from sellmode_backend.store import feeds, records
from sellmode_contract.audiences import feed_of, store_audience
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.visibility import scope_name
from sellmode_tui.account.session import Session
from sellmode_tui.cache.page import Change
from sellmode_tui.cache.store import Cache, Changed

SMALL = 10_000
CHANGES = 20
SCOPE = scope_name("team", store_audience(population.STORE))


def run(bench: Bench) -> Iterator[Figure]:
    """Seventeen customers bought something, one has another name, one another e-mail, and one is new."""
    with contextlib.ExitStack() as stack:
        large, small = (_Changing(bench.shop(rows), stack) for rows in (bench.rows, bench.small(SMALL)))
        samples = interleaved(bench.rounds(40), large.sample, small.sample)
    for part, name in enumerate(("store", "cache", "pass")):
        of_large, of_small = (median(sample[part] for sample in shop.samples[1:]) * 1000 for shop in (large, small))
        yield Figure(
            figure=f"delta_{name}", value=of_large, unit="ms", baseline=of_small, n=len(samples[0]), rows=bench.rows
        )


class _Watched(Cache):
    """A cache with a stop-watch."""

    applying = 0.0

    def apply(self, changes: Sequence[Change], *given: Any, **named: Any) -> Changed:
        changed: list[Changed] = []
        self.applying += seconds(lambda: changed.append(super(_Watched, self).apply(changes, *given, **named)))
        return changed[0]


class _Changing:
    """A shop whose customers change, and its terminal."""

    def __init__(self, shop: Shop, stack: contextlib.ExitStack) -> None:
        self.samples: list[tuple[float, float, float]] = []
        """Seconds in the store, in the cache and of the whole pass, sample by sample."""
        self._shop = shop
        self._session: Session = stack.enter_context(contextlib.closing(shop.unlock()))
        path, outbox = self._session.folder.cache_path, self._session.journal.outbox
        cache = stack.enter_context(contextlib.closing(_Watched.open(path, self._session.key, outbox=outbox)))
        assert isinstance(cache, _Watched)  # noqa: S101 # for the type checker
        self._cache = cache
        self._chance = random.Random(shop.rows)
        self._customers = list(population.customers(min(shop.rows, SMALL)))
        self._new = population.customers(1_000_000, seed=shop.rows + 7)

    def sample(self, _round: int) -> float:
        after = self._head()
        with self._shop.database.transaction() as connection:
            records.write(connection, self._changed())
        with self._shop.database.snapshot() as connection:
            store = seconds(lambda: feeds.page(connection, SCOPE, after, feeds.ROWS_PER_SEQ))
        self._cache.applying = 0.0
        whole = seconds(lambda: sync(self._shop, self._session, self._cache))
        self.samples.append((store, self._cache.applying, whole))
        return whole

    def _head(self) -> int:
        with self._shop.database.snapshot() as connection:
            return feeds.head(connection, feed_of(SCOPE))

    def _changed(self) -> list[Customer]:
        replace = msgspec.structs.replace
        chosen = self._chance.sample(range(len(self._customers)), CHANGES - 1)
        for number, index in enumerate(chosen):
            old = self._customers[index]
            if number == 0:
                new = replace(old, family_name=f"{old.family_name}-{self._chance.choice(self._customers).family_name}")
            elif number == 1:
                new = replace(old, email=f"{self._chance.randrange(10**9)}@example.com")
            else:
                figures = replace(
                    old.figures,
                    orders=old.figures.orders + 1,
                    spend=old.figures.spend + 4990,
                    last_purchase=(old.figures.last_purchase or population.NOW) + dt.timedelta(days=1),
                )
                new = replace(old, figures=figures)
            self._customers[index] = new
        return [*(self._customers[index] for index in chosen), next(self._new)]

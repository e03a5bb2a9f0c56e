"""Counts come from what is kept beside the list, and from the search index alone: they must not count who is hidden."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from benchmarks import population
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.wire import Put, Remove
from sellmode_tui.cache.store import Cache
from sellmode_tui.records.customers.lists import CustomerQuery
from sellmode_tui.records.store import RecordStore

CUSTOMERS = 300
ELSEWHERE = "own/person:elsewhere:somebody"
"""A scope that the backend delivers, and that this account's view does not allow."""


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with contextlib.closing(Cache.open(tmp_path / "cache.db", bytes(32))) as cache:
        population.fill(cache, CUSTOMERS)
        head = population.head()
        cache.accept(msgspec.structs.replace(head, scopes=(*head.scopes, ELSEWHERE)), at=population.NOW)
        yield cache


def put(customer: Customer, scope: str, revision: int = 2) -> Put:
    return Put(k="customer", id=customer.id, v=revision, s=scope, d=msgspec.Raw(msgspec.json.encode(customer)))


def counted(cache: Cache, text: str) -> int:
    """How many a list has, which are as many as it gives."""
    found = RecordStore(cache).customers.find(CustomerQuery(text))
    count = found.count()
    assert count.exact
    assert count.n == found.exact_count() == len(found.rows(0, CUSTOMERS * 2))
    return count.n


def test_counts_follow_who_comes_moves_and_goes(cache: Cache) -> None:
    first, second, *_ = population.customers(CUSTOMERS)
    new = Customer(id="new", store=population.STORE, given_name=first.given_name, family_name="Zzyzx")
    name = first.given_name
    hits = counted(cache, name)
    assert counted(cache, "") == CUSTOMERS
    scope = next(scope for scope in population.head().scopes if scope.startswith("team/store"))
    cache.apply([put(new, scope)], "came")
    assert (counted(cache, ""), counted(cache, name), counted(cache, "zzyzx")) == (CUSTOMERS + 1, hits + 1, 1)
    cache.apply([put(new, ELSEWHERE, 3)], "hidden")
    assert (counted(cache, ""), counted(cache, name), counted(cache, "zzyzx")) == (CUSTOMERS, hits, 0)
    cache.apply([put(new, scope, 4)], "back")
    assert (counted(cache, ""), counted(cache, "zzyzx")) == (CUSTOMERS + 1, 1)
    cache.apply([Remove(k="customer", id="new", s=scope), Remove(k="customer", id=second.id, s=scope)], "gone")
    assert (counted(cache, ""), counted(cache, "zzyzx")) == (CUSTOMERS - 1, 0)

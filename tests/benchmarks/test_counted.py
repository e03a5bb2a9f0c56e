"""What can be counted rather than timed: how much is done to show a list, to find somebody, to take a change over."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from benchmarks import catalogue, passes, population
from benchmarks.shop import hear_nothing
from sellmode_backend.store import feeds, records
from sellmode_contract.audiences import store_audience
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations import Edit
from sellmode_contract.visibility import scope_name
from sellmode_contract.wire import Put
from sellmode_tui.cache.store import Cache
from sellmode_tui.journal.journal import Journal
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.records.customers.lists import CustomerQuery
from sellmode_tui.records.products.lists import ProductQuery
from sellmode_tui.records.store import RecordStore
from sellmode_tui.records.writing import made_id, made_now
from sellmode_tui.sealed import Connection
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.single_pass import run_pass
from tests.support.backend import retailer_database
from tests.support.shop import customer, open_shop, sync
from tests.support.shop import terminal as signed_in

SMALL, LARGE = 400, 4000
SCOPE = scope_name("team", store_audience(population.STORE))


class Work:
    """What a connection did: statements, and steps of SQLite's virtual machine, which grow with the rows looked at."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.steps = 0
        self.own_steps = 0
        """Without those that follow on statements of FTS5's own, which looks into as many parts as its index has."""


@contextlib.contextmanager
def watched(connection: Connection) -> Iterator[Work]:
    work = Work()

    own = True

    def step() -> int:
        work.steps += 1
        work.own_steps += own
        return 0

    def note(statement: str) -> None:
        nonlocal own
        own = not statement.startswith("--")  # those with dashes are FTS5's own, or a trigger's
        # Whether the connection has met a damaged page is asked at the end of each reading.
        if own and statement != "SELECT 1 FROM sqlite_master LIMIT 1":
            work.statements.append(statement)

    connection.set_trace_callback(note)
    connection.set_progress_handler(step, 1)
    try:
        yield work
    finally:
        connection.set_trace_callback(None)
        connection.set_progress_handler(None, 1)


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cache, Cache]]:
    """A cache of few customers, and one of ten times as many."""
    folder = tmp_path_factory.mktemp("caches", numbered=True)
    with contextlib.ExitStack() as stack:
        opened = [
            stack.enter_context(contextlib.closing(Cache.open(folder / f"{count}.db", bytes(32))))
            for count in (SMALL, LARGE)
        ]
        for cache, count in zip(opened, (SMALL, LARGE), strict=True):
            population.fill(cache, count)
        yield opened[0], opened[1]


def reading(cache: Cache, read: Callable[[RecordStore], object]) -> Work:
    """What it takes to read something for the second time."""
    records = RecordStore(cache)
    read(records)
    with cache.reading() as held:
        connection = held.connection
    # Readings are given the connection that came back last.
    with watched(connection) as work:
        read(records)
    assert work.steps
    return work


READINGS: dict[str, tuple[Callable[[RecordStore], object], int]] = {
    "list": (lambda records: records.customers.find().rows(0, 50), 14),
    "list by spend": (
        lambda records: records.customers.find(CustomerQuery(sort="spend", descending=True)).rows(0, 50),
        14,
    ),
    "count": (lambda records: records.customers.find().count(), 13),
    "naming by number": (lambda records: records.customers.named("no such number", 2), 14),
    "count of a search": (lambda records: records.customers.find(CustomerQuery("zzzz")).count(), 14),
}
"""What is read, and the statements that it may take: some for the state of the cache, which is looked at each time."""


@pytest.mark.parametrize("name", READINGS)
def test_a_list_takes_as_much_for_ten_times_the_customers(caches: tuple[Cache, Cache], name: str) -> None:
    read, most = READINGS[name]
    few, many = (reading(cache, read) for cache in caches)
    assert len(few.statements) == len(many.statements) <= most, many.statements
    assert many.steps <= few.steps * 1.05 + 20


def test_a_page_among_ties_costs_no_more_the_more_there_are(caches: tuple[Cache, Cache]) -> None:
    def two_pages(records: RecordStore) -> None:
        found = records.customers.find(CustomerQuery(sort="owner"))
        found.rows(0, 50)
        found.rows(50, 100)

    few, many = (reading(cache, two_pages) for cache in caches)
    assert many.steps <= few.steps * 1.05 + 20


@pytest.mark.parametrize("typed", ["b", "ba", "ma", "079", "41"])
def test_the_first_hits_cost_no_more_the_more_hits_there_are(caches: tuple[Cache, Cache], typed: str) -> None:
    work = reading(caches[1], lambda records: records.customers.find(CustomerQuery(typed)).rows(0, 20))
    assert len(work.statements) <= 15, work.statements
    # Some 25 steps for each of the hits that are looked at, whose number has a bound.
    assert work.steps < 3000


def test_hits_are_counted_in_the_index_alone(caches: tuple[Cache, Cache]) -> None:
    hits = 0

    def count(records: RecordStore) -> None:
        nonlocal hits
        hits = records.customers.find(CustomerQuery("b")).count().n

    work = reading(caches[1], count)
    assert hits > 200
    assert work.steps < 10 * hits


def test_a_product_is_found_at_the_same_cost_among_ten_times_as_many(tmp_path: Path) -> None:
    taken = []
    for count in (300, 3000):
        with contextlib.closing(Cache.open(tmp_path / f"{count}.db", bytes(32))) as cache:
            sku = catalogue.fill(cache, count)[200].sku
            work = reading(cache, lambda records, sku=sku: records.products.find(ProductQuery(sku)).rows(0, 50))  # type: ignore[misc]  # bound now
        taken.append(work)
    few, many = taken
    assert len(few.statements) == len(many.statements) <= 16, many.statements
    assert many.own_steps <= few.own_steps * 1.05 + 20


def test_a_change_takes_as_much_for_ten_times_the_customers(caches: tuple[Cache, Cache]) -> None:
    taken = []
    for cache, count in zip(caches, (SMALL, LARGE), strict=True):
        changed = [_richer(customer) for customer in islice(population.customers(count), 20)]
        puts = [
            Put(k="customer", id=customer.id, v=2, s=SCOPE, d=msgspec.Raw(msgspec.json.encode(customer)))
            for customer in changed
        ]
        cache.state()
        with watched(cache._writer) as work:
            assert cache.apply(puts, "next").records == 20
        taken.append(work)
    few, many = taken
    assert many.steps <= few.steps * 1.1 + 200
    assert len(many.statements) <= len(few.statements) * 1.1 + 10


def _richer(customer: Customer) -> Customer:
    figures = msgspec.structs.replace(customer.figures, spend=customer.figures.spend + 4990)
    return msgspec.structs.replace(customer, figures=figures)


def test_a_page_of_the_feed_takes_three_queries(sqlite_url: str) -> None:
    with retailer_database(sqlite_url, stores=(population.STORE,)) as database:
        with database.transaction() as connection:
            records.write(connection, population.customers(30))
        asked: list[str] = []
        with database.snapshot() as connection:
            sa.event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2]))
            page = feeds.page(connection, SCOPE, 0, feeds.ROWS_PER_SEQ)
        assert len(page.puts) == 30
        assert len(asked) == 3, asked


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Callable[[int], tuple[Cache, Outbox]]]:
    """Makes a cache of so many customers, and the journal that folds into it."""
    with contextlib.ExitStack() as stack:

        def make(count: int) -> tuple[Cache, Outbox]:
            journal = stack.enter_context(contextlib.closing(Journal(tmp_path / f"journal-{count}.db", bytes(32))))
            cache = Cache.open(tmp_path / f"cache-{count}.db", bytes(32), outbox=journal.outbox)
            stack.enter_context(contextlib.closing(cache))
            population.fill(cache, count)
            return cache, journal.outbox

        yield make


def _edit(outbox: Outbox, person: Customer) -> None:
    edit = Edit(kind="customer", id=person.id, set={"email": "new@example.com"}, was={"email": person.email})
    outbox.add(edit, mid=made_id(), made=made_now(), before={})


def _folding(cache: Cache, outbox: Outbox, person: Customer) -> Work:
    """What it takes to show one more edit."""
    _edit(outbox, person)
    with watched(cache._writer) as work:
        assert cache.fold()
    return work


def test_an_edit_takes_as_much_for_ten_times_the_customers(
    written: Callable[[int], tuple[Cache, Outbox]],
) -> None:
    people = list(islice(population.customers(SMALL), 2))
    works = []
    for count in (SMALL, LARGE):
        cache, outbox = written(count)
        _folding(cache, outbox, people[0])
        works.append(_folding(cache, outbox, people[1]))
    few, many = works
    assert len(few.statements) == len(many.statements) <= 45, many.statements
    assert many.steps <= few.steps * 1.1 + 200


def test_an_edit_takes_as_much_when_many_wait(written: Callable[[int], tuple[Cache, Outbox]]) -> None:
    cache, outbox = written(SMALL)
    people = list(population.customers(SMALL))
    _folding(cache, outbox, people[0])
    alone = _folding(cache, outbox, people[1])
    for person in people[2:202]:
        _edit(outbox, person)
    cache.fold()
    behind_others = _folding(cache, outbox, people[202])
    assert len(behind_others.statements) == len(alone.statements), behind_others.statements
    assert behind_others.own_steps <= alone.own_steps * 1.1 + 50


@pytest.fixture
def terminal(sqlite_url: str, tmp_path: Path) -> Iterator[Terminal]:
    """One that is up to date with a retailer of its own and 1,000 customers."""
    with open_shop(sqlite_url, "team", page_lines=500) as shop:
        shop.write(*(customer(number, None, "Alpha") for number in range(1000)))
        with signed_in(shop.url, shop.person("ada"), tmp_path / "data") as opened:
            assert sync(opened) > 1000
            yield opened


def test_a_pass_with_nothing_to_do_is_small(terminal: Terminal) -> None:
    sent, received = passes.bytes_of_idle_pass(terminal)
    assert 0 < sent < 1000
    assert 0 < received < 1000


def test_a_thousand_edits_are_sent_in_twenty_calls(terminal: Terminal) -> None:
    with terminal.cache.reading() as reading:
        people = [id for (id,) in reading.connection.execute("SELECT id FROM customer")]
    for person in people:
        edit = Edit(kind="customer", id=person, set={"language": "fr"}, was={"language": ""})
        terminal.outbox.add(edit, mid=made_id(), made=made_now(), before={})
    with passes.CountingTransport(terminal.transport.server) as transport:
        passed = run_pass(replace(terminal, transport=transport), hear_nothing)
    assert [result.st for result in passed.settled] == ["applied"] * 1000
    assert terminal.outbox.unsent() == 0
    assert transport.calls == 20


def test_status_loads_few_modules(tmp_path: Path) -> None:
    """A command starts as fast as what it loads: counted, as times would differ from run to run."""
    script = (
        "import sys; sys.argv = ['sellmode', 'status']\n"
        "from sellmode_tui.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(len(sys.modules))\n"
    )
    environment = {"SELLMODE_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert int(done.stdout.splitlines()[-1]) < 200

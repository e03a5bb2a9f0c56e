"""Results: orders by webhook, what a sale adds to facts, who earned it among many touches, figures of five years."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

import msgspec
import sqlalchemy as sa

from benchmarks import population
from benchmarks.bench import Bench
from benchmarks.measure import Figure, Took, interleaved, median, seconds, statistics_of, timed
from sellmode_backend.store import bulk, migrations, records, settings
from sellmode_backend.store import database as databases
from sellmode_backend.store.database import Database, in_parts
from sellmode_backend.store.orders import OrderEntry, write_orders
from sellmode_backend.store.schema import record, touch
from sellmode_backend.webhooks import inbox
from sellmode_backend.webhooks.inbox import Event
from sellmode_backend.webhooks.working import AT_ONCE, Worker
from sellmode_contract.audiences import EVERYBODY
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.fact import Fact, fact_id
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.kinds.retailer import Retailer, StoreEntry
from sellmode_contract.visibility import Account, scope_name, scopes
from sellmode_contract.wire import Head, Lease, Put, Sweep, View
from sellmode_tui.cache.store import Cache
from sellmode_tui.records import Subject
from sellmode_tui.records.store import RecordStore

_ORDERS: Final = 2_000
_TOUCHES_EACH: Final = 20
"""Of a customer, in a ledger of any size."""
_YEARS: Final = 5
_KEY: Final = bytes(range(32))
_STORE: Final = StoreEntry(id=population.STORE, name="Zürich", time_zone="Europe/Zurich")
_ANA: Final = Account(id="a1", user_name="ana", name="Ana Ruiz", role="associate", stores=(population.STORE,))


def run(bench: Bench) -> Iterator[Figure]:
    """Each on its own files."""
    yield from _webhooks(bench)
    yield from _sale(bench)
    yield from _figures(bench)


@contextlib.contextmanager
def _retailer(path: Path) -> Iterator[Database]:
    with contextlib.closing(databases.open_database(f"sqlite:///{path}")) as database:
        migrations.migrate(database)
        with database.transaction() as connection:
            settings.initialise(connection, "Bench", "associate", "Europe/Zurich", "CHF")
            settings.write_stores(connection, [_STORE])
        yield database


# ------------------------------------------------------------------ webhooks


def _webhooks(bench: Bench) -> Iterator[Figure]:
    rows = bench.small(_ORDERS)
    sent = [_event(number) for number in range(rows)]

    def work_off(round_: int) -> float:
        with _retailer(bench.folder / f"hooks-{round_}.db") as database:
            for some in in_parts(sent):
                database.write(partial(_put_all, events=some))
            return seconds(partial(_all, Worker(database)))

    def insert(round_: int) -> float:
        path = bench.folder / f"hooks-bare-{round_}.db"
        return seconds(partial(_insert, path, sent))

    worked, bare = interleaved(bench.rounds(3), work_off, insert)
    yield Figure(
        figure="webhook_orders", value=rows / median(worked), unit="orders/s", baseline=rows / median(bare),
        n=len(worked), rows=rows,
    )  # fmt: skip


def _put_all(connection: sa.Connection, *, events: Sequence[Event]) -> None:
    for event in events:
        inbox.put(connection, event)


def _event(number: int) -> Event:
    body = {
        "type": "order", "timestamp": population.NOW,
        "data": {
            "id": f"{number}", "placed_at": population.NOW - dt.timedelta(hours=number % 9000), "currency": "CHF",
            "total": "45.00", "email": f"c{number}@example.com", "location": "Zürich",
            "lines": [{"title": "Scarf", "quantity": 1, "price": "45.00", "sku": f"S{number % 500}"}],
        },
    }  # fmt: skip
    return Event("plain", f"e{number}", "order", population.NOW, msgspec.json.encode(body))


def _all(worker: Worker) -> None:
    while worker.work(population.NOW + dt.timedelta(seconds=1)):
        pass


def _insert(path: Path, sent: Sequence[Event]) -> None:
    """The events as they stand, as many in a transaction, durable as the backend's."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA synchronous = full")
        connection.execute("CREATE TABLE t (id TEXT PRIMARY KEY, body BLOB)")
        for some in in_parts(sent, AT_ONCE):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO t VALUES (?, ?)", [(event.id, event.body) for event in some])
            connection.execute("COMMIT")


# ------------------------------------------------------------------ a sale


def _sale(bench: Bench) -> Iterator[Figure]:
    """An online sale of a customer with some touches: in a ledger of ``--rows`` touches, and in one of theirs alone."""
    with contextlib.ExitStack() as stack:
        large, small = (
            stack.enter_context(_with_touches(bench.folder / f"touches-{name}.db", touches))
            for name, touches in (("large", bench.rows), ("small", _TOUCHES_EACH))
        )
        numbers = count()
        of_large, of_small = interleaved(
            bench.rounds(100), *(partial(_sell, database, numbers) for database in (large, small))
        )
        yield from statistics_of("attributed_sale", of_large, of_small, bench.rows)
        before = _fact_seqs(large)
        _sell(large, numbers, 0)
        changed = _fact_seqs(large).items() - before.items()
        yield Figure(
            figure="facts_of_a_sale", value=len(changed), unit="records", baseline=None, n=1, rows=bench.rows,
        )  # fmt: skip


@contextlib.contextmanager
def _with_touches(path: Path, touches: int) -> Iterator[Database]:
    with _retailer(path) as database:
        customers = [f"c{number}" for number in range(max(touches // _TOUCHES_EACH, 1))]
        for some in in_parts(customers, 5_000):
            with database.transaction() as connection:
                records.write(connection, [Customer(id=id, store=_STORE.id, owner=_ANA.id) for id in some])
                for each in in_parts((_touch(id, number) for id in some for number in range(_TOUCHES_EACH)), 10_000):
                    bulk.insert(connection, touch, each)
        yield database


def _touch(customer: str, number: int) -> dict[str, object]:
    return {
        "id": f"{customer}-{number}", "at": population.NOW - dt.timedelta(days=number), "what": "click",
        "way": "lookbook", "about": f"l-{customer}", "store": _STORE.id, "person": _ANA.id, "customer": customer,
        "sku": "S1", "reason": "", "times": 1, "silent": False,
    }  # fmt: skip


def _sell(database: Database, numbers: Iterator[int], _round: int) -> Took:
    number = next(numbers)
    entry = OrderEntry(
        id=f"o{number}", customer="c0", number=f"#{number}", placed_at=population.NOW, currency="CHF", total=4_500,
        channel="online", store=_STORE.id, lines=(OrderLine(title="Scarf", amount=4_500, quantity=1),),
    )  # fmt: skip
    return timed(lambda: database.write(lambda connection: write_orders(connection, [entry], population.NOW)))


def _fact_seqs(database: Database) -> dict[str, int]:
    with database.snapshot() as connection:
        query = sa.select(record.c.id, record.c.seq).where(record.c.kind.in_(("fact", "fact_card")))
        return dict(connection.execute(query).all())


# ------------------------------------------------------------------ figures


def _figures(bench: Bench) -> Iterator[Figure]:
    with contextlib.ExitStack() as stack:
        years, day = (
            RecordStore(stack.enter_context(_cache(bench.folder / f"facts-{name}.db", months)), lambda: population.NOW)
            for name, months in (("years", _YEARS * 12), ("day", 1))
        )
        subject = Subject((_STORE.id,), None, _STORE.name)
        for name, period in (("month", "month"), ("year", "365d"), ("years", "2022-01-01..2026-11-30")):
            of_years, of_day = interleaved(
                bench.rounds(100),
                *(partial(_open, store, subject, period) for store, period in ((years, period), (day, "today"))),
            )
            yield from statistics_of(f"open_figures_{name}", of_years, of_day, bench.rows)


def _open(store: RecordStore, subject: Subject, period: str, _round: int) -> Took:
    return timed(lambda: store.results.figures(subject, period))


@contextlib.contextmanager
def _cache(path: Path, months: int) -> Iterator[Cache]:
    """A terminal's cache with the facts of a store of as many months up to now; of one, of a day."""
    with contextlib.closing(Cache.open(path, _KEY)) as cache:
        head = Head(
            epoch="epoch", view=View(mode="team", account=_ANA), scopes=tuple(sorted(scopes("team", _ANA))),
            now=population.NOW, lease=Lease(soft_s=1, hard_s=2), schema=(1, 1),
        )  # fmt: skip
        cache.accept(head, at=population.NOW)
        retailer = Retailer(id="retailer", name="Bench", mode="team", currency="CHF", time_zone="UTC", stores=(_STORE,))
        lines = [_put("retailer", retailer, scope_name("team", EVERYBODY))]
        lines += [_put("fact", fact, f"team/store:{_STORE.id}") for fact in _facts(months)]
        cache.apply([*lines, *(Sweep(s=scope, g=1) for scope in head.scopes)], "1")
        cache.finish(at=population.NOW)
        yield cache


def _put(kind: str, item: Retailer | Fact, scope: str) -> Put:
    return Put(k=kind, id=item.id, v=1, s=scope, g=1, d=msgspec.Raw(msgspec.json.encode(item)))


def _facts(months: int) -> Iterator[Fact]:
    sums = {"net_sales": 123_456, "transactions": 20, "units": 45, "identified": 12, "refunds": 900}
    channels = {"store": sums, "online": {**sums, "credited_sales": 5_000}, "": {"footfall": 180, "activity": 9}}
    for number in range(months):
        year, month = divmod(population.NOW.year * 12 + population.NOW.month - 1 - number, 12)
        days = range(1, 29) if months > 1 else [population.NOW.day]
        name = f"{year}-{month + 1:02}"
        yield Fact(
            id=fact_id(_STORE.id, None, name), store=_STORE.id, month=name,
            days={f"{day:02}": channels for day in days},
        )  # fmt: skip

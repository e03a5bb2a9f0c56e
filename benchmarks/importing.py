"""An import of a shop's export, beside reading the same files and putting their rows into a table as they are.

Each customer has bought ten times a thing or two. An import of the same files once more finds that nothing has changed.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks import population
from benchmarks.bench import Bench
from benchmarks.measure import Figure, interleaved, median, seconds
from sellmode_backend.importers import run as imports
from sellmode_backend.importers.context import BATCH
from sellmode_backend.importers.rejects import Rejects
from sellmode_backend.importers.sources.shopify import SHOPIFY
from sellmode_backend.store import database as databases
from sellmode_backend.store import migrations, settings

_CUSTOMERS: Final = 20_000
_ORDERS_EACH: Final = 10


def run(bench: Bench) -> Iterator[Figure]:
    """Customers and lines of orders a second: at first, and once more."""
    rows = bench.small(_CUSTOMERS)
    folder = bench.folder / "export"
    folder.mkdir()
    written = {"customers": _write(folder / "customers.csv", _people(rows))}
    written["orders"] = _write(folder / "orders.csv", _lines(rows))
    for name, count in written.items():
        bench.tell(f"importing {count:,} rows of {name}")
        files = [folder / "customers.csv"] if name == "customers" else [folder / "customers.csv", folder / "orders.csv"]
        again = list[float]()

        def import_(round_: int, name: str = name, files: list[Path] = files, again: list[float] = again) -> float:
            url = f"sqlite:///{bench.folder / f'import-{name}-{round_}.db'}"
            if files[:-1]:
                _import(url, files[:-1])
            took = seconds(partial(_import, url, files[-1:]))
            again.append(seconds(partial(_import, url, files[-1:])))
            return took

        def read(round_: int, name: str = name, files: list[Path] = files) -> float:
            return seconds(partial(_insert, bench.folder / f"bare-{name}-{round_}.db", files[-1]))

        first, bare = interleaved(bench.rounds(3), import_, read)
        figure = partial(Figure, unit="rows/s", n=len(first), rows=rows, baseline=count / median(bare))
        yield figure(figure=f"import_{name}", value=count / median(first))
        yield figure(figure=f"import_{name}_again", value=count / median(again[1:] or again))


def _import(url: str, files: Sequence[Path]) -> None:
    with contextlib.closing(databases.open_database(url)) as database:
        migrations.migrate(database)
        with database.transaction() as connection:
            if settings.retailer(connection) is None:
                settings.initialise(connection, "Bench", "team", "UTC", "CHF")
        summary = imports.import_tables(
            database, SHOPIFY, imports.open_tables(SHOPIFY, files), Rejects(None), now=population.NOW
        )
    if summary.rejected:
        raise RuntimeError(f"rows were left out: {summary.rejected}")


def _insert(path: Path, file: Path) -> None:
    """The rows as they stand, as many in a transaction, durable as the backend's."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection, file.open(newline="") as opened:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA synchronous = full")
        reader = csv.reader(opened)
        heads = next(reader)
        connection.execute(f"CREATE TABLE t ({', '.join(f'c{place}' for place in range(len(heads)))})")
        marks = ", ".join("?" * len(heads))
        while page := list(islice(reader, BATCH)):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(f"INSERT INTO t VALUES ({marks})", page)  # noqa: S608  # marks alone
            connection.execute("COMMIT")


def _write(file: Path, rows: Iterable[Mapping[str, object]]) -> int:
    with file.open("w", newline="") as opened:
        rest = iter(rows)
        first = next(rest)
        writer = csv.DictWriter(opened, list(first))
        writer.writeheader()
        writer.writerow(first)
        return 1 + sum(1 for row in rest if writer.writerow(row))


def _people(rows: int) -> Iterator[Mapping[str, object]]:
    for number, person in enumerate(population.customers(rows)):
        yield {
            "Customer ID": f"'{number}", "First Name": person.given_name, "Last Name": person.family_name,
            "Email": f"c{number}@example.com", "Accepts Email Marketing": "yes", "Default Address City": "Oslo",
            "Default Address Country Code": "NO", "Phone": "", "Accepts SMS Marketing": "no", "Note": "",
            "Tags": "vip, press",
        }  # fmt: skip


def _lines(rows: int) -> Iterator[Mapping[str, object]]:
    for number in range(rows * _ORDERS_EACH):
        at = population.NOW - dt.timedelta(hours=number % 9000)
        for line in range(1 + number % 3 % 2):
            yield {
                "Name": f"#{number}", "Email": f"c{number % rows}@example.com" if not line else "",
                "Currency": "CHF" if not line else "", "Total": "30.00" if not line else "",
                "Created at": f"{at:%Y-%m-%d %H:%M:%S} +0000", "Lineitem quantity": "1", "Lineitem name": "Scarf",
                "Lineitem price": "15.00", "Lineitem sku": f"S{number % 500}", "Lineitem discount": "0.00",
                "Id": str(number) if not line else "", "Employee": "", "Location": "Store 1" if not line else "",
                "Source": "pos" if not line else "", "Refunded Amount": "0.00" if not line else "",
                "Cancelled at": "", "Phone": "",
            }  # fmt: skip

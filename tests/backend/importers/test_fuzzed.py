"""Exports of any source, damaged in any way: never a traceback, and each row is used, repeated or told of.

With ``--hypothesis-profile=proofs`` some hundred of each list are tried.
"""

from __future__ import annotations

import codecs
import csv
import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sellmode_backend.importers import run
from sellmode_backend.importers.context import ImportRefused
from sellmode_backend.importers.reading import Row
from sellmode_backend.importers.rejects import Rejected, Rejects
from sellmode_backend.importers.rows import ProductRow
from sellmode_backend.importers.sources.plain import COLUMNS, PLAIN
from sellmode_backend.importers.sources.shopify import SHOPIFY
from sellmode_backend.importers.sources.source import Orders, ReadsProducts, Source
from sellmode_backend.importers.sources.woocommerce import WOOCOMMERCE
from sellmode_backend.store import schema
from sellmode_backend.store import settings as stored_settings
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.store.dry_run import undone
from sellmode_contract.kinds.order import OrderLine
from tests.backend.importers import exports, test_woocommerce
from tests.backend.importers.exports import NOW, Record
from tests.support.backend import copy_tables

_PLAIN = {file: {column.header: column.example for column in columns} for file, columns in COLUMNS.items()}


def rows_of(source: Source, number: int) -> dict[str, Record]:
    """A row of each list, unlike those of other numbers."""
    n, mail = str(number), f"c{number}@example.com"
    if source is SHOPIFY:
        return {
            "customers": exports.customer(n, Email=mail),
            "orders": exports.ORDER | {"Name": f"#{n}", "Id": n, "Lineitem name": f"Item {n}"},
            "products": exports.product(f"S{n}"),
        }
    if source is WOOCOMMERCE:
        return {
            "customers": test_woocommerce.CUSTOMER | {"customer_id": n, "email": mail, "billing_phone": ""},
            "orders": test_woocommerce.ORDER | {"order_id": n, "order_number": n},
            "products": test_woocommerce.PRODUCT | {"ID": n, "SKU": f"S{n}"},
        }
    return {
        "customers": _PLAIN["customers.csv"] | {"Number": n, "E-mail": mail, "Phone": ""},
        "orders": _PLAIN["orders.csv"] | {"Order": n},
        "products": _PLAIN["products.csv"] | {"SKU": f"S{n}"},
    }


# ------------------------------------------------------------------ damage


Table = list[list[str]]

CELLS = st.sampled_from(
    ["", " ", "'", "0", "-1", "1E+12", "1,234.00", "=1+1", '="7"', "NaN", "#REF!", "2026-13-01", "01/02/2026", "yes",
     "é" * 40, "x" * 5000, "a\nb", 'say "hi"', "\x00", "\x1b[2J", "\ufeff", "\u202e", "a,b;c\td", "customer: 7", "true"]
)  # fmt: skip


def _double(table: Table, column: int) -> None:
    for row in table:
        row.extend(row[column : column + 1])


DAMAGES: Sequence[tuple[str, Callable[[Table, int, int, str], object]]] = [
    ("another cell", lambda table, row, column, cell: table[row].__setitem__(slice(column, column + 1), [cell])),
    ("a row twice", lambda table, row, column, cell: table.insert(row, list(table[row]))),
    ("a column twice", lambda table, row, column, cell: _double(table, column)),
    ("fields in another order", lambda table, row, column, cell: table[row].reverse()),
    ("a short row", lambda table, row, column, cell: table[row].__setitem__(slice(column, None), [])),
    ("a long row", lambda table, row, column, cell: table[row].extend(["", cell])),
    ("a blank row", lambda table, row, column, cell: table.insert(row, [""] * (column % 4))),
]

ENCODINGS = [
    (b"", "utf-8"), (codecs.BOM_UTF8, "utf-8"), (b"", "cp1252"), (codecs.BOM_UTF16_LE, "utf-16-le"), (b"", "utf-16-be"),
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, rows: Sequence[Record]) -> bytes:
    """A list as a file that went through a spreadsheet, another encoding, a careless hand, or a broken download."""
    table: Table = [list(rows[0]), *(list(row.values()) for row in rows)]
    columns = st.integers(0, len(rows[0]) - 1)
    for _ in range(draw(st.integers(0, 4))):
        _, damage = draw(st.sampled_from([DAMAGES[0], DAMAGES[0], *DAMAGES]))
        damage(table, draw(st.integers(0, len(table) - 1)), draw(columns), draw(CELLS))
    file = io.StringIO(newline="")
    file.write(draw(st.sampled_from(["", "", "", "sep=;\r\n"])))
    csv.writer(
        file,
        delimiter=draw(st.sampled_from(",,,;\t|")),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\r\n", "\n", "\r"])),
    ).writerows(table)
    mark, encoding = draw(st.sampled_from([ENCODINGS[0], ENCODINGS[0], *ENCODINGS]))
    data = mark + file.getvalue().encode(encoding, "replace")
    place, byte = draw(st.integers(0, len(data))), bytes([draw(st.integers(0, 255))])
    return draw(
        st.sampled_from(
            [data, data, data[:place], data[:place] + b'"' + data[place:], data[:place] + byte + data[place + 1 :]]
        )
    )


# ------------------------------------------------------------------ what becomes of each row


class Idle(NamedTuple):
    """A source that counts the rows which say nothing by themselves: a product's picture, an order without an item."""

    source: Source
    rows: Counter[str]


def counting(source: Source) -> Idle:
    count: Counter[str] = Counter()

    class Products:
        def __init__(self, reader: ReadsProducts) -> None:
            self.look = reader.look
            self._reader = reader

        def read(self, row: Row) -> ProductRow | None:
            found = self._reader.read(row)
            count["products"] += found is None
            return found

    def orders(read: Orders) -> Orders:
        def line(row: Row, currency: str) -> OrderLine | None:
            found = read.line(row, currency)
            count["orders"] += found is None
            return found

        return read._replace(line=line)

    made = source._replace(
        read_products=lambda currency: Products(source.read_products(currency)),
        read_orders=lambda zone: orders(source.read_orders(zone)),
    )
    return Idle(made, count)


_STORED = {
    "customers": sa.select(sa.func.count()).where(schema.record.c.kind == "customer"),
    "products": sa.select(sa.func.count()).where(schema.record.c.kind == "product"),
    "orders": sa.select(sa.func.count()).where(schema.order_line.c.kind != "rounding"),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path_factory.mktemp('fuzzed') / 'backend.db'}"
    copy_tables(url)
    opened = open_database(url)
    with opened.transaction() as connection:
        stored_settings.initialise(connection, "Maison", "associate", "UTC", "USD")
    yield opened
    opened.close()


@pytest.mark.parametrize("name", ["customers", "products", "orders"])
@pytest.mark.parametrize("source", [SHOPIFY, WOOCOMMERCE, PLAIN], ids=lambda source: source.name)
def test_each_row_of_a_damaged_list_is_used_repeated_or_told_of(database: Database, source: Source, name: str) -> None:
    rows = [rows_of(source, number)[name] for number in range(1, 5)]

    @settings(
        max_examples=max(8, settings().max_examples // 15),
        suppress_health_check=[HealthCheck.too_slow],
        deadline=None,
    )
    @given(damaged(rows))
    def holds(data: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder, undone(database) as nothing_stays:
            check(nothing_stays, source, name, Path(folder), data)

    holds()


def check(database: Database, source: Source, name: str, folder: Path, data: bytes) -> None:
    (folder / f"{name}.csv").write_bytes(data)
    told: list[Rejected] = []
    counted = counting(source)
    try:
        tables = run.open_tables(counted.source, [folder])
    except ImportRefused:  # which names the file as a whole
        return
    with Rejects(folder / "rejects", told.append) as rejects:
        summary = run.import_tables(database, counted.source, tables, rejects, now=NOW)
    (read,) = summary.read.values()
    rejected = sum(each.whole for each in told)
    assert rejected == sum(summary.rejected.values())
    (kept,) = [query for kind, query in _STORED.items() if kind == name]
    with database.snapshot() as connection:
        used = connection.scalar(kept) or 0
    assert used + counted.rows[name] + summary.repeated.total() + rejected == read
    assert all(each.reason and each.line for each in told)
    assert summary.complete == (not told and not summary.unread)

"""However an export is cut into files, repeated and brought in, the retailer is the same."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sellmode_backend.importers import run
from sellmode_backend.importers.rejects import Rejected, Rejects
from sellmode_backend.importers.sources.shopify import SHOPIFY
from sellmode_backend.importers.summary import Summary
from sellmode_backend.store import records
from sellmode_backend.store import settings as stored_settings
from sellmode_backend.store.database import Database, open_database
from sellmode_contract.kinds.customer import Customer
from tests.backend.importers.exports import (
    MORE_OF_ORDER,
    NOW,
    ORDER,
    STAFF_ROWS,
    Record,
    as_csv,
    customer,
    product,
    stock,
)
from tests.support.backend import copy_tables

CUSTOMERS = [customer(str(number), Tags="" if number == 3 else "home store:1") for number in range(1, 5)]
PRODUCTS = [
    product("HAT", Handle="hat", Option1_Value="Red"),
    product("HAT", Handle="hat", Option1_Value="Blue"),
    product("S1"),
    product("", Handle="scarf", Option1_Value="M"),
]
ORDERS = [
    [ORDER | {"Id": str(n), "Name": f"#{n}", "Email": f"c{n % 6}@example.com", "Location": f"Store {1 + n % 2}"}]
    + [MORE_OF_ORDER | {"Name": f"#{n}"}] * (n % 3)
    for n in range(8)
]
"""Some of customers who are on the list, some of others, with one to three rows."""

INVENTORY = [
    stock(sku, f"Store {store}", str(pieces), Handle=handle, Option1_Value=option)
    for sku, handle, option in (("HAT", "hat", "Red"), ("HAT", "hat", "Blue"), ("S1", "p-S1", "Default Title"))
    for store, pieces in ((1, len(option)), (2, -1))
]

Parts = list[list[list[Record]]]
"""Files of records, each of one or more rows."""


def parts(records: Sequence[list[Record]]) -> st.SearchStrategy[Parts]:
    """The records in one to three files, in any order, some of them twice."""

    def cut(drawn: tuple[list[list[Record]], int, list[list[Record]]]) -> Parts:
        shuffled, count, again = drawn
        files = [shuffled[place::count] for place in range(count)]
        files[0] = files[0] + [item for item in again if item not in files[0]]
        return [file for file in files if file]

    every = st.permutations(list(records))
    # Rows of one order that stand together in a file are its items, also where they are the same.
    again = st.lists(st.sampled_from(range(len(records))), max_size=2, unique=True)
    return st.tuples(every, st.integers(1, 3), again.map(lambda places: [records[place] for place in places])).map(cut)


class Drawn(msgspec.Struct):
    """Files of each list, and which of them come in which import."""

    customers: Parts
    products: Parts
    orders: Parts
    inventory: Parts
    runs: list[int]
    """For each file in turn, the import that it comes in."""


DRAWN = st.builds(
    Drawn,
    customers=parts([[row] for row in CUSTOMERS]),
    products=parts([[row] for row in PRODUCTS]),
    orders=parts(ORDERS),
    inventory=parts([[row] for row in INVENTORY]),
    runs=st.lists(st.integers(0, 2), min_size=12, max_size=12),
)


@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])
@given(DRAWN)
def test_files_in_any_parts_order_and_number_of_imports_come_to_the_same(drawn: Drawn) -> None:
    with tempfile.TemporaryDirectory() as name:
        assert retailer(Path(name) / "drawn", drawn) == as_it_is()


@functools.cache
def as_it_is() -> dict[str, Any]:
    """What comes of the lists at once."""
    people, goods, levels = ([[[row] for row in rows]] for rows in (CUSTOMERS, PRODUCTS, INVENTORY))
    whole = Drawn(people, goods, [ORDERS], levels, [0] * 12)
    with tempfile.TemporaryDirectory() as name:
        return retailer(Path(name) / "whole", whole)


def retailer(folder: Path, drawn: Drawn) -> dict[str, Any]:
    """What comes of the imports: all customers with their figures, orders, products and stock, by id."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'backend.db'}"
    copy_tables(url)
    database = open_database(url)
    with database.transaction() as connection:
        stored_settings.initialise(connection, "Maison", "team", "UTC", "USD")
    files = [
        (layout, [row for record in file for row in record])
        for layout in ("customers", "products", "orders", "inventory")
        for file in getattr(drawn, layout)
    ]
    for turn in sorted({0, *drawn.runs[: len(files)]}):
        exports = folder / f"import-{turn}"
        exports.mkdir()
        (exports / "staff.csv").write_text(as_csv(STAFF_ROWS), newline="")
        for place, (layout, rows) in enumerate(files):
            # The list of products comes at once: which of those that share a SKU has it is seen in all of them.
            if (0 if layout == "products" else drawn.runs[place]) == turn:
                (exports / f"{layout}_export_{place}.csv").write_text(as_csv([dict(row) for row in rows]), newline="")
        told: list[Rejected] = []
        summary = load(database, exports, told)
        assert [(item.file, item.line, item.reason) for item in told] == []
        assert sum(summary.read.values()) >= sum(summary.repeated.values())
    with database.snapshot() as connection:
        found = {
            kind: {item.id: item for item in records.each(connection, kind)}
            for kind in ("customer", "product", "order", "stock")
        }
    database.close()
    return {
        kind: {
            id: msgspec.structs.replace(item, created_at=None) if isinstance(item, Customer) else item
            for id, item in items.items()
        }
        for kind, items in found.items()
    }


def load(database: Database, exports: Path, told: list[Rejected]) -> Summary:
    with Rejects(None, told.append) as rejects:
        return run.import_tables(database, SHOPIFY, run.open_tables(SHOPIFY, [exports]), rejects, now=NOW)

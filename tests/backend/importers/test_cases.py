"""Small exports with a fault each, as they were found in real files: what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from sellmode_backend.importers import run, values
from sellmode_backend.importers.rejects import Rejected, Rejects
from sellmode_backend.importers.sources.shopify import SHOPIFY
from sellmode_backend.importers.summary import Summary
from sellmode_backend.reports.totals import totals
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.store.migrations import migrate
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.product import Product
from tests.backend.importers.exports import NOW


@pytest.fixture
def case(shared_data: Path) -> Path:
    """The folder of cases beside the shared data."""
    folder = shared_data.parent / "findings" / "cases"
    if not folder.is_dir():
        pytest.skip("the cases are not there")
    return folder


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = open_database(sqlite_url)
    migrate(opened)
    with opened.transaction() as connection:
        settings.initialise(connection, "Maison", "team", "Europe/Amsterdam", "EUR")
    yield opened
    opened.close()


def load(database: Database, *folders: Path) -> tuple[Summary, list[Rejected]]:
    told: list[Rejected] = []
    with Rejects(None, told.append) as rejects:
        return run.import_tables(database, SHOPIFY, run.open_tables(SHOPIFY, folders), rejects, now=NOW), told


def customers(database: Database) -> list[Customer]:
    with database.snapshot() as connection:
        return [item for item in records.each(connection, "customer") if isinstance(item, Customer)]


def net_sales(database: Database) -> tuple[int, int]:
    with database.snapshot() as connection:
        found = totals(connection, "EUR", ZoneInfo("UTC")).groups["all"]["all"]
    return found.net_sales, found.orders


def test_ids_that_a_spreadsheet_has_rounded_double_nothing(database: Database, case: Path) -> None:
    folder = case / "03-spreadsheet-ids-double-everything"
    summary, told = load(database, folder / "excel")
    assert {item.reason for item in told} == {values.REWRITTEN}
    assert not summary.complete
    assert load(database, folder / "clean")[0].complete
    assert [item.given_name for item in customers(database)] == ["Anna"]
    assert net_sales(database) == (300_00, 3)


def test_shopifys_own_file_names(database: Database, case: Path) -> None:
    summary, _ = load(database, case / "07-shopifys-own-file-names-are-ignored")
    assert summary.complete
    assert len(customers(database)) == 1


def test_a_household_of_the_older_layout(database: Database, case: Path) -> None:
    folder = case / "10-household-in-the-older-layout"
    for _ in range(2):
        assert load(database, folder)[0].complete
        assert sorted(item.given_name for item in customers(database)) == ["Jan", "Petra"]


def test_variants_without_or_with_the_same_sku(database: Database, case: Path) -> None:
    assert load(database, case / "12-products-without-or-with-the-same-sku")[0].complete
    with database.snapshot() as connection:
        found = [item for item in records.each(connection, "product") if isinstance(item, Product)]
    assert sorted((item.title, item.variant, item.sku) for item in found) == [
        ("Hat", "Blue", "HAT"), ("Hat", "Red", "HAT"), ("Scarf", "M", ""), ("Scarf", "S", ""),
    ]  # fmt: skip


def test_the_present_template_of_products(database: Database, case: Path) -> None:
    assert load(database, case / "18-new-product-headers-stop-everything")[0].complete
    assert len(customers(database)) == 1


def test_names_are_trimmed(database: Database, case: Path) -> None:
    assert load(database, case / "05-dear-comma")[0].complete
    assert sorted(item.given_name for item in customers(database)) == ["", "Anna"]


def test_orders_that_nobody_paid_for_count_for_nothing(database: Database, case: Path) -> None:
    assert load(database, case / "06-unpaid-voided-and-refunded-orders-count")[0].complete
    assert {
        item.given_name: (item.figures.spend, item.figures.orders, item.figures.last_purchase is not None)
        for item in customers(database)
    } == {
        "Expired": (0, 0, False), "Voided": (0, 0, False), "Test": (0, 0, False), "Refunded": (0, 1, True),
    }  # fmt: skip


def test_orders_keep_to_whom_the_source_names(database: Database, case: Path) -> None:
    """Whatever people have corrected, or added in another store, meanwhile."""
    folder = case / "01-edited-email-loses-orders"
    load(database, folder / "before")
    (anna,) = customers(database)
    with database.transaction() as connection:
        stores = {entry.id for entry in settings.stores(connection)} - {anna.store}
        records.write(connection, [msgspec.structs.replace(anna, email="anna.private@example.com")])
        records.write(connection, [Customer(id="twin", email=anna.email, store=min(stores))])
    load(database, folder / "before", folder / "after")
    assert {item.id: item.figures.spend for item in customers(database)} == {anna.id: 130_00, "twin": 0}


def test_birth_dates_of_a_metafield_are_birthdays(database: Database, case: Path) -> None:
    assert load(database, case / "09-metafield-columns")[0].complete
    with database.snapshot() as connection:
        (found,) = (item for item in records.each(connection, "date") if isinstance(item, ImportantDate))
    assert (found.label, found.year, found.month, found.day) == ("birthday", 1990, 5, 2)

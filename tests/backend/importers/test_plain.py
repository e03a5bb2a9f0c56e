"""Our own plain CSV, through the same reader, identity and report as shops' exports, and its templates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from sellmode_backend.cli import commands
from sellmode_backend.importers import run
from sellmode_backend.importers.rejects import Rejected, Rejects
from sellmode_backend.importers.sources.plain import COLUMNS, PLAIN
from sellmode_backend.importers.summary import Summary
from sellmode_backend.store import orders as stored_orders
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.stock import Stock
from tests.backend.importers.exports import NOW, Export, Record, as_csv, product

EXAMPLES = {file: {column.header: column.example for column in columns} for file, columns in COLUMNS.items()}
"""The rows that the documents have as examples: all of a small retailer."""


def load(database: Database, folder: Path, **lists: Sequence[Record]) -> tuple[Summary, list[Rejected]]:
    folder.mkdir(exist_ok=True)
    for name, rows in lists.items():
        (folder / f"{name}.csv").write_text(as_csv(rows), newline="")
    told: list[Rejected] = []
    with Rejects(None, told.append) as rejects:
        return run.import_tables(database, PLAIN, run.open_tables(PLAIN, [folder]), rejects, now=NOW), told


def people(database: Database) -> list[Customer]:
    with database.snapshot() as connection:
        return [item for item in records.each(connection, "customer") if isinstance(item, Customer)]


def test_the_examples_of_the_documents_make_a_retailer(database: Database, tmp_path: Path) -> None:
    with database.transaction() as connection:
        settings.change(connection, time_zone="Europe/Brussels", currency="EUR")
    birthday = EXAMPLES["customers.csv"] | {"Birthday": "1990-05-02"}
    lists = {file.removesuffix(".csv"): [row] for file, row in EXAMPLES.items()} | {"customers": [birthday]}
    summary, told = load(database, tmp_path / "lists", **lists)
    assert told == []
    assert summary.complete

    (anna,) = people(database)
    with database.snapshot() as connection:
        (store,) = settings.stores(connection)
        (scarf,) = records.each(connection, "product")
        belongings = records.children(connection, anna.id)
        (order,) = stored_orders.read_orders(connection, [source_id("order", "plain", "1001")])
        staff = records.read_many(connection, "staff", [source_id("staff", "plain", "E17")])
    assert isinstance(scarf, Product)
    assert (anna.number, anna.email, anna.phone_e164) == ("4711", "anna@example.com", "+3235550102")
    assert (anna.store, anna.owner, anna.tags) == (store.id, staff[0].id, ("vip", "bags"))
    assert anna.address
    assert (anna.address.lines, anna.address.postcode) == (("Meir 1",), "2000")
    assert (scarf.title, scarf.price, scarf.variant, scarf.active) == ("Scarf", 2200, "Red", True)
    assert (order.customer, order.sold_by, order.store) == (anna.id, anna.owner, store.id)
    assert order.placed_at == dt.datetime(2026, 5, 14, 9, 23, tzinfo=dt.UTC)
    assert [(line.amount, line.quantity, line.product) for line in order.lines] == [(4000, 2, scarf.id), (500, 0, None)]
    consents = {item.channel: item.state for item in belongings if isinstance(item, Consent)}
    assert consents == {"email": "subscribed", "sms": "unsubscribed"}
    assert [item.text for item in belongings if isinstance(item, Note)] == ["Likes silk"]
    assert [(item.month, item.day) for item in belongings if isinstance(item, ImportantDate)] == [(5, 2)]

    again, _ = load(database, tmp_path / "lists")
    assert not any(again.written.values())


def test_owner_and_store_may_be_columns_or_tags_and_a_missing_column_changes_neither(
    database: Database, tmp_path: Path
) -> None:
    row = EXAMPLES["customers.csv"]
    staff = [EXAMPLES["staff.csv"]]
    load(database, tmp_path / "a", staff=staff, customers=[row | {"Owner": "", "Store": "", "Tags": "associate:E17"}])
    (anna,) = people(database)
    assert anna.owner == source_id("staff", "plain", "E17")
    load(
        database,
        tmp_path / "b",
        customers=[{key: row[key] for key in ("Given name", "Family name", "E-mail", "Number")}],
    )
    assert people(database) == [anna]
    summary, _ = load(database, tmp_path / "c", customers=[row | {"Owner": "E99", "Store": "Ghent"}])
    assert people(database)[0].owner == anna.owner
    assert [case.count for case in summary.open.values()][:2] == [1, 1]


@pytest.mark.parametrize(
    ("list_name", "change", "column"),
    [
        ("orders", {"Order": ""}, "Order"),
        ("orders", {"Order": "1.00E+03"}, "Order"),
        ("orders", {"Total": "45,00"}, "Total"),
        ("orders", {"Channel": "market"}, "Channel"),
        ("customers", {"Number": "4,711"}, "Number"),
        ("customers", {"E-mail consent": "perhaps"}, "E-mail consent"),
        ("products", {"SKU": ""}, "SKU"),
        ("products", {"Active": "sold out"}, "Active"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_column(
    database: Database, tmp_path: Path, list_name: str, change: Record, column: str
) -> None:
    summary, told = load(database, tmp_path / "lists", **{list_name: [EXAMPLES[f"{list_name}.csv"] | change]})
    assert [rejected.column for rejected in told] == [column]
    assert not summary.complete


def test_templates_are_files_that_the_import_knows_and_nothing_is_written_over(tmp_path: Path) -> None:
    runner = CliRunner()
    made = runner.invoke(commands, ["import", "template", str(tmp_path / "new" / "lists")])
    assert made.exit_code == 0, made.output
    tables = run.open_tables(PLAIN, [tmp_path / "new" / "lists"])
    assert tables.missing == []
    assert tables.unread == []
    (tmp_path / "new" / "lists" / "staff.csv").unlink()
    before = sorted((tmp_path / "new" / "lists").iterdir())
    again = runner.invoke(commands, ["import", "template", str(tmp_path / "new" / "lists")])
    assert again.exit_code == 1
    assert "already exists" in again.output
    assert sorted((tmp_path / "new" / "lists").iterdir()) == before


def test_stock_and_what_a_line_stands_for_can_be_told(database: Database, tmp_path: Path) -> None:
    with database.transaction() as connection:
        settings.change(connection, time_zone="Europe/Brussels", currency="EUR")
    line = EXAMPLES["orders.csv"] | {"Total": "89.00", "Discount": ""}
    more = dict.fromkeys(line, "") | {"Order": "1001", "Quantity": "1"}
    ware = EXAMPLES["stock.csv"]
    told = load(
        database,
        tmp_path / "lists",
        staff=[EXAMPLES["staff.csv"]],
        products=[
            EXAMPLES["products.csv"],
            {**EXAMPLES["products.csv"], "SKU": "VC", "Title": "Voucher", "Gift card": "yes"},
        ],
        stock=[
            ware,
            ware | {"SKU": "VC", "Available": ""},
            ware | {"SKU": "?"},
            ware | {"Available": "1.5", "SKU": "VC"},
        ],
        orders=[
            line,
            more | {"Item": "For the team", "Price": "5.00", "Kind": "Tip"},
            more | {"Item": "Paper", "Price": "20.00", "Kind": "gift card"},
            more | {"Item": "Voucher", "SKU": "VC", "Price": "20.00"},
            line | {"Order": "1002", "Kind": "present"},
        ],
    )[1]
    assert [(one.file, one.line, one.column, one.reason) for one in told] == [
        ("orders.csv", 6, "Kind", "is neither gift card nor tip"),
        ("stock.csv", 5, "Available", "is no whole number"),
        ("stock.csv", 4, "SKU", "has no known product: import the products first"),
    ]
    with database.snapshot() as connection:
        (stock,) = (item for item in records.each(connection, "stock") if isinstance(item, Stock))
        (store,) = settings.stores(connection)
        (order,) = stored_orders.read_orders(connection, [source_id("order", "plain", "1001")])
    assert stock.available == {store.id: 3}
    assert [each.kind for each in order.lines] == ["sale", "tip", "gift_card", "gift_card"]


def test_what_a_till_sells_is_a_product_of_the_shops_list(database: Database, export: Export, tmp_path: Path) -> None:
    export.staff().products(*(product(sku) | {"Gift Card": card} for sku, card in (("SC-1", ""), ("GC", "true"))))
    export.load(database)
    sold = EXAMPLES["orders.csv"]
    rows = [sold, sold | {"Order": "1002", "SKU": "GC", "Item": "Voucher"}]
    load(database, tmp_path / "lists", customers=[EXAMPLES["customers.csv"]], orders=rows)
    with database.snapshot() as connection:
        ids = [source_id("order", "plain", key) for key in ("1001", "1002")]
        lines = [order.lines[0] for order in stored_orders.read_orders(connection, ids)]
    assert {(line.kind, line.product, line.type) for line in lines} == {
        ("sale", source_id("product", "shopify", "SC-1"), "Soap"),
        ("gift_card", source_id("product", "shopify", "GC"), "Soap"),
    }

"""WooCommerce's exports, through the same reader, identity and report as Shopify's."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from sellmode_backend.cli import commands
from sellmode_backend.importers import run
from sellmode_backend.importers.rejects import Rejected, Rejects
from sellmode_backend.importers.sources.woocommerce import WOOCOMMERCE
from sellmode_backend.importers.summary import Summary
from sellmode_backend.store import orders as stored_orders
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.product import Product, ProductOption
from tests.backend.importers.exports import NOW, STAFF_ROWS, Export, Record, as_csv

CUSTOMER: Record = {
    "customer_id": "7", "first_name": "Skyler", "last_name": "White", "user_login": "sky",
    "email": "sky@example.com", "date_registered": "2016-09-15 03:17:47", "billing_first_name": "Skyler",
    "billing_company": "", "billing_address_1": "308 Negra Arroyo Lane", "billing_city": "Albuquerque",
    "billing_state": "NM", "billing_postcode": "87104", "billing_country": "US", "billing_phone": "505-842-5662",
    "shipping_city": "Albuquerque", "total_spent": "90.00", "order_count": "2",
}  # fmt: skip

ORDER: Record = {
    "order_id": "188", "order_number": "188", "date": "2026-07-01 12:00:00", "status": "completed",
    "shipping_total": "5.00", "order_total": "45.00", "refunded_total": "0.00", "order_currency": "EUR",
    "payment_method": "bacs", "customer_id": "7", "billing_email": "sky@example.com", "billing_phone": "",
    "billing_country": "US", "item_name": "Scarf", "item_sku": "SC-1", "item_quantity": "2",
    "item_subtotal": "44.00", "item_total": "40.00", "coupons": "",
}  # fmt: skip

MORE: Record = dict.fromkeys(ORDER, "") | {
    "order_id": "188", "order_number": "188", "item_name": "Hat", "item_quantity": "1", "item_total": "0.00",
}  # fmt: skip

PRODUCT: Record = {
    "ID": "11", "Type": "variation", "SKU": "SC-1", "GTIN, UPC, EAN, or ISBN": "4006381333931", "Name": "Scarf - Red",
    "Published": "1", "Categories": "Accessories > Scarves, New", "Tags": "wool, winter", "Regular price": "22.00",
    "Parent": "id:10", "Attribute 1 name": "Colour", "Attribute 1 value(s)": "Red",
}  # fmt: skip


def load(database: Database, folder: Path, **lists: Sequence[Record]) -> tuple[Summary, list[Rejected]]:
    folder.mkdir(exist_ok=True)
    for name, rows in lists.items():
        (folder / f"wc-{name}-export.csv").write_text(as_csv(rows), newline="")
    told: list[Rejected] = []
    with Rejects(None, told.append) as rejects:
        tables = run.open_tables(WOOCOMMERCE, [folder])
        return run.import_tables(database, WOOCOMMERCE, tables, rejects, now=NOW), told


def people(database: Database) -> list[Customer]:
    with database.snapshot() as connection:
        found = [item for item in records.each(connection, "customer") if isinstance(item, Customer)]
    return sorted(found, key=lambda item: item.number)


def order(database: Database, key: str) -> stored_orders.OrderEntry:
    with database.snapshot() as connection:
        (found,) = stored_orders.read_orders(connection, [source_id("order", "woocommerce", key)])
    return found


def test_customers_orders_and_products_come_in_and_once(database: Database, tmp_path: Path) -> None:
    with database.transaction() as connection:
        settings.change(connection, time_zone="Europe/Amsterdam", currency="EUR")
    parent = PRODUCT | {"ID": "10", "Type": "variable", "SKU": "", "Regular price": ""}
    plain = PRODUCT | {
        "ID": "12",
        "Type": "simple",
        "SKU": "",
        "Name": "Hat",
        "Published": "0",
        "Attribute 1 value(s)": "",
    }
    unpaid = ORDER | {"order_id": "190", "order_number": "190", "status": "wc-pending"}
    guests = ORDER | {"order_id": "191", "customer_id": "0", "billing_email": "guest@example.com"}
    lists = {
        "staff": STAFF_ROWS,
        "products": [parent, PRODUCT, plain],
        "customers": [CUSTOMER, CUSTOMER | {"customer_id": "0", "email": "guest@example.com"}],
        "orders": [
            ORDER,
            MORE,
            ORDER | {"order_id": "189", "order_number": "189", "refunded_total": "-45.00", "status": "refunded"},
            unpaid,
            guests | {"order_number": "191"},
        ],
    }
    summary, told = load(database, tmp_path / "shop", **lists)
    assert (told, summary.unknown, summary.missing) == ([], {}, [])
    guest, sky = people(database)
    assert (sky.given_name, sky.phone_e164, sky.address and sky.address.city) == (
        "Skyler",
        "+15058425662",
        "Albuquerque",
    )
    assert (sky.figures.orders, sky.figures.spend) == (2, 45_00)
    assert (guest.email, guest.figures.orders) == ("guest@example.com", 1)
    first = order(database, "188")
    assert first.placed_at == dt.datetime(2026, 7, 1, 10, 0, tzinfo=dt.UTC)
    assert [(line.title, line.quantity, line.price, line.amount, line.kind) for line in first.lines] == [
        ("Scarf", 2, 22_00, 40_00, "sale"), ("Hat", 1, 0, 0, "sale"), ("", 0, 0, 5_00, "rounding"),
    ]  # fmt: skip
    assert order(database, "190").cancelled_at is not None
    with database.snapshot() as connection:
        goods = [item for item in records.each(connection, "product") if isinstance(item, Product)]
    assert sorted((item.title, item.variant, item.type, item.price, item.active) for item in goods) == [
        ("Hat", "", "Scarves", 22_00, False), ("Scarf - Red", "Red", "Scarves", 22_00, True),
    ]  # fmt: skip
    assert first.lines[0].product in {item.id for item in goods}
    again, _ = load(database, tmp_path / "shop")
    assert +again.written == {}


def test_a_variation_has_what_its_parent_says_for_all(database: Database, tmp_path: Path) -> None:
    shop = PRODUCT | {
        "Brands": "", "Description": "", "Short description": "", "Images": "", "Attribute 2 name": "Size",
        "Attribute 2 value(s)": "",
    }  # fmt: skip
    parent = shop | {
        "ID": "10", "Type": "variable", "SKU": "SC", "Name": "Scarf", "Regular price": "", "Parent": "",
        "Description": "<p>Warm</p>\\n<p>and soft</p>", "Brands": "Acme", "Attribute 1 value(s)": "Red, Blue",
        "Images": "https://example.com/1.jpg, https://example.com/2.jpg, none",
    }  # fmt: skip
    red = shop | {"Categories": "", "Tags": "", "Images": "https://example.com/red.jpg"}
    blue = red | {"ID": "12", "SKU": "SC-2", "Name": "Scarf - Blue", "Parent": "SC", "Attribute 1 value(s)": "Blue"}
    card = shop | {"ID": "13", "Type": "gift-card", "SKU": "", "Name": "Gift Card", "Parent": "", "Description": "a"}
    summary, told = load(database, tmp_path / "shop", products=[blue | {"Images": ""}, red, card, parent])
    assert (told, summary.unknown) == ([], {})
    with database.snapshot() as connection:
        goods = {item.sku: item for item in records.each(connection, "product") if isinstance(item, Product)}
    assert goods["SC-1"].style == goods["SC-2"].style == source_id("style", "woocommerce", "10") != goods[""].style
    assert goods["SC-1"].options == (ProductOption(name="Colour", value="Red"),)
    assert [image.url for image in goods["SC-1"].images] == ["https://example.com/red.jpg"]
    assert [image.url for image in goods["SC-2"].images] == ["https://example.com/1.jpg", "https://example.com/2.jpg"]
    assert (goods["SC-2"].description, goods["SC-2"].vendor) == ("Warm\n\nand soft", "Acme")
    assert (goods["SC-2"].category, goods["SC-2"].tags) == ("Accessories > Scarves", ("wool", "winter"))
    assert (goods[""].gift_card, goods["SC-1"].gift_card) == (True, False)


def test_who_is_in_both_shops_is_one_customer(database: Database, tmp_path: Path, export: Export) -> None:
    """By e-mail; either shop's number stays that shop's."""
    export.staff().customers(
        {"Customer ID": "7", "First Name": "Other", "Last Name": "Person", "Email": "other@example.com", "Tags": ""},
        {"Customer ID": "9", "First Name": "Skyler", "Last Name": "White", "Email": "sky@example.com", "Tags": ""},
    )
    export.load(database)
    load(database, tmp_path / "shop", customers=[CUSTOMER], orders=[ORDER | {"order_currency": "USD"}])
    found = {item.email: item for item in people(database)}
    assert set(found) == {"other@example.com", "sky@example.com"}
    assert found["sky@example.com"].figures.orders == 1
    before = people(database)
    assert +load(database, tmp_path / "shop")[0].written == {}
    assert +export.load(database).written == {}
    assert people(database) == before


@pytest.mark.parametrize(
    ("fields", "column", "reason"),
    [
        ({"order_id": "1.9E+02"}, "order_id", "was rewritten by a spreadsheet"),
        ({"date": ""}, "date", "is empty"),
        ({"order_total": "45,00"}, "order_total", "is no amount of money"),
    ],
)
def test_what_cannot_be_used_is_told_as_it_is_of_any_source(
    database: Database, tmp_path: Path, fields: Record, column: str, reason: str
) -> None:
    summary, told = load(database, tmp_path / "shop", orders=[ORDER | fields])
    assert [(item.column, item.reason[: len(reason)]) for item in told] == [(column, reason)]
    assert not summary.complete


def test_its_command(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(as_csv([ORDER]))
    arguments = ["import", "woocommerce", "orders.csv", "--database", sqlite_url, "--retailer", "M", "--mode", "team"]
    done = CliRunner().invoke(commands, arguments)
    assert done.exit_code == 0, done.output
    report = CliRunner().invoke(commands, ["report", "totals", "--json", "--database", sqlite_url])
    assert json.loads(report.stdout)["all"]["all"]["net_sales"] == "45.00"

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from sellmode_backend.importers import shopify, values
from sellmode_backend.importers.layouts import CUSTOMERS, ORDERS, PRODUCTS, STAFF
from sellmode_backend.importers.reading import Row, Table, UnusableRow
from sellmode_contract.kinds.order import OrderLine
from tests.backend.importers.exports import MORE_OF_ORDER, ORDER, Record, as_csv, customer, product, read

READER = shopify.CustomerReader(values.TagPattern("associate:*"), values.TagPattern("home store:*"))


def customers(folder: Path, *rows: Record) -> tuple[list[Any], list[tuple[int, str, str]]]:
    return _read(folder, CUSTOMERS, READER.read, rows)


def products(folder: Path, *rows: Record) -> tuple[list[Any], list[tuple[int, str, str]]]:
    return _read(folder, PRODUCTS, shopify.ProductReader("USD").read, rows)


def orders(folder: Path, *rows: Record) -> tuple[list[Any], list[tuple[int, str, str]]]:
    refused: list[tuple[int, str, str]] = []

    def reject(row: Row, error: UnusableRow) -> None:
        refused.append((row.line, error.column, error.reason))

    given, malformed = read(folder, ORDERS, as_csv(rows), lambda table: shopify.read_orders(table, reject))
    assert malformed == []
    return given, refused


def _read(
    folder: Path, layout: Any, parse: Any, rows: tuple[Record, ...]
) -> tuple[list[Any], list[tuple[int, str, str]]]:
    refused: list[tuple[int, str, str]] = []

    def use(table: Table) -> Iterable[object]:
        for row in table:
            try:
                yield parse(row)
            except UnusableRow as error:
                refused.append((row.line, error.column, error.reason))

    given, malformed = read(folder, layout, as_csv(rows), use)
    assert malformed == []
    return given, refused


# ------------------------------------------------------------------ customers


def test_a_customer_of_the_newer_layout(tmp_path: Path) -> None:
    row = customer(
        "25",
        Default_Address_Company="Lee & Co",
        Default_Address_Address1="401 Tammy Expressway",
        Default_Address_City="Port Donnashire",
        Default_Address_Zip="'02105",
        Phone="'(202) 555-0123",
        Accepts_Email_Marketing="yes",
        Note="Likes tea",
        Tags="VIP, associate:356-2, home store:356, VIP, linen",
    )
    (found,), refused = customers(tmp_path, row)
    assert refused == []
    assert (found.number, found.email, found.phone) == ("25", "c25@example.com", "+12025550123")
    assert (found.owners, found.stores) == (["356-2"], ["356"])
    assert found.fields == {
        "number": "25",
        "given_name": "Ann",
        "family_name": "Lee",
        "email": "c25@example.com",
        "phone": ["(202) 555-0123", "+12025550123"],
        "address": {
            "company": "Lee & Co",
            "lines": ["401 Tammy Expressway"],
            "city": "Port Donnashire",
            "postcode": "02105",
            "country": "US",
        },
        "tags": ["VIP", "linen"],
        "note": "Likes tea",
        "consent.email": "subscribed",
        "consent.sms": "one_to_one",
    }


def test_a_customer_of_the_older_layout(tmp_path: Path) -> None:
    row = {
        "First Name": "Zoë", "Last Name": "Ek", "Email": "zoe@example.com", "Accepts Marketing": "yes", "Company": "",
        "Address1": "Storgatan 1", "Address2": "lgh 2", "City": "Malmö", "Province": "", "Province Code": "",
        "Country": "Sweden", "Country Code": "SE", "Zip": "211 42", "Phone": "040-123456", "Total Spent": "1",
        "Tags": "",
    }  # fmt: skip
    (found,), refused = customers(tmp_path, row)
    assert refused == []
    assert found.fields["phone"] == ["040-123456", "+4640123456"]
    assert found.fields["address"] == {
        "lines": ["Storgatan 1", "lgh 2"], "city": "Malmö", "postcode": "211 42", "country": "SE",
    }  # fmt: skip
    assert found.fields["consent.email"] == "subscribed"
    # A column that is not there says nothing.
    assert {"number", "note", "consent.sms"}.isdisjoint(found.fields)


def test_a_phone_that_cannot_be_read_is_kept_as_it_is(tmp_path: Path) -> None:
    (found,), _ = customers(tmp_path, customer("1", Phone="ask at the desk, ext. 12"))
    assert found.fields["phone"] == ["ask at the desk, ext. 12", ""]


def test_the_phone_of_the_address_is_shown_but_nobody_is_known_by_it(tmp_path: Path) -> None:
    (found,), _ = customers(tmp_path, customer("1") | {"Default Address Phone": "'+12025550123"})
    assert found.fields["phone"] == ["+12025550123", "+12025550123"]
    assert found.phone == ""


@pytest.mark.parametrize(
    ("fields", "column", "reason"),
    [
        ({"Email": "ann at example.com"}, "Email", "is no e-mail address"),
        ({"Email": "a@b@c"}, "Email", "is no e-mail address"),
        ({"Email": "a\x1b@b"}, "Email", "is no e-mail address"),
        ({"Accepts Email Marketing": "maybe"}, "Accepts Email Marketing", "is neither yes nor no"),
        ({"Accepts SMS Marketing": "2"}, "Accepts SMS Marketing", "is neither yes nor no"),
        ({"Customer ID": "'", "Email": "", "Phone": "none"}, "Customer ID", "is empty, and so is all else to know by"),
        ({"Customer ID": "'", "Email": "", "Phone": "²"}, "Customer ID", "is empty, and so is all else to know by"),
        ({"Customer ID": "1" * 321}, "Customer ID", "is longer than 320 characters"),
        ({"Phone": "1" * 321}, "Phone", "is longer than 320 characters"),
    ],
)
def test_a_customer_who_cannot_be_used(tmp_path: Path, fields: dict[str, str], column: str, reason: str) -> None:
    found, refused = customers(tmp_path, customer("1"), customer("2") | fields, customer("3"))
    assert [item.number for item in found] == ["1", "3"]
    assert refused == [(3, column, reason)]


@pytest.mark.parametrize(
    ("pattern", "tag", "named"),
    [
        ("associate:*", "associate:1-1", "1-1"),
        ("associate:*", "Associate: 1-1 ", "1-1"),
        ("associate:*", "associates:1", None),
        ("associate:*", "associate:", None),
        ("*'s customer", "Bo's customer", "Bo"),
        ("store (*)", "store (Zürich)", "Zürich"),
    ],
)
def test_tag_patterns(pattern: str, tag: str, named: str | None) -> None:
    assert values.TagPattern(pattern).named(tag) == named


@pytest.mark.parametrize("pattern", ["", "*", "associate", "a*b*", "a,*", " * "])
def test_a_pattern_that_is_none(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"should hold one|holds a comma"):
        values.TagPattern(pattern)


# ------------------------------------------------------------------ products


def test_variants_share_what_stands_on_the_first_row_and_images_are_no_products(tmp_path: Path) -> None:
    shirt = product("A-1", Handle="shirt", Title="Shirt", Option1_Value="S", Type="Tops", Variant_Price="20")
    more = {"Handle": "shirt", "Title": "", "Type": "", "Vendor": "", "Tags": "", "Status": ""}
    second = shirt | more | {"Variant SKU": "'0042", "Option1 Value": "M", "Variant Price": "21.50"}
    image = dict.fromkeys(shirt, "") | {"Handle": "shirt", "Image Src": "https://example.com/1.png"}
    found, refused = products(tmp_path, shirt, second, image, product("B", Status="draft", Variant_Price=""))
    assert refused == []
    assert [item and item.sku for item in found] == ["A-1", "0042", None, "B"]
    one, two, draft = (item.fields for item in found if item)
    assert one == {
        "sku": "A-1", "title": "Shirt", "variant": "S", "vendor": "Maker", "type": "Tops", "tags": ["a", "b"],
        "price": 2000, "currency": "USD", "barcode": "", "active": True,
    }  # fmt: skip
    assert two == one | {"sku": "0042", "variant": "M", "price": 2150}
    assert (draft["active"], draft["price"], draft["variant"]) == (False, None, "")


def test_a_variant_is_no_longer_than_a_row_with_what_it_shares(tmp_path: Path) -> None:
    first = product("A", Title="x" * 400_000)
    found, refused = products(tmp_path, first, product("B", Handle="p-A", Title="", Vendor="y" * 300_000))
    assert [item.sku for item in found] == ["A"]
    assert refused == [(3, "", "is longer than 600,000 characters with what it takes from the rows above")]


def test_a_product_that_cannot_be_used(tmp_path: Path) -> None:
    found, refused = products(
        tmp_path,
        product("A", Variant_Price="1,50"),
        product(""),
        product("B", Title=""),
        product("C", Variant_Price="1.234"),
    )
    assert found == []
    assert refused == [
        (2, "Variant Price", "is no amount of money such as 1234.50"),
        (3, "Variant SKU", "is empty: orders name products by it"),
        (4, "Title", "is empty, also on the first row of its handle"),
        (5, "Variant Price", "has more decimal places than USD has, or is too large"),
    ]


# ------------------------------------------------------------------ orders


def test_an_order_with_its_lines(tmp_path: Path) -> None:
    first = ORDER | {"Email": "Ann@Example.com", "Phone": "'+12025550123", "Lineitem discount": "1.50", "Id": "'1001"}
    first |= {"Note Attributes": "gift: yes\ncustomer: 25\n", "Refunded Amount": "", "Total": "33.00"}
    (order,), refused = orders(tmp_path, first, MORE_OF_ORDER)
    assert refused == []
    assert (order.key, order.number, order.email, order.phone, order.customer) == (
        "1001", "#1001", "Ann@Example.com", "+12025550123", "25",
    )  # fmt: skip
    assert order.placed_at == dt.datetime(2026, 5, 14, 10, 23, 45, tzinfo=dt.UTC)
    assert (order.total, order.refunded, order.cancelled_at) == (3300, 0, None)
    assert (order.channel, order.source, order.employee, order.location) == ("store", "pos", "Bo Chen", "Store 1")
    assert shopify.with_rounding(order.lines, order.total) == [
        OrderLine(title="Soap", sku="S1", quantity=2, price=1500, amount=2850),
        OrderLine(title="Comb", quantity=1, price=400, amount=400),
        OrderLine(title="", kind="rounding", amount=50),
    ]


def test_returned_lines_and_other_currencies(tmp_path: Path) -> None:
    back = ORDER | {"Id": "2", "Name": "#2", "Lineitem quantity": "-1", "Total": "-14.00", "Lineitem discount": "1.00"}
    yen = ORDER | {
        "Id": "3",
        "Name": "#3",
        "Currency": "JPY",
        "Total": "3000",
        "Lineitem price": "1500",
        "Source": "web",
    }
    dinar = ORDER | {"Id": "4", "Name": "#4", "Currency": "KWD", "Total": "1.255", "Lineitem price": "0.6275"}
    found, refused = orders(tmp_path, back, yen | {"Lineitem discount": "", "Refunded Amount": ""}, dinar)
    assert [(line.kind, line.amount) for line in found[0].lines] == [("return", -1400)]
    assert (found[1].total, found[1].lines[0].price, found[1].channel) == (3000, 1500, "online")
    # A line that cannot be used leaves its order, whose total counts.
    assert (found[2].total, found[2].lines) == (1255, [])
    assert refused == [(4, "Lineitem price", "has more decimal places than KWD has, or is too large")]


@pytest.mark.parametrize(
    ("fields", "column", "reason"),
    [
        ({"Total": ""}, "Total", "is empty"),
        ({"Total": "NaN"}, "Total", "is no amount of money such as 1234.50"),
        ({"Total": "1e9"}, "Total", "is no amount of money such as 1234.50"),
        ({"Total": "１２"}, "Total", "is no amount of money such as 1234.50"),
        ({"Location": "x" * 201}, "Location", "is longer than 200 characters"),
        ({"Total": "100000000000.00"}, "Total", "is too large"),
        ({"Total": "99999999999999999"}, "Total", "has more decimal places than USD has, or is too large"),
        ({"Currency": "usd"}, "Currency", "is no currency code such as USD"),
        ({"Created at": ""}, "Created at", "is empty"),
        ({"Created at": "14.05.2026"}, "Created at", "is no date and time such as 2026-05-14 11:23:45 +0100"),
        (
            {"Created at": "2026-02-30 00:00:00 +0000"},
            "Created at",
            "is no date and time such as 2026-05-14 11:23:45 +0100",
        ),
        ({"Created at": "0001-01-01 00:00:00 +1200"}, "Created at", "is not between the years 1900 and 2199"),
        ({"Created at": "9999-12-31 23:59:59 +0000"}, "Created at", "is not between the years 1900 and 2199"),
        ({"Created at": "1899-12-31 23:59:59 +0000"}, "Created at", "is not between the years 1900 and 2199"),
        ({"Created at": "2026-05-14 11:23:45"}, "Created at", "has no UTC offset such as +0100"),
        ({"Cancelled at": "yesterday"}, "Cancelled at", "is no date and time such as 2026-05-14 11:23:45 +0100"),
        ({"Id": ""}, "Id", "is empty, and the row above is of another order"),
    ],
)
def test_an_order_that_cannot_be_used_takes_its_lines_with_it(
    tmp_path: Path, fields: dict[str, str], column: str, reason: str
) -> None:
    before, after = ORDER | {"Id": "1", "Name": "#1"}, ORDER | {"Id": "3", "Name": "#3"}
    found, refused = orders(tmp_path, before, ORDER | fields, MORE_OF_ORDER, after)
    assert [item.key for item in found] == ["1", "3"]
    assert [len(item.lines) for item in found] == [1, 1]
    second = (
        ("Id", "is empty, and the row above is of another order")
        if "Id" in fields
        else ("Name", "is of the order on line 3, which was rejected")
    )
    assert refused == [(3, column, reason), (4, *second)]


@pytest.mark.parametrize("quantity", ["", "1.5", "two", "9999999999", "١"])
def test_a_line_that_cannot_be_used_leaves_the_rest(tmp_path: Path, quantity: str) -> None:
    found, refused = orders(tmp_path, ORDER | {"Lineitem quantity": quantity}, MORE_OF_ORDER)
    assert [(item.key, [line.title for line in item.lines]) for item in found] == [("1001", ["Comb"])]
    assert [(line, column) for line, column, _ in refused] == [(2, "Lineitem quantity")]


def test_an_order_that_comes_twice_and_rows_of_nobody(tmp_path: Path) -> None:
    stray = MORE_OF_ORDER | {"Name": "#7"}
    other = ORDER | {"Id": "2", "Name": "#2"}
    found, refused = orders(tmp_path, stray, ORDER, MORE_OF_ORDER, other, stray, ORDER, MORE_OF_ORDER)
    assert [(item.key, len(item.lines)) for item in found] == [("1001", 2), ("2", 1)]
    assert refused == [
        (2, "Id", "is empty, and the row above is of another order"),
        (6, "Id", "is empty, and the row above is of another order"),
        (7, "Id", "is the same as on line 3, not next to it"),
        (8, "Name", "is of the order on line 7, which was rejected"),
    ]


def test_an_order_that_repeats_its_fields_on_each_row(tmp_path: Path) -> None:
    (order,), refused = orders(tmp_path, ORDER, ORDER | {"Lineitem name": "Comb"})
    assert [line.title for line in order.lines] == ["Soap", "Comb"]
    assert refused == []


def test_an_attribute_of_empty_lines_takes_no_time(tmp_path: Path) -> None:
    (order,), _ = orders(tmp_path, ORDER | {"Note Attributes": "\n" * 250_000 + " customer : '7\r\nx: y"})
    assert order.customer == "7"


def test_an_order_too_long_for_a_terminal_ends_where_it_is(tmp_path: Path) -> None:
    long = MORE_OF_ORDER | {"Lineitem name": "x" * 100_000}
    (order,), refused = orders(tmp_path, ORDER, long, long, long)
    assert len(order.lines) == 3
    assert [line for line, _, _ in refused] == [5]


# ------------------------------------------------------------------ staff


@pytest.mark.parametrize(
    ("role", "read_as"),
    [("Manager", "manager"), ("head office", "head_office"), ("head-office", "head_office"), ("boss", None)],
)
def test_roles(tmp_path: Path, role: str, read_as: str | None) -> None:
    row = {"Employee ID": "'1-1", "Name": "Bo", "Location": "Store 1", "Role": role}
    found, refused = _read(tmp_path, STAFF, shopify.read_staff, (row,))
    assert [item.role for item in found] == ([read_as] if read_as else [])
    assert [column for _, column, _ in refused] == ([] if read_as else ["Role"])

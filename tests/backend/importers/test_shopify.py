from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from sellmode_backend.importers import values
from sellmode_backend.importers.context import Seen
from sellmode_backend.importers.ordering import OrderReader
from sellmode_backend.importers.reading import Layout, Row, Table, UnusableRow
from sellmode_backend.importers.rejects import Rejected
from sellmode_backend.importers.rows import with_rounding
from sellmode_backend.importers.sources.shopify import CUSTOMERS, ORDERS, SHOPIFY
from sellmode_backend.importers.sources.shopify_goods import PRODUCTS
from sellmode_backend.importers.sources.staff import STAFF, read_staff
from sellmode_backend.importers.summary import Summary
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.order import OrderLine
from tests.backend.importers.exports import MORE_OF_ORDER, ORDER, Record, as_csv, customer, input_file, product, read

_READ_CUSTOMER = SHOPIFY.read_customer(values.TagPattern("associate:*"), values.TagPattern("home store:*"))

Told: TypeAlias = list[tuple[int, str, str]]
"""Line, column and reason of what is not used."""


def customers(folder: Path, *rows: Record) -> tuple[list[Any], Told]:
    return _read(folder, CUSTOMERS, _READ_CUSTOMER, rows)


def products(folder: Path, *rows: Record) -> tuple[list[Any], Told]:
    reader = SHOPIFY.read_products("USD")
    _read(folder, PRODUCTS, reader.look, rows)
    return _read(folder, PRODUCTS, reader.read, rows)


def orders(folder: Path, *rows: Record) -> tuple[list[Any], Told]:
    def use(table: Table) -> Iterable[object]:
        reader = OrderReader(SHOPIFY.read_orders(dt.UTC), Seen(Summary()))
        yield from reader.read(table)
        yield from reader.finished()

    given, told = read(folder, ORDERS, as_csv(rows), use)
    return given, _as_told(told)


def _read(
    folder: Path, layout: Layout, parse: Callable[[Row], object], rows: Sequence[Record]
) -> tuple[list[Any], Told]:
    def use(table: Table) -> Iterable[object]:
        for row in table:
            try:
                yield parse(row)
            except UnusableRow as error:
                row.reject(error)

    given, told = read(folder, layout, as_csv(rows), use)
    return given, _as_told(told)


def _as_told(rejected: Sequence[Rejected]) -> Told:
    return [(item.line, item.column, item.reason) for item in rejected if item.reason]


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
    assert found.phone == ""  # it is the address's
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
    ("fields", "name", "column", "reason"),
    [
        ({"Email": "ann at example.com"}, "email", "Email", "is no e-mail address"),
        ({"Email": "a@b@c"}, "email", "Email", "is no e-mail address"),
        ({"Email": "a\x1b@b"}, "email", "Email", "is no e-mail address"),
        ({"Accepts Email Marketing": "maybe"}, "consent.email", "Accepts Email Marketing", "is neither yes nor no"),
        ({"Accepts SMS Marketing": "2"}, "consent.sms", "Accepts SMS Marketing", "is neither yes nor no"),
        ({"Phone": "1" * 321}, "phone", "Phone", "is longer than 320 characters"),
        ({"Phone": "4.9E+12"}, "phone", "Phone", values.REWRITTEN),
    ],
)
def test_a_field_that_cannot_be_used_costs_itself_only(
    tmp_path: Path, fields: dict[str, str], name: str, column: str, reason: str
) -> None:
    found, told = customers(tmp_path, customer("1"), customer("2") | fields, customer("3"))
    assert [item.number for item in found] == ["1", "2", "3"]
    assert [name in item.fields for item in found] == [True, False, True]
    assert told == [(3, column, reason)]


@pytest.mark.parametrize(
    ("fields", "column", "reason"),
    [
        ({"Customer ID": "'", "Email": ""}, "Customer ID", "is empty, and so is all else to know by"),
        ({"Customer ID": "1" * 321}, "Customer ID", "is longer than 320 characters"),
        ({"Customer ID": "6.86491E+12"}, "Customer ID", values.REWRITTEN),
        ({"Customer ID": "6864906191128.0"}, "Customer ID", values.REWRITTEN),
        ({"Customer ID": "6,864,906,191,128"}, "Customer ID", values.REWRITTEN),
        ({"Customer ID": "6 864 906 191 128"}, "Customer ID", values.REWRITTEN),
        ({"Customer ID": "gid://shopify/Customer/1"}, "Customer ID", "is no number of digits only"),
    ],
)
def test_a_customer_who_cannot_be_used(tmp_path: Path, fields: dict[str, str], column: str, reason: str) -> None:
    found, told = customers(tmp_path, customer("1"), customer("2") | fields, customer("3"))
    assert [item.number for item in found] == ["1", "3"]
    assert told == [(3, column, reason)]


def test_what_is_known_by_is_cleaned_of_what_spreadsheets_and_copying_add(tmp_path: Path) -> None:
    (found,), told = customers(
        tmp_path,
        customer(
            "1",
            Email="\u200bann@example.com\u202c ",
            First_Name=" Ann\u00a0",
            Last_Name="Lee  Wu\u200b",
            Phone="\u202d+31 6 12345678",
        )
        | {"Customer ID": '="7210448301122"'},
    )
    assert told == []
    assert (found.number, found.email, found.phone) == ("7210448301122", "ann@example.com", "+31612345678")
    assert (found.fields["given_name"], found.fields["family_name"]) == ("Ann", "Lee Wu")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("+52 1 55 1234 5678", "+525512345678"),
        ("+52 55 1234 5678", "+525512345678"),
        ("0000000000", ""),
        ("-", ""),
        ("none", ""),
        ("(202) 555-0123 / (202) 555-0124", "+12025550123"),
        ("(202) 555-0123 or (202) 555-0124", "+12025550123"),
    ],
)
def test_the_phone_that_somebody_is_known_by(tmp_path: Path, written: str, key: str) -> None:
    (found,), told = customers(tmp_path, customer("1", Phone=written))
    assert (found.phone, found.fields["phone"][0], told) == (key, written, [])


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
    assert [item and item.fields["sku"] for item in found] == ["A-1", "0042", None, "B"]
    one, two, draft = (item.fields for item in found if item)
    assert one == {
        "sku": "A-1", "title": "Shirt", "style": source_id("style", "shopify", "shirt"), "variant": "S",
        "options": [{"value": "S"}], "vendor": "Maker", "type": "Tops", "tags": ["a", "b"], "price": 2000,
        "currency": "USD", "active": True, "images": [{"url": "https://example.com/1.png"}],
    }  # fmt: skip
    assert two == one | {"sku": "0042", "variant": "M", "options": [{"value": "M"}], "price": 2150}
    assert (draft["active"], draft["price"], draft["variant"]) == (False, None, "")


CATALOGUE: Record = {
    "Handle": "dress", "Title": "Wrap Dress", "Body (HTML)": "<p>Cut on the <b>bias</b>.</p><ul><li>Silk<li>Lined</ul>",
    "Vendor": "Rive", "Product Category": "Apparel & Accessories > Clothing > Dresses", "Type": "Dresses",
    "Tags": "summer", "Published": "true", "Option1 Name": "Size", "Option1 Value": "S", "Option2 Name": "Colour",
    "Option2 Value": "Red", "Option3 Name": "", "Option3 Value": "", "Variant SKU": "D-S", "Variant Price": "80.00",
    "Variant Compare At Price": "120.00", "Variant Barcode": "'4006381333931", "Image Src": "https://example.com/2.jpg",
    "Image Position": "2", "Image Alt Text": "From  behind", "Variant Image": "https://example.com/red.jpg",
    "Gift Card": "false", "Cost per item": "20.00", "Status": "active",
}  # fmt: skip
MORE_OF_STYLE: Record = dict.fromkeys(CATALOGUE, "") | {
    "Handle": "dress", "Option1 Value": "M", "Option2 Value": "Red", "Variant SKU": "D-M", "Variant Price": "80.00",
    "Image Src": "https://example.com/1.jpg", "Image Position": "1",
}  # fmt: skip


def test_a_style_is_read_with_all_that_a_catalogue_shows(tmp_path: Path) -> None:
    only_an_image = dict.fromkeys(CATALOGUE, "") | {
        "Handle": "dress", "Image Src": "https://example.com/3.jpg", "Image Position": "3",
    }  # fmt: skip
    no_image = only_an_image | {"Image Src": "javascript:alert(1)"}
    found, told = products(tmp_path, CATALOGUE, MORE_OF_STYLE, only_an_image, no_image)
    assert told == []
    small, medium = (item.fields for item in found if item)
    of_style = [
        {"url": "https://example.com/1.jpg"}, {"url": "https://example.com/2.jpg", "alt": "From behind"},
        {"url": "https://example.com/3.jpg"},
    ]  # fmt: skip
    assert small == {
        "sku": "D-S", "title": "Wrap Dress", "style": source_id("style", "shopify", "dress"), "variant": "S / Red",
        "options": [{"name": "Size", "value": "S"}, {"name": "Colour", "value": "Red"}], "vendor": "Rive",
        "type": "Dresses", "category": "Apparel & Accessories > Clothing > Dresses", "tags": ["summer"],
        "description": "Cut on the bias.\n\n- Silk\n- Lined", "price": 8000, "compare_at": 12000, "currency": "USD",
        "barcode": "4006381333931", "gift_card": False, "active": True,
        "images": [{"url": "https://example.com/red.jpg"}, *of_style],
    }  # fmt: skip
    assert medium == small | {
        "sku": "D-M", "variant": "M / Red", "compare_at": None, "barcode": "", "images": of_style,
        "options": [{"name": "Size", "value": "M"}, {"name": "Colour", "value": "Red"}],
    }  # fmt: skip


def test_what_is_too_long_for_a_list_costs_itself_only(tmp_path: Path) -> None:
    row = CATALOGUE | {"Vendor": "v" * 256, "Option2 Value": "o" * 256, "Body (HTML)": "<p>" + "word " * 2001}
    (found,), told = products(tmp_path, row | {"Image Alt Text": "a" * 600, "Gift Card": "perhaps"})
    assert {"vendor", "options", "variant", "description", "gift_card"}.isdisjoint(found.fields)
    assert found.fields["type"] == "Dresses"
    assert len(found.fields["images"][1]["alt"]) == 512
    assert told == [
        (2, "Vendor", "is longer than 255 characters"),
        (2, "Body (HTML)", "is longer than 10,000 characters"),
        (2, "Gift Card", "is neither yes nor no"),
        (2, "Option2 Value", "is longer than 255 characters"),
    ]


def test_a_variant_is_no_longer_than_a_row_with_what_it_shares(tmp_path: Path) -> None:
    first = product("A", Title="x" * 400_000)
    found, refused = products(tmp_path, first, product("B", Handle="p-A", Title="", Vendor="y" * 300_000))
    assert [item.key for item in found] == ["A"]
    assert refused == [(3, "", "is longer than 600,000 characters with what it takes from the rows above")]


def test_a_product_that_cannot_be_used_and_one_that_can_in_part(tmp_path: Path) -> None:
    found, told = products(
        tmp_path,
        product("A", Variant_Price="1,50") | {"Variant Barcode": ""},
        product("", Handle=""),
        product("B", Title=""),
        product("C", Variant_Price="1.234"),
        product("9.78E+12"),
        product("D") | {"Option1 Value": "", "Tags": ""},
    )
    assert [(item.key, "price" in item.fields, "barcode" in item.fields) for item in found] == [
        ("A", False, True), ("C", False, True), ("D", True, True),
    ]  # fmt: skip
    assert told == [
        (2, "Variant Price", "is no amount of money such as 1234.50"),
        (3, "Variant SKU", "is empty, and so is the handle: nothing tells the product from others"),
        (4, "Title", "is empty, also on the first row of its handle"),
        (5, "Variant Price", "has more decimal places than USD has, or is too large"),
        (6, "Variant SKU", values.REWRITTEN),
    ]


def test_variants_without_a_sku_or_with_the_same_are_known_by_handle_and_options(tmp_path: Path) -> None:
    red, blue = product("HAT", Handle="hat", Option1_Value="Red"), product("HAT", Handle="hat", Option1_Value="Blue")
    bare = product("", Handle="scarf", Option1_Value="S")
    for rows in ([red, blue, bare], [bare, blue, red]):
        found, told = products(tmp_path, *rows)
        assert told == []
        assert {item.key: item.fields["variant"] for item in found} == {
            "HAT": "Blue", "variant:hat/Red": "Red", "variant:scarf/S": "S",
        }  # fmt: skip


def test_a_barcode_that_a_spreadsheet_has_rounded_is_left_out(tmp_path: Path) -> None:
    (found,), told = products(tmp_path, product("D") | {"Variant Barcode": "9.78E+12"})
    assert "barcode" not in found.fields
    assert told == [(2, "Variant Barcode", values.REWRITTEN)]


def test_the_present_template_of_products_is_read_too(tmp_path: Path) -> None:
    row = {
        "Title": "Scarf", "URL handle": "scarf", "Description": "Warm", "Vendor": "Acme", "Type": "Scarves",
        "Published on online store": "TRUE", "Status": "active", "SKU": "SC-1", "Barcode": "", "Option1 name": "",
        "Option1 value": "", "Price": "19.90", "Compare-at price": "", "Inventory quantity": "3",
    }  # fmt: skip
    (found,), told = products(tmp_path, row)
    assert told == []
    assert (found.key, found.fields["title"], found.fields["price"]) == ("SC-1", "Scarf", 1990)


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
    assert with_rounding(order.lines, order.total) == [
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
    assert refused == [(3, column, reason), (4, "Name", "is of the order on line 3, which was rejected")]


@pytest.mark.parametrize("quantity", ["", "1.5", "two", "9999999999", "١"])
def test_a_line_that_cannot_be_used_leaves_the_rest(tmp_path: Path, quantity: str) -> None:
    found, refused = orders(tmp_path, ORDER | {"Lineitem quantity": quantity}, MORE_OF_ORDER)
    assert [(item.key, [line.title for line in item.lines]) for item in found] == [("1001", ["Comb"])]
    assert [(line, column) for line, column, _ in refused] == [(2, "Lineitem quantity")]


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"Financial Status": "paid"}, True),
        ({"Financial Status": "pending"}, True),
        ({"Financial Status": "refunded"}, True),
        ({"Financial Status": "Voided"}, False),
        ({"Financial Status": "expired"}, False),
        ({"Payment Method": "card"}, True),
        ({"Payment Method": "(for testing) Bogus Gateway"}, False),
    ],
)
def test_an_order_that_nobody_pays_for_counts_for_nothing(
    tmp_path: Path, fields: dict[str, str], *, counts: bool
) -> None:
    (order,), told = orders(tmp_path, ORDER | fields)
    assert told == []
    assert (order.cancelled_at is None) == counts


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        ("pos", "store"), ("POS", "store"), ("pos_go", "store"), ("iphone", "store"), ("android", "store"),
        ("web", "online"), ("", "online"), ("posters", "online"), ("580111", "online"),
    ],
)  # fmt: skip
def test_where_an_order_was_sold(tmp_path: Path, source: str, channel: str) -> None:
    (order,), _ = orders(tmp_path, ORDER | {"Source": source})
    assert order.channel == channel


def test_an_order_that_comes_twice_and_rows_of_nobody(tmp_path: Path) -> None:
    stray = MORE_OF_ORDER | {"Name": "#7"}
    other, changed = ORDER | {"Id": "2", "Name": "#2"}, ORDER | {"Total": "31.00"}
    rows = (stray, ORDER, MORE_OF_ORDER, other, stray, ORDER, MORE_OF_ORDER, other, changed, MORE_OF_ORDER)
    found, refused = orders(tmp_path, *rows)
    assert [(item.key, len(item.lines)) for item in found] == [("1001", 2), ("2", 1)]
    assert refused == [
        (2, "Id", "is empty, and the row above is of another order"),
        (6, "Id", "is empty, and the row above is of another order"),
        (10, "Id", "is the same as on line 3, and the rest is not"),
        (11, "Name", "is of the order on line 10, which was rejected"),
    ]


def test_an_order_with_a_line_that_cannot_be_used_is_whole_among_the_rejects(tmp_path: Path) -> None:
    bad = MORE_OF_ORDER | {"Lineitem quantity": "?"}
    path = tmp_path / "orders.csv"
    path.write_text(as_csv([ORDER, bad, MORE_OF_ORDER]))
    told: list[Rejected] = []
    with Table(input_file(path), [ORDERS], told.append) as table:
        reader = OrderReader(SHOPIFY.read_orders(dt.UTC), Seen(Summary()))
        (order,) = [*reader.read(table), *reader.finished()]
    assert [line.title for line in order.lines] == ["Soap", "Comb"]
    assert [(item.line, item.column, item.whole) for item in told] == [
        (2, "", False), (3, "Lineitem quantity", True), (4, "", False),
    ]  # fmt: skip


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
    found, refused = _read(tmp_path, STAFF, read_staff, (row,))
    assert [item.role for item in found] == ([read_as] if read_as else [])
    assert [column for _, column, _ in refused] == ([] if read_as else ["Role"])

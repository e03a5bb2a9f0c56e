"""What gift cards, tips, refunds and exchanges mean for spend, units and purchases: from the file to the figures."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_backend.importers import line_kinds
from sellmode_backend.reports.totals import totals
from sellmode_backend.store import orders as stored_orders
from sellmode_backend.store import records
from sellmode_backend.store.database import Database
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.kinds.order import OrderLine, net_sales
from sellmode_contract.kinds.product import Product
from tests.backend.importers import test_woocommerce
from tests.backend.importers.exports import MORE_OF_ORDER, ORDER, Export, Record, customer, product

MINE: Record = ORDER | {"Email": "c25@example.com", "Payment Method": ""}


def item(title: str, price: str, quantity: str = "1", sku: str = "") -> Record:
    return {"Lineitem name": title, "Lineitem price": price, "Lineitem quantity": quantity, "Lineitem sku": sku}


def more(title: str, price: str, quantity: str = "1", sku: str = "") -> Record:
    return MORE_OF_ORDER | {"Payment Method": ""} | item(title, price, quantity, sku)


def figures(database: Database, export: Export, *rows: Record) -> Figures:
    """What comes of the orders of one customer; the second import changes nothing."""
    card = product("GC-50", Title="Voucher", Handle="card") | {"Gift Card": "true", "Option1 Value": "Fifty"}
    bare = card | {"Variant SKU": "", "Title": "Present", "Handle": "present"}
    export.staff().products(card, bare, product("S1") | {"Gift Card": "false"})
    export.customers(customer("25")).orders(*rows)
    assert export.load(database).rejected == {}
    assert +export.load(database).written == {}
    with database.snapshot() as connection:
        (found,) = records.each(connection, "customer")
        net = totals(connection, "USD", ZoneInfo("UTC")).groups["all"]["all"]
    assert isinstance(found, Customer)
    assert net == (found.figures.spend, found.figures.orders, found.figures.units)
    return found.figures


def lines(database: Database, key: str, source: str = "shopify") -> list[tuple[str, int]]:
    with database.snapshot() as connection:
        (found,) = stored_orders.read_orders(connection, [source_id("order", source, key)])
    return [(line.kind, line.amount) for line in found.lines]


@pytest.mark.parametrize("sold", [item("Voucher - Fifty", "50.00", sku="GC-50"), item("Present - Fifty", "50.00"),
                                  item("Gift Card - $50.00", "50.00")])  # fmt: skip
def test_a_gift_card_that_is_sold_is_no_purchase(database: Database, export: Export, sold: Record) -> None:
    found = figures(database, export, MINE | sold | {"Total": "50.00"})
    assert found == Figures()
    assert lines(database, "1001") == [("gift_card", 50_00)]


def test_goods_beside_a_gift_card_and_a_tip_count_and_these_do_not(database: Database, export: Export) -> None:
    found = figures(
        database, export, MINE | {"Total": "90.00"}, more("Gift Card", "50.00"), more("Tip", "5.00"),
        MINE | {"Id": "2", "Name": "#2", "Total": "80.00", "Refunded Amount": "30.00"},
        more("Gift Card", "50.00") | {"Name": "#2"},
    )  # fmt: skip
    assert lines(database, "1001") == [("sale", 30_00), ("gift_card", 50_00), ("tip", 5_00), ("rounding", 5_00)]
    # Of the second order all goods were given back, and the card was kept.
    assert (found.orders, found.units, found.spend) == (2, 4, 35_00)
    assert found.categories == (("Soap", 60_00),)


def test_who_pays_with_a_gift_card_buys_for_all_of_it(database: Database, export: Export) -> None:
    found = figures(database, export, MINE | {"Payment Method": "Shopify Payments + Gift Card"})
    assert (found.orders, found.units, found.spend) == (1, 2, 30_00)


def test_an_exchange_is_a_purchase_for_the_difference(database: Database, export: Export) -> None:
    found = figures(database, export, MINE | {"Total": "11.00"}, more("Hat", "19.00", "-1"))
    assert lines(database, "1001") == [("sale", 30_00), ("return", -19_00)]
    assert (found.orders, found.units, found.spend) == (1, 1, 11_00)


def test_woocommerce_has_tips_among_fees_and_gift_cards_by_their_product(database: Database, tmp_path: Path) -> None:
    card = test_woocommerce.PRODUCT | {"ID": "13", "Type": "gift-card", "SKU": "GC", "Name": "Present", "Parent": ""}
    order = test_woocommerce.ORDER | {"order_currency": "USD", "order_total": "100.00"}
    fees = {"fee_items": "name:Gift wrap|total:5.00|tax:0.00;name:Tip|total:5.00|tax:0.00"}
    sold = test_woocommerce.MORE | {"item_name": "Present", "item_sku": "GC", "item_total": "50.00"}
    folder = tmp_path / "shop"
    _, told = test_woocommerce.load(
        database, folder, products=[card], customers=[test_woocommerce.CUSTOMER], orders=[order | fees, sold | fees]
    )
    assert told == []
    assert lines(database, "188", "woocommerce") == [
        ("tip", 5_00), ("sale", 40_00), ("gift_card", 50_00), ("rounding", 5_00),
    ]  # fmt: skip
    (found,) = test_woocommerce.people(database)
    assert (found.figures.orders, found.figures.units, found.figures.spend) == (1, 2, 45_00)


@pytest.mark.parametrize(
    ("title", "sku", "kind"),
    [
        ("Gift Card", "", "gift_card"),
        ("E-Gift card - $25.00", "X", "gift_card"),
        ("GIFT CARD (birthday)", "", "gift_card"),
        ("Geschenkgutschein 50 €", "", "gift_card"), ("Gift card box", "", "sale"), ("Gift-Wrap Everyday", "", "sale"),
        ("Tip", "", "tip"), ("Tip", "T-1", "sale"), ("Tip of the iceberg", "", "sale"),
    ],
)  # fmt: skip
def test_what_a_line_is_by_its_name(title: str, sku: str, kind: str) -> None:
    assert line_kinds.kind(OrderLine(title=title, sku=sku, amount=1), None, ()) == kind


def test_what_a_line_is_by_its_product() -> None:
    card = Product(id="p", sku="X", title="Voucher", currency="USD", gift_card=True)
    assert line_kinds.kind(OrderLine(title="Any", sku="X", amount=1), card, ()) == "gift_card"
    assert line_kinds.kind(OrderLine(title="Any", amount=1), None, {"Any"}) == "gift_card"
    assert line_kinds.kind(OrderLine(title="Any", sku="Y", amount=1), None, {"Any"}) == "sale"


_AMOUNTS = st.integers(0, 10**6)


@given(goods=_AMOUNTS, cards=_AMOUNTS, tips=_AMOUNTS, data=st.data())
def test_net_sales_are_of_goods_and_never_less_than_nothing(
    goods: int, cards: int, tips: int, data: st.DataObject
) -> None:
    total = goods + cards + tips
    refunded = data.draw(st.integers(0, total))
    paid = [
        OrderLine(title="", amount=goods, quantity=1),
        OrderLine(title="", amount=cards, quantity=1, kind="gift_card"),
        OrderLine(title="", amount=tips, kind="tip"),
    ]
    assert net_sales(total, 0, paid) == goods
    assert 0 <= net_sales(total, refunded, paid) <= goods
    if refunded <= goods:
        assert net_sales(total, refunded, paid) == goods - refunded
    assert net_sales(total, refunded, paid[:1]) == total - refunded  # without them it is as it was

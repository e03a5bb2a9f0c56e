"""``sellmode products``, as a person runs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_contract.kinds.product import Product, ProductOption
from sellmode_contract.kinds.stock import Stock
from sellmode_tui.commands.kit.exit_codes import Exit
from tests.tui.test_cli import Desk, open_desk

COATS = [
    Product(
        id=f"0190000{number}-0000-7000-8000-000000000000",
        sku=f"C-{size}",
        title="Wool Coat",
        style="coat",
        variant=size,
        options=(ProductOption(name="Size", value=size),),
        vendor="Aare",
        price=19900 + number,
        compare_at=24900,
        currency="EUR",
        barcode=f"400638133393{number}",
    )
    for number, size in enumerate(("S", "M"))
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(Path(tmp_path_factory.mktemp("products"))) as opened:
        stock = Stock(id="0190000a-0000-7000-8000-000000000000", product=COATS[1].id, available={"Alpha": 2, "Beta": 3})
        opened.shop.write(*COATS, stock)
        assert opened.ask("sync").code == 0
        yield opened


def test_products_are_listed_by_style_and_filtered(desk: Desk) -> None:
    (line,) = desk.ask("products", "list", "wool", "option=m", "--json").objects
    assert (line["title"], line["id"], line["variants"], line["here"], line["elsewhere"]) == (
        *("Wool Coat", COATS[1].id, 2),
        *(2, 3),
    )
    assert line["options"] == {"Size": ["S", "M"]}
    shown = desk.ask("products", "list").out.splitlines()
    assert shown[0].split() == ["PRODUCT", "BRAND", "TYPE", "PRICE", "HERE", "ELSEWHERE", "VARIANTS", "ID"]
    assert "from EUR 199.00" in shown[1]
    assert desk.ask("products", "list", "silk").code == Exit.NOTHING
    wrong = desk.ask("products", "list", "color:red")
    assert wrong.code == Exit.USAGE
    assert 'there is no field "color"' in wrong.err


@pytest.mark.parametrize("named", ["C-M", "c-m", "4006381333931", COATS[1].id, COATS[1].id[:8]])
def test_a_product_is_shown_by_sku_barcode_or_id(desk: Desk, named: str) -> None:
    shown = desk.ask("products", "show", named)
    assert shown.code == 0, shown
    for expected in ("Wool Coat M", "EUR 199.01", "EUR 249.00", "Alpha      2  of unknown age", "2 here, 3 elsewhere"):
        assert expected in shown.out
    (document,) = desk.ask("products", "show", named, "--json").objects
    assert [each["available"] for each in document["variants"]] == [None, {"Alpha": 2, "Beta": 3}]


def test_its_customers_and_a_lookbook(desk: Desk) -> None:
    assert desk.ask("products", "customers", "C-M").code == Exit.NOTHING
    assert desk.ask("products", "customers", "C-M", "--likely").code == Exit.NOTHING
    assert desk.ask("products", "show", "C-XL").code == Exit.NOTHING
    assert desk.ask("products", "add", "C-M").code == Exit.USAGE
    (made,) = desk.ask("products", "add", "C-M", "--new", "Rain", "--json").objects
    assert desk.ask("products", "add", "C-S", "--to", made["id"]).code == 0
    twice = desk.ask("products", "add", "C-S", "--to", made["id"])
    assert "already in this lookbook" in twice.err
    (look,) = desk.ask("lookbooks", "list", "--json").objects
    assert [item["sku"] for item in look["items"]] == ["C-M", "C-S"]


def test_a_row_that_names_a_product_has_what_is_known_of_it(desk: Desk) -> None:
    given = ("lookbooks", "add", "--form", "my_look", "--title", "Coats")
    (made,) = desk.ask(*given, "--add-item", "4006381333931, note=Warm", "--json").objects
    shown = desk.ask("lookbooks", "show", made["id"])
    assert "1. C-M, Warm, Wool Coat M, EUR 199.01" in shown.out
    assert desk.ask("lookbooks", "edit", made["id"], "--state", "none").code == Exit.USAGE
    assert desk.ask("lookbooks", "remove", made["id"]).code == 0

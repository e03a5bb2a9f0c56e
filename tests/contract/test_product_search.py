"""What a product is found by, and what a filter of products asks."""

from __future__ import annotations

import pytest

from sellmode_contract.filters import matches, parse
from sellmode_contract.kinds.product import Product, ProductOption
from sellmode_contract.product_search import PRODUCT_FIELDS, product_keys, product_values
from sellmode_contract.search import parse_query
from tests.tui.cache.lines import ME, NOW

COAT = Product(
    id="1",
    sku="WO-00017",
    title="Wollmantel Zürich",
    variant="M / Rot",
    options=(ProductOption(name="Size", value="M"), ProductOption(name="Color", value="Rot")),
    vendor="Müller & Söhne",
    type="Coats",
    category="Apparel > Outerwear",
    tags=("winter sale",),
    price=19900,
    compare_at=24900,
    currency="EUR",
    barcode="4006381333931",
)


@pytest.mark.parametrize(
    "typed",
    ["woll zurich", "wo-17", "WO-00017", "wo00017", "40063813", "4006381 333931", "mueller", "coat rot m", "outer",
     "sohne winter"],
)  # fmt: skip
def test_a_product_is_found_by_what_people_type(typed: str) -> None:
    assert parse_query(typed).matches(product_keys(COAT)) is (typed != "wo-17")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("type:coats price<200 stock>0 vendor:muller", True),
        ("price<199", False),
        ("reduced:yes option=m tag:'winter sale'".replace("'", '"'), True),
        ("elsewhere>=3", True),
        ("elsewhere>3", False),
        ("stock:2", True),
        ("active:no", False),
    ],
)
def test_a_filter_is_asked_of_a_variant(text: str, holds: bool) -> None:
    values = product_values(COAT, {"here": 2, "there": 3, "oversold": -4}, ("here",), "EUR")
    found = matches(parse(text, PRODUCT_FIELDS), values, product_keys(COAT), today=NOW.date(), me=ME)
    assert found is holds


def test_a_price_in_another_currency_is_compared_with_nothing() -> None:
    assert product_values(COAT, None, (), "CHF")["price"] is None

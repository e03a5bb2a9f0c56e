"""docs/finding.md names every field, and its filters can be read."""

from __future__ import annotations

import re

import pytest

from sellmode_backend.demo.retailer import CUSTOM_FIELDS
from sellmode_contract.filters import CUSTOMER_FIELDS, MAX_LENGTH, MAX_TERMS, custom_fields, parse
from sellmode_contract.product_search import PRODUCT_FIELDS
from sellmode_contract.search import MAX_TERMS as MAX_WORDS
from sellmode_contract.search import parse_query, words
from tests.docs.reading import DOCS, fences

_DOCUMENT = DOCS / "finding.md"
_TEXT = _DOCUMENT.read_text("utf-8")
_FIELDS = (*CUSTOMER_FIELDS, *custom_fields(CUSTOM_FIELDS))
_FILTERS = [line for block in fences(_DOCUMENT, "filter") for line in block.splitlines()]
_TYPED = re.findall(r"^\| `([^`|]+)` \| ", _TEXT.partition("## Fields")[0], re.MULTILINE)


@pytest.mark.parametrize("text", [*_FILTERS, *_TYPED])
def test_a_filter_can_be_read(text: str) -> None:
    parse(text, _FIELDS)


@pytest.mark.parametrize("text", [line for each in fences(_DOCUMENT, "products") for line in each.splitlines()])
def test_a_filter_of_products_can_be_read(text: str) -> None:
    parse(text, PRODUCT_FIELDS)


@pytest.mark.parametrize("field", [field.name for field in PRODUCT_FIELDS])
def test_a_field_of_products_is_named(field: str) -> None:
    assert f"`{field}`" in _TEXT.partition("## Products")[2]


def test_there_are_filters_to_read() -> None:
    assert len(_FILTERS) > 3
    assert len(_TYPED) > 5


@pytest.mark.parametrize("field", [field.name for field in CUSTOMER_FIELDS])
def test_a_field_is_named(field: str) -> None:
    assert f"`{field}`" in _TEXT.partition("## Fields")[2]


def test_the_limits_are_the_codes() -> None:
    assert f"at most {MAX_LENGTH:,} characters and {MAX_TERMS} comparisons" in _TEXT
    assert f"More than {MAX_WORDS} words" in _TEXT


def test_words_are_found_as_told() -> None:
    assert set(parse_query("mull an").words) == {"mull", "an"}
    assert [words(name) for name in ("Łukasz", "Sørensen", "O'Neil")] == [["lukasz"], ["sorensen"], ["oneil"]]

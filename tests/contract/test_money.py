"""Amounts come back as they went in, and what is no amount is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.money import amount_text, exponent, parse_amount, priced, read_amount, read_number


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.50", "USD", 1250),
        ("12.5", "USD", 1250),
        (" 12 ", "EUR", 1200),
        ("-0.01", "EUR", -1),
        ("1250", "JPY", 1250),
        ("1.234", "KWD", 1234),
        ("12.500", "USD", 1250),
        ("0", "USD", 0),
        ("-0", "USD", 0),
        ("+.5", "USD", 50),
        ("7.", "USD", 700),
        ("0000000000000000000000012.50", "USD", 1250),
        ("12.5000000000000000000000000000000000000", "USD", 1250),
    ],
)
def test_an_amount_is_read(text: str, currency: str, amount: int) -> None:
    assert parse_amount(text, currency) == amount


@pytest.mark.parametrize(
    "text",
    [
        *("", "abc", "1,50", "NaN", "Infinity", "-inf", "1e309", "1e2", "1" * 17, "12.345", "0x10", "1 2"),
        *("1_000", "1,000.00", "١٢", "１２", ".", "-", "--1", "$1", "12.50 USD", "1" * 5000, "0.1" + "0" * 40 + "1"),
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimal places"):
        parse_amount(text, "USD")


def test_a_fraction_of_a_yen_is_refused() -> None:
    with pytest.raises(ValueError, match="JPY"):
        parse_amount("1.5", "JPY")


@given(st.integers(-(2**53) + 1, 2**53 - 1), st.sampled_from(["USD", "JPY", "KWD"]))
def test_amounts_come_back(amount: int, currency: str) -> None:
    text = amount_text(amount, currency)
    assert parse_amount(text, currency) == amount
    assert len(text.rpartition(".")[2]) == exponent(currency) or exponent(currency) == 0


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0, "EUR", "EUR 0.00"),
        (5, "EUR", "EUR 0.05"),
        (-5, "EUR", "EUR -0.05"),
        (123_456_789, "EUR", "EUR 1,234,567.89"),
        (-123_456, "USD", "USD -1,234.56"),
        (1234, "JPY", "JPY 1,234"),
        (-0, "", "0.00"),
    ],
)
def test_an_amount_for_people_has_its_digits_in_groups(amount: int, currency: str, text: str) -> None:
    assert priced(amount, currency) == text


@given(st.integers(-(10**14), 10**14), st.sampled_from(["EUR", "JPY"]))
def test_what_is_shown_can_be_typed(amount: int, currency: str) -> None:
    typed = priced(amount, currency).removeprefix(f"{currency} ")
    assert read_amount(typed) == Decimal(amount_text(amount, currency))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        *(("1500", "1500"), ("1,500", "1500"), ("1500.50", "1500.5"), ("1.500,50", "1500.5"), ("1.234.567", "1234567")),
        *((" 12,5 ", "12.5"), ("-1,000,000", "-1000000"), ("0.125", "0.125")),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, number: str) -> None:
    assert read_amount(typed) == read_number(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["", "1e5", "nan", "inf", "1_000", "١٢", "1,0000", "1,50,000", "1.5.5", "EUR 5"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        read_amount(typed)


def test_an_amount_that_may_be_two_is_asked_about() -> None:
    with pytest.raises(ValueError, match=r"may be 1500 or 1\.5$"):
        read_amount("1.500")
    assert read_number("1.500") == Decimal("1.5")

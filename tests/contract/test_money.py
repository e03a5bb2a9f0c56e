"""Amounts come back as they went in, and what is no amount is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.money import amount_text, exponent, parse_amount, priced


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

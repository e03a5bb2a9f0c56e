"""Amounts of money and numbers with fractions, as the app shows them."""

from __future__ import annotations

from decimal import Decimal

from sellmode_contract import money
from sellmode_tui import language


def priced(amount: int, currency: str) -> str:
    """An amount in minor units: ``EUR 1,234.50``, or as the language writes it; its sign comes first."""
    locale = language.locale()
    if locale is None or not currency:
        return money.priced(amount, currency)
    from babel.numbers import format_currency

    value = Decimal(abs(amount)).scaleb(-money.exponent(currency))
    said = language.as_drawn(format_currency(value, currency, locale=locale))
    return f"-{said}" if amount < 0 else said


def decimal(value: float, form: str = ",.10g") -> str:
    """A number, to as many places as it has or its ``form`` says: ``1,234.5``; as the language has it."""
    locale = language.locale()
    if locale is None:
        return f"{value:{form}}"
    from babel.numbers import format_decimal

    plain = Decimal(f"{value:{form.replace(',', '')}}")
    return language.as_drawn(format_decimal(plain, locale=locale, decimal_quantization=False))

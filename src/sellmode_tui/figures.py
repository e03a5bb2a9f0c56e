"""Amounts of money as the app shows them."""

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
    said = language.one_blank(format_currency(value, currency, locale=locale))
    return f"-{said}" if amount < 0 else said

"""Amounts of money between text and integer minor units (ISO 4217)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Currencies whose minor unit is not a hundredth (ISO 4217 list one)."""


def exponent(currency: str) -> int:
    """Decimal places of a currency's minor unit."""
    return _EXPONENTS.get(currency, 2)


def parse_amount(text: str, currency: str) -> int:
    """Minor units of a plain decimal such as ``12.50``.

    Raises ValueError if the text is no finite number, or has more places than the currency.
    """
    try:
        amount = Decimal(text.strip()).scaleb(exponent(currency))
    except InvalidOperation:
        raise ValueError(f"{text!r} is not an amount of money") from None
    if not amount.is_finite():
        raise ValueError(f"{text!r} is not an amount of money")
    if amount != amount.to_integral_value():
        raise ValueError(f"{text!r} has more decimal places than {currency} has")
    if abs(amount) >= 2**53:
        raise ValueError(f"{text!r} is too large an amount")
    return int(amount)


def amount_text(amount: int, currency: str) -> str:
    """A plain decimal of an amount in minor units: ``1250`` in USD is ``12.50``."""
    return str(Decimal(amount).scaleb(-exponent(currency)).quantize(Decimal(1).scaleb(-exponent(currency))))

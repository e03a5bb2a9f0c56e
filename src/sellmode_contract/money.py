"""Amounts of money between text and integer minor units (ISO 4217)."""

from __future__ import annotations

import re
from decimal import Decimal

_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Currencies whose minor unit is not a hundredth (ISO 4217 list one)."""


def exponent(currency: str) -> int:
    """Decimal places of a currency's minor unit."""
    return _EXPONENTS.get(currency, 2)


_PLAIN = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]*))?|([+-]?)\.([0-9]+)")


def parse_amount(text: str, currency: str) -> int:
    """Minor units of a plain decimal such as ``12.50``.

    Raises ValueError for anything else (exponents, group separators), and if it has more places than the currency.
    """
    plain = _PLAIN.fullmatch(text.strip())
    if plain is None:
        raise ValueError(f"{text!r} is not an amount of money")
    sign, whole, fraction = plain[1] or plain[4] or "", plain[2] or "", plain[3] or plain[5] or ""
    places = exponent(currency)
    if fraction[places:].strip("0"):
        raise ValueError(f"{text!r} has more decimal places than {currency} has")
    digits = (whole + fraction[:places].ljust(places, "0")).lstrip("0")
    if len(digits) > 16 or int(digits or 0) >= 2**53:
        raise ValueError(f"{text!r} is too large an amount")
    return int(sign + (digits or "0"))


def amount_text(amount: int, currency: str) -> str:
    """A plain decimal of an amount in minor units: ``1250`` in USD is ``12.50``."""
    return str(Decimal(amount).scaleb(-exponent(currency)).quantize(Decimal(1).scaleb(-exponent(currency))))


def money(amount: int, currency: str) -> str:
    """``1,234.50``, of an amount in minor units, where the currency is said elsewhere."""
    return f"{Decimal(amount_text(amount, currency)):,f}"


def priced(amount: int, currency: str) -> str:
    """``EUR 1,234.50``."""
    return f"{currency} {money(amount, currency)}".strip()

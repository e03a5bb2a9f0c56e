"""Amounts of money between text and integer minor units (ISO 4217), and numbers as people type them.

`priced` says money to people, `read_amount` reads it from them; `amount_text` and `parse_amount` are for files.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from sellmode_contract.translatable import Translatable, marked

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


def priced(amount: int, currency: str) -> str:
    """``EUR 1,234.50``, of an amount in minor units."""
    return f"{currency} {Decimal(amount_text(amount, currency)):,f}".strip()


# ------------------------------------------------------------------ as people type it

HOW: Final = marked("write it like 1500, 1,500 or 1500.50")
_TYPED = re.compile(r"[+-]?[0-9]{1,15}(?:[.][0-9]{1,6})?")
_COMMA_DECIMALS = re.compile(r"[+-]?[0-9]{1,15},[0-9]{1,2}")
_GROUPS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:[.][0-9]{1,6})?")
_GROUPS_OF_POINTS = re.compile(r"[+-]?[0-9]{1,3}(?:[.][0-9]{3}){1,4},[0-9]{1,6}|[+-]?[0-9]{1,3}(?:[.][0-9]{3}){2,4}")
_UNCLEAR = re.compile(r"[+-]?[1-9][0-9]{0,2}[.][0-9]{3}")


def read_number(text: str) -> Decimal:
    """A number: ``1500``, ``1,500``, ``1500.50``, ``1500,5``, ``1.500,50``. Raises ValueError with why it is none."""
    text = text.strip()
    if _TYPED.fullmatch(text):
        return Decimal(text)
    if has_groups(text):
        return Decimal(text.replace(",", ""))
    if _COMMA_DECIMALS.fullmatch(text):
        return Decimal(text.replace(",", "."))
    if _GROUPS_OF_POINTS.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    raise ValueError(marked("is not a number"))


def read_amount(text: str) -> Decimal:
    """An amount of money, in whole units. ``1.500`` may be two amounts, and raises ValueError with both."""
    text = text.strip()
    if _UNCLEAR.fullmatch(text):
        whole = text.replace(".", "")
        raise ValueError(Translatable("may be {whole} or {amount:f}", whole=whole, amount=Decimal(text).normalize()))
    return read_number(text)


def has_groups(text: str) -> bool:
    """Whether a text is a number whose commas part thousands: ``1,500``."""
    return bool(_GROUPS.fullmatch(text))

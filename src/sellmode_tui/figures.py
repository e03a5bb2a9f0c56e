"""Amounts of money, numbers with fractions and the values of figures, as the app shows them."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Final

from sellmode_contract import money
from sellmode_contract.results.figures import DASH, PLACES, Figure, rounded
from sellmode_contract.results.kpis import Unit
from sellmode_contract.results.targets import Progress
from sellmode_tui import language
from sellmode_tui.language import tr, trc


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


def value_text(figure: Figure, currency: str) -> str:
    """A figure; a dash for no value."""
    value = figure.value
    return DASH if value is None else unit_text(figure.kpi.unit, value, currency)


def unit_text(unit: Unit, value: Fraction, currency: str) -> str:
    """A value in its unit."""
    return _WRITTEN[unit](value, currency)


def progress_text(progress: Progress, currency: str) -> str:
    """How far a figure is on its way to its target, in few words: amounts without their currency."""
    target = _short(progress.goal, currency)
    if progress.is_way:
        return tr("{share} of {target}", share=share_text(progress), target=target)
    if progress.now.kpi.better == "less":
        return (
            tr("limit {target}: kept", target=target) if progress.met else tr("limit {target}: passed", target=target)
        )
    return tr("target {target}: met", target=target) if progress.met else tr("target {target}: not met", target=target)


def share_text(progress: Progress) -> str:
    """How much of its target a figure is, rounded down: a target is met by all of it."""
    return DASH if progress.share is None else f"{language.number(math.floor(progress.share * 100))} %"


def _short(goal: Figure, currency: str) -> str:
    whole = (goal.value or 0) / 10 ** money.exponent(currency)
    if goal.kpi.unit != "money" or whole % 1:
        return value_text(goal, currency)
    return language.number(int(whole))


def _placed(unit: Unit, value: Fraction) -> str:
    return decimal(float(value), f",.{PLACES[unit]}f")


_WRITTEN: Final[dict[Unit, Callable[[Fraction, str], str]]] = {
    "money": lambda value, currency: priced(rounded(value), currency),
    "count": lambda value, _: language.number(rounded(value)),
    "ratio": lambda value, _: _placed("ratio", value),
    "percent": lambda value, _: f"{_placed('percent', value)} %",
    "points": lambda value, _: f"{'+' if value > 0 else ''}{language.number(rounded(value))}",
    "minutes": lambda value, _: trc("minutes", "{number} min", number=language.number(rounded(value))),
    "days": lambda value, _: _placed("days", value),
}

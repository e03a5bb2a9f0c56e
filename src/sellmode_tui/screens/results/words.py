"""Figures, their changes and their periods, as the screens say them."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, NamedTuple

from sellmode_contract import money
from sellmode_contract.results.figures import DASH, Figure
from sellmode_contract.results.kpis import Kpi, Unit
from sellmode_contract.results.periods import Period
from sellmode_tui import figures, language
from sellmode_tui.dates.names import dated, short_day
from sellmode_tui.language import marked, tr
from sellmode_tui.widgets.meanings import MONEY_DOWN, Meaning

PERIODS: Final = {
    "today": marked("today"),
    "yesterday": marked("yesterday"),
    "week": marked("this week"),
    "month": marked("this month"),
    "quarter": marked("this quarter"),
    "year": marked("this year"),
    "7d": marked("the last 7 days"),
    "28d": marked("the last 28 days"),
    "365d": marked("the last 365 days"),
}
"""What each named period is called."""


def axis_text(unit: Unit, value: Fraction, currency: str) -> str:
    """A round value on an axis: money without its currency."""
    if unit == "money":
        return language.number(int(value / 10 ** money.exponent(currency)))
    return figures.decimal(float(value))


def least_step(unit: Unit, currency: str) -> Fraction:
    """The smallest step of an axis."""
    if unit == "money":
        return Fraction(10 ** money.exponent(currency))
    return Fraction(1, 10) if unit in ("ratio", "days") else Fraction(1)


class Change(NamedTuple):
    """How a figure has changed."""

    text: str
    """With its sign; a dash where there is nothing to compare."""
    worse: bool = False
    better: bool = False

    @property
    def meaning(self) -> Meaning | None:
        """How it is marked."""
        return MONEY_DOWN if self.worse else None


def change(now: Figure, before: Figure) -> Change:
    """From before to now: in points where the figure is a share, else as a share of what it was."""
    first, last = before.value, now.value
    in_points = now.kpi.unit in ("percent", "points")
    if first is None or last is None or not (in_points or first):
        return Change(DASH)
    by = last - first if in_points else (last - first) / abs(first) * 100
    said = f"{figures.decimal(abs(round(float(by), 1)), ',.1f')}"
    text = tr("{number} points", number=said) if in_points else f"{said} %"
    if said == figures.decimal(0.0, ",.1f"):
        return Change(text)
    rises = by > 0
    good = now.kpi.better is not None and rises == (now.kpi.better == "more")
    return Change(f"{'+' if rises else '-'}{text}", now.kpi.better is not None and not good, good)


def better_text(kpi: Kpi) -> str:
    """Which way is the better one."""
    return {"more": tr("More is better."), "less": tr("Less is better.")}.get(kpi.better or "", "")


def period_text(period: Period) -> str:
    """The days of a period, in as few words as say them."""
    first, last = period.first, period.last
    if first == last:
        return dated(first)
    if first.year == last.year:
        return f"{short_day(first)} {DASH} {dated(last)}"
    return f"{dated(first)} {DASH} {dated(last)}"

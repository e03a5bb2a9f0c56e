"""Figures: KPIs worked out from facts, of any days, as exact numbers."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from sellmode_contract import money
from sellmode_contract.kinds.fact import Fact, FactCard
from sellmode_contract.results.kpis import DAYS, Kpi, Part, Sum, Unit
from sellmode_contract.results.periods import Period

SCALE: Final[dict[Unit, int]] = {"percent": 100, "points": 100}
"""What quotients are multiplied by, in the units that are no plain number."""
PLACES: Final[dict[Unit, int]] = {"percent": 1, "ratio": 2, "days": 1}
"""Decimals with which figures are written; amounts of money have those of their currency, others none."""
DASH: Final = "–"  # noqa: RUF001 -- it is a dash


class Figure(NamedTuple):
    """What a KPI comes to in a period."""

    kpi: Kpi
    numerator: int
    denominator: int | None
    """None for a plain sum."""

    @property
    def value(self) -> Fraction | None:
        """In the KPI's unit; None where there is nothing to divide by."""
        if self.denominator is None:
            return Fraction(self.numerator)
        if self.denominator == 0:
            return None
        return Fraction(self.numerator, self.denominator) * SCALE.get(self.kpi.unit, 1)

    def text(self, currency: str) -> str:
        """As people read it; a dash for no value."""
        value = self.value
        if value is None:
            return DASH
        return _AS_TEXT[self.kpi.unit](value, currency)


class Totals:
    """The sums of facts over the days of a period."""

    def __init__(self, facts: Iterable[Fact | FactCard], period: Period, today: dt.date) -> None:
        """``today`` tells which days are over."""
        self._days = period.days
        self._sums: Counter[tuple[str, str, bool]] = Counter()
        first, last = f"{period.first:%Y-%m}", f"{period.last:%Y-%m}"
        for fact in facts:
            if not first <= fact.month <= last:
                continue
            for day, channels in fact.days.items():
                date = dt.date.fromisoformat(f"{fact.month}-{day}")
                if date in period:
                    for channel, measures in channels.items():
                        for measure, value in measures.items():
                            self._sums[measure, channel, date < today] += value

    def of(self, part: Part) -> int:
        """What a part of a KPI comes to, with its factor."""
        if part.measure == DAYS:
            return self._days * part.factor
        return part.factor * sum(
            value
            for (measure, channel, is_over), value in self._sums.items()
            if measure == part.measure
            and part.channel in ("", channel)
            and (part.when == "any" or is_over == (part.when == "past"))
        )

    def sum(self, parts: Sum) -> int:
        """What several come to."""
        return sum(map(self.of, parts))

    def measured(self, measure: str) -> dict[str, int]:
        """A measure by channel."""
        found: Counter[str] = Counter()
        for (name, channel, _), value in self._sums.items():
            if name == measure:
                found[channel] += value
        return {channel: value for channel, value in sorted(found.items()) if value}


class Compared(NamedTuple):
    """A figure, beside that of the period before and of a year before."""

    now: Figure
    before: Figure
    year_before: Figure

    @property
    def change(self) -> Fraction | None:
        """How much more it is than in the period before, as a part of that; None where that says nothing."""
        if self.now.value is None or not self.before.value:
            return None
        return (self.now.value - self.before.value) / abs(self.before.value)

    @property
    def is_better(self) -> bool:
        """Whether it has changed for the better."""
        return ((self.change or 0) > 0) == (self.now.kpi.better == "more")


Sums: TypeAlias = Callable[[Period], Totals]
"""What somebody's facts come to, in a period."""


def compared(kpis: Iterable[Kpi], period: Period, mine: Sums, whole: Sums | None) -> tuple[Compared, ...]:
    """The figures of whose sums these are; ``whole`` is what shares are shares of; None: not known."""
    sums = [(mine(each), whole(each) if whole else None) for each in (period, period.before(), period.year_before())]
    return tuple(Compared(*(figure(kpi, *those) for those in sums)) for kpi in kpis)


def figure(kpi: Kpi, mine: Totals, whole: Totals | None) -> Figure:
    """One KPI, from the sums of whose it is, and of all stores."""
    if not kpi.denominator:
        below = None
    elif kpi.share:
        below = whole.sum(kpi.denominator) if whole else 0
    else:
        below = mine.sum(kpi.denominator)
    return Figure(kpi, mine.sum(kpi.numerator), below)


def added(
    days: Mapping[str, Mapping[str, Mapping[str, int]]], more: Mapping[tuple[str, str, str], int]
) -> dict[str, dict[str, dict[str, int]]]:
    """The days of a fact with some more (by day, channel and measure); what comes to nothing is left out."""
    sums = Counter(
        {
            (day, channel, measure): value
            for day, channels in days.items()
            for channel, measures in channels.items()
            for measure, value in measures.items()
        }
    )
    for key, value in more.items():
        sums[key] += value
    made: dict[str, dict[str, dict[str, int]]] = {}
    for (day, channel, measure), value in sums.items():
        if value:
            made.setdefault(day, {}).setdefault(channel, {})[measure] = value
    return made


def rounded(value: Fraction) -> int:
    """Halves away from zero, as people round."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def _decimal(value: Fraction, places: int) -> str:
    scaled = rounded(value * 10**places)
    whole, rest = divmod(abs(scaled), 10**places)
    return f"{'-' if scaled < 0 else ''}{whole:,}.{rest:0{places}d}"


_AS_TEXT: Final[dict[Unit, Callable[[Fraction, str], str]]] = {
    "money": lambda value, currency: money.priced(rounded(value), currency),
    "count": lambda value, _: f"{rounded(value):,}",
    "ratio": lambda value, _: _decimal(value, PLACES["ratio"]),
    "percent": lambda value, _: f"{_decimal(value, PLACES['percent'])} %",
    "points": lambda value, _: f"{rounded(value):+d}",
    "minutes": lambda value, _: f"{rounded(value):,} min",
    "days": lambda value, _: _decimal(value, PLACES["days"]),
}

"""Targets beside the figures that they are for.

A target is a figure that is wanted. Months are added up where all have one and the figure is a plain sum: two targets
for a share make no third.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from sellmode_contract import money
from sellmode_contract.kinds.target import Target, TargetCard
from sellmode_contract.results.figures import PLACES, SCALE, Figure
from sellmode_contract.results.kpis import KPIS, Kpi, Unit
from sellmode_contract.results.periods import Period
from sellmode_contract.store_time import read_month
from sellmode_contract.translatable import Translatable, marked


def places(unit: Unit, currency: str) -> int:
    """The decimals with which a target is written."""
    return money.exponent(currency) if unit == "money" else PLACES.get(unit, 0)


def in_steps(kpi: Kpi, number: Decimal, currency: str) -> int:
    """A number as a target holds it. Raises ValueError if it has more decimals than the figure is written with."""
    scaled = number.scaleb(places(kpi.unit, currency))
    if scaled % 1:
        raise ValueError(Translatable("It can have up to {number} decimals.", number=places(kpi.unit, currency)))
    return int(scaled)


def as_number(kpi: Kpi, value: int, currency: str) -> Decimal:
    """What a target holds, as people type it."""
    return Decimal(value).scaleb(-places(kpi.unit, currency))


def next_month(month: str) -> str:
    """The month after one."""
    return f"{read_month(month) + dt.timedelta(days=31):%Y-%m}"


def misplaced(kpi: Kpi, person: str | None) -> str:
    """Why a figure has no target of a store, or of a person; empty if it has."""
    if person is None and kpi.of == "person":
        return marked("It is a figure of people: say of whom.")
    if person is not None and kpi.of == "store":
        return marked("It is a figure of stores, not of people.")
    return ""


def wanted(kpi: Kpi, value: int) -> Figure:
    """A target as a figure."""
    below = SCALE.get(kpi.unit, 1) * 10 ** PLACES.get(kpi.unit, 0) if kpi.denominator else None
    return Figure(kpi, value, below)


def goals(
    targets: Iterable[Target | TargetCard], stores: Sequence[str], person: str | None, period: Period
) -> dict[str, Figure]:
    """The targets of a period by KPI, of stores together or of a person; of what has none nothing."""
    cells = {(store, month) for store in stores for month in period.months}
    values: dict[str, dict[tuple[str, str], int]] = {}
    for target in targets:
        cell = target.store, target.month
        if target.person == person and cell in cells and target.kpi in KPIS:
            values.setdefault(target.kpi, {})[cell] = target.value
    return {
        kpi: wanted(KPIS[kpi], sum(held.values()))
        for kpi, held in values.items()
        if held.keys() == cells and (len(cells) == 1 or not KPIS[kpi].denominator)
    }


class Progress(NamedTuple):
    """How far a figure is on its way to its target."""

    goal: Figure
    now: Figure

    @property
    def is_way(self) -> bool:
        """Whether it is gone a little further each day: a share is not, nor what is better the less."""
        return self.now.kpi.better == "more" and not self.now.kpi.denominator

    @property
    def share(self) -> Fraction | None:
        """The figure as a part of its target; None if it has no value."""
        wanted = self.goal.value
        return self.now.value / wanted if self.now.value is not None and wanted else None

    @property
    def met(self) -> bool:
        """Whether it is as good as its target, or better."""
        if self.share is None:
            return False
        return self.share >= 1 if self.now.kpi.better == "more" else self.share <= 1

    @property
    def missing(self) -> Figure:
        """What is still missing on the way; nothing once it is met."""
        return self.now._replace(numerator=max(0, self.goal.numerator - self.now.numerator))

    def each_day(self, days: int) -> Figure:
        """The same for each of the days that are left."""
        return self.now._replace(numerator=-(-self.missing.numerator // max(1, days)))


def days_left(period: Period, today: dt.date) -> int:
    """The days from today to the end of the months that a period stands for; 0 once they are over."""
    return max(0, (period.whole.last - max(period.first, today)).days + 1)

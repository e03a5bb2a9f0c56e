"""One figure: how it went over its period, and what it is made of."""

from __future__ import annotations

import datetime as dt
from itertools import zip_longest
from typing import NamedTuple

from sellmode_contract.kinds.fact import Fact, FactCard
from sellmode_contract.results.figures import Compared, Figure, Totals, figure
from sellmode_contract.results.kpis import DAYS, Kpi, Part
from sellmode_contract.results.periods import Period
from sellmode_contract.results.steps import Step, parts, step_of
from sellmode_contract.results.targets import Progress, days_left
from sellmode_tui.cache.store import Reading
from sellmode_tui.records.context import Context
from sellmode_tui.records.results.shown import all_stores_of, complete_until, facts_of
from sellmode_tui.records.results.subjects import Subject
from sellmode_tui.records.results.targets import goals_of


class Stretch(NamedTuple):
    """A part of the period, beside the one in its place of the period before."""

    period: Period
    now: Figure
    before: Figure | None
    """None: the period before has no such part."""


class PartOf(NamedTuple):
    """What one measure comes to in the period."""

    part: Part
    value: int
    """With its factor."""
    below: bool
    """Whether it stands in the denominator."""
    channels: tuple[tuple[str, int], ...] = ()
    """By channel, where there are several."""


class FigureDetail(NamedTuple):
    """A figure with all of that."""

    subject: Subject
    period: Period
    before: Period
    year_before: Period
    currency: str
    figure: Compared
    step: Step
    stretches: tuple[Stretch, ...]
    parts: tuple[PartOf, ...]
    complete_until: dt.datetime | None
    progress: Progress | None
    """None: it has no target."""
    days_left: int
    """Of the months of the target, today among them."""


class _Sums(NamedTuple):
    """The facts of a subject, and of all stores where shares are shares of them."""

    mine: list[Fact | FactCard]
    whole: list[Fact | FactCard] | None
    today: dt.date
    kpi: Kpi

    def totals(self, period: Period) -> tuple[Totals, Totals | None]:
        whole = Totals(self.whole, period, self.today) if self.whole is not None else None
        return Totals(self.mine, period, self.today), whole

    def figure(self, period: Period) -> Figure:
        return figure(self.kpi, *self.totals(period))


def detail(
    reading: Reading,
    around: Context,
    subject: Subject,
    period: Period,
    today: dt.date,
    kpi: Kpi,
    by: Step | None = None,
) -> FigureDetail:
    """All of one figure; ``by`` says in which stretches, where they are not to be as long as a chart wants them."""
    before, year_before = period.before(), period.year_before()
    all_stores = all_stores_of(around) if kpi.share else None

    def sums(of: Period) -> _Sums:
        return _Sums(
            facts_of(reading, subject, of), facts_of(reading, all_stores, of) if all_stores else None, today, kpi
        )

    now, then = sums(period), sums(before)
    step = by or step_of(period)
    figure_now, goal = now.figure(period), goals_of(reading, subject, period).get(kpi.id)
    stretches = parts(period, step)
    return FigureDetail(
        subject=subject,
        period=period,
        before=before,
        year_before=year_before,
        currency=around.currency,
        figure=Compared(figure_now, then.figure(before), sums(year_before).figure(year_before)),
        step=step,
        stretches=tuple(
            Stretch(here, now.figure(here), then.figure(there) if there else None)
            for here, there in zip_longest(stretches, parts(before, step)[: len(stretches)])
        ),
        parts=tuple(_parts(kpi, *now.totals(period))),
        complete_until=complete_until(reading),
        progress=Progress(goal, figure_now) if goal else None,
        days_left=days_left(period, today),
    )


def _parts(kpi: Kpi, mine: Totals, whole: Totals | None) -> list[PartOf]:
    """The numerator's parts, then the denominator's; of a share the latter are those of all stores."""
    below = whole or mine
    return [
        *(_part(part, mine, below=False) for part in kpi.numerator),
        *(_part(part, below, below=True) for part in kpi.denominator),
    ]


def _part(part: Part, totals: Totals, *, below: bool) -> PartOf:
    whole = not part.channel and part.when == "any" and part.measure != DAYS
    channels = totals.measured(part.measure) if whole else {}
    several = tuple((name, value * part.factor) for name, value in channels.items()) if len(channels) > 1 else ()
    return PartOf(part, totals.of(part), below, several)

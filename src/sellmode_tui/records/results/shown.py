"""All figures of a store or a person over a period, beside those of before."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from sellmode_contract.kinds.fact import Fact, FactCard
from sellmode_contract.results.figures import Compared, Figure, Totals, compared
from sellmode_contract.results.kpis import FIRST, Kpi, in_order
from sellmode_contract.results.periods import Period
from sellmode_contract.results.targets import Progress
from sellmode_contract.roles import Work
from sellmode_tui.cache import meta
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.records.context import Context
from sellmode_tui.records.results.subjects import Subject
from sellmode_tui.records.results.targets import goals_of


class ShownFigures(NamedTuple):
    """Figures as they are shown."""

    subject: Subject
    period: Period
    before: Period
    year_before: Period
    today: dt.date
    currency: str
    figures: tuple[Compared, ...]
    """Those that the account's kind of work is measured by come first."""
    first: int
    """How many these are."""
    goals: Mapping[str, Figure]
    """What they are to come to, by KPI."""
    other_currency: int
    """How many sales in other currencies are in none of them."""
    complete_until: dt.datetime | None
    """When the last sync that got everything began; None before the first."""

    def progress(self, figure: Compared) -> Progress | None:
        """How far one of them is; None if it has no target."""
        goal = self.goals.get(figure.now.kpi.id)
        return Progress(goal, figure.now) if goal else None


TotalsOf: TypeAlias = Callable[[Subject, Period, dt.date], Totals]
"""What the facts of a subject come to in a period, on a day."""


def totals_of(reading: Reading) -> TotalsOf:
    """The same, each read and added up once, however many subjects are a share of it."""
    return functools.cache(lambda subject, period, today: Totals(facts_of(reading, subject, period), period, today))


def shown(
    reading: Reading, around: Context, subject: Subject, period: Period, today: dt.date, totals: TotalsOf
) -> ShownFigures:
    """All of them."""
    work = work_of(around)
    kpis = in_order(work, "person" if subject.person else "store")
    return ShownFigures(
        subject=subject,
        period=period,
        before=period.before(),
        year_before=period.year_before(),
        today=today,
        currency=around.currency,
        figures=figures_of(around, subject, kpis, period, today, totals),
        goals=goals_of(reading, subject, period),
        first=sum(kpi.id in FIRST[work] for kpi in kpis),
        other_currency=sum(totals(subject, period, today).measured("other_currency").values()),
        complete_until=complete_until(reading),
    )


def figures_of(
    around: Context, subject: Subject, kpis: Iterable[Kpi], period: Period, today: dt.date, totals: TotalsOf
) -> tuple[Compared, ...]:
    """Some of them."""
    whole = all_stores_of(around)
    return compared(
        kpis,
        period,
        lambda each: totals(subject, each, today),
        (lambda each: totals(whole, each, today)) if whole else None,
    )


def complete_until(reading: Reading) -> dt.datetime | None:
    """When the last sync that got everything began; None before the first."""
    at = meta.get(reading.connection, "finished_at")
    return dt.datetime.fromisoformat(at) if at else None


def all_stores_of(around: Context) -> Subject | None:
    """What shares are shares of; None for an account that does not see several stores."""
    stores = around.account.stores if around.account else ()
    return Subject(tuple(stores)) if len(stores) > 1 else None


def work_of(around: Context) -> Work:
    """The account's kind of work."""
    return "ecommerce" if around.account and around.account.work == "ecommerce" else "omnichannel"


def facts_of(reading: Reading, subject: Subject, period: Period) -> list[Fact | FactCard]:
    """The months that a period touches."""
    found: dict[tuple[str, str], Fact | FactCard] = {}
    for kind in ("fact_card", "fact"):  # who leads a store may have both
        rows = reading.connection.execute(
            f"SELECT f.doc FROM {kind} f WHERE {reading.only_visible('f')} AND f.person IS ?"
            f" AND f.month BETWEEN ? AND ? AND f.store IN ({','.join('?' * len(subject.stores))})",
            (subject.person, f"{period.first:%Y-%m}", f"{period.last:%Y-%m}", *subject.stores),
        )
        for (doc,) in rows:
            fact = decode(kind, doc)
            found[fact.store, fact.month] = fact
    return list(found.values())

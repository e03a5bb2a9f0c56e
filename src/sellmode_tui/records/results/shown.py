"""All figures of a store or a person over a period, beside those of before."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sellmode_contract.kinds.fact import Fact, FactCard
from sellmode_contract.results.figures import Figure, Totals, figures
from sellmode_contract.results.kpis import FIRST, in_order
from sellmode_contract.results.periods import Period
from sellmode_contract.roles import Work
from sellmode_tui.cache import meta
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.records.context import Context
from sellmode_tui.records.results.subjects import Subject


class Compared(NamedTuple):
    """A figure, beside that of the period before and of a year before."""

    now: Figure
    before: Figure
    year_before: Figure


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
    other_currency: int
    """How many sales in other currencies are in none of them."""
    complete_until: dt.datetime | None
    """When the last sync that got everything began; None before the first."""


def shown(reading: Reading, around: Context, subject: Subject, period: Period, today: dt.date) -> ShownFigures:
    """All of them."""
    periods = (period, period.before(), period.year_before())
    facts = [facts_of(reading, subject, each) for each in periods]
    whole = all_stores_of(around)
    of_all = [facts_of(reading, whole, each) if whole else None for each in periods]
    work = work_of(around)
    kpis = in_order(work, "person" if subject.person else "store")
    now, before, year_before = (
        figures(mine, each, today, kpis, all_stores)
        for mine, each, all_stores in zip(facts, periods, of_all, strict=True)
    )
    return ShownFigures(
        subject=subject,
        period=period,
        before=periods[1],
        year_before=periods[2],
        today=today,
        currency=around.currency,
        figures=tuple(Compared(now[kpi.id], before[kpi.id], year_before[kpi.id]) for kpi in kpis),
        first=sum(kpi.id in FIRST[work] for kpi in kpis),
        other_currency=sum(Totals(facts[0], period, today).measured("other_currency").values()),
        complete_until=complete_until(reading),
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

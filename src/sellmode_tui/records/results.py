"""Figures of a store or a person, from what the cache holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sellmode_contract import visibility
from sellmode_contract.audiences import lead_audience
from sellmode_contract.kinds.fact import Fact, FactCard
from sellmode_contract.results.figures import Figure, Totals, figures
from sellmode_contract.results.kpis import FIRST, in_order
from sellmode_contract.results.periods import Period, read_period
from sellmode_contract.roles import Work
from sellmode_contract.store_time import local_day
from sellmode_tui.cache import meta
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.language import tr
from sellmode_tui.records.context import Context
from sellmode_tui.records.facet import Facet

THIS_MONTH = "month"


class Subject(NamedTuple):
    """Whose figures are meant."""

    stores: tuple[str, ...]
    """One, or several that are added up."""
    person: str | None = None
    name: str = ""


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


class Results(Facet):
    """What an account may know of figures. What it may not see is not there, and counts for nothing."""

    def subjects(self) -> list[Subject]:
        """Whose figures the account may see: what it is shown first comes first."""
        return self._read(_subjects)

    def figures(self, subject: Subject, typed: str = THIS_MONTH) -> ShownFigures:
        """All figures of a subject over a period, as it is typed. Raises ValueError with what is wrong with that."""

        def read(reading: Reading, around: Context) -> ShownFigures:
            zone = around.zone_of(subject.stores[0] if len(subject.stores) == 1 else None)
            today = local_day(self._readings.clock(), zone)
            return _shown(reading, around, subject, read_period(typed, today), today)

        return self._read(read)


def _subjects(_: Reading, around: Context) -> list[Subject]:
    account = around.account
    if account is None or not account.stores:
        return []
    audiences = visibility.audiences(account)
    led = [store for store in account.stores if lead_audience(store) in audiences]
    stores = [Subject((store,), None, around.store_name(store)) for store in account.stores]
    if len(stores) > 1:
        stores.insert(0, Subject(tuple(account.stores), None, tr("all stores")))
    mine = Subject((account.stores[0],), account.id, account.name)
    if led:
        return [
            *stores,
            *(Subject((each.store,), each.id, each.name) for each in around.colleagues if each.store in led),
        ]
    return [mine] if around.mode == "associate" else stores


def _shown(reading: Reading, around: Context, subject: Subject, period: Period, today: dt.date) -> ShownFigures:
    periods = (period, period.before(), period.year_before())
    facts = [_facts(reading, subject.stores, subject.person, each) for each in periods]
    whole = subject._replace(stores=around.account.stores if around.account else (), person=None)
    of_all = [_facts(reading, whole.stores, None, each) if len(whole.stores) > 1 else None for each in periods]
    work = _work(around)
    kpis = in_order(work, "person" if subject.person else "store")
    now, before, year_before = (
        figures(mine, each, today, kpis, all_stores)
        for mine, each, all_stores in zip(facts, periods, of_all, strict=True)
    )
    at = meta.get(reading.connection, "finished_at")
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
        complete_until=dt.datetime.fromisoformat(at) if at else None,
    )


def _work(around: Context) -> Work:
    return "ecommerce" if around.account and around.account.work == "ecommerce" else "omnichannel"


def _facts(reading: Reading, stores: Sequence[str], person: str | None, period: Period) -> list[Fact | FactCard]:
    """The months that a period touches."""
    found: dict[tuple[str, str], Fact | FactCard] = {}
    for kind in ("fact_card", "fact"):  # who leads a store may have both
        rows = reading.connection.execute(
            f"SELECT f.doc FROM {kind} f WHERE {reading.only_visible('f')} AND f.person IS ?"
            f" AND f.month BETWEEN ? AND ? AND f.store IN ({','.join('?' * len(stores))})",
            (person, f"{period.first:%Y-%m}", f"{period.last:%Y-%m}", *stores),
        )
        for (doc,) in rows:
            fact = decode(kind, doc)
            found[fact.store, fact.month] = fact
    return list(found.values())

"""The weekly summary: an account's figures of a week, beside those of the week before and of a year before.

Of whom an account has figures, the mode table says: what it says of facts goes for sums of them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from sqlalchemy.engine import Connection

from sellmode_backend.accounts import directory
from sellmode_backend.store import records, settings
from sellmode_contract import visibility
from sellmode_contract.kinds.fact import Fact, FactCard, fact_id
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.kinds.target import Target, target_id
from sellmode_contract.results.figures import Compared, Figure, Totals, compared, figure
from sellmode_contract.results.kpis import AIMS, FIRST, Kpi, in_order
from sellmode_contract.results.periods import Period
from sellmode_contract.results.targets import Progress, goals
from sellmode_contract.roles import Work
from sellmode_contract.store_time import FIRST_YEAR, local_day, zone_named
from sellmode_contract.visibility import Account

_WEEK: Final = re.compile(r"(\d{4})-W(\d\d)", re.ASCII)
_STANDS_OUT: Final = Fraction(1, 4)
"""By how much a figure has to differ from the week before, as a part of that."""
_MOST: Final = 5
"""Figures of one subject that stand out."""


class Section(NamedTuple):
    """The figures of a store, of several, or of a person."""

    name: str
    stores: tuple[str, ...]
    person: str | None
    figures: tuple[Compared, ...]
    other_currency: int
    """Sales in other currencies, which are in no figure."""
    progress: tuple[Progress, ...]
    """What has a target for the month that the week's last day is in, up to that day."""

    @property
    def stands_out(self) -> list[Compared]:
        """What differs most from the week before, by a quarter at least; the largest difference first."""
        found = [(abs(change), each) for each in self.figures if each.now.kpi.better and (change := each.change)]
        ordered = sorted(found, key=lambda pair: pair[0], reverse=True)
        return [each for change, each in ordered if change >= _STANDS_OUT][:_MOST]


class Summary(NamedTuple):
    """What an account is told of a week."""

    account: Account
    retailer: str
    currency: str
    week: str
    """As people type it: ``2026-W47``."""
    period: Period
    sections: tuple[Section, ...]

    @property
    def month(self) -> str:
        """The month of the week's last day: what targets are for."""
        return f"{self.period.last:%Y-%m}"


def week_of(day: dt.date) -> str:
    """The week that a day is in, as people type it."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def read_week(typed: str, today: dt.date) -> Period:
    """The days of a week as people type it, no further than today. Raises ValueError with what is wrong with it."""
    if not (match := _WEEK.fullmatch(typed.strip().upper())):
        raise ValueError("a week is written like 2026-W47")
    if int(match[1]) <= FIRST_YEAR:  # there is a year before it
        raise ValueError(f"the year has to be after {FIRST_YEAR}")
    try:
        first = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        raise ValueError(f"there is no week {match[0]}") from None
    if first > today:
        raise ValueError(f"{match[0]} has not begun")
    return Period(first, min(first + dt.timedelta(days=6), today), "week")


def summaries(
    connection: Connection, retailer: Retailer, accounts: Iterable[Account], week: str, now: dt.datetime
) -> Iterator[Summary]:
    """The summaries of accounts; none of one that may see no figures. Raises ValueError for a week that is none."""
    read = _Reading(connection, retailer)
    for account in accounts:
        today = local_day(now, read.zone(account.stores))
        period = read_week(week, today)
        sections = tuple(read.section(account, whose, period, today) for whose in read.subjects(account))
        if sections:
            yield Summary(account, retailer.name, retailer.currency, week.strip().upper(), period, sections)


class _Whose(NamedTuple):
    name: str
    stores: tuple[str, ...]
    person: str | None = None


class _Reading:
    """What summaries are made of; months that several have are read once."""

    def __init__(self, connection: Connection, retailer: Retailer) -> None:
        self._connection, self._retailer = connection, retailer
        self._stores = {entry.id: entry for entry in settings.stores(connection)}
        self._everybody = [account for account in directory.everybody(connection) if account.active]
        self._months: dict[str, Fact | None] = {}

    def zone(self, stores: Sequence[str]) -> dt.tzinfo:
        """The time zone of the first store that is known, else the retailer's."""
        names = [self._stores[id].time_zone for id in stores if id in self._stores]
        return next(filter(None, map(zone_named, (*names, self._retailer.time_zone))), dt.UTC)

    def subjects(self, account: Account) -> Iterator[_Whose]:
        """Whose figures an account may see: stores first. Who leads several has them and not their people."""
        seen = [store for store in account.stores if self._is_seen(account, store, None)]
        if len(seen) > 1:
            yield _Whose("All stores", tuple(seen))
        for store in seen:
            yield _Whose(self._stores[store].name, (store,))
        if len(account.stores) == 1:
            (store,) = account.stores
            for each in self._everybody:
                if store in each.stores and self._is_seen(account, store, each.id):
                    yield _Whose(each.name, (store,), each.id)

    def _is_seen(self, account: Account, store: str, person: str | None) -> bool:
        month = Fact(id="", store=store, person=person), FactCard(id="", store=store, person=person)
        return any(visibility.visible(self._retailer.mode, account, visibility.tags(each)) for each in month)

    def section(self, account: Account, whose: _Whose, period: Period, today: dt.date) -> Section:
        """The figures of a subject."""

        def mine(of: Period) -> Totals:
            return Totals(self._facts(whose.stores, whose.person, of), of, today)

        def whole(of: Period) -> Totals:
            return Totals(self._facts(account.stores, None, of), of, today)

        several = len(account.stores) > 1
        found = compared(_kpis(account, whose), period, mine, whole if several else None)
        others = sum(mine(period).measured("other_currency").values())
        month = Period(period.last.replace(day=1), period.last, "month")
        so_far, of_all = mine(month), whole(month) if several else None
        progress = tuple(Progress(goal, figure(goal.kpi, so_far, of_all)) for goal in self._goals(whose, month))
        return Section(whose.name, whose.stores, whose.person, found, others, progress)

    def _goals(self, whose: _Whose, month: Period) -> list[Figure]:
        """The targets of a month, in the order of the KPIs."""
        (name,) = month.months
        ids = [target_id(store, whose.person, kpi, name) for store in whose.stores for kpi in AIMS]
        held = [item for item in records.read_many(self._connection, "target", ids) if isinstance(item, Target)]
        found = goals(held, whose.stores, whose.person, month)
        return [found[kpi] for kpi in AIMS if kpi in found]

    def _facts(self, stores: Sequence[str], person: str | None, period: Period) -> list[Fact]:
        months = {f"{period.first:%Y-%m}", f"{period.last:%Y-%m}"}  # a week is in no more than two
        ids = [fact_id(store, person, month) for store in stores for month in sorted(months)]
        if missing := [id for id in ids if id not in self._months]:
            self._months |= dict.fromkeys(missing)
            for item in records.read_many(self._connection, "fact", missing):
                assert isinstance(item, Fact)  # noqa: S101 -- read as such
                self._months[item.id] = item
        return [fact for id in ids if (fact := self._months[id])]


def _kpis(account: Account, whose: _Whose) -> list[Kpi]:
    """What an account's kind of work is measured by first, as far as it comes in yet."""
    work: Work = "ecommerce" if account.work == "ecommerce" else "omnichannel"
    ordered = in_order(work, "person" if whose.person else "store")
    return [kpi for kpi in ordered if kpi.id in FIRST[work] and not kpi.comes_later]

"""The demo's targets: a little more than what the month before came to, in round numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from sellmode_contract.kinds.fact import Fact
from sellmode_contract.kinds.target import Target, target_id
from sellmode_contract.results.figures import Totals, figure
from sellmode_contract.results.kpis import KPIS
from sellmode_contract.results.periods import read_period
from sellmode_contract.results.targets import next_month

_OF_STORES: Final = ("store_sales", "atv", "contact_capture")
_OF_PEOPLE: Final = ("individual_sales",)
_MORE: Final = Fraction(21, 20)


def targets(
    facts: Iterable[Fact], month: str, today: dt.date, managers: Mapping[str, str], currency: str, now: dt.datetime
) -> Iterator[Target]:
    """Those of stores and of who sold something, for the month after one whose facts these are."""
    period, following = read_period(month, today), next_month(month)
    for fact in facts:
        if fact.month != month or fact.store not in managers:
            continue
        totals = Totals([fact], period, today)
        for id in _OF_PEOPLE if fact.person else _OF_STORES:
            kpi = KPIS[id]
            value = figure(kpi, totals, None).value
            if value:
                yield Target(
                    id=target_id(fact.store, fact.person, id, following),
                    store=fact.store,
                    person=fact.person,
                    kpi=id,
                    month=following,
                    value=_round(value * _MORE),
                    currency=currency if kpi.unit == "money" else "",
                    set_by=managers[fact.store],
                    set_at=now,
                )


def _round(value: Fraction) -> int:
    """Up to two digits that count."""
    whole = int(value) + 1
    step: int = 10 ** max(0, len(str(whole)) - 2)
    return -(-whole // step) * step

"""Stores or people side by side, with what stands out, and the order of people by their activity or their sales."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from sellmode_contract.results.figures import Compared
from sellmode_contract.results.kpis import FIRST, KPIS
from sellmode_contract.results.periods import Period
from sellmode_contract.results.standing_out import far_off
from sellmode_contract.results.targets import Progress
from sellmode_tui.cache.store import Reading
from sellmode_tui.records.context import Context
from sellmode_tui.records.results.shown import ShownFigures, shown, totals_of, work_of
from sellmode_tui.records.results.subjects import Subject, people, subjects

Board = Literal["sales", "activity"]
BOARDS: Final[dict[Board, tuple[str, str]]] = {
    "sales": ("individual_sales", "attributed_orders"),
    "activity": ("activity", "outreach"),
}
"""What people are ranked by, and what stands beside it. Activity counts a customer once a day."""

When = Callable[[Subject], tuple[Period, dt.date]]
"""The period that is meant, and the day it is, where somebody is."""


class Standing(NamedTuple):
    """One of several, side by side."""

    subject: Subject
    currency: str
    figure: Compared
    progress: Progress | None
    """None: it has no target."""
    stands_out: tuple[tuple[str, int], ...]
    """KPIs in which it is far above the middle of all (1), or far below (-1)."""


class Placed(NamedTuple):
    """Somebody's place on the leaderboard."""

    place: int
    """Who has as much has the same."""
    subject: Subject
    currency: str
    figure: Compared
    beside: Compared


def side_by_side(around: Context) -> list[Subject]:
    """Whose figures are set side by side: the stores of who sees several, else the people of one's store."""
    several = [each for each in subjects(around) if each.person is None and len(each.stores) == 1]
    return several if len(several) > 1 else people(around)


def has_leaderboard(around: Context) -> bool:
    """Who leads a store has one of its people; in Associate Mode only where the retailer wants it."""
    wanted = around.mode == "team" or (around.retailer is not None and around.retailer.leaderboard)
    return wanted and bool(people(around))


def each(reading: Reading, around: Context, kpi: str, when: When) -> list[Standing]:
    """One figure of each, in the order of their names, with all in which they stand out."""
    found = _shown(reading, around, side_by_side(around), when)
    if not found:
        return []
    by_kpi = [{one.now.kpi.id: one for one in all_of.figures} for all_of in found]
    first = [id for id in FIRST[work_of(around)] if id in by_kpi[0]]
    far = {id: far_off([figures[id].now.value for figures in by_kpi]) for id in first}
    which = kpi if kpi in by_kpi[0] else first[0]
    return [
        Standing(
            all_of.subject,
            all_of.currency,
            figures[which],
            all_of.progress(figures[which]),
            tuple((id, far[id][place]) for id in first if far[id][place]),
        )
        for place, (all_of, figures) in enumerate(zip(found, by_kpi, strict=True))
    ]


def leaderboard(reading: Reading, around: Context, board: Board, when: When) -> list[Placed]:
    """The people of the stores that one leads, those with most first; nobody where there is no leaderboard."""
    if not has_leaderboard(around):
        return []
    found = _shown(reading, around, people(around), when)
    ranked = sorted(found, key=lambda all_of: (-_of(all_of, board, 0).now.numerator, all_of.subject.name))
    amounts = [_of(all_of, board, 0).now.numerator for all_of in ranked]
    return [
        Placed(amounts.index(amount) + 1, all_of.subject, all_of.currency, _of(all_of, board, 0), _of(all_of, board, 1))
        for all_of, amount in zip(ranked, amounts, strict=True)
    ]


def _shown(reading: Reading, around: Context, whose: list[Subject], when: When) -> list[ShownFigures]:
    totals = totals_of(reading)
    return [shown(reading, around, subject, *when(subject), totals) for subject in whose]


def _of(all_of: ShownFigures, board: Board, which: int) -> Compared:
    kpi = KPIS[BOARDS[board][which]]
    return next(one for one in all_of.figures if one.now.kpi is kpi)

"""Stores or people side by side, with what stands out, and the order of people by their activity or their sales."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

from sellmode_contract.results.figures import Compared
from sellmode_contract.results.kpis import FIRST, KPIS, in_order
from sellmode_contract.results.periods import Period
from sellmode_contract.results.standing_out import far_off
from sellmode_contract.results.targets import Progress
from sellmode_tui.cache.store import Reading
from sellmode_tui.records.context import Context
from sellmode_tui.records.results.shown import figures_of, totals_of, work_of
from sellmode_tui.records.results.subjects import Subject, people, subjects
from sellmode_tui.records.results.targets import goals_of

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
    whose = side_by_side(around)
    if not whose:
        return []
    there = [each.id for each in in_order(work_of(around), "person" if whose[0].person else "store")]
    first = [id for id in FIRST[work_of(around)] if id in there]
    which = kpi if kpi in there else first[0]
    found = [
        {one.now.kpi.id: one for one in figures} for figures in _figures(reading, around, whose, [*first, which], when)
    ]
    far = {id: far_off([figures[id].now.value for figures in found]) for id in first}
    return [
        Standing(
            subject,
            around.currency,
            figures[which],
            _progress(reading, subject, figures[which], when),
            tuple((id, far[id][place]) for id in first if far[id][place]),
        )
        for place, (subject, figures) in enumerate(zip(whose, found, strict=True))
    ]


def _progress(reading: Reading, subject: Subject, figure: Compared, when: When) -> Progress | None:
    goal = goals_of(reading, subject, when(subject)[0]).get(figure.now.kpi.id)
    return Progress(goal, figure.now) if goal else None


def leaderboard(reading: Reading, around: Context, board: Board, when: When) -> list[Placed]:
    """The people of the stores that one leads, those with most first; nobody where there is no leaderboard."""
    if not has_leaderboard(around):
        return []
    whose = people(around)
    found = zip(whose, _figures(reading, around, whose, BOARDS[board], when), strict=True)
    ranked = sorted(found, key=lambda each: (-each[1][0].now.numerator, each[0].name))
    amounts = [figures[0].now.numerator for _, figures in ranked]
    return [
        Placed(amounts.index(amount) + 1, subject, around.currency, *figures)
        for (subject, figures), amount in zip(ranked, amounts, strict=True)
    ]


def _figures(
    reading: Reading, around: Context, whose: Sequence[Subject], kpis: Sequence[str], when: When
) -> list[tuple[Compared, ...]]:
    """Some figures of each."""
    totals, wanted = totals_of(reading), [KPIS[id] for id in dict.fromkeys(kpis)]
    return [figures_of(around, subject, wanted, *when(subject), totals) for subject in whose]

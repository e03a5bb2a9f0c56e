"""What an account may know of figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sellmode_contract.results.kpis import KPIS
from sellmode_contract.results.periods import Period, read_period
from sellmode_contract.results.steps import Step
from sellmode_contract.store_time import local_day
from sellmode_tui.records.context import Context
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.results import detail, each, shown, targets
from sellmode_tui.records.results.behind import Happened, happened
from sellmode_tui.records.results.detail import FigureDetail
from sellmode_tui.records.results.each import Board, Placed, Standing, When
from sellmode_tui.records.results.shown import ShownFigures
from sellmode_tui.records.results.subjects import Subject, leads, subjects
from sellmode_tui.records.results.targets import Copied

THIS_MONTH = "month"


class Results(Facet):
    """What an account may know of figures. What it may not see is not there, and counts for nothing."""

    def subjects(self) -> list[Subject]:
        """Whose figures the account may see: what it is shown first comes first."""
        return self._read(lambda _, around: subjects(around))

    def figures(self, subject: Subject, typed: str = THIS_MONTH) -> ShownFigures:
        """All figures of a subject over a period, as it is typed. Raises ValueError with what is wrong with that."""
        return self._read(
            lambda reading, around: shown.shown(
                reading, around, subject, *self._when(around, subject, typed), shown.totals_of(reading)
            )
        )

    def detail(self, subject: Subject, typed: str, kpi: str, by: Step | None = None) -> FigureDetail:
        """One figure with what it is made of, and how it went over the period. Raises ValueError as ``figures``."""
        return self._read(
            lambda reading, around: detail.detail(
                reading, around, subject, *self._when(around, subject, typed), KPIS[kpi], by
            )
        )

    def each(self, typed: str, kpi: str) -> list[Standing]:
        """One figure of each whose figures stand side by side, and in what they stand out."""
        return self._read(lambda reading, around: each.each(reading, around, kpi, self._whenever(around, typed)))

    def has_each(self) -> bool:
        """Whether there are several whose figures can stand side by side."""
        return self._read(lambda _, around: len(each.side_by_side(around)) > 1)

    def leaderboard(self, typed: str, board: Board) -> list[Placed]:
        """The people that one leads, those with most first; nobody where there is no leaderboard."""
        return self._read(
            lambda reading, around: each.leaderboard(reading, around, board, self._whenever(around, typed))
        )

    def has_leaderboard(self) -> bool:
        """Whether one leads people, and the mode or the retailer lets them be ranked."""
        return self._read(lambda _, around: each.has_leaderboard(around))

    def behind(self, subject: Subject, kpi: str, day: dt.date) -> list[Happened]:
        """What there is on this machine of a day of a figure: records that the account sees anyway."""
        return self._read(lambda reading, around: happened(reading, around, subject, KPIS[kpi], day))

    def leads(self) -> bool:
        """Whether there are stores whose targets the account sees, and sets if it may."""
        return self._read(lambda _, around: around.account is not None and bool(leads(around.account)))

    def targets_of(self, month: str) -> list[str]:
        """The ids of all targets of a month."""
        return self._read(lambda reading, _: targets.of_month(reading, month))

    def copy_targets(self, ids: Iterable[str]) -> Copied:
        """Copy targets to the month after theirs. Raises RefusedAmong, and NotVisible."""
        return targets.copy(self._writer, ids)

    def _whenever(self, around: Context, typed: str) -> When:
        return lambda subject: self._when(around, subject, typed)

    def _when(self, around: Context, subject: Subject, typed: str) -> tuple[Period, dt.date]:
        """The period that is typed, and the day it is, where the subject is."""
        zone = around.zone_of(subject.stores[0] if len(subject.stores) == 1 else None)
        today = local_day(self._readings.clock(), zone)
        return read_period(typed, today), today

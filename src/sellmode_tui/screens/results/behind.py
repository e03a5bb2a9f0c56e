"""The rows behind a figure: its days, and below them what this terminal holds of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_contract.results.kpis import KPIS
from sellmode_tui import figures
from sellmode_tui.dates.names import full_day
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import RecordStore, Subject, TaskKey
from sellmode_tui.records.results.behind import Happened
from sellmode_tui.records.results.detail import Stretch
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.lists.page import ListPage, nothing_last
from sellmode_tui.screens.lookbooks.view import LookScreen
from sellmode_tui.screens.results.words import change
from sellmode_tui.screens.sales.sale_page import SaleScreen
from sellmode_tui.screens.tasks.view import TaskScreen
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Count, Row

STATES = {
    "open": marked("open"),
    "done": marked("completed"),
    "dismissed": marked("dismissed"),
    "expired": marked("expired"),
}
"""What became of a task."""


class DaysScreen(ListPage[None, Stretch]):
    """The days of a figure, the last one first."""

    BINDING_GROUP_TITLE = "Days of a figure"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the figures", id="days.back"),
    ]

    PAUSE = 0.5
    COLUMNS = (
        Column("Day", priority=10, min_width=16),
        Column("Figure", 16, "right", priority=9),
        Column("Before", 16, "right", priority=7, context="figures"),
        Column("Change", 13, "right", priority=8),
    )
    SORTED: ClassVar = {
        "Day": lambda item: item.period.first,
        "Figure": lambda item: nothing_last(item.now.value),
        "Before": lambda item: nothing_last(item.before and item.before.value),
    }
    EMPTY = marked("No days.")

    def __init__(self, desk: Desk, subject: Subject, period: str, kpi: str) -> None:
        """`period` as it is typed."""
        super().__init__(desk, f"{trd(KPIS[kpi].name)}, {subject.name}")
        self._subject, self._period, self._kpi = subject, period, kpi
        self._currency = ""

    def read(self, records: RecordStore) -> Sequence[Stretch]:
        """Those that have begun."""
        found = records.results.detail(self._subject, self._period, self._kpi, "day")
        self._currency, today = found.currency, self._desk.words.today
        return [stretch for stretch in reversed(found.stretches) if stretch.period.first <= today]

    def row(self, item: Stretch) -> Row:
        """The day, its figure, that of the day in its place before."""
        changed = change(item.now, item.before) if item.before else None
        return Row(
            str(item.period.first),
            (
                full_day(item.period.first),
                figures.value_text(item.now, self._currency),
                figures.value_text(item.before, self._currency) if item.before else "",
                changed.text if changed else "",
            ),
        )

    def told(self, item: Stretch) -> str:  # noqa: ARG002  # the same for each
        """What Enter does."""
        return tr("Enter lists what this terminal holds of the day.")

    def chosen_row(self, item: Stretch) -> None:
        """List what there is of it."""
        self.open(DayScreen(self._desk, self._subject, self._kpi, item.period.first))


class DayScreen(ListPage[None, Happened]):
    """What there is of a day."""

    BINDING_GROUP_TITLE = "A day of a figure"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the days", id="day.back"),
    ]

    PAUSE = 0.5
    COLUMNS = (
        Column("Time", 5, priority=8),
        Column("What", priority=10, min_width=18),
        Column("Customer", 24, priority=9, min_width=14),
        Column("Amount", 14, "right", priority=9),
    )
    SORTED: ClassVar = {"Time": lambda item: nothing_last(item.at), "Amount": lambda item: nothing_last(item.amount)}

    def __init__(self, desk: Desk, subject: Subject, kpi: str, day: dt.date) -> None:
        super().__init__(desk, f"{trd(KPIS[kpi].name)}, {subject.name}, {full_day(day)}")
        self._subject, self._kpi, self._day = subject, kpi, day

    @property
    def empty_text(self) -> str:
        """Why there may be nothing."""
        return tr("Nothing of this day that you can see. Figures also count what is not on this terminal.")

    def read(self, records: RecordStore) -> Sequence[Happened]:
        """What the account sees anyway."""
        return records.results.behind(self._subject, self._kpi, self._day)

    def row(self, item: Happened) -> Row:
        """When, what, whose, how much."""
        at = item.at.astimezone(self._desk.words.zone) if item.at else None
        what, state = item.title or trd(item.what), trd(STATES.get(item.state, ""))
        return Row(
            f"{item.kind} {item.id}",
            (
                f"{at:%H:%M}" if at else "",
                f"{what[:1].upper()}{what[1:]}{f', {state}' if state else ''}",
                item.name,
                figures.priced(item.amount, item.currency) if item.amount is not None else "",
            ),
        )

    def shown(self, count: Count) -> None:
        """Say that it need not be all."""
        number = trn("{number:,} record", "{number:,} records", count.n)
        rest = tr("figures also count what is not on this terminal")
        self.say("above", f"{number}; {rest}" if count.n else "")

    def chosen_row(self, item: Happened) -> None:
        """Open the task, the lookbook, the sale, or the customer."""
        match item.kind:
            case "manual_task" | "rule_task" | "corporate_task":
                self.open(TaskScreen(self._desk, TaskKey(item.kind, item.id)))
            case "lookbook":
                self.open(LookScreen(self._desk, (item.kind, item.id)))
            case "sale" | "sale_notice":
                self.open(SaleScreen(self._desk, item.id))
            case _ if item.customer:
                self.open(ProfileScreen(self._desk, item.customer))

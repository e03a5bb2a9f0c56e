"""Stores or people side by side, and the leaderboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from sellmode_contract.results.kpis import KPIS
from sellmode_tui import figures, language
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import RecordStore
from sellmode_tui.records.results.each import BOARDS, Board, Placed, Standing
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.lists.choosing import ViewedList, view_tabs
from sellmode_tui.screens.lists.page import ListPage, nothing_last
from sellmode_tui.screens.results.behind import DaysScreen
from sellmode_tui.screens.results.words import PERIODS, change
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Count, Row
from sellmode_tui.widgets.tab_line import Tab


def period_name(typed: str) -> str:
    """A period, as its page is headed."""
    return trd(PERIODS[typed]) if typed in PERIODS else typed


class EachScreen(ListPage[None, Standing]):
    """One figure of each store, or of each person of one's store."""

    PAUSE = 0.5

    BINDING_GROUP_TITLE = "Side by side"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back to the figures", id="each.back"),
    ]

    COLUMNS = (
        Column("Name", priority=10, min_width=18),
        Column("Figure", 16, "right", priority=9),
        Column("Change", 13, "right", priority=8),
        Column("A year before", 16, "right", priority=5),
        Column("Target", 18, priority=7, min_width=12),
        Column("Stands out", 28, priority=6, min_width=14),
    )
    SORTED: ClassVar = {
        "Figure": lambda item: nothing_last(item.figure.now.value),
        "A year before": lambda item: nothing_last(item.figure.year_before.value),
        "Target": lambda item: nothing_last(item.progress.share if item.progress else None),
        "Stands out": lambda item: -len(item.stands_out),
    }
    HEAD = marked("Side by side")
    EMPTY = marked("There is nobody whose figures could stand side by side.")

    def __init__(self, desk: Desk, period: str, kpi: str) -> None:
        super().__init__(desk, f"{trd(self.HEAD)}, {period_name(period)}")
        self._period, self._kpi = period, kpi
        self._figure_name = ""
        """What the figure is called."""

    @property
    def sorts(self) -> Sequence[str]:
        """By figures only where people may be ranked by them."""
        facts = self._desk.facts
        ranked = facts.mode == "team" or (facts.retailer is not None and facts.retailer.leaderboard)
        several = facts.account is not None and len(facts.account.stores) > 1
        return super().sorts if ranked or several else (self.COLUMNS[0].name,)

    def read(self, records: RecordStore) -> Sequence[Standing]:
        """All whose figures the account may see."""
        found = records.results.each(self._period, self._kpi)
        self._figure_name = found[0].figure.now.kpi.name if found else ""
        return found

    def row(self, item: Standing) -> Row:
        """Whose, how much, how it has changed, and what stands out."""
        now, before, year_before = item.figure
        stands_out = ", ".join(f"{'+' if way > 0 else '-'} {trd(KPIS[kpi].name)}" for kpi, way in item.stands_out)
        return Row(
            f"{item.subject.stores[0]} {item.subject.person or ''}",
            (
                item.subject.name,
                figures.value_text(now, item.currency),
                change(now, before).text,
                figures.value_text(year_before, item.currency),
                figures.progress_text(item.progress, item.currency) if item.progress else "",
                stands_out,
            ),
        )

    def shown(self, count: Count) -> None:
        """Say what stands out."""
        said = tr("Stands out: more than a third above (+) or below (-) the middle of all.")
        self.say("above", f"{trd(self._figure_name)}. {said}" if count.n else "")

    def chosen_row(self, item: Standing) -> None:
        """Open the days behind it."""
        self.open(DaysScreen(self._desk, item.subject, self._period, item.figure.now.kpi.id))


_LABELS: Final[dict[Board, str]] = {"sales": marked("Sales"), "activity": marked("Activity")}


class LeaderboardScreen(ViewedList[None, Placed]):
    """The people of the store by their sales, or by their activity: never by both in one number."""

    PAUSE = 0.5

    BINDING_GROUP_TITLE = "Leaderboard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "view(1)", "Next view", show=False, tooltip="Sales, activity: the other one", id="board.next"),
        Binding("left", "view(-1)", "View before", show=False, tooltip="The view before", id="board.before"),
        Binding("escape,q", "back", "Back", key_display="Esc", tooltip="Back to the figures", id="board.back"),
    ]

    HEAD = marked("Leaderboard")
    EMPTY = marked("There is no leaderboard here.")

    def __init__(self, desk: Desk, period: str) -> None:
        super().__init__(desk, f"{trd(self.HEAD)}, {period_name(period)}")
        self._period = period
        self._board: Board = "sales"

    @property
    def views(self) -> tuple[Tab, ...]:
        """By what."""
        return view_tabs(_LABELS)

    @property
    def view(self) -> Board:
        """By what they stand there."""
        return self._board

    def look_from(self, view: str) -> None:
        """Rank them by something else."""
        self._board = next(board for board in BOARDS if board == view)

    @property
    def columns(self) -> Sequence[Column]:
        """The figure that counts, and one beside it."""
        ranked, beside = (KPIS[id].name for id in BOARDS[self._board])
        return (
            Column("Place", 5, "right", priority=10),
            Column("Name", priority=10, min_width=18),
            Column(ranked, 16, "right", priority=9),
            Column("Change", 13, "right", priority=7),
            Column(beside, 18, "right", priority=8),
        )

    @property
    def sorts(self) -> Sequence[str]:
        """It has one order."""
        return ()

    def read(self, records: RecordStore) -> Sequence[Placed]:
        """Those with most first."""
        return records.results.leaderboard(self._period, self._board)

    def row(self, item: Placed) -> Row:
        """The place, who, and how much."""
        return Row(
            item.subject.person or "",
            (
                language.number(item.place),
                item.subject.name,
                figures.value_text(item.figure.now, item.currency),
                change(item.figure.now, item.figure.before).text,
                figures.value_text(item.beside.now, item.currency),
            ),
        )

    def shown(self, count: Count) -> None:
        """Say what is counted."""
        said = {
            "sales": tr("Sold in the store, and credited online."),
            "activity": tr("Customers something was done for: each counts once a day, however much was done."),
        }
        self.say("above", said[self._board] if count.n else "")

    def chosen_row(self, item: Placed) -> None:
        """Open the days behind it."""
        self.open(DaysScreen(self._desk, item.subject, self._period, item.figure.now.kpi.id))

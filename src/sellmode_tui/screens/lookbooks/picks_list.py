"""The lists of picks: what the storefront page of an associate, or of the store, shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_contract.kinds.pick_list import SORTS
from sellmode_tui.language import marked, trd, trn
from sellmode_tui.records import RecordStore, Written
from sellmode_tui.records.looks.picks import PicksLine
from sellmode_tui.screens.lists.page import ListPage
from sellmode_tui.screens.lookbooks.picks_page import PICKS_GONE, PicksPage, PicksScreen, picks_keys
from sellmode_tui.screens.lookbooks.words import changed_lines
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.meanings import TODAY
from sellmode_tui.widgets.row_source import Count, Row


class PicksListScreen(ListPage[None, PicksLine], PicksPage[None]):
    """The list."""

    BINDING_GROUP_TITLE = "Picks"
    BINDINGS: ClassVar[list[BindingType]] = [
        *picks_keys(),
        Binding("escape,q", "back", "Back", key_display="Esc", tooltip="Back to the lookbooks", id="picks.back"),
    ]

    HEAD = marked("Picks on the storefront page")
    COLUMNS = (
        Column("Picks", priority=10, min_width=18),
        Column("Kind", 13, priority=7, min_width=10),
        Column("Whose page", 20, priority=6, min_width=10),
        Column("Products", 9, "right", priority=5),
        Column("To review", 9, "right", priority=9),
        Column("Changed", 11, priority=4),
    )
    SORTED: ClassVar = {
        "Products": lambda item: len(item.products),
        "To review": lambda item: -len(item.stale),
        "Changed": lambda item: (item.picks.changed_at is None, item.picks.changed_at or 0),
    }
    EMPTY = marked("No picks yet.\nPress a to add a list: new arrivals, top picks, or your own.")

    def read(self, records: RecordStore) -> Sequence[PicksLine]:
        """All of them, by title."""
        return records.looks.picks_lines()

    def row(self, item: PicksLine) -> Row:
        """What it is, whose, and how much of it is to be looked at."""
        picks, stale = item.picks, len(item.stale)
        return Row(
            picks.id,
            (
                picks.title,
                trd(SORTS.get(picks.sort, picks.sort)),
                item.whose,
                f"{len(picks.items)}",
                f"{stale}" if stale else "",
                self._desk.words.day(picks.changed_at),
            ),
            TODAY if stale else None,
        )

    def shown(self, count: Count) -> None:
        """Say how many there are."""
        self.say("above", trn("{number:,} list", "{number:,} lists", count.n) if count.n else "")

    def told(self, item: PicksLine) -> str:
        """What is to be looked at."""
        return "; ".join(changed_lines(item.stale[:3]))

    def chosen_row(self, item: PicksLine) -> None:
        """Open it."""
        self.open(PicksScreen(self._desk, item.picks.id), lambda gone: self.tell(trd(PICKS_GONE)) if gone else None)

    @property
    def chosen_picks(self) -> str | None:
        """What is under the cursor."""
        return self.current.picks.id if self.current else None

    def was_made(self, written: Written | None) -> None:
        """Go to it."""
        if written is not None:
            self.go_to(written.id)

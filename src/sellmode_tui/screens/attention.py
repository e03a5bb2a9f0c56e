"""What needs somebody's attention, as a list; Enter opens one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType

from sellmode_tui.screens.attention_details import DuplicateScreen, HandedOverScreen, LostScreen, RefusedScreen
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.list_screen import ListScreen
from sellmode_tui.screens.words import counted
from sellmode_tui.visibility import Attention, Door, Duplicate, HandedOver, Lost, Refused
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_table import Row, RowTable

_COLUMNS: Final = (
    Column("Why", 13, priority=8),
    Column("What", priority=9, min_width=24),
    Column("When", 16, priority=6, min_width=12),
)
_EMPTY: Final = (
    "Nothing needs your attention.\n"
    "Changes that the server refuses come here, and those that a colleague handed over to you."
)


class AttentionScreen(ListScreen[None, Attention]):
    """The list: refused, handed over, duplicates."""

    BINDING_GROUP_TITLE = "Needs attention"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left,f3", "back", "Back", key_display="Esc", tooltip="Back", id="attention.back"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "Needs attention", _COLUMNS, _EMPTY)

    def read(self, door: Door) -> Sequence[Attention]:
        """Everything."""
        return door.attention()

    def row(self, item: Attention) -> Row:
        """Why it is here, what it is, when it was made."""
        words = self._desk.words
        match item:
            case Lost():
                return Row(item.key, ("lost", item.words, words.time(item.since)))
            case Refused():
                return Row(
                    item.key, ("handed over" if item.handed_over else "refused", item.words, words.time(item.since))
                )
            case HandedOver():
                return Row(item.key, ("for you", f"{item.words}, by {item.author}", words.time(item.since)))
            case Duplicate():
                return Row(item.key, ("duplicate", " and ".join(item.names), ""))

    def shown(self) -> None:
        """Say what waits elsewhere."""
        self.ask(lambda door: door.waiting_with_owners(), self._tell_waiting, group="waiting")

    def _tell_waiting(self, waiting: int) -> None:
        told = f"{counted(waiting, 'edit')} {'waits' if waiting == 1 else 'wait'} with the customers' owners."
        self.say("above", told if waiting else "")

    @on(RowTable.Chosen)
    def _open(self) -> None:
        match self.current:
            case Lost() as lost:
                self.open(LostScreen(self._desk, lost))
            case Refused() as refused:
                self.open(RefusedScreen(self._desk, refused))
            case HandedOver() as handed_over:
                self.open(HandedOverScreen(self._desk, handed_over))
            case Duplicate() as duplicate:
                self.open(DuplicateScreen(self._desk, duplicate))

    def action_back(self) -> None:
        """Back to where the person was."""
        self.end()

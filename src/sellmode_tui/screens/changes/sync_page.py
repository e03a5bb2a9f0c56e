"""What is on its way to the server, and how things stand with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import RecordStore, Unsent
from sellmode_tui.screens.kit.status_words import standing
from sellmode_tui.screens.lists.page import ListPage
from sellmode_tui.sync.status import Line
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.meanings import UNSENT
from sellmode_tui.widgets.row_source import Count, Row


class SyncScreen(ListPage[None, Unsent]):
    """The changes that the server has not answered for, in words."""

    BINDING_GROUP_TITLE = "Sync"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,f5", "retry", "Retry now", key_display="r", tooltip="Sync now", id="sync.retry"),
        Binding("escape,q,left,f4", "back", "Back", key_display="Esc", tooltip="Back", id="sync.back"),
    ]

    HEAD = marked("Sync")
    COLUMNS = (
        Column("Not sent yet", priority=9, min_width=24),
        Column("Since", 16, priority=8, min_width=12),
        Column("State", 19, priority=7, min_width=16),
    )
    SORTED: ClassVar = {"Since": lambda item: item.since}
    EMPTY = marked("All your changes have reached the server.")
    ROWS_OPEN = False

    class RetryWanted(Message):
        """What waits should be sent now."""

    def read(self, records: RecordStore) -> Sequence[Unsent]:
        """What waits, oldest first."""
        return records.changes.unsent()

    def row(self, item: Unsent) -> Row:
        """What was changed and of whom, since when, and how far it has come."""
        return Row(item.mid, (item.words, self._desk.words.time(item.since), self._state(item)), UNSENT)

    def shown(self, count: Count) -> None:  # noqa: ARG002  # whatever is in it
        """Say how things stand."""
        self.say("above", standing(self._desk))

    def standing_changed(self) -> None:
        """Say how things stand, of each change too: with the line it has been tried or sent."""
        super().standing_changed()
        if self.is_mounted:
            self.say("above", standing(self._desk))
            self.records_changed()

    def told(self, item: Unsent) -> str:
        """What the server said of it."""
        return tr("The server said: {what}", what=trd(item.said)) if item.said else ""

    def _state(self, item: Unsent) -> str:
        """How far it has come, as far as this terminal can know: that it left says nothing about its arrival."""
        if item.held:
            return tr("waiting for a server update")
        if item.tries:
            return trn("tried {number:,} time", "tried {number:,} times", item.tries)
        if not item.sent:
            return tr("not sent yet")
        return tr("sent, no answer yet") if self._desk.sync.line is Line.ONLINE else tr("tried, no answer")

    def action_retry(self) -> None:
        """Try now."""
        self.post_message(self.RetryWanted())

"""What needs somebody's attention, as a list; Enter opens one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from sellmode_tui.language import marked, tr, trn
from sellmode_tui.records import Attention, Disputed, Duplicate, HandedOver, Lost, RecordStore, Refused
from sellmode_tui.records.wording import listed
from sellmode_tui.screens.changes.attention_details import DuplicateScreen, HandedOverScreen, LostScreen, RefusedScreen
from sellmode_tui.screens.lists.page import ListPage, nothing_last
from sellmode_tui.screens.sales.sale_page import SaleScreen
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.meanings import REFUSED
from sellmode_tui.widgets.row_source import Count, Row


class AttentionScreen(ListPage[None, Attention]):
    """The list: refused, handed over, duplicates, disputes."""

    BINDING_GROUP_TITLE = "Needs attention"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left,f3", "back", "Back", key_display="Esc", tooltip="Back", id="attention.back"),
    ]

    HEAD = marked("Needs attention")
    COLUMNS = (
        Column("Why", 13, priority=8),
        Column("What", priority=9, min_width=24),
        Column("When", 16, priority=6, min_width=12),
    )
    SORTED: ClassVar = {"When": lambda item: nothing_last(getattr(item, "since", None))}
    EMPTY = marked(
        "Nothing needs your attention.\n"
        "Changes the server refused, and changes colleagues sent you to review, appear here."
    )

    def read(self, records: RecordStore) -> Sequence[Attention]:
        """Everything."""
        return records.changes.attention()

    def row(self, item: Attention) -> Row:
        """Why it is here, what it is, when it was made."""
        words = self._desk.words
        match item:
            case Lost():
                return Row(item.key, (tr("lost"), item.words, words.time(item.since)), REFUSED)
            case Refused():
                why = tr("sent on") if item.handed_over else tr("refused")
                return Row(item.key, (why, item.words, words.time(item.since)), REFUSED)
            case HandedOver():
                what = tr("{change}, by {author}", change=item.words, author=item.author)
                return Row(item.key, (tr("to review"), what, words.time(item.since)))
            case Duplicate():
                return Row(item.key, (tr("duplicate"), listed(item.names), ""))
            case Disputed():
                what = tr("{change}, by {author}", change=item.words, author=item.author)
                return Row(item.key, (tr("to answer"), what, words.time(item.since) if item.since else ""))

    def shown(self, count: Count) -> None:  # noqa: ARG002  # whatever is in it
        """Say what waits elsewhere."""
        self.ask(lambda records: records.changes.waiting_with_owners(), self._tell_waiting, group="waiting")

    def _tell_waiting(self, waiting: int) -> None:
        told = trn(
            "{number:,} edit awaiting review by the customer's owner.",
            "{number:,} edits awaiting review by the customer's owner.",
            waiting,
        )
        self.say("above", told if waiting else "")

    def chosen_row(self, item: Attention) -> None:
        """Open it."""
        match item:
            case Lost():
                self.open(LostScreen(self._desk, item))
            case Refused():
                self.open(RefusedScreen(self._desk, item))
            case HandedOver():
                self.open(HandedOverScreen(self._desk, item))
            case Duplicate():
                self.open(DuplicateScreen(self._desk, item))
            case Disputed():
                self.open(SaleScreen(self._desk, item.sale))

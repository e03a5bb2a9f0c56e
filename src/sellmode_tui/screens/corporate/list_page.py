"""The corporate tasks: what the head office asks of its people, and how many have done it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from sellmode_tui.dates.words import due_words
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import BriefLine, RecordStore, Written
from sellmode_tui.records.tasks.lines import read
from sellmode_tui.screens.corporate.form import works_words
from sellmode_tui.screens.corporate.view import (
    GONE,
    NOT_YET,
    BriefPage,
    BriefScreen,
    brief_keys,
    rest_words,
    state_words,
)
from sellmode_tui.screens.lists.main_page import MainPage
from sellmode_tui.screens.lists.page import nothing_last
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Count, Row


class BriefsScreen(MainPage[BriefLine], BriefPage[None]):
    """The list."""

    PAGE: ClassVar = "corporate"

    BINDING_GROUP_TITLE = "Corporate tasks"
    BINDINGS: ClassVar[list[BindingType]] = brief_keys(shown=False)

    HEAD = marked("Corporate tasks")
    COLUMNS = (
        Column("Due", 14, priority=8, min_width=10),
        Column("Corporate task", priority=10, min_width=24),
        Column("For", 24, priority=6, min_width=12),
        Column("Expires", 13, priority=7, min_width=10),
        Column("Done", 11, "right", priority=9, min_width=7),
    )
    SORTED: ClassVar = {
        "Due": lambda item: nothing_last(item.brief.due),
        "Expires": lambda item: nothing_last(item.brief.expires),
        "Done": lambda item: item.progress.done,
    }
    EMPTY = marked("No corporate tasks yet.\na adds one: everyone it is for gets a task.")

    def read(self, records: RecordStore) -> Sequence[BriefLine]:
        """All of them, newest first, those that were taken back last."""
        return records.briefs.lines()

    def row(self, item: BriefLine) -> Row:
        """Until when, what, of whom, and how many have done it."""
        words, brief = self._desk.words, item.brief
        due, expires = read(brief.due), read(brief.expires)
        ends = due_words(expires, words.now, words.zone) if expires else tr("never")
        return Row(
            brief.id,
            (
                due_words(due, words.now, words.zone) if due else tr("any time"),
                brief.title,
                _whose(item),
                state_words(item) or ends,
                f"{item.progress.done:,}/{item.progress.given:,}" if item.progress.given else "",
            ),
        )

    def _was_asked(self, written: Written | None) -> None:
        if written is not None:
            self.go_to(written.id)

    @property
    def chosen(self) -> BriefLine | None:
        """The one under the cursor."""
        return self.current

    def shown(self, count: Count) -> None:
        """Say how many there are."""
        lines = self._rows.items(0, count.n) if self._rows else ()
        withdrawn = sum(line.brief.withdrawn for line in lines)
        over = sum(line.over and not line.brief.withdrawn for line in lines)
        told = [trn("{number:,} corporate task", "{number:,} corporate tasks", len(lines))]
        if over:
            told.append(trn("{number:,} over", "{number:,} over", over))
        if withdrawn:
            told.append(trn("{number:,} withdrawn", "{number:,} withdrawn", withdrawn))
        self.say("above", ", ".join(told) if lines else "")

    def told(self, item: BriefLine) -> str:
        """How many have done it, and what became of the others."""
        done = item.progress
        said = [tr("{done:,} of {given:,} done", done=done.done, given=done.given) if done.given else trd(NOT_YET)]
        said.append(rest_words(item.progress))
        return self._desk.words.between.join(filter(None, said))

    def chosen_row(self, item: BriefLine) -> None:
        """Open it."""
        self.open(BriefScreen(self._desk, item.brief.id), lambda gone: self.tell(trd(GONE)) if gone else None)


def _whose(line: BriefLine) -> str:
    """The stores and the kind of work: one store by its name, several by their number."""
    names = line.store_names
    if not names:
        stores = tr("all stores")
    else:
        stores = names[0] if len(names) == 1 else trn("{number:,} store", "{number:,} stores", len(names))
    return ", ".join(filter(None, (stores, works_words(line.brief.works))))

"""Filters that the person has given names: listed, picked, saved and deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sellmode_tui.journal.journal import Finds, SavedFilter
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import RecordStore, Written
from sellmode_tui.screens.forms.filter_entry import FilterEntry, ProductFilterEntry
from sellmode_tui.screens.forms.form_field import Unreadable
from sellmode_tui.screens.forms.form_screen import FormScreen, Write
from sellmode_tui.screens.forms.text_entries import TextEntry
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.lists.page import ListPage
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Row

MAX_NAME: Final = 60
"""Characters of a name."""


class SavedFiltersScreen(ListPage[str, SavedFilter]):
    """The list. Ends with the text of the filter that was picked."""

    BINDING_GROUP_TITLE = "Saved filters"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "Save", tooltip="Save the current search as a filter", id="filters.save"),
        Binding("x,d,delete", "remove", "Delete", key_display="x", tooltip="Delete the filter", id="filters.delete"),
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="filters.back"),
    ]

    HEAD = marked("Saved filters")
    COLUMNS = (Column("Name", priority=9, min_width=16), Column("Filter", priority=8, min_width=24))

    def __init__(self, desk: Desk, finds: Finds, current: str) -> None:
        """`current` is what is searched for now."""
        super().__init__(desk)
        self._finds = finds
        self._current = current.strip()

    def read(self, records: RecordStore) -> Sequence[SavedFilter]:  # noqa: ARG002  # they are the journal's
        """All that find the same, by name."""
        return [each for each in self._desk.journal.saved_filters() if each.finds == self._finds]

    def row(self, item: SavedFilter) -> Row:
        """Name and text."""
        return Row(item.name, (item.name, item.text))

    @property
    def empty_text(self) -> str:
        """How to have one."""
        if self._current:
            return tr("No saved filters yet. s saves the current search.")
        return tr("No saved filters yet. Search for something first, then save it here.")

    def chosen_row(self, item: SavedFilter) -> None:
        """Search for it."""
        self.end(item.text)

    def action_save(self) -> None:
        """Ask for a name."""
        self.open(
            SavedFilterForm(self._desk, self._finds, self._current),
            lambda written: self.go_to(written.id) if written else None,
        )

    def action_remove(self) -> None:
        """Delete the filter under the cursor."""
        if item := self.current:
            name, journal = item.name, self._desk.journal
            self.write(
                lambda _: journal.delete_filter(name, self._finds),
                lambda _: self._deleted(name),
                refused=lambda _, why: self.say("below", why),
            )

    def _deleted(self, name: str) -> None:
        self.wrote(None, tr("Deleted: {name}", name=name))
        self.show_list()


_FORMS: Final[Mapping[Finds, tuple[type[FilterEntry], str, str]]] = {
    "customers": (FilterEntry, "tag:vip last_purchase>90d", marked("such as Lost VIPs")),
    "products": (ProductFilterEntry, "type:coats price<200 stock>0", marked("such as Winter coats")),
}
"""The field of a filter, an example of one, and of a name."""


class SavedFilterForm(FormScreen):
    """A name for a filter; one of the same name is replaced."""

    BINDING_GROUP_TITLE = "Saved filter"
    KIND: ClassVar = "saved_filter"

    def __init__(self, desk: Desk, finds: Finds, text: str) -> None:
        super().__init__(desk, tr("Save a filter"))
        self._finds = finds
        self._text = text
        entry, self._example, name = _FORMS[finds]
        self._called = TextEntry("name", marked("Name"), desk, placeholder=trd(name))
        hint = tr("such as {examples}", examples=self._example)
        self._filter = entry("text", marked("Filter"), desk, text, placeholder=hint)

    @property
    def subject(self) -> dict[str, str]:
        """What was searched for."""
        return {"finds": self._finds, "text": self._text}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[str]:  # noqa: ARG003  # nothing to look up
        """What was searched for."""
        return (subject["finds"], subject["text"])

    def compose_fields(self) -> ComposeResult:
        """Name and filter."""
        yield self._called
        yield self._filter

    def prepare(self) -> Write:
        """Save it under its name."""
        name, text = self._called, self._filter
        if not name.value or len(name.value) > MAX_NAME:
            raise Unreadable(name, tr("Enter a name of up to {number:,} characters.", number=MAX_NAME))
        if not text.value or text.problem:
            raise Unreadable(text, text.problem or tr("Enter a filter, such as {filter}.", filter=self._example))
        saved, journal = SavedFilter(name.value, text.value, self._desk.clock(), self._finds), self._desk.journal

        def save(_: RecordStore) -> Written:
            journal.save_filter(saved)
            return Written(mid="", id=saved.name, words=tr("filter {name}", name=saved.name), final=True)

        return save

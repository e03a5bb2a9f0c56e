"""The list of all records of a kind that declares a page: made from its declaration, with no code of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType

from sellmode_contract.documents import as_document
from sellmode_contract.kinds.fields import Due, Field, Flag, Moment, Number, OneOf, Rows
from sellmode_contract.kinds.kind import Kind
from sellmode_tui import language
from sellmode_tui.dates.words import due_words
from sellmode_tui.language import tr, trd
from sellmode_tui.records import RecordStore
from sellmode_tui.records.kind_lists import KindQuery, ListedRecord
from sellmode_tui.records.tasks.lines import read
from sellmode_tui.screens.kinds.form import KindForm
from sellmode_tui.screens.kinds.page import KindScreen, may_do
from sellmode_tui.screens.kinds.texts import none_yet, so_many
from sellmode_tui.screens.kinds.values import said_of
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.status_words import is_first_sync, so_far
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.lists.choosing import MarkedList, SearchedList
from sellmode_tui.screens.lists.main_page import MainPage
from sellmode_tui.screens.lists.rows import KeyedRows
from sellmode_tui.widgets.columns import Column, Sort
from sellmode_tui.widgets.row_source import Count, Row


class KindRows(KeyedRows[ListedRecord]):
    """The rows of a list of a kind."""

    def __init__(self, records: RecordStore, kind: Kind[Any], query: KindQuery, words: Words) -> None:
        super().__init__(records.listed(kind.name, query))
        self._kind = kind
        self._words = words

    def row(self, item: ListedRecord) -> Row:
        """The listed fields."""
        return row_of(self._kind, item, self._words)


def row_of(kind: Kind[Any], item: ListedRecord, words: Words) -> Row:
    """The listed fields of a record."""
    document = as_document(item.record)
    cells = (cell(kind.by_name[name], document, item.names, words) for name in kind.listed)
    return Row(item.record.id, tuple(cells))


def column(field: Field, place: int) -> Column:
    """A field's column; the first takes what room there is, and of the others the last go first."""
    if place == 0:
        return Column(field.title, priority=10, min_width=18)
    heading = _cells(field.title)
    width = max(heading, 20)
    match field:
        case Flag():
            width = max(heading, _cells(field.yes))
        case OneOf():
            width = max(heading, *map(_cells, field.choices.values()))
        case Number():
            return Column(field.title, max(heading, 8), "right", priority=9 - place)
        case Moment() | Due():
            width = max(heading, 14)
    return Column(field.title, min(width, 24), priority=9 - place, min_width=min(width, 10))


def _cells(declared: str) -> int:
    return cell_len(trd(declared))


def cell(field: Field, document: Mapping[str, Any], names: Mapping[str, str], words: Words) -> str:
    """What the record's page says of a field, on one line: times in fewer words, and of rows how many there are."""
    value = document[field.name]
    match field:
        case Flag() if not value:
            return ""
        case Moment() if value:
            return words.day(dt.datetime.fromisoformat(value))
        case Due() if due := read(value):
            return due_words(due, words.now, words.zone)
        case Rows() if value:
            return language.number(len(value))
    return " ".join(said_of(field, document, names, words).split())


class KindListScreen(SearchedList[None, ListedRecord], MarkedList[None, ListedRecord]):
    """The list. What the kind does not allow, or the account may not, has no key."""

    FORM: ClassVar[type[KindForm]] = KindForm

    PAUSE = 0.5

    BINDING_GROUP_TITLE = "List of records"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", tooltip="Search", id="records.search"),
        Binding("a", "add", "Add", tooltip="Add one", id="records.add"),
        Binding("e", "edit", "Edit", tooltip="Edit it", id="records.edit"),
        Binding("x,delete", "remove", "Remove", key_display="x", tooltip="Remove it", id="records.remove"),
        Binding("s", "sort", "Sort", tooltip="Sort by the next column", id="records.sort"),
        Binding("S", "reverse", "Reverse", show=False, tooltip="Reverse the order", id="records.reverse"),
        Binding("escape", "back", "Back", show=False, tooltip="Clear the search", id="records.back"),
    ]

    def __init__(self, desk: Desk, kind: Kind[Any], **more: Any) -> None:
        """`more` is for what else the page is."""
        super().__init__(desk, trd(kind.page), **more)
        self._kind = kind
        self._fields = [kind.by_name[name] for name in kind.listed]
        self._query = KindQuery(sort=kind.listed[0])

    # --- the list

    @property
    def columns(self) -> Sequence[Column]:
        """The listed fields."""
        return [column(field, place) for place, field in enumerate(self._fields)]

    @property
    def sort(self) -> Sort:
        """The field that is sorted by."""
        return Sort(self._kind.by_name[self._query.sort].title, self._query.descending)

    @property
    def empty_text(self) -> str:
        """Why there is none."""
        if self._query.text.strip():
            return tr("No matches. Press / to change the search, Esc to clear it.")
        if is_first_sync(self._desk.sync):
            return tr("Nothing on this terminal yet: waiting for the first sync.")
        none = trd(none_yet(self._kind))
        return f"{none} {tr('a adds one.')}" if may_do(self._desk, self._kind, "create") else none

    def new_rows(self) -> KindRows:
        """Those of the query."""
        return KindRows(self._desk.records, self._kind, self._query, self._desk.words)

    def row(self, item: ListedRecord) -> Row:
        """One of them."""
        return row_of(self._kind, item, self._desk.words)

    def facts_changed(self) -> None:
        """Days may be others in another zone."""
        self.show_list(self.new_rows())

    def shown(self, count: Count) -> None:
        """Say how many there are, and in which order."""
        by = trd(self._kind.by_name[self._query.sort].words)
        order = tr("by {field}, reversed", field=by) if self._query.descending else tr("by {field}", field=by)
        number = trd(so_many(self._kind, count.n))
        self.say("above", f"{so_far(self._desk.sync, number)}, {order}" if count.n else "")

    def _look_for(self, query: KindQuery) -> None:
        self._query = query
        self.show_anew()

    @property
    def searched(self) -> str:
        """The words."""
        return self._query.text

    def search(self, text: str) -> None:
        """Look for records that have these."""
        self._look_for(self._query._replace(text=text))

    def sort_by(self, column: str, *, descending: bool | None = None) -> None:
        """Sort by another column, or the other way round."""
        field = self._fields[self.sorts.index(column)]
        self._look_for(self._query._replace(sort=field.name, descending=bool(descending)))

    # --- what can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what the kind allows and the account may."""
        verb = {"add": "create", "edit": "edit", "remove": "remove"}.get(action)
        return super().check_action(action, parameters) if verb is None else may_do(self._desk, self._kind, verb)

    def chosen_row(self, item: ListedRecord) -> None:
        """Open it: the page says why it is seen, too."""
        self.open(KindScreen(self._desk, self._kind, item.record.id, self.FORM))

    def action_add(self) -> None:
        """Add one, and go to it."""
        form = self.FORM(self._desk, self._kind)
        self.open(form, lambda written: self.go_to(written.id) if written else None)

    def action_edit(self) -> None:
        """Edit it."""
        if item := self.current:
            self.open(self.FORM(self._desk, self._kind, item.record, item.names))

    def action_remove(self) -> None:
        """Remove them; undo brings them back."""
        self.remove_chosen(lambda item: (self._kind.name, item.record.id))


class KindListPage(KindListScreen, MainPage[ListedRecord]):
    """The list as one of the main pages."""

    def __init__(self, desk: Desk, kind: Kind[Any]) -> None:
        super().__init__(desk, kind, page=kind.name)

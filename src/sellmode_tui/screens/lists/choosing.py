"""Lists of which some are chosen: those that are marked, those that have some words, those of a view."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records import RecordStore, RefusedAmong, Rejected, Written
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.search_bar import SearchBar
from sellmode_tui.screens.lists.page import Item, ListPage
from sellmode_tui.widgets.tab_line import Tab, TabLine

MAX_MARKED: Final = 500
"""Rows that may be marked at once."""


class MarkedList(ListPage[Result, Item]):
    """A list whose rows can be marked, to do something with all that are."""

    BINDING_GROUP_TITLE = "List"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", key_display="Space", show=False, tooltip="Mark, or unmark", id="list.mark"),
        Binding("X", "mark_all", "Mark all", show=False, tooltip="Mark all of the list, or none", id="list.mark-all"),
    ]

    FOR_ALL: ClassVar[str] = marked("x is for all of them")
    """What can be done with those that are marked."""

    def __init__(
        self, desk: Desk, head: str = "", *, at: str | None = None, line: int | None = None, **more: Any
    ) -> None:
        """`more` is for what else the page is."""
        super().__init__(desk, head, at=at, line=line, **more)
        self._marked: dict[str, Item] = {}

    def on_mount(self) -> None:
        """Leave room for marks."""
        self.table.marks = frozenset()

    def why_not_marked(self, item: Item) -> str:  # noqa: ARG002  # all can
        """Why one cannot be marked, as a sentence; empty if it can."""
        return ""

    @property
    def chosen(self) -> Sequence[Item]:
        """What is marked, or else what is under the cursor."""
        current = self.current
        return tuple(self._marked.values()) or (() if current is None else (current,))

    def action_mark(self) -> None:
        """Mark what is under the cursor, or take its mark away; then go on to the next."""
        item, key = self.current, self.table.cursor_key
        if item is None or key is None:
            return
        if key in self._marked:
            self.unmark([key])
        elif why := self.why_not_marked(item):
            self.notify(visible(why), markup=False)
            return
        elif len(self._marked) < MAX_MARKED:
            self._marked = {**self._marked, key: item}  # a thread may be reading what was marked before
            self._show_marks()
        else:
            self.notify(tr("At most {number} can be marked at once.", number=MAX_MARKED), markup=False)
            return
        self.table.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all of the list; where all are marked, none."""
        rows = self._rows
        if rows is None:
            return

        def mark(items: Sequence[Item]) -> None:
            wanted = {self.key(item): item for item in items[:MAX_MARKED] if not self.why_not_marked(item)}
            self._marked = {} if self._marked.keys() == wanted.keys() else wanted
            if len(items) > MAX_MARKED:
                told = tr("Only the first {number} were marked, the maximum.", number=MAX_MARKED)
                self.notify(told, markup=False)
            self._show_marks()

        self.ask(lambda _: rows.items(0, MAX_MARKED + 1), mark, group="marks")

    def key(self, item: Item) -> str:
        """The key of its row."""
        return self.row(item).key

    def unmark(self, keys: Iterable[str] | None = None) -> None:
        """Take marks away: some, or all."""
        if keys is None:
            self.forget_asked("marks")  # an answer that is on its way would mark them again, of another view too
        gone = set(self._marked if keys is None else keys)
        if not gone.isdisjoint(self._marked):
            self._marked = {key: item for key, item in self._marked.items() if key not in gone}
            self._show_marks()

    def _show_marks(self) -> None:
        self.table.marks = frozenset(self._marked)
        self.show_current()

    def text_below(self) -> str:
        """What can be done with what is marked."""
        if self._marked:
            return trn(
                "{number:,} marked: {does}; Esc unmarks",
                "{number:,} marked: {does}; Esc unmarks",
                len(self._marked),
                does=trd(self.FOR_ALL),
            )
        return super().text_below()

    def remove_chosen(self, key_of: Callable[[Item], tuple[str, str]]) -> None:
        """Remove all that are chosen, by their kinds and ids, or none; undo brings them back."""
        chosen = self.chosen

        def remove(records: RecordStore) -> list[Written]:
            try:
                return records.remove_all([key_of(item) for item in chosen])
            except RefusedAmong as error:
                name = next(filter(None, self.row(chosen[error.number]).cells), "")
                why = tr("{name}: {why} Nothing was removed.", name=name, why=trd(error.detail))
                raise Rejected(error.code, why) from None

        def removed(each: list[Written]) -> None:
            self.unmark()
            several = trn("{number:,} removed. u to undo.", "{number:,} removed. u to undo.", len(each))
            self.wrote(each[0], several if len(each) > 1 else "")

        if chosen:
            self.write(remove, removed, refused=lambda _, why: self.say("below", why))

    def step_back(self) -> bool:
        """Take all marks away."""
        if super().step_back():
            return True
        marked = bool(self._marked)
        self.unmark()
        return marked


class SearchedList(ListPage[Result, Item]):
    """A list with the search above it."""

    PLACEHOLDER: ClassVar[str] = marked("words")
    """What may be searched for."""
    PLACEHOLDERS_NARROW: ClassVar[tuple[str, ...]] = ()
    """Shorter ones, for where that has no room."""
    COMPLETED: ClassVar[bool] = False
    """Whether what is typed can be completed."""

    @property
    @abstractmethod
    def searched(self) -> str:
        """What is searched for."""

    @abstractmethod
    def search(self, text: str) -> None:
        """Search for something else."""

    def compose_head(self) -> ComposeResult:
        """The search stands right over the list."""
        if self._head:
            yield Static(Content(visible(self._head)), classes="list-head")
        yield from self.compose_views()
        placeholders = [trd(each) for each in (self.PLACEHOLDER, *self.PLACEHOLDERS_NARROW)]
        yield SearchBar(self.searched, placeholders=placeholders, completed=self.COMPLETED)

    def say(self, where: str, text: str) -> None:
        """What is said above the list is said by the search."""
        if where == "above":
            self.search_bar.say(text)
        else:
            super().say(where, text)

    @property
    def search_bar(self) -> SearchBar:
        """Where it is typed."""
        return self.query_one(SearchBar)

    def apply(self, text: str) -> None:
        """Search for something, and go to what is found."""
        self.search_bar.text = text
        self.table.focus()

    def action_search(self) -> None:
        """Go to the search."""
        self.search_bar.field.focus()

    @on(SearchBar.Changed)
    def _typed(self, event: SearchBar.Changed) -> None:
        if event.text != self.searched:  # else it is what the page begins with
            self.search(event.text)

    @on(SearchBar.Left)
    def _to_list(self) -> None:
        self.table.focus()

    def step_back(self) -> bool:
        """Search for nothing."""
        if super().step_back():
            return True
        searched = bool(self.searched)
        if searched:
            self.search_bar.text = ""
        return searched


class ViewedList(ListPage[Result, Item]):
    """A list that can be looked at in a few ways, which stand in a line above it. Its bindings for ``view(1)`` and
    ``view(-1)`` go on to the next one, and back.
    """

    @property
    @abstractmethod
    def views(self) -> tuple[Tab, ...]:
        """The ways to look at it."""

    @property
    @abstractmethod
    def view(self) -> str:
        """The name of the one that counts."""

    @abstractmethod
    def look_from(self, view: str) -> None:
        """Another one counts from now on."""

    def compose_views(self) -> ComposeResult:
        """Their line."""
        yield TabLine(self.views, self.view, id="views")

    def show_views(self) -> None:
        """Say anew which there are, and which counts."""
        line = self.query_one("#views", TabLine)
        line.tabs, line.current = self.views, self.view

    def go_to_view(self, view: str) -> None:
        """Look at the list in another way."""
        self.look_from(view)
        self.show_views()
        self.show_anew()

    def action_view(self, by: int) -> None:
        """Go to another view."""
        names = [tab.name for tab in self.views]
        self.go_to_view(names[(names.index(self.view) + by) % len(names)])

    @on(TabLine.Picked, "#views")
    def _view_picked(self, event: TabLine.Picked) -> None:
        self.go_to_view(event.name)


def view_tabs(views: Mapping[Any, str]) -> tuple[Tab, ...]:
    """The views of a list by name, from what each is called (``marked``)."""
    return tuple(Tab(name, "", trd(label)) for name, label in views.items())

"""Lists of which some are chosen: those that are marked, those that have some words."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.lists.page import Item, ListPage
from sellmode_tui.widgets.text_field import TextField

MAX_MARKED: Final = 500
"""Rows that may be marked at once."""


class MarkedList(ListPage[Result, Item]):
    """A list whose rows can be marked, to do something with all that are."""

    def __init__(self, desk: Desk, head: str = "", *, at: str | None = None, line: int | None = None) -> None:
        super().__init__(desk, head, at=at, line=line)
        self._marked: dict[str, Item] = {}

    def on_mount(self) -> None:
        """Leave room for marks."""
        self.table.marks = frozenset()

    @abstractmethod
    def why_not_marked(self, item: Item) -> str:
        """Why one cannot be marked, as a sentence; empty if it can."""

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
            self.notify(f"No more than {MAX_MARKED} can be marked at once.", markup=False)
            return
        self.table.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all of the list; where all are marked, none."""
        rows = self._rows
        if rows is None:
            return

        def marked(items: Sequence[Item]) -> None:
            wanted = {self.key(item): item for item in items[:MAX_MARKED] if not self.why_not_marked(item)}
            self._marked = {} if self._marked.keys() == wanted.keys() else wanted
            if len(items) > MAX_MARKED:
                self.notify(f"Only the first {MAX_MARKED} are marked: no more at once.", markup=False)
            self._show_marks()

        self.ask(lambda _: rows.items(0, MAX_MARKED + 1), marked, group="marks")

    @abstractmethod
    def key(self, item: Item) -> str:
        """The key of its row."""

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

    def step_back(self) -> bool:
        """Take all marks away."""
        if super().step_back():
            return True
        marked = bool(self._marked)
        self.unmark()
        return marked


class SearchedList(ListPage[Result, Item]):
    """A list with a line for words, which is there while it is used."""

    DEFAULT_CSS = """
    SearchedList {
        #search { display: none; height: 1; padding: 0 1; }
        #search Static { width: auto; padding-right: 1; color: $text-muted; }
        &.-searching #search { display: block; }
    }
    """

    @property
    @abstractmethod
    def searched(self) -> str:
        """The words that are searched for."""

    @abstractmethod
    def search(self, text: str) -> None:
        """Search for other words."""

    def compose_below(self) -> ComposeResult:
        """The line for words comes last."""
        yield from super().compose_below()
        with Horizontal(id="search"):
            yield Static(Content("Words"))
            yield TextField(self.searched, ascii_only=self._desk.ascii_only)

    def on_mount(self) -> None:
        """Show the line if something is searched for."""
        self.set_class(bool(self.searched), "-searching")

    @property
    def _words(self) -> TextField:
        return self.query_one("#search TextField", TextField)

    def action_search(self) -> None:
        """Go to the words."""
        self.add_class("-searching")
        self._words.focus()

    @on(TextField.Changed, "#search TextField")
    def _typed(self, event: TextField.Changed) -> None:
        if event.value != self.searched:
            self.search(event.value)

    @on(TextField.Submitted, "#search TextField")
    def _to_list(self) -> None:
        self.table.focus()

    def step_back(self) -> bool:
        """Search for nothing."""
        if super().step_back():
            return True
        if not self.has_class("-searching"):
            return False
        self.remove_class("-searching")
        self.table.focus()
        self._words.value = ""
        return True

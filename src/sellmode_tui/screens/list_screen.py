"""A page with a list of things, read through the door and read again whenever something has changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.screens.app_page import Result
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.desk_screen import DeskScreen
from sellmode_tui.visibility import Door
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_table import Count, Row, RowTable

Item = TypeVar("Item")


class ListedRows:
    """Rows that are all in memory, for a table."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._places = {row.key: place for place, row in enumerate(rows)}

    def count(self) -> Count:
        """How many there are."""
        return Count(len(self._rows))

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        """Some of them."""
        return self._rows[start:stop]

    def find(self, key: str) -> int | None:
        """Where one stands."""
        return self._places.get(key)


class ListScreen(DeskScreen[Result], Generic[Result, Item]):
    """The list with a head over it and a few words under it."""

    DEFAULT_CSS = """
    ListScreen {
        background: $background;
        .list-head { height: auto; padding: 0 1; background: $panel; text-style: bold; }
        .list-told { height: auto; padding: 0 1; color: $text-muted; }
    }
    """

    ROWS_OPEN: ClassVar = True
    """Whether Enter opens a row."""

    def __init__(self, desk: Desk, title: str, columns: Sequence[Column], empty_text: str) -> None:
        super().__init__(desk)
        self._title = title
        self._columns = columns
        self._empty_text = empty_text
        self._items: dict[str, Item] = {}
        self._going_to: str | None = None
        """Where the cursor was sent that may not have arrived."""

    def compose(self) -> ComposeResult:
        """Head, list, words, status, keys."""
        yield Static(Content(visible(self._title)), classes="list-head")
        yield Static(classes="list-told", id="above")
        yield RowTable(
            self._columns, empty_text=self._empty_text, ascii_only=self._desk.ascii_only, opens=self.ROWS_OPEN
        )
        yield Static(classes="list-told", id="below")
        yield from self.compose_foot()

    def on_mount(self) -> None:
        """Read the list."""
        self.say("above", "")
        self.say("below", "")
        self.query_one(RowTable).focus()
        self.records_changed()

    @abstractmethod
    def read(self, door: Door) -> Sequence[Item]:
        """The things, in order. Called in a thread."""

    @abstractmethod
    def row(self, item: Item) -> Row:
        """One of them as a row."""

    def stands_for(self, before: Item | None, items: Sequence[Item]) -> str | None:  # noqa: ARG002  # the same one
        """Key of what the cursor goes to, if not to what it was on `before`."""
        return None

    def shown(self) -> None:
        """Other things are in the list now."""

    @property
    def current(self) -> Item | None:
        """What is under the cursor."""
        return self._items.get(self.query_one(RowTable).cursor_key or "")

    @property
    def settled(self) -> bool:
        """Whether the list has been read and is on the screen."""
        table = self.query_one(RowTable)
        return table.count is not None and table.settled

    def records_changed(self) -> None:
        """Read the list again; the cursor stays with what it is on."""
        self.ask(self.read, self._show, group="list")

    def _show(self, items: Sequence[Item]) -> None:
        table = self.query_one(RowTable)
        self._going_to = self.stands_for(self.current, items) or (None if table.settled else self._going_to)
        rows = [self.row(item) for item in items]
        self._items = {row.key: item for row, item in zip(rows, items, strict=True)}
        table.show(ListedRows(rows), at=self._going_to)
        self.shown()

    def say(self, where: str, text: str) -> None:
        """Say something `above` or `below` the list."""
        said = self.query_one(f"#{where}", Static)
        said.display = bool(text)
        said.update(Content("\n").join(Content(visible(line)) for line in text.split("\n")))

"""A page with a list: read in the background, and read again when something has changed, with the cursor where it was.

A list is declared: its columns, what is read, how one of them looks as a row, what is said of the one under the cursor
and what Enter does with it. The table asks for the rows and drops answers that come too late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.language import tr, trd
from sellmode_tui.records import Interrupted, RecordStore, Written
from sellmode_tui.screens.kit.app_page import Result
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.kit.status_words import is_first_sync
from sellmode_tui.screens.lists.rows import AllRows, KeyedRows, ListRows
from sellmode_tui.widgets.columns import Column, Sort
from sellmode_tui.widgets.row_source import Count, Row
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.said_below import SaidBelow

Item = TypeVar("Item")


def nothing_last(value: Any) -> tuple[bool, Any]:
    """To sort by what some do not have: they come last."""
    return value is None, value if value is not None else 0


WIDE: Final = 110
"""Columns from which on the one under the cursor stands beside the list."""


class ListPage(DeskScreen[Result], Generic[Result, Item]):
    """The list, with a head over it, a few words above and below, and what is under the cursor beside it."""

    DEFAULT_CSS = """
    ListPage {
        background: $background;
        .list-head { height: auto; padding: 0 1; background: $panel; text-style: bold; }
        .list-told { display: none; height: auto; padding: 0 1; color: $text-muted; }
        .list-told.-said { display: block; }
        #body { height: 1fr; }
        #list { width: 1fr; }
        #beside { display: none; background: $surface; }
        &.-wide #beside { display: block; }
    }
    """

    HEAD: ClassVar[str] = ""
    """What stands over the list; empty: nothing does."""
    COLUMNS: ClassVar[Sequence[Column]] = ()
    EMPTY: ClassVar[str] = ""
    """What is said where nothing is listed."""
    OF_A_ROW: ClassVar[frozenset[str]] = frozenset({"choose", "edit", "remove", "sort", "mark", "mark_all"})
    """Actions that need a row: the last line does not show their keys where there is none."""
    TABLE: ClassVar[type[RowTable]] = RowTable
    ROWS_OPEN: ClassVar = True
    """Whether Enter opens a row."""
    SORTED: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    """By heading what a list that is read whole is sorted by, if not by the texts under it."""
    PAUSE: ClassVar[float] = 0.0
    """Seconds between two readings of a list that keeps changing."""

    def __init__(self, desk: Desk, head: str = "", *, at: str | None = None, line: int | None = None) -> None:
        """``at`` is the key of the row to begin with, ``line`` the line of the view where that stood."""
        super().__init__(desk)
        self._head = head or trd(self.HEAD)
        self._rows: ListRows[Item] | None = None
        self._row_columns: Sequence[Column] = ()
        """Those that the rows have cells for: the page may have others by now, until there are other rows."""
        self._going_to = at
        """Where the cursor goes as soon as the list has it."""
        self._line = line
        self._changed = False
        """Whether something may have changed since the last look at it."""
        self._looking = False
        """Whether a look is under way, or the list was read again only a moment ago."""
        self._failed = False
        """Whether something could not be read, so that the next look reads the list again whatever has changed."""
        self._sorted: Sort | None = None
        """What a list that is read whole is sorted by, if not as it is read."""

    # --- what is declared

    def read(self, records: RecordStore) -> Sequence[Item]:
        """All that is listed, in order. Called in a thread."""
        raise NotImplementedError

    def row(self, item: Item) -> Row:
        """One of them as a row. Called in a thread."""
        raise NotImplementedError

    def new_rows(self) -> ListRows[Item]:
        """Where the rows come from, as the page is looked at now."""
        return AllRows(lambda: self._in_order(self.read(self._desk.records)), self.row, self.stands_for)

    def _in_order(self, items: Sequence[Item]) -> Sequence[Item]:
        by = self._sorted
        if by is None:
            return items
        place = self.sorts.index(by.column)
        key = self.SORTED.get(by.column, lambda item: self.row(item).cells[place].casefold())
        return sorted(items, key=key, reverse=by.descending)

    def stands_for(self, before: Item, items: Sequence[Item]) -> str | None:  # noqa: ARG002  # the same one
        """Key of what the cursor goes to, if not to what it was on `before`."""
        return None

    @property
    def columns(self) -> Sequence[Column]:
        """The columns just now."""
        return self.COLUMNS

    @property
    def sort(self) -> Sort | None:
        """What the rows are sorted by, if a heading says it."""
        return self._sorted

    @property
    def sorts(self) -> Sequence[str]:
        """The headings that the list can be sorted by."""
        return tuple(column.name for column in self.columns)

    def sort_by(self, column: str, *, descending: bool | None = None) -> None:
        """Sort by a column; None: in the direction that is wanted of it first."""
        self._sorted = Sort(column, bool(descending))
        self.show_list()

    @property
    def empty_text(self) -> str:
        """What is said just now where nothing is listed."""
        return trd(self.EMPTY)

    @property
    def _empty_text(self) -> str:
        """The same, unless what would be listed may still be on its way: after a change of the mode or of the store."""
        sync = self._desk.sync
        on_its_way = bool(sync.left) and not is_first_sync(sync)
        return tr("More is still coming from the server.") if on_its_way else self.empty_text

    @property
    def keeps_cursor(self) -> bool:
        """Whether the cursor stays with what it is on when the list is read again."""
        return True

    def offers(self, action: str) -> bool:
        """What is done with a row needs one."""
        if not super().offers(action):
            return False
        return action not in self.OF_A_ROW or all(table.count is None or table.count.n for table in self._tables())

    def told(self, item: Item) -> str:  # noqa: ARG002  # nothing
        """What is said below the list of the one under the cursor, besides what its row has no room for."""
        return ""

    def chosen_row(self, item: Item) -> None:
        """Enter was pressed on it."""

    def shown(self, count: Count) -> None:
        """The rows on the screen are others now."""

    def beside(self) -> Widget | None:
        """A view of the one under the cursor, that stands beside the list where there is room."""
        return None

    def show_beside(self) -> None:
        """Show there what is under the cursor now, or nothing if there is no room."""

    # --- the page

    def compose(self) -> ComposeResult:
        """Head, list, words, status, keys."""
        yield from self.compose_tabs()
        yield from self.compose_head()
        table = self.TABLE(
            self.columns,
            sort=self.sort,
            empty_text=self._empty_text,
            opens=self.ROWS_OPEN,
            id="list",
        )
        beside = self.beside()
        if beside is None:
            yield table
        else:
            beside.id = "beside"
            with Horizontal(id="body"):
                yield table
                yield beside
        yield from self.compose_below()
        yield from self.compose_foot()

    def compose_tabs(self) -> ComposeResult:
        """The first line, of a page that has others beside it."""
        yield from ()

    def compose_head(self) -> ComposeResult:
        """What stands over the list."""
        yield Static(Content(visible(self._head)), classes="list-head")
        yield Static(classes="list-told", id="above")
        yield from self.compose_views()

    def compose_views(self) -> ComposeResult:
        """The ways to look at the list."""
        yield from ()

    def compose_below(self) -> ComposeResult:
        """What stands between the list and the status."""
        yield SaidBelow(id="below")

    def on_mount(self) -> None:
        """Read the list."""
        self.begins_with.focus()
        self.show_first()

    @property
    def begins_with(self) -> Widget:
        """What has the focus at first."""
        return self.table

    @property
    def table(self) -> RowTable:
        """The list itself."""
        return self.query_one("#list", RowTable)

    @property
    def current(self) -> Item | None:
        """What is under the cursor."""
        return self._rows.item(self.table.cursor_key) if self._rows else None

    @property
    def settled(self) -> bool:
        """Whether the list has been read and is on the screen."""
        return self.table.count is not None and self.table.settled

    def say(self, where: str, text: str) -> None:
        """Say something `above` or `below` the list."""
        for below in self.query(f"#{where}").results(SaidBelow):
            below.say(text)
        for said in self.query(f"#{where}").results(Static):
            said.set_class(bool(text), "-said")
            said.update(Content("\n").join(Content(visible(line)) for line in text.split("\n")))

    def write_one(self, write: Callable[[RecordStore], Written]) -> None:
        """Have something written; why it was not is said below the list."""
        self.write(write, self.wrote, refused=lambda _, why: self.say("below", why))

    def go_to(self, key: str) -> None:
        """Put the cursor on something, as soon as the list has it."""
        self._going_to, self._line = key, None
        self.show_list()

    def key_of(self, kind: str, id: str) -> str:  # noqa: ARG002  # they are of one kind
        """The key of a record's row."""
        return id

    def brought_back(self, records: Sequence[tuple[str, str]]) -> None:
        """Go to the first of them, if it is listed: it may stand above the view."""
        self.show_list(at=self.key_of(*records[0]))

    def step_back(self) -> bool:
        """Take back the last way of choosing, if there is one: by going beside the list, marking, searching."""
        if any(each.has_focus for each in self.query("#beside")):
            self.table.focus()
            return True
        return False

    def action_back(self) -> None:
        """Take back the last way of choosing, or go back to where the person was."""
        if not self.step_back():
            self.end()

    # --- reading

    def show_first(self) -> None:
        """Read the list for the first time."""
        self.show_list()

    def show_anew(self) -> None:
        """Show what is looked for by now; what another thread still finds of the old list is given up."""
        self.give_up()
        self.show_list(self.new_rows(), keep_cursor=False)

    def give_up(self) -> None:
        """Find no more of the list that is shown."""
        if isinstance(self._rows, KeyedRows):
            self._rows.found.cancel()

    def show_list(self, rows: ListRows[Item] | None = None, *, keep_cursor: bool = True, at: str | None = None) -> None:
        """Read the list again, or another one; with the cursor on the row `at`, if it is there."""
        if rows is not None or self._rows is None:
            self._rows, self._row_columns = rows or self.new_rows(), self.columns
        table, at = self.table, at or self._going_to
        table.show(
            self._rows,
            sort=self.sort,
            keep_cursor=at is not None or (keep_cursor and self.keeps_cursor),
            columns=self._row_columns,
            at=at,
            line=self._line if at is not None else None,
        )
        table.empty_text = self._empty_text

    def standing_changed(self) -> None:
        """Say how things stand; a list may be empty for another reason now."""
        super().standing_changed()
        if not self.is_finding:
            for table in self._tables():
                table.empty_text = self._empty_text

    def _tables(self) -> Iterable[RowTable]:
        """The list; nothing while the page comes or goes."""
        return self.query("#list").results(RowTable)

    def records_changed(self) -> None:
        """Read the list again if its rows may be others now; after it was read again, only when a pause is over."""
        self._changed = True
        self._look()

    @property
    def is_finding(self) -> bool:
        """Whether another list is about to be shown: it is as of now."""
        return self._rows is None

    def _look(self) -> None:
        rows = self._rows
        if not self._changed or self._looking or rows is None or self.is_finding:
            return
        self._changed, self._looking = False, True
        self.ask(lambda _: rows.stale, lambda stale: self._looked(rows, stale=stale), group="look")

    def _looked(self, rows: ListRows[Item], *, stale: bool) -> None:
        if rows is not self._rows:
            self._changed = True
        elif stale or self._failed:
            self._failed = False
            self.show_list()
            if self.PAUSE:
                self.set_timer(self.PAUSE, self._end_look)
                return
        self._end_look()

    def _end_look(self) -> None:
        self._looking = False
        self._look()

    @on(DeskScreen.Failed)
    def _look_failed(self) -> None:
        self._failed = True
        self._end_look()

    @on(RowTable.Counted)
    def _counted(self, event: RowTable.Counted) -> None:
        if self._rows is None:
            return
        self._rows.drawn()
        if self.table.cursor_key == self._going_to:
            self._going_to = None
        self.shown(event.count)
        self.show_current()

    @on(RowTable.Failed)
    def _rows_failed(self, event: RowTable.Failed) -> None:
        if not isinstance(event.error, Interrupted):
            self.post_message(self.Failed(event.error))

    # --- what is under the cursor

    @on(RowTable.Moved)
    def _moved(self, event: RowTable.Moved) -> None:
        if event.key != self._going_to and self.table.cursor_place > 0:
            self._going_to = None  # somebody has gone elsewhere
        self.show_current()

    def show_current(self) -> None:
        """Say more of the one under the cursor, and show it beside the list."""
        self._say_current()
        self.show_beside()
        self.refresh_bindings()

    @on(RowTable.Fitted)
    def _say_current(self) -> None:
        self.say("below", self.text_below())

    def text_below(self) -> str:
        """What the row under the cursor has no room for, and what else there is to say of it."""
        item = self.current
        if item is None:
            return ""
        hidden = [f"{heading}: {text}" for heading, text in self.table.hidden]
        return self._desk.words.between.join(filter(None, (*hidden, self.told(item))))

    def action_sort(self) -> None:
        """Sort by the next column."""
        sort, sorts = self.sort, list(self.sorts)
        place = sorts.index(sort.column) + 1 if sort and sort.column in sorts else 0
        self.sort_by(sorts[place % len(sorts)])

    def action_reverse(self) -> None:
        """Reverse the order."""
        if sort := self.sort:
            self.sort_by(sort.column, descending=not sort.descending)

    @on(RowTable.HeadingPicked)
    def _heading_picked(self, event: RowTable.HeadingPicked) -> None:
        if event.column in self.sorts:
            sort = self.sort
            again = sort is not None and sort.column == event.column
            self.sort_by(event.column, descending=not sort.descending if sort and again else None)

    @on(RowTable.Chosen)
    def _chosen(self) -> None:
        item = self.current
        if item is None:
            return
        if self.has_class("-wide"):
            self.query_one("#beside").focus()
        else:
            self.chosen_row(item)

    def on_resize(self, event: events.Resize) -> None:
        """Put the view of the one under the cursor beside the list where there is room."""
        wide = event.size.width >= WIDE
        for beside in self.query("#beside"):
            if wide == self.has_class("-wide"):
                return
            self.set_class(wide, "-wide")
            if not wide and beside.has_focus:
                self.table.focus()
            self.show_beside()

"""A table of any number of rows, of which only the visible ones are read and drawn.

Rows come by page from a `RowSource`, which is asked in a thread, one page at a time: what the view needs first, then
the page on either side of it. A row that has not come yet is drawn blank, and the event loop never waits for one. A
cursor move inside the view repaints two lines; nothing is written while nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region
from textual.message import Message

from sellmode_tui.widgets.columns import Column, Sort, column_at
from sellmode_tui.widgets.row_source import PAGE, Count, Row, RowSource, page_of
from sellmode_tui.widgets.row_view import HEADER, RowView
from sellmode_tui.widgets.scrollbar import PlainBar


class RowTable(RowView, can_focus=True, inherit_bindings=False):
    """The table. `show` gives it a source; it posts `Moved`, `Chosen`, `Counted` and `Failed`."""

    BINDING_GROUP_TITLE = "List"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "choose",
            "Open",
            key_display="Enter",
            tooltip="Open the row under the cursor",
            id="row-table.choose",
        ),
        Binding("up,k", "move(-1)", "Up", show=False, id="row-table.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="row-table.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="row-table.page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="row-table.page-down"),
        Binding("home", "first", "First", show=False, id="row-table.first"),
        Binding("end", "last", "Last", show=False, id="row-table.last"),
    ]

    class _Told(Message):
        """Something about the table."""

        def __init__(self, table: RowTable) -> None:
            self.table = table
            super().__init__()

        @property
        def control(self) -> RowTable:
            """The table, for `@on(RowTable.Moved, "#id")`."""
            return self.table

    class Moved(_Told):
        """Another row is under the cursor. Where several wait, only the last is handled."""

        def __init__(self, table: RowTable, key: str | None) -> None:
            """`key` is None when the table has become empty."""
            self.key = key
            super().__init__(table)

        def can_replace(self, message: Message) -> bool:
            """Whether this one makes an earlier one superfluous."""
            return isinstance(message, RowTable.Moved) and message.table is self.table

    class Chosen(_Told):
        """Enter or a double click on a row."""

        def __init__(self, table: RowTable, key: str) -> None:
            self.key = key
            super().__init__(table)

    class Counted(_Told):
        """A source's number of rows has come: its first rows are on the screen with it."""

        def __init__(self, table: RowTable, count: Count) -> None:
            self.count = count
            super().__init__(table)

    class Failed(_Told):
        """The source raised. Rows it did not give stay blank; nothing is asked again until the next `show`."""

        def __init__(self, table: RowTable, error: Exception) -> None:
            self.error = error
            super().__init__(table)

    class HeadingPicked(_Told):
        """The mouse picked a heading."""

        def __init__(self, table: RowTable, column: str) -> None:
            self.column = column
            super().__init__(table)

    class Fitted(_Told):
        """The columns have other widths now."""

    class _Answer(Message, bubble=False):
        """What a thread brings back to the event loop: `apply` runs there, unless its generation is over by then."""

        def __init__(self, generation: int, apply: Callable[[], None]) -> None:
            self.generation = generation
            self.apply = apply
            super().__init__()

    def __init__(
        self,
        columns: Sequence[Column],
        source: RowSource | None = None,
        *,
        sort: Sort | None = None,
        empty_text: str = "",
        opens: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Without a source the table is blank.

        Args:
            columns: From left to right, as many as the source's rows have cells.
            source: Where the rows come from.
            sort: Which heading bears the mark of the sorting.
            empty_text: What to say, and to do, where a source has no rows.
            opens: Whether there is more to a row than it shows, so that it can be chosen.
            id: The widget's id.
            classes: The widget's classes.
        """
        super().__init__(columns, sort, empty_text, id=id, classes=classes)
        self._source = source
        self._next_empty_text = empty_text
        self._opens = opens
        self._reported: str | None = None  # key of the last Moved
        self._choosing = False  # Enter was pressed on a row that has not come yet
        # A generation is one answer to `show` or `reload`; whatever older ones still bring is dropped.
        self._generation = 0
        self._opening = False  # the generation's count and first rows are under way; the old rows stay on the screen
        # Where the cursor was when a generation began that goes to the first row; None once it, or a later one, opened.
        self._to_first_from: int | None = None
        self._fetching = False  # a page is under way
        self._broken = False
        self._expecting = False  # a source whose first row is wanted has yet to be made

    # --- what the application does with it

    def show(
        self,
        source: RowSource,
        *,
        sort: Sort | None = None,
        keep_cursor: bool = True,
        columns: Sequence[Column] | None = None,
        at: str | None = None,
        line: int | None = None,
    ) -> None:
        """Show another source. The rows on the screen stay until its first ones are there, then all change at once.

        Args:
            source: Where the rows come from now.
            sort: Which heading bears the mark of the sorting.
            columns: Other columns, that the source's rows have cells for. The old rows go at once.
            keep_cursor: Keep the cursor on the record it is on, and that on its line, if the new source has it (else
                the cursor keeps its place). False: go to the first row.
            at: Put the cursor on this record instead, if the source has it.
            line: Line of the view for the cursor, if it is not to stay on the one where it is.
        """
        keys = [key for key in (at, self.cursor_key) if key is not None]
        if columns is not None and tuple(columns) != self._columns:
            self._pages.clear()
            self._columns, self._wanted = tuple(columns), ()
            self.refresh()
        self._source, self._expecting = source, False
        self._sort = sort
        self._open(keep_cursor=keep_cursor, keys=keys, line=line)

    @property
    def empty_text(self) -> str:
        """What is said where a source has no rows. Where rows are under way it waits for them."""
        return self._next_empty_text

    @empty_text.setter
    def empty_text(self, text: str) -> None:
        self._next_empty_text = text
        if not self._opening and text != self._empty_text:
            self._empty_text = text
            if self._count is not None and not self._count.n:
                self.refresh()

    def expect(self, *, rows: bool = True) -> None:
        """Other rows are about to be shown from the first on, or are not after all: until then Enter waits for them."""
        self._expecting = rows
        self._choosing = self._choosing and rows

    @property
    def _awaited(self) -> bool:
        """Whether the rows on the screen are not those that whoever presses Enter has asked for."""
        return self._expecting or self._to_first_from is not None

    def reload(self, *, keep_cursor: bool = True) -> None:
        """Ask the source again: its rows have changed. What becomes of the cursor is as with `show`."""
        self._open(keep_cursor=keep_cursor)

    def recount(self) -> None:
        """Ask the source only for its count again, as when it has become exact. No row moves."""
        source = self._source
        if source is None or self._opening:
            return

        def work() -> Callable[[], None]:
            count = source.count()
            return lambda: self._recounted(count)

        self._in_thread(work, "row-table-count")

    def clear(self) -> None:
        """Drop the source and all rows at once, as when the screen is locked."""
        self._generation += 1
        self._opening = self._fetching = self._choosing = False
        self._to_first_from = None
        self._source = None
        self._pages.clear()
        self._count = None
        self._cursor = 0
        self._resize_virtual()
        self._report()
        self.refresh()

    @property
    def count(self) -> Count | None:
        """How many rows there are; None before the first source has answered."""
        return self._count

    @property
    def cursor_key(self) -> str | None:
        """Key of the row under the cursor; None if there is none or it has not come yet."""
        row = self._pages.row(self._cursor)
        return row.key if row else None

    @property
    def cursor_line(self) -> int:
        """Line of the view with the cursor, from 0."""
        return self._cursor - self.scroll_offset.y

    @property
    def cursor_place(self) -> int:
        """Place of the cursor in the list, from 0."""
        return self._cursor

    @property
    def settled(self) -> bool:
        """Whether nothing is under way: every row of the view that the source can give is drawn with the next frame."""
        return not (self._opening or self._fetching)

    # --- from the source, through threads

    def _open(self, *, keep_cursor: bool, keys: Sequence[str] = (), line: int | None = None) -> None:
        """Begin a generation: count, the cursor's record, the pages around it. It is the first of `keys` that is there,
        without any the one whose row is there.
        """
        source = self._source
        if source is None:
            return
        self._generation += 1
        self._opening, self._fetching, self._broken = True, False, False
        if not keep_cursor and self._to_first_from is None:
            self._to_first_from = self._cursor
        keep_cursor = self._to_first_from is None
        if not self.is_running:
            return  # `on_mount` begins
        held = self.cursor_key
        keys = (keys or ([] if held is None else [held])) if keep_cursor else ()
        place = self._cursor if self._to_first_from is None else self._to_first_from
        here = place - self.scroll_offset.y if keep_cursor else 0  # of the view
        moved = here - (here if line is None else line)
        height, columns = max(1, self._view_height), len(self._columns)

        def work() -> Callable[[], None]:
            count = source.count()
            found = next((there for key in keys if (there := source.find(key)) is not None), None)
            wanted = found if found is not None else place if keep_cursor else 0
            target = max(0, min(wanted, count.n - 1))
            top = max(0, min(target - here + moved, count.n - height))
            pages = {
                page: page_of(source, page, count.n, columns)
                for page in range(top // PAGE, (min(top + height, count.n) + PAGE - 1) // PAGE)
            }
            return lambda: self._opened(count, pages, target - place, moved, keep_cursor=keep_cursor)

        self._in_thread(work, "row-table-rows")

    def _opened(
        self, count: Count, pages: Mapping[int, Sequence[Row]], shift: int, moved: int, *, keep_cursor: bool
    ) -> None:
        """Put a generation's first rows in place of the old ones.

        `shift` is how far the cursor's record has moved in the list, `moved` how far the cursor is to move in the view.
        """
        self._opening, self._to_first_from = False, None
        self._pages.replace(pages)
        self._empty_text = self._next_empty_text
        if not keep_cursor:
            self._wanted = ()
        self._count = count
        self._choosing = self._choosing and count.n > 0
        # The cursor may have been moved while the rows were under way: the shift leaves that in force.
        self._cursor = max(0, min(self._cursor + shift, count.n - 1))
        lowest = self._cursor - max(1, self._view_height) + 1
        top = max(lowest, min(self.scroll_offset.y + shift + moved, self._cursor)) if keep_cursor else lowest
        self._resize_virtual()
        self.scroll_to(y=max(0, min(top, self.max_scroll_y)))
        self._after_change()
        self.refresh()
        self.post_message(self.Counted(self, count))

    def _recounted(self, count: Count) -> None:
        if self._count is not None and self._cursor < max(1, count.n):
            self._count = count
            self._resize_virtual()
            self.post_message(self.Counted(self, count))
        else:
            self.reload()  # the cursor's row is gone: rows have changed too

    def _fetch(self) -> None:
        """Ask for one page that the view needs, or else for one beside it; the next is asked for when it has come."""
        source, count = self._source, self._count
        if source is None or count is None or self._opening or self._fetching or self._broken or not count.n:
            return
        page = self._pages.missing(self.scroll_offset.y, max(1, self._view_height), count.n)
        if page is None:
            return
        self._fetching = True
        columns = len(self._columns)

        def work() -> Callable[[], None]:
            rows = page_of(source, page, count.n, columns)
            return lambda: self._fetched(page, rows)

        self._in_thread(work, "row-table-rows")

    def _fetched(self, page: int, rows: Sequence[Row]) -> None:
        self._fetching = False
        self._pages.add(page, rows)
        top = self.scroll_offset.y
        first = max(top, page * PAGE)
        stop = min(top + self._view_height, (page + 1) * PAGE)
        if first < stop:
            self.refresh(Region(0, first - top + HEADER, self._width, stop - first))
        self._after_change()

    def _in_thread(self, work: Callable[[], Callable[[], None]], group: str) -> None:
        """Run `work` in a thread and what it returns in the event loop, unless the generation is over by then."""
        generation = self._generation

        def run() -> None:
            try:
                apply = work()
            except Exception as error:  # noqa: BLE001  # whatever a source raises is told, and must not end the app
                failure = error
                apply = lambda: self._failed(failure)  # noqa: E731  # the same kind of thing as what work returns
            self.post_message(self._Answer(generation, apply))

        self.run_worker(run, group=group, exclusive=True, thread=True, exit_on_error=False)

    @on(_Answer)
    def _take_answer(self, answer: _Answer) -> None:
        if answer.generation == self._generation:
            answer.apply()

    def _failed(self, error: Exception) -> None:
        if self._opening:  # rows of the old source must not pass for the new one's
            self._pages.clear()
            self._count = None
            self._resize_virtual()
            self.refresh()
        self._opening = self._fetching = False
        self._to_first_from = None
        self._broken = True
        self.post_message(self.Failed(self, error))

    # --- the cursor

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._move_to(self._cursor + by)

    def action_page(self, by: int) -> None:
        """Move cursor and view by the height of the view."""
        height = max(1, self._view_height)
        self.scroll_to(y=max(0, min(self.scroll_offset.y + by * height, self.max_scroll_y)))
        self._move_to(self._cursor + by * height)

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self._move_to(0)

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self._move_to(self._count.n - 1 if self._count else 0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rows are chosen only where they can be opened."""
        return self._opens if action == "choose" else super().check_action(action, parameters)

    def action_choose(self) -> None:
        """Choose the row under the cursor; if it has not come yet, or others are to come, as soon as they have."""
        self._choosing = self._opens and (self._count is None or self._awaited or self._count.n > 0)
        self._report()

    def _move_to(self, place: int) -> None:
        place = max(0, min(place, self._count.n - 1 if self._count else place))
        if place == self._cursor:
            return
        old, self._cursor = self._cursor, place
        self._choosing = False
        top, height = self.scroll_offset.y, self._view_height
        if not top <= place < top + height:
            self.scroll_to(y=place if place < top else place - height + 1)
        self._refresh_row(old)
        self._refresh_row(place)
        self._after_move()

    def _after_change(self) -> None:
        """Rows have come, or the view has moved."""
        if self._measure():
            self.refresh()
            self.post_message(self.Fitted(self))
        self._after_move()

    def _after_move(self) -> None:
        """The cursor may be elsewhere."""
        self._place_terminal_cursor()
        self._report()
        self._fetch()

    def _report(self) -> None:
        """Tell the application of another row under the cursor, as soon as its key is known."""
        row = self._pages.row(self._cursor)
        if row is None and self._count is not None and self._count.n:
            return
        key = row.key if row else None
        if key != self._reported:
            self._reported = key
            self.post_message(self.Moved(self, key))
        if self._choosing and key is not None and not self._awaited:
            self._choosing = False
            self.post_message(self.Chosen(self, key))

    def _place_terminal_cursor(self) -> None:
        """Put the terminal's own cursor, hidden as it is, on the cursor's row: braille displays follow it."""
        line = self._cursor - self.scroll_offset.y
        if self.has_focus and 0 <= line < self._view_height:
            self.app.cursor_position = self.content_region.offset + Offset(0, line + HEADER)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row clicked on, a double click chooses it; or tell which heading was."""
        clicked = event.get_content_offset_capture(self)
        if clicked.y < HEADER:
            column = column_at(self._widths, clicked.x - self._margin)
            if column is not None:
                self.post_message(self.HeadingPicked(self, self._columns[column].name))
            return
        place = self.scroll_offset.y + clicked.y - HEADER
        if self._count and self.scroll_offset.y <= place < self._count.n:
            self._move_to(place)
            if event.chain == 2:
                self.action_choose()

    # --- the view

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The view has moved, by whatever way."""
        super().watch_scroll_y(old_value, new_value)
        self._after_change()

    def on_mount(self) -> None:
        """Start with the source given at the beginning."""
        self.vertical_scrollbar.renderer = PlainBar  # type: ignore[misc]  # the way its documentation shows
        self._open(keep_cursor=True)

    def on_resize(self) -> None:
        """Keep the cursor in the view, and fill it."""
        self._wanted = ()
        self._resize_virtual()
        top, height = self.scroll_offset.y, self._view_height
        if height > 0 and not top <= self._cursor < top + height:
            self.scroll_to(y=max(0, self._cursor - height + 1))
        self._after_change()

    def on_focus(self) -> None:
        """Take the terminal's own cursor along."""
        self._place_terminal_cursor()

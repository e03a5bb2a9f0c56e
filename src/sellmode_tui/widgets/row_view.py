"""What is drawn of a table: headings, the rows of the view, or what is said where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sellmode_contract.text import visible_lines
from sellmode_tui.widgets.cells import cells_of, fit
from sellmode_tui.widgets.columns import GAP, Column, Sort, fit_columns, heading
from sellmode_tui.widgets.meanings import MEANINGS
from sellmode_tui.widgets.row_source import Count, Row, RowPages

HEADER = 1
"""Lines for the headings."""
_MARK = 2
"""Cells at the left for the mark of the cursor's row and a row's sign."""


class RowView(ScrollView):
    """The view, of the pages that are there. A row that is not there is drawn blank."""

    ALLOW_SELECT = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-table--header",
        "row-table--cursor",
        "row-table--empty",
        *(f"row-table--{each.name}" for each in MEANINGS),
    }

    DEFAULT_CSS = """
    RowView {
        height: 1fr;
        background: $background;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        & > .row-table--header { color: $foreground; background: $panel; text-style: bold underline; }
        & > .row-table--cursor { text-style: bold; }
        &:focus > .row-table--cursor { text-style: reverse; }
        & > .row-table--empty { color: $foreground; background: $background; }
    }
    """ + "".join(f"RowView > .row-table--{each.name} {{ color: {each.style}; }}\n" for each in MEANINGS)

    virtual_size = Reactive(Size(0, 0))
    """Of all rows. The scrollbar is always there, so that their number lays nothing out anew."""

    def __init__(
        self,
        columns: Sequence[Column],
        sort: Sort | None,
        empty_text: str,
        *,
        id: str | None,
        classes: str | None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._sort = sort
        self._empty_text = empty_text
        self._marks: frozenset[str] | None = None  # None: rows of this table are not marked
        self._count: Count | None = None  # None: the first source has not answered yet
        self._pages = RowPages()
        self._cursor = 0
        self._wanted: tuple[int, ...] = ()  # cells that each column's texts take, of the rows that were in view

    @property
    def marks(self) -> frozenset[str]:
        """Keys of the rows that bear a mark. Once set, be it to none, there is room for marks."""
        return self._marks or frozenset()

    @marks.setter
    def marks(self, marks: frozenset[str]) -> None:
        if marks != self._marks:
            self._marks = marks
            self.refresh()

    def _scroll_to(self, x: float | None = None, y: float | None = None, **how: Any) -> bool:
        """Where all ways of scrolling meet: go there at once, never animated, whatever is asked for.

        Forced, because whether there is anything to scroll is otherwise only known after the next layout.
        """
        return super()._scroll_to(x, y, **{**how, "animate": False, "force": True})

    @property
    def _width(self) -> int:
        """Cells for headings and rows, beside the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def _widths(self) -> dict[int, int]:
        """The columns that have room, with their widths."""
        return fit_columns(self._columns, self._width - self._margin, self._wanted)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Headings and texts of what the row under the cursor has no room for."""
        row, widths = self._pages.row(self._cursor), self._widths
        if row is None:
            return []
        return [
            (column.heading, text)
            for place, (column, text) in enumerate(zip(self._columns, row.cells, strict=True))
            if text.strip() and cells_of(text) > widths.get(place, 0)
        ]

    def _measure(self) -> bool:
        """Whether the rows in the view want wider columns than those before them. Columns do not become narrower while
        one goes through a list, so that they do not waver.
        """
        if self._count is None:
            return False
        top = self.scroll_offset.y
        places = range(top, min(top + max(0, self._view_height), self._count.n))
        rows = [row.cells for place in places if (row := self._pages.row(place)) is not None]
        headings = [cells_of(column.heading) + 2 * self._sorts_by(column) for column in self._columns]
        wanted = tuple(
            max(before, heading, *(cells_of(text) for text in texts))
            for before, heading, *texts in zip(self._wanted or headings, headings, *rows, strict=True)
        )
        wider, self._wanted = wanted != self._wanted, wanted
        return wider

    def _sorts_by(self, column: Column) -> bool:
        return self._sort is not None and self._sort.column == column.name

    @property
    def _view_height(self) -> int:
        """Lines for rows."""
        return self.scrollable_content_region.height - HEADER

    def _resize_virtual(self) -> None:
        self.virtual_size = Size(self._width, (self._count.n if self._count else 0) + HEADER)
        self._scroll_update(self.virtual_size)

    def _refresh_row(self, place: int) -> None:
        line = place - self.scroll_offset.y
        if 0 <= line < self._view_height:
            self.refresh(Region(0, line + HEADER, self._width, 1))

    def render_line(self, y: int) -> Strip:
        """One line of the view: the headings, a row, or part of what is said of an empty list."""
        width = self._width
        if y < HEADER:
            return self._line(self._header(), "row-table--header")
        if self._count is not None and not self._count.n:
            return self._line(self._empty_line(y - HEADER, width), "row-table--empty")
        place = self.scroll_offset.y + y - HEADER
        row = self._pages.row(place)
        at_cursor = place == self._cursor and self._count is not None
        return self._row_line(row, self._row_cells(row, at_cursor=at_cursor), at_cursor=at_cursor)

    def _row_line(self, row: Row | None, cells: Sequence[str], *, at_cursor: bool) -> Strip:
        """A row; the sign and the first cell in the colour of what it means."""
        component = "row-table--cursor" if at_cursor else None
        line = self._line((" " * GAP).join(cells), component)
        if row is None or row.meaning is None:
            return line
        meant = Style(color=self.get_component_rich_style(f"row-table--{row.meaning.name}").color)
        first, rest = line.divide([cell_len(cells[0]), line.cell_length])
        return Strip.join([Strip(Segment.apply_style(first, post_style=meant)), rest])

    def _line(self, text: str, component: str | None) -> Strip:
        """One segment: a line in one style costs the fewest bytes."""
        style = self.get_component_rich_style(component) if component else self.rich_style
        width = self._width
        return Strip([Segment(text, style)]).adjust_cell_length(width, style)

    @property
    def _margin(self) -> int:
        """Cells before the first column."""
        return _MARK if self._marks is None else 2 * _MARK

    def _header(self) -> str:
        """The headings."""
        return " " * self._margin + (" " * GAP).join(
            heading(self._columns[place], cells, self._sort) for place, cells in self._widths.items()
        )

    def _row_cells(self, row: Row | None, *, at_cursor: bool) -> Sequence[str]:
        """A row's cells, marks before the first; blank, but for the cursor, if it has not come yet."""
        marks = (">" if at_cursor else " ") + (row.meaning.sign if row is not None and row.meaning else " ")
        if self._marks is not None:
            marks += ("*" if row is not None and row.key in self._marks else "").ljust(_MARK)
        if row is None:
            return [marks]
        first, *others = (
            fit(row.cells[place], cells, self._columns[place].justify) for place, cells in self._widths.items()
        )
        return [marks + first, *others]

    def _empty_line(self, line: int, width: int) -> str:
        """A line of what is said where there are no rows."""
        text = "\n".join(visible_lines(self._empty_text))
        lines = Content(text).wrap(max(1, width - _MARK)) if text else []
        return " " * _MARK + (lines[line].plain if line < len(lines) else "")

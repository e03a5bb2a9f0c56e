"""The text of an area of several lines, kept as it is: Textual's own changes line ends, and ends lines where we do not.

The lines that are asked for are those that are drawn, of as many characters as those that are kept, so that what is
measured and wrapped is what is seen.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from textual.document._document import Document, EditResult
from textual.document._wrapped_document import WrappedDocument
from textual.expand_tabs import expand_tabs_inline
from textual.widgets.text_area import Location

from sellmode_tui.widgets.drawn import Drawn, drawn

_OTHER_ENDS = re.compile(r"(?<!\r)\n|\r(?!\n)")


class KeptDocument(Document):
    """Lines end at LF, or at CR LF if all of them do; any other line end is a character of its line."""

    def __init__(self, text: str) -> None:
        super().__init__("")
        self._newline = "\r\n" if "\r\n" in text and not _OTHER_ENDS.search(text) else "\n"
        self._lines = text.split(self._newline)
        self._drawn = self._draw(self._lines)

    def _draw(self, lines: list[str]) -> list[Drawn]:
        return [drawn(line, tabs=True) for line in lines]

    @property
    def lines(self) -> list[str]:
        """The lines as they are drawn."""
        return [line.text for line in self._drawn]

    def __getitem__(self, line_index: int | slice) -> str | list[str]:  # type: ignore[override]  # overloads of its base
        """One or several of them."""
        return self.lines[line_index] if isinstance(line_index, slice) else self._drawn[line_index].text

    def drawn(self, row: int) -> Drawn:
        """A line as it is drawn, with the places where the cursor may stand."""
        return self._drawn[row]

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        """Put a text in the place of what stands between two locations."""
        (top, left), (bottom, right) = sorted((start, end))
        replaced = self.get_text_range((top, left), (bottom, right))
        before = self._lines[top][:left] if top < len(self._lines) else ""
        after = self._lines[bottom][right:] if bottom < len(self._lines) else ""
        put = re.split("\r?\n" if self._newline == "\r\n" else "\n", text)
        last = len(put[-1]) + (len(before) if len(put) == 1 else 0)
        put[0] = before + put[0]
        put[-1] += after
        self._lines[top : bottom + 1] = put
        self._drawn[top : bottom + 1] = self._draw(put)
        return EditResult((top + len(put) - 1, last), replaced)


class WrappedLines(WrappedDocument):
    """The lines in the width there is, none of them broken within what is drawn as one."""

    def __init__(self, document: KeptDocument, tab_width: int) -> None:
        self._kept = document
        super().__init__(document, tab_width=tab_width)

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        """Wrap all lines."""
        super().wrap(width, tab_width)
        self._break_between()

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        """Wrap the lines that an edit has changed."""
        super().wrap_range(start, old_end, new_end)
        self._break_between()

    def _break_between(self) -> None:
        for row, breaks in enumerate(self._wrap_offsets):
            line = self._kept.drawn(row)
            for number, place in enumerate(breaks):
                earliest = breaks[number - 1] if number else 0
                breaks[number] = line.before(place) if line.before(place) > earliest else place

    def get_target_document_column(self, line_index: int, x_offset: int, y_offset: int) -> int:
        """The place in a line that a cell of one of its rows belongs to."""
        row = line_index % self._kept.line_count
        sections = self.get_sections(row)
        begins = sum(map(len, sections[:y_offset]))
        section = sections[y_offset]
        ends = begins + len(section)
        places = [place for place in self._kept.drawn(row).stops if begins <= place <= ends]
        if y_offset not in (-1, len(sections) - 1):
            places = [place for place in places if place < ends]  # the end is the beginning of the next row
        found = begins
        for place in places:
            if cell_len(expand_tabs_inline(section[: place - begins], self._tab_width)) > x_offset:
                break
            found = place
        return found

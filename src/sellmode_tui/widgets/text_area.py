"""A few lines to type into: quiet, and safe to draw whatever is pasted into them."""

from __future__ import annotations

import re

from rich.text import Text
from textual import events
from textual.document._document_navigator import DocumentNavigator
from textual.dom import DOMNode
from textual.reactive import WatchCallbackType  # type: ignore[attr-defined]  # it is there for annotations
from textual.widgets import TextArea
from textual.widgets.text_area import Location, Selection

from sellmode_tui.widgets.drawn import Drawn, DrawnText
from sellmode_tui.widgets.kept_document import KeptDocument, WrappedLines

_LINE_END = re.compile("\r\n?")


class PlainTextArea(TextArea):
    """A text of several lines without border or blinking. What it holds is never changed by how it is drawn."""

    DEFAULT_CSS = """
    PlainTextArea {
        padding: 0 1;
        background: $surface;
        scrollbar-size-vertical: 1;
        &:focus { background: $surface-lighten-1; border: none; background-tint: 0%; }
    }
    """

    def __init__(self, text: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(text, placeholder=placeholder, compact=True, highlight_cursor_line=False, id=id)
        self.cursor_blink = False

    def watch(self, obj: DOMNode, attribute_name: str, callback: WatchCallbackType, init: bool = True) -> None:
        """Watch nothing of the app: it would hold this widget, with what is typed, after its page has gone."""
        if obj is not self.app:
            super().watch(obj, attribute_name, callback, init)

    def _set_document(self, text: str, language: str | None) -> None:  # noqa: ARG002  # Textual's signature
        document = KeptDocument(text)
        self.document = document
        self.wrapped_document = WrappedLines(document, self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()

    def _drawn(self, row: int) -> Drawn:
        assert isinstance(self.document, KeptDocument)  # noqa: S101  # `_set_document` sets no other
        return self.document.drawn(row)

    def get_line(self, line_index: int) -> Text:
        """What is drawn: a mark for every character that a terminal would obey or not draw."""
        return DrawnText(self._drawn(line_index))

    def _validate_selection(self, selection: Selection) -> Selection:
        """Keep the cursor out of what is drawn as one."""
        start, end = super()._validate_selection(selection)
        before = self.selection
        return Selection(self._stop(start, before.start), self._stop(end, before.end))

    def _stop(self, place: Location, come_from: Location) -> Location:
        row, column = place
        line = self._drawn(row)
        return row, line.towards(column, come_from[1]) if row == come_from[0] else line.before(column)

    def action_delete_left(self) -> None:
        """Delete the character before the cursor: a mark, or a whole emoji."""
        row, column = self.cursor_location
        if self.selection.is_empty and column:
            self._delete_via_keyboard((row, column), (row, self._drawn(row).deleted_left(column)))
        else:
            super().action_delete_left()

    def action_delete_right(self) -> None:
        """Delete what the cursor stands on, with its marks."""
        row, column = self.cursor_location
        line = self._drawn(row)
        if self.selection.is_empty and column < len(line.text):
            self._delete_via_keyboard((row, column), (row, line.after(column + 1)))
        else:
            super().action_delete_right()

    async def _on_paste(self, event: events.Paste) -> None:
        """Terminals end the lines of a paste as they like; Textual inserts it after this."""
        event.text = with_line_feeds(event.text)

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Whether a key types something: a key of the app that does is not offered meanwhile."""
        return super().check_consume_key(key, character) or key in ("slash", "question_mark")


def with_line_feeds(text: str) -> str:
    """A text as an area holds it."""
    return _LINE_END.sub("\n", text)

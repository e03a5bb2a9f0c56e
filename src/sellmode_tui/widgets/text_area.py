"""A few lines to type into: quiet, and safe to draw whatever is pasted into them."""

from __future__ import annotations

from rich.text import Text
from textual.dom import DOMNode
from textual.reactive import WatchCallbackType  # type: ignore[attr-defined]  # it is there for annotations
from textual.widgets import TextArea

from sellmode_tui.widgets.text_field import is_plain


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

    def __init__(
        self, text: str = "", *, placeholder: str = "", ascii_only: bool = False, id: str | None = None
    ) -> None:
        self._hidden = "?" if ascii_only else "\ufffd"  # before TextArea, which may ask for lines at once
        super().__init__(text, placeholder=placeholder, compact=True, highlight_cursor_line=False, id=id)
        self.cursor_blink = False

    def watch(self, obj: DOMNode, attribute_name: str, callback: WatchCallbackType, init: bool = True) -> None:
        """Watch nothing of the app: it would hold this widget, with what is typed, after its page has gone."""
        if obj is not self.app:
            super().watch(obj, attribute_name, callback, init)

    def get_line(self, line_index: int) -> Text:
        """What is drawn: a mark for every character that a terminal would obey or not draw."""
        line = self.document.get_line(line_index)
        shown = "".join(each if each == "\t" or is_plain(each) else self._hidden for each in line)
        return Text(shown, end="", no_wrap=True)

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Whether a key types something: a key of the app that does is not offered meanwhile."""
        return super().check_consume_key(key, character) or key in ("slash", "question_mark")

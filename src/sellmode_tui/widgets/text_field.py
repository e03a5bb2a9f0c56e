"""A line to type into: quiet, of one line, and safe to draw whatever is pasted into it."""

from __future__ import annotations

import unicodedata

from rich.text import Text
from textual.widgets import Input

from sellmode_contract.text import visible


class TextField(Input):
    """A text input of one line without border or blinking. What it holds is never changed by how it is drawn."""

    DEFAULT_CSS = """
    TextField {
        width: 1fr;
        background: $surface;
        &:focus { background: $surface-lighten-1; background-tint: 0%; }
    }
    """

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        secret: bool = False,
        ascii_only: bool = False,
        id: str | None = None,
    ) -> None:
        """A `secret` field shows marks instead of characters, and lets nothing be copied out of it."""
        self._mark = "*" if secret and ascii_only else "•"  # both before Input, which measures what is drawn
        self._hidden = "?" if ascii_only else "�"
        super().__init__(value, placeholder=placeholder, password=secret, select_on_focus=False, compact=True, id=id)
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        """What is drawn: a mark for every character that a terminal would obey or not draw."""
        if self.password:
            shown = self._mark * len(self.value)
        else:
            shown = "".join(character if is_plain(character) else self._hidden for character in self.value)
        return Text(shown, no_wrap=True, overflow="ignore", end="")

    def on_resize(self) -> None:
        """A field may have the focus before it has a place."""
        self.keep_terminal_cursor()

    def keep_terminal_cursor(self) -> None:
        """Have the terminal's own cursor follow where the field was moved to; drawing takes it there."""
        if self.has_focus and self.app.cursor_position != self.cursor_screen_offset:
            self.app.cursor_position = self.cursor_screen_offset
            self.refresh()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key types something: a key of the app that does is not offered meanwhile."""
        return super().check_consume_key(key, character) or key in ("slash", "question_mark")

    def action_copy(self) -> None:
        """Copy what is selected, unless it is secret."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut what is selected, unless it is secret."""
        if not self.password:
            super().action_cut()


def is_plain(character: str) -> bool:
    """Whether a character can be drawn as it is."""
    return visible(character) == character or unicodedata.category(character)[0] == "M"

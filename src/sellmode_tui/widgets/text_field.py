"""A line to type into: quiet, of one line, and safe to draw whatever is pasted into it."""

from __future__ import annotations

import re
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input
from textual.widgets.input import Selection

from sellmode_tui.widgets.drawn import Drawn, DrawnText, drawn
from sellmode_tui.widgets.typing_history import TypingHistory

_LINE_ENDS = re.compile("[\r\n]+")


class TextField(Input):
    """A text input of one line without border or blinking. What it holds is never changed by how it is drawn."""

    BINDING_GROUP_TITLE = "Text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "undo_typing", "Undo typing", show=False, id="text.undo"),
        Binding("ctrl+y", "redo_typing", "Redo typing", show=False, id="text.redo"),
    ]

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
        id: str | None = None,
    ) -> None:
        """A `secret` field shows marks instead of characters, and lets nothing be copied out of it."""
        self._last: tuple[str, Drawn] | None = None  # before Input, which measures what is drawn
        self._history = TypingHistory()
        super().__init__(value, placeholder=placeholder, password=secret, select_on_focus=False, compact=True, id=id)
        self.cursor_blink = False

    @property
    def _line(self) -> Drawn:
        """What is drawn: a mark for every character that a terminal would obey or not draw."""
        if self.password:
            return Drawn("•" * len(self.value), range(len(self.value) + 1), frozenset())
        if self._last is None or self._last[0] != self.value:
            self._last = self.value, drawn(self.value)
        return self._last[1]

    @property
    def _value(self) -> Text:
        return DrawnText(self._line)

    def cells_before(self, place: int) -> int:
        """Cells that what stands before a place takes as it is drawn."""
        return self._line.cells(place)

    def _position_to_cell(self, position: int) -> int:
        return self.cells_before(position)

    def _cell_offset_to_index(self, offset: int) -> int:
        return self._line.at_cell(offset + self.scroll_offset.x)

    def validate_selection(self, selection: Selection) -> Selection:
        """Keep the cursor out of what is drawn as one."""
        start, end = super().validate_selection(selection)
        before = self.selection
        return Selection(self._line.towards(start, before.start), self._line.towards(end, before.end))

    def action_delete_left(self) -> None:
        """Delete the character before the cursor: a mark, or a whole emoji."""
        if self.selection.is_empty:
            self.delete(self._line.deleted_left(self.cursor_position), self.cursor_position)
        else:
            self.delete_selection()

    def action_delete_right(self) -> None:
        """Delete what the cursor stands on, with its marks."""
        if self.selection.is_empty:
            self.delete(self.cursor_position, self._line.after(self.cursor_position + 1))
        else:
            self.delete_selection()

    def _on_paste(self, event: events.Paste) -> None:
        """Several lines become one."""
        event.prevent_default()
        event.stop()
        if text := one_line(event.text):
            self.replace(text, *self.selection)

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

    def watch_value(self, before: str, after: str) -> None:
        """Remember what can be undone: neither what it began with nor anything secret."""
        if self.is_running and not self.password and before != after:
            self._history.note(before, after)

    def action_undo_typing(self) -> None:
        """The text as it was before what was typed last."""
        self._set(self._history.undo(self.value))

    def action_redo_typing(self) -> None:
        """The text as it was before it was undone."""
        self._set(self._history.redo(self.value))

    def _set(self, text: str) -> None:
        history, self._history = self._history, TypingHistory()  # this is no change of its own
        self.value = text
        self._history = history
        self.action_end()

    def action_copy(self) -> None:
        """Copy what is selected, unless it is secret."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut what is selected, unless it is secret."""
        if not self.password:
            super().action_cut()


def one_line(text: str) -> str:
    """A text as a line holds it."""
    return _LINE_ENDS.sub(" ", text.strip("\r\n"))

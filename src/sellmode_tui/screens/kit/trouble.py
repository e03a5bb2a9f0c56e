"""A paragraph of a page that says what is wrong, or what is under way."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.widgets.meanings import ERROR
from sellmode_tui.widgets.text_field import TextField


class Trouble(Static):
    """What is wrong, or what is under way: a paragraph that takes no room while there is nothing to say."""

    def __init__(self, text: str = "") -> None:
        super().__init__(classes="form-trouble")
        self._text = text

    def on_mount(self) -> None:
        """Show the first text."""
        self.say(self._text)

    def say(self, text: str, *, wrong: bool = True) -> None:
        """Say it; what is wrong begins with a mark."""
        self._text = text
        self.display = bool(text)
        shown = visible(text)
        self.update(ERROR.marked(shown) if wrong else Content(shown))
        self.call_after_refresh(self._keep_terminal_cursor)  # a paragraph more or less moves the field that is typed in

    def _keep_terminal_cursor(self) -> None:
        for field in self.screen.query(TextField) if self.is_attached else ():
            field.keep_terminal_cursor()

    @property
    def text(self) -> str:
        """What is said."""
        return self._text

"""The lines in which an answer is typed. Enter sends it."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message

from sellmode_tui.widgets.text_area import PlainTextArea

_MOST: Final = 5
"""Lines that it has at most."""


class AnswerArea(PlainTextArea):
    """As high as what is typed, within bounds."""

    BINDING_GROUP_TITLE = "Answer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", priority=True, tooltip="Send what is typed", id="answer.send"),
        Binding(
            "ctrl+j,alt+enter,shift+enter",
            "line",
            "New line",
            key_display="Ctrl+J",
            show=False,
            priority=True,
            tooltip="Begin a new line",
            id="answer.line",
        ),
    ]

    DEFAULT_CSS = "AnswerArea { height: 1; }"

    class Sent(Message):
        """It is to be sent."""

    def action_send(self) -> None:
        """Have it sent."""
        self.post_message(self.Sent())

    def action_line(self) -> None:
        """Begin a new line."""
        self.insert("\n")

    def put_in(self, text: str) -> None:
        """Put a text where the cursor is, apart from what stands before it."""
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        self.insert(f" {text}" if before and not before[-1].isspace() else text)

    def fit(self) -> None:
        """Be as high as what is typed."""
        self.styles.height = max(1, min(_MOST, self.wrapped_document.height))

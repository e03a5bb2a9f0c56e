"""What is shown where nothing else would fit."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from sellmode_tui.language import tr
from sellmode_tui.screens.kit.app_page import AppPage
from sellmode_tui.widgets.text_area import PlainTextArea, with_line_feeds
from sellmode_tui.widgets.text_field import TextField, one_line

WIDTH: Final = 60
HEIGHT: Final = 16
"""Columns and lines below which nothing else is shown."""


class TooSmallScreen(AppPage[None]):
    """Asks for a larger window. What is typed meanwhile goes where it would have gone."""

    DEFAULT_CSS = "TooSmallScreen { background: $background; }"

    def compose(self) -> ComposeResult:
        """One sentence."""
        needs = tr(
            "This window is too small: Sellmode needs {columns} columns and {lines} lines.", columns=WIDTH, lines=HEIGHT
        )
        yield Static(Content(needs))

    def on_key(self, event: events.Key) -> None:
        """A character for a field, which is no command then."""
        if event.character is not None and event.is_printable:
            self._type(event, event.character)

    def on_paste(self, event: events.Paste) -> None:
        """A text for a field."""
        self._type(event, event.text)

    def _type(self, event: events.Event, text: str) -> None:
        stack = self.app.screen_stack
        below = stack[stack.index(self) - 1] if self in stack else stack[-1]  # the window may have grown meanwhile
        match below.focused:
            case TextField() as field:
                field.replace(one_line(text), *field.selection)
            case PlainTextArea() as area:
                area.replace(with_line_feeds(text), *area.selection)
            case _:
                return
        event.stop()

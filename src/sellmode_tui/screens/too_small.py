"""What is shown where nothing else would fit."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from sellmode_tui.screens.app_page import AppPage

WIDTH: Final = 60
HEIGHT: Final = 16
"""Columns and lines below which nothing else is shown."""


class TooSmallScreen(AppPage[None]):
    """Asks for a larger window."""

    DEFAULT_CSS = "TooSmallScreen { background: $background; }"

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield Static(Content(f"This window is too small: Sellmode needs {WIDTH} columns and {HEIGHT} lines."))

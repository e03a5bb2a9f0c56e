"""What the pages share on which a person proves who they are."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from sellmode_tui.widgets.text_field import TextField

CSS = """
    {name} {{
        align: center middle;
        background: $background;
        .form {{ width: 64; max-width: 100%; height: auto; max-height: 100%; padding: 0 1; }}
        .form-title {{ text-style: bold; height: auto; margin-bottom: 1; }}
        .form-said {{ height: auto; color: $text-muted; }}
        .form-trouble {{ height: auto; margin-top: 1; color: $foreground; }}
        .form-keys {{ height: auto; margin-top: 1; color: $text-muted; }}
        LabelledField {{ height: 1; margin-bottom: 1; }}
        LabelledField > Static {{ width: 16; color: $text-muted; }}
    }}
"""
"""For the DEFAULT_CSS of such a page, with its name put in."""


class LabelledField(Horizontal):
    """A field with its label."""

    def __init__(self, label: str, field: TextField) -> None:
        super().__init__()
        self._label = label
        self.field = field

    def compose(self) -> ComposeResult:
        """Label and field."""
        yield Static(Content(self._label))
        yield self.field


class Form(Vertical):
    """The middle of the page."""

    def __init__(self) -> None:
        super().__init__(classes="form")

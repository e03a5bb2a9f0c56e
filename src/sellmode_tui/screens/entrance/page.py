"""What the pages share on which a person proves who they are."""

from __future__ import annotations

from abc import abstractmethod

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.language import marked
from sellmode_tui.widgets.status_line import Status, StatusLine
from sellmode_tui.widgets.text_field import TextField

CSS = """
    {name} {{
        background: $background;
        .entrance {{ height: 1fr; align: center middle; }}
        .form {{ width: 64; max-width: 100%; height: auto; max-height: 100%; padding: 0 1; }}
        .form-title {{ text-style: bold; height: auto; margin-bottom: 1; }}
        .form-said {{ height: auto; color: $text-muted; }}
        .form-trouble {{ height: auto; margin-top: 1; color: $foreground; }}
        LabelledField {{ height: 1; margin-bottom: 1; }}
        LabelledField > Static {{ width: 16; color: $text-muted; }}
        StatusLine {{ margin-bottom: 1; }}
        .form-banner {{ dock: top; height: auto; padding: 0 1; color: $text-muted; }}
    }}
"""
"""For the DEFAULT_CSS of such a page, with its name put in."""


class EntrancePage(Screen[None]):
    """A page on which a person proves who they are. Its last lines are as on every page."""

    @property
    @abstractmethod
    def server(self) -> str:
        """The server that is to let them in; empty while none is named."""

    def __init__(self, banner: str = "") -> None:
        """`banner`: what the terminal's settings want said here."""
        super().__init__()
        self._banner = banner

    def compose_foot(self) -> ComposeResult:
        """What is to be said here, and how the line to the server stands."""
        if self._banner:
            yield Static(Content(visible(self._banner)), classes="form-banner")
        line = StatusLine(Status(marked("CONNECTING")))
        line.visible = False
        yield line

    def show_line(self, status: Status | None) -> None:
        """Say how the line stands; nothing of no server."""
        for line in self.query(StatusLine):
            line.visible = status is not None  # its place stays: nothing on the page moves
            if status is not None:
                line.status = status


class KeysSaid(Static):
    """What the keys of the page do, as ``("f9", "F9 switches user")``; a click on one presses it."""

    DEFAULT_CSS = """
    KeysSaid {
        height: auto; margin-top: 1; color: $text-muted;
        link-color: $text-muted; link-background: transparent; link-style: none; link-style-hover: bold;
    }
    """

    def __init__(self, *keys: tuple[str, str]) -> None:
        super().__init__()
        self.say(*keys)

    def say(self, *keys: tuple[str, str]) -> None:
        """Say what they do now."""
        self.update(
            Content(" · ").join(
                Content.styled(text, Style.from_meta({"@click": f"app.simulate_key('{key}')"})) for key, text in keys
            )
        )


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

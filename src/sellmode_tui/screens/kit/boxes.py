"""Small pages over a screen, which Escape closes."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from sellmode_tui.screens.kit.app_page import AppPage, Result
from sellmode_tui.widgets.scrollbar import PlainBar


class Box(ModalScreen[Result], AppPage[Result]):
    """A box in the middle of the screen, as plain as a sheet of paper."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", key_display="Esc", show=False, id="box.close"),
    ]

    DEFAULT_CSS = """
    Box {
        align: center middle;
        background: $background 70%;
        & > .box {
            width: 80;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 1 2;
            background: $surface;
            color: $foreground;
        }
        .box-title { text-style: bold; height: auto; margin-bottom: 1; }
        .box-foot { color: $text-muted; height: auto; margin-top: 1; }
        OptionList {
            height: auto; max-height: 10; border: none; padding: 0; background: $surface;
            scrollbar-size-vertical: 1;
            &:focus { border: none; background-tint: 0%; }
            & > .option-list--option-highlighted { background: $surface; color: $foreground; text-style: bold; }
            &:focus > .option-list--option-highlighted {
                background: $surface; color: $foreground; text-style: reverse;
            }
        }
    }
    """

    def action_close(self) -> None:
        """Close without a result."""
        self.end()


class TextBox(Box[None]):
    """A text to read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "close", "Close", show=False, id="box.done"),
    ]

    DEFAULT_CSS = """
    TextBox VerticalScroll { scrollbar-size-vertical: 1; height: auto; max-height: 1fr; background: $surface; }
    TextBox VerticalScroll > Static { height: auto; }
    """

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """Title, how to leave, text."""
        with VerticalScroll(classes="box"):
            yield Static(Content.assemble(self._title, ("   Esc closes", "not bold $text-muted")), classes="box-title")
            yield Static(self._text)

    def on_mount(self) -> None:
        """Let the keys scroll."""
        scroll = self.query_one(VerticalScroll)
        scroll.vertical_scrollbar.renderer = PlainBar  # type: ignore[misc]  # the way its documentation shows
        scroll.focus()

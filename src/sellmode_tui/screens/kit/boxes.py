"""Dialogs: a framed box over the dimmed page, with a button for each key that it takes. Escape closes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from sellmode_tui.language import tr
from sellmode_tui.screens.kit.app_page import AppPage, Result
from sellmode_tui.widgets.press import Press
from sellmode_tui.widgets.scrollbar import PlainBar

_AROUND = 6
"""Lines of a box around what scrolls in it."""
_BESIDE = 6
"""Cells of a line that frame, padding and scrollbar take."""
_WIDEST = 80
"""Cells that a box has at most."""
_GAP = 2
"""Cells between two buttons."""


class BoxButton(Press):
    """A button that does what a key of its box does, and names that key."""

    DEFAULT_CSS = "BoxButton { margin-right: 2; }"

    def __init__(self, key: str, label: str, do: Callable[[], object]) -> None:
        super().__init__(f"{key} {label}")
        self._do = do

    def action_press(self) -> None:
        """Do it."""
        self._do()


class BoxButtons(Horizontal):
    """The buttons of a box: beside one another, or where there is no room for that each in a line of its own."""

    DEFAULT_CSS = """
    BoxButtons { height: 1; margin-top: 1; &.-stacked { layout: vertical; height: auto; } }
    """

    def on_resize(self, event: events.Resize) -> None:
        """Look whether there is room."""
        wanted = sum(button.get_content_width(event.container_size, event.size) + _GAP for button in self.children)
        self.set_class(wanted - _GAP > event.size.width, "-stacked")


class Box(ModalScreen[Result], AppPage[Result]):
    """A dialog in the middle of the screen."""

    BINDING_GROUP_TITLE = "Dialog"
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
            padding: 0 1;
            border: round $primary;
            background: $surface;
            color: $foreground;
        }
        .box-title { text-style: bold; height: auto; margin-bottom: 1; }
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

    def compose_buttons(self, *buttons: tuple[str, str, Callable[[], object]]) -> ComposeResult:
        """The last line: of each button its key, what it does in a word, and the action."""
        with BoxButtons(classes="box-buttons"):
            for key, label, do in buttons:
                yield BoxButton(key, label, do)


class TextBox(Box[None]):
    """A text to read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "close", "Close", show=False, id="box.done"),
    ]

    DEFAULT_CSS = """
    TextBox VerticalScroll { scrollbar-size-vertical: 1; height: auto; background: $surface; }
    TextBox VerticalScroll > Static { height: auto; }
    """

    def __init__(self, title: str, text: Callable[[int], Content]) -> None:
        """``text`` for so many cells."""
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """Title, text, how to leave."""
        with Vertical(classes="box"):
            yield Static(Content(self._title), classes="box-title")
            with VerticalScroll():
                yield Static()
            yield from self.compose_buttons(("Esc", tr("Close"), self.action_close))

    def on_mount(self) -> None:
        """Let the keys scroll."""
        scroll = self.query_one(VerticalScroll)
        scroll.vertical_scrollbar.renderer = PlainBar  # type: ignore[misc]  # the way its documentation shows
        scroll.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Set the text for the width; frame, title and button stay on the screen."""
        super().on_resize(event)
        scroll = self.query_one(VerticalScroll)
        scroll.styles.max_height = max(1, self.app.size.height - _AROUND)
        scroll.query_one(Static).update(self._text(min(_WIDEST, self.app.size.width) - _BESIDE))

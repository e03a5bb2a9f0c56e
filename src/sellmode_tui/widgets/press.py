"""Something to press, of one line and without a border."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from sellmode_contract.text import visible


class Press(Widget, can_focus=True):
    """Does one thing when Enter, Space or the mouse presses it."""

    ALLOW_SELECT = False
    BINDING_GROUP_TITLE = "Button"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", "Press", show=False, id="press.press"),
    ]

    DEFAULT_CSS = """
    Press { height: 1; width: auto; color: $foreground; &:focus { text-style: reverse; } }
    """

    class Pressed(Message):
        """It was pressed."""

        def __init__(self, press: Press) -> None:
            self.press = press
            super().__init__()

        @property
        def control(self) -> Press:
            """The widget."""
            return self.press

    def __init__(self, label: str, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._label = label

    def action_press(self) -> None:
        """Press it."""
        self.post_message(self.Pressed(self))

    def on_click(self) -> None:
        """Press it."""
        self.action_press()

    def render(self) -> Content:
        """The label in brackets."""
        return Content(f"[ {visible(self._label)} ]")

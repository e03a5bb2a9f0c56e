"""A question before something is lost."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.screens.kit.boxes import Box


class ConfirmBox(Box[bool]):
    """Ends with True if the person wants it."""

    BINDING_GROUP_TITLE = "Question"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", show=False, tooltip="Yes, do it", id="confirm.yes"),
        Binding("n", "close", "No", show=False, tooltip="No, leave it", id="confirm.no"),
    ]

    def __init__(self, question: str, yes: str, no: str) -> None:
        """`yes` and `no` say what the two answers do: "Discard", "Keep editing"."""
        super().__init__()
        self._question = question
        self._keys = f"y {yes}, Esc {no}"

    def compose(self) -> ComposeResult:
        """Question and keys."""
        with Vertical(classes="box"):
            yield Static(Content(visible(self._question)), classes="box-title")
            yield Static(Content(self._keys), classes="box-foot")

    def action_yes(self) -> None:
        """It is wanted."""
        self.end(True)


def discarding() -> ConfirmBox:
    """Asks everywhere whether to discard what was typed."""
    return ConfirmBox("Discard changes?", "Discard", "Keep editing")

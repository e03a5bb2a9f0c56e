"""The dialog for every question that is answered with yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.text import visible
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.screens.kit.boxes import Box, BoxButton


class ConfirmBox(Box[bool]):
    """Ends with True if the person wants it. Enter answers no, until the other button has the focus."""

    BINDING_GROUP_TITLE = "Question"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", show=False, tooltip="Yes, do it", id="confirm.yes"),
        Binding("n", "close", "No", show=False, tooltip="No, leave it", id="confirm.no"),
        Binding("right,down", "app.focus_next", "Next button", show=False, id="confirm.next"),
        Binding("left,up", "app.focus_previous", "Previous button", show=False, id="confirm.before"),
    ]

    DEFAULT_CSS = """
    ConfirmBox {
        & > .box { width: 60; }
        .box-buttons { align-horizontal: right; }
    }
    """

    def __init__(self, question: str, yes: str, no: str = marked("Cancel"), *, told: Sequence[str] = ()) -> None:
        """`yes` and `no` say what the two answers do: "Discard", "Keep editing"; `told` is to be known first."""
        super().__init__()
        self._question = question
        self._told = told
        self._answers = yes, no

    def compose(self) -> ComposeResult:
        """Question and answers."""
        yes, no = self._answers
        with Vertical(classes="box"):
            yield Static(Content(visible(self._question)), classes="box-title")
            for sentence in self._told:
                yield Static(Content(visible(sentence)))
            yield from self.compose_buttons(("y", yes, self.action_yes), ("Esc", trd(no), self.action_close))

    def on_mount(self) -> None:
        """Nothing is lost by an Enter too many."""
        self.query(BoxButton).last().focus()

    def action_yes(self) -> None:
        """It is wanted."""
        self.end(True)


def discarding(told: Sequence[str] = ()) -> ConfirmBox:
    """Asks everywhere whether to discard what was typed; `told` is where, if that cannot be seen."""
    return ConfirmBox(tr("Discard changes?"), tr("Discard"), tr("Keep editing"), told=told)

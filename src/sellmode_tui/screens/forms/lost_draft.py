"""A draft that cannot be saved any more."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from sellmode_contract.text import visible, visible_lines
from sellmode_tui.journal.drafts import Draft
from sellmode_tui.language import tr
from sellmode_tui.screens.kit.boxes import Box

_LINES = 10
"""Lines of the text that are shown; all are copied."""


class LostDraftBox(Box[Literal["discard"]]):
    """Offers what was typed. Ends with "discard" if it is to go; otherwise it stays."""

    BINDING_GROUP_TITLE = "Draft"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", show=False, tooltip="Copy what you typed", id="draft.copy"),
        Binding("x,delete", "discard", "Discard", show=False, tooltip="Discard what you typed", id="draft.discard"),
    ]

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._text = text_of(draft)
        self._title = draft.title

    def compose(self) -> ComposeResult:
        """What it was, what was typed, keys."""
        lines = visible_lines(self._text)
        shown = [*lines[:_LINES], *(["..."] if len(lines) > _LINES else [])]
        with Vertical(classes="box"):
            yield Static(Content(tr("Draft: {title}", title=visible(self._title))), classes="box-title")
            yield Static(
                Content(tr("This can no longer be saved: the record is gone, or no longer yours to edit. You typed:"))
            )
            yield Static(Content("\n").join(Content(line) for line in shown), classes="box-text")
            yield from self.compose_buttons(
                ("c", tr("Copy"), self.action_copy),
                ("x", tr("Discard"), self.action_discard),
                ("Esc", tr("Keep"), self.action_close),
            )

    def action_copy(self) -> None:
        """Copy the text."""
        self.app.copy_to_clipboard("\n".join(visible_lines(self._text)))
        self.notify(tr("Copied"), markup=False)

    def action_discard(self) -> None:
        """It is not needed."""
        self.end("discard")


def text_of(draft: Draft) -> str:
    """What was typed, with the names of the fields."""
    return "\n".join(": ".join(filter(None, (each.label, _words(each.typed)))) for each in draft.fields)


def _words(typed: Any) -> str:
    """Of whatever a field keeps, the texts."""
    if isinstance(typed, dict):
        return ", ".join(filter(None, (_words(each) for each in typed.values())))
    if isinstance(typed, list):
        return ", ".join(filter(None, (_words(each) for each in typed)))
    return str(typed)

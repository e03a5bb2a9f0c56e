"""Writing a note about a customer, and changing one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from sellmode_contract.kinds.note import NOTE
from sellmode_tui.language import marked
from sellmode_tui.screens.kinds.form import CustomerKindForm


class NoteForm(CustomerKindForm):
    """A new note, or one of one's own."""

    BINDING_GROUP_TITLE = "Note"
    KIND: ClassVar = "note"
    OF = NOTE
    TITLES = (marked("Note about {customer}"), marked("Edit a note about {customer}"))

    def compose_fields(self) -> ComposeResult:
        """The text, and who may read it."""
        yield self.entry("text", "")
        yield self.entry("private", marked("Visible to"))

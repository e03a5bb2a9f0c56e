"""Writing a note about a customer, and changing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult

from sellmode_contract.kinds.note import Note
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.form_fields import AreaEntry, ChoiceEntry
from sellmode_tui.screens.form_screen import FormScreen, Write
from sellmode_tui.visibility import Door, Profile
from sellmode_tui.widgets.choice import Option

_SEEN_BY: Final = (Option("", "who sees the customer"), Option("private", "only me"))


class NoteForm(FormScreen):
    """A new note, or one of one's own."""

    BINDING_GROUP_TITLE = "Note"
    KIND: ClassVar = "note"

    def __init__(self, desk: Desk, profile: Profile, note: Note | None = None) -> None:
        super().__init__(desk, f"{'Note' if note is None else 'Edit a note'} about {profile.customer.name}")
        self._customer = profile.customer.id
        self._note = note

    @property
    def subject(self) -> dict[str, str]:
        """The customer, and the note if there is one."""
        return {"customer": self._customer, **({"note": self._note.id} if self._note else {})}

    @classmethod
    def find(cls, door: Door, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The customer with the note."""
        profile, id = door.profile(subject["customer"]), subject.get("note")
        note = next((each for each in profile.notes if each.id == id), None) if profile else None
        return None if profile is None or (id and note is None) else (profile, note)

    def compose_fields(self) -> ComposeResult:
        """The text, and who may read it."""
        note = self._note
        yield AreaEntry("text", "", self._desk, note.text if note else None)
        yield ChoiceEntry("private", "Seen by", self._desk, _SEEN_BY, "private" if note and note.private else None)

    def prepare(self) -> Write:
        """The note, or what was changed of it."""
        text, private = (field.value for field in self.fields)
        note, customer = self._note, self._customer
        if note is None:
            return lambda door: door.write_note(customer, text or "", private=private is not None)
        return lambda door: door.edit_note(note.id, text=text or "", private=private is not None)

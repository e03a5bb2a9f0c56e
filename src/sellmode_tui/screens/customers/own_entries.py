"""What the person wrote about a customer: to change it or take it away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.note import Note
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import Profile, RecordStore
from sellmode_tui.screens.customers.contact_form import ContactForm
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.profile_words import CONTACTS, NOT_SENT
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.lists.choosing import MarkedList
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.meanings import UNSENT
from sellmode_tui.widgets.row_source import Row


class OwnEntry(NamedTuple):
    """Something that one wrote."""

    record: Note | Contact
    unsent: bool
    """Whether the server does not have it as it is shown."""


class OwnEntriesScreen(MarkedList[None, OwnEntry]):
    """One's own notes and logged contacts, newest first."""

    BINDING_GROUP_TITLE = "My notes and contacts"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "note", "Note", tooltip="Write a note", id="own.note"),
        Binding("l", "log", "Log", tooltip="Log a call, visit or message", id="own.log"),
        Binding("x,delete", "remove", "Remove", key_display="x", tooltip="Remove it", id="own.remove"),
        Binding("escape,q,left", "back", "Back", key_display="Esc", tooltip="Back", id="own.back"),
    ]

    COLUMNS = (
        Column("When", 12, priority=8),
        Column("What", 12, priority=7),
        Column("Text", priority=9, min_width=20),
        Column("State", 8, priority=6),
    )
    SORTED: ClassVar = {"When": lambda item: _when(item.record)}
    EMPTY = marked("No notes or contacts of yours yet. n adds a note, l logs a contact.")

    def __init__(self, desk: Desk, profile: Profile) -> None:
        super().__init__(desk, tr("My notes and contacts: {customer}", customer=profile.customer.name))
        self._profile = profile

    def read(self, records: RecordStore) -> Sequence[OwnEntry]:
        """Notes and contacts of this person."""
        profile, account = records.customers.profile(self._profile.customer.id), self._desk.facts.account
        if profile is None or account is None:
            return ()
        everything: list[Note | Contact] = [*profile.notes, *profile.contacts]
        own = [each for each in everything if each.author == account.id]
        own.sort(key=lambda each: (_when(each), each.id), reverse=True)
        return [OwnEntry(each, each.id in profile.unsent.records) for each in own]

    def row(self, item: OwnEntry) -> Row:
        """When, what, text, and whether it is sent."""
        record = item.record
        if isinstance(record, Note):
            what, text = tr("Private note") if record.private else tr("Note"), record.text
        else:
            what, text = trd(CONTACTS.get(record.channel, record.channel)), record.summary
        day = self._desk.words.day(_when(record))
        return Row(
            record.id,
            (day, what, " ".join(text.split()), trd(NOT_SENT) if item.unsent else ""),
            UNSENT if item.unsent else None,
        )

    def chosen_row(self, item: OwnEntry) -> None:
        """Change it."""
        if isinstance(item.record, Note):
            self.open(NoteForm(self._desk, self._profile, item.record))
        else:
            self.say("below", tr("A logged contact cannot be edited: remove it with x and log it again."))

    def action_note(self) -> None:
        """Write a note."""
        self.open(NoteForm(self._desk, self._profile))

    def action_log(self) -> None:
        """Log a contact."""
        self.open(ContactForm(self._desk, self._profile))

    def action_remove(self) -> None:
        """Take them away; undo brings them back."""
        self.remove_chosen(lambda item: ("note" if isinstance(item.record, Note) else "contact", item.record.id))


def _when(item: Note | Contact) -> dt.datetime:
    return item.written_at if isinstance(item, Note) else item.at

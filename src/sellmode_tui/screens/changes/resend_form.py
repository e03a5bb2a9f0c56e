"""Editing what was refused, to send it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.staff import Staff
from sellmode_tui.language import tr, trd
from sellmode_tui.records import RecordStore, Refused
from sellmode_tui.records.values import Value
from sellmode_tui.screens.customers.profile_words import CONSENT, CONTACTS
from sellmode_tui.screens.forms.field_entries import entry_of_field, entry_of_own
from sellmode_tui.screens.forms.form_field import FormField
from sellmode_tui.screens.forms.form_screen import FormScreen, Write
from sellmode_tui.screens.forms.part_entries import AddressEntry
from sellmode_tui.screens.forms.pickers import StaffEntry
from sellmode_tui.screens.forms.text_entries import ChoiceEntry, ElementsEntry, TextEntry
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.choice import Option

PEOPLE: Final = ("assignee", "meant_for", "owner")
"""Fields that name a colleague."""


def who_can_be_named(records: RecordStore, item: Refused) -> Sequence[Staff]:
    """Who can stand in its field that names a colleague; nobody if it has none."""
    fields = {value.field for value in item.values}
    if "owner" in fields:
        return records.people.owners()
    return records.tasks.assignable(item.customer) if fields & set(PEOPLE) else ()


def can_be_edited(item: Refused) -> bool:
    """Whether there is a value that a form can show."""
    return any(_editable(value) for value in item.values)


def _editable(value: Value) -> bool:
    return value.field not in ("at", "customer", "store") and not (
        value.field == "channel" and value.mine not in CONTACTS
    )


class ResendForm(FormScreen):
    """The values of a change that was refused. What is not edited is sent as it was."""

    BINDING_GROUP_TITLE = "Send again"
    KIND: ClassVar = "refused"

    def __init__(self, desk: Desk, item: Refused, staff: Sequence[Staff] = ()) -> None:
        """`staff`: who can be named in a field of `PEOPLE`."""
        super().__init__(desk, tr("Send again: {change}", change=item.words))
        self._item = item
        self._staff = staff

    @property
    def subject(self) -> dict[str, str]:
        """What was refused."""
        return {"mid": self._item.mid}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """That, while it needs attention."""
        for each in records.changes.attention():
            if isinstance(each, Refused) and each.mid == subject["mid"] and each.can_resend:
                return each, who_can_be_named(records, each)
        return None

    def compose_fields(self) -> ComposeResult:
        """A field for each value."""
        for value in self._item.values:
            if _editable(value):
                yield self._entry(value)

    def on_mount(self) -> None:
        """Say once more why it was refused, at the field at fault."""
        item = self._item
        self.refuse(item.field, trd(item.reason or item.title))

    def _entry(self, value: Value) -> FormField:
        desk, path, label, mine = self._desk, value.field, f"{value.label[:1].upper()}{value.label[1:]}", value.mine
        kind, own = KINDS[self._item.kind], self._own_field(path)
        if own is not None:
            return entry_of_own(own, path, desk, mine)
        if path == "state":
            states = [Option(state, trd(name)) for state, name in CONSENT.items()]
            return ChoiceEntry(path, label, desk, states, mine)
        if path in PEOPLE:
            return StaffEntry(path, label, desk, mine, name=value.mine_text, people=self._staff)
        if path == "address":
            return AddressEntry(path, label, desk, mine)
        if (declared := kind.by_name.get(path)) is not None:
            return entry_of_field(declared, desk, mine, label=label, needed=path in kind.needed)
        return (ElementsEntry if isinstance(mine, list) else TextEntry)(path, label, desk, mine)

    def _own_field(self, path: str) -> CustomField | None:
        """The retailer's own field of a path."""
        retailer = self._desk.facts.retailer
        defined = retailer.custom_fields if retailer else ()
        return next((own for own in defined if path == f"custom.{own.name}"), None)

    def prepare(self) -> Write:
        """The values that were edited."""
        mid, settle = self._item.mid, self.settled([each for each in self.fields if each.changed])
        return lambda records: records.changes.resend(mid, settle(records))

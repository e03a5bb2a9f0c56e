"""Editing what was refused, to send it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.fields import Due, Elements, Flag, Number, OneOf, Text
from sellmode_contract.kinds.staff import Staff
from sellmode_tui.screens.brief_form import StoresEntry
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.form_fields import (
    AddressEntry,
    AreaEntry,
    Changes,
    ChoiceEntry,
    FormField,
    NumberEntry,
    SetEntry,
    TextEntry,
    entry_of,
)
from sellmode_tui.screens.form_screen import FormScreen, Write
from sellmode_tui.screens.profile_page import CHANNELS, CONSENT, CONTACTS
from sellmode_tui.screens.task_form import DueEntry
from sellmode_tui.visibility import Door, Refused
from sellmode_tui.visibility.values import Value
from sellmode_tui.widgets.choice import Option

_NO_YES: Final = (Option("", "no"), Option("yes", "yes"))
_OPTIONS: Final = {
    "preferred_channel": (Option("", "none"), *(Option(channel, name) for channel, name in CHANNELS.items())),
    "state": tuple(Option(state, name) for state, name in CONSENT.items()),
    "channel": tuple(Option(channel, name) for channel, name in CONTACTS.items()),
}
"""Fields of which one of a few values is chosen."""


class FlagEntry(ChoiceEntry):
    """Yes or no."""

    @property
    def value(self) -> Any:
        """As JSON has it."""
        return self.state == "yes"


class WholeEntry(NumberEntry):
    """A whole number."""

    @property
    def value(self) -> Any:
        """Whole where it can be; what is not is refused by the rule of the field."""
        number = super().value
        return int(number) if number is not None and number == int(number) else number


class ElementsEntry(SetEntry):
    """Several short texts, which are sent as a whole."""

    def collect(self, into: Changes) -> None:
        """All of them, if any was changed."""
        FormField.collect(self, into)


class AllStoresEntry(StoresEntry):
    """Stores, which are sent as a whole."""

    def collect(self, into: Changes) -> None:
        """All of them, if any was changed."""
        FormField.collect(self, into)


_TYPES: Final[dict[str, type[FormField]]] = {
    "address": AddressEntry,
    **dict.fromkeys(("month", "day", "year"), WholeEntry),
    **dict.fromkeys(("add", "remove", "tags", "preferences"), ElementsEntry),
}
_ENTRIES: Final[dict[type[Any], type[FormField]]] = {Number: WholeEntry, Due: DueEntry, Elements: ElementsEntry}
PEOPLE: Final = ("assignee", "meant_for")
"""Fields that name a colleague."""


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
        super().__init__(desk, f"Send again: {item.words}")
        self._item = item
        self._staff = staff

    @property
    def subject(self) -> dict[str, str]:
        """What was refused."""
        return {"mid": self._item.mid}

    @classmethod
    def find(cls, door: Door, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """That, while it needs attention."""
        for each in door.attention():
            if isinstance(each, Refused) and each.mid == subject["mid"] and each.can_resend:
                people = any(value.field in PEOPLE for value in each.values)
                return each, door.assignable(each.customer) if people else ()
        return None

    def compose_fields(self) -> ComposeResult:
        """A field for each value."""
        for value in self._item.values:
            if _editable(value):
                yield self._entry(value)

    def on_mount(self) -> None:
        """Say once more why it was refused, at the field at fault."""
        item = self._item
        self.refuse(item.field, item.reason or item.title)

    def _entry(self, value: Value) -> FormField:
        desk, path, label, mine = self._desk, value.field, value.label.capitalize(), value.mine
        if options := _OPTIONS.get(path):
            return ChoiceEntry(path, label, desk, options, mine)
        if path in PEOPLE:
            return ChoiceEntry(path, label, desk, self._people(value), mine)
        if type := _TYPES.get(path) or _TYPES.get(path.partition(".")[0]):
            return type(path, label, desk, mine)
        retailer = desk.facts.retailer
        name = path.removeprefix("custom.")
        defined = next((own for own in (retailer.custom_fields if retailer else ()) if own.name == name), None)
        if path.startswith("custom.") and defined is not None:
            return entry_of(defined, path, desk, mine)
        return self._declared(value, label)

    def _people(self, value: Value) -> list[Option]:
        """Who can be named: who is, too."""
        named = {**value.names, **{each.id: each.name for each in self._staff}}
        return [Option("", "nobody"), *(Option(id, name) for id, name in named.items())]

    def _declared(self, value: Value, label: str) -> FormField:
        """The field of a form for one of a kind of record."""
        desk, path, mine = self._desk, value.field, value.mine
        kind = KINDS.get(self._item.kind)
        declared = kind.by_name.get(path) if kind else None
        if isinstance(declared, Flag) or isinstance(mine, bool):
            return FlagEntry(path, label, desk, _NO_YES, "yes" if mine else None)
        if isinstance(declared, OneOf):
            options = [Option(str(choice), name) for choice, name in declared.choices.items()]
            nothing = [] if "" in declared.choices else [Option("", "none")]
            return ChoiceEntry(path, label, desk, [*nothing, *options], mine)
        if path == "stores":
            return AllStoresEntry(desk, [value.names.get(id, id) for id in mine or ()])
        long = isinstance(declared, Text) and declared.lines
        return (AreaEntry if long else _ENTRIES.get(type(declared), TextEntry))(path, label, desk, mine)

    def prepare(self) -> Write:
        """The values that were edited."""
        mid, values = self._item.mid, self.changes().set
        return lambda door: door.resend(mid, values)

"""Adding a customer, and editing one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option as Line

from sellmode_contract.kinds.customer import CUSTOMER, Customer
from sellmode_contract.mutations.customers import current_value
from sellmode_contract.text import visible
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import Match, Profile, RecordStore, Written
from sellmode_tui.records.customers.duplicates import same_words
from sellmode_tui.records.values import as_text
from sellmode_tui.screens.forms.field_entries import entry_of_own
from sellmode_tui.screens.forms.form_field import FormField
from sellmode_tui.screens.forms.form_screen import FormScreen, Theirs, Write
from sellmode_tui.screens.kinds.form import KindForm
from sellmode_tui.screens.kit.boxes import Box
from sellmode_tui.screens.kit.desk import Desk

_FIRST: Final = (
    "given_name",
    "family_name",
    "email",
    "phone",
    "language",
    "preferred_channel",
    "tags",
    "address",
)
"""What is asked of somebody who stands at the counter."""
_CONTACT: Final = tuple(each for each in _FIRST if each != "tags")
_HINTS: Final = {
    "language": marked("such as nl"),
    "tags": marked("such as vip, press"),
    "preferences": marked("such as silk, bright colours"),
}


def _section(title: str) -> Static:
    return Static(Content(title), classes="form-section")


class AddCustomerScreen(KindForm):
    """A new customer. Who is known already with the same e-mail or phone is shown before anything is saved."""

    BINDING_GROUP_TITLE = "New customer"
    KIND: ClassVar = "new_customer"

    def __init__(self, desk: Desk, begins_with: Mapping[str, Any] | None = None) -> None:
        """`begins_with`: what is known of them already, by field."""
        super().__init__(desk, CUSTOMER)
        self._known = dict(begins_with or {})
        self._held = {**self._held, **self._known}
        self.existing: str | None = None
        """The customer whom the person chose to open instead of saving."""

    @property
    def subject(self) -> dict[str, str]:
        """Nobody yet."""
        return {}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:  # noqa: ARG003  # nobody yet
        """Nothing."""
        return ()

    def compose_fields(self) -> ComposeResult:
        """What is asked first."""
        for name in _FIRST:
            yield self.entry(name, hint=trd(_HINTS.get(name, "")))

    def prepare(self) -> Write:
        """The new customer's fields."""
        fields = {path: value for path, value in self._typed.items() if value is not None} | self.changes().add
        return lambda records: self.make(records, fields)

    def make(self, records: RecordStore, fields: Mapping[str, Any]) -> Written:
        """Write the customer. In a thread."""
        return records.customers.create(fields)

    @property
    def _typed(self) -> dict[str, Any]:
        """What stands in the fields. Raises Unreadable."""
        return {**self._known, **self.changes().set}

    def save(self, write: Write) -> None:
        """Look first who is known already."""
        typed = self._typed
        email, phone = typed.get("email") or "", typed.get("phone") or ""
        if not (email or phone):
            super().save(write)
            return
        self._busy = True
        self.ask(
            lambda records: records.customers.matches(email, phone),
            lambda matches: self._matched(matches, write),
            group="match",
            refused=self.refuse,
            opens=True,
            longest=math.inf,  # it saves, if nobody is found
        )

    def _matched(self, matches: Sequence[Match], write: Write) -> None:
        self._busy = False
        if not matches:
            super().save(write)
            return

        def chosen(choice: str | None) -> None:
            if choice == SAVE_ANYWAY:
                FormScreen.save(self, write)
            elif choice is not None:
                self.existing = choice
                self.end()

        self.open(MatchesBox(matches), chosen)


SAVE_ANYWAY: Final = ""


class MatchesBox(Box[str]):
    """Who is known already. Ends with the id of the one to open, or with SAVE_ANYWAY."""

    BINDING_GROUP_TITLE = "Possible duplicate"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "Save anyway", show=False, tooltip="Save as a new customer", id="matches.save"),
    ]

    def __init__(self, matches: Sequence[Match]) -> None:
        super().__init__()
        self._matches = matches

    def compose(self) -> ComposeResult:
        """Who has the same, and keys."""
        with Vertical(classes="box"):
            several = len(self._matches) > 1
            title = tr("Is it one of these customers?") if several else tr("Is it the same person?")
            yield Static(Content(title), classes="box-title")
            yield OptionList(*(Line(_match(match)) for match in self._matches), markup=False)
            yield from self.compose_buttons(
                ("Enter", tr("Open this customer"), self._open),
                ("s", tr("Save anyway"), self.action_save),
                ("Esc", tr("Cancel"), self.action_close),
            )

    def on_mount(self) -> None:
        """Mark the first."""
        lines = self.query_one(OptionList)
        lines.highlighted = 0
        lines.focus()

    @on(OptionList.OptionSelected)
    def _open(self) -> None:
        """Open who is there."""
        place = self.query_one(OptionList).highlighted
        self.end(self._matches[place or 0].id)

    def action_save(self) -> None:
        """Save the new one."""
        self.end(SAVE_ANYWAY)


def _match(match: Match) -> Content:
    owner = tr("owner {name}", name=match.owner_name) if match.owner_name else tr("no owner")
    same = tr("the same {what}", what=same_words(match.matched))
    told = ", ".join(filter(None, (same, owner, match.store_name)))
    return Content.assemble((visible(match.name), "bold"), f"  {visible(told)}")


class EditCustomerScreen(KindForm):
    """Everything about a customer that people write. Only what was changed is saved."""

    BINDING_GROUP_TITLE = "Edit"
    KIND: ClassVar = "customer"
    GONE = marked("You can no longer see this customer, so your changes cannot be saved.")

    def __init__(self, desk: Desk, profile: Profile) -> None:
        super().__init__(desk, CUSTOMER, profile.customer, title=tr("Edit {customer}", customer=profile.customer.name))
        self._shown = profile.customer

    @property
    def subject(self) -> dict[str, str]:
        """The customer."""
        return {"customer": self._shown.id}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The customer as they are now."""
        profile = records.customers.profile(subject["customer"])
        return (profile,) if profile else None

    def compose_fields(self) -> ComposeResult:
        """Contact data, tastes, sizes, and what the retailer wants to know."""
        for name in _CONTACT:
            yield self.entry(name)
        yield _section(tr("Tags, preferences, sizes"))
        for name in ("tags", "preferences", "sizes"):
            yield self.entry(name, hint=trd(_HINTS.get(name, "")))
        own = self._desk.facts.retailer.custom_fields if self._desk.facts.retailer else ()
        if own:
            yield _section(tr("Details"))
        for defined in own:
            path = f"custom.{defined.name}"
            yield entry_of_own(defined, path, self._desk, current_value(self._shown, path))

    def prepare(self) -> Write:
        """What was changed, with what stood there when the form was opened."""
        changes, id = self.changes(), self._shown.id
        return lambda records: records.customers.edit(
            id, set=changes.set, add=changes.add, remove=changes.remove, saw=changes.was
        )

    def meanwhile(self, *parts: Any) -> str:
        """Which fields somebody else has changed."""
        now = parts[0].customer
        return self.told_changed(
            {
                each.path: Theirs(each.label, as_text(_held(now, each.path)), now.last_edit(each.path))
                for each in self.fields
                if differs(each, self._shown, now)
            }
        )


def differs(field: FormField, one: Customer, other: Customer) -> bool:
    """Whether two versions of a customer differ in a form's field."""
    return bool(_held(one, field.path) != _held(other, field.path))


def _held(customer: Customer, path: str) -> Any:
    if "." in path:
        return current_value(customer, path)
    return msgspec.to_builtins(getattr(customer, path))

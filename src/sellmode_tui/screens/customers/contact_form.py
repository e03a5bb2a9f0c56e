"""Logging a call, a visit or a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult

from sellmode_contract.kinds.contact import CONTACT, ContactChannel
from sellmode_tui.language import marked, tr
from sellmode_tui.records import Profile, RecordStore
from sellmode_tui.records.tasks.details import TaskDetails
from sellmode_tui.records.tasks.lines import KINDS
from sellmode_tui.screens.forms.form_field import FormField
from sellmode_tui.screens.kinds.form import CustomerKindForm
from sellmode_tui.screens.kit.desk import Desk

_WRITTEN: Final = frozenset({"email", "sms", "chat"})
"""Contacts whose suggested text may be what was said."""


class ContactForm(CustomerKindForm):
    """A contact that was made."""

    BINDING_GROUP_TITLE = "Log"
    KIND: ClassVar = "contact"

    OF = CONTACT
    TITLES = (marked("Contact with {customer}"), marked("Contact with {customer}"))

    def __init__(self, desk: Desk, profile: Profile, task: TaskDetails | None = None) -> None:
        """A contact that a `task` asks for begins with what that suggests."""
        super().__init__(desk, profile)
        self._profile = profile
        self._asked_by = task

    @property
    def subject(self) -> dict[str, str]:
        """The customer, and the task if one asks for it."""
        task = self._asked_by
        return {**super().subject, **({"task": task.line.id, "kind": task.line.kind} if task else {})}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The customer; a task that has gone asks for nothing any more."""
        profile = records.customers.profile(subject["customer"])
        kind = next((each for each in KINDS if each == subject.get("kind")), None)
        return (profile, records.tasks.get(kind, subject["task"]) if kind else None) if profile else None

    def compose_fields(self) -> ComposeResult:
        """What it was, who began, when, and what was said."""
        channel = self._asked_by.line.action if self._asked_by else None
        text = self._asked_by.message if self._asked_by and channel in _WRITTEN else None
        yield self.entry("channel", marked("What"), channel)
        yield self.entry("inbound", marked("Started"))
        yield self.entry("at", marked("When"))
        yield self.entry("summary", marked("Summary"), text)

    @property
    def begins_with(self) -> FormField:
        """What a task asks for is known: what was said is not."""
        return self.fields[-1 if self._asked_by else 0]

    @property
    def hint(self) -> str:
        """The task that asks for it, and how the customer is reached for that."""
        if self._asked_by is None:
            return ""
        line = self._asked_by.line
        task = tr("Task: {title}", title=" ".join(line.title.split()))
        return self._desk.words.between.join((task, self._reached(line.action)))

    def _reached(self, channel: ContactChannel | None) -> str:
        customer = self._profile.customer
        phone, email = customer.phone or customer.phone_e164, customer.email
        match channel:
            case "email":
                ways = [email]
            case "call" | "sms":
                ways = [phone]
            case _:
                ways = [phone, email]
        match [way for way in ways if way]:
            case [one]:
                return tr("Reach them at {address}.", address=one)
            case [one, other]:
                return tr("Reach them at {first} or {second}.", first=one, second=other)
        return tr("No phone number or e-mail address for this channel.")

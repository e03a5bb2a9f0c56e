"""Logging a call, a visit or a message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult

from sellmode_contract.kinds.contact import ContactChannel
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.form_fields import AreaEntry, ChoiceEntry, FormField, TextEntry, Unreadable
from sellmode_tui.screens.form_screen import FormScreen, Write
from sellmode_tui.screens.profile_page import CONTACTS
from sellmode_tui.visibility import Door, Profile
from sellmode_tui.visibility.task_details import TaskDetails
from sellmode_tui.visibility.tasks import KINDS
from sellmode_tui.visibility.typed_dates import UnclearDate, read_moment
from sellmode_tui.widgets.choice import Option

_CHANNELS: Final = tuple(Option(channel, name) for channel, name in CONTACTS.items())
_WRITTEN: Final = frozenset({"email", "sms", "chat"})
"""Contacts whose suggested text may be what was said."""
_DIRECTIONS: Final = (Option("", "by me"), Option("inbound", "by the customer"))


class MomentEntry(TextEntry):
    """A moment up to now; empty for now. How it was understood is said."""

    def __init__(self, path: str, label: str, desk: Desk) -> None:
        super().__init__(path, label, desk, placeholder="now; or 14:30, yesterday 14:30, 20 Nov 14:30")

    def edited(self) -> None:
        """Say how it is understood."""
        try:
            moment = self._read()
        except UnclearDate as unclear:
            self.say(str(unclear))
        else:
            words = self._desk.words
            self.say(f"= {words.day(moment)} {moment.astimezone(words.zone):%H:%M}" if moment else "")

    def _read(self) -> dt.datetime | None:
        words = self._desk.words
        return read_moment(self.text, words.now, words.zone) if self.text.strip() else None

    @property
    def value(self) -> Any:
        """The moment, UTC; None for now. Raises Unreadable."""
        try:
            return self._read()
        except UnclearDate as unclear:
            raise Unreadable(self, str(unclear)) from None


class ContactForm(FormScreen):
    """A contact that was made."""

    BINDING_GROUP_TITLE = "Log"
    KIND: ClassVar = "contact"

    def __init__(self, desk: Desk, profile: Profile, task: TaskDetails | None = None) -> None:
        """A contact that a `task` asks for begins with what that suggests."""
        super().__init__(desk, f"Contact with {profile.customer.name}")
        self._profile = profile
        self._customer = profile.customer.id
        self._asked_by = task

    @property
    def subject(self) -> dict[str, str]:
        """The customer, and the task if one asks for it."""
        task = self._asked_by
        return {"customer": self._customer, **({"task": task.line.id, "kind": task.line.kind} if task else {})}

    @classmethod
    def find(cls, door: Door, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The customer; a task that has gone asks for nothing any more."""
        profile = door.profile(subject["customer"])
        kind = next((each for each in KINDS if each == subject.get("kind")), None)
        return (profile, door.task(kind, subject["task"]) if kind else None) if profile else None

    def compose_fields(self) -> ComposeResult:
        """What it was, who began, when, and what was said."""
        channel = self._asked_by.line.action if self._asked_by else None
        text = self._asked_by.message if self._asked_by and channel in _WRITTEN else None
        yield ChoiceEntry("channel", "What", self._desk, _CHANNELS, channel)
        yield ChoiceEntry("inbound", "Begun", self._desk, _DIRECTIONS)
        yield MomentEntry("at", "When", self._desk)
        yield AreaEntry("summary", "What was said", self._desk, text)

    @property
    def begins_with(self) -> FormField:
        """What a task asks for is known: what was said is not."""
        return self.fields[-1 if self._asked_by else 0]

    @property
    def hint(self) -> str:
        """How the customer is reached, for what a task asks for."""
        return self._reached(self._asked_by.line.action) if self._asked_by else ""

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
        known = " or ".join(filter(None, ways))
        return f"To be reached at {known}." if known else "There is no phone number or e-mail address for that."

    def prepare(self) -> Write:
        """The contact."""
        channel, inbound, at, summary = (field.value for field in self.fields)
        customer = self._customer
        return lambda door: door.log_contact(
            customer, channel, inbound=inbound is not None, summary=(summary or "").strip(), at=at
        )

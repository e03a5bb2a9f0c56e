"""A task that is made or changed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult

from sellmode_contract.filters import FilterError
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import Rejected
from sellmode_contract.store_time import Due, read_due
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.desk_screen import DeskScreen
from sellmode_tui.screens.form_fields import AreaEntry, ChoiceEntry, TextEntry, Unreadable
from sellmode_tui.screens.form_screen import REPLACES, FormScreen, Write
from sellmode_tui.screens.profile_page import CONTACTS
from sellmode_tui.visibility import CustomerQuery, Door
from sellmode_tui.visibility.due_words import full_words
from sellmode_tui.visibility.repeating import CHOICES, choice_of, read_repeat, repeat_words
from sellmode_tui.visibility.task_details import TaskDetails
from sellmode_tui.visibility.tasks import read
from sellmode_tui.visibility.typed_due import TypedDueError, read_typed_due
from sellmode_tui.widgets.choice import Option

_ACTIONS: Final = (Option("", "none"), *(Option(channel, name) for channel, name in CONTACTS.items()))
_OFFERED: Final = 4
"""Customers that are named while one is typed."""


class DueEntry(TextEntry):
    """A due time as people type it; empty for any time. How it was understood is said."""

    def __init__(self, path: str, label: str, desk: Desk, value: str | None = None) -> None:
        """`value` as records have it."""
        super().__init__(path, label, desk, value, placeholder="any time; or fri 3pm, tomorrow 9:30, in 2 weeks, 12/24")

    @property
    def shown(self) -> str:
        """As it can be typed: ``2026-12-24 15:00``."""
        return (self.before or "").replace("T", " ")

    def edited(self) -> None:
        """Say how it is understood."""
        try:
            due = self.due if self.changed else None
        except TypedDueError as error:
            self.say(str(error))
        else:
            self.say(f"= {full_words(due)}" if due else "")

    @property
    def due(self) -> Due | None:
        """What it means. Raises TypedDueError."""
        if not self.changed:
            return read(self.before or "")
        words = self._desk.words
        return read_typed_due(self.text, words.now, words.zone) if self.text.strip() else None

    @property
    def value(self) -> Any:
        """As records have it; None for any time. Raises Unreadable."""
        try:
            due = self.due
        except TypedDueError as error:
            raise Unreadable(self, str(error)) from None
        return due.text if due else None


class CustomerEntry(TextEntry):
    """A customer, by name, number or e-mail address. Who is meant is said while it is typed."""

    def __init__(self, desk: Desk, customer: Customer | None = None) -> None:
        super().__init__(
            "customer", "Customer", desk, customer.name if customer else None, placeholder="nobody; or a name, number"
        )
        self._known = customer.id if customer else None

    def edited(self) -> None:
        """Look who it is."""
        super().edited()
        screen, text = self.screen, self.text.strip()
        if not (text and self.changed):
            self.say("")
        elif isinstance(screen, DeskScreen):
            screen.ask(lambda door: _matching(door, text), lambda names: self._tell(text, names), group="customer")

    def _tell(self, text: str, names: Sequence[str]) -> None:
        if text != self.text.strip() or not self.is_mounted:
            return
        if not names:
            self.say("Nobody whom you see is called so.")
        elif len(names) == 1:
            self.say(f"= {names[0]}")
        else:
            more = ", ..." if len(names) > _OFFERED else ""
            self.say(f"Which of them: {', '.join(names[:_OFFERED])}{more}? Type more of it.")

    @property
    def who(self) -> Callable[[Door], str | None]:
        """Finds the customer's id, in a thread; raises Rejected if it is not clear who is meant."""
        text, known = self.text.strip(), self._known
        if text and not self.changed:
            return lambda door: known
        return (lambda door: _one(door, text)) if text else (lambda door: None)


def _found(door: Door, text: str, limit: int) -> list[tuple[str, str]]:
    """Ids and names of customers whom a text may mean."""
    try:
        rows = door.find(CustomerQuery(text=text)).rows(0, limit)
    except FilterError:
        rows = []
    found = [(row.id, row.name) for row in rows]
    exact = [each for each in found if each[1].casefold() == text.casefold()]
    if len(exact) == 1:
        return exact
    if not found:
        found = [(id, profile.customer.name) for id in door.named(text, limit) if (profile := door.profile(id))]
    return found


def _matching(door: Door, text: str) -> list[str]:
    return [name for _, name in _found(door, text, _OFFERED + 1)]


def _one(door: Door, text: str) -> str:
    found = _found(door, text, 2)
    if len(found) == 1:
        return found[0][0]
    detail = "Several are called so: type more, or the customer's number." if found else "Nobody is called so."
    raise Rejected("invalid", detail, field="customer")


class _TaskForm(FormScreen):
    """The fields of both."""

    BINDING_GROUP_TITLE = "Task"

    def __init__(self, desk: Desk, title: str, people: Sequence[Option], task: ManualTask | None = None) -> None:
        """`people`: whom it may be for, the one whom it is for first."""
        super().__init__(desk, title)
        self._people = people
        self._held = task

    def compose_before(self) -> ComposeResult:
        """Fields after the title."""
        yield from ()

    def compose_fields(self) -> ComposeResult:
        """What, for which customer, until when, how often, by whom, by what contact."""
        desk, task = self._desk, self._held
        yield TextEntry("title", "What", desk, task.title if task else None)
        yield from self.compose_before()
        yield DueEntry("due", "Due", desk, (task.due or None) if task else None)
        yield ChoiceEntry("repeat", "Repeats", desk, self._repeats(), self._repeat_name)
        if len(self._people) > 1:
            yield ChoiceEntry("assignee", "For", desk, self._people)
        yield ChoiceEntry("action", "Asks for", desk, _ACTIONS, task.action if task else None)
        yield AreaEntry("details", "Details", desk, (task.details or None) if task else None)

    # --- repeating

    @property
    def _repeat_name(self) -> str | None:
        """The choice that the task's rule is, or the rule itself."""
        task = self._held
        if task is None or not task.repeat or not task.due:
            return None
        first = read(task.repeat_from or task.due)
        return (choice_of(task.repeat, first) if first else None) or task.repeat

    def _repeats(self) -> list[Option]:
        options = [Option("", "never"), *(Option(name, name) for name in CHOICES)]
        own = self._repeat_name
        if own and own not in CHOICES:
            options.append(Option(own, repeat_words(own)))
        return options

    def _read_repeat(self) -> str:
        """The rule that is chosen. Raises Unreadable."""
        field, due = self._field("repeat"), self._field("due").value
        chosen = field.value
        if not chosen:
            return ""
        if due is None:
            raise Unreadable(self._field("due"), "What repeats has a time to begin with.")
        try:
            return read_repeat(chosen, read_due(due))
        except ValueError as error:
            raise Unreadable(field, str(error)) from None

    def _field(self, path: str) -> Any:
        return next(each for each in self.fields if each.path == path)

    def refuse(self, field: str, why: str) -> None:
        """What repeats wrongly is chosen in one field."""
        super().refuse("repeat" if field == "repeat_from" else field, why)


class NewTaskForm(_TaskForm):
    """A task that is not there yet."""

    KIND: ClassVar = "new_task"

    def __init__(self, desk: Desk, staff: Sequence[Staff], customer: Customer | None = None) -> None:
        """`staff`: to whom it may be given."""
        me = desk.facts.account.id if desk.facts.account else ""
        others = [Option(each.id, each.name) for each in staff if each.id != me]
        # One's own is what nobody else was named for.
        super().__init__(desk, "New task", [Option("", "me"), *others])
        self._customer = customer

    @property
    def subject(self) -> dict[str, str]:
        """The customer, if it was begun with one."""
        return {"customer": self._customer.id} if self._customer else {}

    @classmethod
    def find(cls, door: Door, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """To whom it may be given, and the customer."""
        id = subject.get("customer")
        profile = door.profile(id) if id else None
        return None if id and profile is None else (door.assignable(id), profile and profile.customer)

    def compose_before(self) -> ComposeResult:
        """For which customer."""
        yield CustomerEntry(self._desk, self._customer)

    def prepare(self) -> Write:
        """The task."""
        who = self.query_one(CustomerEntry).who
        fields: dict[str, Any] = {
            each.path: value
            for each in self.fields
            if not isinstance(each, CustomerEntry) and (value := each.value) is not None
        }
        fields["repeat"] = self._read_repeat()
        return lambda door: door.create_task({**fields, "customer": who(door)})


class EditTaskForm(_TaskForm):
    """One that was made by hand."""

    KIND: ClassVar = "task"

    def __init__(self, desk: Desk, details: TaskDetails, staff: Sequence[Staff]) -> None:
        """`staff`: to whom it may be handed over."""
        line, task = details.line, details.record
        assert isinstance(task, ManualTask)  # noqa: S101 -- for the type checker: others are not edited
        me = desk.facts.account.id if desk.facts.account else ""
        holder = Option(line.whose or "", "me" if line.whose == me else line.whose_name)
        super().__init__(desk, "Task", [holder, *(Option(each.id, each.name) for each in staff)], task)
        self._details = details
        self._record = task

    @property
    def subject(self) -> dict[str, str]:
        """The task."""
        return {"task": self._record.id}

    @classmethod
    def find(cls, door: Door, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The task while it is open, and to whom it may be handed over."""
        details = door.task("manual_task", subject["task"])
        if details is None or details.line.state != "open":
            return None
        return details, door.takers([details.line.key])

    def prepare(self) -> Write:
        """What was changed."""
        task, wanted = self._record, dict(self.changes().set)
        if wanted.get("assignee") == task.creator:
            wanted["assignee"] = None
        if "repeat" in wanted or ("due" in wanted and task.repeat):
            wanted["repeat"] = self._read_repeat()
        saw = {name: getattr(task, name) for name in wanted}
        return lambda door: door.edit_task("manual_task", task.id, wanted, saw)

    def records_changed(self) -> None:
        """Look whether the task has become another."""
        line = self._details.line
        if not self.ended:
            self.ask(lambda door: door.task(line.kind, line.id), self._compare, group="compare")

    def _compare(self, now: TaskDetails | None) -> None:
        if self.ended:
            return
        if now is None:
            self.say_quietly("This task is no longer visible to you: it cannot be saved any more.")
        elif now.line.state != "open":
            self.say_quietly(f"It was {now.line.state} meanwhile: it cannot be saved any more.")
        elif now.record != self._record:
            self.say_quietly(f"Changed by somebody else meanwhile. {REPLACES}")

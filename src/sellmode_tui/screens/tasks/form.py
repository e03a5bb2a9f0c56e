"""A task that is made or changed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import MANUAL_TASK, ManualTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.store_time import read_due
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import RecordStore, Written
from sellmode_tui.records.naming import Named
from sellmode_tui.records.tasks.details import TaskDetails
from sellmode_tui.records.tasks.lines import read
from sellmode_tui.records.tasks.repeating import CHOICES, choice_of, read_repeat, repeat_words
from sellmode_tui.screens.forms.form_field import FormField, Unreadable
from sellmode_tui.screens.forms.pickers import StaffEntry
from sellmode_tui.screens.forms.text_entries import ChoiceEntry
from sellmode_tui.screens.kinds.form import KindForm
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.widgets.choice import Option


class RepeatEntry(ChoiceEntry):
    """How often a task is to be done, from its due time on."""

    def __init__(self, desk: Desk, task: ManualTask | None, due: Callable[[], FormField]) -> None:
        """`due` gives the field of the due time."""
        own = _choice_of(task) if task and task.repeat and task.due else None
        options = [Option("", tr("never")), *(Option(name, trd(name)) for name in CHOICES)]
        if own and own not in CHOICES:
            options.append(Option(own, repeat_words(own)))
        super().__init__("repeat", marked("Repeats"), desk, options, own)
        self._due = due

    @property
    def changed(self) -> bool:
        """Whatever repeats is another rule from another time on."""
        return super().changed or (self.is_mounted and bool(self.before) and self._due().changed)

    @property
    def value(self) -> str:
        """The rule that is chosen. Raises Unreadable."""
        chosen, due = super().value, self._due()
        if not chosen:
            return ""
        if (start := due.value) is None:
            raise Unreadable(due, tr("A repeating task needs a due date."))
        try:
            return read_repeat(chosen, read_due(start))
        except ValueError as error:
            raise Unreadable(self, trd(error)) from None


def _choice_of(task: ManualTask) -> str:
    """The choice that a task's rule is, or the rule itself."""
    first = read(task.repeat_from or task.due)
    return (choice_of(task.repeat, first) if first else None) or task.repeat


class _TaskForm(KindForm):
    """The entries of both."""

    BINDING_GROUP_TITLE = "Task"

    def __init__(
        self,
        desk: Desk,
        people: Sequence[Staff],
        holder: Named | None = None,
        task: ManualTask | None = None,
        customer: Customer | None = None,
    ) -> None:
        """`people`: whom it may be for, `holder` whom it is; `customer`: with whom a new one begins."""
        super().__init__(desk, MANUAL_TASK, task, {customer.id: customer.name} if customer else {})
        self._people = people
        self._holder = holder
        self._manual = task
        self._about = customer.id if customer else None

    def compose_fields(self) -> ComposeResult:
        """What, for which customer, until when, how often, by whom, by what contact."""
        yield self.entry("title", marked("Title"))
        if self._manual is None:
            yield self.entry("customer", value=self._about)
        yield self.entry("due", marked("Due"))
        yield RepeatEntry(self._desk, self._manual, lambda: self.entry_at("due"))
        if any(each.id != (self._holder and self._holder.id) for each in self._people):
            held = self._holder or Named("", "")
            yield StaffEntry(
                "assignee",
                marked("For"),
                self._desk,
                held.id or None,
                name=held.name,
                placeholder=tr("me; or a colleague") if self._manual is None else tr("a colleague"),
                people=self._people,
            )
        yield self.entry("action", marked("Action"))
        yield self.entry("details")

    def refuse(self, field: str, why: str) -> None:
        """What repeats wrongly is chosen in one field."""
        super().refuse("repeat" if field == "repeat_from" else field, why)


class NewTaskForm(_TaskForm):
    """A task that is not there yet."""

    KIND: ClassVar = "new_task"

    def __init__(self, desk: Desk, staff: Sequence[Staff], customer: Customer | None = None) -> None:
        """`staff`: to whom it may be given."""
        super().__init__(desk, staff, customer=customer)

    @property
    def subject(self) -> dict[str, str]:
        """The customer, if it was begun with one."""
        return {"customer": self._about} if self._about else {}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """To whom it may be given, and the customer."""
        id = subject.get("customer")
        profile = records.customers.profile(id) if id else None
        return None if id and profile is None else (records.tasks.assignable(id), profile and profile.customer)


class EditTaskForm(_TaskForm):
    """One that was made by hand."""

    KIND: ClassVar = "task"
    GONE = marked("This task has ended, or you can no longer see it: it cannot be saved.")

    def __init__(self, desk: Desk, details: TaskDetails, staff: Sequence[Staff]) -> None:
        """`staff`: to whom it may be handed over."""
        line, task = details.line, details.record
        assert isinstance(task, ManualTask)  # noqa: S101 -- for the type checker: others are not edited
        super().__init__(desk, staff, Named(line.whose or "", line.whose_name), task)
        self._creator = task.creator

    @property
    def subject(self) -> dict[str, str]:
        """The task."""
        return {"task": self.record.id if self.record else ""}

    @classmethod
    def find(cls, records: RecordStore, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """The task while it is open, and to whom it may be handed over."""
        details = records.tasks.get("manual_task", subject["task"])
        if details is None or details.line.state != "open":
            return None
        return details, records.tasks.takers([details.line.key])

    def meanwhile(self, *parts: Any) -> str:
        """What somebody else has changed of it."""
        return super().meanwhile(parts[0].record)

    def given(self, values: dict[str, Any]) -> dict[str, Any]:
        """What its creator has to do is given to nobody."""
        return {**values, **({"assignee": None} if values.get("assignee") == self._creator else {})}

    def change(self, records: RecordStore, id: str, set: Mapping[str, Any]) -> Written:
        """With another due time it is not put off any more."""
        return records.tasks.edit("manual_task", id, set, self._held)

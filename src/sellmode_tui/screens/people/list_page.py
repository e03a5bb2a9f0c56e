"""The store's people: what each has to do and has done, whose the customers are, and what is nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType

from sellmode_tui import language
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import NOBODY, AgendaQuery, Load, RecordStore
from sellmode_tui.screens.lists.main_page import MainPage
from sellmode_tui.screens.people.owned import OwnedScreen
from sellmode_tui.screens.tasks.agenda import ChosenTasksScreen
from sellmode_tui.screens.tasks.given_tasks import GivenTasksScreen
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.row_source import Count, Row

_CUSTOMERS: Final = "nobodys-customers"
_TASKS: Final = "nobodys-tasks"


class Line(NamedTuple):
    """A person, or what is nobody's."""

    key: str
    load: Load


class PeopleScreen(MainPage[Line]):
    """The list: people by name, then customers without an owner and tasks without anybody."""

    PAGE: ClassVar = "people"

    BINDING_GROUP_TITLE = "People"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "tasks", "Tasks", tooltip="The tasks of this person", id="people.tasks"),
    ]

    HEAD = marked("People in the store")
    COLUMNS = (
        Column("Name", priority=10, min_width=18),
        Column("Customers", 9, "right", priority=9),
        Column("Open", 5, "right", priority=8, context="tasks"),
        Column("Overdue", 7, "right", priority=7),
        Column("Done today", 10, "right", priority=6),
        Column("This week", 9, "right", priority=5),
    )
    EMPTY = marked("No colleagues on this terminal yet.")

    def read(self, records: RecordStore) -> Sequence[Line]:
        """Everybody who works here, and who has left something behind."""
        found = records.people.workload()
        people = [Line(load.person, load) for load in found.people if load.person is not None]
        return [*people, Line(_CUSTOMERS, found.nobody), Line(_TASKS, found.nobody)] if people else []

    def row(self, item: Line) -> Row:
        """How many customers, how many tasks, how many of these overdue, how many done."""
        load = item.load
        customers, *tasks = (
            language.number(number) if number else self._desk.words.nothing
            for number in (load.customers, load.open, load.overdue, load.done_today, load.done_week)
        )
        if item.key == _CUSTOMERS:
            return Row(item.key, (tr("Customers without an owner"), customers, "", "", "", ""))
        if item.key == _TASKS:
            return Row(item.key, (tr("Unassigned tasks"), "", *tasks[:2], "", ""))
        name = f"{load.name} ({trd(load.standing)})" if load.standing else load.name
        return Row(item.key, (name, customers, *tasks))

    def shown(self, count: Count) -> None:  # noqa: ARG002  # of people
        """Say what is counted where not everything is seen."""
        sees = self._desk.facts.sees_team
        self.say("above", "" if sees else tr("For colleagues, only tasks that were given to them are counted."))

    def told(self, item: Line) -> str:
        """What its keys do."""
        if item.key == _TASKS:
            return tr("Enter lists them.")
        return (
            tr("Enter lists them, h assigns them there.") if item.key == _CUSTOMERS else tr("Enter customers, t tasks")
        )

    def chosen_row(self, item: Line) -> None:
        """List whose customers they are, or nobody's tasks."""
        if item.key == _TASKS:
            self.action_tasks()
        else:
            self.open(OwnedScreen(self._desk, item.load.person or NOBODY, item.load.name))

    def action_tasks(self) -> None:
        """List the tasks."""
        item, account = self.current, self._desk.facts.account
        if item is None:
            return
        person = item.load.person
        mine = account is not None and person == account.id
        if person is None or mine or self._desk.facts.sees_team:
            head = tr("Tasks of {person}", person=item.load.name) if person else tr("Unassigned tasks")
            self.open(ChosenTasksScreen(self._desk, AgendaQuery(whose=person or NOBODY), head))
        else:
            self.open(GivenTasksScreen(self._desk, person, tr("Tasks given to {person}", person=item.load.name)))

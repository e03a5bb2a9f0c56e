"""What an account may read of tasks, and do with them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import Operation
from sellmode_contract.mutations.operations import TaskKind
from sellmode_contract.store_time import Due
from sellmode_tui.records.facet import Facet
from sellmode_tui.records.readings import clean
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.tasks import agenda
from sellmode_tui.records.tasks import changes as task_changes
from sellmode_tui.records.tasks import details as task_details
from sellmode_tui.records.tasks import lines as tasks
from sellmode_tui.records.tasks.agenda import AgendaList, AgendaQuery, TaskCounts
from sellmode_tui.records.tasks.details import TaskDetails
from sellmode_tui.records.tasks.lines import GivenTask, TaskKey
from sellmode_tui.records.writing import Written

_AGENDA = AgendaQuery()


class Tasks(Facet):
    """What an account may read of tasks, and do with them."""

    def agenda(self, query: AgendaQuery = _AGENDA) -> AgendaList:
        """The tasks of a query."""
        customer = None if query.customer is None else clean(query.customer)
        return AgendaList(
            self._readings, query._replace(text=clean(query.text), customer=customer), self._readings.clock
        )

    def counts(self, *, mine: bool = False) -> TaskCounts:
        """How many open tasks there are in each section by now; cheap enough to be asked each minute."""
        return self._read(lambda reading, around: agenda.counts(reading, around, self._readings.clock(), mine=mine))

    def get(self, kind: TaskKind, id: str) -> TaskDetails | None:
        """Everything about a task; None for one that is not visible or unknown, alike."""
        found = self.details([TaskKey(kind, clean(id))])
        return found[0] if found else None

    def details(self, keys: Sequence[TaskKey]) -> list[TaskDetails]:
        """Everything about those of some tasks that are visible, in their order."""
        return self._read(lambda reading, around: task_details.details(reading, around, keys, self._readings.clock()))

    def named(self, text: str, limit: int) -> list[TaskKey]:
        """The visible tasks, by id and no more than ``limit``, whose id a text is or has at least 8 characters of."""
        with self._readings.open() as reading:
            return tasks.named(reading, clean(text), limit)

    def create(self, fields: Mapping[str, Any]) -> Written:
        """Make a task: ``title``, ``details``, ``action``, ``due`` (a ``Due``, or as records have it), ``repeat``,
        ``customer`` and ``assignee`` (ids). Without an assignee it is one's own.
        """
        id = self._writer.new_id()
        return self._writer.write(lambda seen: task_changes.create(id, fields))

    def edit(self, kind: TaskKind, id: str, set: Mapping[str, Any], saw: Mapping[str, Any] | None = None) -> Written:
        """Change fields of an open task, as ``create`` has them. ``saw`` holds what the author saw of those
        fields, if that was some time ago: without it, what stands there now.
        """
        return self._writer.write(lambda seen: task_changes.edit(seen, TaskKey(kind, id), set, saw or {}))

    def finish(
        self, keys: Iterable[TaskKey], how: Literal["done", "dismissed"] = "done", reason: str = ""
    ) -> list[Written]:
        """End tasks; to dismiss them takes a reason. All of them or, if one would be refused, none (RefusedAmong)."""
        return self._each(keys, lambda seen, key: task_changes.finish(seen, key, how, reason))

    def snooze(self, keys: Iterable[TaskKey], to: Due | None) -> list[Written]:
        """Put tasks off; with None they are due when they were. All or none, as ``finish``."""
        return self._each(keys, lambda seen, key: task_changes.snooze(seen, key, to))

    def hand_over(self, keys: Iterable[TaskKey], person: str) -> list[Written]:
        """Give tasks to a colleague (staff id). All or none, as ``finish``."""
        return self._each(keys, lambda seen, key: task_changes.hand_over(seen, key, person))

    def claim(self, kind: TaskKind, id: str) -> Written:
        """Take a task that the whole store sees. If a colleague was faster, that comes up in *Needs attention*."""
        return self._writer.write(lambda seen: task_changes.claim(seen, TaskKey(kind, id), take=True))

    def release(self, kind: TaskKind, id: str) -> Written:
        """Give back what one has taken."""
        return self._writer.write(lambda seen: task_changes.claim(seen, TaskKey(kind, id), take=False))

    def reopen(self, kind: TaskKind, id: str) -> Written:
        """Take back that one has ended a task."""
        return self._writer.write(lambda seen: task_changes.reopen(seen, TaskKey(kind, id)))

    def assignable(self, customer: str | None = None) -> list[Staff]:
        """The colleagues, oneself too, who may be given a new task, on a customer if one is named: by name."""
        named = None if customer is None else clean(customer)
        return self._writer.read(lambda seen: task_changes.assignable(seen, named))

    def takers(self, keys: Iterable[TaskKey]) -> list[Staff]:
        """The colleagues to whom all of these tasks may be handed over, by name. Raises NotVisible."""
        wanted = list(keys)
        return self._writer.read(lambda seen: task_changes.takers_of_all(seen, wanted))

    def given(self) -> list[GivenTask]:
        """The tasks that were given: in Associate Mode for managers. Open ones by due time, then the others."""
        return self._read(lambda reading, around: tasks.given(reading, around, self._readings.clock()))

    def withdraw(self, card: str, reason: str = "") -> Written:
        """Take a task back from whom it was given to, by the id of its card; in Team Mode it is dismissed, for which it
        takes a reason.
        """
        return self._writer.write(lambda seen: task_changes.withdraw(seen, card, reason))

    def _each(self, keys: Iterable[TaskKey], change: Callable[[Seen, TaskKey], Operation]) -> list[Written]:
        """The same change of several tasks."""
        wanted = list(dict.fromkeys(keys))
        return self._writer.write_all([functools.partial(lambda key, seen: change(seen, key), key) for key in wanted])

"""Lists of tasks as rows of a table: which columns there are, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sellmode_tui.screens.words import Words
from sellmode_tui.visibility.agenda import AgendaList
from sellmode_tui.visibility.tasks import TaskKey, TaskLine
from sellmode_tui.widgets import row_table
from sellmode_tui.widgets.columns import Column

OVERDUE: Final = "!"
"""Stands before the due time of what is overdue."""
ENDED: Final = {"done": "done", "dismissed": "dismissed", "expired": "expired", "open": "open"}
KINDS: Final = {"manual_task": "by hand", "rule_task": "by rule", "corporate_task": "head office"}
_MOST_LINES = 5_000
"""Lines that a source remembers; more than a table keeps."""


def task_columns(*, ended: bool, people: bool, customers: bool = True) -> tuple[Column, ...]:
    """The columns of what is open or has `ended`: with `people` where several see a task, and their `customers`.

    Where there is little room the reason goes before the customer: `line_words` says it.
    """
    when = Column("Ended" if ended else "Due", 17, priority=9, min_width=13)
    customer = (Column("Customer", 13, priority=8, min_width=10),) if customers else ()
    why = Column("How" if ended else "Why", 18, priority=6, min_width=12)
    person = (Column("By" if ended else "For", 14, priority=7, min_width=8),) if people else ()
    return (when, Column("Task", priority=10, min_width=22), *customer, why, *person, Column("Kind", 11, priority=1))


def row_key(key: TaskKey) -> str:
    """A task's key as a table has it."""
    return f"{key.kind}/{key.id}"


def task_key(row: str) -> TaskKey:
    """A table's key as the door has it."""
    kind, _, id = row.partition("/")
    return TaskKey(kind, id)  # type: ignore[arg-type]  # made by `row_key`


class AgendaSource:
    """Gives a table the rows of a list."""

    def __init__(
        self, found: AgendaList, words: Callable[[], Words], *, ended: bool, people: bool, customers: bool = True
    ) -> None:
        """As with `task_columns`."""
        self.found = found
        self._words = words
        self._ended = ended
        self._people = people
        self._customers = customers
        self._lines: dict[str, TaskLine] = {}

    def line(self, key: str | None) -> TaskLine | None:
        """A task that a row was made of."""
        return self._lines.get(key or "")

    def count(self) -> row_table.Count:
        """How many there are."""
        return row_table.Count(self.found.count())

    def rows(self, start: int, stop: int) -> Sequence[row_table.Row]:
        """A page of them."""
        lines = {row_key(line.key): line for line in self.found.rows(start, stop)}
        if len(self._lines) + len(lines) > _MOST_LINES:
            self._lines = {}
        self._lines = {**self._lines, **lines}
        return [row_table.Row(key, self._cells(line)) for key, line in lines.items()]

    def find(self, key: str) -> int | None:
        """Where a task stands."""
        return self.found.find(task_key(key))

    def _cells(self, line: TaskLine) -> tuple[str, ...]:
        customer = (line.customer_name,) if self._customers else ()
        if self._ended:
            when = self._words().time(line.ended_at) if line.ended_at else ""
            why = f"{ENDED[line.state]}{f': {line.reason}' if line.reason else ''}"
            person = line.done_by_name
        else:
            mark = OVERDUE if line.section == "overdue" else " "
            when = f"{mark} {line.due_words or 'any time'}"
            why = line.because or (f"from {line.giver}" if line.giver else "")
            person = line.claimed_name or line.whose_name
        return (when, line.title, *customer, why, *((person,) if self._people else ()), KINDS[line.kind])


def line_words(line: TaskLine, words: Words, me: str | None) -> str:
    """What a row leaves out: said under the list for the task under the cursor."""
    said = [line.because]
    if line.giver:
        said.append(f"given by {line.giver}")
    if line.claimed_by:
        said.append("taken by you" if line.claimed_by == me else f"taken by {line.claimed_name}")
    elif line.whose and line.whose != me:
        said.append(f"for {line.whose_name}")
    if line.snoozed:
        said.append("put off")
    if line.repeats:
        said.append("repeats")
    if line.state != "open":
        who = f" by {line.done_by_name}" if line.done_by_name else ""
        said.append(f"{ENDED[line.state]}{who}{f': {line.reason}' if line.reason else ''}")
    return words.between.join(filter(None, said))

"""Lists of tasks as rows of a table: which columns there are, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from sellmode_contract.kinds.task import TaskState
from sellmode_tui.language import marked, tr, trc, trd
from sellmode_tui.records import AgendaQuery, Interrupted, RecordStore, Section
from sellmode_tui.records.tasks.lines import OPEN, TaskKey, TaskLine
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.screens.lists.rows import PagedRows
from sellmode_tui.widgets.columns import Column
from sellmode_tui.widgets.meanings import OVERDUE, TODAY, Meaning
from sellmode_tui.widgets.row_source import Count, Row

MEANT: Final[dict[Section, Meaning]] = {"overdue": OVERDUE, "today": TODAY}
"""What the section of an open task means."""
KINDS: Final = {
    "manual_task": marked("manual"),
    "rule_task": marked("automatic"),
    "corporate_task": marked("head office"),
}


def state_words(state: TaskState) -> str:
    """A task's state, inside a line."""
    return {
        "open": trc("state of a task", "open"),
        "done": trc("state of a task", "done"),
        "dismissed": trc("state of a task", "dismissed"),
        "expired": trc("state of a task", "expired"),
    }[state]


def task_columns(*, ended: bool, people: bool, customers: bool = True) -> tuple[Column, ...]:
    """The columns of what is open or has `ended`: with `people` where several see a task, and their `customers`.

    Where there is little room the reason goes before the customer: `line_words` says it.
    """
    when = Column(marked("Ended") if ended else marked("Due"), 17, priority=9, min_width=13)
    customer = (Column("Customer", 13, priority=8, min_width=10),) if customers else ()
    why = Column(marked("Outcome") if ended else marked("Why"), 18, priority=6, min_width=12)
    person = (Column(marked("By") if ended else marked("For"), 14, priority=7, min_width=8),) if people else ()
    return (when, Column("Task", priority=10, min_width=22), *customer, why, *person, Column("Kind", 11, priority=1))


def row_key(key: TaskKey) -> str:
    """A task's key as a table has it."""
    return f"{key.kind}/{key.id}"


def task_key(row: str) -> TaskKey:
    """A table's key as the record store has it."""
    kind, _, id = row.partition("/")
    return TaskKey(kind, id)  # type: ignore[arg-type]  # made by `row_key`


class AgendaRows(PagedRows[TaskLine]):
    """The rows of a list of tasks, and how many open ones there are of each section, whichever are listed."""

    def __init__(
        self,
        records: RecordStore,
        query: AgendaQuery,
        words: Callable[[], Words],
        marked: Callable[[], Iterable[str]],
        *,
        ended: bool,
        people: bool,
        customers: bool = True,
    ) -> None:
        """The last three as with `task_columns`; ``marked`` tells which rows are marked now."""
        self.found = records.tasks.agenda(query)
        super().__init__(self.found)
        self._open = self.found if query.sections == OPEN else records.tasks.agenda(query._replace(sections=OPEN))
        self._words = words
        self._marked = marked
        self._ended = ended
        self._people = people
        self._customers = customers
        self.lengths: Mapping[Section, int] = {}
        self.gone: Collection[str] = ()
        """The marked ones that are not listed any more: nobody could take their marks away."""

    @property
    def stale(self) -> bool:
        """Whether the rows or the sections' numbers may be others now; at the end of a day due times are, too."""
        try:
            return self.found.stale or self._open.stale
        except Interrupted:
            return False

    def count(self) -> Count:
        """How many there are, how many of each section are open, and which marked ones have gone."""
        marked = frozenset(self._marked())
        self.lengths = self._open.lengths()
        self.gone = marked.difference(map(row_key, self.found.keys())) if marked else ()
        return Count(self.found.count())

    def find(self, key: str) -> int | None:
        """Where a task stands."""
        return self.found.find(task_key(key))

    def row(self, item: TaskLine) -> Row:
        """When, what, for which customer, why, whose, of which kind."""
        customer = (item.customer_name,) if self._customers else ()
        if self._ended:
            when = self._words().time(item.ended_at) if item.ended_at else ""
            why = _with_reason(state_words(item.state), item)
            person = item.done_by_name
        else:
            when = item.due_words or tr("any time")
            why = item.because or (tr("from {name}", name=item.giver) if item.giver else "")
            person = item.claimed_name or item.whose_name
        people = (person,) if self._people else ()
        cells = (when, item.title, *customer, why, *people, trd(KINDS[item.kind]))
        return Row(row_key(item.key), cells, MEANT.get(item.section))


def line_words(line: TaskLine, words: Words, me: str | None, *, people: bool) -> str:
    """What a row leaves out: said under the list for the task under the cursor; `people` as with `task_columns`."""
    said = [line.because if line.state != "open" else ""]  # else it is in the row
    if line.giver:
        said.append(tr("given by {name}", name=line.giver))
    if line.claimed_by:
        said.append(tr("taken by you") if line.claimed_by == me else tr("taken by {name}", name=line.claimed_name))
    elif line.whose and line.whose != me and not people:
        said.append(tr("for {name}", name=line.whose_name))
    if line.snoozed:
        said.append(tr("snoozed"))
    if line.repeats:
        said.append(tr("repeats"))
    if line.state != "open":
        ended, who = state_words(line.state), line.done_by_name
        said.append(_with_reason(tr("{ended} by {name}", ended=ended, name=who) if who else ended, line))
    return words.between.join(filter(None, said))


def _with_reason(ended: str, line: TaskLine) -> str:
    return f"{ended}: {trd(line.reason)}" if line.reason else ended

"""Tasks that somebody made, and the manager's card of one that was given."""

from __future__ import annotations

from sellmode_contract.audiences import LEAD, NOBODY, STORE, Row, Rule, person_audience
from sellmode_contract.kinds.fields import Due, Ref, Text
from sellmode_contract.kinds.kind import Card, Kind
from sellmode_contract.kinds.rule_task import Because
from sellmode_contract.kinds.task import Task, TaskState, action, titled
from sellmode_contract.records import Instant, Record


class ManualTask(Task, frozen=True, kw_only=True):
    """A task that somebody made, or that the backend made for somebody: of a rule, or to answer a customer.

    Its creator is then whom it was made for.
    """

    creator: str
    assignee: str | None = None
    """Whom it was given to; None is its creator's own."""
    customer: str | None = None
    repeat: str = ""
    """RFC 5545 recurrence rule, without its name: ``FREQ=WEEKLY;BYDAY=MO``. The next one is made when this one ends."""
    repeat_from: str = ""
    """The due time from which ``repeat`` counts."""
    series: str = ""
    """Id of the first task of a repeating one; empty for the first itself."""
    lookbook: str = ""
    """Id of the lookbook on whose page the customer wrote what is to be answered."""
    rule: str = ""
    """Slug of the rule that made it."""
    because: Because | None = None
    """Why the rule made it."""
    request: str = ""
    """Id of the request that it is about."""
    picks: str = ""
    """Id of the list of picks that it is about."""
    products: tuple[str, ...] = ()
    """SKUs of what is to be reviewed there."""


class TaskCard(Record, frozen=True, kw_only=True):
    """What a manager keeps of a task given to somebody."""

    store: str
    task: str
    title: str = ""
    creator: str = ""
    assignee: str = ""
    about: str | None = None
    """Id of the task's customer."""
    due: str = ""
    due_at: Instant | None = None
    state: TaskState = "open"
    done_at: Instant | None = None
    reason: str = ""


def _card(task: ManualTask, id: str) -> TaskCard | None:
    if task.assignee in (None, task.creator):
        return None
    return TaskCard(
        id=id,
        store=task.store,
        task=task.id,
        title=task.title,
        creator=task.creator,
        assignee=task.assignee or "",
        about=task.customer,
        due=task.due,
        due_at=task.due_at,
        state=task.state,
        done_at=task.done_at,
        reason=task.reason,
    )


MANUAL_TASK = Kind(
    name="manual_task",
    record=ManualTask,
    row=Row(
        "manual task",
        STORE,
        Rule(
            "its assignee, or its creator if it has none",
            lambda task, _: person_audience(task.store, task.assignee or task.creator),
        ),
    ),
    noun="task",
    fields=(
        Text(name="title", required="A task needs a title."),
        Ref(name="customer", to="customer", write="once"),
        Text(name="details", longest=5_000, lines=True),
        action(),
        Due(name="due", label="due time"),
        Text(name="repeat", longest=1_000, label="repetition"),
        Ref(name="assignee", to="staff", label="assignee"),
        Due(name="snoozed_to", label="snoozed until"),
        Text(name="repeat_from", write="again"),
        Text(name="series", write="again"),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    follows={"claimed_by": "assignee", "repeat_from": "repeat"},
    stamps={"creator": "author", "store": "store", "created_at": "now"},
    fact=True,
    card=Card(TaskCard, _card),
    words=titled,
)


TASK_CARD = Kind(
    name="task_card",
    record=TaskCard,
    row=Row("card of a task that a manager gave", NOBODY, LEAD),
    columns=("creator", "assignee", "state", "due_at", "done_at"),
    words=titled,
)

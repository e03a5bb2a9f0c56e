"""Tasks: made by hand, by a rule, or for a head office, and the manager's card of one that was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sellmode_contract.audiences import (
    LEAD,
    NOBODY,
    PERSON,
    STORE,
    Row,
    Rule,
    customer_own,
    customer_team,
    person_audience,
    store_audience,
)
from sellmode_contract.kinds.contact import CONTACTS
from sellmode_contract.kinds.fields import Due, Field, OneOf, Ref, Text, Write
from sellmode_contract.kinds.kind import Card, Kind, text_in
from sellmode_contract.records import CorporateTask, Customer, ManualTask, RuleTask, TaskCard


def action(write: Write = "always") -> Field:
    """The contact that something asks for."""
    return OneOf(name="action", choices=CONTACTS, write=write)


def _titled(task: Mapping[str, Any], _: str) -> str:
    title = text_in(task, "title")
    return f'task "{title}"' if title else "task"


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


_SNOOZED_TO = Due(name="snoozed_to", label="snoozed until", write="later")
_CLAIM = "claimed_by"

MANUAL_TASK = Kind(
    record=ManualTask,
    row=Row(
        "manual task",
        STORE,
        Rule(
            "its assignee; its creator if there is none",
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
    follows={_CLAIM: "assignee", "repeat_from": "repeat"},
    stamps={"creator": "author", "store": "store", "created_at": "now"},
    fact=True,
    card=Card(TaskCard, _card),
    words=_titled,
)


def _rule_team(task: RuleTask, customer: Customer | None) -> str | None:
    # An open task goes with its customer to another store; both tags have to name the same one.
    return store_audience(task.store) if task.done_by else customer_team(task, customer)


def _rule_own(task: RuleTask, customer: Customer | None) -> str | None:
    return person_audience(task.store, task.done_by) if task.done_by else customer_own(task, customer)


RULE_TASK = Kind(
    record=RuleTask,
    row=Row(
        "rule task",
        Rule("the customer's store; done: the store where it was done", _rule_team),
        Rule("open: as its customer; done: the person who did it", _rule_own),
    ),
    noun="task",
    fields=(_SNOOZED_TO, Ref(name="meant_for", to="staff", label="assignee", write="later")),
    verbs=frozenset({"edit"}),
    follows={_CLAIM: "meant_for"},
    words=_titled,
)

CORPORATE_TASK = Kind(
    record=CorporateTask,
    row=Row("corporate task, one record a person", STORE, PERSON),
    noun="task",
    fields=(_SNOOZED_TO,),
    verbs=frozenset({"edit"}),
    words=_titled,
)

TASK_CARD = Kind(
    record=TaskCard,
    row=Row("card of a task that a manager gave", NOBODY, LEAD),
    columns=("creator", "state", "due_at"),
    words=_titled,
)

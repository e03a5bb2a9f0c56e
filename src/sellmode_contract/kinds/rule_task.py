"""Tasks that a rule made for a customer."""

from __future__ import annotations

from typing import Literal

import msgspec

from sellmode_contract.audiences import Owned, Row, Rule, customer_own, customer_team, person_audience, store_audience
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.fields import Ref
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.task import SNOOZED_TO, Task, titled
from sellmode_contract.records import Instant

RuleTrigger = Literal[
    "purchase",
    "date",
    "lapsed",
    "new_customer",
    "replenishment",
    "stay_in_touch",
    "event",
    "stale_picks",
    "late_request",
]


class Because(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a rule's task is for, told as words where it is shown ("bought 5 days ago")."""

    event: RuleTrigger
    at: Instant | None = None
    """When it happened (purchase, last contact)."""
    day: str = ""
    """The day that it is about (``2026-12-24``), if it is a day."""
    about: str = ""
    """Which date (``birthday``), product, event or list of picks, or whose request."""
    whose: str = ""
    """Whose date, if not the customer's own (a pet's name)."""


class RuleTask(Task, frozen=True, kw_only=True):
    """A task that a rule made for a customer. Its id is ``rule_task_id`` of rule, customer and occurrence."""

    customer: str
    rule: str = ""
    """Slug of the rule."""
    occurrence: str = ""
    because: Because | None = None
    meant_for: str | None = None
    """Staff id of whom it is meant for where the whole store sees it."""
    message: str = ""
    """Suggested text, with the places of ``rules.templates``."""
    expires_at: Instant | None = None


def rule_task_id(rule: str, customer: str, occurrence: str) -> str:
    """The id of a rule's task: whoever makes it, however often, makes the same."""
    return source_id("rule_task", "sellmode", f"{rule}\x1f{customer}\x1f{occurrence}")


def _team(task: RuleTask, customer: Owned | None) -> str | None:
    # An open task goes with its customer to another store; both tags have to name the same one.
    return store_audience(task.store) if task.done_by else customer_team(task, customer)


def _own(task: RuleTask, customer: Owned | None) -> str | None:
    return person_audience(task.store, task.done_by) if task.done_by else customer_own(task, customer)


RULE_TASK = Kind(
    name="rule_task",
    record=RuleTask,
    row=Row(
        "rule task",
        Rule("everyone in the customer's store; once done, in the store where it was done", _team),
        Rule("whoever can see the customer; once done, only the person who did it", _own),
    ),
    noun="task",
    fields=(SNOOZED_TO, Ref(name="meant_for", to="staff", label="assignee", write="later")),
    verbs=frozenset({"edit"}),
    follows={"claimed_by": "meant_for"},
    words=titled,
)

"""Why a customer or a task is seen."""

from __future__ import annotations

from typing import NamedTuple

from sellmode_contract import audiences, visibility
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.kinds.task import Task
from sellmode_contract.records import parent_of
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import TASK_KINDS, decode
from sellmode_tui.cache.visible import VisibleRows
from sellmode_tui.visibility.surroundings import Surroundings
from sellmode_tui.visibility.tasks import TaskKey


class WhySeen(NamedTuple):
    """The rule that lets this account, and whoever else it names, see a customer."""

    customer: str
    name: str
    mode: Mode
    column: audiences.Column
    """Which column of the table counts: the mode's, or the team's for who may read profiles."""
    rule: str
    """In words, from the table."""
    audience: str
    """Whom the rule gives: ``store:S``, ``person:S:A`` or ``lead:S``."""
    owner: str | None
    owner_name: str
    store: str | None


class WhyTask(NamedTuple):
    """The rule that lets this account, and whoever else it names, see a task."""

    task: TaskKey
    title: str
    mode: Mode
    column: audiences.Column
    """As in ``WhySeen``."""
    rule: str
    """In words, from the table."""
    audience: str
    """As in ``WhySeen``."""
    person_name: str
    """Name of the one person whom the rule gives, if it gives one."""
    store: str


def read_task(reading: Reading, around: Surroundings, key: TaskKey) -> WhyTask | None:
    """The rule for a visible task, else None."""
    if key.kind not in TASK_KINDS or reading.head is None:
        return None
    rows = VisibleRows(reading.connection, reading.scopes)
    task = rows.get(key.kind, key.id)
    if not isinstance(task, Task):
        return None
    parent = parent_of(task)
    customer = None if parent is None else rows.get("customer", parent)
    view = reading.head.view
    mode: Mode = "team" if view.mode == "team" else "associate"
    reason = visibility.why(mode, view.account, task, customer if isinstance(customer, Customer) else None)
    audience = reason.audience or ""
    return WhyTask(
        task=key,
        title=task.title,
        mode=reason.mode,
        column=reason.column,
        rule=reason.rule,
        audience=audience,
        person_name=around.name_of(audience.rpartition(":")[2]) if audience.startswith("person:") else "",
        store=task.store,
    )


def read(reading: Reading, around: Surroundings, id: str) -> WhySeen | None:
    """The rule for a visible customer, else None."""
    row = reading.connection.execute(
        f"SELECT c.doc FROM customer c WHERE c.id = ? AND {reading.only_visible('c')}", (id,)
    ).fetchone()
    if row is None or reading.head is None:
        return None
    customer = decode("customer", row[0])
    view = reading.head.view
    mode: Mode = "team" if view.mode == "team" else "associate"  # no other mode has visible records
    reason = visibility.why(mode, view.account, customer)
    return WhySeen(
        customer=customer.id,
        name=customer.name,
        mode=reason.mode,
        column=reason.column,
        rule=reason.rule,
        audience=reason.audience or "",
        owner=customer.owner,
        owner_name=around.name_of(customer.owner),
        store=customer.store,
    )

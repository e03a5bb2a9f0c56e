"""Everything about a task: what it says, what is suggested for it, what its reader may do with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from sellmode_contract import visibility
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.rule_task import Because, RuleTask
from sellmode_contract.kinds.task import Task
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.mutations.operations import TaskKind
from sellmode_contract.mutations.tasks import is_taken
from sellmode_contract.rules.templates import fill
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.dates.words import due_words
from sellmode_tui.language import marked, trd
from sellmode_tui.records.context import Context
from sellmode_tui.records.tasks import products
from sellmode_tui.records.tasks.lines import KINDS, Moment, TaskKey, TaskLine, lines, moment_of, read, reasons_of
from sellmode_tui.records.tasks.products import ProductLine

Can: TypeAlias = Literal["finish", "snooze", "edit", "hand_over", "claim", "release", "reopen", "remove"]
AnyTask: TypeAlias = ManualTask | RuleTask | CorporateTask


@dataclass(frozen=True)
class TaskDetails:
    """Everything about a task."""

    line: TaskLine
    record: AnyTask
    """As it is; without ``because`` if its customer is not to be seen."""
    details: str
    subject: str
    """Suggested subject of a message."""
    message: str
    """Suggested text of a message, with what is known in its places."""
    products: tuple[ProductLine, ...]
    creator_name: str
    """Who made it; empty for what nobody of the store did."""
    rule_name: str
    expires_at: dt.datetime | None
    can: frozenset[Can]
    """What its reader may do with it, as far as can be told from here."""


def details(reading: Reading, around: Context, keys: Sequence[TaskKey], now: dt.datetime) -> list[TaskDetails]:
    """Everything about those of some tasks that are visible, in their order; of many in as few queries as of one."""
    found, at = _records(reading, keys), moment_of(now, around.zone)
    beside = _beside(reading, around, [task for _, task in found])
    return [
        TaskDetails(
            line=line,
            record=_without_names(task) if line.customer_name and line.customer is None else task,
            details=task.details,
            subject=task.subject if isinstance(task, CorporateTask) else "",
            message="" if isinstance(task, ManualTask) else fill(task.message, _known(around, task, beside, at)),
            products=tuple(beside.products[sku] for sku in _skus(task)),
            creator_name=_creator_name(around, task),
            rule_name=beside.rules.get((line.rule, task.store), line.rule),
            expires_at=None if isinstance(task, ManualTask) else task.expires_at,
            can=_can(reading, around, task),
        )
        for (_, task), line in zip(found, lines(reading, around, found, at), strict=True)
    ]


def _records(reading: Reading, keys: Sequence[TaskKey]) -> list[tuple[TaskKind, AnyTask]]:
    """The tasks, but those that are not visible."""
    records: dict[TaskKey, AnyTask] = {}
    for kind in KINDS:
        if ids := [key.id for key in keys if key.kind == kind]:
            rows = reading.connection.execute(
                f"SELECT t.id, t.doc FROM {kind} t WHERE t.id IN ({_marks(ids)}) AND {reading.only_visible('t')}", ids
            )
            records.update({TaskKey(kind, id): decode(kind, doc) for id, doc in rows})
    return [(key.kind, records[key]) for key in keys if key in records]


class _Beside(NamedTuple):
    """What stands beside some tasks."""

    customers: Mapping[str, Customer]
    """Those of suggested texts who are visible, by id."""
    because: Mapping[str, Because]
    """Why rules' tasks are there, by the task's id."""
    rules: Mapping[tuple[str, str], str]
    """Names of rules by slug and store."""
    products: Mapping[str, ProductLine]


def _beside(reading: Reading, around: Context, tasks: Sequence[AnyTask]) -> _Beside:
    by_rule = [task for task in tasks if isinstance(task, RuleTask)]
    ids = list({task.customer for task in by_rule if task.message})
    customers: dict[str, Customer] = {}
    if ids:
        rows = reading.connection.execute(
            f"SELECT c.id, c.doc FROM customer c WHERE c.id IN ({_marks(ids)}) AND {reading.only_visible('c')}", ids
        )
        customers = {id: decode("customer", doc) for id, doc in rows}
    skus = {sku for task in tasks for sku in _skus(task)}
    made = {(rule, task.store) for task in tasks if (rule := getattr(task, "rule", ""))}
    return _Beside(
        customers,
        reasons_of(reading, around, by_rule),
        _rule_names(reading, made),
        {each.sku: each for each in products.by_sku(reading, skus)},
    )


def _skus(task: AnyTask) -> tuple[str, ...]:
    return () if isinstance(task, RuleTask) else task.products


def _creator_name(around: Context, task: AnyTask) -> str:
    """Who made a task by hand: not a rule, nor the customer whose reply it is to answer."""
    if not isinstance(task, ManualTask) or task.rule or task.lookbook:
        return ""
    return around.name_of(task.creator)


def _rule_names(reading: Reading, rules: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Names of rules by slug and store: the store's own, if it has one of that slug."""
    slugs = list({slug for slug, _ in rules})
    if not slugs:
        return {}
    rows = reading.connection.execute(
        f"SELECT r.doc FROM task_rule r WHERE r.slug IN ({_marks(slugs)}) AND {reading.only_visible('r')}", slugs
    )
    found: list[TaskRule] = [decode("task_rule", doc) for (doc,) in rows]
    names = {(rule.slug, rule.store): rule.name for rule in found}
    return {
        (slug, store): name
        for slug, store in rules
        if (name := names.get((slug, store)) or names.get((slug, None))) is not None
    }


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))


def _without_names(task: AnyTask) -> AnyTask:
    """A task of a customer who is not to be seen: whose day it was about is not to be known, either."""
    return msgspec.structs.replace(task, because=None) if isinstance(task, RuleTask) else task


def _known(around: Context, task: AnyTask, beside: _Beside, at: Moment) -> dict[str, str]:
    """What stands for the places of a suggested text."""
    stores = around.retailer.stores if around.retailer else ()
    known = {
        "associate": around.account.name if around.account else "",
        "store": next((store.name for store in stores if store.id == task.store), ""),
    }
    if isinstance(task, CorporateTask):
        # Its customer is whom its reader chooses: it says what is to be put in.
        return {**{place: trd(text) for place, text in _TO_PUT_IN.items()}, **known}
    customer = beside.customers.get(task.customer or "")
    if customer is None:
        return known
    known.update(given_name=customer.given_name, family_name=customer.family_name, name=customer.full_name)
    if because := beside.because.get(task.id):
        day = read(because.day)
        known.update(about=because.about, whose=because.whose, day=due_words(day, at.at, at.zone) if day else "")
    return known


_TO_PUT_IN: Final = {
    "given_name": marked("[given name]"),
    "family_name": marked("[family name]"),
    "name": marked("[name]"),
}


def _can(reading: Reading, around: Context, task: Task) -> frozenset[Can]:
    account, head = around.account, reading.head
    if account is None or head is None or not visibility.may(account, "sell"):
        return frozenset()
    if isinstance(task, CorporateTask) and task.person != account.id:
        return frozenset()
    if task.state != "open":
        return frozenset({"reopen"} if task.done_by == account.id and task.state != "expired" else ())
    found: set[Can] = {"snooze"}
    team = head.view.mode == "team"
    staff = {one.id: one for one in around.colleagues}
    mine = task.claimed_by == account.id
    free = not team or mine or not is_taken(task, staff.get)
    if free:
        found.add("finish")
    if isinstance(task, ManualTask):
        found.add("edit")
        if task.creator == account.id and free:
            found.add("remove")
        if team or visibility.may(account, "reassign") or task.creator != account.id:
            found.add("hand_over")
    if isinstance(task, RuleTask) and team:
        found.add("hand_over")
    if not isinstance(task, CorporateTask) and (team or task.claimed_by):
        if mine:
            found.add("release")
        elif team and free:
            found.add("claim")
    return frozenset(found)

"""Tasks of every kind as lines of a list, for whoever reads them, and the cards of those that were given.

A section is a matter of the moment: what is due today is overdue later. ``agenda`` lists and counts them by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from sellmode_contract import audiences, visibility
from sellmode_contract.kinds.contact import ContactChannel
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.manual_task import ManualTask, TaskCard
from sellmode_contract.kinds.rule_task import Because, RuleTask
from sellmode_contract.kinds.task import Task, TaskState
from sellmode_contract.mutations.operations import TaskKind
from sellmode_contract.store_time import Due, day_start, local_day, read_due
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode, instant
from sellmode_tui.dates.words import due_words
from sellmode_tui.language import marked, tr, trc, trd
from sellmode_tui.records.context import Context
from sellmode_tui.records.ids import ids_named
from sellmode_tui.records.tasks import products
from sellmode_tui.records.tasks.words import because_words, called, sku_of

Section: TypeAlias = Literal["overdue", "today", "week", "later", "done"]
"""``week``: until the end of Sunday. ``later`` ends with what has no due time. ``done`` is all that has ended."""

OPEN: tuple[Section, ...] = ("overdue", "today", "week", "later")
SECTIONS: tuple[Section, ...] = (*OPEN, "done")
KINDS: tuple[TaskKind, ...] = ("manual_task", "rule_task", "corporate_task")
A_COLLEAGUES_CUSTOMER: Final = marked("a colleague's customer")
"""Stands for a customer whom the account does not see."""


class TaskKey(NamedTuple):
    """Names a task."""

    kind: TaskKind
    id: str


class TaskLine(NamedTuple):
    """A task in a list. Instants are UTC. Names and texts are as they came."""

    kind: TaskKind
    id: str
    section: Section
    state: TaskState
    """As it is by now: one whose time is up is ``expired``, whether or not the backend has said so."""
    title: str
    customer: str | None
    """Id of a customer whom one sees."""
    customer_name: str
    """Empty if it has none, ``A_COLLEAGUES_CUSTOMER`` for one who is not to be seen."""
    because: str
    """Of a rule's task: why it is there ("bought 5 days ago")."""
    due: Due | None
    """Local to the store: what it is put off to, or else when it was to be done."""
    due_at: dt.datetime | None
    due_words: str
    """That, in words of the moment at which it was read; empty for any time."""
    snoozed: bool
    repeats: bool
    action: ContactChannel | None
    rule: str
    """Slug of the rule that made it."""
    picks: str
    """Id of the list of picks that it is about."""
    whose: str | None
    """Staff id of whom it falls to; None for anybody of the store. In Associate Mode a rule's task is its customer's
    owner's."""
    whose_name: str
    given_by: str
    """Name of who gave it to whoever has it; empty for what nobody was given."""
    given_by_me: bool
    claimed_by: str | None
    claimed_name: str
    ended_at: dt.datetime | None
    """When it was done, dismissed or has expired."""
    done_by_name: str
    reason: str
    """Why it was dismissed or has expired."""

    @property
    def key(self) -> TaskKey:
        """What methods call it by."""
        return TaskKey(self.kind, self.id)

    @property
    def giver(self) -> str:
        """Who gave it, as its reader is told."""
        return trc("who gave a task", "you") if self.given_by_me else self.given_by


class GivenTask(NamedTuple):
    """A task that was given to somebody, as a manager in Associate Mode keeps it."""

    card: str
    """Id of the card, by which it is withdrawn."""
    task: str
    title: str
    giver_name: str
    given_by_me: bool
    assignee: str
    assignee_name: str
    customer: str | None
    """Id of a customer whom one sees."""
    customer_name: str
    """As in ``TaskLine``."""
    due: Due | None
    due_at: dt.datetime | None
    due_words: str
    overdue: bool
    state: TaskState
    ended_at: dt.datetime | None
    reason: str

    @property
    def giver(self) -> str:
        """Who gave it, as its reader is told."""
        return trc("who gave a task", "you") if self.given_by_me else self.giver_name


# ------------------------------------------------------------------ the moment


class Moment(NamedTuple):
    """A moment of a store, with where the sections end as of it, as instants are stored."""

    at: dt.datetime
    zone: dt.tzinfo
    now: int
    day_end: int
    week_end: int


def moment_of(now: dt.datetime, zone: dt.tzinfo) -> Moment:
    """A moment of a store."""
    today = local_day(now, zone)
    tomorrow, monday = (today + dt.timedelta(days=days) for days in (1, 7 - today.weekday()))
    return Moment(now, zone, instant(now), instant(day_start(tomorrow, zone)), instant(day_start(monday, zone)))


def section_of(state: str, due: int | None, expires: int | None, at: Moment) -> Section:
    """The section that a task is in, by instants as they are stored."""
    if state != "open" or (expires is not None and expires <= at.now):
        return "done"
    if due is None or due > at.week_end:
        return "later"
    return "overdue" if due <= at.now else "today" if due <= at.day_end else "week"


def column_of(reading: Reading) -> audiences.Column | None:
    """The column of the mode table that counts."""
    return visibility.column(reading.head.view.mode, reading.head.view.account) if reading.head else None


def _stored(moment: dt.datetime | None) -> int | None:
    return None if moment is None else instant(moment)


# ------------------------------------------------------------------ lines


class _Names(NamedTuple):
    """The customers of some tasks, as far as they may be known."""

    seen: Mapping[str, str]
    """Names of those who are visible, by id."""
    carded: Mapping[str, str]
    """Names on the cards of others."""
    owners: Mapping[str, str | None]
    """Who looks after those who are visible."""

    def of(self, customer: str | None) -> str:
        if customer is None:
            return ""
        return self.seen.get(customer) or self.carded.get(customer) or trd(A_COLLEAGUES_CUSTOMER)


def _names(reading: Reading, customers: Iterable[str | None]) -> _Names:
    ids = [id for id in dict.fromkeys(customers) if id is not None]
    if not ids:
        return _Names({}, {}, {})
    marks = ",".join("?" * len(ids))
    seen = reading.connection.execute(
        f"SELECT c.id, c.name, c.owner FROM customer c WHERE c.id IN ({marks}) AND {reading.only_visible('c')}", ids
    ).fetchall()
    carded = reading.connection.execute(
        "SELECT k.customer, k.doc ->> '$.name' FROM customer_card k"
        f" WHERE k.customer IN ({marks}) AND {reading.only_visible('k')}",
        ids,
    )
    return _Names({id: name for id, name, _ in seen}, dict(carded), {id: owner for id, _, owner in seen})


def customer_names(reading: Reading, customers: Sequence[str]) -> dict[str, str]:
    """Names by id, of whoever may be known; ``A_COLLEAGUES_CUSTOMER`` stands for all others."""
    names = _names(reading, customers)
    return {id: names.of(id) for id in customers}


def lines(reading: Reading, around: Context, tasks: Sequence[tuple[TaskKind, Task]], at: Moment) -> list[TaskLine]:
    """Tasks as lines, in their order."""
    names = _names(reading, (getattr(task, "customer", None) for _, task in tasks))
    reasons = reasons_of(reading, around, (task for _, task in tasks))
    found = []
    for kind, task in tasks:
        line = _line(kind, task, names, reasons.get(task.id), around, at)
        if isinstance(task, RuleTask) and line.state == "open" and column_of(reading) == "own":
            owner = names.owners.get(task.customer)  # it goes with its customer, whomever it was made for
            line = line._replace(whose=owner, whose_name=around.name_of(owner))
        found.append(line)
    return found


def reasons_of(reading: Reading, around: Context, tasks: Iterable[Task]) -> dict[str, Because]:
    """Why rules' tasks are there, with what they are about as people call it, by the task's id."""
    found = {task.id: because for task in tasks if (because := getattr(task, "because", None))}
    skus = {sku for because in found.values() if (sku := sku_of(because))}
    titles = {each.sku: each.title for each in products.by_sku(reading, skus)}
    custom = around.retailer.custom_fields if around.retailer else ()
    return {id: called(because, titles, custom) for id, because in found.items()}


def _line(kind: TaskKind, task: Task, names: _Names, because: Because | None, around: Context, at: Moment) -> TaskLine:
    expires_at: dt.datetime | None = getattr(task, "expires_at", None)
    section = section_of(task.state, _stored(task.due_at), _stored(expires_at), at)
    overtime = task.state == "open" and section == "done"
    customer: str | None = getattr(task, "customer", None)
    seen = customer is None or customer in names.seen
    due = read(task.snoozed_to or task.due)
    falls_to = whose(task)
    given = isinstance(task, ManualTask) and task.assignee not in (None, task.creator)
    giver = task.creator if given and isinstance(task, ManualTask) else None
    me = around.account.id if around.account else None
    return TaskLine(
        kind=kind,
        id=task.id,
        section=section,
        state="expired" if overtime else task.state,
        title=task.title,
        customer=customer if seen else None,
        customer_name=names.of(customer),
        because=because_words(because, at.at, at.zone, seen=seen) if because else "",
        due=due,
        due_at=task.due_at,
        due_words=due_words(due, at.at, around.zone_of(task.store)) if due else "",
        snoozed=bool(task.snoozed_to),
        repeats=isinstance(task, ManualTask) and bool(task.repeat),
        action=task.action,
        rule=getattr(task, "rule", ""),
        picks=getattr(task, "picks", ""),
        whose=falls_to,
        whose_name=around.name_of(falls_to),
        given_by=around.name_of(giver),
        given_by_me=giver is not None and giver == me,
        claimed_by=task.claimed_by,
        claimed_name=around.name_of(task.claimed_by),
        ended_at=expires_at if overtime else task.done_at,
        done_by_name=around.name_of(task.done_by),
        reason=tr("its time ran out") if overtime else task.reason,
    )


def whose(task: Task) -> str | None:
    """Staff id of whom a task falls to."""
    match task:
        case ManualTask():
            return task.assignee or task.creator
        case RuleTask():
            return task.meant_for
        case CorporateTask():
            return task.person
    raise TypeError(f"{type(task).__name__} is no kind of task")


def read(text: str) -> Due | None:
    """A due time as a record has it; None for none, and for one that says nothing."""
    try:
        return read_due(text) if text else None
    except ValueError:
        return None


def named(reading: Reading, text: str, limit: int) -> list[TaskKey]:
    """The visible tasks, no more than ``limit``, whose id a text is or begins."""
    found = [TaskKey(kind, id) for kind in KINDS for id in ids_named(reading, kind, text, limit)]
    return sorted(found, key=lambda key: key.id)[:limit]


# ------------------------------------------------------------------ given tasks


def given(reading: Reading, around: Context, now: dt.datetime) -> list[GivenTask]:
    """The tasks that were given: open ones by due time, then the others, newest first."""
    at = moment_of(now, around.zone)
    cards = sorted(given_cards(reading), key=lambda card: (card.due_at is None, card.due_at or now, card.id))
    names = _names(reading, (card.about for card in cards))
    found = [_given(card, names, around, at) for card in cards]
    ended = sorted(
        (card for card in found if card.state != "open"),
        key=lambda card: (card.ended_at is None, -(card.ended_at or now).timestamp(), card.card),
    )
    return [*(card for card in found if card.state == "open"), *ended]


def given_cards(reading: Reading) -> list[TaskCard]:
    """The cards of tasks that were given; where the whole store's tasks are seen, the cards that these would have."""
    if column_of(reading) == "team":
        rows = reading.connection.execute(
            "SELECT t.doc FROM manual_task t WHERE t.doc ->> '$.assignee' <> t.doc ->> '$.creator'"
            f" AND {reading.only_visible('t')}"
        )
        made = [card for (doc,) in rows for card in visibility.cards(decode("manual_task", doc))]
        return [card for card in made if isinstance(card, TaskCard)]
    rows = reading.connection.execute(f"SELECT k.doc FROM task_card k WHERE {reading.only_visible('k')}")
    return [decode("task_card", doc) for (doc,) in rows]


def _given(card: TaskCard, names: _Names, around: Context, at: Moment) -> GivenTask:
    due = read(card.due)
    return GivenTask(
        card=card.id,
        task=card.task,
        title=card.title,
        giver_name=around.name_of(card.creator),
        given_by_me=around.account is not None and card.creator == around.account.id,
        assignee=card.assignee,
        assignee_name=around.name_of(card.assignee),
        customer=card.about if card.about in names.seen else None,
        customer_name=names.of(card.about),
        due=due,
        due_at=card.due_at,
        due_words=due_words(due, at.at, around.zone_of(card.store)) if due else "",
        overdue=card.state == "open" and card.due_at is not None and card.due_at <= at.at,
        state=card.state,
        ended_at=card.done_at,
        reason=card.reason,
    )

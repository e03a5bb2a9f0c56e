"""The day's work: tasks of every kind by section, how many there are, and everything about one.

A section is a matter of the moment: what is due today is overdue later. Lists and counts go by the clock, so that they
are true whenever they are read.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import operator
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from sellmode_contract import visibility
from sellmode_contract.mutations.operations import TaskKind
from sellmode_contract.records import (
    Because,
    ContactChannel,
    CorporateTask,
    Customer,
    ManualTask,
    RuleTask,
    Task,
    TaskCard,
    TaskRule,
    TaskState,
)
from sellmode_contract.rules.templates import fill
from sellmode_contract.store_time import Due, day_start, local_day, read_due
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode, instant
from sellmode_tui.visibility import products
from sellmode_tui.visibility.due_words import due_words
from sellmode_tui.visibility.products import ProductLine
from sellmode_tui.visibility.readings import Readings
from sellmode_tui.visibility.surroundings import Surroundings
from sellmode_tui.visibility.task_words import because_words, called, sku_of

Section: TypeAlias = Literal["overdue", "today", "week", "later", "done"]
"""``week``: until the end of Sunday. ``later`` ends with what has no due time. ``done`` is all that has ended."""
Order: TypeAlias = Literal["due", "customer", "kind"]
Can: TypeAlias = Literal["finish", "snooze", "edit", "hand_over", "claim", "release", "reopen", "remove"]

OPEN: tuple[Section, ...] = ("overdue", "today", "week", "later")
SECTIONS: tuple[Section, ...] = (*OPEN, "done")
KINDS: tuple[TaskKind, ...] = ("manual_task", "rule_task", "corporate_task")
MIN_ID = 8
"""So many first characters of an id name a task."""
A_COLLEAGUES_CUSTOMER = "a colleague's customer"
"""Stands for a customer whom the account does not see."""


class TaskKey(NamedTuple):
    """Names a task."""

    kind: TaskKind
    id: str


class AgendaQuery(NamedTuple):
    """Which tasks, in which order."""

    sections: tuple[Section, ...] = OPEN
    mine: bool = False
    """Only what I have taken, or what falls to me and nobody has taken. Matters where one sees the store's tasks."""
    customer: str | None = None
    """Only a customer's, whom one sees."""
    kinds: tuple[TaskKind, ...] = KINDS
    order: Order = "due"
    """``due``: section by section, what has ended newest first. Else by name of the customer, or by kind, and then so;
    what is for nobody comes last."""
    text: str = ""
    """Words that title or customer's name have to have the beginnings of."""


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
        """What the door's methods call it by."""
        return TaskKey(self.kind, self.id)

    @property
    def giver(self) -> str:
        """Who gave it, as its reader is told."""
        return "you" if self.given_by_me else self.given_by


class TaskCounts(NamedTuple):
    """How many open tasks each section has. ``later`` does not count those without a due time: ``any_time`` does."""

    overdue: int = 0
    today: int = 0
    week: int = 0
    later: int = 0
    any_time: int = 0

    @property
    def open(self) -> int:
        """All of them."""
        return sum(self)


@dataclass(frozen=True)
class TaskDetails:
    """Everything about a task."""

    line: TaskLine
    record: ManualTask | RuleTask | CorporateTask
    """As it is; without ``because`` if its customer is not to be seen."""
    details: str
    subject: str
    """Suggested subject of a message."""
    message: str
    """Suggested text of a message, with what is known in its places."""
    products: tuple[ProductLine, ...]
    creator_name: str
    """Who made it; empty for what nobody did by hand."""
    rule_name: str
    expires_at: dt.datetime | None
    can: frozenset[Can]
    """What its reader may do with it, as far as can be told from here."""


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
        return "you" if self.given_by_me else self.giver_name


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


def _section(state: str, due: int | None, expires: int | None, at: Moment) -> Section:
    """The section that a task is in, by instants as they are stored."""
    if state != "open" or (expires is not None and expires <= at.now):
        return "done"
    if due is None or due > at.week_end:
        return "later"
    return "overdue" if due <= at.now else "today" if due <= at.day_end else "week"


# ------------------------------------------------------------------ counting


def counts(reading: Reading, around: Surroundings, now: dt.datetime, *, mine: bool) -> TaskCounts:
    """How many open tasks there are by now."""
    at = moment_of(now, around.zone)
    stamps = {"now": at.now, "day": at.day_end, "week": at.week_end}
    only, parameters = _mine(reading, around) if mine else ("", {})
    row = reading.connection.execute(
        "SELECT count(*) FILTER (WHERE t.due_at <= :now),"
        " count(*) FILTER (WHERE t.due_at > :now AND t.due_at <= :day),"
        " count(*) FILTER (WHERE t.due_at > :day AND t.due_at <= :week),"
        " count(*) FILTER (WHERE t.due_at > :week),"
        " count(*) FILTER (WHERE t.due_at IS NULL)"
        f" FROM task t WHERE t.state = 'open' AND ifnull(t.expires_at, :now + 1) > :now{only}"
        f" AND {reading.only_visible('t')}",
        {**stamps, **parameters},
    ).fetchone()
    return TaskCounts(*row)


def _mine(reading: Reading, around: Surroundings) -> tuple[str, dict[str, str]]:
    """SQL for a view in which others' tasks are visible too."""
    if around.account is None or _column(reading) != "team":
        return "", {}
    return " AND t.whose = :me", {"me": around.account.id}


def _column(reading: Reading) -> visibility.Column | None:
    """The column of the mode table that counts."""
    return visibility.column(reading.head.view.mode, reading.head.view.account) if reading.head else None


# ------------------------------------------------------------------ the list


class _Found(NamedTuple):
    kind: TaskKind
    pk: int
    id: str
    section: Section


class _Known(NamedTuple):
    """What a list has found, and for how long that is so."""

    version: int
    since: int
    until: int
    """From then on something is in another section."""
    tasks: list[_Found]


class AgendaList:
    """The tasks that a query finds, now: after a change in the cache, or when time has moved one, those of then.

    Any thread may ask. Everything but ``cancel`` reads, and raises Interrupted if cancelled meanwhile.
    """

    def __init__(self, readings: Readings, query: AgendaQuery, clock: Callable[[], dt.datetime]) -> None:
        self.query = query
        self._readings = readings
        self._clock = clock
        self._lock = threading.Lock()
        """Held while the list reads."""
        self._found: _Known | None = None

    @property
    def stale(self) -> bool:
        """Whether its rows may have moved since it was last read."""
        with self._readings.open(self) as reading:
            return self._found is not None and not _holds(self._found, reading, self._clock())

    def rows(self, start: int, stop: int) -> list[TaskLine]:
        """The tasks from one position to before another."""
        with self._reading() as (reading, found, at):
            some = found.tasks[max(start, 0) : max(start, stop, 0)]
            return _lines(reading, self._readings.surroundings(reading), some, at)

    def count(self) -> int:
        """How many there are."""
        with self._reading() as (_, found, _):
            return len(found.tasks)

    def lengths(self) -> dict[Section, int]:
        """How many of them each section has that was asked for."""
        with self._reading() as (_, found, _):
            lengths = dict.fromkeys((section for section in SECTIONS if section in self.query.sections), 0)
            for task in found.tasks:
                lengths[task.section] += 1
            return lengths

    def keys(self) -> list[TaskKey]:
        """What the door calls them by, in order."""
        with self._reading() as (_, found, _):
            return [TaskKey(task.kind, task.id) for task in found.tasks]

    def find(self, key: TaskKey) -> int | None:
        """The position of a task; None if the list has no such one."""
        with self._reading() as (_, found, _):
            return next((place for place, task in enumerate(found.tasks) if (task.kind, task.id) == key), None)

    def cancel(self) -> None:
        """Interrupt what another thread is reading from this list."""
        self._readings.cancel(self)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[tuple[Reading, _Known, Moment]]:
        with self._lock, self._readings.open(self) as reading:
            around, now = self._readings.surroundings(reading), self._clock()
            if self._found is None or not _holds(self._found, reading, now):
                self._found = _find(reading, around, self.query, now)
            yield reading, self._found, moment_of(now, around.zone)


def _holds(found: _Known, reading: Reading, now: dt.datetime) -> bool:
    return found.version == reading.version and found.since <= instant(now) < found.until


def _find(reading: Reading, around: Surroundings, query: AgendaQuery, now: dt.datetime) -> _Known:
    at = moment_of(now, around.zone)
    until = at.day_end
    tasks = []
    for kind, pk, id, state, due, expires, ended, group in _candidates(reading, around, query):
        section = _section(state, due, expires, at)
        if section != "done":
            for each in (due, expires):
                if each is not None and at.now < each < until:
                    until = each
        if section in query.sections:
            when = -(ended or expires or 0) if section == "done" else _LAST if due is None else due
            tasks.append(((*group, _RANKS[section], when, id), _Found(kind, pk, id, section)))
    tasks.sort(key=operator.itemgetter(0))
    return _Known(reading.version, at.now, until, [found for _, found in tasks])


_RANKS = {section: rank for rank, section in enumerate(SECTIONS)}
_LAST = 1 << 63
"""Comes after every instant."""


def _candidates(
    reading: Reading, around: Surroundings, query: AgendaQuery
) -> Iterator[tuple[TaskKind, int, str, str, int | None, int | None, int | None, tuple[Any, ...]]]:
    """The tasks that may be in a query's sections, each with what it is grouped by."""
    only, parameters = _mine(reading, around) if query.mine else ("", {})
    conditions = [f"{reading.only_visible('t')}{only}"]
    if "done" not in query.sections:
        conditions.append("t.state = 'open'")
    if set(query.kinds) != set(KINDS):
        wanted = ", ".join(f"'{kind}'" for kind in KINDS if kind in query.kinds)
        conditions.append(f"t.kind IN ({wanted})")
    name = (
        f"ifnull((SELECT c.{{0}} FROM customer c WHERE c.id = t.customer AND {reading.only_visible('c')}),"
        f" (SELECT {{1}} FROM customer_card k WHERE k.customer = t.customer AND {reading.only_visible('k')}))"
    )
    if query.customer is not None:
        conditions.append(f"t.customer = :customer AND {name.format('id', 'k.customer')} IS NOT NULL")
        parameters["customer"] = query.customer
    if query.text.strip():
        of = name.format("name", "k.doc ->> '$.name'")
        conditions.append(f"sellmode_begins(t.title || ' ' || ifnull({of}, ''), :text)")
        parameters["text"] = query.text
    key = name.format("name_key", "k.name_key") if query.order == "customer" else "NULL"
    rows = reading.connection.execute(
        f"SELECT t.kind, t.pk, t.id, t.state, t.due_at, t.expires_at, t.ended_at, t.customer, {key} FROM task t"
        f" WHERE {' AND '.join(conditions)}",
        parameters,
    )
    for kind, pk, id, state, due, expires, ended, customer, name_key in rows:
        group: tuple[Any, ...] = ()
        if query.order == "customer":
            # Those who are not to be seen stand together, behind those with a name.
            group = (
                (2, "", "") if customer is None else (0, name_key, customer) if name_key is not None else (1, "", "")
            )
        elif query.order == "kind":
            group = (KINDS.index(kind),)
        yield kind, pk, id, state, due, expires, ended, group


def _lines(reading: Reading, around: Surroundings, tasks: Sequence[_Found], at: Moment) -> list[TaskLine]:
    """What a list shows of tasks, in their order."""
    records: dict[tuple[str, int], Task] = {}
    for kind in KINDS:
        if wanted := [task.pk for task in tasks if task.kind == kind]:
            rows = reading.connection.execute(
                f"SELECT t.pk, t.doc FROM {kind} t WHERE t.pk IN ({','.join('?' * len(wanted))})"
                f" AND {reading.only_visible('t')}",
                wanted,
            )
            records.update({(kind, pk): decode(kind, doc) for pk, doc in rows})
    return lines(reading, around, [(task.kind, records[task.kind, task.pk]) for task in tasks], at)


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
        return self.seen.get(customer) or self.carded.get(customer) or A_COLLEAGUES_CUSTOMER


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


def lines(reading: Reading, around: Surroundings, tasks: Sequence[tuple[TaskKind, Task]], at: Moment) -> list[TaskLine]:
    """Tasks as lines, in their order."""
    names = _names(reading, (getattr(task, "customer", None) for _, task in tasks))
    reasons = _reasons(reading, around, (task for _, task in tasks))
    found = []
    for kind, task in tasks:
        line = _line(kind, task, names, reasons.get(task.id), around, at)
        if isinstance(task, RuleTask) and line.state == "open" and _column(reading) == "own":
            owner = names.owners.get(task.customer)  # it goes with its customer, whomever it was made for
            line = line._replace(whose=owner, whose_name=around.name_of(owner))
        found.append(line)
    return found


def _reasons(reading: Reading, around: Surroundings, tasks: Iterable[Task]) -> dict[str, Because]:
    """Why rules' tasks are there, with what they are about as people call it, by the task's id."""
    found = {task.id: task.because for task in tasks if isinstance(task, RuleTask) and task.because}
    skus = {sku for because in found.values() if (sku := sku_of(because))}
    titles = {each.sku: each.title for each in products.by_sku(reading, skus)}
    custom = around.retailer.custom_fields if around.retailer else ()
    return {id: called(because, titles, custom) for id, because in found.items()}


def _line(
    kind: TaskKind, task: Task, names: _Names, because: Because | None, around: Surroundings, at: Moment
) -> TaskLine:
    expires_at: dt.datetime | None = getattr(task, "expires_at", None)
    section = _section(task.state, _stored(task.due_at), _stored(expires_at), at)
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
        due_words=due_words(due, at.at, at.zone) if due else "",
        snoozed=bool(task.snoozed_to),
        repeats=isinstance(task, ManualTask) and bool(task.repeat),
        action=task.action,
        rule=task.rule if isinstance(task, RuleTask) else "",
        whose=falls_to,
        whose_name=around.name_of(falls_to),
        given_by=around.name_of(giver),
        given_by_me=giver is not None and giver == me,
        claimed_by=task.claimed_by,
        claimed_name=around.name_of(task.claimed_by),
        ended_at=expires_at if overtime else task.done_at,
        done_by_name=around.name_of(task.done_by),
        reason="its time was up" if overtime else task.reason,
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


# ------------------------------------------------------------------ one task


def details(reading: Reading, around: Surroundings, key: TaskKey, now: dt.datetime) -> TaskDetails | None:
    """Everything about a visible task, else None."""
    if key.kind not in KINDS:
        return None
    row = reading.connection.execute(
        f"SELECT t.doc FROM {key.kind} t WHERE t.id = ? AND {reading.only_visible('t')}", (key.id,)
    ).fetchone()
    if row is None:
        return None
    task: ManualTask | RuleTask | CorporateTask = decode(key.kind, row[0])
    at = moment_of(now, around.zone)
    (line,) = lines(reading, around, [(key.kind, task)], at)
    template = "" if isinstance(task, ManualTask) else task.message
    return TaskDetails(
        line=line,
        record=_without_names(task) if line.customer_name and line.customer is None else task,
        details=task.details,
        subject=task.subject if isinstance(task, CorporateTask) else "",
        message=fill(template, _known(reading, around, task, line, at)),
        products=products.by_sku(reading, task.products) if isinstance(task, CorporateTask) else (),
        creator_name=around.name_of(task.creator) if isinstance(task, ManualTask) else "",
        rule_name=_rule_name(reading, task) if isinstance(task, RuleTask) else "",
        expires_at=None if isinstance(task, ManualTask) else task.expires_at,
        can=_can(reading, around, task),
    )


def _without_names(task: ManualTask | RuleTask | CorporateTask) -> ManualTask | RuleTask | CorporateTask:
    """A task of a customer who is not to be seen: whose day it was about is not to be known, either."""
    return msgspec.structs.replace(task, because=None) if isinstance(task, RuleTask) else task


def _known(reading: Reading, around: Surroundings, task: Task, line: TaskLine, at: Moment) -> dict[str, str]:
    """What stands for the places of a suggested text."""
    stores = around.retailer.stores if around.retailer else ()
    known = {
        "associate": around.account.name if around.account else "",
        "store": next((store.name for store in stores if store.id == task.store), ""),
    }
    row = reading.connection.execute(
        f"SELECT c.doc FROM customer c WHERE c.id = ? AND {reading.only_visible('c')}", (line.customer,)
    ).fetchone()
    if row is None:
        # Of a corporate task the customer is whom its reader chooses: it says what is to be put in.
        return {**_TO_PUT_IN, **known} if isinstance(task, CorporateTask) else known
    customer: Customer = decode("customer", row[0])
    known.update(given_name=customer.given_name, family_name=customer.family_name, name=customer.name)
    if because := _reasons(reading, around, [task]).get(task.id):
        day = read(because.day)
        known.update(about=because.about, whose=because.whose, day=due_words(day, at.at, at.zone) if day else "")
    return known


_TO_PUT_IN = {"given_name": "[given name]", "family_name": "[family name]", "name": "[name]"}


def _rule_name(reading: Reading, task: RuleTask) -> str:
    """The name of a task's rule: the store's, if it has one of that slug."""
    row = reading.connection.execute(
        "SELECT r.doc FROM task_rule r WHERE r.slug = ? AND (r.store IS NULL OR r.store = ?)"
        f" AND {reading.only_visible('r')} ORDER BY r.store IS NULL LIMIT 1",
        (task.rule, task.store),
    ).fetchone()
    if row is None:
        return task.rule
    rule: TaskRule = decode("task_rule", row[0])
    return rule.name


def _can(reading: Reading, around: Surroundings, task: Task) -> frozenset[Can]:
    account, head = around.account, reading.head
    if account is None or head is None or not visibility.may(account, "sell"):
        return frozenset()
    if isinstance(task, CorporateTask) and task.person != account.id:
        return frozenset()
    if task.state != "open":
        return frozenset({"reopen"} if task.done_by == account.id and task.state != "expired" else ())
    found: set[Can] = {"snooze"}
    team = head.view.mode == "team"
    free = not team or task.claimed_by in (None, account.id)
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
        if task.claimed_by is None:
            found.add("claim")
        elif task.claimed_by == account.id:
            found.add("release")
    return frozenset(found)


def named(reading: Reading, text: str, limit: int) -> list[TaskKey]:
    """The visible tasks, no more than ``limit``, whose id a text is or begins."""
    wanted = text.strip().casefold()
    if len(wanted) < MIN_ID:
        return []
    rows = reading.connection.execute(
        "SELECT t.kind, t.id FROM task t WHERE substr(t.id, 1, length(:id)) = :id"
        f" AND {reading.only_visible('t')} ORDER BY t.id LIMIT :limit",
        {"id": wanted, "limit": limit},
    )
    return [TaskKey(kind, id) for kind, id in rows]


# ------------------------------------------------------------------ given tasks


def given(reading: Reading, around: Surroundings, now: dt.datetime) -> list[GivenTask]:
    """The cards of tasks that were given: open ones by due time, then the others, newest first."""
    at = moment_of(now, around.zone)
    rows = reading.connection.execute(
        f"SELECT k.doc FROM task_card k WHERE {reading.only_visible('k')}"
        " ORDER BY k.state <> 'open', k.due_at IS NULL, k.due_at, k.id"
    )
    cards: list[TaskCard] = [decode("task_card", doc) for (doc,) in rows]
    names = _names(reading, (card.about for card in cards))
    found = [_given(card, names, around, at) for card in cards]
    ended = sorted(
        (card for card in found if card.state != "open"),
        key=lambda card: (card.ended_at is None, -(card.ended_at or now).timestamp(), card.card),
    )
    return [*(card for card in found if card.state == "open"), *ended]


def _given(card: TaskCard, names: _Names, around: Surroundings, at: Moment) -> GivenTask:
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
        due_words=due_words(due, at.at, at.zone) if due else "",
        overdue=card.state == "open" and card.due_at is not None and card.due_at <= at.at,
        state=card.state,
        ended_at=card.done_at,
        reason=card.reason,
    )

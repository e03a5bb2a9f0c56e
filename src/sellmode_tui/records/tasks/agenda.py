"""The day's work: tasks of every kind by section, and how many there are.

Lists and counts go by the clock, so that they are true whenever they are read.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import operator
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from sellmode_contract.kinds.task import Task
from sellmode_contract.mutations.operations import TaskKind
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode, instant
from sellmode_tui.records.context import Context
from sellmode_tui.records.readings import Readings
from sellmode_tui.records.tasks.lines import (
    KINDS,
    OPEN,
    SECTIONS,
    Moment,
    Section,
    TaskKey,
    TaskLine,
    column_of,
    lines,
    moment_of,
    section_of,
)

Order: TypeAlias = Literal["due", "customer", "kind"]


class AgendaQuery(NamedTuple):
    """Which tasks, in which order."""

    sections: tuple[Section, ...] = OPEN
    mine: bool = False
    """Only what I have taken, or what falls to me and nobody has taken. Matters where one sees the store's tasks."""
    whose: str | None = None
    """Only what falls to somebody (staff id), or with ``NOBODY`` to nobody, as far as it is seen."""
    customer: str | None = None
    """Only a customer's, whom one sees."""
    kinds: tuple[TaskKind, ...] = KINDS
    order: Order = "due"
    """``due``: section by section, what has ended newest first. Else by name of the customer, or by kind, and then so;
    what is for nobody comes last."""
    descending: bool = False
    """The other way round."""
    text: str = ""
    """Words that title or customer's name have to have the beginnings of."""


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


# ------------------------------------------------------------------ counting


def counts(reading: Reading, around: Context, now: dt.datetime, *, mine: bool) -> TaskCounts:
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


def _mine(reading: Reading, around: Context) -> tuple[str, dict[str, str]]:
    """SQL for a view in which others' tasks are visible too."""
    if around.account is None or column_of(reading) != "team":
        return "", {}
    return " AND t.whose = :me", {"me": around.account.id}


def whose(reading: Reading) -> str:
    """SQL for whom a task ``t`` falls to, NULL for nobody; ``:me`` is to be bound.

    Where one sees one's own alone, a task is one's own, or that of a customer whom nobody owns.
    """
    if column_of(reading) == "team":
        return "t.whose"
    nobodys = reading.connection.execute("SELECT pk FROM scope WHERE name LIKE 'own/lead:%'")
    return f"CASE WHEN t.scope NOT IN ({','.join(str(pk) for (pk,) in nobodys)}) THEN :me END"


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
            return _lines(reading, self._readings.context(reading), some, at)

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
        """Their keys, in order."""
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
            around, now = self._readings.context(reading), self._clock()
            if self._found is None or not _holds(self._found, reading, now):
                self._found = _find(reading, around, self.query, now)
            yield reading, self._found, moment_of(now, around.zone)


def _holds(found: _Known, reading: Reading, now: dt.datetime) -> bool:
    return found.version == reading.version and found.since <= instant(now) < found.until


def _find(reading: Reading, around: Context, query: AgendaQuery, now: dt.datetime) -> _Known:
    at = moment_of(now, around.zone)
    until = at.day_end
    tasks = []
    for kind, pk, id, state, due, expires, ended, group in _candidates(reading, around, query):
        section = section_of(state, due, expires, at)
        if section != "done":
            for each in (due, expires):
                if each is not None and at.now < each < until:
                    until = each
        if section in query.sections:
            when = -(ended or expires or 0) if section == "done" else _LAST if due is None else due
            tasks.append(((*group, _RANKS[section], when, id), _Found(kind, pk, id, section)))
    tasks.sort(key=operator.itemgetter(0), reverse=query.descending)
    return _Known(reading.version, at.now, until, [found for _, found in tasks])


_RANKS = {section: rank for rank, section in enumerate(SECTIONS)}
_LAST = 1 << 63
"""Comes after every instant."""


def _candidates(
    reading: Reading, around: Context, query: AgendaQuery
) -> Iterator[tuple[TaskKind, int, str, str, int | None, int | None, int | None, tuple[Any, ...]]]:
    """The tasks that may be in a query's sections, each with what it is grouped by."""
    only, mine = _mine(reading, around) if query.mine else ("", {})
    parameters: dict[str, str | None] = {**mine}
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
    if query.whose is not None:
        conditions.append(f"{whose(reading)} IS :whose")
        parameters |= {"whose": query.whose or None, "me": around.account.id if around.account else ""}
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


def _lines(reading: Reading, around: Context, tasks: Sequence[_Found], at: Moment) -> list[TaskLine]:
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

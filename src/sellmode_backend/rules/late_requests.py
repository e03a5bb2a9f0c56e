"""Requests whose first answer is late: a task for who has taken one, else for each of the store's managers.

They are looked at in every pass. A rule makes one task of a request for a person; once the request is answered or
closed, the open ones end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.rules import effective_rules, ledger, of_no_customer
from sellmode_backend.rules.effective_rules import StoreRules
from sellmode_backend.rules.ledger import Entry
from sellmode_backend.store import lookup, records
from sellmode_backend.store.database import Database
from sellmode_backend.store.feeds import in_scopes
from sellmode_backend.store.schema import record
from sellmode_contract import wire
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.rule_task import Because
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules import judging
from sellmode_contract.store_time import day_start, local_day

TRIGGER: Final = "late_request"


class Turned(NamedTuple):
    """What was done."""

    made: int = 0
    ended: int = 0


class _Ahead(NamedTuple):
    """What there is to be done in a store."""

    here: StoreRules
    make: list[tuple[TaskRule, Request, str]]
    """A rule, what is late, and for whom."""
    end: dict[str, str]
    """Ids of tasks, and why they end."""


def turn(database: Database, clock: Callable[[], dt.datetime], only: str | None = None) -> Turned:
    """Make the tasks of what is late now, in one store or everywhere, and end those that are needed no more."""
    now = clock()
    with database.snapshot() as connection:
        work = list(_look(connection, only, now))
    if not work:
        return Turned()
    with database.transaction() as connection:
        return _write(connection, work, now)


def _look(connection: Connection, only: str | None, now: dt.datetime) -> Iterator[_Ahead]:
    house = effective_rules.read(connection)
    if house is None:
        return
    people = effective_rules.staff(connection)
    for here in house.stores():
        if only in (None, here.store):
            make = list(_to_be_made(connection, here, people, now))
            end = dict(_to_be_ended(connection, here))
            if make or end:
                yield _Ahead(here, make, end)


def _to_be_made(
    connection: Connection, here: StoreRules, people: Iterable[Staff], now: dt.datetime
) -> Iterator[tuple[TaskRule, Request, str]]:
    rules = [prepared.rule for prepared in here.prepared()[0] if prepared.rule.trigger == TRIGGER]
    late = _late(connection, here.store, now) if rules else []
    made = ledger.made(connection, [request.id for request in late]) if late else {}
    for rule in rules:
        for request in late:
            for person in _people(request, people):
                if (rule.slug, person) not in made.get(request.id, ()):
                    yield rule, request, person


def _to_be_ended(connection: Connection, here: StoreRules) -> Iterator[tuple[str, str]]:
    tasks = _tasks(connection, lookup.all_ids(connection, "manual_task", here.store))
    wanted = records.read_many(connection, "request", {task.request for task in tasks})
    waiting = {request.id for request in wanted if isinstance(request, Request) and _waits(request)}
    for task in tasks:
        if task.request not in waiting:
            yield task.id, judging.ANSWERED
        elif task.rule not in here.by_slug and not here.unreadable:
            yield task.id, judging.RULE_REMOVED


def _late(connection: Connection, store: str, now: dt.datetime) -> list[Request]:
    found = records.read_many(connection, "request", lookup.all_ids(connection, "request", store))
    late = [item for item in found if isinstance(item, Request) and _is_late(item, now)]
    return sorted(late, key=lambda request: (request.answer_due, request.id))


def _is_late(request: Request, now: dt.datetime) -> bool:
    return _waits(request) and request.answer_due is not None and request.answer_due <= now


def _waits(request: Request) -> bool:
    """Whether nobody has answered it yet."""
    return request.state == "open" and request.answered_at is None


def _people(request: Request, people: Iterable[Staff]) -> list[str]:
    """Whose it is: who has taken it, if they still work there, else the store's managers."""
    working = [one for one in people if one.active and one.store == request.store]
    holder = [one.id for one in working if one.id == request.claimed_by]
    return holder or sorted(one.id for one in working if one.role == "manager")


def _tasks(connection: Connection, ids: Iterable[str], *, lock: bool = False) -> list[ManualTask]:
    found = records.read_many(connection, "manual_task", ids, lock=lock)
    return [item for item in found if isinstance(item, ManualTask) and item.state == "open"]


# ------------------------------------------------------------------ tasks


def _write(connection: Connection, work: Sequence[_Ahead], now: dt.datetime) -> Turned:
    made, ended = list[ManualTask](), list[ManualTask]()
    for here, make, end in work:
        today = local_day(now, here.zone)
        ledger.enter(
            connection,
            here.store,
            today,
            [Entry(request.id, rule.slug, person, person) for rule, request, person in make],
            now,
        )
        made += [_task(rule, request, person, here, now) for rule, request, person in make]
        ended += [
            msgspec.structs.replace(task, state="expired", reason=end[task.id], done_at=now)
            for task in _tasks(connection, end, lock=True)
        ]
    records.write(connection, [*made, *ended], now=now)
    return Turned(len(made), len(ended))


def task_id(slug: str, request: str, person: str) -> str:
    """The id of a rule's task of a request for somebody: whoever makes it makes the same."""
    return source_id("manual_task", "sellmode", f"request\x1f{slug}\x1f{request}\x1f{person}")


def _task(rule: TaskRule, request: Request, person: str, here: StoreRules, now: dt.datetime) -> ManualTask:
    because = Because(event=TRIGGER, at=request.answer_due, about=request.name)
    id, today = task_id(rule.slug, request.id, person), local_day(now, here.zone)
    return of_no_customer.task(rule, here, id, person, because, today, now, request=request.id)


# ------------------------------------------------------------------ previews


def preview(
    connection: Connection,
    rule: TaskRule,
    here: StoreRules,
    day: dt.date,
    now: dt.datetime,
    scopes: Collection[str] | None,
) -> list[wire.PreviewLine]:
    """What a rule would make of the requests that wait, and are late by the end of the day, if nobody answers them."""
    end = max(now, day_start(day + dt.timedelta(days=1), here.zone))
    late, people = _late(connection, here.store, end), effective_rules.staff(connection)
    seen = _in_scopes(connection, [request.id for request in late], scopes)
    due = of_no_customer.due(rule, here, day, now).text
    return [
        wire.PreviewLine(request=request.name or request.way, due=due, person=person)
        for request in late
        if request.id in seen
        for person in _people(request, people)
    ]


def outside(connection: Connection, store: str, scopes: Collection[str]) -> int:
    """How many of a store's open requests are in none of some scopes."""
    ids = lookup.all_ids(connection, "request", store)
    return len(ids) - len(_in_scopes(connection, ids, scopes))


def _in_scopes(connection: Connection, ids: Sequence[str], scopes: Collection[str] | None) -> set[str]:
    if scopes is None:
        return set(ids)
    query = sa.select(record.c.id).where(record.c.kind == "request", record.c.id.in_(ids), in_scopes(scopes))
    return set(connection.scalars(query))

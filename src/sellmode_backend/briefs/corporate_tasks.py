"""Corporate tasks: of each head office's brief one for each of the people it is for, those included who join later."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.accounts.directory import ONE_STORE_ROLES
from sellmode_backend.rules import progress
from sellmode_backend.rules.progress import CORPORATE, Progress
from sellmode_backend.store import accounts, reading, records, settings
from sellmode_backend.store.database import Database
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.retailer import Retailer, zone_of
from sellmode_contract.store_time import Due, local_day, read_due
from sellmode_contract.visibility import Account

BATCH = 1000
"""Tasks that are written together."""


def task_id(brief: str, person: str) -> str:
    """The id of a person's task of a brief: whoever makes it, however often, makes the same."""
    return source_id("corporate_task", "sellmode", f"{brief}/{person}")


def turn(database: Database, now: dt.datetime, unfit: dict[str, str]) -> int | None:
    """Make, change and expire up to ``BATCH`` corporate tasks; gives how many, None if there is nothing to be done.

    ``unfit`` is told what is wrong with briefs that cannot be read, by their ids: their tasks stay as they are.

    Nothing changes while briefs, people, stores and what has expired are as they were. If another worker does the same
    at this moment, that one goes on.
    """
    with database.snapshot() as connection:
        before = progress.read(connection, CORPORATE)
        now = progress.moment(before, now)
        office = _read(connection, unfit)
        if office is None or (before is not None and before.fingerprint == office.fingerprint(now)):
            return None
        due = list(office.due(connection, now))
    batch = due[:BATCH]
    fingerprint = office.fingerprint(now) if len(batch) == len(due) else ""
    with database.transaction() as connection:
        if not progress.move(connection, before, Progress(CORPORATE, 0, fingerprint, "", now, None, 0)):
            return None
        stored = records.stored(connection, [("corporate_task", task_id(*pair)) for pair in batch], lock=True)
        there = (one.record for one in stored.values())
        tasks = {(task.brief, task.person): task for task in there if isinstance(task, CorporateTask)}
        changed = [made for pair in batch if (made := office.task(*pair, tasks.get(pair), now)) is not None]
        return records.write(connection, changed, now=now)


def _read(connection: Connection, unfit: dict[str, str]) -> _Office | None:
    retailer = settings.retailer(connection)
    if retailer is None:
        return None
    briefs: dict[str, CorporateBrief | None] = {}
    for id, brief in reading.each(connection, "corporate_brief", CorporateBrief):
        problem = "its document cannot be read" if brief is None else _problem(brief)
        briefs[id] = None if problem else brief
        if problem:
            unfit[id] = f"corporate task {id}: {problem}"
    return _Office(retailer, briefs, {one.id: one for one in accounts.each(connection)})


def _problem(brief: CorporateBrief) -> str:
    """What is wrong with the times of a brief, if anything is."""
    for name, time in (("due", brief.due), ("expires", brief.expires)):
        try:
            if time:
                read_due(time)
        except ValueError as error:
            return f"{name}: {error}"
    return ""


class _Office(NamedTuple):
    """What corporate tasks are made from."""

    retailer: Retailer
    briefs: dict[str, CorporateBrief | None]
    """None for those that cannot be read."""
    people: dict[str, Account]

    def fingerprint(self, now: dt.datetime) -> str:
        """Another one if tasks may have to be made or changed."""
        people = [(one.id, one.active, one.role, one.work, one.stores) for one in self.people.values()]
        zones = [zone_of(self.retailer, entry.id) for entry in self.retailer.stores]
        over = [[_is_over(brief, zone, now) for zone in zones] for brief in self.briefs.values() if brief]
        parts = (list(self.briefs.items()), sorted(people), self.retailer.stores, over)
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()

    def due(self, connection: Connection, now: dt.datetime) -> Iterator[tuple[str, str]]:
        """Brief and person of each task that is to be made or changed."""
        known, unreadable = set[tuple[str, str]](), set[str]()
        for id, task in reading.each(connection, "corporate_task", CorporateTask):
            if task is None:
                unreadable.add(id)
                continue
            known.add(pair := (task.brief, task.person))
            if self.task(*pair, task, now) is not None:
                yield pair
        for pair in itertools.product(self.briefs, self.people):
            if pair not in known and self.task(*pair, None, now) is not None and task_id(*pair) not in unreadable:
                yield pair

    def task(self, brief: str, person: str, task: CorporateTask | None, now: dt.datetime) -> CorporateTask | None:
        """A person's task of a brief as it is to be, if that is not as it is."""
        unreadable = brief in self.briefs and self.briefs[brief] is None
        if unreadable or (task is not None and task.state in ("done", "dismissed")):
            return None
        wanted, account = self.briefs.get(brief), self.people.get(person)
        store = task.store if task is not None else ""
        if account is not None and len(account.stores) == 1:
            store = account.stores[0]
        zone = zone_of(self.retailer, store)
        if wanted is None or wanted.withdrawn:
            return _ended(task, "the head office took it back", now)
        if _is_over(wanted, zone, now):
            return _ended(task, "its time ran out", now)
        if account is None or not _is_for(wanted, account):
            return _ended(task, "it is not this person's any more", now)
        if task is None:
            return _made(wanted, account, zone, now)
        right = msgspec.structs.replace(_timed(task, wanted, zone), store=store, state="open", done_at=None, reason="")
        return None if right == task else right


def _is_over(brief: CorporateBrief, zone: ZoneInfo, now: dt.datetime) -> bool:
    return bool(brief.expires) and read_due(brief.expires).instant(zone) <= now


def _is_for(brief: CorporateBrief, account: Account) -> bool:
    """Whether somebody is one of those that a brief is for: associates and managers, whose work is in one store."""
    return (
        account.active
        and account.role in ONE_STORE_ROLES
        and len(account.stores) == 1
        and (not brief.stores or account.stores[0] in brief.stores)
        and (not brief.works or account.work in brief.works)
    )


def _ended(task: CorporateTask | None, reason: str, now: dt.datetime) -> CorporateTask | None:
    if task is None or task.state != "open":
        return None
    return msgspec.structs.replace(task, state="expired", reason=reason, done_at=now)


def _made(brief: CorporateBrief, account: Account, zone: ZoneInfo, now: dt.datetime) -> CorporateTask:
    due = read_due(brief.due) if brief.due else None
    if due is not None and due.instant(zone) <= now:
        due = Due(local_day(now, zone))  # who joins late has that day for it
    task = CorporateTask(
        id=task_id(brief.id, account.id),
        store=account.stores[0],
        person=account.id,
        brief=brief.id,
        title=brief.title,
        details=brief.details,
        action=brief.action,
        due=due.text if due else "",
        created_at=now,
        subject=brief.subject,
        message=brief.message,
        products=brief.products,
    )
    return _timed(task, brief, zone)


def _timed(task: CorporateTask, brief: CorporateBrief, zone: ZoneInfo) -> CorporateTask:
    """A task with the instants that its times come to in a store's zone."""
    counts = task.snoozed_to or task.due
    return msgspec.structs.replace(
        task,
        due_at=read_due(counts).instant(zone) if counts else None,
        expires_at=read_due(brief.expires).instant(zone) if brief.expires else None,
    )

"""Giving somebody's open tasks to a colleague: what the operator does when people leave."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.rules.stored_rules import RulesRefused
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database, in_parts
from sellmode_backend.store.records import Key
from sellmode_backend.store.schema import record
from sellmode_contract import text
from sellmode_contract.audiences import person_audience, store_audience
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.task import Task
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account

BATCH = 500
"""Tasks of one transaction."""


class HandedOver(NamedTuple):
    """What a hand-over changes."""

    tasks: int
    """Manual tasks that have a new assignee."""
    meant: int
    """Other tasks that named the giver as intended or claiming person, and no longer do."""
    left: int
    """Manual tasks that stay: their customers are not the taker's."""


def hand_over(
    database: Database, giver: Account, taker: Account, *, now: dt.datetime, dry_run: bool = False
) -> HandedOver:
    """Give somebody's open manual tasks to a colleague of the same store, and whatever rules meant for them.

    A task on a customer goes only to who sees that customer: in Associate Mode to their owner. Tasks of rules go with
    their customers anyway, corporate tasks are done per person and stay. It is done in parts; a hand-over that was
    interrupted is simply repeated. Raises RulesRefused.
    """
    store = _store_of(giver, taker)
    with database.snapshot() as connection:
        mode = settings.mode(connection)
        found = dict(_named(connection, giver, store))
    count: Counter[str] = Counter()
    for keys in in_parts(found, BATCH):
        with database.snapshot() if dry_run else database.transaction() as connection:
            customers = {("customer", id) for key in keys if (id := found[key])}
            held = records.stored(connection, {*keys, *customers}, lock=not dry_run)
            changed: list[Record] = []
            for key in keys:
                task = held[key].record if key in held else None
                if isinstance(task, RuleTask) and task.state == "open":
                    changed.append(_without(task, giver.id, taker.id))
                elif isinstance(task, ManualTask) and task.state == "open":
                    after = msgspec.structs.replace(task, claimed_by=_other(task.claimed_by, giver.id))
                    if held[key].tags.own == person_audience(store, giver.id):
                        about = held.get(("customer", task.customer or ""))
                        owner = about.record.owner if about and isinstance(about.record, Customer) else None
                        if mode != "team" and task.customer is not None and owner != taker.id:
                            count["left"] += 1
                            continue
                        count["tasks"] += 1
                        after = msgspec.structs.replace(after, assignee=_other(taker.id, task.creator))
                    changed.append(after)
            count["meant"] += len(changed)
            if not dry_run:
                records.write(connection, changed, now=now)
    return HandedOver(count["tasks"], count["meant"] - count["tasks"], count["left"])


def _store_of(giver: Account, taker: Account) -> str:
    if giver.id == taker.id:
        raise RulesRefused("Both are the same person.")
    if not taker.active or taker.role not in ("associate", "manager"):
        raise RulesRefused(f"{text.visible(taker.user_name)} does not work in a store, or is disabled.")
    if len(giver.stores) != 1 or giver.stores != taker.stores:
        raise RulesRefused(
            f"{text.visible(giver.user_name)} and {text.visible(taker.user_name)} do not work in one store:"
            " a task stays in the store that it was made in."
        )
    return giver.stores[0]


def _named(connection: Connection, giver: Account, store: str) -> Iterator[tuple[Key, str | None]]:
    """Open tasks that are the giver's, are meant for them, or are taken by them; with the customer of each."""
    query = sa.select(record.c.kind, record.c.id, record.c.own, record.c.parent, record.c.doc).where(
        record.c.kind.in_(("manual_task", "rule_task")), record.c.team == store_audience(store)
    )
    mine = person_audience(store, giver.id)
    named = record.c.doc.contains(giver.id, autoescape=True)
    rows = connection.execute(query.where((record.c.own == mine) | named).order_by(record.c.kind, record.c.id))
    for row in rows:
        task = _DECODE[row.kind](row.doc)
        theirs = task.claimed_by == giver.id or getattr(task, "meant_for", None) == giver.id
        if task.state == "open" and (theirs or (row.kind == "manual_task" and row.own == mine)):
            yield (row.kind, row.id), row.parent


_DECODE: dict[str, Callable[[str], Task]] = {
    "manual_task": msgspec.json.Decoder(ManualTask).decode,
    "rule_task": msgspec.json.Decoder(RuleTask).decode,
}


def _without(task: RuleTask, giver: str, taker: str) -> RuleTask:
    """A rule's task that the giver has not taken, and that is meant for the taker in their place."""
    meant_for = taker if task.meant_for == giver else task.meant_for
    return msgspec.structs.replace(task, claimed_by=_other(task.claimed_by, giver), meant_for=meant_for)


def _other(person: str | None, than: str) -> str | None:
    return None if person == than else person

"""Picks to be reviewed: a task for whoever manages a list whose products are gone, sold out or have another price.

Lists are looked at when a store's day begins and when its rules have changed. A list has one open task of a rule. Once
that was ended there is another one when a product is to be reviewed that it did not name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.rules import effective_rules, ledger, of_no_customer
from sellmode_backend.rules.effective_rules import StoreRules
from sellmode_backend.rules.ledger import Entry
from sellmode_backend.store import catalogue, records
from sellmode_backend.store.feeds import in_scopes
from sellmode_backend.store.reading import tried
from sellmode_backend.store.schema import record
from sellmode_contract import wire
from sellmode_contract.audiences import store_audience
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import look
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.kinds.rule_task import Because
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules import judging

_decode = msgspec.json.Decoder(PickList).decode


class Reviewed(NamedTuple):
    """A list that was looked at."""

    picks: PickList
    products: tuple[str, ...]
    """SKUs of what is to be reviewed, in the list's order."""
    person: str | None
    """Staff id of who manages it; None if nobody does who works there."""
    days: Mapping[str, str]
    """The last day on which a rule, by its slug, has made a task of it."""


def look_at(
    connection: Connection, here: StoreRules, today: dt.date, scopes: Collection[str] | None = None
) -> list[Reviewed]:
    """The lists that a store's pages show in its mode; with ``scopes`` those in one of these."""
    team = here.retailer.mode == "team"
    shown = [picks for picks in _lists(connection, here, scopes) if (picks.owner is None) == team]
    stale = _stale(connection, here.store, shown)
    people = [one for one in effective_rules.staff(connection) if one.active and one.store == here.store]
    made = ledger.made(connection, [picks.id for picks in shown])
    return [
        Reviewed(
            picks, stale[picks.id], _person(picks, people, today.isoformat()), dict(sorted(made.get(picks.id, ())))
        )
        for picks in shown
    ]


def _lists(connection: Connection, here: StoreRules, scopes: Collection[str] | None) -> Iterator[PickList]:
    query = sa.select(record.c.id, record.c.doc).where(
        record.c.kind == "pick_list", record.c.team == store_audience(here.store)
    )
    if scopes is not None:
        query = query.where(in_scopes(scopes))
    for id, doc in connection.execute(query.order_by(record.c.id)):
        if (picks := tried(_decode, "pick_list", id, doc)) is not None:
            yield picks


def outside(connection: Connection, store: str, scopes: Collection[str]) -> int:
    """How many of a store's lists are in none of some scopes."""
    of_store = sa.select(sa.func.count()).select_from(record)
    of_store = of_store.where(record.c.kind == "pick_list", record.c.team == store_audience(store))
    return connection.scalar(of_store.where(sa.not_(in_scopes(scopes)))) or 0


def _stale(connection: Connection, store: str, lists: Iterable[PickList]) -> dict[str, tuple[str, ...]]:
    """SKUs of what is to be reviewed, by list."""
    lists = tuple(lists)
    products = catalogue.products(connection, {item.sku for picks in lists for item in picks.items})
    stock = catalogue.stock(connection, [product.id for product in products.values()])

    def changed(item: look.LookItem) -> bool:
        product = products.get(item.sku)
        counted = stock.get(product.id) if product else None
        return bool(look.changes(item, product, counted.available.get(store, 0) if counted else None))

    return {picks.id: tuple(item.sku for item in picks.items if changed(item)) for picks in lists}


def _person(picks: PickList, people: Sequence[Staff], today: str) -> str | None:
    """Who manages a list: its owner; of the store's who has it delegated, else the manager who changed it last."""
    managers = sorted(one.id for one in people if one.role == "manager")
    wanted = [picks.owner] if picks.owner else [
        *(each.taker for each in reversed(picks.delegations) if each.counts_on(today)),
        *(id for id in managers if id == picks.changed_by),
        *managers,
    ]  # fmt: skip
    working = {one.id for one in people}
    return next((id for id in wanted if id in working), None)


# ------------------------------------------------------------------ tasks


def write(
    connection: Connection, here: StoreRules, lists: Sequence[Reviewed], today: dt.date, now: dt.datetime
) -> tuple[int, int]:
    """Make the tasks of lists that were looked at, and end those that are needed no more; how many of either."""
    last = _last_tasks(connection, lists, lock=True)
    made = [
        _task(rule, one, person, here, today, now)
        for rule in _rules(here)
        for one in lists
        if (person := one.person) and not _held(rule.slug, one, last) and _is_new(rule.slug, one, last)
    ]
    entries = [Entry(task.picks, task.rule, task.because.day if task.because else "", task.creator) for task in made]
    ledger.enter(connection, here.store, today, entries, now)
    ended = [
        msgspec.structs.replace(task, state="expired", reason=reason, done_at=now)
        for one in lists
        for slug in one.days
        if (task := last.get((slug, one.picks.id))) and task.state == "open" and (reason := _overtaken(slug, one, here))
    ]
    records.write(connection, [*made, *ended], now=now)
    return len(made), len(ended)


def preview(
    connection: Connection,
    rule: TaskRule,
    here: StoreRules,
    day: dt.date,
    now: dt.datetime,
    scopes: Collection[str] | None,
) -> list[wire.PreviewLine]:
    """What a rule would make of the lists as they are, were it the day, and of which it holds back."""
    lists = look_at(connection, here, day, scopes)
    last = _last_tasks(connection, lists)
    due = of_no_customer.due(rule, here, day, now).text
    return [
        wire.PreviewLine(picks=one.picks.title, due=due, person=one.person, held=held)
        for one in lists
        if one.person and ((held := _held(rule.slug, one, last)) or _is_new(rule.slug, one, last))
    ]


def task_id(slug: str, picks: str, day: str) -> str:
    """The id of a rule's task of a list that is made on a day: whoever makes it makes the same."""
    return source_id("manual_task", "sellmode", f"picks\x1f{slug}\x1f{picks}\x1f{day}")


def _rules(here: StoreRules) -> list[TaskRule]:
    return [prepared.rule for prepared in here.prepared()[0] if prepared.rule.trigger == "stale_picks"]


def _last_tasks(
    connection: Connection, lists: Iterable[Reviewed], *, lock: bool = False
) -> dict[tuple[str, str], ManualTask]:
    """The last task that a rule, by its slug, has made of a list."""
    ids = [task_id(slug, one.picks.id, day) for one in lists for slug, day in one.days.items()]
    found = records.read_many(connection, "manual_task", ids, lock=lock)
    return {(task.rule, task.picks): task for task in found if isinstance(task, ManualTask)}


def _held(slug: str, one: Reviewed, last: Mapping[tuple[str, str], ManualTask]) -> str:
    """Why a list that is to be reviewed gets no task of a rule: one of ``HELD``."""
    before = last.get((slug, one.picks.id))
    return "open_already" if one.products and before and before.state == "open" else ""


def _is_new(slug: str, one: Reviewed, last: Mapping[tuple[str, str], ManualTask]) -> bool:
    """Whether anything is to be reviewed that the rule's last task did not name."""
    before = last.get((slug, one.picks.id))
    return bool(set(one.products).difference(before.products if before else ()))


def _overtaken(slug: str, one: Reviewed, here: StoreRules) -> str:
    if slug not in here.by_slug and not here.unreadable:
        return judging.RULE_REMOVED
    return "" if one.products else judging.UP_TO_DATE


def _task(rule: TaskRule, one: Reviewed, person: str, here: StoreRules, today: dt.date, now: dt.datetime) -> ManualTask:
    because = Because(event="stale_picks", day=today.isoformat(), about=one.picks.title)
    id = task_id(rule.slug, one.picks.id, today.isoformat())
    about = {"picks": one.picks.id, "products": one.products}
    return of_no_customer.task(rule, here, id, person, because, today, now, **about)

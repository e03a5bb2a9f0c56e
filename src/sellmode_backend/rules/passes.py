"""Passes: customers looked at by a store's rules, tasks made and expired, by any number of workers at the same time.

A store's customers are all looked at when its day begins and when its rules have changed, a batch after the other, and
before them its picks (``stale_picks``); in between those whose records have changed, or to whom something has happened.
Requests that wait for an answer are looked at in each pass (``late_requests``).
Each batch is judged in a snapshot and written in a short transaction of its own, together with how far that brought
the store (``progress``). So a worker may end at any moment, or be beaten by another one: what is not written is done
again, what is written is not.

Who comes first where a rule has a daily cap is known only when all have been looked at: they wait (``ledger.wait``)
until then.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend import faults
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.briefs import corporate_tasks
from sellmode_backend.rules import effective_rules, events, facts, late_requests, ledger, progress, stale_picks
from sellmode_backend.rules.effective_rules import StoreRules
from sellmode_backend.rules.ledger import Entry
from sellmode_backend.rules.progress import Progress
from sellmode_backend.rules.stale_picks import Reviewed
from sellmode_backend.store import feeds, records
from sellmode_backend.store.database import Database, again, is_fleeting
from sellmode_contract.audiences import store_audience
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.rules import judging
from sellmode_contract.rules.facts import Facts
from sellmode_contract.rules.judging import Decision, Judge
from sellmode_contract.store_time import day_start, local_day, read_due

BATCH = 1000
"""Customers that are looked at together."""
_CHANGES = 2 * feeds.ROWS_PER_SEQ
"""Changed records that are looked at together; more than may share a number."""
_CHANCE = random.SystemRandom()
"""Of its own: the one that all share is drawn from by who counts on its order."""
_log = logging.getLogger(__name__)
_UTC = ZoneInfo("UTC")


class UnknownStore(ValueError):
    """The retailer has no such store."""


@dataclasses.dataclass
class PassReport:
    """What a pass has done."""

    customers: int = 0
    """Looked at; one may be so more than once."""
    made: int = 0
    """Tasks of rules."""
    expired: int = 0
    """Open ones that have ended."""
    held: Counter[str] = dataclasses.field(default_factory=Counter)
    """Tasks that were held back, by ``rules.HELD``."""
    corporate: int = 0
    """Corporate tasks made or changed."""
    unfit: dict[str, str] = dataclasses.field(default_factory=dict)
    """What is wrong with rules and briefs that make no sense (any more) and were left out, by their ids."""
    failed: set[str] = dataclasses.field(default_factory=set)
    """Ids of customers who could not be read or judged, for an error that is in the log; the others were."""
    broken: set[str] = dataclasses.field(default_factory=set)
    """Stores that were given up for an error that is in the log; the others were gone through."""
    left: set[str] = dataclasses.field(default_factory=set)
    """Stores that were left to another worker, who was at them at the same moment."""


def run(database: Database, clock: Clock, *, store: str | None = None) -> PassReport:
    """Do all that is due now, in one store or everywhere, and say what. Raises UnknownStore.

    Raises sqlalchemy.exc.DBAPIError if the database cannot be had; what was done by then stays.
    """
    report = PassReport()
    for _ in steps(database, clock, report, store=store):
        pass
    return report


def steps(
    database: Database,
    clock: Clock,
    report: PassReport,
    *,
    store: str | None = None,
    shuffle: Callable[[list[str]], None] = _CHANCE.shuffle,
) -> Iterator[None]:
    """As ``run``, a transaction for each step; ``report`` grows meanwhile.

    The stores are gone through in an order of ``shuffle``: workers that begin together part there.
    """
    if store is None:
        while (
            changed := again(lambda: corporate_tasks.turn(database, clock(), report.unfit), is_fleeting)
        ) is not None:
            report.corporate += changed
            yield
    stores = _with_work(database, clock(), store)
    shuffle(stores)
    for name in stores:
        yield from _steps_of(database, clock, report, name)
    turned = again(partial(late_requests.turn, database, clock, store), is_fleeting)
    report.made += turned.made
    report.expired += turned.ended


def _steps_of(database: Database, clock: Clock, report: PassReport, store: str) -> Iterator[None]:
    """What there is to be done in a store. What is wrong with one is no matter of the others."""
    try:
        while (work := again(partial(_turn, database, clock, store), is_fleeting)) is not None:
            if not work.written:
                report.left.add(store)
                return
            work.tell(report)
            yield
    except sa.exc.DBAPIError:
        raise
    except Exception as error:  # noqa: BLE001 -- it is told, and the next pass is another chance
        _log.error("the pass of a store failed: %s\n%s", store, faults.traced(error))
        report.broken.add(store)


def _with_work(database: Database, now: dt.datetime, only: str | None) -> list[str]:
    """The stores that there is something to be done in."""
    with database.snapshot() as connection:
        house = effective_rules.read(connection)
        if house is None:
            return []
        known = [here for here in house.stores() if only in (None, here.store)]
        if only is not None and not known:
            raise UnknownStore(f"there is no store {only!r}")
        rows = progress.read_all(connection)
        heads = feeds.heads(connection, [here.store for here in known])
        waiting, eventful = ledger.stores_waiting(connection), events.stores(connection)
    found = []
    for here in known:
        row = rows.get(here.store)
        idle = (
            row is not None
            and row.cursor is None
            and (row.day, row.fingerprint) == (_today(row, here, now).isoformat(), here.fingerprint)
            and row.seen_seq == heads[here.store]
            and here.store not in waiting
            and store_audience(here.store) not in eventful
        )
        if not idle:
            found.append(here.store)
    return found


def _today(row: Progress | None, here: StoreRules, now: dt.datetime) -> dt.date:
    return local_day(progress.moment(row, now), here.zone)


# ------------------------------------------------------------------ a turn


@dataclasses.dataclass
class _Work:
    """What a batch comes to, to be written."""

    before: Progress | None
    after: Progress
    here: StoreRules
    unfit: dict[str, str]
    customers: dict[str, Customer] = dataclasses.field(default_factory=dict)
    """As they were judged."""
    make: list[Decision] = dataclasses.field(default_factory=list)
    held: list[Decision] = dataclasses.field(default_factory=list)
    wait: list[Decision] = dataclasses.field(default_factory=list)
    """Those of rules with a cap, until all have been looked at."""
    lists: list[Reviewed] = dataclasses.field(default_factory=list)
    """The store's picks, when its day begins."""
    served: list[str] = dataclasses.field(default_factory=list)
    """Customers who wait no more."""
    ends: dict[str, tuple[RuleTask, str]] = dataclasses.field(default_factory=dict)
    """Open tasks by id, and why they expire; without a reason they stand at other instants than before."""
    events: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    """Those looked at: ids by customer."""
    failed: list[str] = dataclasses.field(default_factory=list)
    """Customers who could not be judged."""
    written: bool = False
    made: int = 0
    expired: int = 0
    cut: int = 0
    """Those who would have waited, but come after as many as the cap lets through."""

    @property
    def begins(self) -> bool:
        """Whether it is the first of a day, or of new rules."""
        before, after = self.before, self.after
        return before is None or (before.day, before.fingerprint) != (after.day, after.fingerprint)

    def tell(self, report: PassReport) -> None:
        """Add what was done to a report."""
        report.customers += len(self.customers)
        report.made += self.made
        report.expired += self.expired
        report.held.update(decision.held for decision in self.held)
        report.held.update({"cap": self.cut} if self.cut else {})
        report.unfit.update(self.unfit)
        report.failed.update(self.failed)


def _turn(database: Database, clock: Clock, store: str) -> _Work | None:
    """Look at a store's next batch and write what comes of it; None if there is none.

    It is not written if another worker has moved the store on meanwhile.
    """
    now = clock()
    with database.snapshot() as connection:
        work = _look(connection, store, now)
    if work is not None:
        with database.transaction() as connection:
            _write(connection, work)
    return work


def _look(connection: Connection, store: str, now: dt.datetime) -> _Work | None:
    house = effective_rules.read(connection)
    if house is None:
        return None
    here = house.store(store)
    before, head = progress.read(connection, store), feeds.head(connection, store)
    now = progress.moment(before, now)
    today = local_day(now, here.zone)
    since = progress.rules_since(before, here.slugs, today)
    noted = {slug: day.isoformat() for slug, day in since.items()}
    after = Progress(store, 0, here.fingerprint, today.isoformat(), now, "", head, noted)
    if before is not None and (before.day, before.fingerprint) == (after.day, after.fingerprint):
        after = before._replace(at=now, since=noted)
    prepared, unfit = here.prepared()
    work = _Work(before, after, here, {error.rule.id: str(error) for error in unfit})
    found = _next(connection, work, head)
    if found is None:
        return None
    if work.begins:
        work.lists = stale_picks.look_at(connection, here, today)
    work.unfit.update((id, f"rule {id}: its document cannot be read") for id in here.unreadable)
    customers = [customer for customer in found.values() if customer is not None]
    people = effective_rules.staff(connection)
    judge = Judge(prepared, store=store, zone=here.zone, today=today, now=now, staff=people, since=since)
    known = facts.load(connection, customers, judge.needs())
    made = ledger.made(connection, [customer.id for customer in customers])
    decisions: list[Decision] = []
    for one in known:
        work.customers[one.customer.id] = one.customer
        try:
            staying = tuple(task for task in one.tasks if not _end(work, one, task, now))
            there = msgspec.structs.replace(one, tasks=staying) if one.tasks else one
            decisions += judge.decisions(there, made.get(one.customer.id, ()))
        except Exception as error:  # noqa: BLE001 -- what is odd about one must not keep the others from their tasks
            _log.error("customer %s cannot be judged\n%s", one.customer.id, faults.traced(error))
            work.failed.append(one.customer.id)
    work.failed += found.keys() - {one.customer.id for one in known}
    if work.begins or (before is not None and before.cursor is not None):
        work.wait = [one for one in decisions if not one.held and one.rule.daily_cap is not None]
        decisions = [one for one in decisions if one.held or one.rule.daily_cap is None]
    else:
        decisions = judging.within_caps(decisions, ledger.taken(connection, store, today, here.capped))
    work.make = [one for one in decisions if not one.held]
    # Of those who have waited the rest was told before.
    work.held = [one for one in decisions if one.held and (one.held == "cap" or not work.served)]
    return work


def _next(connection: Connection, work: _Work, head: int) -> dict[str, Customer | None] | None:
    """The customers to be looked at next, as ``facts`` has them; None if there is nothing to be done."""
    store, state = work.here.store, work.after
    if state.cursor is not None and not work.here.by_slug and not facts.any_tasks(connection):
        work.after = state._replace(cursor=None)
        return {}
    if state.cursor is not None:
        customers = facts.customers_after(connection, store, state.cursor, BATCH)
        cursor = next(reversed(customers)) if len(customers) == BATCH else None
        work.after = state._replace(cursor=cursor)
        return customers
    if waiting := ledger.first_waiting(connection, store, BATCH):
        work.served = waiting
        return facts.customers_of(connection, store, waiting)
    changed, end = facts.changed_since(connection, store, state.seen_seq, head, _CHANGES)
    fresh = events.fresh(connection, store, BATCH)
    if not fresh and end == state.seen_seq:
        return None
    work.after = state._replace(seen_seq=end)
    work.events = fresh
    return facts.customers_of(connection, store, sorted({*changed, *fresh}))


def _end(work: _Work, one: Facts, task: RuleTask, now: dt.datetime) -> bool:
    """Note what becomes of an open task; whether it ends."""
    reason = judging.overtaken(work.here.by_slug.get(task.rule), task, one, now, removed=not work.here.unreadable)
    if reason or _in_time(task, work.here) != task:
        work.ends[task.id] = (task, reason)
    return bool(reason)


def _in_time(task: RuleTask, here: StoreRules) -> RuleTask:
    """A task with the instants that its due time and expiry come to in its customer's store.

    They differ once the customer has gone to another store, or the store to another time zone.
    """
    counts = task.snoozed_to or task.due
    if not counts or task.due_at is None:
        return msgspec.structs.replace(task, store=here.store)
    due, expires_at = read_due(counts), task.expires_at
    if expires_at is not None:
        # As a clock showed it there; an hour more or less if the clocks were changed in between.
        shown = expires_at + (due.instant(_UTC) - task.due_at)
        expires_at = day_start(local_day(shown + dt.timedelta(hours=12), _UTC), here.zone)
    return msgspec.structs.replace(task, store=here.store, due_at=due.instant(here.zone), expires_at=expires_at)


def _write(connection: Connection, work: _Work) -> None:
    """Write a batch's work: nothing of customers who have changed since they were judged, who are looked at again."""
    if not progress.move(connection, work.before, work.after):
        return
    store, now, today = work.here.store, work.after.at, dt.date.fromisoformat(work.after.day)
    if work.begins:
        ledger.leave(connection, store)
    elif work.served:
        ledger.leave(connection, store, work.served)
    work.cut = ledger.wait(connection, store, work.wait)

    # First of what others write too are the customers, as everywhere: a merge has them when it moves the rest.
    touched = {one.customer for one in work.make} | {task.customer for task, _ in work.ends.values()}
    same = {
        customer.id
        for customer in records.read_many(
            connection, "customer", touched | (work.events.keys() & work.customers.keys()), lock=True
        )
        if customer == work.customers.get(customer.id)
    }
    events.looked_at(connection, [id for ids in work.events.values() for id in ids])
    made = _to_be_made(connection, work, same)
    entries = [Entry(one.customer, one.rule.slug, one.occurrence, one.person) for one in made]
    ledger.enter(connection, store, today, entries, now)
    ended = list(_ended(connection, work, same))
    tasks = [judging.task_of(one, store, work.here.zone, now) for one in made]
    records.write(connection, [*tasks, *ended], now=now)
    reviews, reviewed = stale_picks.write(connection, work.here, work.lists, today, now)
    work.written, work.made = True, len(made) + reviews
    work.expired = sum(task.state == "expired" for task in ended) + reviewed


def _to_be_made(connection: Connection, work: _Work, same: set[str]) -> list[Decision]:
    """The decisions that still hold: somebody may have reopened a task since, or a merge may have brought one."""
    made = [one for one in work.make if one.customer in same]
    if not made:
        return []
    lost: set[str] = set()
    tasks = facts.open_tasks(connection, sorted({one.customer for one in made}), lost)
    ending = {id for id, (_, reason) in work.ends.items() if reason}
    having = {(task.customer, task.rule) for task in tasks if task.id not in ending}
    work.failed += lost
    work.held += [one._replace(held="open_already") for one in made if (one.customer, one.rule.slug) in having]
    return [one for one in made if (one.customer, one.rule.slug) not in having and one.customer not in lost]


def _ended(connection: Connection, work: _Work, same: set[str]) -> Iterator[RuleTask]:
    """The open tasks that end or whose instants change, as they are now: somebody may have done or snoozed them."""
    keys = [("rule_task", id) for id, (task, _) in work.ends.items() if task.customer in same]
    for (_, id), found in records.stored(connection, keys, lock=True).items():
        task = found.record
        assert isinstance(task, RuleTask)  # noqa: S101 -- for the type checker
        if task.state != "open":
            continue
        if reason := work.ends[id][1]:
            yield msgspec.structs.replace(task, state="expired", reason=reason, done_at=work.after.at)
        else:
            yield _in_time(task, work.here)

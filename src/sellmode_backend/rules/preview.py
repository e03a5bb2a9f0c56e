"""What a rule would do in a store on a day: the passes up to that day are gone through, and nothing is written.

What the passes before will have made is not made again, and is open on the day, for nobody knows who will do what by
then. A rule that is switched off is looked at as if it were switched on now.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterator

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.rules import effective_rules, facts, late_requests, ledger, passes, progress, stale_picks
from sellmode_backend.rules.effective_rules import StoreRules
from sellmode_backend.rules.passes import UnknownStore
from sellmode_contract import wire
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules import judging
from sellmode_contract.rules.facts import Facts
from sellmode_contract.rules.judging import Decision, Judge, Prepared
from sellmode_contract.rules.occurrences import Days, counting, finder
from sellmode_contract.store_time import day_start, local_day

BATCH = passes.BATCH
_DAY = dt.timedelta(days=1)


def preview(
    connection: Connection,
    rule: TaskRule,
    store: str,
    day: dt.date,
    now: dt.datetime,
    *,
    scopes: Collection[str] | None = None,
    go_on: Callable[[], None] = lambda: None,
) -> wire.Preview:
    """What a rule, as it is or might be, would do in a store on a day. Only reads; a snapshot's connection is best.

    With ``scopes`` only customers in one of these are looked at. ``go_on`` is called now and then; what it raises ends
    this. Raises judging.UnfitRule for a rule that makes no sense, UnknownStore.
    """
    house = effective_rules.read(connection)
    if house is None or all(entry.id != store for entry in house.retailer.stores):
        raise UnknownStore(f"there is no store {store!r}")
    here = house.store(store)
    if (of_others := {"stale_picks": stale_picks, "late_request": late_requests}.get(rule.trigger)) is not None:
        judging.prepare(rule, house.retailer)
        return _answer(day, of_others.preview(connection, rule, here, day, now, scopes))
    ahead = _Ahead(connection, judging.prepare(rule, house.retailer), here, day, now)
    cursor = ""
    while customers := facts.customers_after(connection, store, cursor, BATCH, scopes):
        go_on()
        cursor = next(reversed(customers))
        ahead.take(connection, [one for one in customers.values() if one is not None])
    taken = ledger.taken(connection, store, ahead.day, [rule.slug])
    decisions = judging.within_caps(ahead.decisions(), taken)
    while ahead.day < day:
        go_on()
        ahead.go_on_after(decisions)
        decisions = judging.within_caps(ahead.decisions(), {})
    lines = [
        wire.PreviewLine(customer=one.customer, due=one.due.text, person=one.person, held=one.held) for one in decisions
    ]
    return _answer(day, lines)


def _answer(day: dt.date, lines: list[wire.PreviewLine]) -> wire.Preview:
    due, held = [one for one in lines if not one.held], [one for one in lines if one.held]
    listed = (*due[: wire.MAX_PREVIEW_LINES], *held[: wire.MAX_PREVIEW_LINES])
    return wire.Preview(day=day.isoformat(), due=len(due), held=len(held), lines=listed)


@dataclasses.dataclass
class _Candidate:
    """A customer for whom a rule has something on one of the days gone through."""

    facts: Facts
    due: dict[str, dt.date]
    """The due day of each occurrence that has not been made."""
    made: set[tuple[str, str]]


class _Ahead:
    """A rule's passes in a store, a day after the other, up to one that is asked about."""

    def __init__(
        self, connection: Connection, prepared: Prepared, here: StoreRules, last: dt.date, now: dt.datetime
    ) -> None:
        self._prepared, self._rule, self._here, self._now = prepared, prepared.rule, here, now
        self.day = min(local_day(now, here.zone), last)
        """The day that is gone through."""
        slug = self._rule.slug
        self._since = progress.rules_since(progress.read(connection, here.store), [slug], self.day)
        first, _ = counting(self._rule, self.day, self._since[slug])
        self._find = finder(self._rule, prepared.retailer, here.zone, Days(first, last))
        self._staff: list[Staff] = effective_rules.staff(connection)
        self._needs = self._judge().needs()
        self._begin: dict[dt.date, list[_Candidate]] = {}
        """Who has something that is due on a day."""
        self._now_due: dict[str, _Candidate] = {}
        """Who has something that counts on the day that is gone through, by id."""

    def take(self, connection: Connection, customers: list[Customer]) -> None:
        """Look at customers once, for all days."""
        known = facts.load(connection, customers, self._needs)
        slug, made = self._rule.slug, ledger.made(connection, [one.customer.id for one in known])
        for one in known:
            mine = made.get(one.customer.id, set())
            if due := {item.key: item.due.day for item in self._find(one) if (slug, item.key) not in mine}:
                candidate = _Candidate(one, due, mine)
                for day in {max(day, self.day) for day in due.values()}:
                    self._begin.setdefault(day, []).append(candidate)

    def decisions(self) -> list[Decision]:
        """What the pass of the day comes to, but for the cap."""
        self._now_due.update((one.facts.customer.id, one) for one in self._begin.pop(self.day, ()))
        judge = self._judge()
        return [one for id in sorted(self._now_due) for one in self._of(judge, self._now_due[id])]

    def _of(self, judge: Judge, one: _Candidate) -> Iterator[Decision]:
        standing = tuple(
            task for task in one.facts.tasks if not judging.overtaken(self._rule, task, one.facts, self._moment)
        )
        yield from judge.decisions(msgspec.structs.replace(one.facts, tasks=standing), one.made)

    def go_on_after(self, decisions: list[Decision]) -> None:
        """Go on to the next day: what was decided is made, and what is too late does not count any more."""
        for decision in decisions:
            if not decision.held:
                self._make(self._now_due[decision.customer], decision)
        self.day += _DAY
        first, _ = counting(self._rule, self.day, self._since[self._rule.slug])
        self._now_due = {id: one for id, one in self._now_due.items() if any(day >= first for day in one.due.values())}

    def _make(self, one: _Candidate, decision: Decision) -> None:
        del one.due[decision.occurrence]
        one.made.add((self._rule.slug, decision.occurrence))
        task = judging.task_of(decision, self._here.store, self._here.zone, self._moment)
        one.facts = msgspec.structs.replace(one.facts, tasks=(*one.facts.tasks, task))

    @property
    def _moment(self) -> dt.datetime:
        return max(self._now, day_start(self.day, self._here.zone))

    def _judge(self) -> Judge:
        return Judge(
            [self._prepared],
            store=self._here.store,
            zone=self._here.zone,
            today=self.day,
            now=self._moment,
            staff=self._staff,
            since=self._since,
        )

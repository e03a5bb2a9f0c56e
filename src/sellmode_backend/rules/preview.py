"""What a rule would do in a store on a day: judged as a pass would, and nothing written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.rules import effective_rules, facts, ledger, passes
from sellmode_backend.rules.passes import UnknownStore
from sellmode_contract import wire
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules import judging
from sellmode_contract.rules.judging import NOBODY, Decision
from sellmode_contract.store_time import day_start

BATCH = passes.BATCH


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
    now = max(now, day_start(day, here.zone))
    judge = effective_rules.judge(connection, here, [judging.prepare(rule, house.retailer)], day, now)
    board = _Board(rule, ledger.taken(connection, store, day, [rule.slug]))
    cursor = ""
    while customers := facts.customers_after(connection, store, cursor, BATCH, scopes):
        go_on()
        cursor = next(reversed(customers))
        known = facts.load(connection, [one for one in customers.values() if one is not None], judge.needs())
        made = ledger.made(connection, list(customers))
        for one in known:
            there = tuple(task for task in one.tasks if not judging.overtaken(rule, task, one, now))
            for decision in judge.decisions(msgspec.structs.replace(one, tasks=there), made.get(one.customer.id, ())):
                board.take(decision)
    return board.preview(day)


class _Board:
    """Collects a rule's decisions: how many there are, the first ones, and who comes first where there is a cap."""

    def __init__(self, rule: TaskRule, taken: Mapping[tuple[str, str], int]) -> None:
        self._cap = rule.daily_cap
        self._taken = {person: count for (_, person), count in taken.items()}
        self._due: list[Decision] = []
        self._held: list[Decision] = []
        self._due_count = self._held_count = 0
        self._candidates: dict[str, list[Decision]] = {}

    def take(self, decision: Decision) -> None:
        """One more decision."""
        if decision.held:
            self._hold(decision)
        elif self._cap is None:
            self._keep(decision)
        else:
            mine = self._candidates.setdefault(decision.person or NOBODY, [])
            mine.append(decision)
            if len(mine) > 2 * self._cap:
                self._cut(decision.person or NOBODY)

    def preview(self, day: dt.date) -> wire.Preview:
        """What was collected."""
        for person in self._candidates:
            self._cut(person)
        for decision in (one for mine in self._candidates.values() for one in mine):
            self._keep(decision)
        self._candidates.clear()
        lines = [
            wire.PreviewLine(customer=one.customer, due=one.due.text, person=one.person, held=one.held)
            for one in (*self._due, *self._held)
        ]
        return wire.Preview(day=day.isoformat(), due=self._due_count, held=self._held_count, lines=tuple(lines))

    def _keep(self, decision: Decision) -> None:
        self._due_count += 1
        if len(self._due) < wire.MAX_PREVIEW_LINES:
            self._due.append(decision)

    def _hold(self, decision: Decision) -> None:
        self._held_count += 1
        if len(self._held) < wire.MAX_PREVIEW_LINES:
            self._held.append(decision)

    def _cut(self, person: str) -> None:
        """Hold back the decisions over a person's cap."""
        room = max((self._cap or 0) - self._taken.get(person, 0), 0)
        mine = sorted(self._candidates[person], key=lambda one: (-one.spend, one.customer))
        self._candidates[person] = mine[:room]
        for decision in mine[room:]:
            self._hold(decision._replace(held="cap"))

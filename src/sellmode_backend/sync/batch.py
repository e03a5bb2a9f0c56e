"""Applies mutations in one transaction: judged and applied one by one, written together at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend import phones
from sellmode_backend.store import duplicates, late_touches, measures, merging, presence, records, sale_credit, settings
from sellmode_backend.store.clients import Entry
from sellmode_backend.store.facts import Adds
from sellmode_backend.store.records import Key
from sellmode_backend.sync import hooks
from sellmode_backend.sync.incoming import IncomingMutation
from sellmode_backend.sync.judge import Author, Judge
from sellmode_backend.sync.targets import Targets
from sellmode_contract import visibility, wire
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import ManualTask, TaskCard
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.kinds.presence import Presence
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.mutations import (
    Create,
    Merge,
    Operation,
    Outcome,
    Rejected,
    Stage,
    Withdraw,
    World,
    apply,
    check_author_sees,
    target,
)
from sellmode_contract.mutations.tasks import withdrawn
from sellmode_contract.records import Record
from sellmode_contract.refusals import TITLES


def do(
    connection: Connection,
    author: Author,
    mutations: Sequence[IncomingMutation],
    received: dt.datetime,
    longest: dt.timedelta,
) -> list[Entry]:
    """Do mutations that are new, in their order; gives what the ledger is to have of each.

    ``longest`` is how long ago a mutation can have been made: what a terminal may go without contact.
    """
    return _Batch(connection, author, received, longest, [item.operation for item in mutations]).do(mutations)


class _Done(NamedTuple):
    """A mutation that was applied, its result and the records it changed."""

    result: wire.Result
    mutation: IncomingMutation
    touched: tuple[Key, ...]


class _Batch:
    def __init__(
        self,
        connection: Connection,
        author: Author,
        received: dt.datetime,
        longest: dt.timedelta,
        operations: Sequence[Operation | Rejected],
    ) -> None:
        self._connection, self._author, self._received, self._longest = connection, author, received, longest
        self._targets = Targets(connection, [item for item in operations if not isinstance(item, Rejected)])
        self._stage = Stage(self._targets)
        self._judge = Judge(connection, author, self._targets, self._stage)
        self._retailer: Retailer | None = None
        self._merged: list[merging.Merged] = []

    def do(self, mutations: Sequence[IncomingMutation]) -> list[Entry]:
        done = [self._one(item) for item in mutations]
        self._write()
        touched = {key for item in done if isinstance(item, _Done) for key in item.touched}
        revisions = records.revisions(self._connection, touched)
        return [self._told(item, revisions) if isinstance(item, _Done) else item for item in done]

    # -------------------------------------------------------------- one after the other

    def _one(self, item: IncomingMutation) -> _Done | Entry:
        try:
            if isinstance(item.operation, Rejected):
                raise item.operation
            return self._apply(item, item.operation)
        except Rejected as refusal:
            if not isinstance(item.operation, Rejected):
                self._judge.note_refused(item.operation)
            return Entry(_refused(item, refusal), item.op, item.target, item.body)

    def _apply(self, item: IncomingMutation, operation: Operation) -> _Done:
        judged = self._judge.judge(operation, item.mid)
        age = dt.timedelta(milliseconds=min(max(item.age_ms, 0), self._longest // dt.timedelta(milliseconds=1)))
        world = World(
            records=self._stage,
            account=self._author.account,
            retailer=self._read_retailer() if hooks.goes_by_settings(judged.operation) else None,
            mid=item.mid,
            now=self._received - age,
            age=age,
        )
        if isinstance(judged.operation, Merge):
            merged = merging.merge(judged.operation, world)
            self._merged.append(merged)
            outcome = merged.outcome
            # Nobody waits for the rest, which is as much as two customers have.
            touched: tuple[Key, ...] = (target(judged.operation),)
        else:
            outcome = apply(judged.operation, world)
            if judged.seen and not self._author.leaving:
                check_author_sees(judged.operation, outcome, self._stage, self._author.mode, self._author.account)
            outcome = self._finished(judged.operation, outcome)
            if isinstance(judged.operation, Create):
                self._check_room(judged.operation.kind, outcome)
            touched = (*((kind_of(record), record.id) for record in outcome.puts), *outcome.removes)
        self._stage.take(outcome)
        if judged.parks:
            result = wire.Result(mid=item.mid, seq=item.seq, st="parked", code="moved", detail=TITLES["moved"])
            return _Done(result, item, ())
        conflicts = dict(outcome.conflicts)
        result = wire.Result(mid=item.mid, seq=item.seq, st="merged" if conflicts else "applied", conf=conflicts)
        return _Done(result, item, touched)

    def _read_retailer(self) -> Retailer | None:
        if self._retailer is None:
            self._retailer = settings.retailer(self._connection)
        return self._retailer

    def _finished(self, operation: Operation, outcome: Outcome) -> Outcome:
        """What only the backend adds: phones in E.164, and the task of a card that a manager has withdrawn.

        New customers of somebody who leaves are nobody's.
        """
        puts: list[Record] = []
        for record in outcome.puts:
            if not isinstance(record, Customer):
                puts.append(record)
                continue
            before, after = self._stage.get("customer", record.id), record
            if isinstance(operation, Create) and operation.kind == "customer" and self._author.leaving:
                after = msgspec.structs.replace(after, owner=None)
            if not isinstance(before, Customer) or (before.phone, before.address) != (after.phone, after.address):
                after = phones.with_e164(after)
            puts.append(after)
        if isinstance(operation, Withdraw):
            puts += self._withdrawn(outcome)
        return Outcome(tuple(puts), outcome.removes, outcome.conflicts)

    def _withdrawn(self, outcome: Outcome) -> list[Record]:
        cards = [card for card in outcome.puts if isinstance(card, TaskCard)]
        tasks = [(self._stage.get("manual_task", card.task), card) for card in cards]
        manager = self._author.account.id
        return [withdrawn(task, card, manager) for task, card in tasks if isinstance(task, ManualTask)]

    def _check_room(self, kind: str, outcome: Outcome) -> None:
        """Whether there is room for a new record beside those that are there, and those of the same batch."""
        if (check := hooks.ROOM.get(kind)) is not None:
            made = {id: record for (name, id), record in self._stage.changed.items() if name == kind}
            made |= {record.id: record for record in outcome.puts if kind_of(record) == kind}
            check(self._connection, [record for record in made.values() if record is not None], made)

    # -------------------------------------------------------------- together

    def _write(self) -> None:
        changed = self._stage.changed
        if not changed:
            return
        people = {
            id: (before if isinstance(before := self._targets.get(kind, id), Customer) else None, after)
            for (kind, id), after in changed.items()
            if kind == "customer" and (after is None or isinstance(after, Customer))
        }
        stored = [
            item.record for key in changed if key[0] in sale_credit.TOUCHING and (item := self._targets.stored(key))
        ]
        # Those of customers who are merged are judged by settle, when they are one.
        late = late_touches.judge(
            self._connection, {} if self._merged else changed, () if self._merged else stored, self._received
        )
        late.adds.update(self._content_updates())
        self._note_contact()
        records.write(
            self._connection,
            [*(record for record in changed.values() if record is not None), *late.effects.records],
            removed=[*(key for key, record in changed.items() if record is None), *late.effects.removed],
            now=self._received,
            adds=late.adds,
        )
        if self._merged:
            merging.settle(self._connection, self._merged, self._received)
            # Who merges two is shown pairs: theirs goes at once.
            duplicates.watch(self._connection, people, now=self._received)
        else:
            duplicates.note(self._connection, people)

    def _note_contact(self) -> None:
        """Whoever says here that they are available is connected."""
        if any(isinstance(after, Presence) for after in self._stage.changed.values()):
            whose = presence.Device(self._author.account.id, self._author.device)
            presence.poll(self._connection, whose, self._received)

    def _content_updates(self) -> Adds:
        """What facts gain by lists of picks that were changed: each once, however much was changed of it."""
        adds = Adds()
        for (_, id), after in self._stage.changed.items():
            if isinstance(after, PickList):
                before = self._targets.get("pick_list", id)
                if not isinstance(before, PickList) or before.changed_at != after.changed_at:
                    who, store = after.changed_by, after.store
                    adds.update(measures.count(self._connection, store, who, "content_updates", self._received))
        return adds

    def _told(self, done: _Done, revisions: Mapping[Key, records.Revision]) -> Entry:
        """The result with the revisions of what the author sees; of the rest they learn nothing."""
        revs = []
        for key in dict.fromkeys(() if self._author.leaving else done.touched):
            now = revisions.get(key)
            seen = now or self._targets.stored(key)
            if seen is None or visibility.visible(self._author.mode, self._author.account, seen.tags):
                revs.append((*key, now.rev if now else 0))
        return Entry(msgspec.structs.replace(done.result, revs=tuple(revs)), done.mutation.op, done.mutation.target)


def _refused(item: IncomingMutation, refusal: Rejected) -> wire.Result:
    return wire.Result(
        mid=item.mid,
        seq=item.seq,
        st="rejected",
        code=refusal.code,
        detail=str(refusal.detail),  # plain text, without what it was put together from
        field=refusal.field,
        winner=refusal.winner,
    )

"""Whatever is sent and written, in whatever order: what is shown is what was sent with what was written applied to it.

The model folds everything anew, each time, on plain dictionaries.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract import mutations, visibility
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer, CustomerCard, card_id
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.manual_task import ManualTask, TaskCard
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.retailer import CustomField, Retailer
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.mutations import (
    Accept,
    Assign,
    Claim,
    Create,
    Discard,
    Edit,
    Finish,
    Operation,
    Outcome,
    Park,
    Rejected,
    Release,
    Remove,
    Reopen,
    SetConsent,
    Stage,
    World,
    consent_id,
)
from sellmode_contract.mutations import Withdraw as Withdrawal
from sellmode_contract.mutations.consent import STRICTNESS
from sellmode_contract.mutations.operations import plain
from sellmode_contract.mutations.tasks import following_id
from sellmode_contract.records import Record, parent_of
from sellmode_contract.visibility import scopes
from sellmode_contract.wire import Drop, Put, Sweep
from sellmode_contract.wire import Remove as Removal
from sellmode_tui import sealed
from sellmode_tui.cache import meta
from sellmode_tui.cache.fold import Fold
from sellmode_tui.cache.page import Change
from sellmode_tui.cache.store import Cache
from sellmode_tui.cache.tables import OTHER, TABLES, TASK_KINDS, decode
from sellmode_tui.journal.entries import Entry
from sellmode_tui.journal.journal import Journal
from sellmode_tui.migrations import transaction
from sellmode_tui.records import AgendaQuery, CustomerQuery, RecordStore
from sellmode_tui.records.tasks.lines import SECTIONS
from tests.tui.cache.lines import ALL, KEY, ME, NOW, OWN, RETAILER, STORE, TEAM, account, as_sent, customer, head, put
from tests.tui.cache.written import add, result

_LEAD = f"own/lead:{STORE}"
_OWN_ALL = "own/all"
_MANAGER = account(role="manager")
_SCOPES = [TEAM, OWN, _LEAD, ALL, _OWN_ALL]


class Row(NamedTuple):
    """A record as it was sent. A scope that has left has lost its name; what was dropped is about to go."""

    scope: str | None
    v: int
    g: int
    record: Record


@dataclass
class Written:
    entry: Entry
    state: str = "waiting"
    folds: bool = True
    rev: int | None = None
    arrived: bool = False


class Model:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self.written: list[Written] = []
        self.mode = "associate"

    # what the backend says

    def page(self, changes: list[Change]) -> None:
        self.arrive()
        dropped: set[tuple[str, str]] = set()
        for change in changes:
            match change:
                case Put(k=kind, id=id, v=v, s=scope, g=g):
                    held = self.rows.get((kind, id))
                    if held is None or held.scope is None or v >= held.v or g != held.g:
                        self.rows[kind, id] = Row(scope, v, g, decode(kind, change.d))
                        dropped.discard((kind, id))
                case Removal(k=kind, id=id, s=scope):
                    if (kind, id) in self.rows and self.rows[kind, id].scope == scope:
                        del self.rows[kind, id]
                case Sweep(s=scope, g=g):
                    for key, row in list(self.rows.items()):
                        if row.scope == scope and row.g == g:
                            self.rows[key] = row._replace(g=0)
                        elif row.scope == scope:
                            del self.rows[key]
                case Drop(s=scope):
                    gone = [key for key, row in self.rows.items() if row.scope == scope]
                    dropped.update(gone)
                    for key in gone:
                        self.rows[key] = self.rows[key]._replace(scope=None)
        self.arrive()
        self.rows = {key: row for key, row in self.rows.items() if key not in dropped}

    def accept(self, mode: str, *, reset: bool) -> None:
        self.arrive()
        self.mode = mode
        names = scopes(mode, _MANAGER)
        for key, row in self.rows.items():
            kept = row._replace(g=-1) if reset else row
            self.rows[key] = kept if row.scope in names else kept._replace(scope=None)

    def finish(self) -> None:
        current = scopes(self.mode, _MANAGER)
        self.rows = {key: row for key, row in self.rows.items() if row.scope in current}
        for one in self.written:
            one.folds = one.folds and one.state != "applied"

    def arrive(self) -> None:
        for one in self.written:
            if one.state == "applied" and one.folds and one.rev is not None:
                row = self.rows.get(mutations.target(one.entry.operation))
                one.arrived = one.arrived or (row is not None and row.v >= one.rev)

    # what is shown

    def sent(self) -> dict[tuple[str, str], Record]:
        current = scopes(self.mode, _MANAGER)
        return {key: row.record for key, row in self.rows.items() if row.scope in current}

    def shown(self) -> dict[tuple[str, str], Record]:
        sent = self.sent()
        stage = Stage(Plain(sent))
        retailer = sent.get(("retailer", RETAILER.id))
        for one in self.written:
            if not one.folds or one.arrived:
                continue
            assert retailer is None or isinstance(retailer, Retailer)
            world = World(stage, _MANAGER, retailer, one.entry.mid, one.entry.made_at)
            try:
                outcome = mutations.apply(one.entry.operation, world)
            except Rejected:
                continue
            belongings = [each for whom in self._leaving(outcome, sent) for each in stage.belongings(whom.id)]
            stage.take(outcome)
            self._hide(outcome, stage, sent)
            for whom in self._leaving(outcome, sent):
                for item in (each for each in belongings if parent_of(each) == whom.id):
                    if not visibility.visible(self.mode, _MANAGER, visibility.tags(item, whom)):
                        stage.changed[kind_of(item), item.id] = None
        shown = {**sent, **{key: record for key, record in stage.changed.items() if record is not None}}
        return {key: record for key, record in shown.items() if stage.changed.get(key, record) is not None}

    def _leaving(self, outcome: Outcome, sent: dict[tuple[str, str], Record]) -> list[Customer]:
        """The customers whom the change takes out of the author's sight."""
        return [
            each
            for each in outcome.puts
            if isinstance(each, Customer)
            and not visibility.visible(self.mode, _MANAGER, visibility.tags(each))
            and not (
                ("customer", each.id) in sent and visibility.tags(sent["customer", each.id]) == visibility.tags(each)
            )
        ]

    def _hide(self, outcome: Outcome, stage: Stage, sent: dict[tuple[str, str], Record]) -> None:
        for record in outcome.puts:
            id = parent_of(record)
            parent = None if id is None else stage.get("customer", id)
            assert parent is None or isinstance(parent, Customer)
            tags = visibility.tags(record, parent)
            key = (kind_of(record), record.id)
            if key in sent and visibility.tags(sent[key], parent) == tags:
                continue
            if not visibility.visible(self.mode, _MANAGER, tags):
                stage.changed[key] = None


class Plain:
    """Records in a dictionary, as a ``Reader``."""

    def __init__(self, records: dict[tuple[str, str], Record]) -> None:
        self._records = records

    def get(self, kind: str, id: str) -> Record | None:
        return self._records.get((kind, id))

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        held = [one for one in self.belongings(customer, "consent") if isinstance(one, Consent)]
        return max(
            (one for one in held if one.channel == channel),
            key=lambda one: (STRICTNESS[one.state], one.id),
            default=None,
        )

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        return [
            record
            for (of, _), record in sorted(self._records.items())
            if parent_of(record) == customer and kind in (None, of)
        ]


# ------------------------------------------------------------------ what may happen

_people = st.sampled_from(["customer-0", "customer-0", "customer-1"])
_names = st.sampled_from(["Ada", "Bo", "Łucja", "山田", ""])
_ids = st.sampled_from(["0", "1"])
_WITH_PETS = msgspec.structs.replace(RETAILER, custom_fields=(CustomField(name="pet", label="Pet", type="text"),))
_records: st.SearchStrategy[Record] = st.one_of(
    *[
        st.builds(
            customer,
            st.sampled_from([0, 0, 1]),
            given_name=_names,
            phone=st.sampled_from(["", "+41 79 123 45 67"]),
            tags=st.sampled_from([(), ("VIP",)]),
            owner=st.sampled_from([ME, ME, None, "staff-9"]),
        )
    ]
    * 3,
    st.builds(
        lambda which, customer, private, author: Note(
            id=f"note-{which}", customer=customer, written_at=NOW, text="sent", private=private, author=author
        ),
        _ids,
        _people,
        st.booleans(),
        st.sampled_from([ME, "staff-9"]),
    ),
    st.builds(
        lambda which, customer: Contact(id=f"contact-{which}", customer=customer, at=NOW, channel="call", author=ME),
        _ids,
        _people,
    ),
    st.builds(
        lambda which, customer: ImportantDate(id=f"date-{which}", customer=customer, label="birthday", month=2, day=3),
        _ids,
        _people,
    ),
    st.builds(
        lambda customer, state: Consent(
            id=consent_id(customer, "email"), customer=customer, channel="email", state=state
        ),
        _people,
        st.sampled_from(["subscribed", "one_to_one", "unsubscribed"]),
    ),
    st.deferred(lambda: _task_records),
    st.builds(
        lambda customer, owner: CustomerCard(id=card_id(customer), customer=customer, name="Card", owner=owner),
        _people,
        st.sampled_from([ME, None, "staff-9"]),
    ),
    st.builds(lambda by: Request(id="request", store=STORE, claimed_by=by), st.sampled_from([None, ME, "staff-9"])),
    st.builds(
        lambda customer, name: ParkedEdit(
            id="parked-0",
            customer=customer,
            author="staff-9",
            at=NOW,
            operation=dict(plain(Edit(kind="customer", id=customer, set={"given_name": name}))),
        ),
        _people,
        _names,
    ),
    st.sampled_from(
        [
            RETAILER,
            msgspec.structs.replace(RETAILER, custom_fields=(CustomField(name="pet", label="Pet", type="text"),)),
        ]
    ),
)

_TASK_IDS = ("task-0", "task-1", following_id(ME, "task-0", "2026-11-23"))
"""The last is the next one of the first, if that repeats and is done today."""
_MANUAL = ManualTask(
    id="task-0",
    store=STORE,
    creator=ME,
    title="Call",
    due="2026-11-22",
    due_at=dt.datetime(2026, 11, 22, 23, tzinfo=dt.UTC),
    repeat="FREQ=DAILY",
    repeat_from="2026-11-22",
)
_OF_A_RULE = RuleTask(id="of-a-rule", store=STORE, customer="customer-0", rule="thank-you", title="Thank")
_CARD_ID = source_id("task_card", "sellmode", "task-0")
_RULE = TaskRule(
    id=task_rule_id(STORE, "thank-you"), slug="thank-you", store=STORE, name="T", trigger="purchase", title="T"
)
_task_records: st.SearchStrategy[Record] = st.one_of(
    st.builds(
        lambda which, customer, assignee, state, by, repeat: msgspec.structs.replace(
            _MANUAL,
            id=which,
            customer=customer,
            assignee=assignee,
            state=state,
            done_by=None if state == "open" else by,
            done_at=None if state == "open" else NOW,
            claimed_by=by if state == "open" else None,
            repeat=repeat,
            repeat_from=_MANUAL.due if repeat else "",
        ),
        st.sampled_from(_TASK_IDS),
        st.sampled_from([None, None, "customer-0"]),
        st.sampled_from([None, None, "staff-9"]),
        st.sampled_from(["open", "open", "open", "done", "dismissed", "expired"]),
        st.sampled_from([None, None, ME, "staff-9"]),
        st.sampled_from(["", "FREQ=DAILY"]),
    ),
    st.builds(
        lambda state, by, whose: msgspec.structs.replace(
            _OF_A_RULE, state=state, done_by=by, done_at=NOW if by else None, meant_for=whose
        ),
        st.sampled_from(["open", "open", "done"]),
        st.sampled_from([None, ME, "staff-9"]),
        st.sampled_from([None, ME]),
    ),
    st.builds(
        lambda state: TaskCard(id=_CARD_ID, store=STORE, task="task-0", creator=ME, assignee="staff-9", state=state),
        st.sampled_from(["open", "open", "done"]),
    ),
    st.builds(lambda name: msgspec.structs.replace(_RULE, name=name), st.sampled_from(["T", "Thank"])),
    st.builds(
        lambda active: Staff(id="staff-9", store=STORE, user_name="nine", name="Nine", role="associate", active=active),
        st.sampled_from([True, True, False]),
    ),
)
_keys = st.sampled_from([*(("manual_task", id) for id in _TASK_IDS), ("rule_task", "of-a-rule")])
_task_operations: st.SearchStrategy[Operation] = st.one_of(
    st.builds(
        lambda which, fields: Create(kind="manual_task", id=which, doc={"title": "Mine", **fields}),
        st.sampled_from(_TASK_IDS[:2]),
        st.sampled_from(
            [
                {},
                {"due": "2026-11-22", "repeat": "FREQ=DAILY"},
                {"customer": "customer-0"},
                {"assignee": "staff-9"},
                {"assignee": "staff-9", "customer": "customer-0"},
                {"due": "2026-02-30"},
            ]
        ),
    ),
    st.builds(
        lambda key, fields, guard: Edit(
            kind=key[0], id=key[1], set=fields, was={"title": "Call"} if "title" in fields else {}, guard=guard
        ),
        _keys,
        st.sampled_from(
            [
                {"title": "Other"},
                {"snoozed_to": "2026-11-24T09:00"},
                {"snoozed_to": "2026-11-01"},
                {"assignee": "staff-9"},
                {"assignee": None},
                {"meant_for": "staff-9"},
                {"due": "", "repeat": ""},
            ]
        ),
        st.booleans(),
    ),
    *[
        st.builds(
            lambda key, how: Finish(kind=key[0], id=key[1], how=how, reason="done with" if how != "done" else ""),
            _keys,
            st.sampled_from(["done", "done", "dismissed"]),
        )
    ]
    * 2,
    st.builds(lambda key: Reopen(kind=key[0], id=key[1]), _keys),
    st.builds(lambda key: Claim(kind=key[0], id=key[1]), _keys),
    st.builds(lambda key: Release(kind=key[0], id=key[1]), _keys),
    st.builds(
        lambda which, title: Remove(kind="manual_task", id=which, was={"title": title}),
        st.sampled_from(_TASK_IDS),
        st.sampled_from(["Mine", "Call"]),
    ),
    st.just(Withdrawal(id=_CARD_ID, reason="changed my mind")),
    st.sampled_from(
        [
            Create(
                kind="task_rule",
                id=_RULE.id,
                doc={"slug": "thank-you", "store": STORE, "name": "Mine", "trigger": "purchase", "title": "T"},
            ),
            Edit(kind="task_rule", id=_RULE.id, set={"name": "Edited"}, was={"name": "T"}),
            Edit(kind="task_rule", id=_RULE.id, set={"audience": "tier:("}, was={"audience": ""}),
            Remove(kind="task_rule", id=_RULE.id),
            Remove(kind="task_rule", id=_RULE.id, was={"name": "T"}),
        ]
    ),
)

_HERE = "here"
"""Stands for the scope of what is mine in the mode of the moment."""
_scopes = st.sampled_from([*_SCOPES, *[_HERE] * 10])
_changes: st.SearchStrategy[Change] = st.one_of(
    *[st.builds(put, _records, _scopes, st.integers(1, 4), st.sampled_from([0, 0, 4, 5]))] * 4,
    st.builds(lambda record, scope: Removal(k=kind_of(record), id=record.id, s=scope), _records, _scopes),
    st.builds(Sweep, s=_scopes, g=st.sampled_from([4, 5])),
    st.builds(Drop, s=_scopes),
)
_operations: st.SearchStrategy[Operation] = st.one_of(
    *[
        st.builds(
            lambda which, name, was, guard: Edit(
                kind="customer", id=which, set={"given_name": name}, was={"given_name": was}, guard=guard
            ),
            _people,
            _names,
            _names,
            st.booleans(),
        )
    ]
    * 2,
    st.builds(
        lambda which: Edit(kind="customer", id=which, add={"tags": ("New",)}, remove={"tags": ("VIP",)}), _people
    ),
    st.builds(lambda which: Edit(kind="customer", id=which, set={"custom.pet": "Rex"}), _people),
    st.builds(lambda which, name: Create(kind="customer", id=which, doc={"given_name": name}), _people, _names),
    st.builds(lambda which: Remove(kind="customer", id=which), _people),
    st.builds(
        lambda which, customer, private: Create(
            kind="note", id=f"note-{which}", doc={"customer": customer, "text": "mine", "private": private}
        ),
        _ids,
        _people,
        st.booleans(),
    ),
    st.builds(
        lambda which, private: Edit(kind="note", id=f"note-{which}", set={"private": private}), _ids, st.booleans()
    ),
    st.builds(
        lambda which, customer: Create(
            kind="contact", id=f"contact-{which}", doc={"customer": customer, "channel": "visit"}
        ),
        _ids,
        _people,
    ),
    st.builds(
        lambda which, customer: Create(
            kind="date", id=f"date-{which}", doc={"customer": customer, "label": "wedding", "month": 1, "day": 2}
        ),
        _ids,
        _people,
    ),
    st.builds(lambda which: Edit(kind="date", id=f"date-{which}", set={"day": 7}, was={"day": 3}), _ids),
    st.builds(
        lambda kind, which: Remove(kind=kind, id=f"{kind}-{which}"), st.sampled_from(["note", "contact", "date"]), _ids
    ),
    st.builds(
        lambda customer, state, was: SetConsent(
            id=consent_id(customer, "email"), customer=customer, channel="email", state=state, was=was, evidence="said"
        ),
        _people,
        st.sampled_from(["subscribed", "one_to_one", "unsubscribed"]),
        st.sampled_from(["subscribed", "one_to_one", "unsubscribed"]),
    ),
    st.sampled_from([Claim(kind="request", id="request"), Release(kind="request", id="request")]),
    st.builds(
        lambda customer, name: Park(
            id="parked-1",
            customer=customer,
            operation=dict(plain(Edit(kind="customer", id=customer, set={"given_name": name}))),
        ),
        _people,
        _names,
    ),
    st.builds(
        lambda which, to, was, back: Assign(id=which, to=to, was=was, back=back),
        _people,
        st.sampled_from([ME, None, "staff-9", "staff-9"]),
        st.sampled_from([ME, ME, None, "staff-9"]),
        st.booleans(),
    ),
    st.builds(lambda which: Accept(id=f"parked-{which}"), _ids),
    st.builds(lambda which: Discard(id=f"parked-{which}"), _ids),
    *[_task_operations] * 3,
)


class Write(NamedTuple):
    operation: Operation
    late: bool
    """Whether it is folded only by what follows."""


class Settle(NamedTuple):
    which: int
    """Of those that wait."""
    st: str
    rev: int
    """Of its target; 0 is not told."""
    late: bool


class Withdraw(NamedTuple):
    which: int


class Deliver(NamedTuple):
    """A customer that somebody has edited here comes, renamed by somebody else."""

    which: int
    v: int


Step = list[Change] | Write | Settle | Withdraw | Deliver | str

_steps: st.SearchStrategy[Step] = st.one_of(
    *[st.lists(_changes, max_size=6)] * 3,
    *[st.builds(Write, _operations, st.sampled_from([False, False, True]))] * 5,
    *[
        st.builds(
            Settle,
            st.integers(0, 9),
            st.sampled_from(["applied", "applied", "merged", "rejected", "parked", "retry"]),
            st.integers(0, 4),
            st.booleans(),
        )
    ]
    * 2,
    st.builds(Withdraw, st.integers(0, 9)),
    st.builds(Deliver, st.integers(0, 9), st.integers(1, 4)),
    st.sampled_from(
        ["accept team", "accept associate", "accept reset", "finish", "reopen", "replace", "send", "again", "forked"]
    ),
)


class Terminal:
    """A journal and a cache beside their model."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.model = Model()
        self._open()

    def _open(self) -> None:
        self.journal = Journal(self._folder / "journal.db", KEY)
        self.cache = Cache.open(self._folder / "cache.db", KEY, self.journal.outbox)
        self.cache.state()

    def close(self) -> None:
        self.cache.close()
        self.journal.close()

    def accept(self, mode: str, *, reset: bool = False) -> None:
        self.cache.accept(head(mode, person=_MANAGER, reset=reset), at=NOW)
        self.model.accept(mode, reset=reset)

    def do(self, step: Step) -> bool:
        """Follow a step; whether it has been folded."""
        match step:
            case list():
                here = TEAM if self.model.mode == "team" else OWN
                changes = [msgspec.structs.replace(change, s=here) if change.s == _HERE else change for change in step]
                self.cache.apply(changes, "cursor")
                self.model.page(changes)
            case Deliver(which=which, v=v):
                targets = [mutations.target(one.entry.operation) for one in self.model.written]
                if edited := [id for kind, id in targets if kind == "customer"]:
                    eve = customer(edited[which % len(edited)].removeprefix("customer-"), given_name="Eve")
                    return self.do([put(eve, _HERE, v)])
            case Write(operation=operation, late=late):
                self.model.written.append(Written(add(self.journal.outbox, operation)))
                return not late
            case Settle():
                self._settle(step)
                return not step.late
            case Withdraw(which=which):
                if waiting := self._waiting():
                    one = waiting[which % len(waiting)]
                    if self.journal.outbox.withdraw(one.entry.mid):
                        self.model.written.remove(one)
            case str():
                self._say(step)
        return True

    def _waiting(self) -> list[Written]:
        return [one for one in self.model.written if one.state == "waiting"]

    def _settle(self, step: Settle) -> None:
        waiting = self._waiting()
        if not waiting:
            return
        one = waiting[step.which % len(waiting)]
        revs = [(*mutations.target(one.entry.operation), step.rev)] if step.rev else []
        answer = result(one.entry, step.st, **({"revs": revs} if step.st in ("applied", "merged") else {}))
        for _ in range(2):  # the same twice is the same
            self.journal.outbox.settle([answer], NOW)
        if step.st in ("applied", "merged"):
            one.state, one.rev = "applied", step.rev or None
        elif step.st != "retry":
            one.state, one.folds = "refused", False

    def _say(self, step: str) -> None:
        match step:
            case "accept reset":
                self.accept(self.model.mode, reset=True)
            case "accept team" | "accept associate":
                self.accept(step.split()[1])
            case "finish":
                self.cache.finish(at=NOW)
                self.model.finish()
            case "reopen":
                self.close()
                self._open()
            case "replace":
                self.cache.close()
                sealed.remove(self._folder / "cache.db")
                self.cache = Cache.open(self._folder / "cache.db", KEY, self.journal.outbox)
                self.model.rows.clear()
                for one in self.model.written:
                    one.arrived = False
                self.accept(self.model.mode)
            case "send":
                self.journal.outbox.batch(50, 1 << 20)
            case _:
                again = step == "again"
                self.journal.outbox.renumber(f"client-{len(self.model.written)}-{step}", again=again)
                for one in self.model.written:
                    if again and one.state == "applied":
                        one.state, one.rev, one.arrived = "waiting", None, False

    def compare(self) -> None:
        self.cache.fold()
        self.model.arrive()
        shown = self.model.shown()
        with self.cache.reading() as reading:
            held = dict(_visible(reading.connection, reading.only_visible("t")))
            sent = {key for key in {*shown, *self.model.sent()} if as_sent(reading, *key) is not None}
        assert held == {key: msgspec.to_builtins(record) for key, record in shown.items()}
        assert sent == set(self.model.sent())
        records = RecordStore(self.cache)
        people = sorted(id for kind, id in shown if kind == "customer")
        for query in (CustomerQuery(), CustomerQuery(sort="last_contact", descending=True)):
            found = records.customers.find(query)
            assert sorted(row.id for row in found.rows(0, 100)) == people
            assert found.count() == (len(people), True)
        tasks = {(kind, id) for kind, id in shown if kind in TASK_KINDS}
        assert set(records.tasks.agenda(AgendaQuery(SECTIONS)).keys()) == tasks
        assert records.tasks.counts().open == sum(getattr(shown[task], "state") == "open" for task in tasks)  # noqa: B009
        assert sorted(row.id for row in records.customers.find(CustomerQuery("ada")).rows(0, 9)) == [
            id
            for id in people
            if getattr(shown["customer", id], "given_name") == "Ada"  # noqa: B009 -- of a Record
        ]
        self._compare_with_folding_anew()

    def _compare_with_folding_anew(self) -> None:
        """Bit by bit has come to the same as all at once."""
        connection = self.cache._writer
        before = _everything(connection)
        with transaction(connection):
            fold = Fold(connection, None)
            fold.touch_everything()
            assert connection.execute("SELECT count(*) FROM aside").fetchone() == (0,)
            fold.refold()
        assert _everything(connection) == before


def _visible(connection: Any, condition: str) -> Iterator[tuple[tuple[str, str], Any]]:
    for table in (*TABLES, OTHER):
        kind = "t.kind" if table == OTHER else f"'{table}'"
        for of, id, doc in connection.execute(f'SELECT {kind}, t.id, t.doc FROM "{table}" t WHERE {condition}'):  # noqa: S608 -- names of ours
            yield (of, id), msgspec.to_builtins(decode(of, doc))


def _everything(connection: Any) -> dict[str, list[Any]]:
    tables = (*TABLES, OTHER, "aside", "pending", "pending_key")
    return {
        table: sorted(map(repr, connection.execute(f'SELECT {_columns(connection, table)} FROM "{table}"')))  # noqa: S608 -- names of ours
        for table in tables
    }


def _columns(connection: Any, table: str) -> str:
    names = [name for _, name, *_ in connection.execute(f'PRAGMA table_info("{table}")')]
    return ", ".join(name for name in names if name != "pk")


_ada = customer(0, given_name="Ada")
_call = Contact(id="contact-0", customer=_ada.id, at=NOW, channel="call", author=ME)
_before = Contact(id="contact-2", customer=_ada.id, at=NOW - dt.timedelta(days=1), channel="call", author=ME)
_note = Note(id="note-0", customer=_ada.id, written_at=NOW, text="sent", author=ME)
_parked = ParkedEdit(
    id="parked-0",
    customer=_ada.id,
    author="staff-9",
    at=NOW,
    operation=dict(plain(Edit(kind="customer", id=_ada.id, set={"given_name": "Eve"}))),
)
_hers: list[Record] = [_ada, _call, _before, _note, _parked]
_of_one_customer: st.SearchStrategy[Step] = st.one_of(
    st.lists(
        st.one_of(
            st.builds(put, st.sampled_from(_hers), st.just(_HERE), st.integers(1, 4)),
            st.builds(lambda record: Removal(k=kind_of(record), id=record.id, s=TEAM), st.sampled_from(_hers)),
        ),
        min_size=1,
        max_size=2,
    ),
    *[
        st.builds(
            Write,
            st.one_of(
                st.builds(
                    lambda name, was, guard: Edit(
                        kind="customer", id=_ada.id, set={"given_name": name}, was={"given_name": was}, guard=guard
                    ),
                    _names,
                    _names,
                    st.booleans(),
                ),
                st.sampled_from(
                    [
                        Remove(kind="contact", id="contact-0"),
                        Remove(kind="note", id="note-0"),
                        Create(kind="contact", id="contact-1", doc={"customer": _ada.id, "channel": "visit"}),
                        Remove(kind="contact", id="contact-1"),
                        Edit(kind="note", id="note-0", set={"text": "mine"}, was={"text": "sent"}),
                        Create(kind="customer", id=_ada.id, doc={"given_name": "New"}),
                        Remove(kind="customer", id=_ada.id),
                        Accept(id="parked-0"),
                        Discard(id="parked-0"),
                        Park(id="parked-1", customer=_ada.id, operation=dict(plain(Remove(kind="note", id="note-0")))),
                        Accept(id="parked-1"),
                    ]
                ),
            ),
            st.just(False),
        )
    ]
    * 2,
    st.builds(Settle, st.integers(0, 9), st.sampled_from(["applied", "rejected"]), st.integers(0, 3), st.booleans()),
    st.builds(Withdraw, st.integers(0, 9)),
)


_of_tasks: st.SearchStrategy[Step] = st.one_of(
    st.lists(
        st.one_of(
            st.builds(put, st.one_of(_task_records, st.just(_ada)), st.just(_HERE), st.integers(1, 4)),
            st.builds(lambda record: Removal(k=kind_of(record), id=record.id, s=TEAM), _task_records),
        ),
        min_size=1,
        max_size=2,
    ),
    *[st.builds(Write, _task_operations, st.just(False))] * 3,
    st.builds(Settle, st.integers(0, 9), st.sampled_from(["applied", "rejected"]), st.integers(0, 3), st.booleans()),
    st.builds(Withdraw, st.integers(0, 9)),
)


@given(st.lists(_steps, min_size=2, max_size=20))
def test_what_is_shown_is_what_was_sent_with_what_was_written(steps: list[Step]) -> None:
    _follow(steps, "associate")


@given(st.sets(st.sampled_from(range(len(_hers)))), st.lists(_of_one_customer, min_size=3, max_size=12))
def test_changes_about_one_customer_build_on_each_other(sent: set[int], steps: list[Step]) -> None:
    _follow([[put(_hers[which], TEAM) for which in sent], *steps], "team")


_assigning: st.SearchStrategy[Step] = st.one_of(
    *[
        st.builds(
            lambda which, to, was, back: Write(Assign(id=which, to=to, was=was, back=back), late=False),
            _people,
            st.sampled_from([ME, None, "staff-9", "staff-9"]),
            st.sampled_from([ME, None, None, "staff-9"]),
            st.booleans(),
        )
    ]
    * 3,
    st.builds(Write, _operations, st.just(False)),
    st.lists(st.builds(put, _records, st.just(_HERE), st.integers(1, 4)), min_size=1, max_size=2),
    st.builds(Settle, st.integers(0, 9), st.sampled_from(["applied", "rejected"]), st.integers(0, 3), st.booleans()),
    st.builds(Withdraw, st.integers(0, 9)),
)


@given(st.lists(_assigning, min_size=3, max_size=12), st.sampled_from(["team", "associate"]))
def test_who_assigns_a_customer_away_sees_nothing_of_theirs(steps: list[Step], mode: str) -> None:
    team = mode == "team"
    nine = Staff(id="staff-9", store=STORE, user_name="nine", name="Nine", role="associate")
    here = TEAM if team else _LEAD
    nobodys = msgspec.structs.replace(customer(0), owner=None)
    date = ImportantDate(id="date-0", customer="customer-0", label="birthday", month=2, day=3)
    card = CustomerCard(id=card_id("customer-0"), customer="customer-0", name="Card")
    sent: list[Change] = [put(RETAILER, ALL if team else _OWN_ALL), put(nine, TEAM if team else OWN)]
    sent += [put(each, here) for each in (nobodys, date, _OF_A_RULE, *(() if team else (card,)))]
    _follow([sent, *steps], mode)


@given(st.lists(_of_tasks, min_size=3, max_size=12), st.sampled_from(["team", "associate"]))
def test_changes_of_tasks_build_on_each_other(steps: list[Step], mode: str) -> None:
    here = TEAM if mode == "team" else OWN
    nine = Staff(id="staff-9", store=STORE, user_name="nine", name="Nine", role="associate")
    _follow([[put(RETAILER, ALL if mode == "team" else _OWN_ALL), put(nine, here), put(_MANUAL, here)], *steps], mode)


def _follow(steps: list[Step], mode: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(Path(folder))
        try:
            terminal.accept(mode)
            for step in steps:
                if terminal.do(step):
                    terminal.compare()
            terminal.compare()
            _come_to_rest(terminal)
        finally:
            terminal.close()


def _come_to_rest(terminal: Terminal) -> None:
    """Everything is settled and a pass is done: what was sent stands alone."""
    while terminal._waiting():
        terminal.do(Settle(0, "applied", 0, late=True))
    terminal.do("finish")
    terminal.compare()
    assert terminal.model.shown() == terminal.model.sent()
    connection = terminal.cache._writer
    for table in ("aside", "pending", "pending_key"):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 -- names of ours
    assert meta.get(connection, "folded") == terminal.journal.outbox.change()

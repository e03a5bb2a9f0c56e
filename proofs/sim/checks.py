"""What must be true: the invariants I1 to I11 of docs/proofs.md, looked at with eyes of their own.

Every value that anybody writes is unique, so that a value that comes back was written twice, or was shown and taken
away again.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from proofs.sim.backend import Backend, State
from proofs.sim.terminal import Machine, Process
from sellmode_backend.sync.answer import Chunk
from sellmode_contract import mutations
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.mutations import Claim, Create, Edit, Rejected, Remove
from sellmode_contract.visibility import Account
from sellmode_contract.wire import Put
from sellmode_tui.journal.entries import Entry
from tests.support.shop import held, shown
from tests.support.worlds import World, sees

FIELDS = ("given_name", "family_name", "phone")
"""Fields of customers in which only unique values are written."""

_lines: msgspec.json.Decoder[Put] = msgspec.json.Decoder(Put)


class Broken(Exception):
    """An invariant does not hold."""


@dataclasses.dataclass
class _Past:
    """What has been in the backend up to now: restored with a backup, as it has been that way."""

    values: dict[tuple[str, str], list[str]] = dataclasses.field(default_factory=lambda: defaultdict(list))
    """What each field of each customer has been, in its order."""
    made: dict[str, str] = dataclasses.field(default_factory=dict)
    """When each task of a rule was made, and whether it is there still; by its id."""
    customers: dict[str, tuple[str | None, str | None]] = dataclasses.field(default_factory=dict)
    """Store and owner of each customer now."""
    holders: dict[str, str] = dataclasses.field(default_factory=dict)
    """Who has claimed each task and request."""
    lapsed: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    """Tasks and requests with the account that had claimed them, and has them no more by right."""

    def copy(self) -> _Past:
        values = defaultdict(list, {key: list(values) for key, values in self.values.items()})
        return _Past(values, dict(self.made), dict(self.customers), dict(self.holders), set(self.lapsed))


class Watch:
    """Looks at a world as it goes on. Its methods raise Broken."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._history = backend.history
        self._past = _Past()
        self._backup = _Past()
        """What there had been when the backup was made."""
        self._claims: dict[str, str] = {}
        """Who was told that a request is theirs."""
        self._told: set[tuple[str, str]] = set()
        """Of each machine, the claims that it has heard of."""
        self._screens: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        """What each process has shown of them."""
        self._epochs: dict[str, str | None] = {}
        """Of which history of the backend each process was then."""
        self._refused: dict[str, int] = {}
        self._mine: dict[tuple[str, str, str], tuple[str, str]] = {}
        """Of each machine and field, the last change written there: its mid and value."""
        self._may_return: set[str] = set()
        """Values that somebody has put back."""
        self._given: set[str] = set()
        """Tasks that somebody handed over or took something of back: who had claimed them has them no more."""

    # ------------------------------------------------------------------ at each step

    def sent(self, account: str, chunk: Chunk) -> None:
        """I2: nothing is sent that its receiver may not see in the state it was read from."""
        puts = [_lines.decode(line) for line in chunk.lines.splitlines() if line.startswith(b'{"t":"p"')]
        if not puts:
            return
        world = self._backend.world()
        reader = next(each for each in world.accounts if each.id == account)
        for put in puts:
            record = msgspec.json.decode(put.d, type=KINDS[put.k].record)
            if not sees(world, reader, record):
                raise Broken(f"I2: {reader.user_name} was sent a {put.k} that they may not see")

    def backend_changed(self) -> None:
        """I4, I5, I10: of each state that the backend has been in since the last call."""
        for state in self._backend.new_states():
            if self._history != state.history:
                self._history = state.history
                self._past = self._backup.copy()
                self._claims.clear()
            for customer in state.customers:
                for name in FIELDS:
                    values = self._past.values[customer.id, name]
                    self._note(values, getattr(customer, name), f"I4: {name} of a customer")
            self._once(state.rule_tasks)
            self._hold(state)

    def backed_up(self) -> None:
        """What there has been until now is what a restored backup goes on from."""
        self.backend_changed()
        self._backup = self._past.copy()

    def _once(self, tasks: Sequence[RuleTask]) -> None:
        """I10: nobody gets a rule's task twice."""
        made = self._past.made
        open_ones: set[tuple[str, str]] = set()
        for task in tasks:
            at = f"{task.created_at}"
            if made.setdefault(task.id, at) != at:
                raise Broken(f"I10: a task of the rule {task.rule!r} was made twice")
            if task.state == "open" and (task.rule, task.customer) in open_ones:
                raise Broken(f"I10: a customer has two tasks of the rule {task.rule!r}")
            if task.state == "open":
                open_ones.add((task.rule, task.customer))
        there = {task.id for task in tasks}
        for id in made.keys() - there:
            made[id] = "gone"

    def _hold(self, state: State) -> None:
        """I5: who has claimed something has it, until they cannot do it any more.

        Who is disabled or works elsewhere keeps nobody from it; nor, in Associate Mode, does who took a task in Team
        Mode. A rule's task goes with its customer.
        """
        past, customers = self._past, {each.id: (each.store, each.owner) for each in state.customers}
        claimable = {each.id: each for each in state.claimable}
        for id, holder in past.holders.items():
            record = claimable.get(id)
            if record is None or record.claimed_by == holder or id in self._given:
                continue
            account = state.people[holder]
            binds = state.mode == "team" or isinstance(record, Request)
            goes = isinstance(record, RuleTask) and past.customers[record.customer] != customers[record.customer]
            if not goes and binds and account.active and record.store in account.stores:
                to = "nobody" if record.claimed_by is None else "somebody else"
                raise Broken(f"I5: what somebody has claimed, a {kind_of(record)}, was given to {to}")
            past.lapsed.add((id, holder))
        past.holders = {id: record.claimed_by for id, record in claimable.items() if record.claimed_by}
        past.customers = customers

    def given(self, id: str) -> None:
        """What was told of somebody's claim of it may not hold any more."""
        self._given.add(id)

    def _note(self, values: list[str], value: str, what: str) -> None:
        if not value or (values and values[-1] == value):
            return
        if value in values and value not in self._may_return:
            raise Broken(f"{what} is {value} again, after {values[values.index(value) + 1 :]}")
        values.append(value)

    def put_back(self, value: str) -> None:
        """Somebody takes a change back: the value before it returns."""
        self._may_return.add(value)

    def wrote(self, process: Process, mid: str) -> None:
        """I7: what was written shows at once."""
        entry = process.outbox.entry(mid)
        if entry is None:
            raise Broken("I3: what was written is not kept")
        operation = entry.operation
        match operation:
            case Edit(kind="customer", guard=False):
                for name, value in operation.set.items():
                    self._mine[process.machine.name, operation.id, name] = (mid, value or "")
            # A private note is for its author while they own the customer; a manager may write one where nobody does.
            case Create(kind="note" | "contact" | "date" | "customer") if not operation.doc.get("private"):
                if _document(process, operation.kind, operation.id) is None:
                    raise Broken(f"I7: a {operation.kind} that was just made does not show")
        self.looks(process)

    def wrote_unknown(self, process: Process, mid: str) -> None:
        """I3: what a newer version wrote is kept."""
        if process.outbox.entry(mid) is None:
            raise Broken("I3: what a newer version wrote is not kept")
        self.looks(process)

    def looks(self, process: Process) -> None:
        """I3 and I7 of one process: nothing that was acknowledged is gone, and what shows does not flicker back."""
        entries = {entry.mid: entry for entry in process.outbox.latest(1000)}
        items = process.outbox.tray.items(open_only=False)
        tray = {item.mid for item in items}
        process.machine.seen_to -= {item.mid for item in items if item.state == "open"}  # there again, perhaps
        process.machine.seen_to |= {item.mid for item in items if item.state != "open"}
        self._keeps(process.machine, entries, tray)
        if process.displaced:
            return
        if self._refused.get(process.name, 0) != len(tray):
            self._refused[process.name] = len(tray)
            self._forget_screen(process)  # what was refused has rightly gone from the screen
        customers = _customers(process)
        for (name, id, field), (mid, value) in list(self._mine.items()):
            if name != process.machine.name:
                continue
            entry = entries.get(mid)
            customer = customers.get(id)
            if entry is None or entry.state == "settled":
                del self._mine[name, id, field]
            elif customer is not None and customer.get(field, "") != value:
                raise Broken(f"I7: {field} shows {customer.get(field)!r}, though {value!r} was written and waits")
        self._follow_history(process)
        for id in customers.keys() - _undone(process):
            for field in FIELDS:
                what = f"I7: on {process.name} {field} of a customer"
                self._note(self._screens[process.name, id, field], customers[id].get(field, ""), what)

    def _follow_history(self, process: Process) -> None:
        """What was done since a backup never was, once it is restored.

        A terminal hears of that later than the backend, perhaps after lines that were on their way.
        """
        epoch = _epoch_of(process)
        if self._epochs.get(process.name) != epoch:
            self._epochs[process.name] = epoch
            self._forget_screen(process)

    def _keeps(self, machine: Machine, entries: dict[str, Entry], tray: set[str]) -> None:
        for mid in machine.written:
            entry = entries.get(mid)
            if entry is None:
                # Forgotten after 30 days, by its machine's clock; the tray's own copy stays until somebody sees to it.
                if mid in machine.done or mid in tray or mid in machine.seen_to:
                    continue
                raise Broken("I3: something that was acknowledged is gone")
            if entry.result is None:
                machine.done.discard(mid)
            elif entry.result.st in ("applied", "merged"):
                machine.done.add(mid)
            elif mid not in tray and mid not in machine.seen_to:
                raise Broken(f"I3: something was {entry.result.st}, and nobody is told")

    def began_anew(self, process: Process) -> None:
        """The process has other files, or an older state of them: what it shows may go back."""
        self._forget_screen(process)
        for key in [key for key in self._mine if key[0] == process.machine.name]:
            del self._mine[key]

    def _forget_screen(self, process: Process) -> None:
        for key in [key for key in self._screens if key[0] == process.name]:
            del self._screens[key]

    # ------------------------------------------------------------------ when everything is quiet

    def quiet(self, processes: Sequence[Process]) -> None:
        """I1, I3, I5, I9: everybody has what they may see, and everything that was written came to what was told."""
        world = self._backend.world()
        ledger = {row.mid: row for row in self._backend.ledger()}
        laters = self._kept_unknown()
        written = {entry.mid: entry for process in processes for entry in process.outbox.latest(1000)}
        order: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for row in ledger.values():
            order[row.cid].append((row.seq, row.mid))
        for process in processes:
            reader = next(each for each in world.accounts if each.id == process.machine.account.id)
            wanted = {
                (kind_of(record), record.id): msgspec.to_builtins(record)
                for record in world.with_cards if sees(world, reader, record)
            }  # fmt: skip
            for id, value in laters.items():
                if ("customer", id) in wanted:
                    wanted["customer", id]["later"] = value
            self._converged(process, reader, wanted)
            self._settled(process, ledger, written)
            for cid, sequence in order.items():
                self._in_order(cid, [mid for _, mid in sorted(sequence)], process.machine.written)
        self._claims.clear()
        self._told.clear()
        for process in processes:
            self.heard(process)
        self._one_winner(world.records)
        self._one_associate(world)

    def _kept_unknown(self) -> dict[str, str]:
        """I12: what a newer version has stored of a record survives what this one does with it."""
        later = self._backend.later
        found = self._backend.laters()
        for id, value in found.items():
            if value != later.get(id):
                raise Broken(f"I12: what a newer version has stored of a customer is {value!r}, not {later.get(id)!r}")
        return {id: value for id, value in later.items() if id in found}

    def _converged(self, process: Process, reader: Account, wanted: dict[tuple[str, str], Any]) -> None:
        found = {key: msgspec.json.encode(doc, order="deterministic") for key, doc in shown(process.cache).items()}
        expected = {key: msgspec.json.encode(doc, order="deterministic") for key, doc in wanted.items()}
        what = f"I1: {process.name} ({reader.role})"
        if missing := sorted(expected.keys() - found.keys()):
            raise Broken(f"{what} lacks {len(missing)} records, such as {missing[0]}")
        if extra := sorted(found.keys() - expected.keys()):
            raise Broken(f"I1, I2: {process.name} shows {len(extra)} records too many, such as {extra[0]}")
        for key, doc in expected.items():
            if found[key] != doc:
                raise Broken(f"{what} shows another {key[0]}: {found[key]!r}, not {doc!r}")
        if extra := sorted(held(process.cache) - expected.keys()):
            raise Broken(f"I2: {process.name} still holds {len(extra)} records, such as {extra[0]}")

    def _settled(self, process: Process, ledger: Mapping[str, Any], written: Mapping[str, Entry]) -> None:
        entries = {entry.mid: entry for entry in process.outbox.latest(1000)}
        for mid in process.machine.written:
            entry = entries.get(mid)
            if entry is None:
                continue
            if entry.held:
                if _is_known(entry):
                    raise Broken("I8: something waits for a newer backend, though this one knows it")
                continue
            if entry.state == "waiting" or entry.result is None:
                raise Broken("I8: something still waits though everything is well")
            done = entry.result.st in ("applied", "merged")
            row = ledger.get(mid)
            if done and (row is None or row.st not in ("applied", "merged")):
                raise Broken(f"I3: told that it was done, but the backend knows it as {row and row.st}")
            if not done and row is not None and row.st in ("applied", "merged"):
                raise Broken(f"I3: done at the backend, and {entry.result.st} here ({entry.result.detail})")
            if done and mid in self._backend.hopeless:
                raise Broken("I3: told that it was done, though the backend could not do it")
            if entry.result.st == "parked" and row is None:
                raise Broken("I3: told that it was handed over, and the backend knows nothing of it")
            if done and row is not None:
                after = [
                    written[other.mid]
                    for other in ledger.values()
                    if other.cid == row.cid and other.seq > row.seq and other.mid in written
                    if other.st in ("applied", "merged")
                ]
                self._took_effect(entry, after)

    def _took_effect(self, entry: Entry, after: Iterable[Entry]) -> None:
        """What an edit wrote was there, unless the same client has written over it: perhaps in one transaction."""
        try:
            operation = entry.operation
        except Rejected:
            return
        if not isinstance(operation, Edit) or operation.kind != "customer" or operation.guard:
            return
        # Who was merged into another customer by then is followed there.
        ids = {operation.id, self._backend.merged().get(operation.id, operation.id)}
        for name, value in operation.set.items():
            known = [each for id in ids for each in self._past.values[id, name]]
            if name not in FIELDS or not value or not known or value in known:
                continue
            if not any(_writes(each, id, name) for each in after for id in ids):
                raise Broken(f"I3: {name} was never {value}, though that was told to be done")

    def _in_order(self, cid: str, sent: list[str], written: list[str]) -> None:
        mine = [mid for mid in sent if mid in written]
        if mine != [mid for mid in written if mid in mine]:
            raise Broken(f"I9: the backend has done what {cid[:6]} wrote in another order")

    def _one_winner(self, records: Iterable[Any]) -> None:
        for record in records:
            told = self._claims.get(record.id)
            if (
                record.id not in self._given
                and (record.id, told) not in self._past.lapsed
                and told is not None
                and getattr(record, "claimed_by", told) not in (told, None)
            ):
                raise Broken("I5: somebody was told that a request is theirs, and somebody else has it")

    def _one_associate(self, world: World) -> None:
        """I11: an open task of a rule is one associate's in Associate Mode, the whole store's in Team Mode."""
        customers = {each.id: each for each in world.customers}
        for task in self._backend.rule_tasks():
            customer = customers.get(task.customer)
            if task.state != "open" or customer is None:
                continue
            there = [each for each in world.accounts if each.active and customer.store in each.stores]
            due = {
                each.id for each in there
                if world.mode == "team" or each.role != "associate" or each.id == customer.owner
            }  # fmt: skip
            seen = {each.id for each in world.accounts if each.active and sees(world, each, task)}
            if world.mode == "associate":
                associates = {each.id for each in world.accounts if each.role == "associate"}
                due, seen = due & associates, seen & associates
            if seen != due:
                raise Broken(f"I11: {len(seen)} see a task of a rule, {len(due)} should in {world.mode} mode")

    def heard(self, process: Process) -> None:
        """I5: who is told that a request is theirs.

        Not by an answer of a life of the database that a restored backup has ended: what it tells is sent again.
        """
        if process.displaced or _epoch_of(process) != self._backend.epoch:
            return
        for entry in process.outbox.latest(1000):
            key = (process.machine.name, entry.mid)
            if entry.result is None:  # sent again to a backend that was restored: what was told before counts no more
                self._told.discard(key)
            if entry.result is None or entry.result.st != "applied" or key in self._told:
                continue
            self._told.add(key)
            try:
                operation = mutations.decode(entry.body)
            except Rejected:
                continue
            if isinstance(operation, Claim) and operation.id not in self._given:
                me = process.machine.account.id
                winner = self._claims.setdefault(operation.id, me)
                if winner != me and not {(operation.id, winner), (operation.id, me)} & self._past.lapsed:
                    raise Broken("I5: two people were told that a request is theirs")


def _epoch_of(process: Process) -> str | None:
    """The life of the backend's database that a process has last heard of."""
    with process.cache.reading() as reading:
        return reading.head.epoch if reading.head else None


def _writes(entry: Entry, customer: str, field: str) -> bool:
    try:
        operation = entry.operation
    except Rejected:
        return False
    if isinstance(operation, Remove):
        return operation.id == customer
    return isinstance(operation, Edit) and operation.id == customer and field in operation.set


def _is_known(entry: Entry) -> bool:
    try:
        mutations.decode(entry.body)
    except Rejected:
        return False
    return True


def _document(process: Process, kind: str, id: str) -> dict[str, Any] | None:
    return shown(process.cache).get((kind, id))


def _customers(process: Process) -> dict[str, dict[str, Any]]:
    with process.cache.reading() as reading:
        rows = reading.connection.execute(f"SELECT id, doc FROM customer t WHERE {reading.only_visible('t')}")  # noqa: S608 # its own
        return {id: msgspec.json.decode(doc) for id, doc in rows}


def _undone(process: Process) -> set[str]:
    """The customers of whom a process still holds what the backend had before it was restored."""
    with process.cache.reading() as reading:
        return {id for (id,) in reading.connection.execute("SELECT id FROM customer WHERE gen = -1")}


def visible_customers(process: Process) -> list[Customer]:
    """The customers that a process shows."""
    return [msgspec.convert(doc, Customer) for _, doc in sorted(_customers(process).items())]

"""A world: what happens in it follows from its seed alone, and everything that happens is written down."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import random
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import msgspec

from proofs.sim.backend import BASE, PEOPLE, STORES, Backend, Crashed, Store, failing, virtual_time
from proofs.sim.checks import Broken, Watch, visible_customers
from proofs.sim.terminal import Killed, Line, Machine, Process
from sellmode_contract import mutations
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import ConsentState
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.mutations import Claim, Edit, Rejected
from sellmode_contract.mutations.operations import TaskKind
from sellmode_contract.records import Record
from sellmode_contract.store_time import Due
from sellmode_contract.visibility import Account
from sellmode_tui.cache.tables import VERSION
from sellmode_tui.journal.entries import Entry
from sellmode_tui.records.changes.attention import Duplicate, HandedOver, Refused
from sellmode_tui.records.changes.undo import CannotUndo, NothingToUndo
from sellmode_tui.records.tasks.lines import TaskKey
from sellmode_tui.records.writing import Written
from sellmode_tui.sync.events import RetryNow
from tests.support.shop import shown

_Act = TypeVar("_Act")

CUSTOMERS = 5
WORKERS = 2
"""Workers of the backend that look at the rules."""
RULES = (
    TaskRule(id=task_rule_id(None, "welcome"), slug="welcome", name="Welcome", trigger="new_customer", title="Welcome"),
    TaskRule(
        id=task_rule_id(None, "stay"), slug="stay", name="Stay in touch", trigger="stay_in_touch", after_days=1,
        expires_days=1, title="Say hello",
    ),
    TaskRule(
        id=task_rule_id("s1", "welcome"), slug="welcome", store="s1", name="Welcome to s1", trigger="new_customer",
        daily_cap=2, title="Welcome to the store",
    ),
)  # fmt: skip
"""One of everybody, and one that stands in its place in a store: what is made twice shows there first."""
MACHINES = (("ann", 1), ("ann", 2), ("ben", 1), ("mia", 1))
ROUNDS = 12
"""Passes that everybody gets at the end to send everything and to fetch everything."""
LOOK_SECONDS = 2.0
"""How often processes of one machine look who leads."""
LOOKED_FOR = 80.0
"""So long they do when time passes; somebody who hangs has lost the lead by then."""


class World:
    """Machines, processes on them, a backend, its operator, and a clock."""

    def __init__(self, folder: Path, seed: int, store: Store) -> None:
        self.chance = random.Random(f"world {seed}")
        self.other = random.Random(f"other {seed}")
        """Decides about troubles alone: worlds without any go the way they went before there were any."""
        self.third = random.Random(f"third {seed}")
        """Decides about merges, likewise."""
        self.now = 0.0
        self.trace: list[str] = []
        self.folder = folder
        self._count = 0
        self._processes = 0
        self._happens = self._in_a_mood(_HAPPENS, (1, 1, 3))
        self._writes, self._operates = self._in_a_mood(_WRITES), self._in_a_mood(_OPERATES)
        self._mishaps = self._in_a_mood(_MISHAPS)
        self._troubled = self.other.choice([0.0, 0.1, 0.25])
        self._troubles = {act: weight * self.other.choice((0, 1, 1, 4)) for act, weight in _TROUBLES.items()}
        self._merging = self.third.choice([0.0, 0.0, 0.15])
        self._elects = bool(self._troubled) and self.other.random() < 0.5
        self.backend = Backend(store, lambda: self.now, random.Random(f"backend {seed}"))
        self.watch = Watch(self.backend)
        self._fill()
        self.machines = [self._machine(user, number) for user, number in MACHINES]
        self.processes = [self._process(machine) for machine in self.machines]
        if self.chance.random() < 0.6:
            self.let(World.syncs_everybody)

    def close(self) -> None:
        """End everything."""
        for process in self.processes:
            process.close()
        self.backend.close()

    # ------------------------------------------------------------------ how it begins

    def _in_a_mood(self, usual: Mapping[_Act, int], moods: Sequence[int] = (0, 1, 1, 4)) -> dict[_Act, int]:
        """Some things happen more often in this world than in others, some never: so rare ones come together."""
        return {act: weight * self.chance.choice(moods) for act, weight in usual.items()}

    def unique(self, what: str) -> str:
        """A text that nothing else in this world is."""
        self._count += 1
        return f"{what}{self._count}"

    def _fill(self) -> None:
        people = self.backend.people()
        made: list[Record] = []
        for number in range(CUSTOMERS):
            owner = self.chance.choice([people["ann"], people["ann"], people["ben"], None])
            customer = Customer(
                id=source_id("customer", "sim", str(number)),
                store="s1",
                owner=owner.id if owner else None,
                given_name=self.unique("g"),
                created_at=BASE,
                email=f"same{number % 3}@example.com" if self.chance.random() < 0.4 else "",
            )
            note = Note(id=source_id("note", "sim", str(number)), customer=customer.id, written_at=BASE, text="blue")
            made += [customer, note]
        made += RULES
        made += [Request(id=source_id("request", "sim", str(number)), store="s1") for number in range(2)]
        self.backend.write(*made, *self._first_tasks(people))
        for customer in self.backend.customers():
            if self._troubled and self.other.random() < 0.5:
                self.backend.know_more(customer.id, self.unique("later"))
        while self.chance.random() < 0.9 and self.backend.work(0):
            pass

    def syncs_everybody(self) -> None:
        """A world in the middle of its life, in which people have something to write about."""
        for process in list(self.processes):
            self._complete_a_pass(process)

    def _first_tasks(self, people: Mapping[str, Account]) -> Iterator[ManualTask]:
        for number, user in enumerate(("ann", "ben", "ann")):
            maker = people[self.chance.choice([user, "mia"])]
            yield ManualTask(
                id=source_id("manual_task", "sim", str(number)), store="s1", title=self.unique("task"),
                creator=maker.id, assignee=self.chance.choice([people[user].id, None]), created_at=BASE,
            )  # fmt: skip

    def _machine(self, user: str, number: int) -> Machine:
        account = self.backend.people()[user]
        device = f"{user}-{number}"
        data = self.folder / device
        data.mkdir(mode=0o700)
        token = self.backend.sign_in(account.id, device)
        return Machine(device, user, account, device, data, token, elects=self._elects)

    def _process(self, machine: Machine) -> Process:
        self._processes += 1
        name = f"{machine.name}#{self._processes}"
        process = Process(machine, self.backend, lambda: self.now, random.Random(f"{self.chance.random()}"), name)
        process.faulty = 0.3
        process.lead(leading=True)
        return process

    # ------------------------------------------------------------------ what happens

    def step(self) -> None:
        """Something happens. Raises Broken."""
        self.let(_chosen(self.chance, self._happens))
        if self.other.random() < self._troubled:
            self.let(World.trouble)
        if self.third.random() < self._merging:
            self.let(World.merges)

    def let(self, happens: Callable[[World], None]) -> None:
        """Let one kind of thing happen. Raises Broken."""
        try:
            happens(self)
        except Crashed:
            self._backend_ends()

    def _backend_ends(self) -> None:
        self.note("the backend ends")
        self.watch.backend_changed()
        self._restart_backend(self.backend.restart)

    def note(self, *what: object) -> None:
        """Write down what happened."""
        self.trace.append(" ".join(map(str, what)))

    def some(self) -> Process:
        """One of the processes."""
        return self.chance.choice(self.processes)

    def run(self, process: Process) -> bool:
        """Let a process go on by a step; whether there was anything to do."""
        try:
            line = process.go_on()
        except Killed:
            self._killed(process)
            return True
        except Crashed:
            self._backend_ends()
            line = Line(None)
        if line is None:
            return False
        if line.chunk is not None:
            self.note(process.name, "is sent", line.chunk.number, "lines")
            self.watch.sent(process.machine.account.id, line.chunk)
        self.watch.backend_changed()
        self.watch.looks(process)
        self.watch.heard(process)
        return True

    def goes_on(self) -> None:
        busy = [each for each in self.processes if each.calling is not None] or self.processes
        process = self.chance.choice(busy if self.chance.random() < 0.8 else self.processes)
        moved = self.run(process)
        self.note(process.name, "goes on" if moved else "rests")

    def time_passes(self) -> None:
        until = self.now + self.chance.choice([0.5, 5, 31, 120, 1000, 20_000, 50_000])
        for machine in self.machines if self._elects else ():
            self._elect(machine, until)
        self.now = until
        self.note("time is", self.now)

    def _elect(self, machine: Machine, until: float) -> None:
        """The processes of a machine show that they live and look who leads, for a while. Raises Broken."""
        before, looked = self.now, 0.0
        while len(here := self._on(machine)) > 1 and self.now < until and looked < LOOKED_FOR:
            self.now += LOOK_SECONDS
            looked += LOOK_SECONDS
            for process in here:
                if process.leader is not None and process.asleep != "suspended":
                    process.leader.beat()
                if process in self.processes and process.calling is None and process.salvaging is None:
                    with self._mortally(process):
                        process.looks_who_leads()
        awake = [each for each in self._on(machine) if not each.asleep and not each.halted]
        leads = any(each.leader and each.leader.leads for each in awake)
        waiting = [each for each in awake if each.calling is None and each.salvaging is None]  # the others look later
        if looked >= LOOKED_FOR and waiting and not leads:
            raise Broken(f"I8: on {machine.name} nobody leads who goes on")
        self.now = before

    def retries(self) -> None:
        process = self.some()
        if not process.halted and not process.asleep and process.calling is None:
            self.note(process.name, "is asked to sync")
            with self._mortally(process):
                process.tell(RetryNow())

    def rules_work(self) -> None:
        """A worker of the backend goes on with its pass, or ends in the middle of it."""
        if self.chance.random() < 0.15:
            self.backend.dies_at_commit(self.chance.randint(1, 3))
        worker = self.chance.randrange(WORKERS)
        goes_on = self.backend.work(worker)
        self.backend.dies_at_commit(0)
        self.note("worker", worker, "goes on" if goes_on else "is done")
        self.watch.backend_changed()

    # what people write

    def writes(self) -> None:
        process = self.some()
        act = _chosen(self.chance, self._writes)
        if process.asleep or process.displaced:
            return
        try:
            written = act(self, process)
        except (Rejected, NothingToUndo, CannotUndo) as refused:
            self.note(process.name, act.__name__, "cannot:", type(refused).__name__)
            return
        self.note(process.name, act.__name__, "nothing" if written is None else written.words and "done")
        if written is not None and written.mid:
            process.machine.written.append(written.mid)
            self.watch.wrote(process, written.mid)
        else:
            self.watch.looks(process)

    def _customer(self, process: Process) -> Customer:
        seen = visible_customers(process)
        if not seen:
            raise Rejected("not_found", "nobody is there")
        return self.chance.choice(seen)

    def _of_mine(self, process: Process, kind: str) -> dict[str, Any]:
        me = process.machine.account.id
        docs = sorted(shown(process.cache).items())
        mine = [doc for (of, _), doc in docs if of == kind and doc.get("author", me) == me]
        if not mine:
            raise Rejected("not_found", "there is none")
        return self.chance.choice(mine)

    def edits(self, process: Process) -> Written:
        field = self.chance.choice(["given_name", "given_name", "family_name", "phone"])
        value = f"+41 44 {self.unique('')} 00 00" if field == "phone" else self.unique("v")
        return process.records.customers.edit(self._customer(process).id, set={field: value})

    def tags(self, process: Process) -> Written:
        tag = f"tag{self.chance.randint(1, 3)}"
        customer = self._customer(process)
        change = {"tags": [tag]}
        return process.records.customers.edit(
            customer.id, **({"remove": change} if tag in customer.tags else {"add": change})
        )

    def adds(self, process: Process) -> Written:
        email = f"same{self.chance.randint(0, 2)}@example.com"
        fields = {"given_name": self.unique("n"), **({"email": email} if self.chance.random() < 0.5 else {})}
        return process.records.customers.create(fields)

    def notes(self, process: Process) -> Written:
        private = self.chance.random() < 0.3
        return process.records.customers.write_note(self._customer(process).id, self.unique("text"), private=private)

    def edits_note(self, process: Process) -> Written:
        return process.records.customers.edit_note(self._of_mine(process, "note")["id"], text=self.unique("text"))

    def removes_note(self, process: Process) -> Written:
        return process.records.remove("note", self._of_mine(process, "note")["id"])

    def logs(self, process: Process) -> Written:
        return process.records.customers.log_contact(self._customer(process).id, "call", summary=self.unique("said"))

    def dates(self, process: Process) -> Written:
        return process.records.customers.add_date(self._customer(process).id, self.unique("day"), 2, 29)

    def consents(self, process: Process) -> Written:
        states: list[ConsentState] = ["subscribed", "one_to_one", "unsubscribed"]
        state = self.chance.choice(states)
        return process.records.customers.set_consent(self._customer(process).id, "email", state, evidence="said so")

    def claims(self, process: Process) -> Written:
        requests = [id for kind, id in sorted(shown(process.cache)) if kind == "request"]
        if not requests:
            raise Rejected("not_found", "there is none")
        id = self.chance.choice(requests)
        mid = process._new_id()  # noqa: SLF001 # as the app will, once it has a screen for requests
        process.outbox.add(Claim(kind="request", id=id), mid=mid, made=process.reading(), before={})
        process.cache.fold()
        process.wrote = True
        return Written(mid, id, "claim")

    def _task(self, process: Process, *kinds: TaskKind) -> tuple[TaskKind, str]:
        shows = sorted(shown(process.cache).items())
        seen = [(kind, id) for (kind, id), doc in shows if kind in kinds and doc.get("state", "open") == "open"]
        if not seen:
            raise Rejected("not_found", "there is none")
        kind, id = self.chance.choice(seen)
        return next(each for each in kinds if each == kind), id

    def _due(self) -> Due:
        return Due((self.backend.now() + dt.timedelta(days=self.chance.randint(1, 9))).date())

    def makes_task(self, process: Process) -> Written:
        fields: dict[str, Any] = {"title": self.unique("task"), "due": self._due()}
        if self.chance.random() < 0.5:
            fields["customer"] = self._customer(process).id
        if self.chance.random() < 0.3 and (colleagues := process.records.tasks.assignable(fields.get("customer"))):
            fields["assignee"] = self.chance.choice(colleagues).id
        if self.chance.random() < 0.2:
            fields["repeat"] = "FREQ=DAILY"
        return process.records.tasks.create(fields)

    def finishes(self, process: Process) -> Written:
        key = TaskKey(*self._task(process, "manual_task", "rule_task", "rule_task"))
        if self.chance.random() < 0.3:
            return process.records.tasks.finish([key], "dismissed", self.unique("reason"))[0]
        return process.records.tasks.finish([key])[0]

    def snoozes(self, process: Process) -> Written:
        key = TaskKey(*self._task(process, "manual_task", "rule_task"))
        return process.records.tasks.snooze([key], self._due())[0]

    def hands_over(self, process: Process) -> Written:
        key = TaskKey(*self._task(process, "manual_task", "rule_task"))
        takers = process.records.tasks.takers([key])
        if not takers:
            raise Rejected("not_found", "there is nobody")
        self.watch.given(key.id)
        return process.records.tasks.hand_over([key], self.chance.choice(takers).id)[0]

    def assigns(self, process: Process) -> Written:
        """A manager gives a customer to a colleague, or to nobody, as far as they know them."""
        known = process.records.people.customers().ids(20)
        if not known:
            raise Rejected("not_found", "there is none")
        owners = [*(each.id for each in process.records.people.owners()), None]
        return process.records.people.assign([self.chance.choice(known)], self.chance.choice(owners))[0]

    def takes(self, process: Process) -> Written:
        return process.records.tasks.claim(*self._task(process, "manual_task", "rule_task"))

    def removes_task(self, process: Process) -> Written:
        return process.records.remove("manual_task", self._task(process, "manual_task")[1])

    def withdraws(self, process: Process) -> Written:
        given = process.records.tasks.given()
        if not given:
            raise Rejected("not_found", "there is none")
        return process.records.tasks.withdraw(self.chance.choice(given).card, self.unique("reason"))

    def undoes(self, process: Process) -> Written | None:
        before = {entry.mid: entry for entry in process.outbox.latest(1000)}
        undone = process.records.changes.undo()
        after = process.outbox.latest(1000)
        gone = before.keys() - {entry.mid for entry in after}
        self._put_back(before[mid] for mid in gone)
        process.machine.written[:] = [mid for mid in process.machine.written if mid not in gone]
        self.watch.began_anew(process)
        if undone.how == "withdrawn":
            return None
        inverse = after[0].operation
        self.watch.given(inverse.id)
        for value in inverse.set.values() if isinstance(inverse, Edit) else ():
            self.watch.put_back(str(value))
        return Written(after[0].mid, "", undone.words)

    def _put_back(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            for doc in entry.before.values():
                for value in (msgspec.json.decode(doc) if doc else {}).values():
                    if isinstance(value, str):
                        self.watch.put_back(value)

    def attends(self, process: Process) -> Written | None:
        """See to something that needs attention."""
        items = process.records.changes.attention()
        if not items:
            raise Rejected("not_found", "nothing needs attention")
        item = self.chance.choice(items)
        choice = self.chance.randrange(3)
        self.watch.began_anew(process)
        match item:
            case Refused(can_resend=True) if choice == 0:
                return process.records.changes.resend(item.mid)
            case Refused(can_hand_over=True) if choice == 1:
                return process.records.changes.hand_over(item.mid)
            case Refused():
                process.records.changes.discard(item.mid)
            case HandedOver():
                return (
                    process.records.changes.accept_parked(item.id)
                    if choice
                    else process.records.changes.discard_parked(item.id)
                )
            case Duplicate():
                if not choice:
                    return process.records.customers.dismiss_pair(item.id)
                taken = [each.field for each in item.differences if self.chance.random() < 0.5]
                return process.records.customers.merge(item.id, item.customers[choice % 2], taken)
        return None

    def merges(self) -> None:
        """A manager makes one of two customers; two turn out to have one e-mail address where no such pair waits."""
        managers = [each for each in self.processes if each.machine.account.role == "manager"]
        process = self.third.choice(managers)
        if process.asleep or process.displaced:
            return
        pairs = [item for item in process.records.changes.attention() if isinstance(item, Duplicate)]
        if not pairs:
            self.note("the operator", "finds a pair" if self._finds_a_pair() else "finds none")
            self.watch.backend_changed()
            return
        pair = self.third.choice(pairs)
        taken = [each.field for each in pair.differences if self.third.random() < 0.5]
        try:
            written = process.records.customers.merge(pair.id, self.third.choice(pair.customers), taken)
        except Rejected as refused:
            self.note(process.name, "cannot merge:", refused.code)
            return
        self.note(process.name, "merges two")
        self.watch.began_anew(process)
        if written.mid:
            process.machine.written.append(written.mid)
            self.watch.wrote(process, written.mid)

    def _finds_a_pair(self) -> bool:
        customers = [each for each in self.backend.customers() if each.store == "s1"]
        if len(customers) < 2:
            return False
        self.backend.pair(*self.third.sample(customers, 2), email=f"{self.unique('both')}@example.com")
        return True

    # what the operator does

    def operates(self) -> None:
        act = _chosen(self.chance, self._operates)
        self.note("operator", act.__name__)
        act(self)
        self.watch.backend_changed()

    def _change_customer(self, **fields: Any) -> None:
        customers = self.backend.customers()
        if customers:
            self.backend.write(msgspec.structs.replace(self.chance.choice(customers), **fields))

    def reassigns(self) -> None:
        people = self.backend.people()
        owner = self.chance.choice([people["ann"].id, people["ben"].id, people["mia"].id, None])
        self._change_customer(owner=owner)

    def reserves(self) -> None:
        """A shopper's request is kept for somebody, or is anybody's again."""
        requests = self.backend.requests()
        if requests:
            people = self.backend.people()
            request = self.chance.choice(requests)
            wanted = self.chance.choice([people["ann"].id, people["ben"].id])
            changed = msgspec.structs.replace(request, wanted=wanted, reserved=not request.reserved)
            self.backend.write(changed)

    def moves_customer(self) -> None:
        self._change_customer(store=self.chance.choice([*STORES, "s1", None]))

    def renames(self) -> None:
        self._change_customer(given_name=self.unique("op"))

    def removes(self) -> None:
        customers = self.backend.customers()
        if customers:
            self.backend.write(removed=(("customer", self.chance.choice(customers).id),))

    def imports(self) -> None:
        people = self.backend.people()
        id = source_id("customer", "sim", self.unique("imported"))
        owner = self.chance.choice([people["ann"].id, None])
        made = Customer(id=id, store="s1", owner=owner, given_name=self.unique("i"), created_at=self.backend.now())
        self.backend.write(made)

    def switches_mode(self) -> None:
        self.backend.set_mode(self.chance.choice(["associate", "team"]))

    def moves_person(self) -> None:
        self.backend.change(self.backend.people()["ben"], store=self.chance.choice(STORES))

    def shuts_out(self) -> None:
        ben = self.backend.people()["ben"]
        self.backend.change(ben, active=not ben.active)

    def forgets_removals(self) -> None:
        self.backend.forget_removals()

    def backs_up(self) -> None:
        self._restart_backend(self.backend.back_up)
        self.watch.backed_up()

    def restores(self) -> None:
        self._restart_backend(self.backend.restore)

    def _restart_backend(self, meanwhile: Callable[[], object]) -> None:
        """Whatever it was sending to anybody breaks off."""
        for process in self.processes:
            if process.calling is not None and process.calling.chunks is not None:
                process.calling.chunks = iter(())
                process.calling.whole = True
        meanwhile()
        for machine in self.machines:  # a restored backend may not know who had signed in since
            machine.account = self.backend.people()[machine.user]

    # mishaps

    def mishap(self) -> None:
        act = _chosen(self.chance, self._mishaps)
        process = self.some()
        self.note(process.name, act.__name__)
        act(self, process)

    @contextlib.contextmanager
    def _mortally(self, process: Process) -> Iterator[None]:
        try:
            yield
        except Killed:
            self._killed(process)

    def _killed(self, process: Process) -> None:
        self.note(process.name, "is killed")
        process.executor.dies_in = 0
        for other in self._on(process.machine):
            other.close()
        self.processes = [each for each in self.processes if each not in self._on(process.machine) or each is process]
        process.start()
        process.lead(leading=True)
        self.watch.looks(process)

    def _on(self, machine: Machine) -> list[Process]:
        return [each for each in self.processes if each.machine is machine]

    def is_killed(self, process: Process) -> None:
        """At once, or at one of the next effects on its files."""
        if self.chance.random() < 0.7:
            process.dies_in(self.chance.randint(1, 4))
            return
        if len(self._on(process.machine)) == 1:
            process.kill()
            process.start()
            process.lead(leading=True)
            self.watch.looks(process)

    def has_a_double(self, process: Process) -> None:
        """A second process on the same files, which takes the lead although the first has not given it up."""
        if len(self._on(process.machine)) > 1:
            return
        self.processes.append(self._process(process.machine))

    def ends_its_double(self, process: Process) -> None:
        for other in self._on(process.machine)[1:]:
            other.close()
            self.processes.remove(other)

    def loses_its_cache(self, process: Process) -> None:
        """An upgrade that begins anew, or damage."""
        if len(self._on(process.machine)) == 1:
            process.close()
            for file in process.machine.data.rglob("cache.db*"):
                file.unlink()
            process.start()
            process.lead(leading=True)
            self.watch.began_anew(process)

    def is_cloned(self, process: Process) -> None:
        """A copy of the whole machine goes on beside it, under the same names."""
        if len(self.machines) > len(MACHINES) or len(self._on(process.machine)) > 1:
            return
        process.close()
        machine = process.machine
        data = self.folder / f"{machine.name}-clone"
        shutil.copytree(machine.data, data)
        process.start()
        process.lead(leading=True)
        clone = Machine(
            f"{machine.name}-clone", machine.user, machine.account, machine.device, data, machine.token,
            written=list(machine.written), done=set(machine.done), seen_to=set(machine.seen_to),
            version=machine.version, elects=machine.elects,
        )  # fmt: skip
        self.machines.append(clone)
        self.processes.append(self._process(clone))

    def sets_its_clock(self, process: Process) -> None:
        process.machine.skew = self.chance.choice([0.0, 86_400.0, -86_400.0, 3.2e8, -3.2e8, 3600.0])

    def starts_anew(self, process: Process) -> None:
        """The machine is switched off and on."""
        for other in self._on(process.machine)[1:]:
            other.close()
            self.processes.remove(other)
        process = self._on(process.machine)[0]
        process.close()
        process.machine.boots += 1
        process.machine.booted_at = self.now
        process.start()
        process.lead(leading=True)

    def hears_late(self, process: Process) -> None:
        """The network delivers an old request once more."""
        if process.deliver_late():
            self.watch.backend_changed()

    # troubles

    def trouble(self) -> None:
        """Something goes wrong that was thought of later: it leaves the choices of everything else as they are."""
        act = _chosen(self.other, self._troubles)
        process = self.other.choice(self.processes)
        self.note(process.name, act.__name__)
        act(self, process)
        self.watch.backend_changed()

    def fails_for(self, process: Process) -> None:
        """The backend's own code fails at something that waits, some times or always."""
        waiting = process.outbox.waiting()
        if waiting:
            self.backend.fail_at(self.other.choice(waiting).mid, self.other.choice([1, 2, 4, None, None]))

    def loses_its_account(self, process: Process) -> None:
        """Somebody is shut out, and asked to sync soon: most have something to send."""
        self.backend.change(self.backend.people()[process.machine.user], active=False)
        if self.other.random() < 0.7 and not process.asleep and not process.halted and process.calling is None:
            with self._mortally(process):
                process.tell(RetryNow())

    def gets_its_account_back(self, process: Process) -> None:
        """Somebody is let in again, and signs in where they are shut out."""
        user = process.machine.user
        account = self.backend.people()[user]
        if not account.active:
            self.backend.change(account, active=True)
        for each in list(self.processes):
            if each.machine.user == user and each.halted and len(self._on(each.machine)) == 1:
                each.machine.token = self.backend.sign_in(account.id, each.machine.device)
                self._again(each)

    def wants_newer(self, _: Process) -> None:
        """The backend speaks another protocol for a while."""
        self.backend.wants_newer = not self.backend.wants_newer

    def is_another_version(self, process: Process) -> None:
        """The app goes on as another version, whose cache has another form."""
        if len(self._on(process.machine)) == 1:
            process.machine.version = self.other.choice([VERSION - 1, VERSION, VERSION + 1])
            self._again(process)
            self.watch.began_anew(process)

    def has_another_version_beside_it(self, process: Process) -> None:
        """The app is upgraded while it runs, and started once more."""
        if len(self._on(process.machine)) == 1:
            process.machine.version = process.machine.version % (VERSION + 1) + 1
            self.processes.append(self._process(process.machine))
            for each in self._on(process.machine):
                self.watch.began_anew(each)

    def writes_as_newer(self, process: Process) -> None:
        """Somebody wrote with a newer version what this one and the backend do not know, and went back to this one."""
        if process.asleep or process.displaced:
            return
        mid = process._new_id()  # noqa: SLF001 # as a newer app
        body = json.dumps({"op": "sparkle", "v": 1, "id": mid, "how": self.unique("bright")}).encode()
        claim = Claim(kind="request", id=mid)
        with mock.patch.object(mutations, "encode", return_value=body):
            process.outbox.add(claim, mid=mid, made=process.reading(), before={})
        process.cache.fold()
        process.wrote = True
        process.machine.written.append(mid)
        self.watch.wrote_unknown(process, mid)

    def falls_asleep(self, process: Process) -> None:
        """It is suspended, or its sync hangs; another process of its machine is there to take over."""
        if self._elects:
            self.has_a_double(process)
            process.asleep = self.other.choice(["suspended", "hung"])

    def wakes(self, process: Process) -> None:
        """Whoever sleeps on its machine goes on with what it was doing."""
        for each in self._on(process.machine):
            each.asleep = ""

    def has_company(self, process: Process) -> None:
        """As ``has_a_double``."""
        self.has_a_double(process)

    def _again(self, process: Process) -> None:
        """A process ends in order and begins again."""
        process.close()
        process.start()
        with self._mortally(process):
            process.lead(leading=True)
        self.watch.looks(process)

    # ------------------------------------------------------------------ how it ends

    def settle(self) -> None:
        """No more faults: everybody gets time, and then everything has to be right. Raises Broken."""
        self.note("all is well")
        self.backend.dies_at_commit(0)
        self.backend.wants_newer = False
        for user, _, _ in PEOPLE:
            account = self.backend.people()[user]
            if not account.active:
                self.backend.change(account, active=True)
        for process in list(self.processes):
            if process in self.processes:
                self.ends_its_double(process)
        tokens: dict[str, str] = {}
        for process in self.processes:
            process.close()
            machine = process.machine
            machine.account = self.backend.people()[machine.user]
            machine.elects = False
            if machine.device not in tokens:
                tokens[machine.device] = self.backend.sign_in(machine.account.id, machine.device)
            machine.token = tokens[machine.device]
            process.start()
            process.faulty = 0.0
            process.executor.dies_in = 0
            process.lead(leading=True)
        self._send_everything()
        self._complete_rules()
        for process in self.processes:
            self._complete_a_pass(process)
        self.watch.quiet(self.processes)

    def _send_everything(self) -> None:
        for _ in range(ROUNDS + 3 * len(self.backend.failing)):
            for process in self.processes:
                self._complete_a_pass(process)
            if not any(process.outbox.to_send() for process in self.processes):
                return
            self.now += 400
        raise Broken("I8: something still waits to be sent though everything is well")

    def _complete_rules(self) -> None:
        for worker in range(WORKERS):
            steps = 0
            while self.backend.work(worker):
                steps += 1
                if steps > 2000:
                    raise Broken("I8: a pass of the rules does not end")
        self.watch.backend_changed()

    def _complete_a_pass(self, process: Process) -> None:
        process.tell(RetryNow())
        for _ in range(2000):
            if process.idle:
                return
            self.run(process)
        raise Broken("I8: a pass does not end")


def _chosen(chance: random.Random, weights: Mapping[_Act, int]) -> _Act:
    acts = list(weights)
    # One that never happens does so where nothing else can.
    (act,) = chance.choices(acts, weights=[weight + 0.01 for weight in weights.values()])
    return act


_HAPPENS: dict[Callable[[World], None], int] = {
    World.goes_on: 55,
    World.writes: 20,
    World.time_passes: 7,
    World.retries: 6,
    World.operates: 8,
    World.mishap: 5,
    World.rules_work: 10,
}
EVENTS = (*_HAPPENS, World.trouble, World.merges)
"""The kinds of things that happen."""
_WRITES: dict[Callable[[World, Process], Written | None], int] = {
    World.edits: 30,
    World.tags: 6,
    World.adds: 8,
    World.notes: 12,
    World.edits_note: 6,
    World.removes_note: 4,
    World.logs: 5,
    World.dates: 4,
    World.consents: 5,
    World.claims: 8,
    World.makes_task: 6,
    World.finishes: 12,
    World.snoozes: 4,
    World.hands_over: 4,
    World.assigns: 4,
    World.takes: 8,
    World.removes_task: 2,
    World.withdraws: 2,
    World.undoes: 6,
    World.attends: 10,
}
_OPERATES: dict[Callable[[World], None], int] = {
    World.reassigns: 12,
    World.moves_customer: 4,
    World.renames: 6,
    World.removes: 2,
    World.imports: 4,
    World.reserves: 4,
    World.switches_mode: 7,
    World.moves_person: 4,
    World.shuts_out: 2,
    World.forgets_removals: 4,
    World.backs_up: 3,
    World.restores: 2,
}
_MISHAPS: dict[Callable[[World, Process], None], int] = {
    World.is_killed: 6,
    World.has_a_double: 4,
    World.ends_its_double: 3,
    World.loses_its_cache: 2,
    World.is_cloned: 2,
    World.sets_its_clock: 2,
    World.starts_anew: 2,
    World.hears_late: 5,
}
_TROUBLES: dict[Callable[[World, Process], None], int] = {
    World.fails_for: 8,
    World.loses_its_account: 6,
    World.gets_its_account_back: 4,
    World.wants_newer: 2,
    World.is_another_version: 2,
    World.has_another_version_beside_it: 1,
    World.writes_as_newer: 4,
    World.falls_asleep: 4,
    World.wakes: 3,
    World.has_company: 3,
}


@contextlib.contextmanager
def opened(folder: Path, seed: int, store: Store) -> Iterator[World]:
    """A world as it begins."""
    holder: list[World] = []
    with virtual_time(lambda: holder[0].backend.now() if holder else BASE):
        world = World(folder, seed, store)
        holder.append(world)
        try:
            with failing(world.backend.fails):
                yield world
        finally:
            world.close()

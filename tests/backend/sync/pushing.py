"""A terminal that writes: its journal's place, and calls in process, as HTTP and the simulation make them."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from sellmode_backend.accounts import sessions
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_backend.sync.answer import SyncRules, answer
from sellmode_contract import wire
from sellmode_contract.ids import new_id
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.consent import Channel, ConsentState
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations import Create, Operation, Queued, SetConsent, consent_id, encode
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account
from tests.backend.people import MovedClock, Terminal, lines_of

_T = TypeVar("_T")

RULES = SyncRules(page_lines=500)
_CHANCE = random.Random(20261122)
_CIDS = itertools.count(1)


def uuid7() -> str:
    """An id as a terminal makes it."""
    return new_id(_CHANCE.getrandbits(41), _CHANCE.randbytes(10))


def queued(operation: Operation | bytes, seq: int, *, mid: str | None = None, age_ms: int = 0) -> Queued:
    body = operation if isinstance(operation, bytes) else encode(operation)
    return Queued(mid=mid or uuid7(), seq=seq, age_ms=age_ms, do=msgspec.Raw(body))


@dataclass
class Writer:
    """An account's terminal: a cache as docs/sync.md has it, and a place in what it sends."""

    database: Database
    account: Account
    clock: MovedClock
    device: str = "device-1"
    cid: str = field(default_factory=lambda: f"cl_{next(_CIDS)}")
    seq: int = 0
    token: str = ""
    terminal: Terminal = field(default_factory=Terminal)

    def __post_init__(self) -> None:
        self.sign_in()

    def sign_in(self) -> None:
        with self.database.transaction() as connection:
            self.token, _ = sessions.start(connection, self.account.id, self.device, self.clock())

    def call(self, mutations: Sequence[Queued | bytes] = (), **more: Any) -> list[wire.Line]:
        """One answer's lines, for mutations as they are."""
        given: dict[str, Any] = {"cid": self.cid, "cursor": self.terminal.cursor, "epoch": self.terminal.epoch} | more
        m = tuple(msgspec.Raw(item if isinstance(item, bytes) else msgspec.json.encode(item)) for item in mutations)
        request = wire.SyncRequest(device=self.device, m=m, **given)
        # As it comes over the wire.
        request = msgspec.json.decode(msgspec.json.encode(request), type=wire.SyncRequest)
        chunks = answer(self.database, self.token, request, clock=self.clock, rules=RULES)
        return [line for chunk in chunks for line in lines_of(chunk.lines)]

    def push(self, mutations: Sequence[Queued | bytes], **more: Any) -> list[wire.Result]:
        """The results of mutations as they are; the cache gets what comes with them."""
        lines = self.call(mutations, **more)
        results = [line for line in lines if isinstance(line, wire.Result)]
        assert lines[1 : 1 + len(results)] == results, "results come right after the head"
        self.terminal.receive([line for line in lines if not isinstance(line, wire.Result)])
        return results

    def queue(self, *operations: Operation | bytes, age_ms: int = 0) -> list[Queued]:
        """Mutations with the next numbers."""
        made = [queued(item, self.seq + 1 + index, age_ms=age_ms) for index, item in enumerate(operations)]
        self.seq += len(made)
        return made

    def do(self, *operations: Operation | bytes, age_ms: int = 0) -> list[wire.Result]:
        """Send operations in one call; gives their results."""
        return self.push(self.queue(*operations, age_ms=age_ms))

    def one(self, operation: Operation | bytes, age_ms: int = 0) -> wire.Result:
        (result,) = self.do(operation, age_ms=age_ms)
        return result

    def done(self, *operations: Operation | bytes) -> list[wire.Result]:
        """Send operations, all of which have to be applied."""
        results = self.do(*operations)
        assert [result.st for result in results] == ["applied"] * len(operations), results
        return results

    def pull(self) -> None:
        """Get all that there is."""
        while True:
            end = self.terminal.receive(self.call())
            assert end is not None
            if not end.more:
                return

    def holds(self, kind: str, id: str) -> bool:
        return (kind, id) in self.terminal.visible()

    def shown(self, kind: str, id: str) -> Record:
        """A record as the terminal's cache has it."""
        record: Record = msgspec.json.decode(self.terminal.records[kind, id][3], type=KINDS[kind].record)
        return record


def stored(database: Database, kind: str, id: str) -> Any:
    with database.snapshot() as connection:
        return records.read(connection, kind, id)


def belongings(database: Database, customer: str, kind: str) -> list[Any]:
    with database.snapshot() as connection:
        return records.children(connection, customer, kind)


def everything(database: Database) -> dict[tuple[str, str], Record]:
    """All records there are."""
    with database.snapshot() as connection:
        return {(kind, item.id): item for kind in KINDS for item in records.each(connection, kind)}


def write(database: Database, clock: MovedClock, *written: Record) -> None:
    """What others do: imports, the operator."""
    with database.transaction() as connection:
        records.write(connection, written, now=clock())


def customer_of(owner: Account | None, store: str = "Alpha", **fields: Any) -> Customer:
    return Customer(
        **({"id": uuid7(), "store": store, "owner": owner.id if owner else None, "given_name": "Anna"} | fields)
    )


@dataclass
class Shop:
    """Ada and Ben work in Alpha, which Mia manages; Cleo works in Beta. Calls are made in process."""

    database: Database
    clock: MovedClock
    ada: Account
    ben: Account
    mia: Account
    cleo: Account

    def writer(self, account: Account, device: str = "device-1") -> Writer:
        """A terminal that has been in touch."""
        writer = Writer(self.database, account, self.clock, device=device)
        writer.pull()
        return writer

    def add(self, owner: Account | None, **fields: Any) -> Customer:
        customer = customer_of(owner, **fields)
        self.write(customer)
        return customer

    def write(self, *written: Record) -> None:
        write(self.database, self.clock, *written)

    def change(self, customer: Customer, **fields: Any) -> None:
        """Let others change a customer as it is by now."""
        self.write(msgspec.structs.replace(self.stored("customer", customer.id), **fields))

    def give(self, customer: Customer, to: Account | None, store: str = "Alpha") -> None:
        self.change(customer, owner=to.id if to else None, store=store)

    def stored(self, kind: str, id: str) -> Any:
        return stored(self.database, kind, id)

    def belongings(self, customer: Customer, kind: str) -> list[Any]:
        return belongings(self.database, customer.id, kind)

    def set_mode(self, mode: str) -> None:
        with self.database.transaction() as connection:
            settings.set_mode(connection, mode)


def note(customer: str, text: str = "Likes blue.", **more: Any) -> Create:
    """An operation: a new note."""
    return Create(kind="note", id=uuid7(), doc={"customer": customer, "text": text, **more})


def opt(
    customer: str,
    state: ConsentState,
    *,
    was: ConsentState = "one_to_one",
    channel: Channel = "email",
    evidence: str = "",
) -> SetConsent:
    """An operation: a customer's consent."""
    id = consent_id(customer, channel)
    return SetConsent(id=id, customer=customer, channel=channel, state=state, was=was, evidence=evidence)


def at_once(*work: Callable[[], _T]) -> list[_T]:
    """What some work gives, done in a thread each."""
    start, results, failures = threading.Barrier(len(work)), dict[int, _T](), list[BaseException]()

    def run(number: int, task: Callable[[], _T]) -> None:
        try:
            start.wait()
            results[number] = task()
        except BaseException as failure:  # noqa: BLE001 -- told below
            failures.append(failure)

    threads = [threading.Thread(target=run, args=item) for item in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures, failures
    return [results[number] for number in range(len(work))]

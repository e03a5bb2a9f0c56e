"""The line fails at any byte, both ways, and lies: nothing is lost, and nothing is done twice.

A terminal of the app's own code talks over real HTTP through a proxy that breaks things (tests/support/proxy.py). In
each exchange somebody writes, the line has its way, and then a pass on a good line has to put everything right.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from proofs.results import Proof, Trial
from proofs.workplace import workplace
from sellmode_backend.conformance.checking import Outcome
from sellmode_backend.conformance.http import Line
from sellmode_backend.conformance.run import run
from sellmode_backend.conformance.world import NORTH, standard
from sellmode_backend.store.schema import mutation
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.note import Note
from sellmode_contract.visibility import Account
from sellmode_tui.cache.store import Cache
from sellmode_tui.cache.tables import Malformed
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.records.store import RecordStore
from sellmode_tui.sync.answer import BrokenStream
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.single_pass import run_pass
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import TransportError
from tests.support import proxy as faults
from tests.support.proxy import Connection, FaultProxy, Plan, after_head, canned, cut, drip, flip, rewrite_lines
from tests.support.shop import Shop, assert_right, open_shop, terminal

STRIDE = 25
"""Of the bytes of an exchange each seed cuts every so-manieth: as many seeds in a row cut at all of them."""
NDJSON = {"Content-Type": "application/x-ndjson"}
HEAD = (
    b'{"t":"h","epoch":"other","view":{"mode":"team","account":{"id":"x","user_name":"x","name":"x",'
    b'"role":"associate"}}'
)


WORLD = standard(customers=10)
_ASKED = ("seeing/", "pulling/", "writing/")
"""The checks of the conformance kit that a backend has to pass after all that has come over the line."""


class Wrong(Exception):
    """Something was lost, or done twice, or is shown wrongly."""


class Post:
    """A shop, a terminal in it, and a line between them that breaks."""

    def __init__(self, shop: Shop, line: FaultProxy, account: Account, of: Terminal, cache: Cache) -> None:
        self._shop, self._line, self._account = shop, line, account
        self._of, self._cache = of, cache
        self.records = RecordStore(cache, outbox=self.outbox)
        self.customers = shop.customers(4, account, NORTH)
        self.written: dict[str, str] = {}
        """The text of each note by its mid; and the last value of each customer's name by their id."""
        self.names: dict[str, str] = {}

    @property
    def outbox(self) -> Outbox:
        """What the terminal has still to send."""
        return self._of.outbox

    def write(self, number: int) -> None:
        """Two things that can be told apart from all others."""
        customer = self.customers[number % len(self.customers)]
        note = self.records.customers.write_note(customer.id, f"note {number}")
        self.written[note.mid] = f"note {number}"
        self.records.customers.edit(customer.id, set={"given_name": f"name {number}"})
        self.names[customer.id] = f"name {number}"

    def exchange(self, plan: Plan) -> Connection:
        """A pass over a line that does this; what went over it first."""
        before = self._line.accepted
        self._line.script = [plan]
        with (
            Transport(self._line.url, silent_seconds=2.0) as transport,
            contextlib.suppress(TransportError, BrokenStream, Malformed),
        ):
            run_pass(dataclasses.replace(self._of, transport=transport), lambda *_: None)
        self._line.script = []
        return self._line.connections[before]

    def repeat(self, request: bytes, times: int = 1) -> None:
        """Let a request arrive again, so many at once; nobody hears the answers."""
        host, port = self._line.upstream

        def send() -> None:
            with socket.create_connection((host, port), timeout=5) as connection:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                with contextlib.suppress(OSError):
                    while connection.recv(65536):
                        pass

        threads = [threading.Thread(target=send) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def promises(self) -> Iterator[Outcome]:
        """What the conformance kit finds at the backend by now, asking it directly."""
        for subject in _ASKED:
            yield from run(WORLD, Line(self._shop.url), subject)

    def check(self) -> None:
        """On a good line everything comes right. Raises Wrong."""
        self.exchange(faults.PASS)
        if waiting := self.outbox.unsent():
            raise Wrong(f"{waiting} changes still wait on a good line")
        if refused := self.outbox.tray.items():
            raise Wrong(f"{len(refused)} changes were refused: {refused[0].result.detail}")
        records = self._shop.world().records
        notes = Counter(record.text for record in records if isinstance(record, Note))
        if lost := [text for text in self.written.values() if notes[text] != 1]:
            raise Wrong(f"{len(lost)} notes are not there once: {lost[0]} {notes[lost[0]]} times")
        names = {record.id: record.given_name for record in records if isinstance(record, Customer)}
        if other := [id for id, name in self.names.items() if names.get(id) != name]:
            raise Wrong(f"a name is {names.get(other[0])!r}, though {self.names[other[0]]!r} was written last")
        with self._shop.database.snapshot() as connection:
            ledger = Counter(connection.scalars(mutation.select().with_only_columns(mutation.c.mid)))
        if [mid for mid in self.written if ledger[mid] != 1]:
            raise Wrong("a change is not in the ledger once")
        try:
            assert_right(self._cache, self._shop.seen_by(self._account))
        except AssertionError as error:
            raise Wrong(f"the cache is not right: {str(error)[:200]}") from error


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Post]:
    """A shop with a terminal that has had its first sync; it is the conformance kit's, with one person more."""
    with open_shop(f"sqlite:///{folder / 'backend.db'}", page_lines=8, world=WORLD) as shop:
        account = shop.person("ann", NORTH)
        with FaultProxy(int(shop.url.rpartition(":")[2])) as line, terminal(line.url, account, folder / "ann") as of:
            post = Post(shop, line, account, of, of.cache)
            post.exchange(faults.PASS)
            yield post


# ------------------------------------------------------------------ what a line does


def lies() -> dict[str, bytes]:
    """What others than the backend answer."""
    return {
        "captive portal": faults.captive_portal(),
        "redirect": canned(302, headers={"Location": "https://login.example.com/"}),
        "foreign 401": canned(401, b"who are you?"),
        "foreign 403": canned(403, b'{"code":"account_disabled"}', {"Content-Type": "application/problem+json"}),
        "empty 200": canned(200, b"", NDJSON),
        "other host": canned(200, HEAD + b',"scopes":[],"lease":{"soft_s":1,"hard_s":1}}\n{"t":"e"}\n', NDJSON),
        "busy": canned(503, headers={"Retry-After": "0"}),
    }


def edits() -> dict[str, Callable[[list[bytes]], list[bytes]]]:
    """What becomes of an answer's lines."""
    return {
        "twice": lambda lines: [line for line in lines for _ in range(2)],
        "backwards": lambda lines: lines[::-1],
        "without its end": lambda lines: lines[:-1],
        "without its middle": lambda lines: lines[:2] + lines[-1:],
        "swapped": lambda lines: lines[:1] + lines[1:3][::-1] + lines[3:],
    }


def exchanges(seed: int, recorded: Connection, stride: int) -> Iterator[tuple[str, str, Plan]]:
    """The cuts of a seed, as the bytes of a recorded exchange have them, and every lie: kind, name and plan."""
    chance = random.Random(f"wire {seed}")
    for at in range(seed % stride, len(recorded.from_client) + 1, stride):
        yield "requests cut", f"request cut at {at}", Plan(up=(cut(at, reset=chance.random() < 0.5),))
    for at in range(seed % stride, len(recorded.from_server) + 1, stride):
        yield "answers cut", f"answer cut at {at}", Plan(down=(cut(at, reset=chance.random() < 0.5),))
    for name, reply in lies().items():
        yield "lies", name, Plan(reply=reply)
    for name, edit in edits().items():
        yield "lines changed", f"lines {name}", Plan(down=(rewrite_lines(edit),))
    for _ in range(5):
        at, bit = chance.randrange(len(recorded.from_server)), chance.randrange(8)
        yield "bits flipped", f"bit {bit} of byte {at} of the answer", Plan(down=(flip(at, bit),))
    yield "slow", "dripping", Plan(up=(drip(chance.randint(1, 50)),), down=(drip(chance.randint(1, 50)),))
    yield "answers cut", "cut inside the body", Plan(down=(after_head(cut(chance.randint(1, 200))),))


def trial(seed: int, stride: int = STRIDE) -> Trial:
    """A recorded exchange, cut here and there, lied about, repeated and overtaken."""
    failures: list[str] = []
    details: Counter[str] = Counter()
    with workplace() as folder, opened(folder) as post:
        post.write(0)
        recorded = post.exchange(faults.PASS)
        post.check()
        late = bytes(recorded.from_client)
        for number, (kind, name, plan) in enumerate(exchanges(seed, recorded, stride), 1):
            post.write(number)
            went = post.exchange(plan)
            details[kind] += 1
            if number % 5 == 0:  # what was asked before arrives again: now, at once with another, or much later
                request = bytes(went.from_client) if went.from_client and not plan.up else late
                post.repeat(request, times=1 + number % 2)
                post.repeat(late)
                details["repeated"] += 2
                late = request
            try:
                post.check()
            except Wrong as wrong:
                failures.append(f"{name}: {wrong}")
                break
        for outcome in post.promises():
            details["promises"] += outcome.result == "pass"
            if outcome.result == "fail":
                failures.append(f"afterwards {outcome.name}: {outcome.found} ({outcome.section})")
    return Trial(details.total(), tuple(failures), details)


PROOF = Proof("wire", "nothing is lost or done twice on a line that fails anywhere, or lies", "exchanges", trial)

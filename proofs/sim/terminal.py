"""A process of the app on some machine: its real files, engine and executor, with a network that fails as planned."""

from __future__ import annotations

import contextlib
import datetime as dt
import hmac
import random
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias
from unittest import mock

import msgspec

from proofs.sim.backend import BASE, KEY, Backend, Crashed, lost
from sellmode_backend.sync.answer import Chunk
from sellmode_contract.ids import new_id
from sellmode_contract.visibility import Account
from sellmode_contract.wire import Salvage, SyncRequest
from sellmode_tui import sealed
from sellmode_tui.account.folders import Profile, find_account, make_account_folder
from sellmode_tui.account.session import Session
from sellmode_tui.cache import schema, store
from sellmode_tui.cache.store import Cache
from sellmode_tui.cache.tables import VERSION
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.journal import Journal, SignedInAs
from sellmode_tui.records.store import RecordStore
from sellmode_tui.sync.engine import Engine
from sellmode_tui.sync.events import (
    AnswerEnded,
    Call,
    CallFailed,
    CallSalvage,
    Effect,
    Event,
    Halt,
    HangUp,
    Heard,
    Led,
    Listen,
    ListenEnded,
    ListenOpened,
    LocalChange,
    Poked,
    Probe,
    Probed,
    Received,
    Salvaged,
    StopListening,
    StorageEffect,
    TimeIsUp,
)
from sellmode_tui.sync.executor import Executor, Terminal, advance
from sellmode_tui.sync.leader import Leader
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import Broken, TransportError

SERVER = "http://127.0.0.1:9"
"""Nobody calls it."""

Fault: TypeAlias = Literal[
    "none", "request lost", "answer lost", "cut", "ended early", "twice", "late again", "backend dies", "busy"
]
FAULTS: tuple[Fault, ...] = (
    "request lost", "answer lost", "cut", "ended early", "twice", "late again", "backend dies", "busy",
)  # fmt: skip


class Killed(BaseException):
    """The process has ended between two steps; no code of it runs any more."""


@dataclass
class Machine:
    """Where processes run: clocks and files of one account's terminal."""

    name: str
    user: str
    """User name."""
    account: Account
    device: str
    data: Path
    token: str
    boots: int = 0
    booted_at: float = 0.0
    skew: float = 0.0
    """Seconds by which its wall clock is wrong."""
    version: int = VERSION
    """Of the app: which form its cache has."""
    elects: bool = False
    """Whether its processes agree who leads; otherwise each of them believes that it does."""
    written: list[str] = field(default_factory=list)
    """The mutations that were acknowledged here, in their order."""
    done: set[str] = field(default_factory=set)
    """Those that the backend was last known to have done."""
    seen_to: set[str] = field(default_factory=set)
    """Those that were refused, and have left *Needs attention* by somebody's hand."""


class Line(NamedTuple):
    """What came of a step of a call."""

    chunk: Chunk | None
    """What the backend has just sent, before the network had its way with it."""


class _Calling:
    """A call under way."""

    def __init__(self, request: SyncRequest, fault: Fault, after: int) -> None:
        self.request, self.fault, self.after = request, fault, after
        self.chunks: Iterator[Chunk] | None = None
        self.lines: deque[bytes] = deque()
        self.delivered = 0
        self.whole = False
        """Whether the backend has sent all of it."""


class _Salvaging(NamedTuple):
    """A leaver's last words on their way."""

    body: Salvage
    fault: Fault


class Process:
    """The app, running on a machine."""

    def __init__(
        self, machine: Machine, backend: Backend, clock: Callable[[], float], chance: random.Random, name: str
    ) -> None:
        self.machine, self.name = machine, name
        self._backend, self._clock, self._chance = backend, clock, chance
        self.late: list[SyncRequest | Salvage] = []
        """Requests that the network delivers once more, some day."""
        self.halted = False
        self.asleep: Literal["", "suspended", "hung"] = ""
        """Whether it does nothing any more; one that hangs still shows that it lives."""
        self._open()

    # ------------------------------------------------------------------ its life

    def _open(self) -> None:
        machine = self.machine
        folder = find_account(SERVER, machine.user, machine.data) or make_account_folder(
            Profile(server=SERVER, user_name=machine.user, name=machine.user, device=machine.device), machine.data
        )
        journal = Journal(folder.journal_path, KEY)
        signed_in = SignedInAs(
            account=machine.account,
            retailer="Maison Test",
            token=machine.token,
            expires_at=BASE + dt.timedelta(days=90),
        )
        session = Session(folder, signed_in, KEY, journal, clock=self.reading)
        if journal.clock() is None:
            journal.store_sign_in(signed_in)
            session.note_contact()
            journal.outbox.renumber(self._random_name(), again=False)
        with (
            mock.patch.object(store, "VERSION", machine.version),
            mock.patch.object(schema, "VERSION", machine.version),
        ):
            self.cache = Cache.open(folder.cache_path, KEY, journal.outbox)
        self.outbox = journal.outbox
        self.terminal = Terminal(Transport(SERVER), self.cache, session, self.reading)
        self.executor = _Mortal(self.terminal, self._random_name)
        self.engine = Engine(random.Random(self._chance.random()), careful=True)
        self.records = RecordStore(
            self.cache, lambda: self.reading().wall, outbox=self.outbox, ids=self._new_id, made=self._made,
            wrote=self._wrote,
        )  # fmt: skip
        self.leader = Leader(folder.lock_path, clock=self._clock, heartbeat_seconds=None) if machine.elects else None
        self.leads = False
        self.wrote = False
        self.asleep = ""
        self.calling: _Calling | None = None
        self.salvaging: _Salvaging | None = None
        self.listening: int | None = None
        self._opened = False
        self.probing = False

    def close(self) -> None:
        """End in order."""
        self._hang_up()
        if self.leader is not None:
            self.leader.close()
        self.cache.close()
        self.terminal.transport.close()
        self.terminal.session.close()

    def kill(self) -> None:
        """End as by SIGKILL: the files stay as they lie, logs and all."""
        data = self.machine.data
        left = data.with_name(f"{data.name}-left")
        shutil.copytree(data, left)
        self.close()
        shutil.rmtree(data)
        left.rename(data)

    def start(self) -> None:
        """Begin again on the same files."""
        self.halted = False
        self._open()

    def lead(self, *, leading: bool) -> None:
        """Let it sync from now on, or no more, unless its machine's processes see to that themselves."""
        if self.leader is not None:
            self.looks_who_leads()
        else:
            self.tell(Led(leading))

    def looks_who_leads(self) -> None:
        """What a process does every second. Raises Killed where that was planned."""
        if self.leader is None or self.asleep or self.halted:
            return
        self.leader.move()
        leads = self.leader.lead()
        if leads != self.leads:
            self.leads = leads
            self.tell(Led(leads))

    # ------------------------------------------------------------------ what it knows

    def reading(self) -> ClockReading:
        """Its machine's clocks."""
        now, machine = self._clock(), self.machine
        wall = BASE + dt.timedelta(seconds=now + machine.skew)
        return ClockReading(wall, f"{machine.name}-{machine.boots}", now - machine.booted_at)

    def _made(self) -> ClockReading:
        return self.reading()

    def _new_id(self) -> str:
        return new_id(round((BASE.timestamp() + self._clock()) * 1000), self._chance.randbytes(10))

    def _random_name(self) -> str:
        return self._chance.randbytes(16).hex()

    def _wrote(self) -> None:
        self.wrote = True

    @property
    def displaced(self) -> bool:
        """Whether another version has put its cache in the place of this one's: it shows nothing but that."""
        try:
            self.cache.changes()  # not state(), by which what comes next would seem to follow on now
        except sealed.Replaced:
            return True
        return False

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self.engine.idle and self.calling is None

    # ------------------------------------------------------------------ its engine

    def tell(self, event: Event) -> None:
        """Let the engine hear something, and do what it asks for. Raises Killed where that was planned."""
        self._do(advance(self.engine, self.executor, event, self._clock()))

    def _do(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Call():
                    self.calling = _Calling(effect.request, self.next_fault(), self._chance.randint(0, 12))
                case CallSalvage():
                    self.salvaging = _Salvaging(self._last_words(effect), self.next_fault())
                case HangUp():
                    self._hang_up()
                case Probe():
                    self.probing = True
                case Listen():
                    self.listening, self._opened = effect.number, False
                case StopListening():
                    self.listening = None
                case Halt():
                    self.halted = True
                    if self.leader is not None:
                        self.leader.close()
                case _:
                    assert not isinstance(effect, StorageEffect)  # noqa: S101 # performed by the executor

    def _hang_up(self) -> None:
        if self.calling is not None and self.calling.chunks is not None:
            close = getattr(self.calling.chunks, "close", None)
            if close is not None:
                close()
        self.calling = None

    faulty = 0.0
    """How often a call meets a fault."""

    def next_fault(self) -> Fault:
        """What the network does to the next call."""
        return self._chance.choice(FAULTS) if self._chance.random() < self.faulty else "none"

    def dies_in(self, effects: int) -> None:
        """Plan to be killed just before so many effects on its files from now on."""
        self.executor.dies_in = effects

    # ------------------------------------------------------------------ its network

    def go_on(self) -> Line | None:
        """A step of whatever is under way; None if there was nothing to do. Raises Killed, and Crashed."""
        if self.asleep:
            return None
        self._finds_itself_overtaken()
        if self.salvaging is not None:
            return self._salvage_goes_on(*self.salvaging)
        if self.calling is not None:
            return self._call_goes_on(self.calling)
        if self.halted:
            return None
        if self.wrote:
            self.wrote = False
            self.tell(LocalChange())
        elif self.probing:
            self.probing = False
            self.tell(Probed(None if self.next_fault() == "none" else lost()))
        elif self.listening is not None and self._chance.random() < 0.5:
            self._stream_goes_on(self.listening)
        elif self.engine.due is not None and self.engine.due <= self._clock():
            self.tell(TimeIsUp())
        else:
            return None
        return Line(None)

    def _finds_itself_overtaken(self) -> None:
        """As a process does between two events of a call, and otherwise within a second."""
        if self.leader is None:
            return
        if self.calling is None and self.salvaging is None:
            self.looks_who_leads()
        elif self.leads:
            self.leader.move()
            if not self.leader.leads:
                self.leads = False
                self.tell(Led(leading=False))

    def _stream_goes_on(self, number: int) -> None:
        if not self._opened:
            self._opened = True
            self.tell(ListenOpened(number))
            return
        event = self._chance.choice((Heard(number), Poked(number), ListenEnded(number, None)))
        if isinstance(event, ListenEnded):
            self.listening = None
        self.tell(event)

    def _call_goes_on(self, call: _Calling) -> Line:
        if call.lines:
            self._deliver(call)
            return Line(None)
        if call.whole:
            self._ended(AnswerEnded())
            return Line(None)
        if call.chunks is None:
            match call.fault:
                case "request lost":
                    self._ended(CallFailed(lost()))
                    return Line(None)
                case "busy":
                    self._ended(CallFailed(busy()))
                    return Line(None)
                case "twice":
                    self._drain(call.request)
                case "late again":
                    self.late.append(call.request)
                case "backend dies":
                    self._backend.dies_at_commit(call.after % 3 + 1)
            call.chunks = self._backend.ask(self.machine.token, call.request)
        return Line(self._receive(call, call.chunks))

    def _receive(self, call: _Calling, chunks: Iterator[Chunk]) -> Chunk | None:
        try:
            chunk = next(chunks, None)
        except Crashed:
            self._ended(CallFailed(lost()))
            raise
        except TransportError as error:
            self._ended(CallFailed(error))
            return None
        if chunk is None:
            call.whole = True
            return None
        call.lines.extend(chunk.lines.splitlines())
        call.whole = chunk.last
        if call.fault == "answer lost":
            self._ended(CallFailed(lost()))
        return chunk

    def _deliver(self, call: _Calling) -> None:
        for _ in range(self._chance.randint(1, 6)):
            if not call.lines or self.calling is not call:
                return
            if call.delivered == call.after and call.fault in ("cut", "ended early"):
                early = AnswerEnded() if call.fault == "ended early" else CallFailed(Broken("The answer was cut."))
                self._ended(early)
                return
            call.delivered += 1
            self.tell(Received(call.lines.popleft()))

    def _ended(self, event: AnswerEnded | CallFailed) -> None:
        self._hang_up()
        self.tell(event)

    def _last_words(self, call: CallSalvage) -> Salvage:
        proof = hmac.digest(KEY, msgspec.json.encode(call.mutations), "sha256")
        machine = self.machine
        return Salvage(
            user_name=machine.user, device=machine.device, cid=call.cid, mutations=call.mutations, proof=proof
        )

    def _salvage_goes_on(self, body: Salvage, fault: Fault) -> Line:
        self.salvaging = None
        event: Event = CallFailed(busy() if fault == "busy" else lost())
        if fault not in ("busy", "request lost"):
            if fault == "twice":
                self._drain(body)
            elif fault == "late again":
                self.late.append(body)
            elif fault == "backend dies":
                self._backend.dies_at_commit(self._chance.randint(1, 3))
            try:
                results = self._backend.salvage(body).results
            except Crashed:
                self.tell(event)
                raise
            except TransportError as error:
                event = CallFailed(error)
            else:
                if fault not in ("answer lost", "cut", "ended early"):
                    event = Salvaged(results)
        self.tell(event)
        return Line(None)

    def _drain(self, request: SyncRequest | Salvage) -> None:
        """The backend hears a request whose answer nobody gets."""
        with contextlib.suppress(TransportError):
            if isinstance(request, Salvage):
                self._backend.salvage(request)
                return
            deque(self._backend.ask(self.machine.token, request), maxlen=0)

    def deliver_late(self) -> bool:
        """An old request arrives once more; False if there is none."""
        if not self.late:
            return False
        self._drain(self.late.pop(0))
        return True


class _Mortal(Executor):
    """An executor that may be killed between two effects."""

    dies_in = 0

    def perform(self, effect: StorageEffect) -> Event | None:
        if self.dies_in:
            self.dies_in -= 1
            if not self.dies_in:
                raise Killed
        return super().perform(effect)


def busy() -> TransportError:
    """The backend asks for a little patience."""
    from sellmode_backend.http import Refused as Told
    from sellmode_tui.transport.errors import Refused

    return Refused(Told("unavailable", retry_after=5).problem, 5)

"""Threads around the engine: one that decides, and others that call, listen and ask the backend, and watch the files.

`Live` is for an app that stays open, `run_pass` alone for commands. What is decided is decided in ``engine``; here are
only the clock, the sockets and the threads.
"""

from __future__ import annotations

import contextlib
import hmac
import math
import random
import threading
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Final, NamedTuple

import msgspec

from sellmode_contract import wire
from sellmode_contract.wire import Result
from sellmode_tui import sealed
from sellmode_tui.account.errors import NotSignedIn
from sellmode_tui.account.lease import since_boot
from sellmode_tui.account.session import Session
from sellmode_tui.cache.store import Interrupted as CacheStopped
from sellmode_tui.sync.engine import Engine
from sellmode_tui.sync.events import (
    AnswerEnded,
    Awoke,
    Call,
    CallFailed,
    CallSalvage,
    Event,
    Failed,
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
    RetryNow,
    Salvaged,
    StopListening,
    Tell,
    TimeIsUp,
)
from sellmode_tui.sync.executor import Executor, Terminal, advance
from sellmode_tui.sync.leader import Leader
from sellmode_tui.sync.listening import MUTE_SECONDS
from sellmode_tui.sync.status import Line, SyncStatus
from sellmode_tui.transport import HEALTH_PATH, Refused, Transport, TransportError

__all__ = ["Live", "Passed", "Terminal", "run_pass"]

WATCH_SECONDS: Final = 0.25
"""How often a terminal looks whether another process on this machine changed the cache or wrote something."""
LEAD_SECONDS: Final = 1.0
"""How often it asks who leads."""
ASLEEP_SECONDS: Final = 2 * LEAD_SECONDS
"""A thread that ought to have run within a second and did not for so long was kept from it."""
PROBE_SECONDS: Final = 2.0
"""So long the backend may take to let itself be asked for a sign of life, and to give it."""
MOST_LINES: Final = 512
"""So much of an answer waits at most until it is decided on."""


class Passed(NamedTuple):
    """What a pass has done."""

    received: int
    """Records that came."""
    settled: tuple[Result, ...]
    """What became of mutations; one that the backend failed at (``retry``) may come more than once."""


def run_pass(
    terminal: Terminal, tell: Callable[[int, int | None], None], move: Callable[[], None] = lambda: None
) -> Passed:
    """Send what waits and bring the cache up to date.

    ``tell`` hears after each page how many records came and how many are left, ``move`` that it goes on.
    Raises TransportError, BrokenStream, Overtaken, Malformed, sealed.SealedError; each leaves a cache that is right as
    of some checkpoint, and in the outbox whatever the backend has not settled.
    """
    engine = Engine(random.Random())  # noqa: S311 # spreads load, keeps no secret
    executor = Executor(terminal)
    received = 0
    calls: deque[Call | CallSalvage] = deque()

    def take(event: Event) -> bool:
        """Whether the answer under way counts on."""
        nonlocal received
        counts = True
        for effect in advance(engine, executor, event, since_boot()):
            match effect:
                case Failed():
                    raise effect.error
                case Tell() if effect.received:
                    received = effect.received
                    tell(effect.received, effect.left)
                case Call() | CallSalvage():
                    calls.append(effect)
                case HangUp():
                    counts = False
        move()
        return counts

    take(Led(leading=True))
    while calls:
        with contextlib.closing(answer_to(calls.popleft(), terminal.transport, terminal.session)) as answer:
            for event in answer:
                if not take(event):
                    break
    return Passed(received, tuple(executor.settled))


def answer_to(call: Call | CallSalvage, transport: Transport, session: Session) -> Generator[Event]:
    """Make a call and tell what comes of it; closing this hangs up."""
    try:
        if isinstance(call, Call):
            token = session.token
            try:
                yield from _received(call, transport, token)
            except Refused as refused:
                now = session.token
                if refused.problem.code != "signed_out" or now in (None, token):
                    raise
                yield from _received(call, transport, now)  # meanwhile another window signed in
            yield AnswerEnded()
        else:
            body = wire.Salvage(
                user_name=session.account.user_name,
                device=session.device,
                cid=call.cid,
                mutations=call.mutations,
                proof=hmac.digest(session.key, msgspec.json.encode(call.mutations), "sha256"),
            )
            yield Salvaged(transport.post(wire.SALVAGE_PATH, body).read(wire.Salvaged).results)
    except TransportError as error:
        yield CallFailed(error)


def _received(call: Call, transport: Transport, token: str | None) -> Generator[Event]:
    """The lines of an answer. Raises TransportError: Refused before the first one."""
    with transport.stream(wire.SYNC_PATH, call.request, token=token or "") as lines:
        for line in lines:
            yield Received(line)


class Live:
    """Keeps a cache up to date and sends what is written, in threads of its own, until it is stopped.

    ``on_status`` hears each new status, ``on_change`` that something in the cache or the outbox may have changed, by
    this process or another; both are called in these threads, and must not wait for them.
    """

    def __init__(
        self,
        terminal: Terminal,
        leader: Leader,
        *,
        on_status: Callable[[SyncStatus], None],
        on_change: Callable[[], None],
        chance: random.Random | None = None,
    ) -> None:
        self._terminal = terminal
        self._leader = leader
        self._on_status = on_status
        self._on_change = on_change
        self._engine = Engine(chance or random.Random(), careful=True)  # noqa: S311 # spreads load, keeps no secret
        self._executor = Executor(terminal)
        self._inbox = _Inbox()
        self._halted = False
        self._led = False
        self._stopped = threading.Event()
        self._look_now = threading.Event()
        self._seen: tuple[int, int] | None = None
        """The outbox's and the cache's changes, as last looked at."""
        self._newest = ""
        """The mutation that was written last."""
        self._caller: Transport | None = None
        self._ear: Transport | None = None
        self._prober = terminal.transport.another(connect_seconds=PROBE_SECONDS, silent_seconds=PROBE_SECONDS)
        self._lock = threading.RLock()
        """Held while the status changes and is told."""
        self.status = SyncStatus(synced_at=terminal.cache.state().finished_at)
        self._threads = [
            threading.Thread(target=self._run, name="sync", daemon=True),
            threading.Thread(target=self._watch, name="watch", daemon=True),
        ]
        self._helpers: list[threading.Thread] = []
        """Those that wait for the backend."""

    def start(self) -> None:
        """Begin. May be called once."""
        for thread in self._threads:
            thread.start()

    def pull_now(self) -> None:
        """Ask the backend at once rather than in a while; where another process leads, have it do so."""
        self._inbox.put(RetryNow())
        if not self._led:
            self._leader.ask()

    retry_now = pull_now
    """Try to send at once, too, whatever went wrong before."""

    def push_now(self) -> None:
        """Something was written here: it is sent at once if the line is up."""
        self._look_now.set()

    def stop(self) -> None:
        """End, also in the middle of an answer, and wait until the threads have."""
        self._stopped.set()
        self._look_now.set()
        self._inbox.put(TimeIsUp())
        self._terminal.transport.close()
        if threading.current_thread() not in (*self._threads, *self._helpers):
            for thread in self._threads:
                if thread.is_alive():
                    thread.join()
            self._break_off()
            for thread in self._helpers:
                thread.join()
        self._leader.close()

    # ------------------------------------------------------------------ the thread that decides

    def _run(self) -> None:
        try:
            looked_at = -math.inf
            while not self._stopped.is_set() and not self._halted:
                now = since_boot()
                if now - looked_at >= LEAD_SECONDS or self._leader.leads != self._led:
                    if now - looked_at >= ASLEEP_SECONDS:
                        self._take(Awoke())
                    self._see_who_leads()
                    looked_at = now
                event = self._inbox.get(self._patience())
                if not self._stopped.is_set():
                    self._take(event)
        except (CacheStopped, NotSignedIn):
            return  # locked or signed out: nobody is to be told anything any more
        finally:
            self._break_off()
            self._leader.close()  # whoever does not sync any more must not keep others from it

    def _see_who_leads(self) -> None:
        self._leader.move()
        leading = self._leader.lead()
        if leading != self.status.leading:
            self._tell(leading=leading, **({} if leading else {"line": Line.CONNECTING, "problem": ""}))
        if leading != self._led:
            self._led = leading
            self._inbox.put(Led(leading))
        if not leading:
            with contextlib.suppress(sealed.SealedError):
                # What cannot be read now is told of by a pass, once this process leads.
                self._tell(synced_at=self._terminal.cache.state().finished_at)

    def _patience(self) -> float:
        due = self._engine.due
        return LEAD_SECONDS if due is None else min(max(0.0, due - since_boot()), LEAD_SECONDS)

    def _take(self, event: Event) -> None:
        effects = advance(self._engine, self._executor, event, since_boot())
        self._executor.settled.clear()  # the journal has them; nobody here asks
        for effect in effects:
            match effect:
                case Tell():
                    self._tell_of(effect)
                case Call() | CallSalvage():
                    self._call(effect)
                case HangUp():
                    self._hang_up()
                case Probe():
                    self._begin_thread("probe", self._probe)
                case Listen():
                    self._listen(effect.number)
                case StopListening():
                    self._listen_no_more()
                case Halt():
                    self._halted = True

    # ------------------------------------------------------------------ the threads that call, ask and listen

    def _call(self, call: Call | CallSalvage) -> None:
        if self._caller is None:
            self._caller = self._terminal.transport.another()
        self._begin_thread("call", self._answer, call, self._inbox.call(), self._caller)

    def _answer(self, call: Call | CallSalvage, number: int, transport: Transport) -> None:
        with (
            contextlib.suppress(NotSignedIn),  # closed at this moment: nobody waits for the answer
            contextlib.closing(answer_to(call, transport, self._terminal.session)) as answer,
        ):
            for event in answer:
                if not self._inbox.answer(number, event):
                    return

    def _hang_up(self) -> None:
        self._inbox.hang_up()
        if self._caller is not None:
            self._caller.close()
            self._caller = None

    def _probe(self) -> None:
        error: TransportError | None = None
        try:
            self._prober.get(HEALTH_PATH)
        except TransportError as failed:
            error = failed
        self._inbox.put(Probed(error))

    def _listen(self, number: int) -> None:
        self._ear = self._terminal.transport.another(silent_seconds=MUTE_SECONDS)
        self._begin_thread("listen", self._hear, self._ear, number)

    def _listen_no_more(self) -> None:
        if self._ear is not None:
            self._ear.close()

    def _break_off(self) -> None:
        """End whatever is under way with the backend."""
        self._hang_up()
        self._listen_no_more()
        self._prober.close()

    def _begin_thread(self, name: str, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, name=name, daemon=True)
        thread.start()
        self._helpers = [each for each in self._helpers if each.is_alive()] + [thread]

    def _hear(self, ear: Transport, number: int) -> None:
        ended = ListenEnded(number, None)
        try:
            with ear.events(wire.EVENTS_PATH, token=self._terminal.session.token or "") as lines:
                self._inbox.put(ListenOpened(number))
                for line in lines:
                    if line:
                        self._inbox.put(Poked(number) if line == b"event: poke" else Heard(number))
        except TransportError as error:
            ended = ListenEnded(number, error)
        finally:
            ear.close()
        self._inbox.put(ended)

    # ------------------------------------------------------------------ the thread that watches the files

    def _watch(self) -> None:
        try:
            while not self._stopped.is_set():
                with contextlib.suppress(sealed.SealedError):
                    # What cannot be read now is told of by the next pass.
                    self._look()
                self._look_now.wait(WATCH_SECONDS)
                self._look_now.clear()
        except (CacheStopped, NotSignedIn):
            return

    def _look(self) -> None:
        if self._leader.asked():
            self._inbox.put(RetryNow())
        outbox, cache = self._terminal.outbox, self._terminal.cache
        written = outbox.change()
        if self._seen is None or self._seen[0] != written:
            self._count()
            newest = next(iter(outbox.latest(1)), None)
            if newest is not None and newest.mid != self._newest:
                self._newest = newest.mid
                if not newest.sent:
                    self._inbox.put(LocalChange())
        seen = (written, cache.changes())
        if seen != self._seen:
            self._seen = seen
            self._on_change()

    def _count(self) -> None:
        outbox = self._terminal.outbox
        self._tell(unsent=outbox.unsent(), unsent_since=outbox.oldest_unsent_at(), attention=outbox.needing_attention())

    # ------------------------------------------------------------------ telling

    def _tell_of(self, tell: Tell) -> None:
        changes = msgspec.structs.asdict(tell)
        if tell.synced_at is None:
            del changes["synced_at"]
        with contextlib.suppress(sealed.SealedError):  # the counts come later, then
            self._count()
        self._tell(**changes)
        self._look_now.set()

    def _tell(self, **changes: object) -> None:
        with self._lock:
            status = replace(self.status, **changes)  # type: ignore[arg-type] # the fields' own types, by their names
            if status.line is not self.status.line:
                status = replace(status, since=self._terminal.clock().wall)
            if status != self.status:
                self.status = status
                self._on_status(status)


class _Inbox:
    """Events on their way to the engine. One that is there already is not put a second time: it says nothing new.

    What comes of a call comes after everything else, and no faster than it is taken. Calls are numbered, so that
    nothing of one that was hung up arrives any more.
    """

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._answer: deque[Event] = deque()
        self._call = 0
        lock = threading.Lock()
        self._news, self._room = threading.Condition(lock), threading.Condition(lock)

    def put(self, event: Event) -> None:
        with self._news:
            if event not in self._events:
                self._events.append(event)
                self._news.notify()

    def call(self) -> int:
        """A call begins; its number."""
        with self._news:
            self._call += 1
            return self._call

    def hang_up(self) -> None:
        """Take nothing more of the present call."""
        with self._room:
            self._call += 1
            self._answer.clear()
            self._room.notify_all()

    def answer(self, call: int, event: Event) -> bool:
        """Put what came of a call, as soon as there is room; whether it counts on."""
        with self._room:
            self._room.wait_for(lambda: call != self._call or len(self._answer) < MOST_LINES)
            if call != self._call:
                return False
            self._answer.append(event)
            self._news.notify()
            return True

    def get(self, patience: float) -> Event:
        """The next event; after so many seconds, `TimeIsUp`."""
        with self._news:
            if not self._events and not self._answer:
                self._news.wait(patience)
            if self._events:
                return self._events.popleft()
            if not self._answer:
                return TimeIsUp()
            event = self._answer.popleft()
            if len(self._answer) == MOST_LINES // 2:  # not for each line: the two threads would take turns
                self._room.notify_all()
            return event

"""Threads around the engine: one that decides and calls, one that listens to the backend, one that watches the files.

`Live` is for an app that stays open, `run_pass` alone for commands. What is decided is decided in ``engine``; here are
only the clock, the sockets and the threads.
"""

from __future__ import annotations

import contextlib
import hmac
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
from sellmode_tui.cache.store import Interrupted as CacheStopped
from sellmode_tui.sync.engine import Engine
from sellmode_tui.sync.events import (
    AnswerEnded,
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
from sellmode_tui.transport import Refused, Transport, TransportError

__all__ = ["Live", "Passed", "Terminal", "run_pass"]

WATCH_SECONDS: Final = 0.25
"""How often a terminal looks whether another process on this machine changed the cache or wrote something."""
LEAD_SECONDS: Final = 1.0
"""How often it asks who leads."""


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
        with contextlib.closing(answer_to(calls.popleft(), terminal)) as answer:
            for event in answer:
                if not take(event):
                    break
    return Passed(received, tuple(executor.settled))


def answer_to(call: Call | CallSalvage, terminal: Terminal) -> Generator[Event]:
    """Make a call and tell what comes of it; closing this hangs up."""
    transport, session = terminal.transport, terminal.session
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
        self._engine = Engine(chance or random.Random())  # noqa: S311 # spreads load, keeps no secret
        self._executor = Executor(terminal, doubts=lambda: not self._engine.hears)
        self._inbox = _Inbox()
        self._calls: deque[Call | CallSalvage] = deque()
        self._hung_up = False
        self._halted = False
        self._led = False
        self._stopped = threading.Event()
        self._look_now = threading.Event()
        self._seen: tuple[int, int] | None = None
        """The outbox's and the cache's changes, as last looked at."""
        self._newest = ""
        """The mutation that was written last."""
        self._ear: Transport | None = None
        self._lock = threading.RLock()
        """Held while the status changes and is told."""
        self.status = SyncStatus(synced_at=terminal.cache.state().finished_at)
        self._threads = [
            threading.Thread(target=self._run, name="sync", daemon=True),
            threading.Thread(target=self._watch, name="watch", daemon=True),
        ]

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
        self._listen_no_more()
        if threading.current_thread() not in self._threads:
            for thread in self._threads:
                if thread.is_alive():
                    thread.join()
        self._leader.close()

    # ------------------------------------------------------------------ the thread that decides and calls

    def _run(self) -> None:
        try:
            while not self._stopped.is_set() and not self._halted:
                self._see_who_leads()
                event = self._inbox.get(self._patience())
                if event is not None and not self._stopped.is_set():
                    self._take(event)
                while self._calls:
                    self._call(self._calls.popleft())
        except (CacheStopped, NotSignedIn):
            return  # locked or signed out: nobody is to be told anything any more
        finally:
            self._listen_no_more()
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
                    self._calls.append(effect)
                case HangUp():
                    self._hung_up = True
                case Listen():
                    self._listen(effect.number)
                case StopListening():
                    self._listen_no_more()
                case Halt():
                    self._halted = True

    def _call(self, call: Call | CallSalvage) -> None:
        self._hung_up = False
        self._leader.move()  # before it the backend may have been asked for a sign of life, for as long as a call takes
        with contextlib.closing(answer_to(call, self._terminal)) as answer:
            for event in answer:
                self._take(event)
                self._leader.move()
                if not self._leader.leads:
                    self._take(Led(leading=False))
                while not self._hung_up and (other := self._inbox.get(0.0)) is not None:
                    self._take(other)
                if self._hung_up or self._stopped.is_set():
                    return

    # ------------------------------------------------------------------ the thread that listens

    def _listen(self, number: int) -> None:
        ear = self._terminal.transport.another(silent_seconds=MUTE_SECONDS)
        self._ear = ear
        if self._stopped.is_set():
            ear.close()
        thread = threading.Thread(target=self._hear, args=(ear, number), name=f"listen-{number}", daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def _listen_no_more(self) -> None:
        if self._ear is not None:
            self._ear.close()

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
    """Events on their way to the engine. One that is there already is not put a second time: it says nothing new."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._condition = threading.Condition()

    def put(self, event: Event) -> None:
        with self._condition:
            if event not in self._events:
                self._events.append(event)
                self._condition.notify()

    def get(self, patience: float) -> Event | None:
        """The next event; after so many seconds, `TimeIsUp`; None at once for no patience."""
        with self._condition:
            if not self._events and patience:
                self._condition.wait(patience)
            if self._events:
                return self._events.popleft()
            return TimeIsUp() if patience else None

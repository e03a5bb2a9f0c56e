"""Threads around the engine: one that decides, and others that call, listen and ask the backend, and watch the files.

For an app that stays open; ``single_pass`` is for commands. What is decided is decided in ``engine``; here are only the
clock, the sockets and the threads.
"""

from __future__ import annotations

import contextlib
import math
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import msgspec

from sellmode_contract import wire
from sellmode_tui import sealed
from sellmode_tui.cache.store import Interrupted as CacheStopped
from sellmode_tui.errors import NotSignedIn
from sellmode_tui.journal.clock import since_boot
from sellmode_tui.sync.calls import answer_to
from sellmode_tui.sync.engine import Engine
from sellmode_tui.sync.event_stream import SILENCE_TIMEOUT
from sellmode_tui.sync.events import (
    Awoke,
    Call,
    CallSalvage,
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
    RetryNow,
    StopListening,
    Tell,
    TimeIsUp,
    Typed,
)
from sellmode_tui.sync.executor import Executor, Terminal, advance
from sellmode_tui.sync.inbox import Inbox
from sellmode_tui.sync.leader import Leader
from sellmode_tui.sync.status import Line, SyncStatus
from sellmode_tui.transport.client import HEALTH_PATH, Transport
from sellmode_tui.transport.errors import TransportError

WATCH_SECONDS: Final = 0.25
"""How often a terminal looks whether another process on this machine changed the cache or wrote something."""
LEAD_SECONDS: Final = 1.0
"""How often it asks who leads."""
ASLEEP_SECONDS: Final = 2 * LEAD_SECONDS
"""A thread that ought to have run within a second and did not for so long was kept from it."""
PROBE_SECONDS: Final = 2.0
"""So long the backend may take to let itself be asked for a sign of life, and to give it."""


class Live:
    """Keeps a cache up to date and sends what is written, in threads of its own, until it is stopped.

    ``on_status`` hears each new status, ``on_change`` that something in the cache or the outbox may have changed, by
    this process or another, ``on_writing`` that the customer of a request (its id) is writing just now; all are called
    in these threads, and must not wait for them.
    """

    def __init__(
        self,
        terminal: Terminal,
        leader: Leader,
        *,
        on_status: Callable[[SyncStatus], None],
        on_change: Callable[[], None],
        on_writing: Callable[[str], None],
        chance: random.Random | None = None,
    ) -> None:
        self._terminal = terminal
        self._leader = leader
        self._on_status = on_status
        self._on_change = on_change
        self._on_writing = on_writing
        self._engine = Engine(chance or random.Random(), careful=True)  # noqa: S311 # spreads load, keeps no secret
        self._executor = Executor(terminal)
        self._inbox = Inbox()
        self._halted = False
        self._led = False
        self._stopped = threading.Event()
        self._look_now = threading.Event()
        self._seen: tuple[int, int] | None = None
        """The outbox's and the cache's changes, as last looked at."""
        self._newest = ""
        """The mutation that was written last."""
        self._caller: Transport | None = None
        self._stream: Transport | None = None
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
        """Ask the backend, and try to send, at once; where another process leads, have it do so."""
        self._inbox.put(RetryNow())
        if not self._led:
            self._leader.ask()

    def push_now(self) -> None:
        """Something was written here: it is sent at once if the line is up."""
        self._look_now.set()

    def typed(self, request: str) -> None:
        """The person types an answer to the customer of a request: they are told now and then, if the line is up.

        Where another process leads they are not told.
        """
        self._inbox.put(Typed(request))

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
        self._stream = self._terminal.transport.another(silent_seconds=SILENCE_TIMEOUT)
        self._begin_thread("listen", self._hear, self._stream, number)

    def _listen_no_more(self) -> None:
        if self._stream is not None:
            self._stream.close()

    def _break_off(self) -> None:
        """End whatever is under way with the backend."""
        self._hang_up()
        self._listen_no_more()
        self._prober.close()

    def _begin_thread(self, name: str, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, name=name, daemon=True)
        thread.start()
        self._helpers = [each for each in self._helpers if each.is_alive()] + [thread]

    def _hear(self, stream: Transport, number: int) -> None:
        ended = ListenEnded(number, None)
        try:
            with stream.events(wire.EVENTS_PATH, token=self._terminal.session.token or "") as lines:
                self._inbox.put(ListenOpened(number))
                told = b""
                for line in lines:
                    if line:
                        self._inbox.put(Poked(number) if line == b"event: poke" else Heard(number))
                    if told == b"event: typing":
                        self._tell_writing(line)
                    told = line
        except TransportError as error:
            ended = ListenEnded(number, error)
        finally:
            stream.close()
        self._inbox.put(ended)

    def _tell_writing(self, line: bytes) -> None:
        with contextlib.suppress(msgspec.DecodeError):  # of a backend that says it otherwise: it is no more than a hint
            self._on_writing(msgspec.json.decode(line.removeprefix(b"data: "), type=wire.Typing).request)

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
        self._tell(unsent=outbox.unsent(), attention=outbox.tray.open_count())

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

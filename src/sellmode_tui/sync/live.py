"""Runs passes: asks the backend for what changed, takes it into the cache, and asks again in time.

A pass blocks and belongs into a thread; `Live` is that thread for an app that stays open, `run_pass` alone serves
commands. Whatever goes wrong changes nothing that was durable before, and says in words what it was.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from sellmode_contract import wire
from sellmode_tui import sealed
from sellmode_tui.account.lease import Reading, read_clock
from sellmode_tui.account.session import Session
from sellmode_tui.cache.store import Cache, Overtaken
from sellmode_tui.cache.store import Interrupted as CacheStopped
from sellmode_tui.cache.tables import Malformed
from sellmode_tui.sync.engine import Accept, BrokenStream, Commit, Finish, effects
from sellmode_tui.sync.leader import Leader
from sellmode_tui.sync.status import Line, SyncStatus
from sellmode_tui.transport import Broken, Interrupted, Refused, Transport, TransportError

POLL_JITTER: Final = 0.2
"""Terminals of a store must not ask in step: a pause is this share longer or shorter."""
LONGEST_BACKOFF: Final = 300.0
SHORTEST_POLL: Final = 1
LONGEST_POLL: Final = 3600
"""Seconds between passes, whatever the backend asks for."""
HIDDEN_FOR: Final = dt.timedelta(minutes=15)
"""What left the view is hidden at once and deleted when a pass completes; if none does, after this time."""
WATCH_SECONDS: Final = 0.5
"""How often a terminal looks whether another process on this machine changed the cache."""
EMPTY_ANSWERS: Final = 5
"""A backend that sends nothing and yet says "more" is asked this often in a row, and then counts as broken."""


@dataclass(frozen=True)
class Terminal:
    """What a pass works with."""

    transport: Transport
    cache: Cache
    session: Session
    """Signed in at the backend: with a token."""
    clock: Callable[[], Reading] = read_clock


def run_pass(terminal: Terminal, tell: Callable[[int, int | None], None]) -> Finish:
    """Bring the cache up to date; ``tell`` hears after each page how many records came and how many are left.

    Raises TransportError, BrokenStream, Overtaken, Malformed, sealed.SealedError; each leaves a cache that is right as
    of some checkpoint.
    """
    received, empty = 0, 0
    while empty < EMPTY_ANSWERS:
        before = received
        finish, received = _take_answer(terminal, received, tell)
        empty = 0 if received > before else empty + 1
        if not finish.more:
            now = terminal.clock().wall
            terminal.cache.finish(at=now)
            terminal.session.folder.note_synced(now)
            return finish
    raise BrokenStream(f"the backend asked {EMPTY_ANSWERS} times in a row to be asked again, and sent nothing")


def _take_answer(terminal: Terminal, received: int, tell: Callable[[int, int | None], None]) -> tuple[Finish, int]:
    """One answer into the cache: how it ended, and how many records the pass has received with it."""
    state = terminal.cache.state()
    request = wire.SyncRequest(device=terminal.session.device, epoch=state.epoch, cursor=state.cursor)
    finish: Finish | None = None
    with terminal.transport.stream(wire.SYNC_PATH, request, token=terminal.session.token or "") as lines:
        for effect in effects(lines):
            if isinstance(effect, Accept):
                terminal.session.note_contact(effect.head.lease)
                terminal.cache.accept(effect.head, at=terminal.clock().wall)
            elif isinstance(effect, Commit):
                terminal.cache.apply(effect.changes, effect.cursor, effect.left)
                received += len(effect.changes)
                tell(received, effect.left)
            else:
                finish = effect
    if finish is None:
        raise BrokenStream("the answer was cut before its last line")
    return finish, received


class Live:
    """Keeps a cache up to date in a thread of its own until it is stopped.

    ``on_status`` hears each new status, ``on_change`` that the cache may have changed, by this process or another; both
    are called in that thread.
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
        self._chance = chance or random.Random()  # noqa: S311 # spreads load, keeps no secret
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._seen = 0
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self.status = SyncStatus(synced_at=terminal.cache.state().finished_at)

    def start(self) -> None:
        """Begin. May be called once."""
        self._thread.start()

    def pull_now(self) -> None:
        """Ask the backend at once rather than in a while."""
        self._wake.set()

    def stop(self) -> None:
        """End, also in the middle of an answer, and wait until the thread has."""
        self._stop.set()
        self._wake.set()
        self._terminal.transport.close()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()
        self._leader.close()

    # ------------------------------------------------------------------ the thread

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                leading = self._leader.lead()
                if leading != self.status.leading:
                    self._tell(leading=leading)
                pause = self._pass() if leading else self._follow()
                if pause is None:
                    return
                self._wait(pause)
        except CacheStopped:
            return  # locked or signed out: nobody is to be told anything any more
        finally:
            self._leader.close()  # whoever does not sync any more must not keep others from it

    def _pass(self) -> float | None:
        """Run a pass; how many seconds to wait before the next, or None if there is to be none."""
        try:
            finish = run_pass(self._terminal, self._tell_progress)
        except (TransportError, BrokenStream, Overtaken, Malformed, sealed.SealedError) as error:
            return self._went_wrong(error)
        self._failures = 0
        self._tell(line=Line.ONLINE, problem="", synced_at=self._terminal.clock().wall, received=0, left=None)
        pause = min(max(finish.poll_s, SHORTEST_POLL), LONGEST_POLL)
        spread = min(max(finish.spread_ms, 0), LONGEST_POLL * 1000) / 1000
        return pause * self._chance.uniform(1 - POLL_JITTER, 1 + POLL_JITTER) + self._chance.uniform(0, spread)

    def _went_wrong(self, error: Exception) -> float | None:
        """Tell what stopped a pass; how many seconds to wait before the next, or None if there is to be none."""
        match error:
            case Interrupted():
                return None
            case sealed.Corrupt():
                self._tell(line=Line.DAMAGED, problem=str(error))
                return None
            case Overtaken():
                # Another process led until a moment ago; what it did stands.
                return 1.0
            case Refused():
                return self._refused(error)
        broken = isinstance(error, Broken | BrokenStream | Malformed)
        line = Line.OFFLINE if broken or isinstance(error, TransportError) else self.status.line
        return self._failed(line, "The server's answer broke off or makes no sense." if broken else str(error))

    def _refused(self, refused: Refused) -> float | None:
        problem = refused.problem
        if problem.code in ("signed_out", "account_disabled", "upgrade_required"):
            line = {"signed_out": Line.SIGNED_OUT, "account_disabled": Line.DISABLED}.get(problem.code, Line.REFUSED)
            self._tell(line=line, problem=str(refused), received=0, left=None)
            return None
        return max(refused.retry_after or 0.0, self._failed(Line.OFFLINE, str(refused)))

    def _failed(self, line: Line, problem: str) -> float:
        """Tell of a failure; how long to wait before the next try, with full jitter against trying in step."""
        self._failures += 1
        self._tell(line=line, problem=problem, received=0, left=None)
        self._purge_if_late()
        # Beyond ten failures the exponent makes no difference, and some day would be too large for a float.
        return 0.5 + self._chance.uniform(0, min(LONGEST_BACKOFF, 2.0 ** min(self._failures + 1, 10)))

    def _purge_if_late(self) -> None:
        """Delete what left the view although no pass has come to its end since."""
        with contextlib.suppress(sealed.SealedError):
            # What cannot be written now is told of by the next pass.
            state = self._terminal.cache.state()
            begun, done = state.last_contact, state.finished_at
            if begun and done and done < begun and self._terminal.clock().wall - done > HIDDEN_FOR:
                self._terminal.cache.purge()

    def _follow(self) -> float:
        """Take over what another process on this machine has brought."""
        with contextlib.suppress(sealed.SealedError):
            # What cannot be read now is told of by a pass, once this process leads.
            state = self._terminal.cache.state()
            if state.finished_at != self.status.synced_at:
                self._tell(synced_at=state.finished_at)
        return 1.0

    def _wait(self, seconds: float) -> None:
        """Wait for time to pass, for `pull_now` or the end; tell meanwhile of what other processes change."""
        remaining = seconds
        while remaining > 0 and not self._wake.wait(min(WATCH_SECONDS, remaining)):
            remaining -= WATCH_SECONDS
            self._look_for_changes()
        self._wake.clear()

    def _look_for_changes(self) -> None:
        with contextlib.suppress(sealed.SealedError):
            # What cannot be read now is told of by the next pass.
            changes = self._terminal.cache.changes()
            if changes != self._seen:
                self._seen = changes
                self._on_change()

    def _tell_progress(self, received: int, left: int | None) -> None:
        self._tell(line=Line.ONLINE, problem="", received=received, left=left)
        self._look_for_changes()

    def _tell(self, **changes: object) -> None:
        status = replace(self.status, **changes)  # type: ignore[arg-type] # the fields' own types, checked where they are given
        if status.line is not self.status.line:
            status = replace(status, since=self._terminal.clock().wall)
        if status != self.status:
            self.status = status
            self._on_status(status)
        if "synced_at" in changes:
            self._look_for_changes()

"""Performs what the engine wants done to the files, and tells it what came of it.

The one way between decisions and storage: the app's threads, commands and simulations all go through it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sellmode_contract import visibility
from sellmode_contract.wire import Result
from sellmode_tui import sealed
from sellmode_tui.account.session import Session
from sellmode_tui.cache.store import Cache, Overtaken
from sellmode_tui.cache.tables import Malformed
from sellmode_tui.journal.clock import HARD, ClockReading, age, read_clock
from sellmode_tui.journal.entries import Entry
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.sync.engine import Engine
from sellmode_tui.sync.events import (
    Accept,
    Commit,
    Effect,
    EndPass,
    Event,
    LocalChange,
    NewClient,
    Outgoing,
    PassEnded,
    Prepare,
    Prepared,
    Purge,
    Release,
    Settle,
    StorageEffect,
    StorageFailed,
)
from sellmode_tui.transport.client import Transport

KEPT: Final = dt.timedelta(days=30)
"""What was done is kept so long, to be sent again to a backend that was restored from a backup, and to be undone."""


@dataclass(frozen=True)
class Terminal:
    """What a pass works with."""

    transport: Transport
    cache: Cache
    session: Session
    """Signed in at the backend: with a token."""
    clock: Callable[[], ClockReading] = read_clock

    @property
    def outbox(self) -> Outbox:
        """What the person wrote."""
        return self.session.journal.outbox


class Executor:
    """Performs storage effects on a terminal's files."""

    def __init__(
        self,
        terminal: Terminal,
        names: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        """``names`` makes random names for clients."""
        self._terminal = terminal
        self._names = names
        self.settled: list[Result] = []
        """What has become of mutations, in the order in which it was heard."""

    def perform(self, effect: StorageEffect) -> Event | None:
        """Do it, and what the engine is to be told, if anything. What fails is told as `StorageFailed`.

        Raises cache.store.Interrupted once the cache was stopped.
        """
        try:
            return self._perform(effect)
        except (Overtaken, Malformed, sealed.SealedError) as error:
            return StorageFailed(error)

    def _perform(self, effect: StorageEffect) -> Event | None:
        cache, outbox, session = self._terminal.cache, self._terminal.outbox, self._terminal.session
        match effect:
            case Prepare():
                return self._prepare(effect)
            case Accept():
                session.note_contact(effect.head.lease)
                cache.accept(effect.head, at=self._terminal.clock().wall)
                # Last: killed before it, the reset is heard again.
                if outbox.follow(effect.head.epoch, effect.head.knows):
                    return LocalChange()
            case Commit():
                cache.apply(effect.changes, effect.cursor, effect.left, visibility.fits)
            case Settle():
                outbox.settle(effect.results, self._terminal.clock().wall)
                self.settled += effect.results
                cache.fold()
            case Release():
                outbox.release()
            case EndPass():
                return self._end_pass()
            case NewClient():
                outbox.renumber(self._names(), again=effect.again)
            case Purge():
                self._purge(effect.hidden_for)
        return None

    def _prepare(self, wanted: Prepare) -> Prepared:
        cache, outbox = self._terminal.cache, self._terminal.outbox
        cache.fold()  # what a process wrote that was killed before it could
        state = cache.state()
        entries = outbox.batch(wanted.most, wanted.most_bytes, fresh=wanted.fresh) if wanted.most else []
        return Prepared(
            device=self._terminal.session.device,
            epoch=outbox.epoch() or state.epoch,
            cursor=state.cursor,
            cid=outbox.client(),
            mutations=tuple(self._outgoing(entries)),
            waiting=outbox.to_send(),
        )

    def _outgoing(self, entries: list[Entry]) -> list[Outgoing]:
        if not entries:
            return []
        now = self._terminal.clock()
        clock = self._terminal.session.journal.clock()
        at_most = clock.contact.hard if clock else HARD
        outgoing = []
        for entry in entries:
            passed = age(ClockReading(entry.made_at, entry.boot, entry.since_boot), now, at_most)
            seq = entry.seq or 0  # a batch has given every one its place
            outgoing.append(Outgoing(entry.mid, seq, round(passed.total_seconds() * 1000), entry.body))
        return outgoing

    def _end_pass(self) -> PassEnded:
        cache, outbox, session = self._terminal.cache, self._terminal.outbox, self._terminal.session
        now = self._terminal.clock().wall
        cache.finish(at=now)
        outbox.forget(now - KEPT)
        session.folder.note_synced(now)
        return PassEnded(now)

    def _purge(self, hidden_for: dt.timedelta) -> None:
        with contextlib.suppress(sealed.SealedError):  # what cannot be written now is told of by the next pass
            state = self._terminal.cache.state()
            begun, done = state.last_contact, state.finished_at
            if begun and done and done < begun and self._terminal.clock().wall - done > hidden_for:
                self._terminal.cache.purge()


def advance(engine: Engine, executor: Executor, event: Event, now: float) -> list[Effect]:
    """Tell an engine of an event, perform what it wants of the files and whatever follows; returns the other effects.

    After a storage effect that fails, the others of the same step are left out: the engine decides anew.
    """
    events: deque[Event] = deque([event])
    others: list[Effect] = []
    while events:
        failed = False
        for effect in engine.step(events.popleft(), now):
            if not isinstance(effect, StorageEffect):
                others.append(effect)
            elif not failed:
                following = executor.perform(effect)
                failed = isinstance(following, StorageFailed)
                if following is not None:
                    events.append(following)
    return others

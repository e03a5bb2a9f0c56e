"""What the engine is told and what it asks for: the whole language between it and the world.

An engine is told an `Event` at a time and answers with `Effect`s, to be performed in their order. `StorageEffect`s are
performed by ``executor``, which tells what came of them; the others are for whoever drives the engine (threads in
``live``, virtual time in a simulation).
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple, TypeAlias

import msgspec

from sellmode_contract.wire import Drop, Head, Put, Remove, Result, Sweep, SyncRequest
from sellmode_tui.cache.store import Overtaken
from sellmode_tui.cache.tables import Malformed
from sellmode_tui.sealed import SealedError
from sellmode_tui.sync.status import Line
from sellmode_tui.transport import TransportError

Change: TypeAlias = Put | Remove | Sweep | Drop

# ------------------------------------------------------------------ events


class Led(NamedTuple):
    """Whether this process syncs the account from now on. Nothing happens before the first of these."""

    leading: bool


class LocalChange(NamedTuple):
    """Something was written that is still to be sent, by this process or another."""


class RetryNow(NamedTuple):
    """The person wants to know now."""


class TimeIsUp(NamedTuple):
    """The moment `Engine.due` has come. Too early or too often is no harm."""


class Prepared(NamedTuple):
    """What a call is made of, as it stands in the files; answers `Prepare`."""

    device: str
    epoch: str | None
    cursor: str | None
    cid: str
    mutations: tuple[Outgoing, ...]
    """In the order of their ``seq``."""
    waiting: int
    """How many are not settled, these included."""


class Outgoing(NamedTuple):
    """A mutation that has its place."""

    mid: str
    seq: int
    age_ms: int
    body: bytes
    """The operation as JSON."""


class Received(NamedTuple):
    """A whole line of the answer to `Call`, without its newline."""

    line: bytes


class AnswerEnded(NamedTuple):
    """The answer to `Call` ended in order, as far as HTTP can tell."""


class CallFailed(NamedTuple):
    """`Call` or `CallSalvage` brought no answer, or its answer broke."""

    error: TransportError


class Salvaged(NamedTuple):
    """The answer to `CallSalvage`."""

    results: tuple[Result, ...]


class StorageFailed(NamedTuple):
    """A storage effect failed and changed nothing; other storage effects after it were not performed."""

    error: Overtaken | Malformed | SealedError


class PassEnded(NamedTuple):
    """`EndPass` is done."""

    at: dt.datetime


class ListenOpened(NamedTuple):
    """The events' stream was answered."""

    number: int


class Heard(NamedTuple):
    """A sign of life came on the events' stream."""

    number: int


class Poked(NamedTuple):
    """The backend says that something has changed."""

    number: int


class ListenEnded(NamedTuple):
    """The events' stream ended, or never began."""

    number: int
    error: TransportError | None
    """None if it ended in order."""


Event: TypeAlias = (
    Led
    | LocalChange
    | RetryNow
    | TimeIsUp
    | Prepared
    | Received
    | AnswerEnded
    | CallFailed
    | Salvaged
    | StorageFailed
    | PassEnded
    | ListenOpened
    | Heard
    | Poked
    | ListenEnded
)

# ------------------------------------------------------------------ effects on the files


class Prepare(NamedTuple):
    """Read where the cache stands, and give what is to be sent its place. Answered by `Prepared`."""

    most: int
    """No more mutations than this; 0 for none."""
    most_bytes: int
    """Nor more bytes of their operations, but for a first that is longer alone."""


class Accept(NamedTuple):
    """The backend answered: its view of the account takes effect at once."""

    head: Head


class Settle(NamedTuple):
    """What became of mutations is kept for good."""

    results: tuple[Result, ...]


class Commit(NamedTuple):
    """A page to be applied in one transaction together with its cursor."""

    changes: tuple[Change, ...]
    cursor: str
    left: int | None
    """About how many records are still to come, where the backend knows."""


class EndPass(NamedTuple):
    """Everything visible is there and everything sent is in it. Answered by `PassEnded`."""


class NewClient(NamedTuple):
    """Take a new name as a client and count from 1 again."""

    again: bool
    """Send again also what was done already: the backend may have lost it, and knows by ``mid`` if not."""


class Purge(NamedTuple):
    """Delete what left the view, if no pass was complete since for too long."""

    hidden_for: dt.timedelta


StorageEffect: TypeAlias = Prepare | Accept | Settle | Commit | EndPass | NewClient | Purge

# ------------------------------------------------------------------ other effects


class Call(NamedTuple):
    """Send a request and tell of its answer: `Received` for each line, then `AnswerEnded` or `CallFailed`."""

    request: SyncRequest


class HangUp(NamedTuple):
    """Nothing of the answer under way counts any more, and nothing is to be told of it."""


class CallSalvage(NamedTuple):
    """Send what somebody whose account was disabled had not sent. Answered by `Salvaged` or `CallFailed`."""

    cid: str
    mutations: tuple[msgspec.Raw, ...]


class Listen(NamedTuple):
    """Open the events' stream and tell of it under this number."""

    number: int


class StopListening(NamedTuple):
    """Close it. What is told of it later is ignored."""


class Tell(NamedTuple):
    """How things stand, for the person."""

    line: Line
    problem: str = ""
    received: int = 0
    """Records that have come in the pass under way."""
    left: int | None = None
    synced_at: dt.datetime | None = None
    """When a pass ended just now; None otherwise."""


class Failed(NamedTuple):
    """A pass came to nothing: for those who run but one. An engine goes on by itself unless `Halt` follows."""

    error: Exception


class Halt(NamedTuple):
    """Only a person can help: the engine will do nothing more."""


Effect: TypeAlias = StorageEffect | Call | HangUp | CallSalvage | Listen | StopListening | Tell | Failed | Halt

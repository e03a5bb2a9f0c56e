"""What the engine is told and what it asks for: the whole language between it and the world.

An engine is told an `Event` at a time and answers with `Effect`s, to be performed in their order. `StorageEffect`s are
performed by ``executor``, which tells what came of them; the others are for whoever drives the engine (threads in
``live``, virtual time in a simulation).
"""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import msgspec

from sellmode_contract.wire import Drop, Head, Put, Remove, Result, Sweep, SyncRequest
from sellmode_tui.cache.store import Overtaken
from sellmode_tui.cache.tables import Malformed
from sellmode_tui.sealed import SealedError
from sellmode_tui.sync.status import Line
from sellmode_tui.transport.errors import TransportError

Change: TypeAlias = Put | Remove | Sweep | Drop


class _Message(msgspec.Struct, frozen=True):
    """Equal to one of the same type only, which tuples are not."""


# ------------------------------------------------------------------ events


class Led(_Message, frozen=True):
    """Whether this process syncs the account from now on. Nothing happens before the first of these."""

    leading: bool


class LocalChange(_Message, frozen=True):
    """There is something new to send: this process or another wrote it, or the backend has learnt of it."""


class Typed(_Message, frozen=True):
    """The person types an answer to the customer of a request."""

    request: str


class RetryNow(_Message, frozen=True):
    """The person wants to know now."""


class TimeIsUp(_Message, frozen=True):
    """The moment `Engine.due` has come. Too early or too often is no harm."""


class Prepared(_Message, frozen=True):
    """What a call is made of, as it stands in the files; answers `Prepare`."""

    device: str
    epoch: str | None
    cursor: str | None
    cid: str
    mutations: tuple[Outgoing, ...]
    """In the order of their ``seq``."""
    waiting: int
    """How many are not settled, these included."""


class Outgoing(_Message, frozen=True):
    """A mutation that has its place."""

    mid: str
    seq: int
    age_ms: int
    body: bytes
    """The operation as JSON."""


class Received(_Message, frozen=True):
    """A whole line of the answer to `Call`, without its newline."""

    line: bytes


class AnswerEnded(_Message, frozen=True):
    """The answer to `Call` ended in order, as far as HTTP can tell."""


class CallFailed(_Message, frozen=True):
    """`Call` or `CallSalvage` brought no answer, or its answer broke."""

    error: TransportError


class Salvaged(_Message, frozen=True):
    """The answer to `CallSalvage`."""

    results: tuple[Result, ...]


class StorageFailed(_Message, frozen=True):
    """A storage effect failed and changed nothing; other storage effects after it were not performed."""

    error: Overtaken | Malformed | SealedError


class PassEnded(_Message, frozen=True):
    """`EndPass` is done."""

    at: dt.datetime


class Probed(_Message, frozen=True):
    """The answer to `Probe`, or that there is none."""

    error: TransportError | None
    """None if the backend answered as it should."""


class Awoke(_Message, frozen=True):
    """This process was suspended or starved: that it heard nothing for a while says nothing about the line."""


class ListenOpened(_Message, frozen=True):
    """The events' stream was answered."""

    number: int


class Heard(_Message, frozen=True):
    """A sign of life came on the events' stream."""

    number: int


class Poked(_Message, frozen=True):
    """The backend says that something has changed."""

    number: int


class ListenEnded(_Message, frozen=True):
    """The events' stream ended, or never began."""

    number: int
    error: TransportError | None
    """None if it ended in order."""


Event: TypeAlias = (
    Led
    | LocalChange
    | Typed
    | RetryNow
    | TimeIsUp
    | Prepared
    | Received
    | AnswerEnded
    | CallFailed
    | Salvaged
    | StorageFailed
    | PassEnded
    | Probed
    | Awoke
    | ListenOpened
    | Heard
    | Poked
    | ListenEnded
)

# ------------------------------------------------------------------ effects on the files


class Prepare(_Message, frozen=True):
    """Read where the cache stands, and give what is to be sent its place. Answered by `Prepared`."""

    most: int
    """No more mutations than this; 0 for none."""
    most_bytes: int
    """Nor more bytes of their operations, but for a first that is longer alone."""
    fresh: bool
    """Whether to take also what was in no call yet. Once it was, nobody can tell whether it has arrived."""


class Accept(_Message, frozen=True):
    """The backend answered: its view of the account takes effect at once."""

    head: Head


class Settle(_Message, frozen=True):
    """What became of mutations is kept for good."""

    results: tuple[Result, ...]


class Release(_Message, frozen=True):
    """Send what the backend was too old for again, whatever it knows."""


class Commit(_Message, frozen=True):
    """A page to be applied in one transaction together with its cursor."""

    changes: tuple[Change, ...]
    cursor: str
    left: int | None
    """About how many records are still to come, where the backend knows."""


class EndPass(_Message, frozen=True):
    """Everything visible is there and everything sent is in it. Answered by `PassEnded`."""


class NewClient(_Message, frozen=True):
    """Take a new name as a client and count from 1 again."""

    again: bool
    """Send again also what was done already: the backend may have lost it, and knows by ``mid`` if not."""


class Purge(_Message, frozen=True):
    """Delete what left the view, if no pass was complete since for too long."""

    hidden_for: dt.timedelta


StorageEffect: TypeAlias = Prepare | Accept | Settle | Release | Commit | EndPass | NewClient | Purge

# ------------------------------------------------------------------ other effects


class Call(_Message, frozen=True):
    """Send a request and tell of its answer: `Received` for each line, then `AnswerEnded` or `CallFailed`."""

    request: SyncRequest


class HangUp(_Message, frozen=True):
    """Nothing of the answer under way counts any more, and nothing is to be told of it."""


class CallSalvage(_Message, frozen=True):
    """Send what somebody whose account was disabled had not sent. Answered by `Salvaged` or `CallFailed`."""

    cid: str
    mutations: tuple[msgspec.Raw, ...]


class Probe(_Message, frozen=True):
    """Ask the backend for a sign of life, on a connection of its own. Answered by `Probed`, once."""


class Listen(_Message, frozen=True):
    """Open the events' stream and tell of it under this number."""

    number: int


class StopListening(_Message, frozen=True):
    """Close it. What is told of it later is ignored."""


class Tell(_Message, frozen=True):
    """How things stand, for the person."""

    line: Line
    problem: str = ""
    received: int = 0
    """Records that have come in the pass under way."""
    left: int | None = None
    synced_at: dt.datetime | None = None
    """When a pass ended just now; None otherwise."""


class Failed(_Message, frozen=True):
    """A pass came to nothing: for those who run but one. An engine goes on by itself unless `Halt` follows."""

    error: Exception


class Halt(_Message, frozen=True):
    """Only a person can help: the engine will do nothing more."""


Effect: TypeAlias = StorageEffect | Call | HangUp | CallSalvage | Probe | Listen | StopListening | Tell | Failed | Halt

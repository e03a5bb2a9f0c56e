"""What is sent, how much of it in a call, and when again after a failure: decisions without I/O."""

from __future__ import annotations

import random
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from sellmode_contract import wire
from sellmode_contract.mutations import Queued
from sellmode_contract.wire import Result, SyncRequest
from sellmode_tui.sync.events import Outgoing, Prepared
from sellmode_tui.sync.schedule import backoff

BATCH_BYTES: Final = 192 * 1024
"""So much of operations in a call leaves room for the cursor and what goes around them."""
_AROUND: Final = 200
"""Bytes that a mutation takes in a request besides its operation, at most."""

_FAULTS = {
    "body_too_large": Result(
        mid="", seq=0, st="rejected", code="too_large", detail="The server takes no change of this size."
    ),
    "bad_request": Result(mid="", seq=0, st="rejected", code="invalid", detail="The server cannot read this change."),
}
"""Refusals of a whole call that may be one mutation's fault, and what is said of it then."""


class Sending:
    """How the backend takes what is sent."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._most = wire.MAX_MUTATIONS
        self._suspect: Result | None = None
        """The mutation because of which, it seems, a whole call was refused: a call without it shows."""
        self._failures = 0
        self._next_at = 0.0
        """Before this nothing is sent, though it may be fetched: the backend failed at what comes first."""

    @property
    def failing(self) -> bool:
        """Whether the backend failed at what comes first."""
        return self._failures > 0

    @property
    def next_at(self) -> float:
        """From when on something may be sent."""
        return self._next_at

    def most(self, now: float) -> int:
        """How many mutations the next call may take; 0 if it is only to fetch."""
        return self._most if self._suspect is None and self._next_at <= now else 0

    def begin(self) -> None:
        """A pass begins."""
        self._suspect = None

    def hasten(self, at: float) -> None:
        """Something may be sent from then on."""
        self._next_at = min(self._next_at, at)

    def blame(self, code: str, sent: Mapping[str, int]) -> bool:
        """A call with mutations, by mid and number, was refused; whether another call may show whose fault it is."""
        if code not in _FAULTS or not sent:
            return False
        if len(sent) > 1:
            self._most = len(sent) // 2
        else:
            ((mid, seq),) = sent.items()
            self._suspect = msgspec.structs.replace(_FAULTS[code], mid=mid, seq=seq)
        return True

    def convicted(self) -> Result | None:
        """A call was heard; what becomes of the mutation without which it was, if there is such a one."""
        suspect, self._suspect = self._suspect, None
        if suspect is not None and suspect.code != "too_large":
            self._most = wire.MAX_MUTATIONS
        return suspect

    def judge(self, sent: AbstractSet[str], settled: AbstractSet[str], *, stuck: bool, now: float) -> None:
        """An answer was heard to its end; ``stuck``: the backend failed at a mutation."""
        if stuck or sent - settled:
            self._failures += 1
            self._next_at = now + backoff(self._chance, self._failures)
        elif sent:
            self._failures = 0

    def done(self) -> None:
        """Nothing is left to send."""
        self._most, self._failures = wire.MAX_MUTATIONS, 0


def fitting(prepared: Prepared) -> list[Outgoing]:
    """As many mutations as fit into a request's body, from the first; at least one if there is any."""
    room = wire.MAX_BODY_BYTES - 2000 - 2 * len(prepared.cursor or "") - 2 * len(prepared.device)
    found: list[Outgoing] = []
    for each in prepared.mutations:
        room -= len(each.body) + _AROUND
        if room < 0 and found:
            break
        found.append(each)
    return found


def request(prepared: Prepared, mutations: list[Outgoing], typing: str) -> SyncRequest:
    """A call's message; ``typing`` is the request whose customer is being written to."""
    return SyncRequest(
        device=prepared.device,
        epoch=prepared.epoch,
        cursor=prepared.cursor,
        cid=prepared.cid,
        m=queued(mutations),
        typing=typing,
    )


def queued(mutations: list[Outgoing]) -> tuple[msgspec.Raw, ...]:
    """Mutations as they are sent."""
    return tuple(
        msgspec.Raw(
            msgspec.json.encode(Queued(mid=each.mid, seq=each.seq, age_ms=each.age_ms, do=msgspec.Raw(each.body)))
        )
        for each in mutations
    )

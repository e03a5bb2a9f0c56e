"""One answer to ``POST /v1/sync``, understood line by line, without I/O.

The lines of a page are held back until its checkpoint, so that they and the cursor become durable together; whatever
follows the last checkpoint of a cut answer is forgotten. A line that breaks the contract ends the answer there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import msgspec

from sellmode_contract.text import visible
from sellmode_contract.wire import Checkpoint, Drop, End, Head, KeepAlive, Line, Put, Remove, Sweep

MAX_PAGE_LINES = 5000
"""A longer page is refused: pages are held in memory."""


class BrokenStream(Exception):
    """The answer is not one that the contract allows; what came before its last checkpoint counts.

    The text may repeat what the backend sent, made safe to show.
    """


class Accept(NamedTuple):
    """The backend answered: its view of the account takes effect at once."""

    head: Head


class Commit(NamedTuple):
    """A page to be applied in one transaction together with its cursor."""

    changes: tuple[Put | Remove | Sweep | Drop, ...]
    cursor: str
    left: int | None
    """About how many records are still to come, where the backend knows."""


class Finish(NamedTuple):
    """The answer is complete."""

    more: bool
    poll_s: int
    spread_ms: int


Effect: TypeAlias = Accept | Commit | Finish

_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class Answer:
    """Reads one answer; ``receive`` takes its lines in order and gives what is to be done."""

    def __init__(self) -> None:
        self._head: Head | None = None
        self._page: list[Put | Remove | Sweep | Drop] = []
        self._number = 0
        self.finished = False
        """Whether the last line has come. An answer that ends before it was cut."""

    def receive(self, line: bytes) -> Effect | None:
        """What a line asks for, if anything yet. Raises BrokenStream."""
        self._number += 1
        if self.finished:
            raise self._broken("comes after the end")
        try:
            message = _decoder.decode(line)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise self._broken(f"cannot be read ({error})") from None
        if isinstance(message, KeepAlive):
            return None
        if isinstance(message, Head):
            return self._accept(message)
        if self._head is None:
            raise self._broken("comes before the head")
        if isinstance(message, Checkpoint):
            return self._commit(message)
        if isinstance(message, End):
            return self._finish(message)
        self._collect(message, self._head)
        return None

    def _accept(self, head: Head) -> Accept:
        if self._head is not None:
            raise self._broken("is a second head")
        self._head = head
        return Accept(head)

    def _collect(self, change: Put | Remove | Sweep | Drop, head: Head) -> None:
        if isinstance(change, Put | Sweep) and change.s not in head.scopes:
            raise self._broken(f"belongs to scope {change.s}, which this account does not have")
        if len(self._page) == MAX_PAGE_LINES:
            raise self._broken(f"makes a page longer than {MAX_PAGE_LINES} lines")
        self._page.append(change)

    def _commit(self, checkpoint: Checkpoint) -> Commit:
        if checkpoint.n != len(self._page):
            raise self._broken(f"counts {checkpoint.n} lines in a page where {len(self._page)} came")
        changes, self._page = tuple(self._page), []
        return Commit(changes, checkpoint.cur, checkpoint.left)

    def _finish(self, end: End) -> Finish:
        if self._page:
            raise self._broken("ends the answer in the middle of a page")
        self.finished = True
        return Finish(end.more, end.poll_s, end.spread_ms)

    def _broken(self, what: str) -> BrokenStream:
        return BrokenStream(f"line {self._number} of the answer {visible(what)}")


def effects(lines: Iterator[bytes]) -> Iterator[Effect]:
    """Everything a whole answer asks for, as its lines come. Raises BrokenStream, also for an answer that was cut."""
    answer = Answer()
    for line in lines:
        if (effect := answer.receive(line)) is not None:
            yield effect
    if not answer.finished:
        raise BrokenStream("the answer was cut before its last line")

"""One answer to ``POST /v1/sync``, understood line by line, without I/O.

The lines of a page are held back until its checkpoint, so that they and the cursor become durable together; whatever
follows the last checkpoint of a cut answer is forgotten. What became of the mutations comes before the first page, and
counts even if the answer breaks right after. A line that breaks the contract ends the answer there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from sellmode_contract.text import visible
from sellmode_contract.wire import Checkpoint, End, Head, KeepAlive, Line, Put, Result, Sweep
from sellmode_tui.sync.events import Accept, Change, Commit, Settle

MAX_PAGE_LINES: Final = 5000
"""A longer page is refused: pages are held in memory."""

MAX_KEEP_ALIVES: Final = 100
"""With so many in a row, one in ten seconds, nothing has come for a quarter of an hour: the answer is given up."""

Done: TypeAlias = Accept | Settle | Commit | End

_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class BrokenStream(Exception):
    """The answer is not one that the contract allows; what came before its last checkpoint counts.

    The text may repeat what the backend sent, made safe to show.
    """


class Answer:
    """Reads one answer; ``receive`` takes its lines in order and gives what is to be done."""

    def __init__(self, sent: Mapping[str, int] | None = None) -> None:
        """``sent`` gives the ``seq`` of each mutation of the request, by ``mid``."""
        self.finished: End | None = None
        """The last line, once it has come. An answer that ends before it was cut."""
        self._sent = dict(sent or {})
        self._head: Head | None = None
        self._results: list[Result] = []
        self._paged = False
        self._page: list[Change] = []
        self._number = 0
        self._keep_alives = 0
        """How many came since anything else did."""

    def receive(self, line: bytes) -> Sequence[Done]:
        """What a line asks for, if anything yet. Raises BrokenStream."""
        self._number += 1
        if self.finished:
            raise self._broken("comes after the end")
        try:
            message = _decoder.decode(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise self._broken(f"cannot be read ({error})") from None
        self._keep_alives = self._keep_alives + 1 if isinstance(message, KeepAlive) else 0
        if self._keep_alives > MAX_KEEP_ALIVES:
            raise self._broken("says once more that the backend is there, and brings nothing")
        if isinstance(message, Head):
            return self._accept(message)
        if self._head is None:
            if isinstance(message, KeepAlive):
                return ()
            raise self._broken("comes before the head")
        if isinstance(message, Result):
            return self._keep(message)
        settled = self.unsettled()
        if isinstance(message, Checkpoint):
            return (*settled, self._commit(message))
        if isinstance(message, End):
            return (*settled, self._finish(message))
        if not isinstance(message, KeepAlive):
            self._collect(message, self._head)
        return settled

    def unsettled(self) -> Sequence[Settle]:
        """Results that came and were not given yet. Each is given once, also where the answer breaks after it."""
        if not self._results:
            return ()
        results, self._results = tuple(self._results), []
        return (Settle(results),)

    def _accept(self, head: Head) -> Sequence[Done]:
        if self._head is not None:
            raise self._broken("is a second head")
        self._head = head
        if head.reset:
            self._sent = {}
        return (Accept(head),)

    def _keep(self, result: Result) -> Sequence[Done]:
        if self._paged:
            raise self._broken("tells of a mutation after the first page")
        if self._sent.pop(result.mid, None) != result.seq:
            raise self._broken("tells of a mutation that this call did not bring")
        self._results.append(result)
        return ()

    def _collect(self, change: Change, head: Head) -> None:
        self._paged = True
        if isinstance(change, Put | Sweep) and change.s not in head.scopes:
            raise self._broken(f"belongs to scope {change.s}, which this account does not have")
        if len(self._page) == MAX_PAGE_LINES:
            raise self._broken(f"makes a page longer than {MAX_PAGE_LINES} lines")
        self._page.append(change)

    def _commit(self, checkpoint: Checkpoint) -> Commit:
        self._paged = True
        if checkpoint.n != len(self._page):
            raise self._broken(f"counts {checkpoint.n} lines in a page where {len(self._page)} came")
        changes, self._page = tuple(self._page), []
        return Commit(changes, checkpoint.cur, checkpoint.left)

    def _finish(self, end: End) -> End:
        if self._page:
            raise self._broken("ends the answer in the middle of a page")
        self.finished = end
        return end

    def _broken(self, what: str) -> BrokenStream:
        return BrokenStream(f"line {self._number} of the answer {visible(what)}")


def read(lines: Iterable[bytes], sent: Mapping[str, int] | None = None) -> Iterator[Done]:
    """Everything a whole answer asks for, as its lines come. Raises BrokenStream, also for an answer that was cut."""
    answer = Answer(sent)
    try:
        for line in lines:
            yield from answer.receive(line)
    except BrokenStream:
        yield from answer.unsettled()
        raise
    yield from answer.unsettled()
    if not answer.finished:
        raise BrokenStream(CUT)


CUT: Final = "the answer was cut before its last line"

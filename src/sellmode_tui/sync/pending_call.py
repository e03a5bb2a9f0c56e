"""What is known of the call under way, and of the last one until the next."""

from __future__ import annotations

from collections.abc import Iterable

from sellmode_contract.wire import Result
from sellmode_tui.sync.answer import Answer
from sellmode_tui.sync.events import Outgoing


class PendingCall:
    """A call with the mutations sent in it; ``waiting`` counts all that were not settled, those sent included."""

    def __init__(self, mutations: Iterable[Outgoing] = (), waiting: int = 0, begun_at: float = 0.0) -> None:
        self.heard_at = begun_at
        """When a line of its answer came last."""
        self.sent = {each.mid: each.seq for each in mutations}
        self.waiting = waiting
        self.answer: Answer | None = Answer(self.sent)
        """None as soon as nothing more of it counts."""
        self.settled: set[str] = set()
        self.records = 0
        self.stuck = False
        """Whether the backend failed at a mutation (``retry``)."""
        self.gap = False
        """Whether the backend misses mutations that came before those sent."""
        self.reset = False
        """Whether the backend has another history than the one this terminal knows."""
        self.held_back = False
        """Whether something that was in no call yet waits until the backend has answered."""

    @property
    def leaves_more(self) -> bool:
        """Whether there is reason to send more."""
        return (len(self.settled) > 0 or self.held_back) and len(self.settled) < self.waiting

    @property
    def settles_all(self) -> bool:
        """Whether nothing waits any more."""
        return len(self.settled) == self.waiting

    def settle(self, results: tuple[Result, ...]) -> tuple[Result, ...]:
        """Note results; gives those to keep."""
        kept = tuple(result for result in results if result.st != "gap")
        self.gap = self.gap or len(kept) < len(results)
        self.stuck = self.stuck or any(result.st == "retry" for result in kept)
        self.settled.update(result.mid for result in kept if result.st != "retry")
        return kept

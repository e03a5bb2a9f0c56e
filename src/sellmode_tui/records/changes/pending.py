"""What is shown and not with the server yet, and what it refused: for profiles and lists to say so where it stands."""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sellmode_contract.mutations import Claim, Edit, Merge, Operation, Rejected, Share, Transfer, target
from sellmode_tui.journal.entries import Entry, TrayItem
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.records.wording import customer_of
from sellmode_tui.sealed import Closed


@dataclass(frozen=True)
class Marks:
    """One's own changes about a customer that wait to be sent, or that were refused."""

    number: int = 0
    fields: frozenset[str] = frozenset()
    """Of the customer: ``phone``, ``sizes``, ``custom.pet``."""
    records: frozenset[str] = frozenset()
    """Ids of what belongs to the customer: notes, contacts, dates, consents, tasks."""
    shares: frozenset[str] = frozenset()
    """Ids of the lookbooks that are to be shared."""
    claims: frozenset[str] = frozenset()
    """Ids of the requests and tasks that are to be taken, or passed on."""


_NONE = Marks()


@dataclass(frozen=True)
class Pending:
    """The changes at one moment."""

    change: tuple[str, int] | None = None
    """Of which journal, and as of which change of it; another one may have others."""
    unsent: dict[str, Marks] = field(default_factory=dict)
    """By customer (id); under an empty one what belongs to none."""
    refused: dict[str, Marks] = field(default_factory=dict)

    def unsent_of(self, customer: str) -> Marks:
        """What waits to be sent about a customer."""
        return self.unsent.get(customer, _NONE)

    @property
    def unsent_records(self) -> frozenset[str]:
        """Ids of all that waits to be sent, but customers."""
        return frozenset().union(*(marks.records for marks in self.unsent.values()))

    @property
    def unsent_claims(self) -> frozenset[str]:
        """Ids of all that is to be taken or passed on, which somebody else may have been faster to take."""
        return frozenset().union(*(marks.claims for marks in self.unsent.values()))

    def refused_of(self, customer: str) -> Marks:
        """What was refused about a customer."""
        return self.refused.get(customer, _NONE)


class PendingReader:
    """Reads the changes of an outbox, once for each of its changes. Any thread may ask."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._lock = threading.Lock()
        self._known = Pending()

    def read(self) -> Pending:
        """The changes by now; once the outbox is closed, as they were read last."""
        with self._lock, contextlib.suppress(Closed):
            change = self._outbox.stands_at()
            if self._known.change != change:
                # Read after the number: what comes in between is read once more, not missed.
                self._known = Pending(change, _marks(self._outbox.waiting()), _marks(self._outbox.tray.items()))
        return self._known


def _marks(changes: Iterable[Entry | TrayItem]) -> dict[str, Marks]:
    numbers: dict[str, int] = defaultdict(int)
    fields: dict[str, set[str]] = defaultdict(set)
    records: dict[str, set[str]] = defaultdict(set)
    shares: dict[str, set[str]] = defaultdict(set)
    claims: dict[str, set[str]] = defaultdict(set)
    for each in changes:
        try:
            operation = each.operation
        except Rejected:
            continue  # of another version: it stands on the Sync page and in Needs attention
        customer = operation.keep if isinstance(operation, Merge) else (customer_of(operation, each.before) or "")
        numbers[customer] += 1
        kind, id = target(operation)
        if kind == "customer":
            fields[customer].update(_fields(operation))
        else:
            records[customer].add(id)
        if isinstance(operation, Share):
            shares[customer].add(id)
        if isinstance(operation, Claim | Transfer):
            claims[customer].add(id)
    return {
        customer: Marks(
            number,
            frozenset(fields[customer]),
            frozenset(records[customer]),
            frozenset(shares[customer]),
            frozenset(claims[customer]),
        )
        for customer, number in numbers.items()
    }


def _fields(operation: Operation) -> Iterable[str]:
    """The fields of a customer that a change writes; of sizes, which stand in one line, the whole."""
    names = {*operation.set, *operation.add, *operation.remove} if isinstance(operation, Edit) else set()
    return {"sizes" if name.startswith("sizes.") else name for name in names}

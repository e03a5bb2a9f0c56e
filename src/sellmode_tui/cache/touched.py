"""What a mutation reads and writes, by names that records and groups of records have where kinds are mixed."""

from __future__ import annotations

from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.mutations import Outcome, Reader
from sellmode_contract.records import Record, parent_of

_BELONGING = tuple(name for name, kind in KINDS.items() if "customer" in kind.record.__struct_fields__)
"""The kinds that may belong to a customer."""


def key(kind: str, id: str) -> str:
    """The name of a record."""
    return f"{kind}/{id}"


def keys(kind: str, id: str, customer: str | None) -> set[str]:
    """What changes with a record: itself, and what its customer has of its kind."""
    return {key(kind, id)} if customer is None else {key(kind, id), _of(customer, kind)}


def _of(customer: str, kind: str) -> str:
    return f"{kind} of {customer}"


class Touched:
    """A ``Reader`` that notes what is read through it, and what is written then."""

    def __init__(self, records: Reader) -> None:
        self._records = records
        self._customers: dict[tuple[str, str], str | None] = {}
        """Of each record that was read, whose it is."""
        self.read: set[str] = set()
        self.written: set[str] = set()
        """Records count as read where they are written. A customer's records of a kind do not: who adds one does not
        mind who adds another."""

    def get(self, kind: str, id: str) -> Record | None:
        """A record."""
        self.read.add(key(kind, id))
        record = self._records.get(kind, id)
        return None if record is None else self._seen(record)

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        """What a customer allows on a channel."""
        self.read.add(_of(customer, "consent"))
        found = self._records.consent(customer, channel)
        if found is not None:
            self._seen(found)
        return found

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        """What belongs to a customer, of one kind or of all."""
        self.read.update(_of(customer, each) for each in ((kind,) if kind else _BELONGING))
        return [self._seen(record) for record in self._records.belongings(customer, kind)]

    def _seen(self, record: Record) -> Record:
        # By its own name too: of one that leaves or moves to somebody else, nobody says whose it was.
        self.read.add(key(kind_of(record), record.id))
        self._customers[kind_of(record), record.id] = parent_of(record)
        return record

    def write(self, outcome: Outcome) -> None:
        """Note what an outcome puts and removes."""
        for record in outcome.puts:
            customer = parent_of(record)
            self.read.add(key(kind_of(record), record.id))
            self.written |= keys(kind_of(record), record.id, customer)
            if customer is not None:
                self.read.add(key("customer", customer))  # who decides about who sees it
        for kind, id in outcome.removes:
            self.read.add(key(kind, id))
            self.written |= keys(kind, id, self._customers.get((kind, id)))

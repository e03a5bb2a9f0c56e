"""The records that mutations change, read and locked together before anything is judged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TypeGuard

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.store import merging, records
from sellmode_backend.store.records import Key, Stored
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.manual_task import TaskCard
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.mutations import Create, Merge, Operation, Rejected, SetConsent, customers_of, decode, target
from sellmode_contract.records import Record

_NOBODY = ""
"""No customer's id, looked for where there is none to be looked for."""


class Moved(Exception):
    """A record's customer changed before its row was locked. Nothing was written: try again."""


class Targets:
    """A ``Reader`` of what is stored (``contract.mutations``); what operations name is held until the transaction ends.

    Customers are held first, then the rest by kind and id, as everywhere: so two writers do not wait for each other.
    """

    def __init__(self, connection: Connection, operations: Sequence[Operation]) -> None:
        self._connection = connection
        self._stored: dict[Key, Stored | None] = {}
        self._consents: dict[str, list[Consent]] = {}
        self.kept: dict[str, str] = {}
        """Customers who were merged into another one, by id: who has become of them."""
        self._hold(operations)

    def _hold(self, operations: Sequence[Operation]) -> None:
        named = {id for operation in operations if (id := customers_of(operation))}
        others = {key for operation in operations if (key := target(operation))[0] != "customer"}
        # Lines are numbered one after the other.
        answered = {("request", str(made.doc.get("request"))) for made in operations if _is_line(made)}
        others |= answered
        asked = {
            key
            for operation in operations
            if not isinstance(operation, Create) and (key := target(operation)) in others
        }
        before = records.stored(self._connection, asked | answered)
        named.update((before[key].parent if key in before else None) or key[1] for key in answered)
        consents_of = {operation.customer for operation in operations if isinstance(operation, SetConsent)}
        for operation in operations:
            if target(operation) not in asked:
                continue
            seen = before.get(target(operation))
            # A customer is looked for in any case: what is not there takes as long as what is.
            named.update((_people(seen, operation) if seen else ()) or {target(operation)[1]})
            if seen is None:
                continue
            if isinstance(seen.record, TaskCard):
                others.add(("manual_task", seen.record.task))
            if isinstance(seen.record, ParkedEdit) and (inner := handed_over(seen.record)):
                named.update({seen.record.customer, customers_of(inner) or seen.record.customer})
                if isinstance(inner, SetConsent):
                    consents_of.add(seen.record.customer)
                if target(inner)[0] != "customer":
                    others.add(target(inner))
        self._read(("customer", id) for id in named)
        kept = merging.kept(self._connection, named)
        self.kept = {id: into for id, into in kept.items() if self._stored["customer", id] is None}
        self._read(("customer", id) for id in (self.kept.values() or [_NOBODY]))
        self._read(others)
        for key in asked | answered:
            now, seen = self._stored[key], before.get(key)
            if now is not None and now.parent != (seen.parent if seen else None):
                raise Moved
        self._read_consents({self.kept.get(id, id) for id in consents_of})

    def _read(self, keys: Iterable[Key]) -> None:
        wanted = [key for key in keys if key not in self._stored]
        found = records.stored(self._connection, wanted, lock=True)
        self._stored.update({key: found.get(key) for key in wanted})

    def _read_consents(self, customers: Collection[str]) -> None:
        # Whoever writes a consent holds its customer, as is done here already.
        found = records.belongings(self._connection, customers, "consent")
        self._stored.update(found)
        self._consents.update({id: [] for id in customers})
        for stored in found.values():
            if isinstance(stored.record, Consent):
                self._consents[stored.record.customer].append(stored.record)

    def stored(self, key: Key) -> Stored | None:
        """A record with its tags."""
        if key not in self._stored:
            # A repeating task's next one, which is changed with it: no operation names it.
            self._stored[key] = records.stored(self._connection, [key], lock=key[0] == "manual_task").get(key)
        return self._stored[key]

    def get(self, kind: str, id: str) -> Record | None:
        """A record."""
        stored = self.stored((kind, id))
        return stored.record if stored else None

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        """What a customer allows on a channel."""
        if customer not in self._consents:
            self._read_consents({customer})
        return next((consent for consent in self._consents[customer] if consent.channel == channel), None)

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        """What belongs to a customer, of one kind or of all."""
        return records.children(self._connection, customer, kind)


def handed_over(parked: ParkedEdit) -> Operation | None:
    """The operation of a parked edit; None if it can no longer be read."""
    try:
        return decode(msgspec.json.encode(parked.operation))
    except Rejected:
        return None


def _is_line(operation: Operation) -> TypeGuard[Create]:
    return isinstance(operation, Create) and operation.kind == "chat_line"


def _people(seen: Stored, operation: Operation) -> set[str]:
    """Ids of the customers that a changed record belongs to."""
    if isinstance(operation, Merge) and isinstance(seen.record, DuplicatePair):
        return set(seen.record.customers)
    return {seen.parent} if seen.parent else set()

"""Merging two customers as a push does."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from sellmode_backend.store import duplicates, merging, records
from sellmode_backend.store.database import Database
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations import Merge, Reader, World
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
MIA = Account(id="mia", user_name="mia", name="Mia", role="manager", stores=("s",))
"""Whose merges they are."""


class Stored:
    """The records of a connection, as a ``Reader``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, kind: str, id: str) -> Record | None:
        return records.read(self._connection, kind, id)

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        raise AssertionError("not asked for")

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        return records.children(self._connection, customer, kind)


def world(reader: Reader) -> World:
    return World(records=reader, account=MIA, retailer=None, mid="m1", now=NOW)


def merge(database: Database, keep: str, other: str, take: tuple[str, ...] = ()) -> Customer:
    """Merge a pair, and see that nothing of the other one is left; gives the customer who stays."""
    with database.transaction() as connection:
        operation = Merge(id=duplicates.pair_id(keep, other), keep=keep, take=take)
        merged = merging.merge(operation, world(Stored(connection)))
        before = records.read(connection, "customer", keep)
        assert isinstance(before, Customer)
        records.write(connection, merged.outcome.puts, removed=merged.outcome.removes, why="merged")
        after = next(item for item in merged.outcome.puts if isinstance(item, Customer))
        merging.settle(connection, [merged], NOW)
        duplicates.watch(connection, {keep: (before, after), merged.gone.id: (merged.gone, None)})
    with database.snapshot() as connection:
        assert merged.gone.id == other
        assert records.read(connection, "customer", other) is None
        assert records.children(connection, other) == []
        kept = records.read(connection, "customer", keep)
    assert isinstance(kept, Customer)
    return kept

"""Writing and reading records: what is stored, counted, re-tagged and removed."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.store import feeds, records, settings
from sellmode_backend.store.database import Database
from sellmode_backend.store.schema import record
from sellmode_contract.records import Contact, Customer, CustomerCard, Note, Product, source_id

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)

ANA = Customer(id="c-1", store="S1", owner="A1", given_name="Ana", email="ana@example.com")


def stored(database: Database, kind: str, id: str) -> sa.Row[tuple[object, ...]] | None:
    with database.snapshot() as connection:
        return connection.execute(sa.select(record).where(record.c.kind == kind, record.c.id == id)).one_or_none()


def test_what_is_written_is_read_back(database: Database) -> None:
    product = Product(id="p-1", sku="1", title="Robe \u0000 é 👗", currency="USD", price=1250, tags=("a", "b"))
    with database.transaction() as connection:
        assert records.write(connection, [product, ANA]) == 2
    with database.snapshot() as connection:
        assert records.read(connection, "product", "p-1") == product
        assert records.read(connection, "customer", "c-1") == ANA
        assert records.read(connection, "customer", "p-1") is None
        assert list(records.each(connection, "customer")) == [ANA]


def test_an_equal_record_is_left_alone(database: Database) -> None:
    with database.transaction() as connection:
        assert records.write(connection, [ANA]) == 1
    before = stored(database, "customer", "c-1")
    with database.transaction() as connection:
        assert records.write(connection, [ANA]) == 0
        assert feeds.head(connection, "S1") == 1
    assert stored(database, "customer", "c-1") == before

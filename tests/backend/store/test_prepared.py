"""Queries that are asked as text: they give what SQLAlchemy would give, and fail as it fails."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from sellmode_backend.store.database import Database
from sellmode_backend.store.prepared import Prepared, run
from sellmode_backend.store.schema import account
from tests.support.statements import statements

AT = dt.datetime(2026, 11, 3, 9, 30, 0, 123456, dt.UTC)
QUERY = (
    sa.select(account.c.id, account.c.capabilities, account.c.active, account.c.created_at)
    .where(account.c.role == "manager", account.c.user_key == sa.bindparam("name"))
    .order_by(account.c.id)
)


def _add(database: Database, *names: str) -> None:
    with database.transaction() as connection:
        for name in names:
            row = {"id": name, "user_name": name, "user_key": name, "name": name, "role": "manager"}
            connection.execute(
                sa.insert(account).values(**row, capabilities=["export"], active=False, created_at=AT, work="floor")
            )


def test_values_are_converted_as_everywhere(database: Database) -> None:
    _add(database, "ada", "ben")
    prepared = Prepared(QUERY)
    with database.snapshot() as connection:
        for name in ("ada", "ben", "nobody"):
            asked = [tuple(row) for row in connection.execute(QUERY, {"name": name})]
            assert prepared.rows(connection, name=name) == asked
        assert prepared.rows(connection, name="ada") == [("ada", ["export"], False, AT)]


def test_it_sees_what_its_transaction_has_written(database: Database) -> None:
    prepared = Prepared(QUERY)
    with database.transaction() as connection:
        connection.execute(sa.text("UPDATE setting SET value = 'x'"))
        assert run(connection, "SELECT value FROM setting") == [("x",)]
        connection.rollback()
    with database.reading() as connection:
        assert run(connection, "SELECT value FROM setting") != [("x",)]
        assert prepared.rows(connection, name="ada") == []


def test_an_error_is_one_of_sqlalchemys_without_what_was_given(database: Database) -> None:
    nowhere = sa.table("nowhere", sa.column("name", sa.Text))
    prepared = Prepared(sa.select(nowhere.c.name).where(nowhere.c.name == sa.bindparam("name")))
    with database.snapshot() as connection, pytest.raises(sa.exc.DBAPIError, match="nowhere") as raised:
        prepared.rows(connection, name="Anna Muster")
    assert type(raised.value) is not sa.exc.DBAPIError
    assert raised.value.orig is not None
    assert "Anna Muster" not in str(raised.value)
    with database.snapshot() as connection:
        assert run(connection, "SELECT 1") == [(1,)]


def test_who_counts_statements_hears_of_it(database: Database) -> None:
    with statements(database) as told, database.reading() as connection:
        Prepared(QUERY).rows(connection, name="ada")
    assert len(told) == 1

"""Queries that are asked as text: they give what SQLAlchemy would give, and fail as it fails."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
import sqlalchemy as sa

from sellmode_backend.store import bulk
from sellmode_backend.store.database import Database
from sellmode_backend.store.prepared import Prepared, one_of, run
from sellmode_backend.store.schema import account, client
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


def test_what_is_written_is_converted_as_everywhere(database: Database) -> None:
    rows = [
        {"cid": cid, "account": "ada", "device": "d", "last_seq": number, "failures": 0, "seen_at": AT}
        for number, cid in enumerate(("a", "b"))
    ]
    later = AT + dt.timedelta(days=1)
    with database.transaction() as connection:
        bulk.insert(connection, client, rows)
        bulk.insert_new(connection, client, [{**rows[0], "last_seq": 9}, {**rows[0], "cid": "c"}])
        bulk.update(connection, client, [{"cid": "b", "failing_mid": None, "seen_at": later}])
        query = sa.select(client.c.cid, client.c.last_seq, client.c.seen_at).order_by(client.c.cid)
        assert [tuple(row) for row in connection.execute(query)] == [("a", 0, AT), ("b", 1, later), ("c", 0, AT)]
        with pytest.raises(sa.exc.IntegrityError):
            bulk.insert(connection, client, rows)
        connection.rollback()


def test_any_number_of_texts_is_one_parameter(database: Database) -> None:
    _add(database, "ada", "ben", 'o"hara, [x]')
    prepared = Prepared(
        lambda engine: sa.select(account.c.id).where(one_of(engine, account.c.id, "ids")).order_by(account.c.id)
    )
    with database.snapshot() as connection:
        for names in ((), ("ben",), ("ada", 'o"hara, [x]', "nobody")):
            assert [id for (id,) in prepared.rows(connection, ids=names)] == [
                name for name in names if name != "nobody"
            ]


def test_whoever_has_had_enough_of_a_stream_closes_it(database: Database) -> None:
    _add(database, "ada", "ben")
    prepared = Prepared(sa.select(account.c.id).order_by(account.c.id))
    with database.snapshot() as connection:
        with contextlib.closing(prepared.stream(connection)) as found:
            assert next(found) == ("ada",)
        assert prepared.rows(connection) == [("ada",), ("ben",)]

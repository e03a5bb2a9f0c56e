"""Migrations: they make the schema, together or not at all, one process at a time, and never a newer one's."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from sellmode_backend.rules import facts
from sellmode_backend.store import clients, duplicates, feeds, records
from sellmode_backend.store.columns import metadata
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.store.migrations import SchemaTooNew, migrate
from sellmode_backend.store.schema import account
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.roles import ROLE_CAPABILITIES
from sellmode_contract.rules.facts import Needs
from tests.support.older_database import make_older

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
DEFINITIONS = {
    "sqlite": "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
    "postgresql": """
        SELECT 'column', table_name, column_name, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
            FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'options', relname, '', array_to_string(reloptions, ',') FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL
    """,
}


@pytest.fixture
def fresh(database_url: str) -> Iterator[Database]:
    """Give an empty database without tables."""
    opened = open_database(database_url)
    yield opened
    opened.close()


def definitions(database: Database) -> set[tuple[str, ...]]:
    with database.snapshot() as connection:
        rows = connection.execute(sa.text(DEFINITIONS["sqlite" if database.is_sqlite else "postgresql"]))
        found = {tuple(in_any_order(" ".join(str(part).split())) for part in row) for row in rows}
    return {row for row in found if "alembic_version" not in " ".join(row)}


def in_any_order(definition: str) -> str:
    """A table's columns and constraints, sorted: SQLite puts a column that is added behind the constraints."""
    if not definition.startswith("CREATE TABLE"):
        return definition
    head, _, rest = definition.partition("(")
    body, _, tail = rest.rpartition(")")
    return f"{head}({', '.join(sorted(re.split(r', (?![^(]*[)])', body)))}){tail}"


def test_migrations_make_the_schema_of_the_code(fresh: Database) -> None:
    with fresh.transaction() as connection:
        metadata.create_all(connection)
    by_code = definitions(fresh)
    with fresh.transaction() as connection:
        metadata.drop_all(connection)
    migrate(fresh)
    assert definitions(fresh) == by_code
    with fresh.snapshot() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(fresh: Database) -> None:
    migrate(fresh)
    before = definitions(fresh)
    migrate(fresh)
    assert definitions(fresh) == before


def test_an_interrupted_migration_leaves_the_old_state(fresh: Database) -> None:
    class Interrupted(Exception):
        pass

    left = 0

    def interrupt(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Interrupted

    sa.event.listen(fresh.engine, "before_cursor_execute", interrupt)
    for statements in range(1, 1000, 4):
        left = statements
        try:
            migrate(fresh)
        except Interrupted:
            left = 1000
            assert definitions(fresh) == set()
        else:
            break
    assert statements > len(metadata.tables)
    left = 1000
    with fresh.snapshot() as connection:
        assert set(metadata.tables) < set(sa.inspect(connection).get_table_names())


def test_a_newer_database_is_refused(fresh: Database) -> None:
    migrate(fresh)
    with fresh.transaction() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    before = definitions(fresh)
    with pytest.raises(SchemaTooNew, match=r"newer version .*9999.*: upgrade the backend"):
        migrate(fresh)
    assert definitions(fresh) == before


def test_processes_that_start_together_take_turns(fresh: Database, database_url: str) -> None:
    start, failures = threading.Barrier(4), list[BaseException]()

    def begin() -> None:
        database = open_database(database_url)
        try:
            start.wait()
            migrate(database)
        except BaseException as failure:  # noqa: BLE001 -- told below
            failures.append(failure)
        finally:
            database.close()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert definitions(fresh)


def test_who_could_do_what_their_role_can_gets_what_it_can_now(fresh: Database) -> None:
    migrate(fresh)
    before = {
        "mia": ("manager", ["reassign", "report", "sell"]),
        "max": ("manager", ["report"]),
        "hugo": ("head_office", ["report"]),
        "hans": ("head_office", []),
        "ada": ("associate", ["sell"]),
    }
    with fresh.transaction() as connection:
        connection.execute(
            sa.insert(account),
            [
                {"id": id, "user_name": id, "user_key": id, "name": id, "role": role, "capabilities": capabilities,
                 "created_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
                for id, (role, capabilities) in before.items()
            ],
        )  # fmt: skip
        make_older(connection, "0002")
    migrate(fresh)
    with fresh.snapshot() as connection:
        now = dict(connection.execute(sa.select(account.c.id, account.c.capabilities)).all())
    assert {id: set(given) for id, given in now.items()} == {
        "mia": ROLE_CAPABILITIES["manager"],
        "max": {"report"},
        "hugo": ROLE_CAPABILITIES["head_office"],
        "hans": set(),
        "ada": {"sell"},
    }


def test_a_database_from_before_finds_its_open_tasks_by_their_customers(fresh: Database) -> None:
    migrate(fresh)
    expected = definitions(fresh)
    tasks = [
        RuleTask(id="t-1", store="Alpha", customer="c-1", rule="thank", occurrence="1"),
        RuleTask(id="t-2", store="Alpha", customer="c-1", rule="thank", occurrence="2", state="done", done_by="ada"),
    ]
    with fresh.transaction() as connection:
        records.write(connection, [Customer(id="c-1", store="Alpha"), *tasks])
        make_older(connection, "0003")
    migrate(fresh)
    assert definitions(fresh) == expected
    with fresh.snapshot() as connection:
        customer = facts.customers_of(connection, "Alpha", ["c-1"])["c-1"]
        assert customer
        (known,) = facts.load(connection, [customer], Needs())
    assert known.tasks == (tasks[0],)


def test_what_accounts_were_told_counts_as_sent_and_pairs_lose_their_values(fresh: Database) -> None:
    migrate(fresh)
    two = [Customer(id=id, store="s", given_name=id, email="a@example.com") for id in ("ann", "ben")]
    with fresh.transaction() as connection:
        records.write(connection, two)
        duplicates.watch(connection, {one.id: (None, one) for one in two})
        clients.note_scopes(connection, "ada", ["team/store:s", "own/all"], NOW)
        values = {"before": '"id":', "after": '"fields":{"email":[1,2]},"id":'}
        as_it_was = "UPDATE record SET doc = replace(doc, :before, :after) WHERE kind = 'duplicate_pair'"
        connection.execute(sa.text(as_it_was), values)
        make_older(connection, "0005")
        before = feeds.head(connection, "s")
    migrate(fresh)
    with fresh.snapshot() as connection:
        assert {scope: told.sent for scope, told in clients.told(connection, "ada").items()} == {
            "team/store:s": (before,), "own/all": (0,),
        }  # fmt: skip
        assert feeds.head(connection, "s") == before + 1
        doc, rev, seq = connection.execute(
            sa.text("SELECT doc, rev, seq FROM record WHERE kind = 'duplicate_pair'")
        ).one()
        assert ("fields" in doc, rev, seq) == (False, 2, before + 1)
        (pair,) = records.each(connection, "duplicate_pair")
        assert isinstance(pair, DuplicatePair)
        assert pair.customers == ("ann", "ben")

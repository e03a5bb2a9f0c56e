"""Bringing a database to this version's schema."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from sellmode_backend.store.database import Database, DatabaseError

_LOCK = 7321_0451
"""PostgreSQL's advisory lock that one process holds while it migrates; the number means nothing."""


class SchemaTooNew(DatabaseError):
    """The database was migrated by a newer version of the backend."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"The database is of a newer version (schema {revision}): upgrade the backend.")


def is_current(connection: Connection) -> bool:
    """Whether the database has this version's schema."""
    return set(MigrationContext.configure(connection).get_current_heads()) == _latest()


@cache
def _latest() -> set[str]:
    return set(ScriptDirectory(str(Path(__file__).parent)).get_heads())


def migrate(database: Database) -> None:
    """Create the tables or bring them up to date: all of it or, if it is interrupted, nothing.

    Processes that start at the same time take turns, so each may call this. Raises SchemaTooNew.
    """
    with database.transaction() as connection:
        if not database.is_sqlite:  # A writing transaction of SQLite is alone anyway.
            connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        _refuse_newer(connection, ScriptDirectory.from_config(config))
        command.upgrade(config, "head")


def _refuse_newer(connection: Connection, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    for revision in MigrationContext.configure(connection).get_current_heads():
        if revision not in known:
            raise SchemaTooNew(revision)

"""Bringing a database to this version's schema.

Most processes find it current. Alembic is a quarter of what a command loads, so only those that migrate load it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
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
    return _revisions(connection) == [_known()[-1]]


def is_older(connection: Connection) -> bool:
    """Whether the database has tables, but not this version's schema."""
    return bool(_revisions(connection)) and not is_current(connection)


def _revisions(connection: Connection) -> list[str]:
    """What Alembic has noted: one revision, or none yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return []
    return list(connection.scalars(sa.select(sa.column("version_num")).select_from(sa.table("alembic_version"))))


@cache
def _known() -> list[str]:
    """This version's revisions, the latest last: their files are named `v0001_WHAT.py` and follow each other."""
    return sorted(path.name[1:5] for path in (Path(__file__).parent / "versions").glob("v*.py"))


def migrate(database: Database) -> None:
    """Create the tables or bring them up to date: all of it or, if it is interrupted, nothing.

    Processes that start at the same time take turns, so each may call this. Raises SchemaTooNew.
    """
    with database.snapshot() as connection:
        if is_current(connection):
            return

    from alembic import command
    from alembic.config import Config

    with database.transaction() as connection:
        if not database.is_sqlite:  # A writing transaction of SQLite is alone anyway.
            connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        _refuse_newer(connection)
        command.upgrade(config, "head")


def _refuse_newer(connection: Connection) -> None:
    for revision in _revisions(connection):
        if revision not in _known():
            raise SchemaTooNew(revision)

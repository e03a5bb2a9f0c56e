"""A database in which nothing stays: what a command would come to, without doing it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import Connection

from sellmode_backend.store import migrations
from sellmode_backend.store.database import Database, DatabaseError, open_database

_SQLITE = "sqlite:///"


@contextmanager
def dry_run(url: str, *, password: str | None = None) -> Iterator[Database]:
    """A database of this version's schema with all that is in the one of ``url``; it is gone at the end of the block.

    Of SQLite it is a copy, which nobody waits for. Of PostgreSQL it is one transaction: who else wants to write what
    that has written waits meanwhile, as for any long one. Raises DatabaseError for an older schema of PostgreSQL, which
    nobody could use while it is brought up to date, and whatever opening the database raises.
    """
    if url.startswith(_SQLITE):
        with _copied(url) as copy:
            yield copy
    else:
        with closing(open_database(url, password=password)) as database, undone(database) as same:
            yield same


@contextmanager
def _copied(url: str) -> Iterator[Database]:
    path = Path(url.removeprefix(_SQLITE))
    with tempfile.TemporaryDirectory(prefix="dry-run-", dir=path.parent if path.exists() else None) as folder:
        copy = Path(folder) / path.name
        if path.exists():
            with closing(open_database(url)) as database:
                database.copy_to(copy)
        with closing(open_database(f"{_SQLITE}{copy}")) as database:
            migrations.migrate(database)
            yield database


@contextmanager
def undone(database: Database) -> Iterator[Database]:
    """The database, until the end of the block: then all that was written to it is undone."""
    try:
        with database.transaction() as connection:
            if migrations.is_older(connection):
                raise DatabaseError("The database is from an older version: run `sellmode-backend init`.")
            same = _Transaction(database, connection)
            migrations.migrate(same)
            yield same
            raise _Over
    except _Over:
        pass


class _Over(Exception):
    pass


class _Transaction(Database):
    """Its transactions are parts of one that is never committed."""

    def __init__(self, database: Database, connection: Connection) -> None:
        super().__init__(database.engine, write={}, read={})
        self._connection = connection

    @contextmanager
    def transaction(self, *, light: bool = False) -> Iterator[Connection]:  # noqa: ARG002 -- nobody else writes
        with self._connection.begin_nested():
            yield self._connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        yield self._connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        yield self._connection

    def analyse(self) -> None:
        """Statistics are for what stays."""

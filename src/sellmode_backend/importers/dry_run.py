"""A database in which nothing stays: what an import would come to, without doing it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from sellmode_backend.store.database import Database


@contextmanager
def dry_run(database: Database) -> Iterator[Database]:
    """A database like the given one, until the end of the block; then all that was written to it is gone.

    All of it is one transaction: who else wants to write waits meanwhile, as for any long one.
    """
    try:
        with database.transaction() as connection:
            yield _DryRun(database, connection)
            raise _Over
    except _Over:
        pass


class _Over(Exception):
    pass


class _DryRun(Database):
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

    def analyse(self) -> None:
        """Statistics are for what stays."""

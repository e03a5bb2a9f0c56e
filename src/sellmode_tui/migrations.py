"""How a file's schema grows: named steps, each in one transaction with the record that it was done.

For the journal and the cache alike. A killed process leaves a step either done and recorded or not begun; two
processes that open the same file do each step once. A file that records a step unknown here was changed by a newer app
and is left alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sellmode_tui.language import tr
from sellmode_tui.sealed import Connection, SchemaTooNew

Step = Callable[[Connection], None]
"""Changes the schema inside the transaction it finds. Its function's name is its own; neither changes once released."""


@contextlib.contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """A write transaction: taken at once (so that it cannot fail halfway for want of the lock), undone by an error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # some errors (a full disk) have ended it already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def migrate(connection: Connection, path: Path, steps: Sequence[Step]) -> list[str]:
    """Do the steps that the file has not had, in their order, and return their names. Raises SchemaTooNew."""
    if not _unrecorded(connection, path, steps):
        return []
    done = []
    for step in steps:
        with transaction(connection):
            connection.execute(
                "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID"
            )
            if step in _unrecorded(connection, path, steps):
                step(connection)
                connection.execute("INSERT INTO migration VALUES (?, datetime('now'))", (step.__name__,))
                done.append(step.__name__)
    return done


def _unrecorded(connection: Connection, path: Path, steps: Sequence[Step]) -> list[Step]:
    (there,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'migration'").fetchone()
    recorded = {name for (name,) in connection.execute("SELECT name FROM migration")} if there else set()
    if unknown := recorded - {step.__name__ for step in steps}:
        raise SchemaTooNew(
            path,
            tr(
                "{path} was written by a newer version of Sellmode ({join}). Start that version, or ask "
                "for the update.",
                path=path,
                join=", ".join(sorted(unknown)),
            ),
        )
    return [step for step in steps if step.__name__ not in recorded]

"""sqlcipher3's interface over another build of SQLite, which lets Python be its file system.

The apps' own modules run on it unchanged, in the same file format, and every write and sync they cause passes a
``Disk``. What of sqlcipher3's interface nobody uses is not here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol
from unittest import mock

import apsw
from sqlcipher3 import dbapi2

from sellmode_backend.store import database
from sellmode_tui import sealed

Parameters = Sequence[Any] | Mapping[str, Any]

_CLASSES: dict[type[apsw.Error], type[dbapi2.Error]] = {
    apsw.ConstraintError: dbapi2.IntegrityError,
    apsw.MismatchError: dbapi2.IntegrityError,
    apsw.CorruptError: dbapi2.DatabaseError,
    apsw.NotADBError: dbapi2.DatabaseError,
    apsw.TooBigError: dbapi2.DataError,
    apsw.MisuseError: dbapi2.ProgrammingError,
    apsw.BindingsError: dbapi2.ProgrammingError,
    apsw.ConnectionClosedError: dbapi2.ProgrammingError,
}


class Listener(Protocol):
    """Whoever owns the file system."""

    vfs: str
    """Its name in SQLite."""

    def transaction_ended(self, path: str, connection: apsw.Connection) -> None:
        """Nothing of this connection is in flight."""


@contextlib.contextmanager
def installed(listener: Listener, *, checkpoint_pages: int) -> Iterator[None]:
    """Let both apps open their files on a file system.

    ``checkpoint_pages`` is how long a log grows before it is moved into its database: less than the apps' 1,000, so
    that a short run has many checkpoints.
    """
    driver: Any = _Driver(listener, checkpoint_pages)
    with mock.patch.object(sealed, "dbapi2", driver), mock.patch.object(database, "sqlcipher", driver):
        yield


class _Driver:
    """What stands in for the module."""

    sqlite_version_info = tuple(map(int, apsw.sqlite_lib_version().split(".")))

    def __init__(self, listener: Listener, checkpoint_pages: int) -> None:
        self._listener = listener
        self._checkpoint_pages = checkpoint_pages

    def __getattr__(self, name: str) -> Any:
        return getattr(dbapi2, name)

    def connect(self, path: object, **_: Any) -> Connection:
        return Connection(str(path), self._listener, self._checkpoint_pages)


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        told = next((known for ours, known in _CLASSES.items() if isinstance(error, ours)), dbapi2.OperationalError)
        raised: Any = told(str(error))
        if (code := getattr(error, "extendedresult", None)) is not None:
            raised.sqlite_errorname = str(
                apsw.mapping_extended_result_codes.get(code) or apsw.mapping_result_codes.get(code & 0xFF, "")
            )
        raise raised from error


class Connection:
    """As sqlcipher3's, in autocommit mode."""

    isolation_level = None
    row_factory = None

    def __init__(self, path: str, listener: Listener, checkpoint_pages: int) -> None:
        self._path = path
        self._listener = listener
        with _errors():
            self._connection = apsw.Connection(path, vfs=f"multipleciphers-{listener.vfs}")
            # One connection at a time: shared memory is no part of a file system that Python can be.
            self._connection.execute("PRAGMA locking_mode = exclusive")
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {checkpoint_pages}")

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    @property
    def total_changes(self) -> int:
        return self._connection.total_changes()

    def cursor(self) -> Cursor:
        return Cursor(self._connection, self._ended)

    def set_key(self, raw: bytes) -> None:
        self._connection.execute("PRAGMA cipher = 'sqlcipher'")
        self._connection.execute("PRAGMA legacy = 4")
        self._connection.execute(f'PRAGMA key = "{raw.decode()}"')

    def execute(self, statement: str, parameters: Parameters = ()) -> Cursor:
        return self.cursor().execute(statement, parameters)

    def executemany(self, statement: str, parameters: Iterable[Parameters]) -> Cursor:
        return self.cursor().executemany(statement, parameters)

    def create_function(self, name: str, count: int, function: Callable[..., Any], *, deterministic: bool) -> None:
        self._connection.create_scalar_function(name, function, count, deterministic=deterministic)

    def interrupt(self) -> None:
        self._connection.interrupt()

    def commit(self) -> None:
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        with _errors():
            self._connection.close()

    def _ended(self) -> None:
        if not self._connection.in_transaction:
            self._listener.transaction_ended(self._path, self._connection)


class Cursor:
    """As sqlcipher3's, but that all rows are fetched at once: nothing stays in progress behind a cursor."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection, ended: Callable[[], None]) -> None:
        self._connection = connection
        self._ended = ended
        self._rows: Iterator[Any] = iter(())
        self.description: tuple[Any, ...] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    def execute(self, statement: str, parameters: Parameters = ()) -> Cursor:
        return self._run(lambda cursor: cursor.execute(statement, parameters))

    def executemany(self, statement: str, parameters: Iterable[Parameters]) -> Cursor:
        return self._run(lambda cursor: cursor.executemany(statement, parameters))

    def _run(self, work: Callable[[apsw.Cursor], Iterable[Any]]) -> Cursor:
        before = self._connection.total_changes()
        columns: list[tuple[Any, ...]] = []

        def started(cursor: apsw.Cursor, *_: Any) -> bool:
            # A statement without rows is over before anybody can ask for its columns.
            columns[:] = [(name, None, None, None, None, None, None) for name, _ in cursor.get_description()]
            return True

        with _errors():
            cursor = self._connection.cursor()
            cursor.exec_trace = started
            self._rows = iter(list(work(cursor)))
        self.description = tuple(columns) or None
        changed = self._connection.total_changes() - before
        self.rowcount = changed if changed or self.description is None else -1
        self.lastrowid = self._connection.last_insert_rowid()
        self._ended()
        return self

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def fetchmany(self, size: int = 1) -> list[Any]:
        return list(islice(self._rows, size))

    def __iter__(self) -> Iterator[Any]:
        return self._rows

    def close(self) -> None:
        self._rows = iter(())

"""Opening the database: one way to SQLite and to PostgreSQL, with explicit transactions on both."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine
from sqlcipher3 import dbapi2 as sqlcipher

from sellmode_backend.store.prepared import run

_T = TypeVar("_T")

_BUSY_SECONDS = 5
"""How long a SQLite connection waits for another one's write."""
_LIGHT_SECONDS = 1
"""The same, for what can be written later as well."""

_POSTGRESQL_SETTINGS = {
    # A writer holds its stores' clock rows until it commits: nobody may wait long for one, or hold one while idle. An
    # import works things out between two statements, so idle is not a matter of a second or two.
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
    # Neither is the retailer's to choose: the store relies on them.
    "client_encoding": "UTF8",
    "default_transaction_isolation": "read committed",
}

_BETWEEN_TRANSACTIONS = ("40001", "40P01")
"""PostgreSQL's codes of a serialization failure and a deadlock."""


class DatabaseError(Exception):
    """The database cannot be opened as asked; says why and what to do."""


class PasswordInURL(DatabaseError):
    """A database URL holds a password, which process lists and shell histories would show."""

    def __init__(self) -> None:
        super().__init__(
            "The database URL holds a password, which process lists and shell histories would show. Leave it out and"
            " put it into ~/.pgpass (or the file that PGPASSFILE names), into a libpq service file and use"
            " postgresql:///?service=NAME, or into the backend's settings file (mode 0600)."
        )


def is_passing(error: Exception) -> bool:
    """Whether a transaction failed because of another one at the same moment: trying it again at once is right."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return isinstance(error, sa.exc.IntegrityError) or state in _BETWEEN_TRANSACTIONS


def is_unavailable(error: Exception) -> bool:
    """Whether a database cannot be had just now: that says nothing about what was asked of it."""
    if not isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError):
        return False
    # PostgreSQL calls some limits that a statement exceeds operational, too: these will not pass.
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state is None or not state.startswith("54")


def is_fleeting(error: Exception) -> bool:
    """Whether trying once more is right for somebody who can wait: another transaction, or no database just now."""
    return is_passing(error) or is_unavailable(error)


def again(
    work: Callable[[], _T], passes: Callable[[Exception], bool] = is_passing, *, tries: int = 4, wait: float = 0
) -> _T:
    """Do something that makes a transaction of its own, up to ``tries`` times while what it raises ``passes``.

    ``work`` keeps nothing outside the database, for a try may fail when it is done. ``wait`` is the first pause in
    seconds, each later one twice as long.
    """
    for tried in range(tries - 1):
        try:
            return work()
        except Exception as error:
            if not passes(error):
                raise
        time.sleep(wait * 2**tried)
    return work()


class Database:
    """A retailer's database. Safe to share between threads; each ``with`` block has a connection to itself."""

    def __init__(self, engine: Engine, *, write: dict[str, Any], read: dict[str, Any]) -> None:
        self._engine = engine
        # Both share the engine's pool and differ in how they begin.
        self._writing = engine.execution_options(**write)
        self._reading = engine.execution_options(**read)
        # The driver of SQLite begins nothing by itself.
        self._alone = engine if self.is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._told: frozenset[Callable[[], None]] = frozenset()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded SQLite; else it is PostgreSQL."""
        return self._engine.dialect.name == "sqlite"

    @property
    def engine(self) -> Engine:
        """The pool below, for metrics and for tests. What reads or writes uses ``snapshot`` and ``transaction``."""
        return self._engine

    @contextmanager
    def transaction(self, *, light: bool = False) -> Iterator[Connection]:
        """A transaction that may write: committed at the end of the block, rolled back if the block raises.

        SQLite lets in one writer at a time. On PostgreSQL a block may be refused (sqlalchemy.exc.OperationalError for a
        lock not had within two seconds or a deadlock, IntegrityError for a record that another one has just created);
        nothing has happened then, and the whole block may be tried again.

        A ``light`` one is in nobody's way: SQLite refuses it after a second, and a power cut may undo it.
        """
        writing = self._writing.execution_options(sellmode_light=True) if light else self._writing
        with writing.begin() as connection:
            yield connection
        for tell in self._told:
            tell()

    @contextmanager
    def telling(self, tell: Callable[[], None]) -> Iterator[None]:
        """Meanwhile, do something after each commit of this process, in the thread that has committed."""
        self._told |= {tell}
        try:
            yield
        finally:
            self._told -= {tell}

    def write(
        self,
        work: Callable[[Connection], _T],
        passes: Callable[[Exception], bool] = is_passing,
        *,
        tries: int = 4,
        wait: float = 0,
    ) -> _T:
        """Do something in a transaction of its own, and again as ``again`` does."""

        def once() -> _T:
            with self.transaction() as connection:
                return work(connection)

        return again(once, passes, tries=tries, wait=wait)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A read-only transaction in which every statement sees the same committed state."""
        with self._reading.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for a prepared query that is alone: it sees one committed state without a transaction."""
        with self._alone.connect() as connection:
            yield connection

    def try_to_write(self) -> None:
        """Commit something that changes nothing. Raises what any write raises: a full or read-only disk, a standby."""
        with self.transaction() as connection:
            if self.is_sqlite:
                version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                connection.exec_driver_sql(f"PRAGMA user_version = {version}")
            else:
                connection.exec_driver_sql("SELECT txid_current()")

    def copy_to(self, path: Path) -> None:
        """Write what is committed to a new file of its owner's; of SQLite only. Nobody waits for it."""
        path.touch(0o600, exist_ok=False)
        with closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM INTO ?", (str(path),)).close()

    def analyse(self) -> None:
        """Let PostgreSQL look at how large the tables have become: after much was written, before much is asked.

        It does so by itself after a while; until then it reads whole tables to answer. SQLite goes by its indexes.
        """
        if not self.is_sqlite:
            with self.transaction() as connection:
                connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
                connection.execute(sa.text("ANALYZE"))

    def close(self) -> None:
        """Close the pooled connections."""
        self._engine.dispose()


def open_database(url: str, *, password: str | None = None) -> Database:
    """Open ``sqlite:///PATH`` or ``postgresql://[USER@]HOST[:PORT]/NAME``; a SQLite file and its folder are made.

    Raises DatabaseError for what is not such a URL and for a SQLite file that others can read, and PasswordInURL. The
    schema is not looked at: see ``migrations.migrate``. PostgreSQL is connected to at the first transaction, not here.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise DatabaseError(
            "The database URL cannot be read; it looks like sqlite:///PATH or postgresql://USER@HOST/NAME."
        ) from None
    if parsed.password is not None or "password" in parsed.query:
        raise PasswordInURL
    if parsed.drivername == "sqlite":
        return _open_sqlite(parsed)
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return _open_postgresql(parsed.set(drivername="postgresql+psycopg"), password)
    raise DatabaseError(
        f"No database of the kind {parsed.drivername!r}: use sqlite:///PATH or postgresql://USER@HOST/NAME."
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


def _engine(url: URL, **options: Any) -> Engine:
    # hide_parameters: what a failed statement was given is personal data and must not get into tracebacks and logs.
    return sa.create_engine(
        url,
        hide_parameters=True,
        json_serializer=_json,
        json_deserializer=msgspec.json.decode,
        pool_size=10,
        max_overflow=30,
        **options,
    )


def upsert(connection: Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of the connection's engine, for ``on_conflict_do_update``: both have the same."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def in_parts(items: Iterable[_T], size: int = 500) -> Iterator[list[_T]]:
    """Lists of at most ``size`` items, by default as many as one query should name."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


# ------------------------------------------------------------------ SQLite


def _open_sqlite(url: URL) -> Database:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise DatabaseError(
            "A SQLite database needs a file: sqlite:///PATH (sqlite:////PATH where the path is absolute)."
        )
    _make_private_file(Path(url.database))
    engine = _engine(url, module=sqlcipher, poolclass=sa.QueuePool, connect_args={"timeout": _BUSY_SECONDS})
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, write={"sellmode_writes": True}, read={"sellmode_writes": False})


def _make_private_file(path: Path) -> None:
    """Make the file, for its owner only, and the folders above it. SQLite gives its -wal and -shm the same mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            mode = stat.S_IMODE(os.fstat(opened).st_mode)
        finally:
            os.close(opened)
    except OSError as error:
        raise DatabaseError(f"The database file {path} cannot be opened: {error.strerror}.") from None
    if mode & 0o077:
        raise DatabaseError(f"The database file {path} is open to others (mode {mode:04o}): chmod 600 it.")


def _set_up_sqlite(connection: Any, _: object) -> None:
    # The driver begins and commits nothing by itself; _begin_sqlite and SQLAlchemy do.
    connection.isolation_level = None
    for pragma in (
        "cipher_log_level = none",
        "synchronous = full",
        "foreign_keys = on",
        "cache_size = -32768",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: Any) -> None:
    """Switch a new database over. SQLite does not wait by itself for others who do so at the same moment."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = wal").close()
        except sqlcipher.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    writes = options.get("sellmode_writes", True)
    # A write by mistake fails in a snapshot as it does on PostgreSQL.
    run(connection, f"PRAGMA query_only = {'off' if writes else 'on'}")
    if not writes:
        run(connection, "BEGIN")
        return
    light = options.get("sellmode_light", False)
    run(connection, f"PRAGMA synchronous = {'normal' if light else 'full'}")
    run(connection, f"PRAGMA busy_timeout = {_LIGHT_SECONDS if light else _BUSY_SECONDS}000")
    run(connection, "BEGIN IMMEDIATE")


# ------------------------------------------------------------------ PostgreSQL


def _open_postgresql(url: URL, password: str | None) -> Database:
    try:
        import psycopg  # noqa: F401 -- only an installation with the extra "postgresql" has it
    except ImportError:
        raise DatabaseError("PostgreSQL needs its driver: install sellmode with the extra [postgresql].") from None
    engine = _engine(url, pool_pre_ping=True, connect_args={"password": password} if password else {})
    sa.event.listen(engine, "connect", _set_up_postgresql)
    return Database(engine, write={}, read={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})


def _set_up_postgresql(connection: Any, _: object) -> None:
    with connection.cursor() as cursor:
        for name, value in _POSTGRESQL_SETTINGS.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.commit()

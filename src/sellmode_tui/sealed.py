"""The one place that opens encrypted files: SQLCipher databases under a raw 32-byte key.

No plain-text file is ever made, and no other way of opening one exists. A file is made by us, for our user alone,
before SQLite touches it. An existing file is looked at with `lstat` only: opening and closing it ourselves would cancel
the locks that other connections of this process hold on it (POSIX), which corrupts databases.

Every error of this module says what is wrong with which file and what can be done. Code that goes on using a connection
wraps its statements in `errors`, so that damage or a full disk met later is told in the same words.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from sqlcipher3 import dbapi2
from sqlcipher3.dbapi2 import Connection

from sellmode_tui.key_memory import Key, unlock
from sellmode_tui.language import tr

__all__ = [
    "Busy",
    "Connection",
    "Corrupt",
    "DiskFull",
    "Missing",
    "OldSQLite",
    "ReadOnly",
    "Replaced",
    "SchemaTooNew",
    "SealedError",
    "Unsafe",
    "Unusable",
    "Versions",
    "WrongKey",
    "check",
    "connect",
    "damage",
    "errors",
    "is_read_only",
    "move_aside",
    "os_error",
    "place_aside",
    "remove",
    "versions",
]

KEY_BYTES = 32
OLDEST_SQLITE = (3, 51, 3)
"""Older ones may lose commits or damage files whose log two connections use (sqlite.org/wal.html#walresetbug)."""
BUSY_MS = 5000
"""How long a statement waits for another connection's write before it gives up."""

COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database; part of it until it is closed properly."""


class SealedError(Exception):
    """Something is wrong with an encrypted file. The text is for the person at the screen."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(text)
        self.path = path
        """The database, also where a companion of it is meant."""


class Missing(SealedError):
    """There is no such file."""


class Unsafe(SealedError):
    """The file could be read or changed by others, or is not where it seems to be."""


class Corrupt(SealedError):
    """The file is damaged, cut, or no file of ours."""


class WrongKey(Corrupt):
    """No page of the file fits the key: it is another key's file, or the file's first bytes (its salt) are damaged.

    Nobody can tell these apart, nor, in a file of a single page, damage to that page.
    """


class SchemaTooNew(SealedError):
    """A newer version of the app has changed the file. Nothing was touched."""


class DiskFull(SealedError):
    """There is no room. What was being written is not stored; what was stored before is safe."""


class Busy(SealedError):
    """Another process wrote for longer than a statement waits."""


class Closed(Exception):
    """A file is used that was closed: its session has ended."""


class Replaced(SealedError):
    """Another process has put another file in this one's place. What was being done is not to be counted on."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, tr("{path} has been replaced by another process. Close Sellmode here and start it again.", path=path)
        )


class Unusable(SealedError):
    """The system does not let us use the file (read-only disk, permissions, input/output error)."""


class ReadOnly(Unusable):
    """The file can be read and not written: the disk is full or read-only."""


class OldSQLite(SealedError):
    """The SQLite that came with sqlcipher3 is too old to be trusted with a write-ahead log."""


def connect(
    path: Path,
    key: Key,
    *,
    create: bool = False,
    synchronous: Literal["FULL", "NORMAL"] = "FULL",
    salt: bytes = b"",
) -> Connection:
    """Open an encrypted database, which `create` makes if there is none. Raises SealedError.

    The connection may be used from any thread, by one at a time; it is in autocommit mode, so that a transaction is
    what stands between BEGIN and COMMIT. `NORMAL` may lose the last commits when the power fails: for what can be
    fetched again. ``salt`` is the file's, if not a random one.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    if dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise OldSQLite(
            path,
            tr(
                "SQLite {sqlite_version} can damage files. Install a newer sqlcipher3 (SQLite {join} or later).",
                sqlite_version=dbapi2.sqlite_version,
                join=".".join(map(str, OLDEST_SQLITE)),
            ),
        )
    if create and not os.path.lexists(path):
        _make(path, key, salt)
    _check(path)
    try:
        return _open(path, key, synchronous, salt)
    except (DiskFull, Unusable):
        # SQLite wants to make two files beside it. Without a log there is nothing in them to be read.
        log = Path(f"{path}-wal")
        if log.exists() and log.stat().st_size:
            raise
        return _open(path, key, synchronous, salt, read_only=True)


def is_read_only(connection: Connection) -> bool:
    """Whether there was no room or right to open a file for writing, so that it is open for reading."""
    return isinstance(connection, _Reader)


class _Reader(Connection):
    """To a file that is not locked and not written."""


@contextlib.contextmanager
def errors(path: Path, connection: Connection | None = None) -> Iterator[None]:
    """Turn SQLite's errors about a file into SealedError; those about a statement (a constraint, say) stay.

    With the ``connection`` that is read from, whatever goes wrong with what came from a damaged page is damage, and
    nothing that came from one counts: SQLCipher gives zeros for a page that a row goes on on, and an error afterwards.
    """
    try:
        yield
        if connection is not None and _met_damage(connection):
            raise _corrupt(path)
    except MemoryError as error:  # what SQLCipher makes of a damaged page where SQLite expects no error
        raise _corrupt(path) from error
    except dbapi2.Error as error:
        told = _told(path, error)
        if told is None:
            raise
        raise told from error
    except Exception as error:
        if connection is not None and _met_damage(connection):
            raise _corrupt(path) from error
        raise


class Versions(NamedTuple):
    """What the encrypted files are made with."""

    sqlite: str
    sqlcipher: str
    trusted: bool
    """Whether this SQLite is new enough."""


def versions() -> Versions:
    """The libraries' versions."""
    connection = dbapi2.connect(":memory:")
    try:
        (cipher,) = connection.execute("PRAGMA cipher_version").fetchone()
    finally:
        connection.close()
    return Versions(dbapi2.sqlite_version, cipher, dbapi2.sqlite_version_info >= OLDEST_SQLITE)


def check(connection: Connection, path: Path) -> None:
    """Look at the whole file, so for small ones. Raises Corrupt if any page is damaged or pages do not fit together."""
    with errors(path):
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise _corrupt(path)
        # SQLCipher takes a page of zeros for one that was never written, and whatever stands on it for zeros. Only
        # what has been moved from the log into the file can be told from a page that was not written yet.
        if not is_read_only(connection):
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        if damage(connection) and damage(connection):  # twice: another process may be writing just that page
            raise _corrupt(path)


def damage(connection: Connection) -> list[str]:
    """What is wrong with each page that fails its checksum; reads the whole file, so for small ones. Empty is sound.

    Only what has been moved from the write-ahead log into the file is looked at.
    """
    return [text for (text,) in connection.execute("PRAGMA cipher_integrity_check")]


def remove(path: Path) -> None:
    """Delete a database with its companions. None of them needs to exist; no connection may be open."""
    for suffix in ("", *COMPANIONS):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def place_aside(path: Path, stamp: str) -> Path:
    """Where `move_aside` would move a database to."""
    attempt = 0
    while True:
        aside = path.with_name(f"{path.stem}-{stamp}{f'-{attempt}' if attempt else ''}{path.suffix}")
        if not any(os.path.lexists(f"{aside}{suffix}") for suffix in ("", *COMPANIONS)):
            return aside
        attempt += 1


def move_aside(path: Path, stamp: str) -> Path:
    """Rename a database with its companions to a name with `stamp` in it, and return that. Nothing is overwritten."""
    aside = place_aside(path, stamp)
    # The database first: had a killed process left one without its log, it would open, and nobody would miss what the
    # log held. A log alone is refused.
    for suffix in ("", *COMPANIONS):
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    return aside


# ------------------------------------------------------------------ inside


def _make(path: Path, key: Key, salt: bytes) -> None:
    """Make an empty database, whole from the moment it has its name; one of several makers does it.

    So a file that is empty or has no first page was damaged, and nobody meets one that is half made. The folder is
    locked meanwhile, which needs no file of its own and ends with the process.
    """
    new = Path(f"{path}.new")
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise os_error(path, error) from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if os.path.lexists(path):
            return
        if any(os.path.lexists(f"{path}{suffix}") for suffix in COMPANIONS if suffix != "-shm"):
            # SQLite would play a lost database's log into the new one.
            raise Corrupt(path, tr("{path} is damaged: it is gone, though its log is there.", path=path))
        remove(new)  # of a maker that was killed
        os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        _open(new, key, "FULL", salt).close()
        new.rename(path)
        os.fsync(folder)
    except OSError as error:
        raise os_error(path, error) from error
    finally:
        os.close(folder)


def _open(path: Path, key: Key, synchronous: str, salt: bytes, *, read_only: bool = False) -> Connection:
    with errors(path):
        connection = (
            dbapi2.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1",
                uri=True, isolation_level=None, check_same_thread=False, factory=_Reader,
            )
            if read_only
            else dbapi2.connect(path, isolation_level=None, check_same_thread=False)
        )  # fmt: skip
        try:
            connection.execute("PRAGMA cipher_log_level = none")  # it would write over the screen
            unlock(connection, key, salt)
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            connection.execute("PRAGMA temp_store = memory")
            connection.execute("PRAGMA trusted_schema = off")
            connection.execute("PRAGMA cell_size_check = on")
            connection.execute("PRAGMA secure_delete = on")
            connection.execute("PRAGMA foreign_keys = on")
            _read_first_page(connection, path)
            if not read_only:
                connection.execute(f"PRAGMA synchronous = {synchronous}")
                connection.execute("PRAGMA journal_mode = wal")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # makes the files beside it
        except BaseException:
            connection.close()
            raise
        return connection


def _check(path: Path) -> None:
    """Make sure that the file is there, ours, private and not emptied; the same for its companions."""
    size = _check_private(path, path)
    if size is None:
        raise Missing(path, tr("{path} does not exist.", path=path))
    if size == 0:  # SQLite would take it for a new database and throw its log away
        raise Corrupt(path, tr("{path} is damaged: it is empty.", path=path))
    for suffix in COMPANIONS:
        _check_private(path, Path(f"{path}{suffix}"))


def _check_private(database: Path, path: Path) -> int | None:
    """A file's size, None if there is none; raises Unsafe unless it is a plain file that only this user may use."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise os_error(database, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise Unsafe(
            database, tr("{path} is not a plain file. Remove it, or put the real file in its place.", path=path)
        )
    if status.st_uid != os.geteuid():
        raise Unsafe(database, tr("{path} belongs to another user of this machine. Ask whoever runs it.", path=path))
    if status.st_mode & 0o077:
        raise Unsafe(
            database, tr("{path} is open to other users of this machine. Close it with: chmod 600 '{path}'", path=path)
        )
    if status.st_nlink != 1:
        raise Unsafe(
            database, tr("{path} has a second name (hard link), which can damage it. Remove the other name.", path=path)
        )
    return status.st_size


def _read_first_page(connection: Connection, path: Path) -> None:
    """Read the schema: the first statement that needs the key."""
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except dbapi2.DatabaseError as error:
        if _code(error) != "SQLITE_NOTADB":
            raise
        pages = -(-path.stat().st_size // 4096)
        bad = damage(connection)
        if len(bad) < pages or any("invalid size" in text for text in bad):
            raise _corrupt(path) from error
        raise WrongKey(
            path, tr("{path} does not open with this account's key: it is another account's, or damaged.", path=path)
        ) from error


def _met_damage(connection: Connection) -> bool:
    """Whether a connection has met a damaged page, after which it reads no page any more."""
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except dbapi2.Error as error:
        return isinstance(_told(Path(), error), Corrupt)
    return False


def _code(error: BaseException) -> str:
    return getattr(error, "sqlite_errorname", None) or ""


def _told(path: Path, error: dbapi2.Error) -> SealedError | None:
    code = _code(error)
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or str(error) == "malformed JSON":  # none is ever stored
        return _corrupt(path)
    if code in ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"):  # the latter: no room for the log's index
        return _disk_full(path)
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Busy(path, tr("{path} is being written by another process. Try again in a moment.", path=path))
    if code.startswith("SQLITE_READONLY"):
        return ReadOnly(
            path,
            tr(
                "Nothing can be saved in {path}: the disk is full or read-only. You can still read; sign "
                "in again once there is space.",
                path=path,
            ),
        )
    if code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return Unusable(
            path,
            tr(
                "{path} cannot be used ({error}, {code}). Check the disk and the folder's permissions.",
                path=path,
                error=error,
                code=code,
            ),
        )
    return None


def os_error(path: Path, error: OSError) -> SealedError:
    """What an error of the system about a file means."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _disk_full(path)
    return Unusable(path, tr("{path} cannot be used: {strerror}.", path=path, strerror=error.strerror))


def _corrupt(path: Path) -> Corrupt:
    return Corrupt(path, tr("{path} is damaged.", path=path))


def _disk_full(path: Path) -> SealedError:
    return DiskFull(
        path, tr("The disk is full, so nothing was stored in {path}. Free some room and try again.", path=path)
    )

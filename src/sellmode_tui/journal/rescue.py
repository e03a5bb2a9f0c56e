"""Copies what can still be read of a damaged journal into a new one.

It is read page by page: each sound page is taken for a table of its own, so that nothing hangs on the schema, on the
root of a table, or on the order of the log. What was not settled is sent again, under its own name and another
client's: the backend knows by the name what it has already.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlcipher3 import dbapi2

from sellmode_tui import sealed
from sellmode_tui.journal import tray
from sellmode_tui.key_memory import Key
from sellmode_tui.pages import PAGE, Sound
from sellmode_tui.sealed import Connection

_NOT_COPIED: Final = ("outbox",)
_GIVEN_ANEW: Final = ("number", "cid", "seq", "change")
"""What a mutation gets from the journal that it is in."""
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "TEXT": (str,), "BLOB": (bytes,), "INTEGER": (int,), "REAL": (int, float),
}  # fmt: skip
_BAD: Final = b"\xff" * PAGE
"""No page: reading it is an error."""


class Rescued(NamedTuple):
    """What was read."""

    journal: str | None
    """Which journal it was, if that could be read."""
    numbers: frozenset[int]
    """Of the mutations, whatever their state."""
    refused: int
    """How many were in the tray, and nobody had seen to them."""


NOTHING: Final = Rescued(None, frozenset(), 0)


class _Column(NamedTuple):
    name: str
    type: str
    needed: bool
    default: str | None
    key: int


class _Table(NamedTuple):
    name: str
    columns: list[_Column]
    rowid: bool

    @property
    def statement(self) -> str:
        """One of the same rows, with a last column that none of them has, and nothing besides."""
        own = [
            f'"{each.name}" {each.type}{" PRIMARY KEY" if self.rowid and each.key and each.type == "INTEGER" else ""}'
            for each in self.columns
        ]
        key = ", ".join(f'"{each.name}"' for each in sorted(self.columns, key=lambda each: each.key) if each.key)
        end = ")" if self.rowid else f", PRIMARY KEY ({key})) WITHOUT ROWID"
        return f'CREATE TABLE "{self.name}" ({", ".join(own)}, more{end}'

    def fits(self, row: tuple[Any, ...]) -> bool:
        """Whether a row, with that last column, is one of this table's, read from sound pages alone."""
        if any(
            (isinstance(value, str) and "\0" in value) or (isinstance(value, bytes) and b"\0" in value) for value in row
        ):
            return False  # SQLCipher gives zeros for a damaged page that a row goes on on; nobody writes any
        return row[-1] is None and all(
            isinstance(value, _TYPES[each.type]) if value is not None else not each.needed or each.default is not None
            for each, value in zip(self.columns, row, strict=False)
        )


def rescue(sound: Sound, key: Key, new: Connection, scratch: Path) -> Rescued:
    """Copy what stands on sound pages into a new journal, in its write transaction; ``scratch`` names a file.

    Raises SealedError.
    """
    tables = list(_tables(new))
    found: dict[str, dict[Any, tuple[Any, ...]]] = {table.name: {} for table in tables}
    try:
        with contextlib.closing(_Copy(sound, key, tables, scratch)) as copy:
            for number in sorted(sound.pages):
                for table, row in copy.rows(number):
                    identity = tuple(value for each, value in zip(table.columns, row, strict=False) if each.key)
                    found[table.name].setdefault(identity, row)
    finally:
        sealed.remove(scratch)
    numbers = set()
    for table in tables:
        if table.name not in _NOT_COPIED:
            for identity, row in sorted(found[table.name].items()):
                if _copy(new, table, row) and table.name == "mutation":
                    numbers.add(identity[0])
    journal = None
    for row in found["outbox"].values():
        held = {each.name: value for each, value in zip(_named("outbox", tables).columns, row, strict=False)}
        journal = held["journal"]
        new.execute("UPDATE outbox SET epoch = ?", (held["epoch"],))
    (refused,) = new.execute("SELECT count(*) FROM tray WHERE state = 'open'").fetchone()
    # What was refused and whose place in the tray cannot be read needs attention, perhaps once more.
    tray.all_refused(new)
    return Rescued(journal, frozenset(numbers), refused)


def _named(name: str, tables: list[_Table]) -> _Table:
    return next(table for table in tables if table.name == name)


def _tables(new: Connection) -> Iterator[_Table]:
    """The tables of a journal, as this version makes them: older ones lack columns at the end."""
    listed = new.execute(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for name, without_rowid in listed:
        if name != "migration":
            columns = new.execute(
                'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', (name,)
            ).fetchall()
            yield _Table(
                name,
                [_Column(column, type, bool(needed), default, pk) for column, type, needed, default, pk in columns],
                not without_rowid,
            )


def _copy(new: Connection, table: _Table, row: tuple[Any, ...]) -> bool:
    """Copy a row; whether nothing of it is lost."""
    values = {each.name: value for each, value in zip(table.columns, row, strict=False) if value is not None}
    if table.name == "mutation":
        if values["state"] == "withdrawn":
            return True
        values = {name: value for name, value in values.items() if name not in _GIVEN_ANEW} | {"change": 0}
    names, places = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
    try:
        new.execute(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})', tuple(values.values()))
    except dbapi2.IntegrityError:  # no row that was ever written, or there already
        return False
    return True


class _Copy:
    """The sound pages behind a schema of our own, in a file of their own."""

    def __init__(self, sound: Sound, key: Key, tables: list[_Table], path: Path) -> None:
        self._path, self._key, self._tables = path, key, tables
        sealed.remove(path)
        with (
            contextlib.closing(sealed.connect(path, key, create=True, salt=sound.salt)) as connection,
            sealed.errors(path),
        ):
            for table in tables:
                connection.execute(table.statement)
            # The first page says how many there are.
            connection.execute("CREATE TABLE filler (x)")
            connection.execute("INSERT INTO filler VALUES (zeroblob(?))", (sound.last * PAGE,))
        content = path.read_bytes()
        others = (sound.pages.get(number, _BAD) for number in range(2, len(content) // PAGE + 1))
        try:
            path.write_bytes(content[:PAGE] + b"".join(others))
        except OSError as error:
            raise sealed.os_error(path, error) from error
        self._connection = self._connected()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def rows(self, number: int) -> Iterator[tuple[_Table, tuple[Any, ...]]]:
        """The rows of whatever table a page belongs to, and of the pages below it, as far as they can be read."""
        if number == 1:
            return
        try:
            self._root(number)
        except dbapi2.DatabaseError:
            self._reconnect()
            self._root(number)
        for table in self._tables:
            for direction in ("ASC", "DESC"):  # from both ends up to what is damaged
                try:
                    order = ", ".join(f'"{each.name}" {direction}' for each in table.columns if each.key)
                    for row in self._connection.execute(f'SELECT * FROM "{table.name}" ORDER BY {order}'):
                        if table.fits(row):
                            yield table, row
                    break
                except (dbapi2.DatabaseError, MemoryError):
                    self._go_on()

    def _root(self, number: int) -> None:
        """Take a page for every table's."""
        self._connection.execute("PRAGMA writable_schema = on")
        self._connection.execute("UPDATE sqlite_master SET rootpage = ? WHERE type = 'table'", (number,))
        self._connection.execute("PRAGMA writable_schema = reset")

    def _go_on(self) -> None:
        """A connection that has met a damaged page reads nothing more, and says so when it is to write."""
        try:
            self._connection.execute("PRAGMA user_version = 1")
        except (dbapi2.DatabaseError, MemoryError):
            self._reconnect()

    def _reconnect(self) -> None:
        self._connection.close()
        self._connection = self._connected()

    def _connected(self) -> Connection:
        connection = sealed.connect(self._path, self._key)
        connection.execute("PRAGMA synchronous = off")
        return connection

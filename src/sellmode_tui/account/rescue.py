"""What can still be read of a damaged journal goes over into a new one: what somebody wrote must not be lost with it.

Each page of the file is sealed for itself, so that what can be read is what was written. What was not settled is sent
again, under its own name and another client's: the backend knows by the name what it has already.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from sellmode_tui import sealed
from sellmode_tui.cache.outbox import REFUSED_TO_TRAY
from sellmode_tui.sealed import Connection

_MUTATION = "mid, body, made_at, boot, since_boot, before, undoes, sent, state, result, settled_at, said, tries, folds"
_TRAY = "mid, body, result, made_at, at, state, before, left_at, replaced_by"
_FILTER = "name, text, created"


def rescue(path: Path, key: bytes, new: Connection) -> None:
    """Copy mutations, tray, epoch and saved filters of the journal at ``path``, in the new one's write transaction."""
    with contextlib.suppress(sealed.Corrupt, sealed.Missing), contextlib.closing(_Damaged(path, key)) as damaged:
        # A journal that an older version wrote does not know yet what was written at once.
        bulk = any(damaged.rows("SELECT 1 FROM pragma_table_info('mutation') WHERE name = 'bulk'"))
        columns = f"{_MUTATION}, bulk" if bulk else _MUTATION
        for number in range(1, _highest(damaged) + 1):
            query = f"SELECT {columns} FROM mutation WHERE number = ? AND state <> 'withdrawn'"  # noqa: S608 -- ours
            for row in damaged.rows(query, (number,)):
                _copy(new, "mutation", f"{columns}, change", (*row, 0))
        for epoch in damaged.rows("SELECT epoch FROM outbox"):
            new.execute("UPDATE outbox SET epoch = ?", epoch)
        for table, columns, name in (("tray", _TRAY, "mid"), ("saved_filter", _FILTER, "name")):
            for direction in ("ASC", "DESC"):  # from both ends up to what is damaged
                for row in damaged.rows(f"SELECT {columns} FROM {table} ORDER BY {name} {direction}"):  # noqa: S608 -- ours
                    _copy(new, table, columns, row)
    # What was refused and whose place in the tray cannot be read needs attention, perhaps once more.
    new.execute(REFUSED_TO_TRAY)
    new.execute("UPDATE outbox SET change = change + 1")


class _Damaged:
    """A journal of which some pages cannot be read."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._file = path, key
        self._connection = sealed.connect(path, key)

    def rows(self, query: str, parameters: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows up to the first that cannot be read."""
        try:
            yield from self._connection.execute(query, parameters)
        except dbapi2.DatabaseError:
            # A connection that has met a damaged page reads nothing more.
            self.close()
            self._connection = sealed.connect(*self._file)

    def close(self) -> None:
        self._connection.close()


def _highest(damaged: _Damaged) -> int:
    """The highest number of a mutation, as far as anything tells of it."""
    told = (
        "SELECT seq FROM sqlite_sequence WHERE name = 'mutation'",
        "SELECT number FROM mutation NOT INDEXED ORDER BY number DESC LIMIT 1",
        "SELECT number FROM mutation NOT INDEXED ORDER BY number",
        "SELECT number FROM mutation INDEXED BY mutation_change",
    )
    return max((number for query in told for (number,) in damaged.rows(query)), default=0)


def _copy(new: Connection, table: str, columns: str, row: tuple[Any, ...]) -> None:
    places = ", ".join("?" * len(row))
    with contextlib.suppress(dbapi2.IntegrityError):  # no row that was ever written, or there already
        new.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", row)  # noqa: S608 -- ours

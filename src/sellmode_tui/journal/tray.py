"""The tray: what was refused, and what damage took from the journal, until somebody has seen to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sellmode_tui.journal.entries import TRAY_COLUMNS, Leaving, Left, TrayItem
from sellmode_tui.journal.losses import Loss, acknowledge, open_losses
from sellmode_tui.journal.schema import committing, count_change
from sellmode_tui.language import tr
from sellmode_tui.sealed import Connection


class NotInTray(LookupError):
    """The item needs no attention (any more)."""

    def __init__(self) -> None:
        super().__init__(tr("This does not need attention any more."))


class Tray:
    """What needs attention. Methods raise as the outbox's do."""

    def __init__(self, using: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._using = using

    def items(self, *, open_only: bool = True) -> list[TrayItem]:
        """Refused mutations, the latest answer last."""
        condition = "WHERE state = 'open'" if open_only else ""
        with self._using() as connection:
            rows = connection.execute(f"SELECT {TRAY_COLUMNS} FROM tray {condition} ORDER BY at, mid").fetchall()
        return [TrayItem.of(row) for row in rows]

    def item(self, mid: str) -> TrayItem | None:
        """One of them; None if it never was there."""
        with self._using() as connection:
            row = connection.execute(f"SELECT {TRAY_COLUMNS} FROM tray WHERE mid = ?", (mid,)).fetchone()
        return None if row is None else TrayItem.of(row)

    def leave(self, mid: str, how: Left, at: dt.datetime | None = None) -> bool:
        """Somebody has seen to it, at ``at`` or now; False if it was not waiting for that (any more)."""
        with self._using() as connection, committing(connection):
            left = leave_tray(connection, Leaving(mid, how), at or dt.datetime.now(dt.UTC), None)
            if left:
                count_change(connection)
        return left

    def open_count(self) -> int:
        """The number of open items."""
        return int(self._value("SELECT count(*) FROM tray WHERE state = 'open'"))

    def has_dependants(self) -> bool:
        """Whether any of them was refused because it depends on another refused one."""
        dependant = "SELECT 1 FROM tray WHERE state = 'open' AND result ->> '$.code' = 'dependency' LIMIT 1"
        return self._value(dependant) is not None

    def losses(self) -> list[Loss]:
        """Losses to damage that nobody has acknowledged."""
        with self._using() as connection:
            return open_losses(connection)

    def acknowledge_loss(self, id: int, at: dt.datetime | None = None) -> None:
        """Somebody has seen it. Raises NotInTray if somebody had already."""
        with self._using() as connection, committing(connection):
            if not acknowledge(connection, id, at or dt.datetime.now(dt.UTC)):
                raise NotInTray
            count_change(connection)

    def _value(self, query: str) -> Any:
        with self._using() as connection:
            row = connection.execute(query).fetchone()
        return row and row[0]


# ------------------------------------------------------------------ inside a transaction


def leave_tray(connection: Connection, leaving: Leaving, at: dt.datetime, replaced_by: str | None) -> bool:
    """Whether it was there to be left."""
    left = connection.execute(
        "UPDATE tray SET state = ?, left_at = ?, replaced_by = ? WHERE mid = ? AND state = 'open'",
        (leaving.how, at.astimezone(dt.UTC).isoformat(), replaced_by, leaving.mid),
    )
    return left.rowcount > 0


def refused(connection: Connection, mid: str) -> None:
    """Put a refused mutation into the tray, unless it is or was there with the same answer."""
    connection.execute(f"{_TO_TRAY} AND mid = ? {_UNLESS_THERE}", (mid,))


def applied(connection: Connection, mid: str) -> None:
    """Take out one that was handed over before the backend was restored, and is done now."""
    connection.execute("DELETE FROM tray WHERE mid = ? AND state = 'open'", (mid,))


def all_refused(connection: Connection) -> None:
    """Put every refused mutation into the tray, as ``refused`` does."""
    connection.execute(f"{_TO_TRAY} {_UNLESS_THERE}")


_TO_TRAY = (
    "INSERT INTO tray (mid, body, result, made_at, at, before)"
    " SELECT mid, body, result, made_at, settled_at, before FROM mutation WHERE state = 'refused'"
)
_UNLESS_THERE = (
    "ON CONFLICT (mid) DO UPDATE SET result = excluded.result, at = excluded.at, state = 'open', left_at = NULL,"
    " replaced_by = NULL WHERE tray.result ->> '$.st' <> excluded.result ->> '$.st'"
)

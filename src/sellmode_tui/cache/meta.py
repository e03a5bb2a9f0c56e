"""What the cache knows of itself: where it stands, what the backend last said of the account, and its scopes."""

from __future__ import annotations

from typing import Any

import msgspec

from sellmode_contract import visibility
from sellmode_contract.wire import Head
from sellmode_tui.sealed import Connection

EMPTY = -1
"""``scope.only`` of a scope that has no rows yet."""


def get(connection: Connection, name: str) -> Any:
    """A value by its name; None if there is none."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row and row[0]


def put(connection: Connection, name: str, value: str | int) -> None:
    """Set a value."""
    connection.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
    )


def content_changed(connection: Connection) -> None:
    """Note that what is visible has changed."""
    connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'content'")


def rows_deleted(connection: Connection) -> None:
    """Note that rows were deleted, which still stand in the log."""
    connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'deleted'")


def stored_head(connection: Connection) -> Head | None:
    """What the backend last said of the account; None before the first contact."""
    text = get(connection, "head")
    return None if text is None else msgspec.json.decode(text, type=Head)


def allowed(head: Head) -> frozenset[str]:
    """The scopes whose records a head lets be shown: of those that the backend delivers, what the table allows."""
    return visibility.scopes(head.view.mode, head.view.account) & frozenset(head.scopes)


def visible_scopes(connection: Connection, head: Head | None) -> tuple[int, ...]:
    """The scopes whose records may be shown, by their number in this file; none is nothing."""
    names = allowed(head) if head else frozenset()
    current = connection.execute("SELECT pk, name FROM scope WHERE current")
    return tuple(pk for pk, name in current if name in names)


def scope_number(connection: Connection, name: str) -> int:
    """The number of a scope in this file; a new one is empty."""
    row = connection.execute("SELECT pk FROM scope WHERE name = ?", (name,)).fetchone()
    if row:
        return int(row[0])
    head = stored_head(connection)
    current = head is not None and name in allowed(head)
    (pk,) = connection.execute(
        "INSERT INTO scope (name, current, only) VALUES (?, ?, ?) RETURNING pk", (name, current, EMPTY)
    ).fetchone()
    return int(pk)

"""Losses of the journal to damage: shown until somebody acknowledges them."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sellmode_tui.sealed import Connection


class Loss(NamedTuple):
    """What was written here and cannot be read any more."""

    id: int
    at: dt.datetime
    """When that was found, UTC."""
    changes: int | None
    """Changes that were not sent yet, at most; None if that cannot be known."""
    refused: int
    """Refused changes that were to be seen to."""
    filters: int
    """Saved filters."""
    drafts: int
    """Forms that were not saved."""
    kept_as: str
    """The name of the damaged file, if there is one."""

    @property
    def total(self) -> int:
        """The known number of lost items."""
        return (self.changes or 0) + self.refused + self.filters + self.drafts

    @property
    def words(self) -> str:
        """In words, with counts."""
        counted = (
            (self.changes, "unsent change"),
            (self.refused, "refused change"),
            (self.filters, "saved filter"),
            (self.drafts, "draft"),
        )
        named = [f"{number:,} {what}{'s' * (number != 1)}" for number, what in counted if number]
        if self.changes is None:
            named.insert(0, "possibly some unsent changes")
        return f"lost to a damaged file: {', '.join(named)}"


def note_loss(connection: Connection, loss: Loss) -> None:
    """Store it under a new id; inside a transaction."""
    connection.execute(
        "INSERT INTO loss (at, changes, refused, filters, drafts, kept_as) VALUES (?, ?, ?, ?, ?, ?)",
        (loss.at.astimezone(dt.UTC).isoformat(), *loss[2:]),
    )


def open_losses(connection: Connection) -> list[Loss]:
    """Unacknowledged losses, oldest first."""
    rows = connection.execute(
        "SELECT id, at, changes, refused, filters, drafts, kept_as FROM loss WHERE seen_at IS NULL ORDER BY id"
    ).fetchall()
    return [Loss(id, dt.datetime.fromisoformat(at), *others) for id, at, *others in rows]


def acknowledge(connection: Connection, id: int, at: dt.datetime) -> bool:
    """Acknowledge a loss; False if it was already."""
    seen = connection.execute(
        "UPDATE loss SET seen_at = ? WHERE id = ? AND seen_at IS NULL", (at.astimezone(dt.UTC).isoformat(), id)
    )
    return seen.rowcount > 0

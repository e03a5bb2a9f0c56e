"""Losses of the journal to damage: shown until somebody acknowledges them."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sellmode_tui.language import tr, trn
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
        named = [tr("possibly some unsent changes")] if self.changes is None else []
        if self.changes:
            named.append(trn("{number:,} unsent change", "{number:,} unsent changes", self.changes))
        if self.refused:
            named.append(trn("{number:,} refused change", "{number:,} refused changes", self.refused))
        if self.filters:
            named.append(trn("{number:,} saved filter", "{number:,} saved filters", self.filters))
        if self.drafts:
            named.append(trn("{number:,} draft", "{number:,} drafts", self.drafts))
        return tr("lost to a damaged file: {what}", what=", ".join(named))


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

"""Putting a new journal in place of a damaged one, and counting what was lost."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from pathlib import Path
from typing import Final

from sqlcipher3 import dbapi2

from sellmode_tui import sealed
from sellmode_tui.journal.losses import Loss
from sellmode_tui.journal.rescue import Rescued
from sellmode_tui.journal.witness import Witness
from sellmode_tui.key_memory import Key
from sellmode_tui.language import tr
from sellmode_tui.private_files import file_identity


def successor_path(path: Path) -> Path:
    """Where the new journal is made."""
    return path.with_name(f"{path.name}.rescued")


def succeed(path: Path) -> None:
    """Put the successor into the place of a journal that was moved aside."""
    if any(os.path.lexists(f"{path}{suffix}") for suffix in sealed.COMPANIONS):
        sealed.move_aside(path, "log")  # killed before they followed: never to be taken for the successor's
    with contextlib.suppress(FileNotFoundError):  # another process was faster
        successor_path(path).rename(path)


def hold(held: contextlib.ExitStack, path: Path, key: Key) -> bool:
    """Keep other processes from writing what would be lost, as far as the damage allows; False if it is another file.

    Who has the file open finds out afterwards that it was replaced.
    """
    place = file_identity(path)
    try:
        connection = sealed.connect(path, key)
    except sealed.SealedError:
        return True
    held.callback(connection.close)
    with contextlib.suppress(dbapi2.DatabaseError):
        connection.execute("BEGIN IMMEDIATE")
    return file_identity(path) == place


def check_complete(connection: sealed.Connection, path: Path, told: Witness) -> None:
    """Raises Corrupt if commits of this journal are gone."""
    with sealed.errors(path):
        columns = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info('outbox')")}
        if "commits" in columns:
            row = connection.execute("SELECT journal, commits FROM outbox").fetchone()
            if row is not None and (row[0] != told.journal or row[1] >= told.commits):
                return
    raise sealed.Corrupt(path, tr("{path} is damaged: it holds less than was stored.", path=path))


def count_loss(told: Witness | None, rescued: Rescued, held: Witness | None, now: dt.datetime, kept_as: str) -> Loss:
    """What is missing of what there was, at most; ``held`` is what is there now."""
    if told is None:
        return Loss(0, now, None, 0, 0, 0, kept_as)
    # One that is missing may have been sent, or seen to: nobody knows which of them were not.
    missing = set(range(1, told.last + 1)) - rescued.numbers
    unsent = min(told.unsent, sum(number >= told.first for number in missing))
    return Loss(
        0,
        now,
        unsent + max(0, told.lost - (held.lost if held else 0)),
        min(max(0, told.refused - rescued.refused), len(missing)),  # who is there otherwise needs attention again
        max(0, told.filters - (held.filters if held else 0)),
        max(0, told.drafts - (held.drafts if held else 0)),
        kept_as,
    )


HELD: Final = (
    "SELECT journal, commits, (SELECT count(*) FROM mutation WHERE state = 'waiting'),"
    " ifnull((SELECT min(number) FROM mutation WHERE state = 'waiting'), 0),"
    " ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'mutation'), 0),"
    " (SELECT count(*) FROM tray WHERE state = 'open'), (SELECT count(*) FROM saved_filter),"
    " (SELECT count(*) FROM draft),"
    " (SELECT count(*) FROM loss WHERE seen_at IS NULL),"
    " (SELECT ifnull(sum(ifnull(changes, 0) + refused + filters + drafts), 0) FROM loss WHERE seen_at IS NULL)"
    " FROM outbox"
)
"""The fields of a `Witness` but the salt."""

"""Leaves nothing of deleted rows in the cache file and its log."""

from __future__ import annotations

import time
from pathlib import Path

from sqlcipher3 import dbapi2

from sellmode_tui import sealed
from sellmode_tui.cache import meta
from sellmode_tui.migrations import transaction
from sellmode_tui.sealed import Connection

_REWRITTEN_AT_ONCE, _REWRITTEN = 16 * 2**20, 256 * 2**20
"""Bytes of a file that is written anew whenever rows have left it, and of one that is at all: its copy is in memory."""
_REWRITING = 0.01
"""The share of the time that this may take with the larger ones."""


class Scrubber:
    """Works on the connection that writes, while nobody else uses it."""

    def __init__(self, path: Path, writer: Connection) -> None:
        self._path = path
        self._writer = writer
        self._rewritten = 0
        """How many rows had ever left when the file was last written anew."""
        self._rewrite_from = 0.0
        """When it may be again, by the monotonic clock."""

    def scrub(self) -> None:
        """Leave nothing of deleted rows in the file and its log. What cannot be done now, the next time brings."""
        deleted = meta.get(self._writer, "deleted")
        if deleted == meta.get(self._writer, "scrubbed"):
            return
        rewritten = self._rewrite(deleted)
        self._writer.execute("PRAGMA busy_timeout = 200")  # a reading that lasts longer puts it off
        (busy, _, _) = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._writer.execute(f"PRAGMA busy_timeout = {sealed.BUSY_MS}")
        if rewritten and not busy:  # noted afterwards, so that a killed process has not promised it
            with transaction(self._writer):
                meta.put(self._writer, "scrubbed", deleted)

    def _rewrite(self, deleted: int) -> bool:
        """Write every page anew, unless that was done since the last row left; whether it is done.

        Deleting overwrites a row, but not the copies of it that stay behind, in a page's unused part, wherever SQLite
        has moved rows from page to page.
        """
        if self._rewritten == deleted:
            return True
        size, began = self._path.stat().st_size, time.monotonic()
        if size > _REWRITTEN:
            return True
        if size > _REWRITTEN_AT_ONCE and began < self._rewrite_from:
            return False
        try:
            self._writer.execute("VACUUM")
        except dbapi2.OperationalError:
            return False  # somebody else writes, the disk is full, or the app ends: the file is as it was
        ended = time.monotonic()
        self._rewritten, self._rewrite_from = deleted, ended + (ended - began) / _REWRITING
        return True

"""How much of a journal is not sent or was refused, in a file beside it that needs no key.

The file says something only while no process has the journal open: the first to open it empties the file, durably, and
the last to close it counts and writes. So a process that is killed, a crash at any moment and a power cut
leave it empty, which means "not known", and it never tells of less than there is. Numbers are all it holds.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from sellmode_tui.errors import UnsafeFile
from sellmode_tui.private_files import read_private

_FORM: Final = re.compile(rb"unsent ([0-9]+)\nrefused ([0-9]+)\n")
_HUNG: Final = 2.0
"""Seconds after which a process that is counting, which takes milliseconds, is taken for suspended."""
_LOOK: Final = 0.02


class Tally(NamedTuple):
    """What a journal held when it was last closed."""

    unsent: int
    """Changes that the backend has not settled."""
    refused: int
    """Open items of the tray."""


def tally_path(journal: Path) -> Path:
    """Where the tally is of the one journal in a folder, whatever that is called while it replaces a damaged one."""
    return journal.with_name("tally")


def read_tally(journal: Path) -> Tally | None:
    """What the journal held when it was last closed; None if that is not known. Never blocks."""
    try:
        found = _FORM.fullmatch(read_private(tally_path(journal)))
    except (OSError, UnsafeFile):
        return None
    return Tally(int(found[1]), int(found[2])) if found else None


class TallyKeeper:
    """One process's part in a tally, from before the journal is opened until it is closed."""

    def __init__(self, journal: Path) -> None:
        """Empty the tally: its numbers are unknown while the journal is open."""
        self._path = tally_path(journal)
        self._file = -1
        try:
            self._file = self._join()
            if os.fstat(self._file).st_size:
                os.ftruncate(self._file, 0)
                os.fsync(self._file)
        except OSError:
            # Without a tally, then. Where nothing can be deleted, the journal cannot be written either.
            self.leave()
            with contextlib.suppress(OSError):
                self._path.unlink()

    def count(self, count: Callable[[], Tally]) -> None:
        """Write what ``count`` finds if no other process has the journal open; this one must not change it any more.

        A tally that cannot be written stays unknown.
        """
        if self._file < 0:
            return
        with contextlib.suppress(OSError):
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # that others share it is an OSError, too
            found = count()
            os.pwrite(self._file, b"unsent %d\nrefused %d\n" % found, 0)

    def leave(self) -> None:
        """Let others count. May be called again."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def _join(self) -> int:
        """The file, shared with whoever has the journal open."""
        until = time.monotonic() + _HUNG
        while True:
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            file = os.open(self._path, flags, 0o600)
            try:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                    if self._is_in_place(file):
                        return file
                if time.monotonic() >= until and self._is_in_place(file):
                    # Suspended while it counts. What it will write when it goes on, nobody reads.
                    self._path.unlink(missing_ok=True)
            except BaseException:
                os.close(file)
                raise
            os.close(file)
            time.sleep(_LOOK)

    def _is_in_place(self, file: int) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(file), os.lstat(self._path))
        return False

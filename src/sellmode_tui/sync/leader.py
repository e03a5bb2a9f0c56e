"""One process at a time syncs an account's files: the one that holds the lock.

The lock belongs to the open file, so the kernel frees it however its holder ends.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Leader:
    """A try at leading. Holding on to it is leading; ``close`` or the end of the process lets go."""

    def __init__(self, lock: Path) -> None:
        self._file: int | None = None
        self._lock = lock

    def lead(self) -> bool:
        """Whether this process leads now; takes the lead if nobody has it."""
        if self._file is not None:
            return True
        file = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def close(self) -> None:
        """Let another process lead."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

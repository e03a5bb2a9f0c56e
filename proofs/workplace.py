"""Folders that cost nothing to write to."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def memory() -> Path | None:
    """A folder in memory, if this system has one: the disks that fail here are ours, not the machine's."""
    folder = Path("/dev/shm")  # noqa: S108 # what is made in it has a name of its own
    return folder if folder.is_dir() else None


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """A new folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sellmode-proof-", dir=memory()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)

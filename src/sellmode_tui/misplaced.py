"""How many records came that are not for whom they were sent, in a small file beside the cache.

They are not kept. The number is told without opening anything (``status``, ``doctor``).
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from sellmode_tui.errors import AccountError
from sellmode_tui.private_files import read_private, write_private


def path(cache: Path) -> Path:
    """Where the number stands."""
    return cache.with_name("misplaced")


def note(cache: Path, more: int) -> None:
    """Count some more. What cannot be stored is not told: it is no harm to who works here."""
    if more:
        with contextlib.suppress(OSError, AccountError):
            write_private(path(cache), b"%d\n" % (told(cache) + more))


def forget(cache: Path) -> None:
    """Everything is sent anew."""
    with contextlib.suppress(OSError):
        path(cache).unlink(missing_ok=True)


def told(cache: Path) -> int:
    """How many there were since everything was last sent anew."""
    try:
        return int(read_private(path(cache)))
    except (OSError, ValueError, AccountError):
        return 0

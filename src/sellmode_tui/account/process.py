"""What a process that holds keys does first, before it writes or reads anything."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource

_PR_SET_DUMPABLE = 4


def harden_process() -> None:
    """Keep what this process makes to its user, and its memory out of core files and other processes' reach.

    Each step is taken as far as the system allows. Root can read everything all the same.
    """
    os.umask(0o077)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, AttributeError):  # Linux alone has prctl
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)

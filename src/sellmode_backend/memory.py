"""Memory that was freed goes back to the system. Where the C library is not glibc it is left to its ways."""

from __future__ import annotations

import ctypes
import gc
from typing import Final

_C = ctypes.CDLL(None)
_M_MMAP_THRESHOLD: Final = -3  # as malloc.h has them
_M_ARENA_MAX: Final = -8


def set_up() -> None:
    """Large pieces go back as they are freed; left alone, glibc learns from the first one to keep them all."""
    if hasattr(_C, "mallopt"):
        _C.mallopt(_M_MMAP_THRESHOLD, 128 * 1024)
        _C.mallopt(_M_ARENA_MAX, 2)


def give_back() -> None:
    """What many small pieces have left behind goes, too. Takes some hundredths of a second."""
    gc.collect()
    if hasattr(_C, "malloc_trim"):
        _C.malloc_trim(0)

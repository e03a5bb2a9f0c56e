"""A password on a terminal costs tenths of a second on purpose; in tests, next to nothing.

Files open where passwords cost the same as where the files were made: in processes that begin with `QUICKLY`. The
installed programs know nothing of it; `in_earnest` is for tests that open the files of those, or look at the cost.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from sellmode_tui.account import slot

_EARNEST: Final = slot.COST
_QUICK: Final = slot.Cost(passes=1, memory_kib=32, lanes=4)

QUICKLY: Final = f"from sellmode_tui.account import slot; slot.COST = slot.Cost(*{tuple(_QUICK)})\n"
"""The beginning of a program for `python -c`."""
PROGRAM: Final = f"{QUICKLY}from sellmode_tui.cli import main; main()"
"""`sellmode`, for `python -c`."""


def hurry() -> None:
    """Let passwords cost next to nothing in this process from now on."""
    slot.COST = _QUICK


@contextlib.contextmanager
def in_earnest() -> Iterator[None]:
    """Passwords cost meanwhile what they cost people."""
    slot.COST = _EARNEST
    try:
        yield
    finally:
        slot.COST = _QUICK

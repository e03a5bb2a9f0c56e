"""Due times as people type them on a command line."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sellmode_contract.store_time import Due
from sellmode_contract.text import visible
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.dates.due import TypedDueError, read_typed_due

_MAX_REPEATED: Final = 60
"""Characters of a text that a message repeats."""


def read_when(text: str, zone: dt.tzinfo) -> Due:
    """The due time that a text means in the store. Raises Failure, which points at what is wrong."""
    try:
        return read_typed_due(text, dt.datetime.now(dt.UTC), zone)
    except TypedDueError as error:
        pointed = ""
        if len(text) <= _MAX_REPEATED and text.isprintable() and text == visible(text) and error.end > error.start:
            pointed = f"\n  {text}\n  {' ' * error.start}{'^' * (error.end - error.start)}"
        raise Failure(f"{error}{pointed}", Exit.USAGE) from None

"""Dates and times as people type them on a command line: the same as in forms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final, TypeVar

from sellmode_contract.store_time import Due
from sellmode_contract.text import visible
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.dates.due import read_typed_due
from sellmode_tui.dates.moments import read_moment
from sellmode_tui.dates.typed import UnclearWhen

_MAX_REPEATED: Final = 60
"""Characters of a text that a message repeats."""
_When = TypeVar("_When")


def read_when(text: str, zone: dt.tzinfo) -> Due:
    """The due time that a text means in the store. Raises Failure, which points at what is wrong."""
    return _pointing(read_typed_due, text, zone)


def read_past(text: str, zone: dt.tzinfo) -> dt.datetime:
    """The moment up to now that a text means in the store. Raises Failure, which points at what is wrong."""
    return _pointing(read_moment, text, zone)


def _pointing(read: Callable[[str, dt.datetime, dt.tzinfo], _When], text: str, zone: dt.tzinfo) -> _When:
    try:
        return read(text, dt.datetime.now(dt.UTC), zone)
    except UnclearWhen as error:
        pointed = ""
        if len(text) <= _MAX_REPEATED and text.isprintable() and text == visible(text) and error.end > error.start:
            pointed = f"\n  {text}\n  {' ' * error.start}{'^' * (error.end - error.start)}"
        raise Failure(f"{error}{pointed}", Exit.USAGE) from None

"""Records that come as TOML files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sellmode_contract.table_files import MAX_FILE, TableFileError
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.inputs import read_file, source_name

_T = TypeVar("_T")


def read_tables(source: str, read: Callable[[str], list[_T]], empty: str) -> list[_T]:
    """The records of a TOML file. ``read`` may raise TableFileError. Raises Failure; ``empty`` is for none."""
    text = read_file(source, MAX_FILE)
    try:
        found = read(text)
    except TableFileError as error:
        raise Failure(f"{source_name(source)}, {error}", Exit.USAGE) from None
    if not found:
        raise Failure(f"{source_name(source)} {empty}", Exit.USAGE)
    return found

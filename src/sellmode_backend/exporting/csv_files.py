r"""An export as CSV files, a file a table, and the values of their fields.

Values are harmless to spreadsheets and terminals (`importers.escaping`). Nothing at all is an empty field; an empty
text where there could be nothing stands as ``\u{}``, a code of no character.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.exporting.tables import TABLES, Column, Value
from sellmode_backend.importers.escaping import as_it_was, harmless

ABOUT = "export"
"""The file that says of whom and when the export is, and how many rows the others have, in one row."""
LAYOUT = "1"
"""How values are written: raised when an older export could not be imported any more."""

_EMPTY_TEXT = "\\u{}"
_BOOLEANS = {True: "true", False: "false"}


def write(folder: Path, connection: Connection, about: Mapping[str, str], tell: Callable[[str, int], None]) -> None:
    """Write all tables into a folder that is there, each file for its owner only. Raises OSError."""
    counts: dict[str, int] = {}
    for table in TABLES.values():
        columns = table.columns
        rows = (list(map(as_field, columns, row)) for row in table.rows(connection))
        counts[table.name] = _write(folder, table.name, [column.name for column in columns], rows)
        tell(table.name, counts[table.name])
    told = {**about, "layout": LAYOUT, "rows": msgspec.json.encode(counts).decode()}
    _write(folder, ABOUT, list(told), [[harmless(value) for value in told.values()]])


def _write(folder: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    count = 0
    opened = os.open(folder / f"{name}.csv", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def as_field(column: Column, value: Value) -> str:
    """A value as it stands in a file."""
    if value is None:
        return ""
    if column.form == "boolean":
        return _BOOLEANS[bool(value)]
    if column.form in ("integer", "number"):
        return repr(value)  # no text: a number below zero is no formula
    text = str(value)
    return harmless(text) if text or not column.optional else _EMPTY_TEXT


def as_value(column: Column, field: str) -> Value:
    """The value of a field. Raises ValueError, which says why there is none."""
    if not field and (column.optional or column.form != "text"):
        return None
    if column.form == "text":
        return "" if field == _EMPTY_TEXT else as_it_was(field)
    if column.form == "boolean":
        if field not in _BOOLEANS.values():
            raise ValueError("is neither true nor false")
        return field == _BOOLEANS[True]
    if column.form == "integer":
        return int(field)
    if column.form == "number":
        return float(field)
    return as_it_was(field)

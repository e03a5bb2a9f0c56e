"""Rows that could not be used: kept with file, line, column and reason, so that none is lost."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

HEADER = ("file", "line", "column", "reason", "row")


class Rejected(NamedTuple):
    """A row, or what stood where a row should, that could not be used."""

    file: str
    line: int
    """Physical line of the file on which the row begins, from 1."""
    column: str
    """Header of the column at fault; empty if it is the row as a whole."""
    reason: str
    """For people. Repeats no value, so that it may be printed and logged."""
    row: str
    """The row as it stood in the file, a byte that is not UTF-8 as a lone surrogate (``surrogateescape``)."""


class RejectsFile:
    """A CSV file of its own (mode 0600, for it holds personal data) with each rejected row.

    The row is written as a JSON string: nothing of it is lost, no control character of it reaches a terminal, and no
    spreadsheet takes it for a formula. A file without rows is removed again when the import is over.
    """

    def __init__(self, path: Path) -> None:
        """Create the file. Raises FileExistsError if something is there already: it may be somebody's export."""
        self.path = path
        self.counts: Counter[str] = Counter()
        """How many rows were rejected of each file."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", newline="")
        self._table = csv.writer(self._file)
        self._table.writerow(HEADER)

    def add(self, rejected: Rejected) -> None:
        """Keep a row. It is in the file before the next one is read, whatever happens to the import then."""
        self.counts[rejected.file] += 1
        self._table.writerow(rejected._replace(row=json.dumps(rejected.row)))
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if not self.counts:
            self.path.unlink()

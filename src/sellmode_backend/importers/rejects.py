"""What could not be used of an export: kept with line, column and reason, so that none is lost and all can be mended.

Each file of an export that has such rows gets one of the same name and columns, with four more before them
(`HEADER`). Corrected, the folder is imported like any export.
"""

from __future__ import annotations

import csv
import errno
import itertools
import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, NamedTuple, Self

from sellmode_backend.importers.escaping import harmless

HEADER = ("Sellmode Line", "Sellmode Column", "Sellmode Reason", "Sellmode Row")
"""Columns before those of the export. They are not read when the rows come in again."""

_LONGEST = 200
"""Bytes of a file's name, of which systems take 255."""


class Rejected(NamedTuple):
    """A row, or what stood where a row should, that could not be used, or not wholly."""

    file: str
    header: Sequence[str]
    """Of the file."""
    line: int
    """Physical line of the file on which the row begins, from 1."""
    column: str
    """Header of the column at fault; empty if it is the row as a whole."""
    reason: str
    """For people. Repeats no value, so that it may be printed and logged. Empty for a row that only goes along."""
    values: tuple[str, ...]
    """The row's fields; none if it could not be divided into fields."""
    raw: str = ""
    """Then the row as it stood in the file, a byte that is not UTF-8 as a lone surrogate (``surrogateescape``)."""
    whole: bool = True
    """Nothing of the row is used; else all but the column at fault."""


class Rejects:
    r"""A folder (mode 0700, for it holds personal data) with what was rejected of each file.

    A value that a spreadsheet would take for a formula has an apostrophe before it, and a character that a terminal
    would obey or not draw stands as its code (``\u{1b}``): reading takes both back (`escaping`). The folder is made
    when it is needed.
    """

    def __init__(self, folder: Path | None, tell: Callable[[Rejected], None] = lambda _: None) -> None:
        """Without a folder nothing is kept; ``tell`` is told of each fault either way.

        Raises FileExistsError if something is there already: it may be somebody's export.
        """
        if folder and folder.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
        self.folder = folder
        self._tell = tell
        self.rows: Counter[str] = Counter()
        """How many rows were rejected of each file."""
        self.fields: Counter[str] = Counter()
        """How many single fields were left out of each file's rows."""
        self._files: dict[str, IO[str]] = {}
        """By the names of the files that they are of."""
        self._taken: set[str] = set()
        """What they are called themselves, as systems see it that know no capitals."""

    def add(self, rejected: Rejected) -> None:
        """Keep a row. It is on disk before the next one is read, whatever happens to the import then."""
        if rejected.reason:
            (self.rows if rejected.whole else self.fields)[rejected.file] += 1
            self._tell(rejected)
        if not self.folder:
            return
        file = self._files.get(rejected.file) or self._begin(self.folder, rejected.file, rejected.header)
        told = (str(rejected.line), rejected.column, rejected.reason, rejected.raw)
        csv.writer(file).writerow(map(harmless, (*told, *(rejected.values or [""] * len(rejected.header)))))
        file.flush()

    def _begin(self, folder: Path, name: str, header: Sequence[str]) -> IO[str]:
        folder.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(folder / f"{self._free_stem(name)}.csv", flags, 0o600)
        file = self._files[name] = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        csv.writer(file).writerow((*HEADER, *map(harmless, header)))
        return file

    def _free_stem(self, name: str) -> str:
        """What to call what is rejected of a file: as it is called; of ``c.csv`` and ``c.tsv`` one is ``c-2``.

        It begins with no dot: an import passes over what is hidden.
        """
        stem = str(PurePosixPath(name).with_suffix("")).replace("/", "-").lstrip(".-")
        stem = os.fsencode(stem)[-_LONGEST:].decode("utf-8", "ignore")
        stems = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
        free = next(each for each in stems if each and each.casefold() not in self._taken)
        self._taken.add(free.casefold())
        return free

    def __bool__(self) -> bool:
        return bool(self.rows or self.fields)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

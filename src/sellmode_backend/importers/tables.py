"""The files of an import by what they hold: those of each layout in order, and those that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from sellmode_backend.importers.files import InputFile, Unread, find
from sellmode_backend.importers.lines import UnusableFile
from sellmode_backend.importers.reading import Layout, Table
from sellmode_backend.importers.rejects import Rejected


class Tables:
    """The files that paths name, of some layouts. One that cannot be read stops no other one."""

    def __init__(self, paths: Iterable[Path], layouts: Sequence[Layout]) -> None:
        """Look at the headers of all files. Raises OSError for a path that is not there."""
        files, self.unread = find(paths)
        self._layouts = layouts
        self._files: dict[str, list[InputFile]] = {}
        """By `Layout.file`."""
        for file in files:
            try:
                with self._open(file, _ignore) as table:
                    self._files.setdefault(table.layout.file, []).append(file)
            except UnusableFile as error:
                self.unread.append(Unread(file.name, str(error).removeprefix(f"{file.name} ")))

    def __iter__(self) -> Iterator[InputFile]:
        return (file for files in self._files.values() for file in files)

    @property
    def missing(self) -> list[Layout]:
        """Layouts that no file has."""
        return [layout for layout in self._layouts if layout.file not in self._files]

    def of(self, layout: Layout, reject: Callable[[Rejected], None] | None = None) -> Iterator[Table]:
        """The files of a layout, each open until the next is asked for. Without ``reject`` bad rows are passed over.

        One that turns out unreadable in the middle ends there, and is among ``unread`` from then on.
        """
        files = self._files.get(layout.file, ())
        for file in files:
            with self._open(file, reject or _ignore) as table:
                table.alone = len(files) == 1
                yield table
            if table.broken and reject:
                self.unread.append(Unread(file.name, table.broken))

    def _open(self, file: InputFile, reject: Callable[[Rejected], None]) -> Table:
        return Table(file, self._layouts, reject)


def _ignore(_: Rejected) -> None:
    """Bad rows are told of when the file is read in earnest."""

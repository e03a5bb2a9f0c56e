"""A CSV file as a stream of rows that know where they stand, with whatever cannot be a row set aside.

Python's ``csv`` reads what is well formed. What it cannot say is where a row began and how to go on after a bad one: a
quote that is never closed would swallow the rest of the file. Here a row that cannot be read costs its first physical
line only, and reading goes on with the next.

What a spreadsheet does to a file on the way is undone where that is sure: a first line ``sep=;``, blank lines before
and after the header, other case and blanks in headers, empty fields at the end of a row that are missing or too many.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BufferedReader
from types import TracebackType
from typing import Protocol, Self

from sellmode_backend.importers.escaping import as_it_was
from sellmode_backend.importers.lines import MAX_ROW, Lines, Oversize, UnusableFile, decoded, malformed
from sellmode_backend.importers.rejects import Rejected
from sellmode_contract import text

_MAX_READ_AGAIN = 100 * MAX_ROW
"""Characters that are read a second time because a quote before them was not closed. Where every row has such a quote,
reading would take as long as the square of the file."""

_MAX_BLANK_LINES = 100
"""Blank lines that may stand before the header."""

_DELIMITERS = ",;\t"


class Readable(Protocol):
    """What can be read as a table: a file, or what is as good as one."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    def open(self) -> BufferedReader:
        """Open it for reading bytes. Raises UnusableFile, OSError."""
        ...


class UnusableRow(Exception):
    """A row that cannot be used because of one column (its header; empty for the row as a whole)."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}" if column else reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True, eq=False)
class Layout:
    """The columns of a kind of file."""

    file: str
    """What such a file is called for short; one may have any other name."""
    fields: Mapping[str, tuple[str, ...]]
    """Each field that is read, with the headers it may stand under; the first that is there counts."""
    required: frozenset[str]
    """Fields without which the file says nothing."""
    unused: frozenset[str] = frozenset()
    """Headers that are known and not read."""
    unused_beginnings: tuple[str, ...] = ()
    """The same, by how the header begins."""

    @cached_property
    def _read(self) -> frozenset[str]:
        """The headers of the fields, as they are compared."""
        return frozenset(normal(name) for headers in self.fields.values() for name in headers)

    @cached_property
    def _not_read(self) -> frozenset[str]:
        return frozenset(map(normal, self.unused))

    @cached_property
    def _beginnings(self) -> tuple[str, ...]:
        return (_ADDED, *map(str.casefold, self.unused_beginnings))

    def knows(self, header: str) -> bool:
        """Whether the header is one that this kind of file has."""
        wanted = normal(header)
        return not wanted or wanted in self._read or wanted in self._not_read or wanted.startswith(self._beginnings)

    def missing(self, header: Sequence[str]) -> list[tuple[str, ...]]:
        """The headers of each required field that a file does not have."""
        there = set(map(normal, header))
        return [
            headers
            for field, headers in self.fields.items()
            if field in self.required and there.isdisjoint(map(normal, headers))
        ]

    def known(self, header: Sequence[str]) -> int:
        """How many of a file's headers are of fields that are read."""
        return len(self._read.intersection(map(normal, header)))


_ADDED = "sellmode "
"""How the columns begin that a file of rejects has besides (`rejects.HEADER`): they are not read."""


def normal(header: str) -> str:
    """A header as it is compared: without case, and with one blank where several are."""
    return " ".join(header.split()).casefold()


class Row:
    """A row of a file: its fields by name, and where it stands."""

    __slots__ = ("_reject", "_values", "inherited", "line", "raw", "table")

    def __init__(
        self, table: Table, line: int, values: list[str], raw: str, reject: Callable[[Rejected], None]
    ) -> None:
        self.table = table
        self.line = line
        self.raw = raw
        self.inherited: Mapping[str, str] = {}
        """Fields that are empty here and stand on a row above; a rejected row takes them along."""
        self._values = values
        self._reject = reject

    def __getitem__(self, field: str) -> str:
        """The field's text as it stands in the file; empty if the file has no such column."""
        place = self.table.places.get(field)
        return "" if place is None else self._values[place]

    def other(self, header: str) -> str:
        """The text under a header that the layout does not know (`Table.unknown`)."""
        return self._values[self.table.header.index(header)]

    @property
    def content(self) -> int:
        """A number that two rows share if they say the same under the same headers."""
        header, values = self.table.header, self._values
        return hash(tuple((header[place], values[place]) for place in self.table.by_header if values[place]))

    @property
    def place(self) -> str:
        """Where the row stands, for people."""
        return f"line {self.line}" if self.table.alone else f"line {self.line} of {self.table.name}"

    def unusable(self, field: str, reason: str) -> UnusableRow:
        """What to raise when a field makes the row unusable."""
        return UnusableRow(self.table.header_of(field), reason)

    def reject(self, error: UnusableRow) -> None:
        """Set the row aside, as one that cannot be used."""
        self._reject(self._as_rejected(error.column, error.reason, whole=True))

    def leave_out(self, error: UnusableRow) -> None:
        """Say that one field of the row is not used; the rest is."""
        self._reject(self._as_rejected(error.column, error.reason, whole=False))

    def keep(self) -> None:
        """Put the row beside others that were set aside, which mean nothing without it."""
        self._reject(self._as_rejected("", "", whole=False))

    def _as_rejected(self, column: str, reason: str, *, whole: bool) -> Rejected:
        values = list(self._values)
        for field, value in self.inherited.items():
            place = self.table.places.get(field)
            if place is not None and not values[place]:
                values[place] = value
        return Rejected(self.table.name, self.table.header, self.line, column, reason, tuple(values), whole=whole)


class Table:
    """An open CSV file. Iterating gives its rows; what cannot be read as a row goes to ``reject``.

    Read are UTF-8 with or without a byte order mark, and UTF-16 with one; fields separated by comma, semicolon or tab;
    line ends of any kind, also mixed. Raises UnusableFile for anything else, and for a missing column.
    """

    def __init__(self, file: Readable, layouts: Sequence[Layout], reject: Callable[[Rejected], None]) -> None:
        """Open a file; of the layouts, it has the one that most of its headers belong to."""
        self.name = file.name
        self.size = file.size
        self.alone = True
        """Whether it is the only file of its layout in an import."""
        self.rows = 0
        """How many rows were read so far, rejected ones too."""
        self.broken = ""
        """Why reading ended before the file did."""
        self._reject = reject
        self._read_again = 0
        self._bytes = file.open()
        try:
            self._lines = Lines(decoded(self._bytes, self.name), self.name)
            self.header, self._delimiter = self._read_header(layouts)
            self.layout = self._find_layout(layouts)
            self.places = self._find_places()
        except BaseException:
            self.close()
            raise
        self._of_rejects = any(normal(header).startswith(_ADDED) for header in self.header)
        self.by_header = sorted(range(len(self.header)), key=self.header.__getitem__)
        """The places of the columns, in the order of their headers."""
        self.unknown = [header for header in self.header if not self.layout.knows(header)]
        """Headers that mean nothing here."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._bytes.close()

    @property
    def position(self) -> int:
        """How many bytes were read so far, about."""
        return self._bytes.tell()

    def has(self, field: str) -> bool:
        """Whether the file has a column for the field. A column that is not there says nothing about its field."""
        return field in self.places

    def header_of(self, field: str) -> str:
        """The header under which the field stands in this file."""
        place = self.places.get(field)
        return self.layout.fields[field][0] if place is None else self.header[place]

    def __iter__(self) -> Iterator[Row]:
        width = len(self.header)
        for line, raw, values, wrong in self._readable_records():
            column, reason = "", wrong
            if not reason:
                if len(values) != width and self._fits(values, raw, width):
                    values = [*values, *[""] * (width - len(values))][:width]  # noqa: PLW2901 -- the row as it was meant
                if self._of_rejects:
                    values = list(map(as_it_was, values))  # noqa: PLW2901 -- the row as it was meant
                if not any(values):
                    continue
                if self._of_rejects or not raw.isascii() or "\0" in raw:
                    column, reason = self._unstorable(values)
                if not reason and len(values) != width:
                    reason = f"has {len(values)} fields where the header has {width}"
            self.rows += 1
            if reason:
                self._reject(Rejected(self.name, self.header, line, column, reason, (), raw=raw))
            else:
                yield Row(self, line, values, raw, self._reject)

    @staticmethod
    def _fits(values: list[str], raw: str, width: int) -> bool:
        """Whether a row differs from the header by empty fields at its end only, as a spreadsheet writes them.

        A row that ends the file without ending its line may have been cut off.
        """
        if len(values) > width:
            return not any(values[width:])
        return len(values) > 1 and raw.endswith(("\n", "\r"))

    def _readable_records(self) -> Iterator[tuple[int, str, list[str], str]]:
        try:
            yield from self._records()
        except UnusableFile as error:
            self.broken = str(error).removeprefix(f"{self.name} ")

    def _records(self) -> Iterator[tuple[int, str, list[str], str]]:
        """Each row with its first physical line, its text, its fields and, instead of these, why it is none."""
        lines, delimiter = self._lines, self._delimiter
        csv.field_size_limit(MAX_ROW)
        while first := lines.read():
            begin = lines.number
            if isinstance(first, Oversize):
                yield begin, first, [], f"is longer than {MAX_ROW:,} characters"
            elif '"' not in first:
                if bare := first.rstrip("\r\n"):
                    yield begin, first, bare.split(delimiter), ""
            else:
                lines.unread(first)
                lines.begin_row()
                try:
                    values = next(csv.reader(lines, delimiter=delimiter, strict=True))
                except csv.Error as error:
                    # The quote may be closed nowhere near: only its own line is sure to belong to the row.
                    for line in reversed(lines.pulled[1:]):
                        lines.unread(line)
                        self._read_again += len(line)
                    if self._read_again > _MAX_READ_AGAIN:
                        raise UnusableFile(
                            f"{self.name} has too many quotes that are not closed, the last on line {begin}:"
                            " it was not exported as CSV"
                        ) from None
                    yield begin, first, [], malformed(error)
                else:
                    yield begin, "".join(lines.pulled), values, ""

    def _read_header(self, layouts: Sequence[Layout]) -> tuple[list[str], str]:
        first = self._first_line()
        best: list[str] = []
        best_delimiter = _DELIMITERS[0]
        most = -1
        for delimiter in _DELIMITERS:
            try:
                header = next(csv.reader([first], delimiter=delimiter, strict=True))
            except csv.Error:
                continue
            known = max(layout.known(header) for layout in layouts)
            if known > most:
                best, best_delimiter, most = header, delimiter, known
        return best, best_delimiter

    def _first_line(self) -> str:
        """The line that names the columns: the first that is not blank and does not say how fields are separated."""
        first = ""
        for _ in range(_MAX_BLANK_LINES):
            try:
                first = self._lines.read()
                text.refuse(first, "its first line")
            except (UnusableFile, text.UnstorableText):
                raise UnusableFile(
                    f"{self.name} is not a CSV file in UTF-8, nor in UTF-16 with a byte order mark: export it as CSV in"
                    " UTF-8"
                ) from None
            if isinstance(first, Oversize):
                raise UnusableFile(
                    f"{self.name} has a first line of more than {MAX_ROW:,} characters: it cannot name columns"
                )
            if not first or (first.strip(f"\r\n {_DELIMITERS}") and not first.casefold().startswith("sep=")):
                break
        if not first.strip(f"\r\n {_DELIMITERS}"):
            raise UnusableFile(f"{self.name} is empty: its first line should name the columns")
        return first

    def _find_layout(self, layouts: Sequence[Layout]) -> Layout:
        fitting = [layout for layout in layouts if not layout.missing(self.header)]
        if fitting:
            return max(fitting, key=lambda layout: layout.known(self.header))
        # What it is meant to be: by its name, else by most of its columns.
        stem = self.name.rpartition("/")[2].casefold()
        meant = [layout for layout in layouts if stem.startswith(layout.file.removesuffix(".csv"))] or layouts
        closest = max(meant, key=lambda layout: layout.known(self.header))
        names = ", ".join(" or ".join(map(repr, headers)) for headers in closest.missing(self.header))
        raise UnusableFile(f"{self.name} has no column {names}")

    def _find_places(self) -> dict[str, int]:
        header = [normal(name) for name in self.header]
        places: dict[str, int] = {}
        for field, headers in self.layout.fields.items():
            for name in map(normal, headers):
                if header.count(name) > 1:
                    twice = self.header[header.index(name)]
                    raise UnusableFile(f"{self.name} has the column {twice!r} more than once")
                if name in header:
                    places.setdefault(field, header.index(name))
        return places

    def _unstorable(self, values: list[str]) -> tuple[str, str]:
        """The column and the reason why a row cannot be stored; both empty if it can."""
        for place, value in enumerate(values):
            try:
                text.refuse(value, "")
            except text.UnstorableText as error:
                header = self.header[place] if place < len(self.header) else ""
                column = header if header and self.layout.knows(header) else f"column {place + 1}"
                where = f"character {error.position + 1} of the field"
                if error.character == "\0":
                    return column, f"{where} is a NUL, which cannot be stored"
                if "\udc80" <= error.character <= "\udcff" and self._lines.is_utf8:
                    return column, f"{where} is the byte 0x{ord(error.character) - 0xDC00:02X}, which is not UTF-8"
                return column, f"{where} is half of a character (a lone surrogate), which cannot be stored"
        return "", ""

"""A CSV file as a stream of rows that know where they stand, with whatever cannot be a row set aside.

Python's ``csv`` reads what is well formed. What it cannot say is where a row began and how to go on after a bad one: a
quote that is never closed would swallow the rest of the file. Here a row that cannot be read costs its first physical
line only, and reading goes on with the next.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from sellmode_backend.importers.rejects import Rejected
from sellmode_contract import text

MAX_ROW = 600_000
"""Characters of one row; a longer one is rejected. More than a product's description may have (512 kB), and little
enough that a record made of it fits into a line of a sync answer, whatever it takes to escape it."""

_MAX_READ_AGAIN = 100 * MAX_ROW
"""Characters that are read a second time because a quote before them was not closed. Where every row has such a quote,
reading would take as long as the square of the file."""

_ENCODINGS = (
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t"


class UnusableFile(Exception):
    """A file that cannot be read as the table it should be; the message says which and why."""


class UnusableRow(Exception):
    """A row that cannot be used because of one column (its header; empty for the row as a whole)."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}" if column else reason)
        self.column = column
        self.reason = reason


class Layout(NamedTuple):
    """The columns of a kind of file."""

    file: str
    fields: Mapping[str, tuple[str, ...]]
    """Each field that is read, with the headers it may stand under; the first that is there counts."""
    required: frozenset[str]
    """Fields without which the file says nothing."""
    unused: frozenset[str] = frozenset()
    """Headers that are known and not read."""
    unused_beginnings: tuple[str, ...] = ()
    """The same, by how the header begins."""

    def knows(self, header: str) -> bool:
        """Whether the header is one that this kind of file has."""
        return (
            not header
            or header in self.unused
            or header.startswith(self.unused_beginnings)
            or any(header in headers for headers in self.fields.values())
        )


class Row:
    """A row of a file: its fields by name, and where it stands."""

    __slots__ = ("_values", "line", "raw", "table")

    def __init__(self, table: Table, line: int, values: list[str], raw: str) -> None:
        self.table = table
        self.line = line
        self.raw = raw
        self._values = values

    def __getitem__(self, field: str) -> str:
        """The field's text as it stands in the file; empty if the file has no such column."""
        place = self.table.places.get(field)
        return "" if place is None else self._values[place]

    def other(self, header: str) -> str:
        """The text under a header that the layout does not know (`Table.unknown`)."""
        return self._values[self.table.header.index(header)]

    def unusable(self, field: str, reason: str) -> UnusableRow:
        """What to raise when a field makes the row unusable."""
        return UnusableRow(self.table.header_of(field), reason)

    def rejected(self, error: UnusableRow) -> Rejected:
        """The row as one that could not be used."""
        return Rejected(self.table.layout.file, self.line, error.column, error.reason, self.raw)


class Table:
    """An open CSV file. Iterating gives its rows; what cannot be read as a row goes to ``reject``.

    Read are UTF-8 with or without a byte order mark, and UTF-16 with one; fields separated by comma, semicolon or tab;
    line ends of any kind, also mixed. Raises UnusableFile for anything else, and for a missing column.
    """

    def __init__(self, path: Path, layout: Layout, reject: Callable[[Rejected], None]) -> None:
        self.layout = layout
        self.size = path.stat().st_size
        self.rows = 0
        """How many rows were read so far, rejected ones too."""
        self._reject = reject
        self._read_again = 0
        self._bytes = path.open("rb")
        try:
            self._lines = _Lines(_decoded(self._bytes, layout.file), layout.file)
            self.header, self._delimiter = self._read_header()
            self.places = self._find_places()
        except BaseException:
            self.close()
            raise
        self.unknown = [header for header in self.header if not layout.knows(header)]
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
        for line, raw, values, malformed in self._records():
            self.rows += 1
            column, reason = "", malformed
            if not reason and (not raw.isascii() or "\0" in raw):
                column, reason = self._unstorable(values)
            if not reason and len(values) != width:
                reason = f"has {len(values)} fields where the header has {width}"
            if reason:
                self._reject(Rejected(self.layout.file, line, column, reason, raw))
            else:
                yield Row(self, line, values, raw)

    def _records(self) -> Iterator[tuple[int, str, list[str], str]]:
        """Each row with its first physical line, its text, its fields and, instead of these, why it is none."""
        lines, delimiter = self._lines, self._delimiter
        csv.field_size_limit(MAX_ROW)
        while first := lines.read():
            begin = lines.number
            if isinstance(first, _Oversize):
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
                            f"{self.layout.file} has too many quotes that are not closed, the last on line {begin}:"
                            " it was not exported as CSV"
                        ) from None
                    yield begin, first, [], _malformed(error)
                else:
                    yield begin, "".join(lines.pulled), values, ""

    def _read_header(self) -> tuple[list[str], str]:
        file = self.layout.file
        try:
            first = self._lines.read()
            text.refuse(first, "its first line")
        except (UnusableFile, text.UnstorableText):
            raise UnusableFile(
                f"{file} is no CSV file in UTF-8, nor in UTF-16 with a byte order mark: export it as CSV in UTF-8"
            ) from None
        if isinstance(first, _Oversize):
            raise UnusableFile(f"{file} has a first line of more than {MAX_ROW:,} characters: it cannot name columns")
        if not first.strip():
            raise UnusableFile(f"{file} is empty: its first line should name the columns")
        known = {header for headers in self.layout.fields.values() for header in headers}
        best: list[str] = []
        best_delimiter = _DELIMITERS[0]
        for delimiter in _DELIMITERS:
            try:
                header = next(csv.reader([first], delimiter=delimiter, strict=True))
            except csv.Error:
                continue
            if not best or len(known.intersection(header)) > len(known.intersection(best)):
                best, best_delimiter = header, delimiter
        return best, best_delimiter

    def _find_places(self) -> dict[str, int]:
        places: dict[str, int] = {}
        for field, headers in self.layout.fields.items():
            for header in headers:
                if self.header.count(header) > 1:
                    raise UnusableFile(f"{self.layout.file} has the column {header!r} more than once")
                if header in self.header:
                    places.setdefault(field, self.header.index(header))
        missing = [
            headers for field, headers in self.layout.fields.items() if field in self.layout.required - places.keys()
        ]
        if missing:
            names = ", ".join(" or ".join(map(repr, headers)) for headers in missing)
            lower = {header.casefold() for header in self.header}
            cased = any(header.casefold() in lower for headers in missing for header in headers)
            hint = " (upper and lower case matter)" if cased else ""
            raise UnusableFile(f"{self.layout.file} has no column {names}{hint}")
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


class _Oversize(str):
    """The beginning of a line that is too long to be kept."""

    __slots__ = ()


class _Lines:
    """Physical lines of a text, counted, with a way back. Iterating gives the lines of one row, for ``csv.reader``."""

    def __init__(self, file: io.TextIOWrapper, name: str) -> None:
        self._file = file
        self._name = name
        self._waiting: deque[str] = deque()
        self._left = 0
        self.is_utf8 = file.encoding.startswith("utf-8")
        self.number = 0
        """Of the line read last, from 1."""
        self.pulled: list[str] = []
        """The lines given to ``csv.reader`` since `begin_row`."""

    def read(self) -> str:
        """The next line with its end, or its beginning as an _Oversize; empty at the end of the text."""
        line = self._waiting.popleft() if self._waiting else self._read()
        self.number += bool(line)
        return line

    def _read(self) -> str:
        try:
            line = self._file.readline(MAX_ROW)
            if len(line) < MAX_ROW or line[-1] in "\r\n":
                return line
            while (more := self._file.readline(MAX_ROW)) and more[-1] not in "\r\n":
                pass
        except UnicodeDecodeError as error:
            raise UnusableFile(f"{self._name} cannot be read after line {self.number}: {error.reason}") from None
        return _Oversize(line[:1000])

    def unread(self, line: str) -> None:
        """Give a line back, to be read next."""
        self._waiting.appendleft(line)
        self.number -= 1

    def begin_row(self) -> None:
        """The next lines are asked for by ``csv.reader``, for one row."""
        self.pulled = []
        self._left = MAX_ROW

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.read()
        if not line:
            raise StopIteration
        self._left -= len(line)
        if self._left < 0 or isinstance(line, _Oversize):
            self.unread(line)
            raise StopIteration  # which csv.reader takes for the end of the file, inside a quote
        self.pulled.append(line)
        return line


def _malformed(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return f"has a quote that is not closed within {MAX_ROW:,} characters"
    return "has a quote that ends in the middle of a field"


def _decoded(file: io.BufferedReader, name: str) -> io.TextIOWrapper:
    beginning = file.peek(4)
    if beginning.startswith(b"PK\x03\x04"):
        raise UnusableFile(f"{name} is a spreadsheet or archive, not CSV: export it as CSV in UTF-8")
    encoding: str | None = "utf-8"
    for mark, marked in _ENCODINGS:
        if beginning.startswith(mark):
            encoding = marked
            break
    if encoding is None:
        raise UnusableFile(f"{name} is UTF-32: export it as CSV in UTF-8")
    # newline="": a line end inside quotes belongs to the field as it is.
    errors = "surrogateescape" if encoding.startswith("utf-8") else "surrogatepass"
    return io.TextIOWrapper(file, encoding, errors, newline="")

"""The physical lines of a text file, counted, and the encodings that are read."""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque

MAX_ROW = 600_000
"""Characters of one row; a longer one is rejected. More than a product's description may have (512 kB), and little
enough that a record made of it fits into a line of a sync answer, whatever it takes to escape it."""

_ENCODINGS = (
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class UnusableFile(Exception):
    """A file that cannot be read as the table it should be; the message says which and why."""


class Oversize(str):
    """The beginning of a line that is too long to be kept."""

    __slots__ = ()


class Lines:
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
        """The next line with its end, or its beginning as an Oversize; empty at the end of the text."""
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
        return Oversize(line[:1000])

    def unread(self, line: str) -> None:
        """Give a line back, to be read next."""
        self._waiting.appendleft(line)
        self.number -= 1

    def begin_row(self) -> None:
        """The next lines are asked for by ``csv.reader``, for one row."""
        self.pulled = []
        self._left = MAX_ROW

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self.read()
        if not line:
            raise StopIteration
        self._left -= len(line)
        if self._left < 0 or isinstance(line, Oversize):
            self.unread(line)
            raise StopIteration  # which csv.reader takes for the end of the file, inside a quote
        self.pulled.append(line)
        return line


def malformed(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return f"has a quote that is not closed within {MAX_ROW:,} characters"
    return "has a quote that ends in the middle of a field"


def decoded(file: io.BufferedReader, name: str) -> io.TextIOWrapper:
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

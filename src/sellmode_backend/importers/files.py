"""Which files an import reads: those of folders and archives, as a shop system writes and people download them."""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

from sellmode_backend.importers.lines import UnusableFile

_TABLES = frozenset({".csv", ".tsv"})
_ARCHIVES = frozenset({".zip"})
_SPREADSHEETS = frozenset({".xlsx", ".xls", ".ods", ".numbers"})
_BROKEN = (zipfile.BadZipFile, RuntimeError, ValueError, EOFError, OSError, zlib.error, lzma.LZMAError)
"""What ``zipfile`` and what unpacks for it raise for archives that are damaged, encrypted or packed in a new way."""


class InputFile(NamedTuple):
    """A file to read: one of a folder, or a member of a zip archive."""

    name: str
    """What people call it, and no other file: its name with as many folders as that takes; a member's after its
    archive's."""
    path: Path
    size: int
    """Bytes, uncompressed."""
    member: str = ""

    def open(self) -> io.BufferedReader:
        """Open it for reading bytes. Raises UnusableFile for a member that cannot be read, OSError."""
        if not self.member:
            return self.path.open("rb")
        return io.BufferedReader(_Member(self))


class _Member(io.RawIOBase):
    """A member of an archive as a stream of bytes that closes the archive with it and says where it is."""

    def __init__(self, file: InputFile) -> None:
        super().__init__()
        self._name = file.name
        self._archive = zipfile.ZipFile(file.path)
        try:
            self._stream: IO[bytes] = self._archive.open(file.member)
        except _BROKEN as error:  # also: encrypted, or compressed in a new way
            self._archive.close()
            raise UnusableFile(f"{self._name} cannot be unpacked: {error}") from None
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = cast("memoryview", buffer)
        try:
            some = self._stream.read(len(view))
        except _BROKEN as error:
            raise UnusableFile(f"{self._name} is damaged and cannot be unpacked: {error}") from None
        view[: len(some)] = some
        self._read += len(some)
        return len(some)

    def tell(self) -> int:
        return self._read

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._archive.close()
        super().close()


class Unread(NamedTuple):
    """A file that an import does not read."""

    name: str
    reason: str


class Found(NamedTuple):
    """The files there are."""

    files: list[InputFile]
    unread: list[Unread]


def find(paths: Iterable[Path]) -> Found:
    """The files that paths name: files, and those directly in folders, in the order of their names.

    Numbers in names count as numbers, so that ``orders_export_2.csv`` comes before ``orders_export_10.csv``. A file
    that comes twice is read once. Raises OSError for a path that is not there.
    """
    found = Found([], [])
    seen: set[Path] = set()
    there = [file for path in paths for file in _files(path)]
    for path in sorted(there, key=lambda file: _natural(file.name)):
        if (real := path.resolve()) in seen:
            continue
        seen.add(real)
        ending = path.suffix.casefold()
        if ending in _TABLES:
            found.files.append(InputFile(path.name, path, path.stat().st_size))
        elif ending in _ARCHIVES:
            _look_into(path, found)
        elif ending in _SPREADSHEETS:
            found.unread.append(Unread(path.name, "is a spreadsheet, not CSV: export it as CSV in UTF-8"))
    return Found(_told_apart(found.files), found.unread)


def _told_apart(files: list[InputFile]) -> list[InputFile]:
    """The files, of which no two have one name: repeated rows and rejects go by it."""
    for longer in (_with_folder, _in_full):
        names = Counter(file.name for file in files)
        files = [file._replace(name=longer(file)) if names[file.name] > 1 else file for file in files]
    return files


def _with_folder(file: InputFile) -> str:
    return f"{file.path.name}/{file.member}" if file.member else "/".join(file.path.parts[-2:])


def _in_full(file: InputFile) -> str:
    return str(file.path / file.member)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
    else:
        path.stat()
        yield path


def _look_into(path: Path, found: Found) -> None:
    with path.open("rb") as file:
        try:
            members = {member.filename: member for member in zipfile.ZipFile(file).infolist()}
        except _BROKEN:
            found.unread.append(Unread(path.name, "is no zip archive, or a damaged one: download it again"))
            return
    # Of two members of one name the last is read, as by everything that unpacks.
    for member in sorted(members.values(), key=lambda member: _natural(member.filename)):
        name = Path(member.filename)
        if member.is_dir() or name.name.startswith(".") or "__MACOSX" in name.parts:
            continue
        ending = name.suffix.casefold()
        if ending in _TABLES:
            found.files.append(InputFile(f"{path.name}/{name.name}", path, member.file_size, member.filename))
        elif ending in _ARCHIVES | _SPREADSHEETS:
            found.unread.append(Unread(f"{path.name}/{name.name}", "is not a CSV file: unpack it, or export it as CSV"))


def _natural(name: str) -> list[tuple[int, str]]:
    parts = re.split(r"0*(\d+)", name.casefold())
    return [(len(part) * (place % 2), part) for place, part in enumerate(parts)]  # each second one is a number

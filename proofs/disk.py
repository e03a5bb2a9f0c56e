"""A disk whose power can be cut at any moment, as often as one likes, from one recording of what was written to it.

A write is on the disk for good once its file was synced, a name once its folder was. Until then a cut leaves any of
them, whole or in part: sectors survive one by one. Of what a ``Recorder`` has seen ``images`` makes what may be left.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias, TypeVar
from unittest import mock

import apsw

SECTOR = 512
"""Bytes that are written as one."""


class Write(NamedTuple):
    """Bytes were written into a file."""

    file: str
    offset: int
    data: bytes


class Truncate(NamedTuple):
    """A file was cut."""

    file: str
    size: int


class Sync(NamedTuple):
    """A file's content is on the disk."""

    file: str


class Make(NamedTuple):
    """A file has come into the folder, empty."""

    file: str


class Delete(NamedTuple):
    """A file's name is no more."""

    file: str


class Rename(NamedTuple):
    """A file has another name."""

    file: str
    to: str


class SyncFolder(NamedTuple):
    """The names are on the disk."""


class Committed(NamedTuple):
    """A transaction has ended; this is what the database holds since."""

    file: str
    digest: str


class Acknowledged(NamedTuple):
    """The code under proof has said that something is stored."""

    what: object


Event: TypeAlias = Write | Truncate | Sync | Make | Delete | Rename | SyncFolder | Committed | Acknowledged

_T = TypeVar("_T")
_names = iter(range(1 << 30))


class Recorder:
    """A file system that notes what happens to the files of one folder (which should be in memory: it syncs a lot)."""

    def __init__(self) -> None:
        self.vfs = f"recorded{next(_names)}"
        self.events: list[Event] = []
        self._there: set[str] = set()
        self._grown: set[str] = set()
        """Databases whose log has had something written to it since their last commit was noted."""
        self._vfs = _Vfs(self)

    def close(self) -> None:
        """The files have been closed; nothing can be opened any more."""
        self._vfs.unregister()

    def acknowledge(self, what: object) -> None:
        """Note that the code under proof has returned."""
        self.events.append(Acknowledged(what))

    @contextlib.contextmanager
    def names(self) -> Iterator[None]:
        """Also note what the code under proof does to names by itself."""
        rename, fsync = Path.rename, os.fsync

        def noted_rename(path: Path, target: Path | str) -> Path:
            self.events.append(Rename(str(path), str(target)))
            self._there.discard(str(path))
            self._there.add(str(target))
            return rename(path, target)

        def noted_fsync(file: int) -> None:
            self.events.append(SyncFolder())
            fsync(file)

        with mock.patch.object(Path, "rename", noted_rename), mock.patch.object(os, "fsync", noted_fsync):
            yield

    # what SQLite does

    def opened(self, file: str) -> None:
        """A file may be new."""
        if file not in self._there:
            self._there.add(file)
            self.events.append(Make(file))

    def deleted(self, file: str, *, for_good: bool) -> None:
        """SQLite deletes its logs."""
        self._there.discard(file)
        self.events.append(Delete(file))
        if for_good:
            self.events.append(SyncFolder())

    def written(self, event: Write | Truncate | Sync) -> None:
        """SQLite writes."""
        self.events.append(event)
        if isinstance(event, Write) and event.file.endswith("-wal"):
            self._grown.add(event.file.removesuffix("-wal"))

    def transaction_ended(self, path: str, connection: apsw.Connection) -> None:
        """Note what the database holds now, if that may be something new."""
        if path in self._grown:
            self._grown.discard(path)
            self.events.append(Committed(path, digest(lambda statement: connection.execute(statement).fetchall())))


class _File(apsw.VFSFile):
    def __init__(self, recorder: Recorder, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self._recorder = recorder
        self._name = _text(name)
        self._fresh = self._name.endswith(("-wal", "-journal"))
        """Whether the folder is synced with it, as SQLite does at the first sync of a log that it has made."""

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 # apsw's
        self._recorder.written(Write(self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 # apsw's
        self._recorder.written(Truncate(self._name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 # apsw's
        self._recorder.written(Sync(self._name))
        if self._fresh:
            self._fresh = False
            self._recorder.events.append(SyncFolder())
        super().xSync(flags)


class _Vfs(apsw.VFS):
    def __init__(self, recorder: Recorder) -> None:
        super().__init__(recorder.vfs, "unix")
        self._recorder = recorder

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 # apsw's
        self._recorder.opened(_text(name))
        return _File(self._recorder, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 # apsw's
        self._recorder.deleted(filename, for_good=syncdir)
        super().xDelete(filename, syncdir)


def _text(name: str | apsw.URIFilename | None) -> str:
    return name.filename() if isinstance(name, apsw.URIFilename) else name or ""


def digest(rows_of: Callable[[str], Sequence[Sequence[object]]]) -> str:
    """What a database holds, in short: its schema and every row of every table, search indexes included."""
    tables = rows_of("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    content = hashlib.blake2b(digest_size=12)
    for name, sql in tables:
        if not str(sql).startswith("CREATE VIRTUAL"):
            content.update(repr((name, sql, rows_of(f'SELECT * FROM "{name}"'))).encode())  # noqa: S608 # its own names
    return content.hexdigest()


# ------------------------------------------------------------------ what a cut leaves


@dataclass
class _Inode:
    """A file without a name."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Write | Truncate] = field(default_factory=list)

    def sync(self) -> None:
        for event in self.pending:
            _apply(self.durable, event)
        self.pending.clear()


Loss = Literal["nothing", "all", "the last", "some", "torn"]
"""What a cut takes of the writes that were not synced: ``nothing`` is what a killed process leaves."""
LOSSES: tuple[Loss, ...] = ("nothing", "all", "the last", "some", "torn")
KILLED: tuple[Loss, ...] = ("nothing",)


class Cut(NamedTuple):
    """What a cut leaves, and what may be expected of it."""

    at: int
    """Events before it."""
    loss: Loss
    files: Mapping[str, bytes]
    committed: Mapping[str, tuple[str, ...]]
    """Of each database, what it has held after each commit that had ended, and after the one that was under way."""
    ended: Mapping[str, int]
    """How many of them had ended."""
    acknowledged: tuple[object, ...]


def places(events: Sequence[Event], most: int, chance: random.Random) -> list[int]:
    """Between which events to stop: everywhere, or at so many places where there are more."""
    everywhere = range(len(events) + 1)
    return list(everywhere) if len(everywhere) <= most else sorted(chance.sample(everywhere, most))


def images(
    events: Sequence[Event], places: Sequence[int], chance: random.Random, losses: Sequence[Loss] = LOSSES
) -> Iterator[Cut]:
    """What is left of a recording by cuts at some places, which are given in order."""
    disk = _Disk()
    done = 0
    digests: dict[str, list[str]] = {}
    for event in events:
        if isinstance(event, Committed):
            digests.setdefault(event.file, [""]).append(event.digest)
    ended = dict.fromkeys(digests, 0)
    acknowledged: list[object] = []
    for place in places:
        for event in events[done:place]:
            if isinstance(event, Committed):
                ended[event.file] += 1
            elif isinstance(event, Acknowledged):
                acknowledged.append(event.what)
            else:
                disk.happen(event)
        done = place
        loss = chance.choice(losses)
        committed = {file: tuple(held[: ended[file] + 2]) for file, held in digests.items()}
        yield Cut(place, loss, disk.left(loss, chance), committed, dict(ended), tuple(acknowledged))


class _Disk:
    def __init__(self) -> None:
        self._names: dict[str, _Inode] = {}
        """As programs see them."""
        self._durable: dict[str, _Inode] = {}
        self._renamings: list[tuple[str, _Inode | None]] = []
        """What became of names since the folder was synced; None is deleted."""

    def happen(self, event: Event) -> None:
        match event:
            case Write() | Truncate():
                self._names[event.file].pending.append(event)
            case Sync():
                self._names[event.file].sync()
            case Make():
                self._name(event.file, _Inode())
            case Delete():
                self._name(event.file, None)
            case Rename():
                inode = self._names[event.file]
                self._name(event.file, None)
                self._name(event.to, inode)
            case SyncFolder():
                self._durable = dict(self._names)
                self._renamings.clear()

    def _name(self, name: str, inode: _Inode | None) -> None:
        self._renamings.append((name, inode))
        _rename(self._names, name, inode)

    def left(self, loss: Loss, chance: random.Random) -> dict[str, bytes]:
        names = dict(self._durable)
        for name, inode in _survivors(self._renamings, loss, chance):
            _rename(names, name, inode)
        return {name: _content(inode, loss, chance) for name, inode in names.items() if name}


def _rename(names: dict[str, _Inode], name: str, inode: _Inode | None) -> None:
    if inode is None:
        names.pop(name, None)
    else:
        names[name] = inode


def _survivors(things: Sequence[_T], loss: Loss, chance: random.Random) -> Sequence[_T]:
    match loss:
        case "nothing":
            return things
        case "all":
            return ()
        case "the last":
            return things[: chance.randint(0, len(things))]
        case _:
            share = chance.random()
            return [thing for thing in things if chance.random() < share]


def _content(inode: _Inode, loss: Loss, chance: random.Random) -> bytes:
    content = bytearray(inode.durable)
    if loss == "torn":
        share = chance.random()
        for event in inode.pending:
            for piece in _sectors(event):
                if chance.random() < share:
                    _apply(content, piece)
    else:
        for event in _survivors(inode.pending, loss, chance):
            _apply(content, event)
    return bytes(content)


def _sectors(event: Write | Truncate) -> Iterator[Write | Truncate]:
    if isinstance(event, Truncate):
        yield event
        return
    start = 0
    while start < len(event.data):
        end = start + SECTOR - (event.offset + start) % SECTOR
        yield Write(event.file, event.offset + start, event.data[start:end])
        start = end


def _apply(content: bytearray, event: Write | Truncate) -> None:
    size = event.size if isinstance(event, Truncate) else event.offset
    if len(content) < size:
        content.extend(bytes(size - len(content)))
    if isinstance(event, Truncate):
        del content[event.size :]
    else:
        content[event.offset : event.offset + len(event.data)] = event.data

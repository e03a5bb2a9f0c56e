"""What was typed and not saved yet, and how the lists were looked at: the tables `draft` and `looked` of the journal.

Both belong to a window, which is a running app. While that runs, nobody else takes them; afterwards whichever window
opens the account next does.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.journal.schema import committing
from sellmode_tui.sealed import Connection, SealedError

_FILE: Final = "window-"


class DraftField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form in which something was typed."""

    path: str
    label: str
    typed: Any
    """As the field keeps it."""
    before: Any = None
    """What the person saw there, as JSON has it."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A form that was not saved."""

    id: str
    kind: str
    """Which form."""
    subject: dict[str, str] = {}
    """Ids of what it is about."""
    title: str
    fields: tuple[DraftField, ...]
    focus: int = 0
    """Which of the places to type in had the cursor."""
    cursor: tuple[int, ...] = ()
    """Where it stood in its text: the column of a line, the line and column of an area."""

    def __repr__(self) -> str:
        """Without what was typed: representations end up in logs."""
        return f"Draft({self.id!r}, {self.kind!r})"


class Left(NamedTuple):
    """Drafts and list views of a window that has closed."""

    drafts: list[Draft]
    """From the bottom up."""
    looked: bytes | None
    """How the lists were looked at, as JSON."""


class Drafts:
    """The tables. Methods raise as the journal's do."""

    def __init__(self, using: Callable[[], AbstractContextManager[Connection]], outbox: Outbox) -> None:
        self._using = using
        self._outbox = outbox

    def keep(self, window: str, drafts: Sequence[Draft], looked: bytes | None) -> None:
        """Replace all that is stored for a window."""
        with self._using() as connection, committing(connection):
            connection.execute("DELETE FROM draft WHERE window = ?", (window,))
            dropped = _dropped(connection)
            for place, draft in enumerate(drafts):
                if draft.id not in dropped:
                    body = msgspec.json.encode(draft).decode()
                    connection.execute(
                        "REPLACE INTO draft (id, window, place, body) VALUES (?, ?, ?, ?)",
                        (draft.id, window, place, body),
                    )
            connection.execute("DELETE FROM looked WHERE window = ?", (window,))
            if looked is not None:
                connection.execute("INSERT INTO looked (window, body) VALUES (?, ?)", (window, looked.decode()))

    @contextlib.contextmanager
    def saving(self, id: str) -> Iterator[None]:
        """Drop a draft in the transaction of the change that this thread writes meanwhile: no kill leaves both.

        Where there was nothing to change, it goes afterwards.
        """
        dropped = False

        def drop(connection: Connection) -> None:
            nonlocal dropped
            dropped = True
            _drop(connection, id)

        with self._outbox.together(drop):
            yield
        if not dropped:
            with contextlib.suppress(SealedError):  # nothing was to be written, and so there is nothing to lose
                self.drop(id)

    def drop(self, id: str) -> None:
        """A form was saved."""
        with self._using() as connection, committing(connection):
            _drop(connection, id)

    def bodies(self) -> list[str]:
        """All drafts of all windows, as they lie there."""
        with self._using() as connection:
            return [body for (body,) in connection.execute("SELECT body FROM draft ORDER BY window, place").fetchall()]

    def take(self, window: Window) -> Left:
        """Move the drafts of windows that have closed to this one, and return all that it has."""
        with self._using() as connection, committing(connection):
            windows = connection.execute("SELECT window, max(at) FROM draft GROUP BY window").fetchall()
            windows += connection.execute("SELECT window, at FROM looked").fetchall()
            mine = {each for each, _ in windows if each == window.id or not window.is_open(each)}
            latest: dict[str, int] = {}
            for each, at in windows:
                if each in mine:
                    latest[each] = max(at, latest.get(each, 0))
            drafts: list[Draft] = []
            looked = None
            for each in sorted(latest, key=lambda each: latest[each]):
                rows = connection.execute("SELECT body FROM draft WHERE window = ? ORDER BY place", (each,)).fetchall()
                for (body,) in rows:
                    with contextlib.suppress(msgspec.DecodeError):  # a newer version's stays where it is
                        drafts.append(msgspec.json.decode(body, type=Draft))
                row = connection.execute("SELECT body FROM looked WHERE window = ?", (each,)).fetchone()
                looked = row[0].encode() if row else looked
                connection.execute("DELETE FROM looked WHERE window = ?", (each,))
            for place, draft in enumerate(drafts):
                connection.execute("UPDATE draft SET window = ?, place = ? WHERE id = ?", (window.id, place, draft.id))
            if looked is not None:
                connection.execute("INSERT INTO looked (window, body) VALUES (?, ?)", (window.id, looked.decode()))
        return Left(drafts, looked)


class Window:
    """Marks in an account's folder that this app is running: a locked file, released when the process ends."""

    def __init__(self, folder: Path) -> None:
        self.id = uuid.uuid4().hex
        self._folder = folder
        self._file = -1
        for path in folder.glob(f"{_FILE}*"):
            self.is_open(path.name.removeprefix(_FILE))  # what was killed leaves its file
        with contextlib.suppress(OSError):  # then others take its drafts for left behind
            self._file = self._make()

    def _make(self) -> int:
        path = self._path(self.id)
        while True:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            with contextlib.suppress(FileNotFoundError):  # another window saw it before it was locked
                if os.path.samestat(os.fstat(file), os.lstat(path)):
                    return file
            os.close(file)

    def is_open(self, other: str) -> bool:
        """Whether the window of that id runs. The file of one that does not is removed."""
        if other == self.id:
            return True
        try:
            file = os.open(self._path(other), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._path(other).unlink(missing_ok=True)
        except OSError:
            return True
        finally:
            os.close(file)
        return False

    def close(self) -> None:
        """Leave its drafts to other windows. May be called again."""
        file, self._file = self._file, -1
        if file >= 0:
            with contextlib.suppress(OSError):
                self._path(self.id).unlink(missing_ok=True)
            os.close(file)

    def _path(self, id: str) -> Path:
        return self._folder / f"{_FILE}{id}"


def _drop(connection: Connection, id: str) -> None:
    _dropped(connection)
    connection.execute("INSERT OR IGNORE INTO dropped VALUES (?)", (id,))
    connection.execute("DELETE FROM draft WHERE id = ?", (id,))


def _dropped(connection: Connection) -> set[str]:
    """What was saved since the journal was opened: whoever has read the form before that does not bring it back.

    A table, so that it is undone with the transaction.
    """
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS dropped (id TEXT PRIMARY KEY) WITHOUT ROWID")
    return {id for (id,) in connection.execute("SELECT id FROM dropped").fetchall()}

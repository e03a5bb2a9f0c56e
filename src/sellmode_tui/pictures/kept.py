"""`pictures.db`: pictures of products under the account's key, as many as fit; the longest unseen goes first.

All of it can be fetched again, so nothing here is worth a word to the person: a file that cannot be used, or turns out
to be damaged, is deleted, and where that does not help there are no pictures.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from sellmode_tui import sealed
from sellmode_tui.key_memory import Key
from sellmode_tui.migrations import migrate, transaction
from sellmode_tui.sealed import Connection

MOST_BYTES: Final = 32 * 1024 * 1024
"""Of all pictures together: some thousands."""
_LOOKED: Final = 3600.0
"""A picture that is looked at again within so many seconds is not noted once more."""


class Kept(NamedTuple):
    """What is known of a product's picture."""

    png: bytes | None
    """None: there was none."""
    tag: str
    """What the backend calls this one."""
    checked: float
    """When the backend last said so, in seconds since 1970."""


def create_picture(connection: Connection) -> None:
    """The first step."""
    connection.execute(
        "CREATE TABLE picture (product TEXT PRIMARY KEY, png BLOB, size INTEGER NOT NULL, tag TEXT NOT NULL, "
        "checked REAL NOT NULL, looked REAL NOT NULL) STRICT"
    )
    connection.execute("CREATE INDEX picture_looked ON picture (looked, size)")  # the sum of sizes reads no picture


_STEPS: Final = (create_picture,)


class PictureFile:
    """The file; may be used from any thread. Its methods raise `sealed.SealedError`, and `sealed.Closed`."""

    def __init__(self, path: Path, key: Key, most_bytes: int = MOST_BYTES) -> None:
        """Open it, made if there is none, and anew if it cannot be used."""
        self._path, self._key, self._most = path, key, most_bytes
        self._lock = threading.Lock()
        self._closed = False
        try:
            self._connection = _opened(path, key)
        except (sealed.Corrupt, sealed.SchemaTooNew):
            self._make_anew()

    def find(self, product: str, now: float) -> Kept | None:
        """What is kept of a product's picture; it counts as looked at now."""
        with self._using() as connection:
            row = connection.execute(
                "SELECT png, tag, checked, looked FROM picture WHERE product = ?", (product,)
            ).fetchone()
            if row is None:
                return None
            *kept, looked = row
            if now - looked > _LOOKED and not sealed.is_read_only(connection):
                connection.execute("UPDATE picture SET looked = ? WHERE product = ?", (now, product))
            return Kept(*kept)

    def keep(self, product: str, kept: Kept) -> None:
        """Keep a picture, and drop as many others as there is no room for any more."""
        with self._using() as connection, transaction(connection):
            connection.execute(
                "REPLACE INTO picture VALUES (?, ?, ?, ?, ?, ?)",
                (product, kept.png, len(kept.png or b"") + len(product), kept.tag, kept.checked, kept.checked),
            )
            (over,) = connection.execute("SELECT sum(size) - ? FROM picture", (self._most,)).fetchone()
            while over > 0:
                (size,) = connection.execute(
                    "DELETE FROM picture WHERE product = (SELECT product FROM picture ORDER BY looked LIMIT 1) "
                    "RETURNING size"
                ).fetchone()
                over -= size

    def confirm(self, product: str, now: float) -> None:
        """The backend says that what is kept is still the one."""
        with self._using() as connection:
            connection.execute("UPDATE picture SET checked = ? WHERE product = ?", (now, product))

    def close(self) -> None:
        """May be called again."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._connection.close()

    @contextlib.contextmanager
    def _using(self) -> Iterator[Connection]:
        """The connection, for one thread at a time; a file in which damage is met is made anew."""
        with self._lock:
            if self._closed:
                raise sealed.Closed
            try:
                with sealed.errors(self._path, self._connection):
                    yield self._connection
            except sealed.Corrupt:
                self._closed = True  # for good, if it cannot be made anew
                self._connection.close()
                self._make_anew()
                raise

    def _make_anew(self) -> None:
        sealed.remove(self._path)
        self._connection, self._closed = _opened(self._path, self._key), False


def _opened(path: Path, key: Key) -> Connection:
    connection = sealed.connect(path, key, create=True, synchronous="NORMAL")
    try:
        migrate(connection, path, _STEPS)
    except BaseException:
        connection.close()
        raise
    return connection

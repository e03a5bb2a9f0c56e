"""The pages of an encrypted database, each by itself: for a file that SQLite does not read any more.

SQLCipher seals every page with a code over its content and its number, in the database and in its log alike
(zetetic.net/sqlcipher/design). So a page is known to be what was written, or not to be, whatever has happened to its
neighbours, to the schema and to the log's order.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from sellmode_tui.key_memory import Key

PAGE: Final = 4096
SALT: Final = 16
"""Bytes at the beginning of the file: no seal covers them, and none can be checked without them."""
_MAC: Final = 64
_LOG_HEADER: Final = 32
_FRAME_HEADER: Final = 24


class Left(NamedTuple):
    """What is left of a database and its log."""

    database: bytes
    log: bytes


class Sound(NamedTuple):
    """The pages that are what was written."""

    salt: bytes
    pages: dict[int, bytes]
    """By their number."""
    last: int
    """The highest number of a page, sound or not."""


def read(path: Path) -> Left:
    """Read a database and its log. Raises OSError.

    Closing the file ends the locks of this process's connections to it (POSIX): only for one that is given up.
    """
    log = Path(f"{path}-wal")
    return Left(path.read_bytes() if path.exists() else b"", log.read_bytes() if log.exists() else b"")


def sound(left: Left, key: Key, *salts: bytes) -> Sound | None:
    """The sound pages; None if there is none: the key is another one's, or nothing is left.

    ``salts``, as noted elsewhere, are tried where the file's own is damaged.
    """
    frames = list(_committed(left.log))
    in_log = [page[:SALT] for header, page in frames if _number(header) == 1]
    for salt in dict.fromkeys((left.database[:SALT], *salts, *in_log)):
        if len(salt) == SALT:
            found = _sound(left, frames, _Seal(key, salt))
            if found.pages:
                return found
    return None


class _Seal:
    """Checks pages."""

    def __init__(self, key: Key, salt: bytes) -> None:
        self.salt = salt
        self._key = hashlib.pbkdf2_hmac("sha512", key, bytes(byte ^ 0x3A for byte in salt), 2, 32)

    def fits(self, number: int, page: bytes) -> bool:
        """Whether this was written as the page of that number."""
        content = page[SALT if number == 1 else 0 : -_MAC] + number.to_bytes(4, "little")
        return hmac.digest(self._key, content, "sha512") == page[-_MAC:]


def _sound(left: Left, frames: Iterable[tuple[bytes, bytes]], seal: _Seal) -> Sound:
    last = len(left.database) // PAGE
    pages = {
        number: page
        for number in range(1, last + 1)
        if seal.fits(number, page := left.database[(number - 1) * PAGE : number * PAGE])
    }
    for header, page in frames:
        number = _number(header)
        if not seal.fits(number, page):
            # Either the number is damaged or the content, and then no older page may be taken for it.
            within = range(1, max(last, max(pages, default=0)) + 2)
            known = next((other for other in within if seal.fits(other, page)), None)
            if known is None:
                pages.pop(number, None)
                continue
            number = known
        pages[number] = page
    return Sound(seal.salt, pages, max(last, max(pages, default=0)))


def _committed(log: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Header and page of each frame up to the last commit, also of those behind one at which SQLite would stop."""
    frames = [
        (log[at : at + _FRAME_HEADER], log[at + _FRAME_HEADER : at + _FRAME_HEADER + PAGE])
        for at in range(_LOG_HEADER, len(log) - PAGE - _FRAME_HEADER + 1, PAGE + _FRAME_HEADER)
    ]
    # A log that was begun anew has other salts, and the rest of the one before behind it.
    salts = [header[8:16] for header, _ in frames]
    current = log[16:24] if log[16:24] in salts else next(iter(salts), b"")
    ends = [at for at, (header, _) in enumerate(frames) if header[8:16] == current and header[4:8] != bytes(4)]
    return iter(frames[: max(ends, default=-1) + 1])


def _number(header: bytes) -> int:
    return int.from_bytes(header[:4], "big")

"""Keys in memory: overwritten where they stand as soon as they are not needed, instead of only let go."""

from __future__ import annotations

import binascii
import contextlib
import ctypes
import threading
from collections.abc import Iterator
from typing import TypeAlias

from sqlcipher3.dbapi2 import Connection

Key: TypeAlias = bytes | bytearray
"""The key of an account's files. Who makes or keeps one overwrites it; who is given one keeps none."""


def wipe(*secrets: Key) -> None:
    """Overwrite secrets that nobody uses any more."""
    for secret in secrets:
        if isinstance(secret, bytearray):
            secret[:] = bytes(len(secret))
        elif len(secret) > 1:  # all shorter ones are one object
            # What others give us as bytes: CPython keeps their content behind the head of the object.
            ctypes.memset(id(secret) + bytes.__basicsize__ - 1, 0, len(secret))


class HeldKey:
    """A copy of a key for what is still to be opened with it."""

    def __init__(self, key: Key) -> None:
        self._key = bytearray(key)
        self._in_use = threading.Lock()

    @contextlib.contextmanager
    def used(self) -> Iterator[Key]:
        """The key, which stays while it is used."""
        with self._in_use:
            yield self._key

    def drop(self) -> None:
        """Overwrite it, once nobody uses it."""
        with self._in_use:
            wipe(self._key)


def unlock(connection: Connection, key: Key, salt: bytes = b"") -> None:
    """Give SQLCipher a raw key; with ``salt`` the file's. It keeps its copy until the connection is closed.

    A statement (PRAGMA key) would stay in memory with its text, in SQLite's copies and in ours.
    """
    digits = binascii.hexlify(key)
    raw = b"".join((b"x'", digits, binascii.hexlify(salt), b"'"))
    try:
        connection.set_key(raw)  # type: ignore[attr-defined]  # not in the standard library's types
    finally:
        wipe(digits, raw)

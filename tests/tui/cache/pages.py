"""The decrypted pages of an SQLCipher 4 file and of its log, read without SQLite.

Raw key: a page of 4096 bytes is AES-256-CBC over all but its last 80, which are the initialisation vector and an
HMAC-SHA512; the file's first 16 bytes are the salt, in clear, in the place of SQLite's magic text. Log: 32 bytes of
header, then 24 bytes before each page.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVED, SALT = 4096, 80, 16


def decrypted(database: Path, key: bytes) -> Iterator[bytes]:
    """Every page of the file, then every page of the log; each is checked by its HMAC."""
    file = database.read_bytes()
    salt = file[:SALT]
    mac_key = hashlib.pbkdf2_hmac("sha512", key, bytes(byte ^ 0x3A for byte in salt), 2, 32)
    for number in range(len(file) // PAGE):
        yield _page(file[number * PAGE : (number + 1) * PAGE], number + 1, key, mac_key)
    log = Path(f"{database}-wal")
    frames = log.read_bytes()[32:] if log.exists() else b""
    for start in range(0, len(frames) - PAGE, PAGE + 24):
        number = int.from_bytes(frames[start : start + 4], "big")
        yield _page(frames[start + 24 : start + 24 + PAGE], number, key, mac_key)


def _page(page: bytes, number: int, key: bytes, mac_key: bytes) -> bytes:
    if not any(page):  # not written yet: it is still in the log
        return page
    start = SALT if number == 1 else 0
    content, vector, code = page[start:-RESERVED], page[-RESERVED:-64], page[-64:]
    digest = hmac.digest(mac_key, content + vector + number.to_bytes(4, "little"), "sha512")
    if not hmac.compare_digest(digest, code):
        raise ValueError(f"page {number} does not fit the key")
    reader = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return reader.update(content) + reader.finalize()

"""Ids of records: of what people make, and of what is imported or generated; and user names as they are compared."""

from __future__ import annotations

import unicodedata
from uuid import UUID, uuid5

SOURCE_IDS = UUID("7c5d2a55-0d3c-5b0e-9a3d-51ce11d0de00")
"""Namespace of ids made from a source's key."""


def source_id(kind: str, source: str, key: str) -> str:
    """The id of an imported or generated record: the same (kind, source, key) finds the same record at every replay."""
    return str(uuid5(SOURCE_IDS, f"{kind}\x1f{source}\x1f{key}"))


def new_id(milliseconds: int, randomness: bytes) -> str:
    """A UUIDv7 (RFC 9562): ids made later sort later. ``milliseconds`` since 1970; ``randomness`` is 10 bytes."""
    if len(randomness) != 10:
        raise ValueError("an id takes 10 random bytes")
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(randomness, "big")
    value = value & ~(0xF << 76) | 7 << 76
    return str(UUID(int=value & ~(0b11 << 62) | 0b10 << 62))


def user_key(user_name: str) -> str:
    """A user name as both sides compare it: however it was typed."""
    # Compatibility forms have a case too, and casefolding takes some letters apart: hence before and after.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", user_name).casefold()).strip()

"""Ids that the two sides give to what people make (records.source_id makes those of what is imported)."""

from __future__ import annotations

from uuid import UUID


def new_id(milliseconds: int, randomness: bytes) -> str:
    """A UUIDv7 (RFC 9562): ids made later sort later. ``milliseconds`` since 1970; ``randomness`` is 10 bytes."""
    if len(randomness) != 10:
        raise ValueError("an id takes 10 random bytes")
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(randomness, "big")
    value = value & ~(0xF << 76) | 7 << 76
    return str(UUID(int=value & ~(0b11 << 62) | 0b10 << 62))

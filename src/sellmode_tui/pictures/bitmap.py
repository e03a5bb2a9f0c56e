"""Pictures as the backend sends them: PNG of 8 bits with a palette, no row filtered. Nothing else is read.

So a picture is its head, its palette and its pixels: a checked copy of a few thousand bytes, and no library.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from sellmode_contract import wire

Colour = tuple[int, int, int]
_BEGIN: Final = b"\x89PNG\r\n\x1a\n"
_HEAD: Final = struct.Struct(">IIBBBBB")
_KIND: Final = (8, 3, 0, 0, 0)
"""Bits, palette, packing, filtering, not interlaced."""


class NoPicture(ValueError):
    """It is none that the backend would send."""


@dataclass(frozen=True)
class Bitmap:
    """A picture."""

    width: int
    height: int
    palette: tuple[Colour, ...] = field(repr=False)
    pixels: bytes = field(repr=False)
    """A number of the palette for each, row by row."""
    png: bytes = field(repr=False)
    """All of it, as it came."""


def read(png: bytes) -> Bitmap:
    """Raises NoPicture."""
    try:
        return _read(png)
    except (struct.error, zlib.error) as error:
        raise NoPicture from error


def _read(png: bytes) -> Bitmap:
    if len(png) > wire.MAX_PICTURE_BYTES:
        raise NoPicture
    head, palette, packed = b"", b"", b""
    for name, data in _chunks(png):
        if name == b"IHDR":
            head = data
        elif name == b"PLTE":
            palette = data
        elif name == b"IDAT":
            packed += data
    width, height, *kind = _HEAD.unpack(head)
    if tuple(kind) != _KIND or not 0 < width <= wire.PICTURE_SIDE or not 0 < height <= wire.PICTURE_SIDE:
        raise NoPicture
    colours = tuple(zip(palette[::3], palette[1::3], palette[2::3], strict=False))
    rows = zlib.decompressobj().decompress(packed, height * (width + 1))
    filters, pixels = (
        rows[:: width + 1],
        b"".join(rows[at + 1 : at + 1 + width] for at in range(0, len(rows), width + 1)),
    )
    if len(pixels) != width * height or any(filters) or max(pixels) >= len(colours):
        raise NoPicture
    return Bitmap(width, height, colours, pixels, png)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not png.startswith(_BEGIN):
        raise NoPicture
    at = len(_BEGIN)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if struct.unpack_from(">I", png, at + 8 + length) != (zlib.crc32(name + data),):
            raise NoPicture
        yield name, data
        at += length + 12


def fitted(bitmap: Bitmap, columns: int, lines: int) -> tuple[int, int]:
    """Columns and lines of cells, each twice as high as wide, that it takes of so many at most."""
    scale = min(columns / bitmap.width, 2 * lines / bitmap.height)
    return max(1, round(bitmap.width * scale)), max(1, round(bitmap.height * scale / 2))


@lru_cache(maxsize=8)
def shrunk(bitmap: Bitmap, width: int, height: int) -> tuple[tuple[Colour, ...], ...]:
    """Rows of pixels, each of them the mean of those that it stands for."""
    return tuple(
        tuple(
            _mean(bitmap, _part(column, width, bitmap.width), _part(row, height, bitmap.height))
            for column in range(width)
        )
        for row in range(height)
    )


def _part(number: int, of: int, size: int) -> Sequence[int]:
    start = number * size // of
    return range(start, max(start + 1, (number + 1) * size // of))


def _mean(bitmap: Bitmap, columns: Sequence[int], rows: Sequence[int]) -> Colour:
    first, last = columns[0], columns[-1] + 1
    found = [
        bitmap.palette[pixel]
        for row in rows
        for pixel in bitmap.pixels[row * bitmap.width + first : row * bitmap.width + last]
    ]
    red, green, blue = (sum(channel) // len(found) for channel in zip(*found, strict=True))
    return red, green, blue

"""Pictures are read as the backend makes them, and nothing else is."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sellmode_contract import wire
from sellmode_tui.pictures import bitmap
from tests.tui.pictures.drawn import png


def picture(width: int = 2, height: int = 1, *, kind: bytes = b"\x08\x03\0\0\0", rows: bytes = b"\0\0\1") -> bytes:
    chunks = [
        (b"IHDR", struct.pack(">II", width, height) + kind),
        (b"PLTE", bytes((255, 0, 0, 0, 0, 255))),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    made = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + made


def test_it_has_the_same_pixels_as_for_any_other_reader() -> None:
    with Image.open(io.BytesIO(png())) as other:
        expected = other.convert("RGB")
    found = bitmap.read(png())
    assert (found.width, found.height) == expected.size
    assert [found.palette[pixel] for pixel in found.pixels] == [*expected.get_flattened_data()]


def test_a_part_becomes_its_mean() -> None:
    found = bitmap.read(picture())
    assert bitmap.shrunk(found, 2, 1) == (((255, 0, 0), (0, 0, 255)),)
    assert bitmap.shrunk(found, 1, 1) == (((127, 0, 127),),)
    assert bitmap.shrunk(found, 4, 2) == (((255, 0, 0), (255, 0, 0), (0, 0, 255), (0, 0, 255)),) * 2


@pytest.mark.parametrize(
    ("width", "height", "fits"),
    [(160, 160, (24, 12)), (160, 80, (24, 6)), (80, 160, (15, 15)), (160, 1, (24, 1)), (1, 160, (1, 15))],
)
def test_it_keeps_its_shape(width: int, height: int, fits: tuple[int, int]) -> None:
    found = bitmap.Bitmap(width, height, ((0, 0, 0),), bytes(width * height), b"")
    assert bitmap.fitted(found, 24, 15) == fits


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg/>",
        png()[:300],
        png().replace(b"IDAT", b"IDAX"),
        picture(wire.PICTURE_SIDE + 1, 1),
        picture(0, 1),
        picture(kind=b"\x08\x02\0\0\0"),
        picture(kind=b"\x08\x03\0\0\1"),
        picture(rows=b"\1\0\1"),
        picture(rows=b"\0\0\2"),
        picture(rows=b"\0\0"),
        png() + b"\0" * wire.MAX_PICTURE_BYTES,
    ],
    ids=["empty", "SVG", "half", "damaged", "large", "nothing", "no palette", "interlaced", "filtered", "colour",
         "rows missing", "long"],
)  # fmt: skip
def test_what_the_backend_does_not_send_is_none(data: bytes) -> None:
    with pytest.raises(bitmap.NoPicture):
        bitmap.read(data)


def test_of_a_bomb_no_more_is_unpacked_than_there_is_room_for() -> None:
    assert len(bitmap.read(picture(rows=b"\0" * 5_000_000)).pixels) == 2


@given(st.binary(max_size=60))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    for each in (data, b"\x89PNG\r\n\x1a\n" + data):
        with pytest.raises(bitmap.NoPicture):
            bitmap.read(each)

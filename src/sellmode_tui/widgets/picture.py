"""Pictures in cells: two pixels in each, or characters that stand for a picture that the terminal draws itself."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from sellmode_tui.pictures.bitmap import Bitmap, Colour, shrunk

STANDS_FOR: Final = "\U0010eeee"
"""Kitty's placeholder: a cell of a picture, whose number is the colour, with marks for its row and its column.

What covers, moves or cuts such cells covers, moves or cuts the picture: nobody else needs to know of it.
"""
_MARKS: Final = tuple(
    map(
        chr,
        (
            0x305, 0x30D, 0x30E, 0x310, 0x312, 0x33D, 0x33E, 0x33F, 0x346, 0x34A, 0x34B, 0x34C, 0x350, 0x351, 0x352,
            0x357, 0x35B, 0x363, 0x364, 0x365, 0x366, 0x367, 0x368, 0x369, 0x36A, 0x36B, 0x36C, 0x36D, 0x36E, 0x36F,
        ),
    )
)  # fmt: skip
"""By row or column, from 0: the first of kitty's rowcolumn-diacritics.txt."""
MOST_CELLS: Final = len(_MARKS)
"""Columns, and lines, of a picture at most."""


def half_blocks(bitmap: Bitmap, columns: int, lines: int) -> list[Strip]:
    """A picture in so many cells."""
    rows = shrunk(bitmap, columns, 2 * lines)
    return [
        Strip(
            [Segment("▀" * len(list(same)), _style(*pair)) for pair, same in groupby(zip(upper, lower, strict=True))],
            columns,
        )
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]


def stand_ins(number: int, columns: int, lines: int) -> list[Strip]:
    """Cells of the picture that the terminal has under a number."""
    style = _stand_in_style(number)
    # Each cell for itself: a line may be cut between any two.
    return [
        Strip([Segment(f"{STANDS_FOR}{_MARKS[line]}{_MARKS[column]}", style) for column in range(columns)], columns)
        for line in range(lines)
    ]


@lru_cache(maxsize=4096)
def _style(upper: Colour, lower: Colour) -> Style:
    return Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))


def _stand_in_style(number: int) -> Style:
    return Style(color=Color.from_rgb(number >> 16 & 255, number >> 8 & 255, number & 255))

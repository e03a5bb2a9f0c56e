"""A QR code in a terminal: two of its rows on each line, as half blocks."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import segno
from textual.content import Content

_BORDER: Final = 1
"""Light modules around it. Four are asked for, but phones do with one, and a small terminal has no room for more."""
_BLOCKS: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_STYLE: Final = "#000000 on #ffffff"


@lru_cache(maxsize=8)
def half_blocks(text: str) -> tuple[str, ...]:
    """The lines of the code of a text; capitals, digits and ``:/.-`` alone make the smallest."""
    code = segno.make_qr(text, error="L", boost_error=False)
    rows = [[bool(module) for module in row] for row in code.matrix_iter(border=_BORDER)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return tuple(
        "".join(_BLOCKS[above, below] for above, below in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )


def drawn(text: str) -> Content:
    """The code, black on white whatever the theme."""
    return Content("\n").join(Content.styled(line, _STYLE) for line in half_blocks(text))

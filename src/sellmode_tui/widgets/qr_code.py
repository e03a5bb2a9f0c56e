"""A QR code in a terminal: two of its rows on each line, as half blocks in black on white whatever the theme."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import segno
from textual.content import Content
from textual.widget import Widget

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


class QRCode(Widget):
    """The code of a text."""

    ALLOW_SELECT = False

    DEFAULT_CSS = "QRCode { width: auto; height: auto; }"

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = text

    def render(self) -> Content:
        """Its lines."""
        return Content("\n").join(Content.styled(line, _STYLE) for line in half_blocks(self._text))

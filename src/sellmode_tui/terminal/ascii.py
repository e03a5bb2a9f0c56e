"""Drawing in ASCII: on consoles without lines and symbols, and where the locale is not UTF-8.

Everything drawn goes through a filter that keeps each text's width in cells: whoever draws need not know. Signs, lines
and quotes always get an ASCII form. Letters stay where the terminal reads UTF-8; elsewhere they lose their accents
(`Jorg`), and what has no such letter is `?`. What is stored stays as it is.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS: Final = {
    "\u00a0": " ",
    "·": "|",
    "…": "~",
    "•": "*",
    "�": "?",
    "×": "x",  # noqa: RUF001  # the multiplication sign is meant
    "−": "-",  # noqa: RUF001  # the minus sign is meant
    "–": "-",  # noqa: RUF001  # the dash is meant
    "—": "-",
    "‘": "'",  # noqa: RUF001  # the quotation mark is meant
    "’": "'",  # noqa: RUF001  # the quotation mark is meant
    "“": '"',
    "”": '"',
    "⟨": "<",
    "⟩": ">",
    "←": "<",
    "↑": "^",
    "→": ">",
    "↓": "v",
    "▲": "^",
    "▼": "v",
}
_LINES: Final = dict.fromkeys(map(chr, range(0x2500, 0x2580)), "+")
_LINES.update(dict.fromkeys("─━┄┅┈┉╌╍═╴╶╸╺╼╾", "-"), **dict.fromkeys("│┃┆┇┊┋╎╏║╵╷╹╻╽╿", "|"))
_BLOCKS: Final = dict.fromkeys(map(chr, range(0x2580, 0x25A0)), "#") | {"░": ":"}
_PICTURES: Final = dict.fromkeys(map(chr, range(0x2400, 0x2440)), "?")
_OWN: Final = str.maketrans({**_LINES, **_BLOCKS, **_PICTURES, **_SIGNS})
_LETTERS: Final = dict(zip("ßøØłŁđĐðÐþÞæÆœŒıħĦŧŦŋŊ", "soOlLdDdDtTaAoOihHtTnN", strict=True))


class AsciiFilter(LineFilter):
    """Draws in ASCII."""

    def __init__(self, *, letters: bool) -> None:
        """``letters``: those beyond ASCII are drawn."""
        super().__init__()
        self._letters = letters

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002  # Textual's signature
        """The same line in ASCII."""
        return [
            segment if segment.text.isascii() else segment._replace(text=in_ascii(segment.text, letters=self._letters))
            for segment in segments
        ]


@lru_cache(maxsize=4096)
def in_ascii(text: str, *, letters: bool) -> str:
    """A text of as many cells; with ``letters`` those stay, and so do marks on them."""
    drawn = text.translate(_OWN)
    if letters or drawn.isascii():
        return drawn
    width = cell_len(text)
    return "".join(map(_nearest, drawn)).ljust(width, "?")[:width]


def _nearest(character: str) -> str:
    if character.isascii():
        return character
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else _LETTERS.get(character, "?" * cell_len(character))

"""A language that shows what is translated: its letters are Cyrillic, of as many cells as the English ones.

So every Latin letter on a screen is somebody's data, the name of a key, or a text that nobody has marked.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from typing import Final

from textual.pilot import Pilot

_LETTERS: Final = str.maketrans(
    {letter: chr(0x430 + place) for place, letter in enumerate(string.ascii_lowercase)}
    | {letter: chr(0x410 + place) for place, letter in enumerate(string.ascii_uppercase)}
)
_KEPT: Final = re.compile(r"(\{[^{}]*\}|\b(?:F\d+|Esc|Enter|Ctrl|Shift|Alt|Tab|Del|Space)\b)")
"""Placeholders, and names of keys, which stand on keyboards."""
_LATIN: Final = re.compile(r"[^\W\d_]{2,}")


class Pseudo:
    """The catalogue: every text has a translation."""

    def gettext(self, message: str, /) -> str:
        """A text."""
        parts = _KEPT.split(message)
        return "".join(part if place % 2 else part.translate(_LETTERS) for place, part in enumerate(parts))

    def ngettext(self, one: str, many: str, number: int, /) -> str:
        """A text about so many."""
        return self.gettext(one if number == 1 else many)

    def pgettext(self, context: str, message: str, /) -> str:  # a catalogue's signature
        """A text that means something else elsewhere."""
        return self.gettext(message)


def on_screen(pilot: Pilot[None]) -> list[str]:
    """The lines that the topmost page draws."""
    strips = pilot.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


def not_translated(lines: Iterable[str], data: Iterable[str]) -> Iterator[str]:
    """The words on a screen that are neither translated nor data, which may be cut off."""
    known = {word for text in data for word in _LATIN.findall(text)}
    for line in lines:
        for word in _LATIN.findall(_KEPT.sub(" ", line)):
            if word[0].isascii() and word not in known and not any(each.startswith(word) for each in known):
                yield word

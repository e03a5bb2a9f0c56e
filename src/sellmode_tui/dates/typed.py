"""A date or time as it was typed: the time of day taken out, the words that are left, and where they stand."""

from __future__ import annotations

import re
from typing import Final

from sellmode_contract.typed_days import UnclearDate
from sellmode_tui.dates.clock import Clock, find_clock

MAX_LENGTH: Final = 100


class UnclearWhen(UnclearDate):
    """A text is no date or time, may be two, or is not one that is wanted.

    The text of the error is a sentence, which repeats nothing typed. ``start`` and ``end`` say where in what was
    typed it is wrong, in characters from 0, end behind it.
    """

    def __init__(self, words: str, start: int = 0, end: int = 0) -> None:
        super().__init__(words)
        self.start = start
        self.end = end


_ISO_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)t(?=\d\d:\d\d)", re.ASCII)
_LEADING: Final = re.compile(r"\A(?:(?:by|on|due|until|till)\s+)+")


class Typed:
    """What was typed, in small letters; each character stays at its place."""

    def __init__(self, text: str) -> None:
        # Other letters may grow or shrink when they are made small, and are of no word here anyway.
        small = "".join(each.lower() if each.isascii() else each for each in text)
        self._rest = _ISO_TIME.sub(lambda found: f"{found[1]} ", re.sub(r"\s", " ", small))

    @property
    def words(self) -> str:
        """What is left, without spaces, commas and small words around."""
        return _LEADING.sub("", " ".join(self._rest.replace(",", " ").split()), count=1)

    @property
    def place(self) -> tuple[int, int]:
        """Where that is."""
        left = self._rest.lstrip(" ,")
        return len(self._rest) - len(left), len(self._rest.rstrip(" ,")) if left else len(self._rest)

    def take_clock(self) -> Clock | None:
        """Take the time of day out. Raises UnclearTime."""
        clock = find_clock(self._rest)
        if clock is not None:
            start, end = clock.place
            left = "today" if clock.today else ""
            self._rest = f"{self._rest[:start]}{left:{end - start}}{self._rest[end:]}"
        return clock

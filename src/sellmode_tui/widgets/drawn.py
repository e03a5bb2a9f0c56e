"""How a field draws a line that it holds: character for character, so that each keeps its place.

What a terminal would obey or not draw is replaced by a mark of one cell; letters with their marks and emoji sequences
stay whole, and the cursor goes over them in one step.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from sellmode_contract.text import units


@dataclass(frozen=True)
class Drawn:
    """A line as it is drawn."""

    text: str
    """What is drawn, of as many characters as the line has."""
    stops: Sequence[int]
    """The places between characters where the cursor may stand, the end among them."""
    sequences: frozenset[int]
    """The stops at which an emoji sequence ends."""

    def cells(self, place: int) -> int:
        """Cells before a place."""
        return cell_len(self.text[:place])

    def at_cell(self, cell: int) -> int:
        """The stop before what is drawn in a cell; the last one if nothing is."""
        return self.stops[max(0, bisect_right(self.stops, cell, key=self.cells) - 1)]

    def before(self, place: int) -> int:
        """The nearest stop at a place or before it."""
        return self.stops[bisect_right(self.stops, place) - 1]

    def after(self, place: int) -> int:
        """The nearest stop at a place or after it."""
        return self.stops[min(bisect_left(self.stops, place), len(self.stops) - 1)]

    def towards(self, place: int, come_from: int) -> int:
        """The stop where a cursor that goes to a place comes to stand."""
        return self.after(place) if place > come_from else self.before(place)

    def deleted_left(self, place: int) -> int:
        """Where what a backspace deletes begins: a mark comes off its letter, a sequence goes whole."""
        return self.before(place - 1) if place in self.sequences else max(0, place - 1)


def drawn(line: str, *, tabs: bool = False) -> Drawn:
    """A line as it is drawn, with a mark for what is not; `tabs` stay for the one who knows how wide they are."""
    found = units(line)
    stops = [0, *accumulate(len(unit.text) for unit in found)]
    text = "".join(unit.text if unit.drawn or (tabs and unit.text == "\t") else "\ufffd" for unit in found)
    sequences = frozenset(stop for stop, unit in zip(stops[1:], found, strict=True) if unit.sequence)
    return Drawn(text, stops, sequences)


class DrawnText(Text):
    """A drawn line to be styled. A style goes to the end of a unit: the rest of it would be drawn apart."""

    def __init__(self, line: Drawn) -> None:
        super().__init__(line.text, no_wrap=True, overflow="ignore", end="")
        self._line = line

    def stylize(self, style: str | Style, start: int = 0, end: int | None = None) -> None:
        """Style what stands between two places."""
        super().stylize(style, start, end if end is None else max(end, self._line.after(end)))

"""The columns of a table, and which of them fit into a width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from sellmode_tui.language import trd
from sellmode_tui.widgets.cells import Justify, fit

GAP = 2
"""Blank cells between two columns."""


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    """The heading in English, which also names the column in `Sort`."""
    width: int | None = None
    """Cells it likes to have, and has where there is room, however short its texts. None: no more than they take."""
    justify: Justify = "left"
    priority: int = 0
    """Where there is too little room, columns of the lowest priority go first, of equal ones the rightmost."""
    min_width: int = 0
    """Cells without which it is left out. 0: as many as `width`, or else as the heading."""
    context: str = ""
    """What the heading is about (as ``trc`` has it), where elsewhere its word is translated in another way."""

    @property
    def heading(self) -> str:
        """The heading as it is shown."""
        return trd(self.name, context=self.context)

    @property
    def least(self) -> int:
        """Cells without which the column is left out."""
        return self.min_width or self.width or max(1, cell_len(self.heading))


@dataclass(frozen=True)
class Sort:
    """How the rows are sorted, for the mark in the heading; the source does the sorting."""

    column: str
    descending: bool = False


def fit_columns(columns: Sequence[Column], width: int, wanted: Sequence[int] = ()) -> dict[int, int]:
    """The widths of the columns that fit into `width` cells, by their place in `columns`, from left to right.

    `wanted` are the cells that headings and rows take, by column; without it each wants what it likes. Which columns
    there are follows from their least widths alone, so that none comes and goes with the rows. Then nobody has more
    than it wants until all have that: first each its least width, then figures and days (to the right) all that they
    take, because half a figure is a wrong one; in order of priority each the width it likes, and then all an equal part
    of the rest. What is left over goes to those that like to be wider, and then to nobody.
    """
    kept = sorted(range(len(columns)), key=lambda place: (-columns[place].priority, place))
    while len(kept) > 1 and sum(columns[place].least + GAP for place in kept) - GAP > width:
        kept.pop()
    liked = {place: columns[place].width or columns[place].least for place in kept}
    wants = {place: wanted[place] if wanted else liked[place] for place in kept}
    widths = {place: min(columns[place].least, wants[place]) for place in kept}
    rest = width - sum(widths.values()) - GAP * (len(kept) - 1)
    if rest < 0:  # only one column is left, and it is wider than the table
        return {kept[0]: max(0, width)}
    rest = _widen(widths, {place: wants[place] for place in kept if columns[place].justify == "right"}, rest)
    rest = _widen(widths, {place: min(liked[place], wants[place]) for place in kept}, rest)
    by_need = sorted(kept, key=lambda place: wants[place] - widths[place])
    for done, place in enumerate(by_need):
        rest = _widen(widths, {place: min(wants[place], widths[place] + rest // (len(kept) - done))}, rest)
    _widen(widths, liked, rest)
    return dict(sorted(widths.items()))


def _widen(widths: dict[int, int], goals: Mapping[int, int], rest: int) -> int:
    """Widen columns, one after the other; the cells that are left."""
    for place, goal in goals.items():
        more = max(0, min(rest, goal - widths[place]))
        widths[place] += more
        rest -= more
    return rest


def column_at(widths: Mapping[int, int], cell: int) -> int | None:
    """The place of the column that has a cell, or the gap behind it; None beside all."""
    end = 0
    for place, cells in widths.items():
        end += cells + GAP
        if cell < end:
            return place if cell >= 0 else None
    return None


def heading(column: Column, width: int, sort: Sort | None) -> str:
    """A column's heading in `width` cells, with the mark of the sorting, which is kept where the name is cut."""
    if sort is None or sort.column != column.name or width < 2:
        return fit(column.heading, width, column.justify)
    mark = "▲▼"[sort.descending]
    name = fit(column.heading, width - 2).rstrip()
    return fit(f"{name} {mark}", width, column.justify)

"""The columns of a table, and which of them fit into a width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sellmode_tui.widgets.cells import Justify, fit

GAP = 2
"""Blank cells between two columns."""


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    """The heading; also names the column in `Sort`."""
    width: int | None = None
    """Cells it likes to have. None: it is flexible and takes what the others leave."""
    justify: Justify = "left"
    priority: int = 0
    """Where there is too little room, columns of the lowest priority go first, of equal ones the rightmost."""
    min_width: int = 0
    """Cells without which it is left out. 0: as many as `width`, or as the heading if it is flexible."""

    @property
    def least(self) -> int:
        """Cells without which the column is left out."""
        return self.min_width or self.width or max(1, len(self.name))


@dataclass(frozen=True)
class Sort:
    """How the rows are sorted, for the mark in the heading; the source does the sorting."""

    column: str
    descending: bool = False


def fit_columns(columns: Sequence[Column], width: int) -> dict[int, int]:
    """The widths of the columns that fit into `width` cells, by their place in `columns`, from left to right.

    First every column gets its least width, then in order of priority the width it likes; what is left is shared by
    the flexible ones. The most important column stays, however narrow it has to be.
    """
    kept = sorted(range(len(columns)), key=lambda place: (-columns[place].priority, place))
    while len(kept) > 1 and sum(columns[place].least + GAP for place in kept) - GAP > width:
        kept.pop()
    widths = {place: columns[place].least for place in kept}
    rest = width - sum(widths.values()) - GAP * (len(kept) - 1)
    for place in kept:
        more = min(rest, (columns[place].width or 0) - widths[place])
        if more > 0:
            widths[place] += more
            rest -= more
    flexible = [place for place in kept if columns[place].width is None]
    for done, place in enumerate(flexible):
        share = rest // (len(flexible) - done)
        widths[place] += share
        rest -= share
    if rest < 0:  # only one column is left, and it is wider than the table
        widths[kept[0]] = max(0, width)
    return dict(sorted(widths.items()))


def heading(column: Column, width: int, sort: Sort | None, *, ascii_only: bool) -> str:
    """A column's heading in `width` cells, with the mark of the sorting, which is kept where the name is cut."""
    ellipsis = "~" if ascii_only else "…"
    if sort is None or sort.column != column.name or width < 2:
        return fit(column.name, width, column.justify, ellipsis=ellipsis)
    mark = ("^v" if ascii_only else "▲▼")[sort.descending]
    name = fit(column.name, width - 2, ellipsis=ellipsis).rstrip()
    return fit(f"{name} {mark}", width, column.justify, ellipsis=ellipsis)

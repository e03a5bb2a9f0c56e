"""Charts of whole and half blocks, which every console can draw: columns with a round axis, and bars.

What was before is shaded and what is now is solid, so that the two differ without any colour; in ASCII they are ``:``
and ``#``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual.content import Content

from sellmode_tui.widgets.cells import fit
from sellmode_tui.widgets.meanings import MONEY_DOWN

NOW: Final = "█"
BEFORE: Final = "░"
_HALF: Final = "▄"
_STYLE: Final = "$accent"
_WIDEST: Final = 4
"""Cells of a column, at most."""
_STEPS: Final = 6
"""Steps of the axis, at most."""


class Bar(NamedTuple):
    """A place on the axis of time."""

    label: str
    now: Fraction | None
    """None: it has no value, so nothing stands there."""
    before: Fraction | None = None


def columns(
    bars: Sequence[Bar], height: int, width: int, said: Callable[[Fraction], str], *, least_step: Fraction
) -> tuple[list[Content], bool]:
    """Both series as columns over ``height`` lines, with an axis that ``said`` writes and a line of labels.

    Where two columns for each place have no room, those of before are left out: whether they are there is told.
    A value below zero is a ``-`` on the ground line. ``least_step``: the smallest step of the axis that can be written.
    """
    highest = max((value for bar in bars for value in (bar.now, bar.before) if value), default=Fraction(0))
    step, steps = _axis(highest, height, least_step)
    ticks = {round(Fraction(height * number, steps)): said(step * number) for number in range(steps + 1)}
    left = max(map(cell_len, ticks.values()))
    wide, gap, both = _widths(len(bars), width - left - 1)
    lines = []
    for row in range(height, 0, -1):
        cells = [Content(f"{ticks.get(row, ''):>{left}} ")]
        for bar in bars:
            cells.append(Content.styled(_cell(bar.now, row, height, step * steps) * wide, _STYLE))
            if both:
                cells.append(Content((BEFORE if _reaches(bar.before, row, height, step * steps) else " ") * wide))
            cells.append(Content(" " * gap))
        lines.append(Content("").join(cells))
    return [*lines, Content(f"{ticks[0]:>{left}} ") + _ground(bars, wide * (2 if both else 1) + gap)], both


def bar(value: Fraction | int, top: Fraction | int, width: int) -> Content:
    """A line of ``width`` cells for ``top``, as long as its value is; a value below zero has none."""
    cells = round(width * value / top) if top > 0 and value > 0 else 0
    return Content.styled(NOW * cells, _STYLE)


def _axis(top: Fraction, height: int, least: Fraction) -> tuple[Fraction, int]:
    """A round step (1, 2 or 5 times a power of ten), and how many of them reach the top.

    Each is as many lines high as the others; of those that waste least the ones with most steps.
    """
    numbers = [number for number in range(1, _STEPS + 1) if height % number == 0]
    steps = (least * factor * 10**power for power in range(18) for factor in (1, 2, 5))
    reaching = [(step * number, -number, step) for step in steps for number in numbers if step * number >= top]
    _, number, step = min(reaching)
    return step, -number


def _widths(places: int, room: int) -> tuple[int, int, bool]:
    """Cells of a column and of the gap after each place, and whether both series fit."""
    if room >= places * 3:
        return min(_WIDEST, (room // places - 1) // 2), 1, True
    if room >= places * 2:
        return 1, 1, False
    return 1, 0, False


def _cell(value: Fraction | None, row: int, height: int, top: Fraction) -> str:
    if value is None:
        return " "
    if value < 0:
        return MONEY_DOWN.sign if row == 1 else " "
    halves = value / top * height * 2 - (row - 1) * 2
    if row == 1 and value > 0:
        halves = max(halves, Fraction(1))  # little is not nothing
    return NOW if halves >= Fraction(3, 2) else _HALF if halves >= Fraction(1, 2) else " "


def _reaches(value: Fraction | None, row: int, height: int, top: Fraction) -> bool:
    return value is not None and value > 0 and (row == 1 or value / top * height >= row - Fraction(1, 2))


def _ground(bars: Sequence[Bar], width: int) -> Content:
    """As many labels as there is room for, each where its place begins."""
    longest = max((cell_len(each.label) for each in bars), default=1) + 1
    every = max(1, -(-longest // width))
    labels = [fit(each.label, every * width) for each in bars[::every]]
    return Content("".join(labels).rstrip())

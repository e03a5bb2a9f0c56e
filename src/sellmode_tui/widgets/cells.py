"""Text cut and padded to an exact number of terminal cells."""

from __future__ import annotations

from typing import Literal

from rich.cells import cell_len

from sellmode_contract.text import head, visible

Justify = Literal["left", "right"]

_MAX_LENGTH = 1000
"""Characters of a text that are looked at: more than any screen is wide, few enough for the time between two frames."""


def fit(text: str, width: int, justify: Justify = "left") -> str:
    """`text` from outside as a safe line of exactly `width` cells.

    What does not fit is replaced by an ellipsis, which takes one cell; characters that take two cells, and marks with
    the letter they belong to, are never split.
    """
    shown = visible(text[:_MAX_LENGTH])
    space = width - cell_len(shown)
    if space < 0 or len(text) > _MAX_LENGTH:
        shown = head(shown, width - 1) + "…" if width > 0 else ""
        space = width - cell_len(shown)
    padding = " " * space
    return padding + shown if justify == "right" else shown + padding


def cells_of(text: str) -> int:
    """The cells that `text` from outside takes when all of it is drawn."""
    return cell_len(visible(text[:_MAX_LENGTH])) + max(0, len(text) - _MAX_LENGTH)

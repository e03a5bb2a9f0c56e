"""Tables as text, for a terminal or a mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sellmode_contract import text


def lines(rows: Sequence[Sequence[str]], *, numbers: bool = False) -> Iterator[str]:
    """Rows in columns, whatever stands in them made harmless; ``numbers`` stand right in all but the first."""
    shown = [[text.visible(cell) for cell in row] for row in rows]
    widths = [max(map(text.cells, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        padded = []
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blank = " " * (width - text.cells(cell))
            padded.append(blank + cell if numbers and place else cell + blank)
        yield "  ".join(padded).rstrip()

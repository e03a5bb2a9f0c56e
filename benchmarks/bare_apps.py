"""Baselines on a terminal: what Textual itself costs, with one widget and nothing behind it.

``python -m benchmarks.bare_apps input`` has a line to type in, ``table`` one of Textual's own tables.
"""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Input

ROWS = 50
FIRST_ROW = "Customer 0"


class BareInput(App[None]):
    """A line to type in."""

    def compose(self) -> ComposeResult:
        field = Input()
        field.cursor_blink = False  # it would write while nothing happens
        yield field


class BareTable(App[None]):
    """A table with as many rows as a list shows at first, which it has from the start."""

    def compose(self) -> ComposeResult:
        yield DataTable()

    def on_mount(self) -> None:
        """Fill it."""
        table = self.query_one(DataTable)
        table.add_columns("Name", "Tier", "Last bought", "Spend")
        table.add_rows((f"Customer {number}", "gold", "2026-11-22", "49.90") for number in range(ROWS))


if __name__ == "__main__":
    {"input": BareInput, "table": BareTable}[sys.argv[1]]().run()

"""Row sources held in memory, and an app to run the widgets on a pty: `python -m tests.widgets.rows --help`."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.app import App, ComposeResult
from textual.filter import LineFilter

from sellmode_tui.terminal.ascii import AsciiFilter
from sellmode_tui.terminal.driver import TerminalDriver
from sellmode_tui.widgets.columns import Column, Sort
from sellmode_tui.widgets.meanings import UNTHEMED
from sellmode_tui.widgets.row_source import Count, Row
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.status_line import Status, StatusLine
from tests.support.hostile import HOSTILE

COLUMNS = (
    Column("Name", min_width=10, priority=9),
    Column("Tier", 6, priority=2),
    Column("Last purchase", 13, priority=5, min_width=10),
    Column("Spend", 9, "right", priority=6),
)


def customer(number: int) -> Row:
    """The numbered row of a list that is made up as it is read."""
    return Row(f"c{number}", (f"Customer {number}", "gold", "2026-11-22", str(number)))


class Numbered:
    """Any number of rows, none of them stored; keeps what it was asked for, and by which threads."""

    def __init__(self, n: int, *, exact: bool = True, row: Callable[[int], Row] = customer) -> None:
        self.n = n
        self.exact = exact
        self.row = row
        self.asked: list[tuple[int, int]] = []
        self.threads: set[int] = set()
        self.open = threading.Event()
        """Rows are given only while it is set."""
        self.open.set()

    def count(self) -> Count:
        self.threads.add(threading.get_ident())
        return Count(self.n, self.exact)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        self.threads.add(threading.get_ident())
        self.asked.append((start, stop))
        assert self.open.wait(20), "nobody lets the rows go"
        return [self.row(number) for number in range(start, min(stop, self.n))]

    def find(self, key: str) -> int | None:
        self.threads.add(threading.get_ident())
        number = int(key[1:])
        return number if number < self.n else None


class Listed:
    """Rows in a list, which a test may change before it reloads."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.all = list(rows)

    def count(self) -> Count:
        return Count(len(self.all))

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        return self.all[start:stop]

    def find(self, key: str) -> int | None:
        return next((place for place, row in enumerate(self.all) if row.key == key), None)


def hostile() -> Listed:
    """Every hostile string, in the flexible column and in a narrow one."""
    return Listed([Row(str(place), (text, text, "", f"row {place}")) for place, text in enumerate(HOSTILE)])


class WidgetsApp(App[str]):
    """A table over a status line: q ends, o goes offline, u counts up what is not sent, s says the same again."""

    BINDINGS = [("q", "exit", "Quit"), ("o", "offline", ""), ("u", "unsent", ""), ("s", "same", "")]  # noqa: RUF012  # as Textual declares it

    def __init__(self, table: RowTable, status: StatusLine, *filters: LineFilter) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.filters = filters
        self.table = table
        self.line = status

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self.filters]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return UNTHEMED

    def compose(self) -> ComposeResult:
        yield self.table
        yield self.line

    def action_exit(self) -> None:
        self.exit()

    def action_offline(self) -> None:
        self.line.status = replace(self.line.status, connection="OFFLINE", since="14:05")

    def action_unsent(self) -> None:
        self.line.status = replace(self.line.status, unsent=self.line.status.unsent + 1)

    def action_same(self) -> None:
        self.line.status = replace(self.line.status)

    def on_row_table_chosen(self, message: RowTable.Chosen) -> None:
        self.line.status = replace(self.line.status, notice=f"chosen {message.key}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--hostile", action="store_true", help="rows of hostile text instead")
    parser.add_argument("--ascii", action="store_true")
    parser.add_argument("--theme", default="textual-dark")
    options = parser.parse_args()
    app = WidgetsApp(
        RowTable(
            COLUMNS,
            hostile() if options.hostile else Numbered(options.rows),
            sort=Sort("Name"),
        ),
        StatusLine(Status("ONLINE", synced="14:02", person="Jamie Lee", mode="Team Mode")),
        *[AsciiFilter(letters=False)] * options.ascii,
    )
    app.theme = options.theme
    app.run()


if __name__ == "__main__":
    main()

"""The widgets on a real pty: what is seen, and how many bytes it takes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.hostile import HOSTILE
from tests.support.terminal import Terminal, foreign_bytes

ROOT = Path(__file__).parents[2]


@contextmanager
def app(*options: str, columns: int = 80, rows: int = 24, term: str = "xterm-256color") -> Iterator[Terminal]:
    argv = [sys.executable, "-m", "tests.widgets.rows", *options]
    env = {"TERM": term, **({"COLORTERM": "truecolor"} if term == "xterm-256color" else {})}
    with Terminal(argv, columns=columns, rows=rows, cwd=ROOT, env=env) as terminal:
        terminal.wait_for("row 0" if "--hostile" in options else "Customer 0")
        terminal.wait_quiet()
        yield terminal


def bytes_of(terminal: Terminal, key: str, wanted: str) -> int:
    before = len(terminal.written)
    terminal.press(key)
    terminal.wait_for(wanted)
    terminal.wait_quiet()
    return len(terminal.written) - before


def test_a_cursor_move_inside_the_view_is_cheap_and_idle_costs_nothing() -> None:
    with app() as terminal:
        for number in range(1, 4):
            assert bytes_of(terminal, "down", f"> Customer {number} ") < 1500
        assert bytes_of(terminal, "k", "> Customer 2 ") < 1500
        assert terminal.count_bytes(1.5) == 0


def test_the_cursor_is_marked_in_words_of_the_terminal_not_by_colour_alone() -> None:
    with app("--theme", "ansi-dark") as terminal:
        assert terminal.screen()[1].startswith("> Customer 0 ")
        assert [row for row in range(24) if terminal.is_reversed(0, row)] == [1]
        assert terminal.cursor() == (0, 1)
        terminal.press("down", "down")
        terminal.wait_for("> Customer 2 ")
        terminal.wait_quiet()
        assert terminal.cursor() == (0, 3)
        assert [row for row in range(24) if terminal.is_reversed(0, row)] == [3]
        assert [line for line in terminal.screen() if line.startswith(">")] == [terminal.screen()[3]]


@pytest.mark.parametrize(("theme", "term"), [("ansi-dark", "xterm-256color"), ("textual-dark", "linux")])
def test_sixteen_colours_are_enough(theme: str, term: str) -> None:
    with app("--theme", theme, term=term) as terminal:
        assert b"38;2;" not in terminal.written
        assert b"38;5;" not in terminal.written
        assert bytes_of(terminal, "pagedown", "> Customer 22 ") < 6000


def test_a_million_rows_from_end_to_end() -> None:
    with app() as terminal:
        terminal.press("end")
        terminal.wait_for("> Customer 999999 ")
        terminal.press("pageup")
        terminal.wait_for("> Customer 999977 ")
        terminal.press("home")
        terminal.wait_for("> Customer 0 ")
        terminal.press("pagedown", "pagedown")
        terminal.wait_for("> Customer 44 ")
        terminal.press("enter")
        terminal.wait_for("chosen c44")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert foreign_bytes(terminal.written) == []


def test_a_click_moves_the_cursor_and_a_second_one_chooses() -> None:
    with app() as terminal:
        terminal.click(10, 5)
        terminal.wait_for("> Customer 4 ")
        terminal.click(10, 5)
        terminal.wait_for("chosen c4")


def test_an_ascii_screen_holds_nothing_else() -> None:
    with app("--ascii", columns=60) as terminal:
        terminal.press("end")
        terminal.wait_for("> Customer 999999 ")
        terminal.wait_quiet()
        assert terminal.written.isascii()
        assert "Name ^" in terminal.screen()[0]


def test_the_status_line_repaints_only_when_its_words_change() -> None:
    with app() as terminal:
        assert terminal.screen()[-1] == " ONLINE · synced 14:02 · Jamie Lee · Team Mode"
        before = len(terminal.written)
        terminal.press("s")
        assert terminal.count_bytes(0.5) == 0
        assert len(terminal.written) == before
        assert bytes_of(terminal, "u", "1 not sent") < 400
        terminal.press("o")
        terminal.wait_for("OFFLINE since 14:05 · ^ 1 not sent: F4 · synced 14:02 · Jamie Lee · Team Mode")


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_hostile_text_reaches_the_terminal_raw(columns: int) -> None:
    with app("--hostile", columns=columns, rows=50) as terminal:
        terminal.press("end")
        terminal.wait_for(f"row {len(HOSTILE) - 1}")
        terminal.press("home")
        terminal.wait_for("row 0")
        for page in range(1, len(HOSTILE) // 48 + 1):
            terminal.press("pagedown")
            terminal.wait_for(f"row {min(page * 48, len(HOSTILE) - 1)}")
            terminal.wait_quiet()
            for line in range(1, 49):  # drawn side by side here, emoji are wider than the app counts
                assert re.search(r"row [0-9]+ ?$", "".join(terminal.cells(line)[-9:])), terminal.screen()[line]
        terminal.wait_quiet()
        assert foreign_bytes(terminal.written) == []
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_survives_sizes_that_show_nothing() -> None:
    with app() as terminal:
        for columns, rows in ((1, 1), (2, 2), (500, 3), (3, 100), (80, 24)):
            terminal.resize(columns, rows)
            terminal.wait_quiet()
        terminal.wait_for("> Customer 0 ")
        terminal.press("q")
        assert terminal.wait_exit() == 0

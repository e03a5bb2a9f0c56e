"""A click on a tab goes to its page, from every page."""

from __future__ import annotations

import itertools
from pathlib import Path

from tests.support.terminal import Terminal
from tests.tui.on_a_terminal import terminal
from tests.tui.screens import briefing

LABELS = ("Customers", "Tasks", "Results", "Rules")
EVERY_WAY = (0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3, 0)
"""The tabs in an order that goes from each to each other."""


def click_tab(opened: Terminal, label: str) -> None:
    opened.click(opened.screen()[0].index(label), 0)
    opened.wait_for(lambda lines: label in lines[0].partition("[")[2].partition("]")[0])


def test_every_tab_can_be_clicked_from_every_page(tmp_path: Path) -> None:
    briefing.files(tmp_path / "data")
    assert len({*itertools.pairwise(EVERY_WAY)}) == 12
    with terminal(tmp_path / "data", user="hanne") as opened:
        opened.wait_for("[1 Customers")
        for place in EVERY_WAY:
            click_tab(opened, LABELS[place])
        opened.press("q")
        assert opened.wait_exit() == 0

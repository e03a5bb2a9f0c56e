"""The pages of results: pictures in `snapshots/`, to be looked at when they change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.pilot import Pilot

from sellmode_contract.kinds.retailer import Mode
from sellmode_tui.screens.results.behind import DaysScreen
from sellmode_tui.screens.results.targets import TargetForm, TargetsScreen
from tests.tui.screens import counter, figuring
from tests.tui.screens.counter import wait_until
from tests.tui.screens.figuring import at_the_figures, listed, settled
from tests.tui.screens.writing import at_rest, shows


async def figures(pilot: Pilot[None]) -> None:
    await at_the_figures(pilot)


async def week(pilot: Pilot[None]) -> None:
    await at_the_figures(pilot)
    await pilot.press("p", "down", "down", "enter")
    await settled(pilot)


async def days(pilot: Pilot[None]) -> None:
    await at_the_figures(pilot)
    await pilot.press("enter")
    await shows(pilot, DaysScreen)
    page = pilot.app.screen
    assert isinstance(page, DaysScreen)
    await wait_until(pilot, lambda: page.settled)


async def targets(pilot: Pilot[None]) -> None:
    await at_the_figures(pilot)
    await pilot.press("t")
    await listed(pilot, TargetsScreen)


async def target_form(pilot: Pilot[None]) -> None:
    await targets(pilot)
    await pilot.press("a")
    await shows(pilot, TargetForm)
    await at_rest(pilot)


class Scene(NamedTuple):
    """What is pictured."""

    act: Callable[[Pilot[None]], Awaitable[None]]
    size: tuple[int, int]
    user_name: str = "anna"
    mode: Mode = "associate"
    ascii_only: bool = False


SCENES = {
    "own": Scene(figures, (80, 24)),
    "store": Scene(week, (120, 40), "mira", "team"),
    "small": Scene(week, (60, 20), ascii_only=True),
    "days": Scene(days, (80, 24)),
    "targets": Scene(targets, (80, 24), "mira"),
    "targets_wide": Scene(targets, (120, 40), "mira"),
    "target_form": Scene(target_form, (80, 24), "mira"),
}


@pytest.mark.parametrize("name", SCENES)
def test_scene(name: str, snap_compare: Any, data: Path) -> None:
    scene = SCENES[name]
    figuring.files(data, scene.mode, scene.user_name)
    app = counter.counter(user_name=scene.user_name, ascii_only=scene.ascii_only)
    assert snap_compare(app, terminal_size=scene.size, run_before=scene.act)

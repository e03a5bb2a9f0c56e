"""The pages of the store's people: pictures in `snapshots/`, to be looked at when they change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.people.assigning import AssignBox
from sellmode_tui.screens.people.list_page import PeopleScreen
from sellmode_tui.screens.people.owned import OwnedScreen
from tests.tui.screens import counter, tasking, writing
from tests.tui.screens.test_people import files, listed
from tests.tui.screens.writing import at_rest, shows


async def people(pilot: Pilot[None]) -> None:
    await pilot.press("8")
    await listed(pilot, PeopleScreen)


async def owned(pilot: Pilot[None]) -> None:
    await people(pilot)
    await pilot.press("enter")
    await listed(pilot, OwnedScreen)
    await pilot.press("x")
    await at_rest(pilot)


async def assigning(pilot: Pilot[None]) -> None:
    await owned(pilot)
    await pilot.press("x", "h")
    await shows(pilot, AssignBox)
    await writing.type_in(pilot, "teun")
    await pilot.press("enter")
    await shows(pilot, ConfirmBox)
    await at_rest(pilot)


SCENES: dict[str, Callable[[Pilot[None]], Awaitable[None]]] = {
    "people": people,
    "owned": owned,
    "assigning": assigning,
}


@pytest.mark.parametrize("name", SCENES)
def test_scene(name: str, snap_compare: Any, data: Path) -> None:
    files(data)

    async def act(pilot: Pilot[None]) -> None:
        await counter.signed_in(pilot)
        await SCENES[name](pilot)

    app = counter.counter(user_name="mira", clock=tasking.clock())
    assert snap_compare(app, terminal_size=(80, 24), run_before=act)

"""The pages of corporate tasks, in two sizes: pictures in `snapshots/`, to be looked at when they change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.pilot import Pilot

from sellmode_contract.records import Record
from sellmode_tui.screens.corporate.form import BriefForm
from sellmode_tui.screens.corporate.view import BriefScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.tasks.view import TaskScreen
from sellmode_tui.widgets.key_line import KeyLine
from tests.tui.screens import briefing, counter, tasking, writing
from tests.tui.screens.briefing import COAT, HANNE, SCARF, go_to_briefs, new_brief
from tests.tui.screens.counter import wait_until
from tests.tui.screens.tasking import go_to_tasks, move_to
from tests.tui.screens.writing import ANNA, at_rest, field, put, shows, type_in

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
Act = Callable[[Pilot[None]], Awaitable[None]]


class Scene(NamedTuple):
    """What to do on the list before the picture is taken."""

    act: Act
    given: tuple[Record, ...] = (*briefing.BRIEFS, *briefing.CARDS)
    ascii_only: bool = False


async def briefs(pilot: Pilot[None]) -> None:
    """As it opens."""


async def brief(pilot: Pilot[None]) -> None:
    await pilot.press("enter")
    await shows(pilot, BriefScreen)


async def form(pilot: Pilot[None]) -> None:
    await new_brief(pilot)
    put(pilot, "title", "Show the new scarves")
    put(pilot, "stores", "Dublin Grafton")
    put(pilot, "due", "in 2 weeks")
    put(pilot, "expires", "24 dec")
    field(pilot, "products").focus_first()
    await type_in(pilot, "AV-COAT-1, silk")
    await at_rest(pilot)
    # Esc closes what is offered first; the last line is drawn after that.
    await wait_until(pilot, lambda: "Back" not in pilot.app.screen.query_one(KeyLine).keys)


async def like(pilot: Pilot[None]) -> None:
    await pilot.press("n")
    await shows(pilot, BriefForm)
    put(pilot, "stores", "Paris")
    await pilot.press("f2")
    await at_rest(pilot)


async def take_back(pilot: Pilot[None]) -> None:
    await pilot.press("x")
    await shows(pilot, ConfirmBox)


SCENES: dict[str, Scene] = {
    "briefs": Scene(briefs),
    "briefs_ascii": Scene(briefs, ascii_only=True),
    "briefs_none": Scene(briefs, given=()),
    "brief": Scene(brief),
    "form": Scene(form),
    "like": Scene(like),
    "take_back": Scene(take_back),
}
ONE_SIZE = {"briefs_ascii", "take_back"}
"""Scenes that a wider terminal shows no more of."""
PICTURES = [(name, size) for name in SCENES for size in SIZES if size == "80x24" or name not in ONE_SIZE]


@pytest.mark.parametrize(("name", "size"), PICTURES)
def test_scene(name: str, size: str, snap_compare: Any, data: Path) -> None:
    scene = SCENES[name]
    briefing.files(data, given=briefing.records(scene.given))

    async def act(pilot: Pilot[None]) -> None:
        await counter.signed_in(pilot)
        await go_to_briefs(pilot)
        await scene.act(pilot)
        writing.app_of(pilot).clear_notifications()
        await pilot.pause()

    app = counter.counter(user_name=HANNE.user_name, ascii_only=scene.ascii_only, clock=tasking.clock())
    assert snap_compare(app, terminal_size=SIZES[size], run_before=act)


@pytest.mark.parametrize("size", SIZES)
def test_who_has_it_reads_names_and_prices(size: str, snap_compare: Any, data: Path) -> None:
    counter.make_account(data, ANNA, "associate", [*tasking.records(), COAT, SCARF])

    async def act(pilot: Pilot[None]) -> None:
        await counter.signed_in(pilot)
        await go_to_tasks(pilot)
        await move_to(pilot, tasking.LOOKBOOK)
        if size == "80x24":
            await pilot.press("enter")
            await shows(pilot, TaskScreen)
        await at_rest(pilot)

    app = counter.counter(clock=tasking.clock())
    assert snap_compare(app, terminal_size=SIZES[size], run_before=act)

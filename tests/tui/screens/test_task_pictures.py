"""The pages of tasks and rules, in two sizes: pictures in `snapshots/`, to be looked at when they change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.pilot import Pilot

from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.wire import Preview, PreviewLine
from sellmode_tui.screens.rules.form import EditRuleForm
from sellmode_tui.screens.rules.list_page import RulesScreen
from sellmode_tui.screens.rules.preview import PreviewScreen
from sellmode_tui.screens.tasks.boxes import DismissBox, SnoozeBox
from sellmode_tui.screens.tasks.form import NewTaskForm
from sellmode_tui.screens.tasks.given_tasks import GivenTasksScreen
from sellmode_tui.screens.tasks.view import TaskScreen
from tests.tui.screens import counter, tasking, writing
from tests.tui.screens.tasking import THANK, go_to_tasks, list_is_there, move_to
from tests.tui.screens.writing import BO, CLARA, TEUN, ZOE, at_rest, put, shows, type_in

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
Act = Callable[[Pilot[None]], Awaitable[None]]


class Scene(NamedTuple):
    """What to do on the agenda before the picture is taken, and in which sizes."""

    act: Act
    user_name: str = "anna"
    mode: Mode = "associate"
    ascii_only: bool = False


async def agenda(pilot: Pilot[None]) -> None:
    """As it opens."""


async def several(pilot: Pilot[None]) -> None:
    await pilot.press("v", "m")
    await list_is_there(pilot)
    await pilot.press("x", "x")
    await at_rest(pilot)


async def done(pilot: Pilot[None]) -> None:
    await pilot.press("left")
    await list_is_there(pilot)


async def task(pilot: Pilot[None]) -> None:
    await move_to(pilot, THANK)
    screen = pilot.app.screen
    screen.app.push_screen(TaskScreen(screen._desk, tasking.at_cursor(pilot).key))  # type: ignore[attr-defined]  # the agenda's
    await shows(pilot, TaskScreen)


async def snooze(pilot: Pilot[None]) -> None:
    await pilot.press("s")
    await shows(pilot, SnoozeBox)
    await type_in(pilot, "fri 3pm")
    await pilot.pause()


async def dismiss(pilot: Pilot[None]) -> None:
    await pilot.press("d")
    await shows(pilot, DismissBox)


async def form(pilot: Pilot[None]) -> None:
    await pilot.press("a")
    await shows(pilot, NewTaskForm)
    put(pilot, "title", "Show the new scarves")
    put(pilot, "customer", "berg")
    put(pilot, "due", "in 2 weeks")
    await at_rest(pilot)


async def given(pilot: Pilot[None]) -> None:
    await pilot.press("G")
    await shows(pilot, GivenTasksScreen)


async def rules(pilot: Pilot[None]) -> None:
    await pilot.press("6")
    await shows(pilot, RulesScreen)


async def rule(pilot: Pilot[None]) -> None:
    await rules(pilot)
    await pilot.press("enter")
    await shows(pilot, EditRuleForm)
    put(pilot, "audience", "spend>>500")
    await pilot.press("f2")
    await at_rest(pilot)


async def preview(pilot: Pilot[None]) -> None:
    await rules(pilot)
    screen = pilot.app.screen
    lines = (
        PreviewLine(customer=CLARA.id, due="2026-11-26T09:00", person=TEUN.id),
        PreviewLine(customer=BO.id, due="2026-11-26", person=TEUN.id),
        PreviewLine(customer=ZOE.id, due="2026-11-26", held="contacted"),
    )
    screen._desk.preview = lambda *_: Preview(day="2026-11-26", due=2, held=1, lines=lines)  # type: ignore[attr-defined]  # the page's
    await pilot.press("p")
    await shows(pilot, PreviewScreen)


SCENES: dict[str, Scene] = {
    "agenda": Scene(agenda),
    "agenda_ascii": Scene(agenda, ascii_only=True),
    "agenda_team": Scene(several, mode="team"),
    "agenda_done": Scene(done),
    "task": Scene(task),
    "snooze": Scene(snooze),
    "dismiss": Scene(dismiss),
    "form": Scene(form),
    "given": Scene(given, user_name="mira"),
    "rules": Scene(rules, user_name="mira"),
    "rule": Scene(rule, user_name="mira"),
    "preview": Scene(preview, user_name="mira"),
}
ONE_SIZE = {"agenda_ascii", "agenda_done", "dismiss"}
"""Scenes that a wider terminal shows no more of."""
PICTURES = [(name, size) for name in SCENES for size in SIZES if size == "80x24" or name not in ONE_SIZE]


@pytest.mark.parametrize(("name", "size"), PICTURES)
def test_scene(name: str, size: str, snap_compare: Any, data: Path) -> None:
    scene = SCENES[name]
    tasking.files(data, scene.user_name, scene.mode)

    async def act(pilot: Pilot[None]) -> None:
        await counter.signed_in(pilot)
        await go_to_tasks(pilot)
        await scene.act(pilot)
        writing.app_of(pilot).clear_notifications()
        await pilot.pause()

    app = counter.counter(user_name=scene.user_name, ascii_only=scene.ascii_only, clock=tasking.clock())
    assert snap_compare(app, terminal_size=SIZES[size], run_before=act)

"""Pages change in one place, which no page waits for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.widgets import Static

import sellmode_tui
from sellmode_tui.account.settings import Settings
from sellmode_tui.screens.kit.app_page import AppPage
from sellmode_tui.shell.paged_app import PagedApp
from tests.tui.screens.counter import wait_until

_ROOT = Path(sellmode_tui.__file__).parent
_MODULES = sorted([*(_ROOT / "screens").glob("*.py"), *(_ROOT / "widgets").glob("*.py")])
_CHANGING = {"dismiss", "pop_screen", "pop_until_active", "push_screen", "push_screen_wait", "run_action"}


@pytest.mark.parametrize("module", _MODULES, ids=lambda module: module.name)
def test_no_page_changes_pages_itself(module: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call, ast.Attribute)]
    found = [f"line {call.lineno}: {call.attr}" for call in named if call.attr in {*_CHANGING, "switch_screen"}]
    assert found == [], "post it to the app: see screens/kit/app_page.py"


class _Page(AppPage[str]):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.text = name

    def compose(self) -> ComposeResult:
        yield Static(self.text)


class _App(PagedApp):
    def __init__(self) -> None:
        super().__init__(Settings())
        self.results: list[str | None] = []

    @property
    def shown(self) -> list[str]:
        return [page.text for page in self.screen_stack if isinstance(page, _Page)]


async def test_a_page_that_is_asked_for_twice_opens_once() -> None:
    app = _App()
    async with app.run_test() as pilot:
        list_ = _Page("list")
        app.open(list_)
        await wait_until(pilot, lambda: app.shown == ["list"])
        list_.open(_Page("profile"))
        list_.open(_Page("profile"))
        await wait_until(pilot, lambda: app.shown != ["list"])
        await pilot.pause()
        assert app.shown == ["list", "profile"]


async def test_a_page_that_ends_under_another_leaves_that_alone_and_closes_after_it() -> None:
    app = _App()
    async with app.run_test() as pilot:
        profile, form = _Page("profile"), _Page("form")
        app.open(profile, app.results.append)
        await wait_until(pilot, lambda: app.shown == ["profile"])
        profile.open(form, app.results.append)
        await wait_until(pilot, lambda: app.shown == ["profile", "form"])
        profile.end("gone")
        profile.end("again")
        await pilot.pause()
        assert (app.shown, app.results) == (["profile", "form"], [])
        form.end("saved")
        await wait_until(pilot, lambda: app.shown == [])
        await wait_until(pilot, lambda: app.results == ["saved", "gone"])

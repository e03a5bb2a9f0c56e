"""Pages change in one place, which no page waits for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.widgets import Static

import sellmode_tui
from sellmode_tui.account.settings import Settings
from sellmode_tui.screens.kit.app_page import AppPage
from sellmode_tui.screens.kit.too_small import TooSmallScreen
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens.counter import wait_until

_ROOT = Path(sellmode_tui.__file__).parent
_MODULES = sorted([*(_ROOT / "screens").rglob("*.py"), *(_ROOT / "widgets").rglob("*.py")])
_CHANGING = {"dismiss", "pop_screen", "pop_until_active", "push_screen", "push_screen_wait", "run_action"}


@pytest.mark.parametrize("module", _MODULES, ids=lambda module: str(module.relative_to(_ROOT)))
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


async def test_a_size_that_is_over_is_not_laid_out_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app, sizes = _App(), list[Size | None]()
    async with app.run_test(size=(80, 24)) as pilot:
        names = ["lowest", "lower", "topmost"]
        for place, name in enumerate(names, 1):
            app.push_screen(_Page(name))
            await wait_until(pilot, lambda place=place: app.shown == names[:place])  # type: ignore[misc]  # bound at once
            await pilot.pause()
        for page in app.screen_stack:
            lay_out = page._refresh_layout

            def note(size: Size | None = None, scroll: bool = False, lay_out: Callable[..., None] = lay_out) -> None:
                sizes.append(size)
                lay_out(size, scroll)

            monkeypatch.setattr(page, "_refresh_layout", note)
        # A window that grew again before the pages below had heard that it was small.
        for page, size in zip(app.screen_stack[-3:], (Size(30, 8), Size(80, 24), Size(80, 24)), strict=True):
            page.post_message(events.Resize(size, size))
        for _ in range(30):
            await pilot.pause()
        assert {size for size in sizes if size} == {Size(80, 24)}
        assert {page.size for page in app.screen_stack} == {Size(80, 24)}


async def test_a_key_that_comes_when_the_window_has_grown_is_not_lost() -> None:
    app = _App()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(_Page("below"))
        await wait_until(pilot, lambda: app.shown == ["below"])
        field = TextField()
        await app.screen.mount(field)
        field.focus()
        await pilot.resize_terminal(30, 8)
        await wait_until(pilot, lambda: isinstance(app.screen, TooSmallScreen))
        small = app.screen
        assert isinstance(small, TooSmallScreen)
        await pilot.resize_terminal(80, 24)
        await wait_until(pilot, lambda: small not in app.screen_stack)
        small.on_key(events.Key("x", "x"))
        assert field.value == "x"

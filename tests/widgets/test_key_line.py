"""The keys in the last line are whole, and the one that shows them all is there however narrow the line is."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.screen import Screen

from sellmode_tui.widgets.key_line import KeyLine
from tests.tui.screens.counter import wait_until


class _App(App[None]):
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "one", "First"),
        Binding("b", "two", "Second"),
        Binding("c", "three", "Third"),
        Binding("d", "keys", "Keys"),
        Binding("e", "lock", "Lock"),
    ]

    def compose(self) -> ComposeResult:
        yield KeyLine()


def shown(pilot: Pilot[None]) -> list[str]:
    """The keys of the line."""
    return pilot.app.query_one(KeyLine).keys


async def test_keys_without_room_are_left_out_and_come_back() -> None:
    async with _App().run_test(size=(44, 5)) as pilot:
        await wait_until(pilot, lambda: shown(pilot) == ["First", "Second", "Third", "Lock", "Keys"])
        for columns, keys in (
            (43, ["First", "Second", "Third", "Keys"]),
            (24, ["First", "Keys"]),
            (6, ["Keys"]),
            (36, ["First", "Second", "Third", "Keys"]),
            (44, ["First", "Second", "Third", "Lock", "Keys"]),
        ):
            await pilot.resize_terminal(columns, 5)
            await wait_until(pilot, lambda wanted=keys: shown(pilot) == wanted)  # type: ignore[misc]  # bound now


class _Page(Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "one", "First"),
        Binding("b", "two", "Second"),
    ]

    offered: ClassVar = {"one"}

    def compose(self) -> ComposeResult:
        yield KeyLine()

    def offers(self, action: str) -> bool:
        return action in self.offered


class _Pages(_App):
    def on_mount(self) -> None:
        self.done: list[str] = []
        self.push_screen(_Page())

    def action_two(self) -> None:
        self.done.append("two")


async def test_a_page_says_which_keys_do_something_now_and_a_click_presses_one() -> None:
    app = _Pages()
    async with app.run_test(size=(40, 5)) as pilot:
        await wait_until(pilot, lambda: pilot.app.screen.query_one(KeyLine).keys == ["First", "Keys"])
        page = pilot.app.screen
        assert isinstance(page, _Page)
        page.offered = {"one", "two"}  # type: ignore[misc]  # of this page only
        page.refresh_bindings()
        await wait_until(pilot, lambda: page.query_one(KeyLine).keys == ["First", "Second", "Keys"])
        await pilot.click(KeyLine, offset=(9, 0))  # the gap
        await pilot.click(KeyLine, offset=(13, 0))
        await wait_until(pilot, lambda: app.done == ["two"])

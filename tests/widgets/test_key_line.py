"""The keys in the last line are whole, and the one that shows them all is there however narrow the line is."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.widgets._footer import FooterKey

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
    """The keys of the line, with a mark on those that are cut off."""
    line = pilot.app.query_one(KeyLine)
    return [
        key.description if line.content_region.contains_region(key.region) else f"{key.description} (cut off)"
        for key in line.query(FooterKey)
    ]


async def test_keys_without_room_are_left_out_and_come_back() -> None:
    async with _App().run_test(size=(42, 5)) as pilot:
        await wait_until(pilot, lambda: shown(pilot) == ["First", "Second", "Third", "Keys", "Lock"])
        for columns, keys in (
            (41, ["First", "Second", "Third", "Keys"]),
            (24, ["First", "Keys"]),
            (6, ["Keys"]),
            (34, ["First", "Second", "Third", "Keys"]),
            (42, ["First", "Second", "Third", "Keys", "Lock"]),
        ):
            await pilot.resize_terminal(columns, 5)
            await wait_until(pilot, lambda wanted=keys: shown(pilot) == wanted)  # type: ignore[misc]  # bound now

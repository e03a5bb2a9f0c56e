"""Each page can be worked by keys alone and by mouse alone, in the smallest window that the app takes.

A row is picked and opened, the first thing that can be done there is done, and the way leads back. On every page on the
way one sees how to leave, the row with the cursor, and the last line.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.screen import Screen

from sellmode_contract.kinds import kind_of
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.entrance.page import KeysSaid
from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.kit.boxes import Box, BoxButton
from sellmode_tui.screens.lists.main_page import TabbedPage, all_pages, pages_of
from sellmode_tui.screens.lists.page import ListPage
from sellmode_tui.screens.results.figures_page import FiguresScreen
from sellmode_tui.widgets.key_line import KeyLine, Shown
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.row_view import HEADER
from sellmode_tui.widgets.status_line import StatusLine
from sellmode_tui.widgets.tab_line import TabLine
from sellmode_tui.widgets.tiles import Tiles
from tests.tui.screens import briefing, counter, looking, tasking, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.writing import CLARA, at_rest, store_of

SIZE: Final = (60, 20)
_OUT: Final = frozenset({"back", "leave", "close"})
_STATUS: Final = {"f3": "F3", "f4": "F4"}
"""The pages that the line of how things stand leads to, with what it says of them."""
_FILLED: Final = frozenset({"customers", "tasks", "lookbook", "products", "rules", "corporate", "people", *_STATUS})
"""The pages that have something to open here."""


class Keys:
    """The keyboard."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot

    async def go(self, page: str) -> None:
        await self.pilot.press(page if page in _STATUS else all_pages()[page].key)

    async def open_row(self, place: int) -> None:
        await self.pilot.press("home", *["down"] * place, "enter")

    async def open_tile(self) -> None:
        await self.pilot.press("enter")

    async def do(self, key: Shown) -> None:
        await self.pilot.press(key.key)

    async def close(self, box: Box[Any]) -> None:  # the mouse looks for its button
        await self.pilot.press("escape")


class Mouse:
    """The mouse."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot

    async def _click(self, widget: Any, x: int, y: int = 0, times: int = 1) -> None:
        await self.pilot.click(widget, offset=(x, y), times=times)

    async def go(self, page: str) -> None:
        if page in _STATUS:
            line = self.pilot.app.screen.query_one(StatusLine)
            await self._click(line, 1 + line.text.index(_STATUS[page]))
            return
        tabs = self.pilot.app.screen.query_one("#tabs", TabLine)
        before = 0
        for tab in tabs._fitting():
            if tab.name == page:
                await self._click(tabs, tabs.styles.padding.left + before + 1)
                return
            before += cell_len(tabs._shown(tab))
        raise AssertionError(f"no tab of {page} to click on")

    async def open_row(self, place: int) -> None:
        await self._click(self.pilot.app.screen.query_one(RowTable), 4, HEADER + place, times=2)

    async def open_tile(self) -> None:
        await self._click(self.pilot.app.screen.query_one(Tiles), 4)

    async def do(self, key: Shown) -> None:
        line, x = self.pilot.app.screen.query_one(KeyLine), 1
        for each in line._keys:
            if each == key:
                await self._click(line, x)
                return
            x += each.width + 2

    async def close(self, box: Box[Any]) -> None:
        await self._click(box.query(BoxButton).last(), 1)


Hand = Keys | Mouse


async def settled(pilot: Pilot[None]) -> Screen[Any]:
    """The page that is open once it shows all that it was asked for."""
    await at_rest(pilot)
    page = pilot.app.screen
    if isinstance(page, ListPage | FiguresScreen):
        await wait_until(pilot, lambda: bool(page.settled))
        await at_rest(pilot)
    return pilot.app.screen


def offered(page: Screen[Any]) -> list[Shown]:
    return page.query_one(KeyLine)._keys


def check(page: Screen[Any]) -> None:
    """Whether one sees how to leave, where the cursor is, and the last line."""
    if isinstance(page, Box):
        last = page.query(BoxButton).last()
        assert page.region.contains_region(last.region), f"{page}: no way out of the box can be seen"
        return
    line = page.query_one(KeyLine)
    assert (line.region.y, line.region.height) == (SIZE[1] - 1, 1), f"{page}: its last line is not the last"
    actions = {each.action for each in offered(page)}
    assert isinstance(page, TabbedPage) or actions & _OUT, f"{page}: no way out in {line.keys}"
    assert "keys" in actions, f"{page}: it does not say where all keys are"
    for table in page.query(RowTable):
        if table.count is not None and table.count.n:
            assert table.cursor_line is not None, f"{page}: the row with the cursor cannot be seen"


async def leave_to(pilot: Pilot[None], hand: Hand, wanted: Screen[Any]) -> None:
    """Back, page by page."""
    for _ in range(6):
        page = await settled(pilot)
        check(page)
        if page is wanted:
            return
        if isinstance(page, Box):
            await hand.close(page)
        else:
            await hand.do(next(each for each in offered(page) if each.action in _OUT))
    raise AssertionError(f"{pilot.app.screen} does not lead back to {wanted}")


async def work(pilot: Pilot[None], hand: Hand, name: str) -> None:
    """Open a page and, where there are any, one of its rows; do the first thing there, and go back."""
    home = await settled(pilot)
    await hand.go(name)
    await wait_until(pilot, lambda: pilot.app.screen is not home)
    page = await settled(pilot)
    check(page)
    if isinstance(page, FiguresScreen):
        await hand.open_tile()
        check(await settled(pilot))
        await leave_to(pilot, hand, page)
        return
    table = page.query_one(RowTable)
    rows = table.count.n if table.count else 0
    assert rows or name not in _FILLED, f"{name} has no rows to try"
    if rows:
        await work_row(pilot, hand, page, min(1, rows - 1))
    if not isinstance(page, TabbedPage):
        await leave_to(pilot, hand, home)


async def work_row(pilot: Pilot[None], hand: Hand, page: Screen[Any], place: int) -> None:
    await hand.open_row(place)
    opened = await settled(pilot)
    assert isinstance(page, ListPage)
    assert (opened is not page) == page.ROWS_OPEN, f"{page}: {page.ROWS_OPEN=}"
    check(opened)
    assert page.table._cursor == place
    first = [] if isinstance(opened, Box) else [each for each in offered(opened) if each.action not in {*_OUT, "keys"}]
    if first:
        await hand.do(first[0])
    await leave_to(pilot, hand, page)


def managers_files(data: Path) -> None:
    """A manager's terminal with something on every page."""
    records = [*tasking.records(), *looking.records("team")]
    once = {(kind_of(each), each.id): each for each in records}
    counter.make_account(data, counter.account_of(writing.WORLD, "mira"), "team", list(once.values()))


@pytest.mark.parametrize("hand_of", [Keys, Mouse])
@pytest.mark.parametrize(("user_name", "files"), [("mira", managers_files), (briefing.HANNE.user_name, briefing.files)])
async def test_each_page_can_be_worked(
    hand_of: type[Hand], user_name: str, files: Callable[[Path], None], data: Path
) -> None:
    files(data)
    async with writing.at_the_counter(user_name, size=SIZE, clock=tasking.clock()) as pilot:
        hand, desk = hand_of(pilot), writing.app_of(pilot).current.desk
        assert desk is not None
        if user_name == "mira":
            store_of(pilot).customers.write_note(CLARA.id, "Not sent yet")
            names = [*pages_of(desk)[1:], "customers", *_STATUS]
        else:
            names = ["corporate"]
        for name in names:
            await work(pilot, hand, name)


async def test_the_keys_of_the_pages_to_get_in_by_are_pressed_by_the_mouse(data: Path) -> None:
    managers_files(data)
    async with writing.at_the_counter("mira", size=SIZE, clock=tasking.clock()) as pilot:

        async def click(text: str) -> None:
            keys = pilot.app.screen.query_one(KeysSaid)
            said = str(keys.render())
            await pilot.click(keys, offset=(said.index(text) + 1, 0))
            await at_rest(pilot)

        await pilot.press("f10")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, LockScreen))
        await click("F9 switches user")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, SignInScreen))
        await click("F2 activation code")
        assert pilot.app.screen.has_class("-first-time")
        await click("F2 password")
        assert not pilot.app.screen.has_class("-first-time")
        await click("Esc goes back")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, LockScreen))

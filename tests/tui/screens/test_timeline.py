"""What happened with a customer, as a list: by kind, by words, each of them whole; and the profile that leads there."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from sellmode_tui.screens.customers.details import DetailsScreen
from sellmode_tui.screens.customers.profile import ProfileScreen, ProfileView
from sellmode_tui.screens.customers.timeline import EventScreen, TimelineScreen
from sellmode_tui.screens.kit.search_bar import SearchField
from sellmode_tui.widgets.key_line import KeyLine
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.tab_line import TabLine
from tests.tui.screens import writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.writing import CLARA, at_rest, at_the_counter, open_profile, said, shows, store_of


@pytest.fixture(autouse=True)
def _files(data: Path) -> None:
    writing.files(data)


def listed(pilot: Pilot[None]) -> list[str]:
    """What is listed, by what it is."""
    page = pilot.app.screen
    assert isinstance(page, TimelineScreen)
    assert page._rows is not None
    return [page.row(item).cells[1] for item in page._rows.items(0, 100)]


async def test_from_the_profile_to_all_that_happened_by_kind_and_by_words() -> None:
    async with at_the_counter() as pilot:
        store_of(pilot).customers.log_contact(CLARA.id, "call", summary="Asked for a coat in März")
        await open_profile(pilot)
        view = pilot.app.screen.query_one(ProfileView)
        await pilot.press("end")
        assert view.scroll_offset.y > 0
        assert str(view.query_one("#top").render()).startswith(CLARA.name)
        assert view.query_one("#top").region.y == view.region.y  # it has not scrolled away
        await pilot.press("h")
        await shows(pilot, TimelineScreen)
        everything = listed(pilot)
        assert {"Call", "Note", "Consent"} <= set(everything)
        views = pilot.app.screen.query_one("#views", TabLine)
        seen = []
        for _ in range(6):
            await pilot.press("right")
            await at_rest(pilot)
            seen.append((views.current, set(listed(pilot))))
        assert [name for name, _ in seen] == ["purchases", "notes", "contacts", "lookbooks", "tasks", "changes"]
        assert dict(seen)["contacts"] == {"Call"}
        assert dict(seen)["changes"] == {"Consent", "Replaced", "Added"}
        await pilot.press("right", "slash", *"coat")
        await at_rest(pilot)
        assert set(listed(pilot)) == {"Call", "Note"}
        await pilot.press("enter", "enter")
        await shows(pilot, EventScreen)
        await pilot.press("escape", "escape")
        await shows(pilot, TimelineScreen)
        await wait_until(pilot, lambda: listed(pilot) == everything)  # the search is cleared first
        await pilot.press("escape")
        await shows(pilot, ProfileScreen)


async def test_a_heading_sorts_and_sorts_the_other_way() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("h")
        await shows(pilot, TimelineScreen)
        table = pilot.app.screen.query_one(RowTable)
        newest_first = listed(pilot)
        for wanted in (sorted(newest_first), sorted(newest_first, reverse=True)):
            await pilot.click(RowTable, offset=(table.render_line(0).text.index("What") + 1, 0))
            await at_rest(pilot)
            assert listed(pilot) == wanted
        await pilot.click(RowTable, offset=(3, 0))
        await at_rest(pilot)
        assert sorted(listed(pilot)) == sorted(newest_first)
        assert table.render_line(0).text.split()[1] == "▲"


async def test_the_profile_leads_to_the_search_and_to_the_details() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("slash")
        await shows(pilot, TimelineScreen)
        assert isinstance(pilot.app.focused, SearchField)
        await pilot.press("escape", "escape")
        await shows(pilot, ProfileScreen)
        await pilot.press("i")
        await shows(pilot, DetailsScreen)
        await pilot.press("escape")
        await shows(pilot, ProfileScreen)


async def test_several_dates_are_removed_at_once_and_come_back_at_once() -> None:
    async with at_the_counter() as pilot:
        store_of(pilot).customers.add_date(CLARA.id, "anniversary", 3, 4)
        await open_profile(pilot)
        await pilot.press("d")
        await at_rest(pilot)
        table = pilot.app.screen.query_one(RowTable)
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 2)
        await pilot.press("space", "space")
        assert said(pilot, "#below") == "2 marked: x is for all of them; Esc unmarks"
        await pilot.press("x")
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 0)
        assert "Remove" not in pilot.app.screen.query_one(KeyLine).keys
        await pilot.press("u")
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 2)
        await wait_until(pilot, lambda: "Remove" in pilot.app.screen.query_one(KeyLine).keys)


async def test_a_hint_goes_with_its_page() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("c")
        assert writing.told(pilot) == [f"Copied: {CLARA.email}"]
        await pilot.press("escape")
        await wait_until(pilot, lambda: not isinstance(pilot.app.screen, ProfileScreen))
        await at_rest(pilot)
        assert writing.told(pilot) == []

"""The list of customers while it changes under somebody's eyes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.kit.search_bar import SearchBar
from sellmode_tui.widgets.row_table import RowTable
from tests.tui.screens import writing
from tests.tui.screens.counter import ONLINE, tell_status, wait_until
from tests.tui.screens.writing import BO, ZOE, at_rest, at_the_counter, person, take

AIDA = person("Aida", "Aalto")


@pytest.fixture(autouse=True)
def _files(data: Path) -> None:
    writing.files(data)


def table(pilot: Pilot[Any]) -> RowTable:
    return pilot.app.screen.query_one("#list", RowTable)


async def arrive(pilot: Pilot[Any]) -> None:
    """Let a customer come who stands before all others."""
    before = table(pilot).count
    assert before is not None
    take(pilot, BO, ZOE, AIDA)
    await wait_until(pilot, lambda: table(pilot).count is not None and table(pilot).count != before)
    await at_rest(pilot)


async def test_a_list_that_nobody_touched_stays_at_its_first_row() -> None:
    async with at_the_counter() as pilot:
        await at_rest(pilot)
        assert table(pilot).cursor_place == 0
        await arrive(pilot)
        assert (table(pilot).cursor_key, table(pilot).cursor_place) == (AIDA.id, 0)


@pytest.mark.parametrize("keys", [["down"], ["enter", "escape"], ["n", "escape"], ["slash", "o", "backspace"]])
async def test_once_somebody_has_done_something_the_cursor_stays_with_its_customer(keys: list[str]) -> None:
    async with at_the_counter() as pilot:
        await pilot.press(*keys)
        await at_rest(pilot)
        held, place = table(pilot).cursor_key, table(pilot).cursor_place
        assert held is not None
        await arrive(pilot)
        assert (table(pilot).cursor_key, table(pilot).cursor_place) == (held, place + 1)


async def test_a_change_is_drawn_at_once_and_the_pause_comes_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CustomersScreen, "PAUSE", 3600.0)
    async with at_the_counter() as pilot:
        await arrive(pilot)
        assert table(pilot).cursor_key == AIDA.id


@pytest.mark.parametrize(("width", "ends"), [(60, "or tag:vip"), (80, "such as tag:vip"), (120, "last_purchase>90d")])
async def test_what_may_be_searched_for_is_said_whole(width: int, ends: str) -> None:
    async with at_the_counter() as pilot:
        await pilot.resize_terminal(width, 20)
        await at_rest(pilot)
        drawn = str(pilot.app.screen._compositor.render_strips()[pilot.app.screen.query_one(SearchBar).region.y].text)
        assert drawn.rstrip().endswith(ends)


async def test_a_list_whose_rows_may_still_be_on_their_way_does_not_say_that_there_are_none() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("3")
        await at_rest(pilot)
        assert table(pilot).empty_text.startswith("No lookbooks yet.")
        tell_status(writing.app_of(pilot), replace(ONLINE, received=500, left=200))
        await wait_until(pilot, lambda: table(pilot).empty_text == "More is still coming from the server.")
        tell_status(writing.app_of(pilot), ONLINE)
        await wait_until(pilot, lambda: table(pilot).empty_text.startswith("No lookbooks yet."))


async def test_rows_that_are_read_again_after_a_switch_of_mode_stand_under_their_own_columns() -> None:
    """Until customers were looked for anew the rows are those of the old mode, with its cells."""
    async with at_the_counter() as pilot:
        await at_rest(pilot)
        page = pilot.app.screen
        assert isinstance(page, CustomersScreen)
        desk = page._desk
        other = "associate" if desk.facts.sees_team else "team"
        before, count = page.columns, table(pilot).count
        assert count is not None
        desk.facts = replace(desk.facts, mode=other)
        assert page.columns != before
        page.show_list()
        await at_rest(pilot)
        assert table(pilot).count == count
        page.facts_changed()
        await at_rest(pilot)
        assert table(pilot).count == count

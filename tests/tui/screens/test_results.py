"""The figures on the screen: whose they are, over which days, and what is behind them."""

from __future__ import annotations

import contextlib
import csv
import json
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher
from textual.widgets import Static

from sellmode_contract.money import priced
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.kit.record_view import RecordView
from sellmode_tui.screens.results.behind import DayScreen, DaysScreen
from sellmode_tui.screens.results.boxes import ExportBox, PeriodBox, WhoseBox
from sellmode_tui.screens.results.each import EachScreen, LeaderboardScreen
from sellmode_tui.screens.results.targets import TargetForm, TargetsScreen
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.tiles import Tiles
from tests.tui.screens import counter, figuring, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.figuring import at_the_figures, listed, settled, shown
from tests.tui.screens.test_people import rows, told
from tests.tui.screens.writing import ANNA, at_rest, shows


def head(screen: object) -> str:
    return str(screen.query_one("#head", Static).content)  # type: ignore[attr-defined]  # a page's


async def test_own_figures_and_what_is_behind_them(data: Path) -> None:
    figuring.files(data)
    async with counter.running(counter.counter()) as pilot:
        page = await at_the_figures(pilot)
        sums = [
            channels["store"]["net_sales"] + channels[""]["credited_sales"]
            for fact in figuring.facts([(ANNA.id, 2)])
            if fact.month == "2026-11"
            for channels in fact.days.values()
        ]
        assert head(page) == "Anna Kowalska · this month, 1 Nov – 22 Nov 2026 · complete until 14:02"
        text = shown(page)
        for said in ("> Individual sales", priced(sum(sums), "EUR"), "better", "By day", "net sales in the store"):
            assert said in text, said
        assert "Store sales" not in text
        assert page.check_action("whose", ()) is False
        await pilot.press("enter")
        await shows(pilot, DaysScreen)
        days = pilot.app.screen
        assert isinstance(days, DaysScreen)
        await wait_until(pilot, lambda: days.settled)
        assert days.current is not None
        assert str(days.current.period.first) == "2026-11-22"
        await pilot.press("enter")
        await shows(pilot, DayScreen)
        day = pilot.app.screen
        assert isinstance(day, DayScreen)
        await wait_until(pilot, lambda: day.settled)
        assert day.current is not None
        assert (day.current.name, day.current.amount) == ("Clara Lindqvist", 45_000)
        await pilot.press("enter")
        await shows(pilot, ProfileScreen)
        await pilot.press("escape", "escape", "escape")
        await settled(pilot)


async def test_the_days_are_chosen_and_a_wrong_period_says_what_would_be_right(data: Path) -> None:
    figuring.files(data)
    async with counter.running(counter.counter()) as pilot:
        page = await at_the_figures(pilot)
        await pilot.press("right", "p")
        await shows(pilot, PeriodBox)
        await writing.type_in(pilot, "2026-13")
        await pilot.press("enter")
        box = pilot.app.screen
        assert isinstance(box, PeriodBox)
        assert "there is no such day" in str(box.query_one(".pick-said", Static).content)
        await pilot.press(*["backspace"] * 2, "1", "0", "enter")
        await settled(pilot)
        assert "1 Oct – 31 Oct 2026" in head(page)
        assert "> Influenced onlin" in shown(page)
        await pilot.press("p", "down", "down", "enter")
        await settled(pilot)
        assert "this week, 16 Nov – 22 Nov 2026" in head(page)
        assert "Mon" in shown(page)
        await pilot.press("1", "5")
        await settled(pilot)
        assert "this week" in head(pilot.app.screen)  # as it was left


async def test_a_manager_chooses_whose_and_an_associate_in_team_mode_has_the_store_s(data: Path) -> None:
    figuring.files(data, "team", "mira")
    async with counter.running(counter.counter(user_name="mira")) as pilot:
        page = await at_the_figures(pilot)
        assert "> Store sales" in shown(page)
        await pilot.press("w")
        await shows(pilot, WhoseBox)
        await writing.type_in(pilot, "teun")
        await pilot.press("enter")
        await settled(pilot)
        assert head(page).startswith("Teun Bakker")
        assert "Individual sales" in shown(page)


async def test_all_figures_where_they_are_wanted_and_in_ascii_on_a_small_screen(data: Path) -> None:
    figuring.files(data, "team")
    async with counter.running(counter.counter(ascii_only=True), (60, 20)) as pilot:
        page = await at_the_figures(pilot)
        assert head(page).startswith("Amsterdam Damrak")
        assert "Web traffic" not in shown(page)
        await pilot.press("m", "end")
        await settled(pilot)
        assert "> Content updates" in shown(page)
        assert page.query_one(Tiles).size.height == 4
        await pilot.press("tab", "pagedown", "escape")
        await at_rest(pilot)
        assert page.query_one(Tiles).has_focus


async def test_people_stand_side_by_side_and_on_a_leaderboard_in_team_mode(data: Path) -> None:
    figuring.files(data, "team", "mira")
    async with counter.running(counter.counter(user_name="mira")) as pilot:
        await at_the_figures(pilot)
        await pilot.press("c")
        each = await listed(pilot, EachScreen)
        assert "Store sales" not in told(pilot)
        assert {row[0]: row[5] for row in rows(pilot)}["Anna Kowalska"].startswith("+ Individual sales")
        assert len(each.sorts) == 6
        await pilot.press("escape", "l")
        await listed(pilot, LeaderboardScreen)
        assert [row[:2] for row in rows(pilot)][:3] == [
            ("1", "Anna Kowalska"),
            ("2", "Jonas de Wit"),
            ("2", "Kofi Mensah"),
        ]
        await pilot.press("right")
        await wait_until(pilot, lambda: rows(pilot)[0][2] == "0")
        assert {row[0] for row in rows(pilot)} == {"1"}  # nobody has reached anybody: all are equal


@pytest.mark.parametrize("wanted", [False, True])
async def test_in_associate_mode_only_the_retailer_lets_people_be_ranked(data: Path, *, wanted: bool) -> None:
    figuring.files(data, "associate", "mira", leaderboard=wanted)
    async with counter.running(counter.counter(user_name="mira")) as pilot:
        page = await at_the_figures(pilot)
        assert page.check_action("board", ()) is wanted
        await pilot.press("c")
        each = await listed(pilot, EachScreen)
        assert (list(each.sorts) == ["Name"]) is not wanted


async def test_what_is_shown_is_saved_as_csv_json_and_sqlite(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    figuring.files(data)
    async with counter.running(counter.counter()) as pilot:
        page = await at_the_figures(pilot)
        for ending in ("csv", "json", "db"):
            await pilot.press("x")
            await shows(pilot, ExportBox)
            await writing.type_in(pilot, f"mine.{ending}")
            await pilot.press("enter")
            await settled(pilot)
            await wait_until(pilot, (tmp_path / f"mine.{ending}").exists)
            await pilot.app.workers.wait_for_complete()
        await pilot.press("x")
        await shows(pilot, ExportBox)
        await writing.type_in(pilot, "mine.csv")
        await pilot.press("enter")
        await wait_until(pilot, lambda: any("already exists" in each.message for each in pilot.app._notifications))
        ids = [tile.key for tile in page.query_one(Tiles)._tiles]
    made = json.loads((tmp_path / "mine.json").read_text("utf-8"))
    assert [row["kpi"] for row in made] == ids
    with (tmp_path / "mine.csv").open(encoding="utf-8") as file:
        assert [row["kpi"] for row in csv.DictReader(file)] == ids
    database = sqlcipher.connect(str(tmp_path / "mine.db"))
    with contextlib.closing(database):
        sales = database.execute("SELECT value FROM figures WHERE kpi = 'individual_sales'").fetchall()
    assert sales == [(made[0]["value"],)]
    assert (tmp_path / "mine.db").stat().st_mode & 0o777 == 0o600


async def test_a_manager_sets_copies_and_removes_targets_and_tiles_show_how_far_it_is(data: Path) -> None:
    figuring.files(data, "team", "mira")
    async with counter.running(counter.counter(user_name="mira")) as pilot:
        page = await at_the_figures(pilot)
        assert " of 40,000" in page.query_one(Tiles).text
        assert "a day for 9 days" in page.query_one("#figure", RecordView).text
        await pilot.press("t")
        await listed(pilot, TargetsScreen)
        await pilot.press("a")
        await shows(pilot, TargetForm)
        await writing.type_in(pilot, "teun")
        await pilot.press("tab", "tab", "tab")
        await writing.type_in(pilot, "12,500")
        await pilot.press("f2")
        await listed(pilot, TargetsScreen)
        await wait_until(pilot, lambda: ("Individual sales", "2026-11", "Teun Bakker") in {r[:3] for r in rows(pilot)})
        assert told(pilot)
        await pilot.press("X")
        await wait_until(pilot, lambda: len(pilot.app.screen.query_one("#list", RowTable).marks) == 5)
        await pilot.press("c")
        await wait_until(pilot, lambda: len(rows(pilot)) == 10)
        assert {row[1] for row in rows(pilot)} == {"2026-11", "2026-12"}
        await pilot.press("escape")
        await settled(pilot)
        await pilot.press("w")
        await shows(pilot, WhoseBox)
        await writing.type_in(pilot, "teun")
        await pilot.press("enter")
        await settled(pilot)
        assert " of 12,500" in page.query_one(Tiles).text

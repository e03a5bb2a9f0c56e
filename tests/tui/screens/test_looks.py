"""Lookbooks and picks on the screen: made, ordered, shared and answered, by keys alone and by the mouse alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.kinds.rule_task import Because
from sellmode_tui.records.tasks.lines import TaskKey
from sellmode_tui.screens.kit.boxes import BoxButton
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.lookbooks.boxes import SaveBox, WayBox
from sellmode_tui.screens.lookbooks.delegating import DelegateForm, UndelegateBox
from sellmode_tui.screens.lookbooks.form import LookForm
from sellmode_tui.screens.lookbooks.list_page import LookbooksScreen
from sellmode_tui.screens.lookbooks.picks_list import PicksListScreen
from sellmode_tui.screens.lookbooks.picks_page import PicksScreen
from sellmode_tui.screens.lookbooks.product_picks import ProductPicksScreen
from sellmode_tui.screens.lookbooks.share import ShareScreen
from sellmode_tui.screens.lookbooks.view import LookScreen
from sellmode_tui.screens.lookbooks.words import link_words
from sellmode_tui.screens.tasks.agenda import AgendaScreen
from sellmode_tui.screens.tasks.rows import row_key
from sellmode_tui.screens.tasks.view import TaskScreen
from sellmode_tui.widgets.item_list import ItemList
from sellmode_tui.widgets.key_line import KeyLine
from sellmode_tui.widgets.press import Press
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens import looking, writing
from tests.tui.screens.briefing import COAT, SCARF, SCARF_RED
from tests.tui.screens.counter import wait_until
from tests.tui.screens.looking import OFFICE, OPERA, PICKS, WINTER, at_the_looks, details, list_is_there, move_to
from tests.tui.screens.writing import BO, CLARA, at_rest, put, save, shows, store_of, told, type_in


@pytest.fixture(autouse=True)
def _files(data: Path, request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("parametrize") is None:
        looking.files(data)


def of(pilot: Pilot[None], title: str) -> Lookbook:
    found = [each for each in looks(pilot) if each.title == title]
    assert len(found) == 1, found
    return found[0]


def looks(pilot: Pilot[None]) -> list[Lookbook]:
    return store_of(pilot)._writer.read(lambda seen: seen.each("lookbook"))


async def test_a_lookbook_from_the_first_key_to_the_link_by_keys_alone(data: Path) -> None:
    async with at_the_looks() as pilot:
        await pilot.press("a")
        await shows(pilot, LookForm)
        await type_in(pilot, "clara")
        await at_rest(pilot)
        await pilot.press("enter", *"Soiree", "tab", *"Dear", "tab")
        await pilot.press("enter")
        await shows(pilot, ProductPicksScreen)
        await pilot.press("slash")
        await type_in(pilot, "coat")
        await at_rest(pilot)
        await pilot.press("enter", "enter")
        await shows(pilot, LookForm)
        await pilot.press("a")
        await shows(pilot, ProductPicksScreen)
        await pilot.press("space", "space", "enter")
        await shows(pilot, LookForm)
        await pilot.press("K")
        await at_rest(pilot)
        await pilot.press("tab", "tab", *"Red!")
        await save(pilot)
        await list_is_there(pilot)
        made = of(pilot, "Soiree")
        assert (made.customer, made.form, made.message, made.state) == (CLARA.id, "one_to_one", "Dear", "draft")
        assert [(each.sku, each.note, each.price) for each in made.items] == [
            (SCARF.sku, "Red!", 7950), (COAT.sku, "", 28900), (SCARF_RED.sku, "", 7950),
        ]  # fmt: skip
        await pilot.press("s")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await shows(pilot, WayBox)
        await pilot.press("down", "enter")
        await shows(pilot, ShareScreen)
        shared = of(pilot, "Soiree")
        assert (shared.state, details(pilot, made.id).sent[0].how) == ("shared", "email")
        page = pilot.app.screen
        assert isinstance(page, ShareScreen)
        assert page.link == f"http://127.0.0.1:9/l/{shared.token}"
        assert "Not sent yet" in writing.said(pilot, "#told > Static")
        await pilot.press("y")
        assert pilot.app.clipboard == page.link
        await pilot.press("escape")
        await list_is_there(pilot)


async def test_products_to_pick_are_found_by_filters(data: Path) -> None:
    async with at_the_looks() as pilot:
        await move_to(pilot, OPERA)
        await pilot.press("e")
        await shows(pilot, LookForm)
        pilot.app.screen.query_one(ItemList).focus()
        await pilot.press("a")
        await shows(pilot, ProductPicksScreen)
        page = pilot.app.screen
        assert isinstance(page, ProductPicksScreen)

        def found() -> list[str]:
            return [str(row.cells[1]) for row in page._rows.rows(0, 100)] if page._rows else []

        await pilot.press("slash")
        await type_in(pilot, "price<100")
        await wait_until(pilot, lambda: page.settled and found() == [SCARF.sku, SCARF_RED.sku])
        await type_in(pilot, " price<")
        await wait_until(pilot, lambda: "-wrong" in page.query_one(".search-below").classes)
        await pilot.press(*["backspace"] * len(" price<"))
        await wait_until(pilot, lambda: page.settled and found() == [SCARF.sku, SCARF_RED.sku])
        assert "-wrong" not in page.query_one(".search-below").classes


async def test_a_lookbook_begins_on_the_customers_profile_with_what_they_have_bought(data: Path) -> None:
    async with writing.at_the_counter() as pilot:
        await writing.open_profile(pilot)
        await pilot.press("L")
        await shows(pilot, LookForm)
        await pilot.press(*"Again", "tab", "tab", "enter")
        await shows(pilot, ProductPicksScreen)
        await pilot.press("right", "right")
        await at_rest(pilot)
        await pilot.press("enter")
        await shows(pilot, LookForm)
        await save(pilot)
        made = of(pilot, "Again")
        assert (made.customer, [each.sku for each in made.items]) == (CLARA.id, [COAT.sku])


async def press(pilot: Pilot[None], key: str) -> None:
    """Click on a key of the last line, or on the button of a box that names it."""
    for button in pilot.app.screen.query(BoxButton):
        if str(button.render()).startswith(f"[ {key} "):
            await pilot.click(button)
            await at_rest(pilot)
            return
    line = pilot.app.screen.query_one(KeyLine)
    text = f" {line.render()}"  # with its padding
    await pilot.click(line, offset=(text.index(f" {key} ") + 1, 0))
    await at_rest(pilot)


async def click(pilot: Pilot[None], widget: Widget, x: int, y: int) -> None:
    await pilot.click(widget, offset=(x, y))
    await at_rest(pilot)


async def test_a_lookbook_is_ordered_and_shared_by_the_mouse_alone(data: Path) -> None:
    async with at_the_looks() as pilot:
        await move_to(pilot, OPERA)
        await press(pilot, "e")
        await shows(pilot, LookForm)
        items = pilot.app.screen.query_one(ItemList)
        width = items.size.width
        await click(pilot, items, width - 3, 2)  # [x] of the third
        await click(pilot, items, width - 10, 1)  # [^] of the second
        await click(pilot, pilot.app.screen.query(Press).first(), 3, 0)
        await shows(pilot, ProductPicksScreen)
        page = pilot.app.screen
        assert isinstance(page, ProductPicksScreen)
        await pilot.click(page.table, offset=(5, 2))
        await at_rest(pilot)
        await press(pilot, "F2")
        await shows(pilot, LookForm)
        await press(pilot, "F2")
        await list_is_there(pilot)
        assert [each.sku for each in of(pilot, OPERA.title).items] == [SCARF.sku, COAT.sku, SCARF_RED.sku]
        await press(pilot, "s")
        await shows(pilot, ConfirmBox)
        await press(pilot, "y")
        await shows(pilot, WayBox)
        await press(pilot, "Enter")
        await shows(pilot, ShareScreen)
        assert of(pilot, OPERA.title).state == "shared"


async def test_what_changed_is_asked_about_once_and_undo_takes_the_sharing_back(data: Path) -> None:
    async with at_the_looks() as pilot:
        await move_to(pilot, OPERA)
        await pilot.press("s")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await shows(pilot, WayBox)
        await pilot.press("enter")
        await shows(pilot, ShareScreen)
        assert [each.item.sku for each in details(pilot, OPERA.id).changed] == [SCARF.sku, "AV-BOOT-4"]
        await pilot.press("escape")
        await list_is_there(pilot)
        await pilot.press("u")
        await at_rest(pilot)
        assert of(pilot, OPERA.title).shared_at is None


async def test_a_head_office_look_is_used_for_a_customer_and_not_changed(data: Path) -> None:
    async with at_the_looks() as pilot:
        await pilot.press("left")
        await move_to(pilot, OFFICE)
        await pilot.press("e")
        await at_rest(pilot)
        assert "Only head office edits corporate looks. Press c to start your own from it." in told(pilot)
        await pilot.press("c")
        await shows(pilot, LookForm)
        put(pilot, "customer", BO.name)
        await save(pilot)
        await list_is_there(pilot)
        made = of(pilot, OFFICE.title)
        assert (made.customer, made.copied_from, made.items) == (BO.id, OFFICE.id, OFFICE.items)


@pytest.mark.parametrize("user", ["hanne"])
async def test_the_head_office_adds_a_look_where_its_looks_are(data: Path, user: str) -> None:
    looking.files(data, user)
    async with at_the_looks(user) as pilot:
        await pilot.press("left", "a")
        await shows(pilot, LookForm)
        put(pilot, "title", "Spring")
        await save(pilot)
        await shows(pilot, LookbooksScreen)
        page = await list_is_there(pilot)
        await at_rest(pilot)
        look = page.current.look if page.current else None
        assert isinstance(look, CorporateLook)
        assert look.title == "Spring"


async def test_a_link_is_revoked_with_one_question_renewed_and_archived(data: Path) -> None:
    async with at_the_looks() as pilot:
        await move_to(pilot, WINTER)
        await pilot.press("R")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await shows(pilot, LookbooksScreen)
        assert details(pilot, WINTER.id).line.state == "revoked"
        await pilot.press("r", "enter")
        await shows(pilot, LookbooksScreen)
        assert details(pilot, WINTER.id).line.state == "opened"
        await pilot.press("z")
        await at_rest(pilot)
        assert details(pilot, WINTER.id).line.state == "archived"
        shown, screen = details(pilot, WINTER.id), pilot.app.screen
        assert isinstance(screen, LookbooksScreen)
        assert "The link still works, until" in next(link_words(shown, screen._desk.words))
        revoked = replace(shown, line=shown.line._replace(link="revoked"))
        assert "The link was revoked" in next(link_words(revoked, screen._desk.words))


async def test_a_look_is_saved_as_a_file_that_is_not_replaced(data: Path, tmp_path: Path) -> None:
    async with at_the_looks() as pilot:
        await move_to(pilot, WINTER)
        for said in ("Saved: ", "Not saved: "):
            await pilot.press("l")
            await shows(pilot, ShareScreen)
            await pilot.press("f")
            await shows(pilot, SaveBox)
            pilot.app.screen.query_one(TextField).value = str(tmp_path / "look.html")
            await pilot.press("enter")
            await shows(pilot, ShareScreen)
            assert any(each.startswith(said) for each in told(pilot)), told(pilot)
            await pilot.press("escape")
            await list_is_there(pilot)
    html = (tmp_path / "look.html").read_text("utf-8")
    assert f"/l/{WINTER.token}" in html
    assert (tmp_path / "look.html").stat().st_mode & 0o077 == 0


async def test_another_window_changes_what_is_being_edited(data: Path) -> None:
    async with at_the_looks() as pilot:
        await move_to(pilot, OPERA)
        await pilot.press("e")
        await shows(pilot, LookForm)
        put(pilot, "title", "For the ballet")
        store_of(pilot).edit("lookbook", OPERA.id, {"title": "For the play", "message": "Hello"})
        writing.look_again(pilot)
        await at_rest(pilot)
        quiet = writing.said(pilot, ".form-quiet")
        assert 'Title: "For the play" (Anna Kowalska, 14:02), yours "For the ballet"' in quiet
        await save(pilot)
        assert (of(pilot, "For the ballet").message) == "Hello"


async def test_in_associate_mode_picks_are_ones_own_and_stale_ones_are_pointed_out(data: Path) -> None:
    async with at_the_looks() as pilot:
        await pilot.press("P")
        await shows(pilot, PicksListScreen)
        await pilot.press("e")
        await shows(pilot, LookForm)
        pilot.app.screen.query_one(ItemList).focus()
        await pilot.press("J")
        await save(pilot)
        await shows(pilot, PicksListScreen)
        (line,) = store_of(pilot).looks.picks_lines()
        assert [each.item.sku for each in line.products] == [SCARF.sku, COAT.sku, "AV-BOOT-4"]
        assert line.stale
        await pilot.press("D")
        await shows(pilot, DelegateForm)
        await type_in(pilot, "mira")
        await at_rest(pilot)
        await pilot.press("enter")
        put(pilot, "to_day", "2026-12-24")
        await save(pilot)
        assert "In Associate Mode, picks are each associate's own" in writing.trouble(pilot)


async def test_a_task_of_stale_picks_says_why_and_opens_them(data: Path) -> None:
    task = ManualTask(
        id="t-picks", store=PICKS.store, creator=writing.ANNA.id, title="Review the picks", rule="stale-picks",
        picks=PICKS.id, products=(SCARF.sku,), because=Because(event="stale_picks", about=PICKS.title),
    )  # fmt: skip
    async with at_the_looks() as pilot:
        writing.take(pilot, task)
        await pilot.press("2")
        await shows(pilot, AgendaScreen)
        await at_rest(pilot)
        page = pilot.app.screen
        assert isinstance(page, AgendaScreen)
        page.go_to(row_key(TaskKey("manual_task", task.id)))
        await at_rest(pilot)
        await pilot.press("enter")
        await shows(pilot, TaskScreen)
        text = "\n".join(str(each.render()) for each in pilot.app.screen.query("RecordView > Static"))
        assert all(each in text for each in ("New this week to review.", "Created by rule", "stale-picks", SCARF.title))
        await pilot.press("g")
        await shows(pilot, PicksScreen)


async def test_picks_that_somebody_else_changed_are_saved_once_that_is_told(data: Path) -> None:
    async with at_the_looks() as pilot:
        await pilot.press("P")
        await shows(pilot, PicksListScreen)
        await pilot.press("e")
        await shows(pilot, LookForm)
        pilot.app.screen.query_one(ItemList).focus()
        await pilot.press("x")
        theirs = msgspec.structs.replace(PICKS, items=PICKS.items[:1])
        writing.take(pilot, theirs)
        await at_rest(pilot)
        assert "Changed in the meantime" in writing.said(pilot, ".form-quiet")
        await save(pilot)
        assert writing.trouble(pilot) == "Not saved: check Products."
        await save(pilot)
        await shows(pilot, PicksListScreen)
        (line,) = store_of(pilot).looks.picks_lines()
        assert line.picks.items == PICKS.items[1:]


async def test_a_page_with_a_reply_says_what_became_of_it(data: Path) -> None:
    async with at_the_looks() as pilot:
        await move_to(pilot, WINTER)
        await pilot.press("enter")
        await shows(pilot, LookScreen)
        page = pilot.app.screen
        assert isinstance(page, LookScreen)
        text = page.view.text
        for part in ("Opened 3 times", "I love the coat!", "2 clicks · likes it · bought 21 Nov 2026", "by e-mail"):
            assert part in text
        assert "4 program" in text


@pytest.mark.parametrize("mode", ["team"])
async def test_in_team_mode_the_manager_delegates_and_others_are_told_the_rule(data: Path, mode: Any) -> None:
    looking.files(data, "mira", mode)
    async with at_the_looks("mira") as pilot:
        await pilot.press("P")
        await shows(pilot, PicksListScreen)
        await pilot.press("D")
        await shows(pilot, DelegateForm)
        await type_in(pilot, "teun")
        await at_rest(pilot)
        await pilot.press("enter")
        put(pilot, "to_day", "in 2 weeks")
        await save(pilot)
        await shows(pilot, PicksListScreen)
        (line,) = store_of(pilot).looks.picks_lines()
        assert [each.to_day for each in line.picks.delegations] == ["2026-12-06"]
        await pilot.press("R")
        await shows(pilot, UndelegateBox)
        await pilot.press("enter")
        await shows(pilot, PicksListScreen)
        (line,) = store_of(pilot).looks.picks_lines()
        assert line.picks.delegations[0].revoked_at is not None


@pytest.mark.parametrize("mode", ["team"])
async def test_who_may_not_change_picks_is_told_the_rule(data: Path, mode: Any) -> None:
    looking.files(data, "teun", mode)
    async with at_the_looks("teun") as pilot:
        await pilot.press("P")
        await shows(pilot, PicksListScreen)
        await pilot.press("e")
        await at_rest(pilot)
        assert any("only the store's manager and those they delegated" in each for each in told(pilot))
        assert isinstance(PICKS, PickList)

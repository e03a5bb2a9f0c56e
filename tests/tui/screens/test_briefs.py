"""What a head office asks of its people: listed with how far they are, read, asked, taken back."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_tui.screens.corporate.form import BriefForm
from sellmode_tui.screens.corporate.list_page import BriefsScreen
from sellmode_tui.screens.corporate.view import BriefScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.forms.completed_entry import CompletedField
from sellmode_tui.screens.forms.pickers import ProductsEntry
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.suggestions import Suggestions
from sellmode_tui.widgets.tab_line import TabLine
from tests.tui.screens import briefing, counter, tasking, writing
from tests.tui.screens.briefing import (
    COAT,
    DAMRAK,
    GRAFTON,
    LOOKBOOK,
    MISTAKE,
    OPENING,
    PHOTOS,
    SCARF,
    asked,
    at_the_briefs,
    card,
    list_is_there,
    move_to,
    new_brief,
)
from tests.tui.screens.counter import wait_until
from tests.tui.screens.writing import at_rest, field, put, save, shows, store_of, trouble, type_in


@pytest.fixture
def office(data: Path) -> None:
    """Give the head office's files."""
    briefing.files(data)


at_the_office = pytest.mark.usefixtures("office")


def rows(pilot: Pilot[None]) -> list[tuple[str, ...]]:
    page = pilot.app.screen
    assert isinstance(page, BriefsScreen)
    return [page.row(line).cells for line in (page._rows.items(0, 100) if page._rows else ())]


def under_the_cursor(pilot: Pilot[None]) -> CorporateBrief | None:
    page = pilot.app.screen
    assert isinstance(page, BriefsScreen)
    return page.current.brief if page.current else None


def view(pilot: Pilot[None]) -> str:
    page = pilot.app.screen
    assert isinstance(page, BriefScreen)
    return page.view.text


def types_several(pilot: Pilot[None]) -> bool:
    return isinstance(pilot.app.focused, CompletedField)


def stored(pilot: Pilot[None], title: str) -> CorporateBrief | None:
    return next((line.brief for line in store_of(pilot).briefs.lines() if line.brief.title == title), None)


@at_the_office
async def test_the_list_says_until_when_of_whom_and_how_many_have_done_it() -> None:
    async with at_the_briefs() as pilot:
        assert rows(pilot) == [
            ("Tue", LOOKBOOK.title, "all stores", "15 Dec", "3/13"),
            ("tomorrow 18:00", PHOTOS.title, "all stores, e-commerce", "never", ""),
            ("20 Nov", OPENING.title, DAMRAK.name, "over", "3/7"),
            ("any time", MISTAKE.title, GRAFTON.name, "withdrawn", "1/6"),
        ]
        assert writing.said(pilot, "#above") == "4 corporate tasks, 1 over, 1 withdrawn"
        assert " ".join(writing.said(pilot, "#below").split()) == (
            f"Corporate task: {LOOKBOOK.title} · 3 of 13 done · 9 open, 1 dismissed"
        )
        await move_to(pilot, PHOTOS)
        assert writing.said(pilot, "#below").endswith("not assigned yet")


async def test_the_page_is_only_for_those_who_may_ask(data: Path) -> None:
    tasking.files(data, "mira")
    async with tasking.at_the_tasks("mira") as pilot:
        assert [tab.name for tab in pilot.app.screen.query(TabLine).first().tabs] == [
            "customers",
            "tasks",
            "lookbook",
            "products",
            "results",
            "rules",
            "people",
            "request",
        ]
        await pilot.press("7")
        await at_rest(pilot)
        assert not isinstance(pilot.app.screen, BriefsScreen)
    briefing.files(data)
    async with at_the_briefs() as pilot:
        line = pilot.app.screen.query(TabLine).first()
        assert line.text == " 1 Customers   2 Tasks   3 Lookbooks   4 Products   5   6  [7 Corporate]  9"
        await pilot.press("1")
        await shows(pilot, CustomersScreen)


async def test_an_empty_list_says_what_to_do(data: Path) -> None:
    briefing.files(data, given=briefing.records(()))
    async with at_the_briefs() as pilot:
        table = pilot.app.screen.query_one(RowTable)
        assert table.count is not None
        assert table.count.n == 0
        assert "a adds one" in table.empty_text
        await new_brief(pilot)


@at_the_office
async def test_a_brief_is_read_with_how_far_each_store_is() -> None:
    async with at_the_briefs() as pilot:
        await pilot.press("enter")
        await shows(pilot, BriefScreen)
        await wait_until(pilot, lambda: bool(view(pilot)))
        lines = [" ".join(line.split()) for line in view(pilot).splitlines()]
        assert lines[0] == LOOKBOOK.title
        assert "Due Tue 1 Dec 2026" in lines
        assert "Expires Tue 15 Dec 2026" in lines
        assert "Created 23 Nov 2026 by Hanne Visser" in lines
        done = lines.index(next(line for line in lines if line.startswith("Done")))
        assert lines[done + 1 : done + 4] == [
            "3 of 13 9 open, 1 dismissed",
            f"{DAMRAK.name} 4 open, 1 dismissed 2 of 7",
            f"{GRAFTON.name} 5 open 1 of 6",
        ]
        assert "Dear {given_name}," in lines
        assert "Vale Wool Coat M AV-COAT-1 EUR 289.00" in lines
        assert "not in the catalogue AV-GONE-9" in lines
        await pilot.press("y")
        await at_rest(pilot)
        assert writing.app_of(pilot).clipboard == LOOKBOOK.message
        briefing.take(pilot, LOOKBOOK, card(LOOKBOOK, DAMRAK.id, open=3, done=3, dismissed=1))
        await wait_until(pilot, lambda: "3 of 7" in view(pilot))


async def test_what_is_not_led_is_said_not_to_be_counted(data: Path) -> None:
    only = msgspec.structs.replace(briefing.HANNE, stores=(DAMRAK.id,))
    counter.make_account(data, only, "associate", briefing.records())
    async with at_the_briefs() as pilot:
        assert rows(pilot)[0][-1] == "2/7"
        await pilot.press("enter")
        await shows(pilot, BriefScreen)
        await wait_until(pilot, lambda: bool(view(pilot)))
        assert "It is for 1 store more, which you do not lead: they are not counted here." in " ".join(
            view(pilot).split()
        )
        assert GRAFTON.name not in view(pilot)


@at_the_office
async def test_something_is_asked_and_undo_takes_it_back() -> None:
    async with at_the_briefs() as pilot:
        await new_brief(pilot)
        await type_in(pilot, "Dress the window")
        await pilot.press("tab")
        await type_in(pilot, "dub")
        await at_rest(pilot)
        assert pilot.app.screen.query_one("StoresEntry Suggestions", Suggestions).is_open
        await pilot.press("enter")
        assert field(pilot, "stores").state == f"{GRAFTON.name}, "
        put(pilot, "due", "fri 3pm")
        put(pilot, "expires", "in 2 weeks")
        field(pilot, "products").focus_first()
        await type_in(pilot, "coat")
        await at_rest(pilot)
        await pilot.press("enter")
        assert field(pilot, "products").state == f"{COAT.sku}, "
        await type_in(pilot, "silk red")
        await at_rest(pilot)
        put(pilot, "message", "Dear {given_name}, it is there.")
        await save(pilot)
        await list_is_there(pilot)
        made = stored(pilot, "Dress the window")
        assert made is not None
        assert (made.stores, made.due, made.expires) == ((GRAFTON.id,), "2026-11-27T15:00", "2026-12-09")
        assert (made.products, made.message) == (
            (COAT.sku, briefing.SCARF_RED.sku),
            "Dear {given_name}, it is there.",
        )
        assert rows(pilot)[0][:2] == ("Fri 15:00", "Dress the window")
        await wait_until(pilot, lambda: under_the_cursor(pilot) == made)
        assert [each.words for each in store_of(pilot).changes.unsent()] == ['corporate task "Dress the window"']
        await pilot.press("u")
        await wait_until(pilot, lambda: stored(pilot, "Dress the window") is None)
        assert store_of(pilot).changes.unsent() == []


@at_the_office
async def test_what_is_wrong_is_said_at_its_field() -> None:
    async with at_the_briefs() as pilot:
        await new_brief(pilot)
        put(pilot, "due", "in 2 weeks")
        for path, wrong, label in (
            ("stores", "Nowhere", "Stores"),
            ("expires", "someday", "Expires"),
            ("expires", "tomorrow", "Expires"),
            ("products", "velvet", "Products"),
            ("products", "silk", "Products"),
            ("products", 'one of these may be wrong: "', "Products"),
        ):
            put(pilot, path, wrong)
            put(pilot, "title", "Dress the window")
            await save(pilot)
            await wait_until(pilot, lambda: trouble(pilot) == f"Not saved: check {label}.")  # noqa: B023 # at once
            put(pilot, path, "")
        put(pilot, "due", "")
        put(pilot, "title", " ")
        await save(pilot)
        assert trouble(pilot) == "Not saved: check Title."
        assert store_of(pilot).changes.unsent() == []


@at_the_office
async def test_keys_choose_among_what_is_offered_and_are_the_forms_otherwise() -> None:
    async with at_the_briefs() as pilot:
        await new_brief(pilot)
        entry = field(pilot, "products")
        assert isinstance(entry, ProductsEntry)
        entry.focus_first()
        await type_in(pilot, "silk")
        await at_rest(pilot)
        offers = entry.query_one(Suggestions)
        await pilot.press("down")
        assert (offers.is_open, offers.place) == (True, 1)
        await pilot.press("up", "escape")
        assert (offers.is_open, offers.place) == (False, 0)
        assert isinstance(pilot.app.screen, BriefForm)
        assert types_several(pilot)
        await pilot.press("down")
        assert not types_several(pilot)
        entry.focus_first()
        await pilot.press("enter")
        assert not types_several(pilot)
        put(pilot, "products", SCARF.sku)
        await at_rest(pilot)
        await pilot.press("escape")
        await shows(pilot, ConfirmBox)


@at_the_office
async def test_one_like_it_begins_with_all_but_its_times() -> None:
    async with at_the_briefs() as pilot:
        await move_to(pilot, OPENING)
        await pilot.press("n")
        await shows(pilot, BriefForm)
        assert (field(pilot, "title").state, field(pilot, "stores").state) == (OPENING.title, DAMRAK.name)
        assert (field(pilot, "due").state, field(pilot, "expires").state) == ("", "")
        put(pilot, "title", "Invite to the next late opening")
        await save(pilot)
        await list_is_there(pilot)
        made = stored(pilot, "Invite to the next late opening")
        assert made is not None
        assert (made.stores, made.withdrawn) == ((DAMRAK.id,), False)


@at_the_office
async def test_taking_back_asks_first_and_can_be_undone_before_it_is_sent() -> None:
    async with at_the_briefs() as pilot:
        await pilot.press("x")
        await shows(pilot, ConfirmBox)
        assert "9 open tasks will expire" in writing.said(pilot, ".box-title")
        await pilot.press("n")
        await list_is_there(pilot)
        assert store_of(pilot).changes.unsent() == []
        await pilot.press("x")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await wait_until(pilot, lambda: bool(store_of(pilot).changes.unsent()))
        await list_is_there(pilot)
        line = await move_to(pilot, LOOKBOOK)
        assert line.brief.withdrawn
        await pilot.press("x")
        await wait_until(pilot, lambda: "It was already withdrawn." in writing.told(pilot))
        await pilot.press("u")
        await wait_until(pilot, lambda: not store_of(pilot).changes.unsent())
        await at_rest(pilot)
        assert not (await move_to(pilot, LOOKBOOK)).brief.withdrawn


@at_the_office
async def test_a_brief_that_goes_while_it_is_read_closes() -> None:
    async with at_the_briefs() as pilot:
        await new_brief(pilot)
        put(pilot, "title", "Dress the window")
        await save(pilot)
        await list_is_there(pilot)
        await pilot.press("home", "enter")
        await shows(pilot, BriefScreen)
        await wait_until(pilot, lambda: "Dress the window" in view(pilot))
        await pilot.press("u")
        await shows(pilot, BriefsScreen)
        assert "This corporate task no longer exists." in writing.told(pilot)


async def test_hostile_titles_and_long_store_names_are_drawn_as_text(data: Path) -> None:
    hostile = asked("[bold]Not bold[/] \x1b[31mred\u202egnp {given_name}" + "x" * 300, products=("[b]\x07",))
    long_name = "Store " + "very " * 40 + "[red]long[/]"
    store = msgspec.structs.replace(DAMRAK, name=long_name)
    retailer = msgspec.structs.replace(briefing.RETAILER, stores=(store, GRAFTON))
    there = [retailer, hostile, card(hostile, DAMRAK.id, open=2, done=1)]
    counter.make_account(data, briefing.HANNE, "associate", there)
    async with at_the_briefs() as pilot:
        drawn = "\n".join(
            "".join(segment.text for segment in strip) for strip in pilot.app.screen._compositor.render_strips()
        )
        assert "[bold]Not bold[/]" in drawn
        assert "\x1b" not in drawn
        assert "\u202e" not in drawn
        await pilot.press("enter")
        await shows(pilot, BriefScreen)
        await wait_until(pilot, lambda: bool(view(pilot)))
        assert "\x1b" not in view(pilot)
        assert "\x07" not in view(pilot)
        assert all(len(line) <= 78 for line in view(pilot).splitlines())
        assert "1 of 3" in view(pilot)


async def test_a_thousand_are_listed_and_counted(data: Path) -> None:
    many = [asked(f"Ask {number}", number % 50, due="2026-12-01") for number in range(1000)]
    briefing.files(data, given=briefing.records([*many, *(card(each, DAMRAK.id, open=1, done=1) for each in many)]))
    async with at_the_briefs() as pilot:
        assert writing.said(pilot, "#above") == "1,000 corporate tasks"
        table = pilot.app.screen.query_one(RowTable)
        assert table.count is not None
        assert table.count.n == 1000
        await pilot.press("end")
        await at_rest(pilot)
        line = pilot.app.screen.current  # type: ignore[attr-defined]  # the page of briefs
        assert line.brief.created_at == min(each.created_at for each in many if each.created_at)

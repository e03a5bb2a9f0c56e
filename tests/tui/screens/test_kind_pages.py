"""The form and the page of any kind, by a kind that only these tests know: with every type of field."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from textual.pilot import Pilot

from sellmode_contract import kinds
from sellmode_contract.audiences import CUSTOMER_OWN, CUSTOMER_TEAM, Row
from sellmode_contract.kinds.fields import Due, Elements, Flag, Moment, Number, OneOf, Ref, Rows, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.mutations import Edit
from sellmode_contract.records import Instant, Record
from sellmode_tui.records import Shown
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.forms.row_entries import RowsEntry
from sellmode_tui.screens.kinds.form import KindForm
from sellmode_tui.screens.kinds.list_page import cell
from sellmode_tui.screens.kinds.page import KindScreen, kind_text
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.widgets.press import Press
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens import counter, writing
from tests.tui.screens.counter import NOW, PASSWORD, wait_until
from tests.tui.screens.writing import (
    ANNA,
    CLARA,
    TEUN,
    app_of,
    at_rest,
    at_the_counter,
    field,
    put,
    refuse,
    said,
    save,
    shows,
    store_of,
    trouble,
)

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}


class Look(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is worn together."""

    name: str = ""
    note: str = ""


class Outfit(Record, frozen=True, kw_only=True):
    """What somebody laid out for a customer."""

    customer: str
    author: str | None = None
    written_at: Instant
    title: str = ""
    occasion: Literal["day", "evening"] | None = None
    shared: bool = False
    pieces: int | None = None
    shown_at: Instant | None = None
    due: str = ""
    stylist: str | None = None
    stores: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    looks: tuple[Look, ...] = ()
    text: str = ""


OUTFIT: Kind[Outfit] = Kind(
    name="outfit",
    record=Outfit,
    row=Row("outfit", CUSTOMER_TEAM, CUSTOMER_OWN),
    noun="outfit",
    fields=(
        Text(name="title", required="An outfit needs a title."),
        OneOf(name="occasion", choices={"day": "by day", "evening": "in the evening"}),
        Flag(name="shared", label="shown to the customer", yes="seen", no="not yet"),
        Number(name="pieces", least=1, most=9),
        Moment(name="shown_at", label="shown", heading="Shown"),
        Due(name="due", label="due time", heading="Wanted by"),
        Ref(name="stylist", to="staff"),
        Elements(name="stores", of="store"),
        Elements(name="colours"),
        Rows(name="looks", fields=(Text(name="name"), Text(name="note", longest=20)), most=3),
        Text(name="text", longest=5_000, lines=True),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    of_customer=True,
    stamps={"author": "author", "written_at": "now"},
    author="author",
    words=lambda outfit, whom: f'outfit "{outfit.get("title")}" for {whom}',
)


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    """The kind is one of all, for the test, and Anna has her files."""
    writing.files(data)
    monkeypatch.setitem(kinds.KINDS, OUTFIT.name, OUTFIT)
    struct: type[Record] = Outfit
    monkeypatch.setitem(kinds.BY_RECORD, struct, OUTFIT)


FIELDS: dict[str, Any] = {
    "customer": CLARA.id,
    "title": "For the opera",
    "occasion": "evening",
    "shared": True,
    "pieces": 3,
    "shown_at": (NOW - dt.timedelta(hours=1)).isoformat(),
    "due": "2026-12-24",
    "stylist": TEUN.id,
    "stores": list(ANNA.stores),
    "colours": ["black", "red, but dark"],
    "looks": [{"name": "Dress", "note": "long"}, {"name": "Coat"}],
    "text": "She likes it warm.\nNo wool.",
}


def outfit(pilot: Pilot[None], id: str) -> Shown:
    shown = store_of(pilot).shown("outfit", id)
    assert shown is not None
    return shown


def record(pilot: Pilot[None], id: str) -> Outfit:
    found = outfit(pilot, id).record
    assert isinstance(found, Outfit)
    return found


async def open_form(pilot: Pilot[None], id: str = "") -> KindForm:
    desk = app_of(pilot).current.desk
    assert desk is not None
    held = outfit(pilot, id) if id else None
    form = KindForm(desk, OUTFIT, held.record if held else None, held.names if held else None, "" if held else CLARA.id)
    page = pilot.app.screen
    assert isinstance(page, CustomersScreen | KindScreen)
    page.open(form)
    await shows(pilot, KindForm)
    return form


async def open_page(pilot: Pilot[None], id: str) -> KindScreen:
    desk = app_of(pilot).current.desk
    assert desk is not None
    assert isinstance(pilot.app.screen, CustomersScreen)
    page = KindScreen(desk, OUTFIT, id)
    pilot.app.screen.open(page)
    await shows(pilot, KindScreen)
    await wait_until(pilot, lambda: page.view.found is not None)
    return page


async def press(pilot: Pilot[None], label: str, place: int = 0) -> None:
    """Press one of the things to press in the rows."""
    rows = pilot.app.screen.query_one(RowsEntry)
    presses = [each for each in rows.query(Press) if each._label == label]
    presses[place].focus()
    await pilot.press("enter")
    await at_rest(pilot)


def in_rows(pilot: Pilot[None]) -> list[list[str]]:
    """What is typed in the rows."""
    return [[line.value for line in row.query(TextField)] for row in pilot.app.screen.query_one(RowsEntry).rows]


async def fill(pilot: Pilot[None]) -> None:
    """Type something in every field."""
    for path, text in {
        "title": "For the opera",
        "pieces": "3",
        "shown_at": "13:02",
        "due": "12/24",
        "stylist": TEUN.name[:4],
        "stores": "Amsterdam",
        "colours": 'black, "red, but dark"',
        "text": "She likes it warm.\nNo wool.",
    }.items():
        put(pilot, path, text)
    await field(pilot, "occasion").retype("evening")
    await field(pilot, "shared").retype("yes")
    for name, note in (("Coat", ""), ("Dress", "long")):
        await press(pilot, "Add")
        line = pilot.app.screen.query_one(RowsEntry).rows[-1].query(TextField)
        line[0].value, line[1].value = name, note
    await at_rest(pilot)


async def test_a_new_one_is_made_of_what_is_typed_in_its_fields() -> None:
    async with at_the_counter() as pilot:
        form = await open_form(pilot)
        await fill(pilot)
        assert f"= {TEUN.name}" in str(field(pilot, "stylist").query(".field-said").last().render())
        await press(pilot, "Up", 1)
        assert in_rows(pilot) == [["Dress", "long"], ["Coat", ""]]
        await save(pilot)
        await shows(pilot, CustomersScreen)
        assert form.result is not None
        made = record(pilot, form.result.id)
        assert (made.title, made.occasion, made.shared, made.pieces) == ("For the opera", "evening", True, 3)
        assert (made.due, made.stylist, made.stores) == ("2026-12-24", TEUN.id, ANNA.stores)
        assert made.shown_at == NOW - dt.timedelta(hours=1)
        assert made.colours == ("black", "red, but dark")
        assert made.looks == (Look(name="Dress", note="long"), Look(name="Coat"))
        assert (made.text, made.customer, made.author) == ("She likes it warm.\nNo wool.", CLARA.id, ANNA.id)


async def test_only_what_was_changed_is_saved_and_rows_move_and_go() -> None:
    async with at_the_counter() as pilot:
        id = store_of(pilot).create("outfit", FIELDS).id
        await open_form(pilot, id)
        assert in_rows(pilot) == [["Dress", "long"], ["Coat", ""]]
        assert field(pilot, "stylist").state == TEUN.name
        assert field(pilot, "shown_at").state == "Sun 22 Nov 2026, 13:02"
        await press(pilot, "Down", 0)
        assert in_rows(pilot) == [["Coat", ""], ["Dress", "long"]]
        await press(pilot, "Remove", 0)
        put(pilot, "pieces", "")
        await save(pilot)
        await shows(pilot, CustomersScreen)
        changed = record(pilot, id)
        assert changed.looks == (Look(name="Dress", note="long"),)
        assert changed.pieces is None
        sent = writing.outbox(pilot).waiting()[-1].operation
        assert isinstance(sent, Edit)
        assert set(sent.set) == {"looks", "pieces"}


async def test_what_is_wrong_is_said_at_its_field() -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot)
        await save(pilot)
        assert trouble(pilot) == "Not saved: check Title."
        put(pilot, "title", "x")
        put(pilot, "pieces", "2.5")
        await save(pilot)
        assert trouble(pilot) == "Not saved: check Pieces."
        put(pilot, "pieces", "12")
        await save(pilot)
        assert "It has to be a number from 1 to 9." in str(field(pilot, "pieces").query(".field-said").last().render())
        put(pilot, "pieces", "2")
        put(pilot, "stylist", "Nobody at all")
        await save(pilot)
        assert trouble(pilot) == "Not saved: check Stylist."
        put(pilot, "stylist", "")
        for _ in range(4):
            await press(pilot, "Add")
        await save(pilot)
        assert trouble(pilot) == "Not saved: check Looks."


async def test_one_that_is_begun_from_no_customer_asks_whose_it_is() -> None:
    async with at_the_counter() as pilot:
        desk, page = app_of(pilot).current.desk, pilot.app.screen
        assert desk is not None
        assert isinstance(page, CustomersScreen)
        form = KindForm(desk, OUTFIT)
        page.open(form)
        await shows(pilot, KindForm)
        put(pilot, "title", "For the opera")
        await save(pilot)
        assert trouble(pilot) == "Not saved: check Customer."
        put(pilot, "customer", "Clara")
        await save(pilot)
        await shows(pilot, CustomersScreen)
        assert form.result is not None
        assert record(pilot, form.result.id).customer == CLARA.id


async def test_a_draft_of_it_comes_back_with_its_rows() -> None:
    async with at_the_counter() as pilot:
        id = store_of(pilot).create("outfit", FIELDS).id
        await open_form(pilot, id)
        put(pilot, "title", "For the ballet")
        await press(pilot, "Down", 0)
        await pilot.press("f10")
        await shows(pilot, LockScreen)
        pilot.app.screen.query_one("#password", TextField).value = PASSWORD
        await pilot.press("enter")
        await wait_until(pilot, lambda: app_of(pilot).drafts._writer is not None)
        await shows(pilot, KindForm)
        assert field(pilot, "title").state == "For the ballet"
        assert in_rows(pilot) == [["Coat", ""], ["Dress", "long"]]
        await save(pilot)
        assert record(pilot, id).title == "For the ballet"


async def test_what_somebody_else_changes_meanwhile_is_said() -> None:
    async with at_the_counter() as pilot:
        id = store_of(pilot).create("outfit", FIELDS).id
        await open_form(pilot, id)
        store_of(pilot).edit("outfit", id, {"title": "Another"})
        writing.look_again(pilot)
        await wait_until(pilot, lambda: 'Title: "Another" (someone else, seen at ' in said(pilot, ".form-quiet"))
        store_of(pilot).remove("outfit", id)
        writing.look_again(pilot)
        await wait_until(pilot, lambda: "was removed in the meantime" in said(pilot, ".form-quiet"))


async def test_its_page_says_what_stands_in_it_and_closes_when_it_goes() -> None:
    async with at_the_counter() as pilot:
        id = store_of(pilot).create("outfit", FIELDS).id
        page = await open_page(pilot, id)
        text = page.view.text
        assert 'Outfit "For the opera" for Clara Lindqvist' in text
        assert f"by {ANNA.name}" in text
        assert "Not sent yet" in text
        assert "in the evening" in text
        assert "Thu 24 Dec 2026" in text
        assert TEUN.name in text
        assert "No wool." in text
        assert "Visible to: the customer's owner" in text
        refuse(pilot, "invalid", "No.", "title")
        await wait_until(
            pilot, lambda: store_of(pilot).shown("outfit", id) is None
        )  # a new one that was refused is gone
        await shows(pilot, CustomersScreen)


async def test_its_page_edits_and_removes_and_undo_brings_it_back() -> None:
    async with at_the_counter() as pilot:
        id = store_of(pilot).create("outfit", FIELDS).id
        page = await open_page(pilot, id)
        await pilot.press("e")
        await shows(pilot, KindForm)
        put(pilot, "title", "For the ballet")
        await save(pilot)
        await shows(pilot, KindScreen)
        await wait_until(pilot, lambda: "For the ballet" in page.view.text)
        await pilot.press("x")
        await shows(pilot, CustomersScreen)
        assert store_of(pilot).shown("outfit", id) is None


async def test_its_page_offers_only_what_the_account_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "OUTFIT", msgspec.structs.replace(OUTFIT, capability="rules"))
    async with at_the_counter() as pilot:
        page = await open_page(pilot, store_of(pilot).create("outfit", FIELDS).id)
        assert (page.check_action("edit", ()), page.check_action("remove", ())) == (False, False)


async def test_its_page_is_set_anew_on_another_day() -> None:
    clock = counter.FakeClock()
    async with at_the_counter(clock=clock) as pilot:
        page = await open_page(pilot, store_of(pilot).create("outfit", FIELDS).id)
        assert "yesterday" not in page.view.text
        clock.now += dt.timedelta(days=1)
        app_of(pilot).status.look_tasks()
        await wait_until(pilot, lambda: "yesterday 13:02" in page.view.text)


def test_its_page_names_a_customer_who_is_not_visible_by_no_name() -> None:
    held = Outfit(id="outfit-1", customer=CLARA.id, written_at=NOW, title="For the opera")
    page = kind_text(Shown(OUTFIT, held, {CLARA.id: ""}, "its author", unsent=False, refused=False), Words(NOW), 80)
    assert page.text_lines[0].rstrip() == 'Outfit "For the opera" for a customer'


WORDS_OF_CELLS: dict[str, str] = {
    "occasion": "in the evening",
    "shared": "seen",
    "pieces": "3",
    "shown_at": "22 Nov 2026",
    "due": "24 Dec",
    "stylist": TEUN.name,
    "stores": "Amsterdam",
    "colours": "black, red, but dark",
    "looks": "2",
    "text": "She likes it warm. No wool.",
}


@pytest.mark.parametrize("name", WORDS_OF_CELLS)
def test_a_list_says_it_on_one_line(name: str) -> None:
    names = {TEUN.id: TEUN.name, ANNA.stores[0]: "Amsterdam"}
    assert cell(OUTFIT.by_name[name], FIELDS, names, Words(NOW)) == WORDS_OF_CELLS[name]
    assert cell(OUTFIT.by_name[name], {name: None}, names, Words(NOW)) == ""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", ["form", "form_rows", "page"])
def test_scene(scene: str, size: str, snap_compare: Any) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await counter.signed_in(pilot)
        id = store_of(pilot).create("outfit", FIELDS).id
        if scene == "page":
            await open_page(pilot, id)
            return
        await open_form(pilot, id)
        if scene == "form_rows":
            await press(pilot, "Down", 0)

    assert snap_compare(counter.counter(), terminal_size=SIZES[size], run_before=act)

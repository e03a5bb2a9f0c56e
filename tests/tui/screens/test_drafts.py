"""What was typed and not saved comes back, whatever came in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events

from sellmode_tui.screens.customers.customer_form import EditCustomerScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.widgets.keys_in_order import turning
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens import looking, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.drafting import draft, is_kept, open_form, stored, type_everywhere, unlock
from tests.tui.screens.writing import (
    BIRTHDAY,
    CLARA,
    PAIR,
    app_of,
    at_rest,
    at_the_counter,
    field,
    open_profile,
    put,
    save,
    shows,
    type_in,
)

SUBJECTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "new customer": ("anna", "new_customer", {}),
    "saved filter": ("anna", "saved_filter", {"finds": "customers", "text": "tag:vip"}),
    "customer": ("anna", "customer", {"customer": CLARA.id}),
    "note": ("anna", "note", {"customer": CLARA.id}),
    "note of one's own": ("anna", "note", {"customer": CLARA.id, "note": writing._id("note", "1")}),
    "contact": ("anna", "contact", {"customer": CLARA.id}),
    "consent": ("anna", "consent", {"customer": CLARA.id}),
    "date": ("anna", "date", {"customer": CLARA.id, "date": BIRTHDAY.id}),
    "new date": ("anna", "date", {"customer": CLARA.id}),
    "new task": ("anna", "new_task", {}),
    "new task of a customer": ("anna", "new_task", {"customer": CLARA.id}),
    "merge": ("mira", "merge", {"pair": PAIR.id}),
    "corporate task": ("anna", "corporate_task", {}),
    "new rule": ("mira", "new_rule", {"trigger": "replenishment"}),
    "new lookbook": ("anna", "look", {"kind": "lookbook", "customer": CLARA.id}),
    "lookbook from another": ("anna", "look", {"kind": "lookbook", "like": looking.MINE.id, "of": "lookbook"}),
    "delegate": ("mira", "delegate", {"pick_list": looking.OF_THE_STORE.id}),
}


@pytest.mark.parametrize("name", SUBJECTS)
async def test_a_form_comes_back_after_a_lock_as_it_was_left(name: str, data: Path) -> None:
    user_name, kind, subject = SUBJECTS[name]
    looking.files(data, user_name, "team" if kind == "delegate" else "associate")
    async with at_the_counter(user_name) as pilot:
        await open_form(pilot, kind, **subject)
        await type_everywhere(pilot)
        before = draft(pilot)
        await pilot.press("f10")
        await unlock(pilot)
        assert draft(pilot) == before
        assert len(pilot.app.screen_stack) == 3


async def test_every_kind_of_form_has_a_name() -> None:
    unnamed: list[type[Any]] = []
    kinds: list[type[Any]] = [FormScreen]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if not kind.__subclasses__() and not kind.__dict__.get("KIND"):
            unnamed.append(kind)
    assert unnamed == []
    others = {"task", "rule", "refused", "record", "target", "wish"}
    others |= {"request_link", "request_new_customer", "request_task"}
    assert {kind for _, kind, _ in SUBJECTS.values()} | others == FormScreen.kinds.keys()


@pytest.mark.usefixtures("annas")
@pytest.mark.parametrize(("kind", "typed"), [("note", "likes blue\nand red"), ("customer", "likes blue and red")])
async def test_the_cursor_is_where_it_stood(kind: str, typed: str) -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, kind, customer=CLARA.id)
        place = pilot.app.screen.focused
        assert isinstance(place, TextField | PlainTextArea)
        place.clear()
        pilot.app.post_message(events.Paste(typed))
        await at_rest(pilot)
        await pilot.press(*["left"] * 3)
        await pilot.press("f10")
        await unlock(pilot)
        await pilot.press("X")
        place = pilot.app.screen.focused
        assert isinstance(place, TextField | PlainTextArea)
        assert (place.value if isinstance(place, TextField) else place.text) == f"{typed[:-3]}Xred"


@pytest.mark.usefixtures("annas")
async def test_a_draft_is_in_the_journal_a_moment_after_it_was_typed() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "canary")
        await is_kept(pilot, "canary")
        await type_in(pilot, "s")
        await is_kept(pilot, "canarys")
        await save(pilot)
        assert stored(pilot) == []


@pytest.mark.usefixtures("annas")
async def test_what_was_typed_ahead_is_kept_once_it_is_there() -> None:
    async with at_the_counter() as pilot:
        app = app_of(pilot)
        await wait_until(pilot, lambda: app.drafts._look_timer is None)
        on_its_way = turning(app)
        app.post_message(events.Key("x", "x"))
        await wait_until(pilot, lambda: app.drafts._look_timer is not None)
        first = app.drafts._look_timer
        await wait_until(pilot, lambda: app.drafts._look_timer is not first)
        await open_form(pilot, "note", customer=CLARA.id)
        on_its_way.end()
        await is_kept(pilot, '"x"')


@pytest.mark.usefixtures("annas")
async def test_what_is_discarded_does_not_come_back() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "canary")
        await is_kept(pilot, "canary")
        await pilot.press("escape")
        await shows(pilot, ConfirmBox)
        assert writing.said(pilot, ".box-title") == "Discard changes?"
        assert [str(each.render()) for each in pilot.app.screen.query("BoxButton")] == [
            "[ y Discard ]",
            "[ Esc Keep editing ]",
        ]
        await pilot.press("escape")
        await shows(pilot, NoteForm)
        await pilot.press("escape")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await shows(pilot, ProfileScreen)
        await wait_until(pilot, lambda: stored(pilot) == [])
        await pilot.press("f10")
        await unlock(pilot)
        assert isinstance(pilot.app.screen, CustomersScreen)


@pytest.mark.usefixtures("annas")
async def test_quitting_asks_in_the_same_words_and_then_keeps_nothing() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "canary")
        await is_kept(pilot, "canary")
        await pilot.press("ctrl+q")
        await shows(pilot, ConfirmBox)
        assert writing.said(pilot, ".box-title") == "Discard changes?"
        await pilot.press("y")
        await wait_until(pilot, lambda: pilot.app._exit)
    async with at_the_counter() as pilot:
        assert isinstance(pilot.app.screen, CustomersScreen)
        assert stored(pilot) == []


@pytest.mark.usefixtures("annas")
async def test_forms_over_one_another_come_back_in_their_order() -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, "customer", customer=CLARA.id)
        put(pilot, "phone", "020 1")
        await open_form(pilot, "note", customer=CLARA.id)
        put(pilot, "text", "canary")
        await at_rest(pilot)
        await pilot.press("f10")
        await unlock(pilot)
        assert [type(page) for page in pilot.app.screen_stack[1:]] == [CustomersScreen, EditCustomerScreen, NoteForm]
        await save(pilot)
        assert field(pilot, "phone").value == "020 1"

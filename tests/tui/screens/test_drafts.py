"""What was typed and not saved comes back, whatever came in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen

from sellmode_contract.kinds.retailer import CustomField
from sellmode_tui.journal.drafts import Draft
from sellmode_tui.screens.customers.customer_form import AddCustomerScreen, EditCustomerScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.forms.lost_draft import LostDraftBox
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.search_bar import SearchBar
from sellmode_tui.screens.kit.too_small import TooSmallScreen
from sellmode_tui.screens.tasks.agenda import AgendaScreen
from sellmode_tui.widgets.choice import Choice
from sellmode_tui.widgets.keys_in_order import turning
from sellmode_tui.widgets.press import Press
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens import counter, looking, writing
from tests.tui.screens.counter import PASSWORD, SERVER, wait_until
from tests.tui.screens.writing import (
    ANNA,
    BIRTHDAY,
    CLARA,
    MIRA,
    PAIR,
    app_of,
    at_rest,
    at_the_counter,
    field,
    open_profile,
    put,
    read,
    said,
    save,
    shows,
    store_of,
    take,
    told,
    type_in,
)


async def unlock(pilot: Pilot[None]) -> None:
    await shows(pilot, LockScreen)
    pilot.app.screen.query_one("#password", TextField).value = PASSWORD
    await pilot.press("enter")
    await is_in(pilot)


async def sign_in(pilot: Pilot[None], user_name: str = "anna") -> None:
    screen = pilot.app.screen
    assert isinstance(screen, SignInScreen)
    screen.submit(SERVER, user_name, PASSWORD)
    await is_in(pilot)


async def is_in(pilot: Pilot[None]) -> None:
    """Wait until somebody is in, and everything that was left open is open again."""
    await wait_until(pilot, lambda: app_of(pilot).drafts._writer is not None)
    await at_rest(pilot)


async def open_form(pilot: Pilot[None], kind: str, /, **subject: str) -> FormScreen:
    """A form as its page would open it."""
    form = FormScreen.kinds[kind]
    parts = form.find(store_of(pilot), subject)
    assert parts is not None
    desk = app_of(pilot).current.desk
    await pilot.app.push_screen(form(desk, *parts))  # type: ignore[arg-type]  # what its own `find` gave
    await shows(pilot, form)
    assert isinstance(pilot.app.screen, form)
    return pilot.app.screen


def draft(pilot: Pilot[None]) -> Draft:
    """What is typed in the form that is open."""
    form = pilot.app.screen
    assert isinstance(form, FormScreen)
    assert form.draft is not None
    return form.draft


def stored(pilot: Pilot[None]) -> list[str]:
    """What was typed, as the journal has it."""
    workspace = app_of(pilot).current.workspace
    assert workspace is not None
    return workspace.session.journal.drafts.bodies()


async def is_kept(pilot: Pilot[None], text: str) -> None:
    await wait_until(pilot, lambda: any(text in body for body in stored(pilot)))


async def type_everywhere(pilot: Pilot[None]) -> None:
    """Another value in every field of the form, and another part where there can be one."""
    form = pilot.app.screen
    for press in form.query(Press):
        if not press.classes & {"item-remove", "items-add"}:  # one removes, one opens a page
            press.action_press()
            await pilot.pause()
    await at_rest(pilot)
    for number, line in enumerate(form.query(TextField)):
        line.value = f"typed {number}"
    for number, area in enumerate(form.query(PlainTextArea)):
        area.text = f"typed\nhere {number}"
    for choice in form.query(Choice):
        choice.action_move(1)
    await at_rest(pilot)
    form.query(TextField).last().focus() if form.query(TextField) else form.query(Choice).last().focus()
    await pilot.pause()


SUBJECTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "new customer": ("anna", "new_customer", {}),
    "saved filter": ("anna", "saved_filter", {"text": "tag:vip"}),
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
    assert {kind for _, kind, _ in SUBJECTS.values()} | {"task", "rule", "refused", "record"} == FormScreen.kinds.keys()


@pytest.fixture
def annas(data: Path) -> Path:
    writing.files(data)
    return data


@pytest.mark.usefixtures("annas")
@pytest.mark.parametrize("key", ["f8", "f9"])
async def test_signing_out_and_switching_keep_a_draft(key: str) -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "likes blue")
        await pilot.press(key)
        if key == "f8":
            await shows(pilot, ConfirmBox)
            assert "1 draft not saved. Sign out anyway?" in writing.said(pilot, ".box-title")
            await pilot.press("y")
        await shows(pilot, SignInScreen)
        await sign_in(pilot)
        assert field(pilot, "text").value == "likes blue"
        await save(pilot)
        assert [each.text for each in writing.read(pilot).notes].count("likes blue") == 1
        await pilot.press("f10")
        await unlock(pilot)
        assert isinstance(pilot.app.screen, CustomersScreen)


@pytest.mark.usefixtures("annas")
async def test_esc_leads_back_from_switching_user_to_where_one_was() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "likes blue")
        for _ in range(2):  # from the open account, then from its lock
            await pilot.press("f9")
            await shows(pilot, SignInScreen)
            assert "Esc goes back" in writing.said(pilot, "#keys")
            await pilot.press("escape")
            await shows(pilot, LockScreen)
            assert pilot.app.screen.query_one("#person", TextField).value == ANNA.name
        await unlock(pilot)
        assert field(pilot, "text").value == "likes blue"


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


@pytest.mark.usefixtures("annas")
async def test_the_next_start_of_the_app_has_what_the_last_one_left() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "canary")
        await is_kept(pilot, "canary")
        # It ends without being asked to: as far as the journal goes, like a crash.
    async with counter.running(counter.counter()) as pilot:
        await is_in(pilot)
        assert field(pilot, "text").value == "canary"


@pytest.mark.usefixtures("annas")
async def test_what_somebody_changed_meanwhile_is_said_and_not_undone() -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, "customer", customer=CLARA.id)
        put(pilot, "tags", "press, vip, new")
        await at_rest(pilot)
        await pilot.press("f10")
        await unlock(pilot)
        store_of(pilot).customers.edit(CLARA.id, add={"tags": ["meanwhile"]}, set={}, remove={}, saw={})
        await pilot.press("f10")
        await unlock(pilot)
        assert "Changed by someone else, seen at " in writing.said(pilot, ".form-quiet")
        assert "Tags: theirs " in writing.said(pilot, ".form-quiet")
        await save(pilot)
        assert set(writing.read(pilot).customer.tags) == {"press", "vip", "new", "meanwhile"}


@pytest.mark.usefixtures("annas")
async def test_a_draft_about_what_has_gone_is_offered_until_it_is_discarded() -> None:
    async with at_the_counter() as pilot:
        date = store_of(pilot).customers.add_date(CLARA.id, "name day", 3, 1, None, "").id
        await open_form(pilot, "date", customer=CLARA.id, date=date)
        put(pilot, "about", "canary Rex")
        await at_rest(pilot)
        await is_kept(pilot, "canary Rex") if await touched(pilot) else None
        store_of(pilot).remove("date", date)
        for _ in range(2):
            await pilot.press("f10")
            await unlock(pilot)
            assert isinstance(pilot.app.screen, LostDraftBox)
            await pilot.press("c")
            assert pilot.app.clipboard == "For: canary Rex"
            await pilot.press("escape")
            await shows(pilot, CustomersScreen)
        await pilot.press("f10")
        await unlock(pilot)
        await pilot.press("x")
        await shows(pilot, CustomersScreen)
        await pilot.press("f10")
        await unlock(pilot)
        assert isinstance(pilot.app.screen, CustomersScreen)


@pytest.mark.usefixtures("annas")
@pytest.mark.parametrize("step", ["find", "resume"])
async def test_a_draft_that_cannot_be_opened_for_an_unknown_reason_does_not_end_the_app(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, "note", customer=CLARA.id)
        put(pilot, "text", "canary")
        await touched(pilot)
        await is_kept(pilot, "canary")

        def fail(*_: Any) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(type(pilot.app.screen), step, fail)
        await pilot.press("f10")
        await unlock(pilot)
        assert isinstance(pilot.app.screen, LostDraftBox)
        assert "canary" in said(pilot, ".box-text")


@pytest.mark.usefixtures("annas")
async def test_what_was_typed_in_a_field_that_is_no_more_is_offered() -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, "customer", customer=CLARA.id)
        put(pilot, "custom.household", "7 canaries")
        put(pilot, "given_name", "Klara")
        await touched(pilot)
        await is_kept(pilot, "7 canaries")
        fewer = tuple(each for each in writing.RETAILER.custom_fields if each.name != "household")
        take(pilot, msgspec.structs.replace(writing.RETAILER, custom_fields=fewer))
        for _ in range(2):
            await pilot.press("f10")
            await unlock(pilot)
            assert isinstance(pilot.app.screen, LostDraftBox)
            assert "7 canaries" in said(pilot, ".box-text")
            await pilot.press("escape")
            await shows(pilot, EditCustomerScreen)
            assert field(pilot, "given_name").typed == "Klara"


@pytest.mark.usefixtures("annas")
async def test_what_was_typed_in_a_field_of_another_type_is_offered() -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, "customer", customer=CLARA.id)
        put(pilot, "custom.household", "7 canaries")
        await touched(pilot)
        await is_kept(pilot, "7 canaries")
        fields = writing.RETAILER.custom_fields
        choice = CustomField(name="household", label="Household", type="choice", choices=("small", "large"))
        others = tuple(choice if each.name == "household" else each for each in fields)
        take(pilot, msgspec.structs.replace(writing.RETAILER, custom_fields=others))
        await pilot.press("f10")
        await unlock(pilot)
        assert isinstance(pilot.app.screen, LostDraftBox)
        assert "7 canaries" in said(pilot, ".box-text")


async def touched(pilot: Pilot[None]) -> bool:
    """Let the app look, as it does after a key."""
    await pilot.press("shift+tab")
    return True


async def test_nobody_else_gets_a_draft(annas: Path) -> None:
    counter.make_account(annas, MIRA, "associate", writing.records())
    async with at_the_counter() as pilot:
        await pilot.press("a")
        await shows(pilot, AddCustomerScreen)
        await type_in(pilot, "canary")
        await pilot.press("f9")
        await shows(pilot, SignInScreen)
        await sign_in(pilot, "mira")
        assert isinstance(pilot.app.screen, CustomersScreen)
        assert stored(pilot) == []
        await pilot.press("f9")
        await shows(pilot, SignInScreen)
        await sign_in(pilot)
        assert field(pilot, "given_name").value == "canary"


@pytest.mark.usefixtures("annas")
async def test_what_is_being_saved_while_the_account_closes_is_no_draft_afterwards() -> None:
    async with at_the_counter() as pilot:
        release = busy_with_writing(pilot)
        await open_form(pilot, "note", customer=CLARA.id)
        await type_in(pilot, "Canary")
        await pilot.press("f2")
        await pilot.press("f9")
        await is_left(pilot, SignInScreen)
        later = threading.Timer(1, release.set)
        later.start()
        await sign_in(pilot)
        assert isinstance(pilot.app.screen, CustomersScreen)
        assert stored(pilot) == []
        assert [note.text for note in read(pilot).notes].count("Canary") == 1
        later.join()


@pytest.mark.usefixtures("annas")
async def test_a_locked_page_says_nothing_of_what_was_undone() -> None:
    async with at_the_counter() as pilot:
        store_of(pilot).customers.write_note(CLARA.id, "Canary")
        release = busy_with_writing(pilot)
        await pilot.press("u")
        await pilot.press("f10")
        await is_left(pilot, LockScreen)
        release.set()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert told(pilot) == []
        await unlock(pilot)
        assert "Canary" not in [note.text for note in read(pilot).notes]


def busy_with_writing(pilot: Pilot[None]) -> threading.Event:
    """Let what is to be written wait until the event is set."""
    release, desk = threading.Event(), app_of(pilot).current.desk
    assert desk is not None
    desk.writes.submit(release.wait, 60)
    return release


async def is_left(pilot: Pilot[None], way_in: type[Screen[Any]]) -> None:
    """Wait for a way in, while the account still closes."""
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, way_in) and pilot.app.screen.is_mounted)


@pytest.mark.usefixtures("annas")
async def test_a_restored_new_customer_opens_when_it_is_saved() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("a")
        await shows(pilot, AddCustomerScreen)
        await type_in(pilot, "Noor")
        await pilot.press("f10")
        await unlock(pilot)
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)


# ------------------------------------------------------------------ how the lists were looked at


@pytest.mark.parametrize("key", ["f10", "f9"])
async def test_the_list_comes_back_with_its_search_sort_and_place(key: str, demo_files: Callable[..., Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        screen = await counter.signed_in(pilot, None)
        await pilot.press("s", "slash", "a", "enter")
        await wait_until(pilot, lambda: screen.settled)
        await pilot.press("down", "down", "down")
        await wait_until(pilot, lambda: screen.settled)
        before = screen.view
        assert before.customer is not None
        await pilot.press(key)
        if key == "f10":
            await unlock(pilot)
        else:
            await shows(pilot, SignInScreen)
            await sign_in(pilot)
        again = await counter.signed_in(pilot, None)
        await wait_until(pilot, lambda: again.table.cursor_key == before.customer)
        assert again.view == before
        assert again.query_one(SearchBar).text == "a"


async def test_the_tasks_come_back_with_their_search(demo_files: Callable[..., Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        await counter.signed_in(pilot, None)
        await pilot.press("2")
        await shows(pilot, AgendaScreen)
        await pilot.press("slash", "c", "enter")
        await at_rest(pilot)
        before = app_of(pilot).drafts.looked()
        await pilot.press("f10")
        await unlock(pilot)
        assert isinstance(pilot.app.screen, AgendaScreen)
        await wait_until(pilot, lambda: pilot.app.screen.settled)  # type: ignore[attr-defined]  # the screen's
        assert app_of(pilot).drafts.looked() == before


@pytest.mark.usefixtures("annas")
@pytest.mark.parametrize("kind", ["note", "customer"])
async def test_what_is_typed_in_a_window_too_small_is_in_the_form(kind: str) -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, kind, customer=CLARA.id)
        place = pilot.app.screen.focused
        assert isinstance(place, TextField | PlainTextArea)
        place.clear()
        await pilot.press(*"so")
        await pilot.resize_terminal(40, 10)
        await shows(pilot, TooSmallScreen)
        await pilot.press(*"quick", "space", *"1?")
        pilot.app.post_message(events.Paste(" blue\r\nand red"))
        await at_rest(pilot)
        await pilot.press("!")
        await pilot.resize_terminal(80, 24)
        await shows(pilot, FormScreen.kinds[kind])
        line = isinstance(place, TextField)
        text = place.value if isinstance(place, TextField) else place.text
        assert text == f"soquick 1? blue{' ' if line else chr(10)}and red!"


@pytest.mark.usefixtures("annas")
async def test_in_a_window_too_small_keys_that_type_nothing_work() -> None:
    async with at_the_counter() as pilot:
        await pilot.resize_terminal(40, 10)
        await shows(pilot, TooSmallScreen)
        await pilot.press("q")
        await wait_until(pilot, lambda: pilot.app._exit)

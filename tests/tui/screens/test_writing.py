"""What a person writes about a customer at the counter: forms, refusals, undo, and what others change meanwhile."""

from __future__ import annotations

import datetime as dt
import weakref
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.note import Note
from sellmode_contract.records import FieldEdit
from sellmode_contract.roles import ROLE_CAPABILITIES
from sellmode_tui.screens.customers.consent_form import ConsentForm
from sellmode_tui.screens.customers.contact_form import ContactForm
from sellmode_tui.screens.customers.customer_form import AddCustomerScreen, EditCustomerScreen, MatchesBox
from sellmode_tui.screens.customers.customer_page import MAY_NOT
from sellmode_tui.screens.customers.dates import DateForm, DatesScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.own_entries import OwnEntriesScreen
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.widgets.choice import Choice
from sellmode_tui.widgets.press import Press
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.status_line import StatusLine
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens import writing
from tests.tui.screens.counter import NOW, FakeClock, wait_until
from tests.tui.screens.writing import (
    ANNA,
    BO,
    CLARA,
    MIRA,
    TEUN,
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
    told,
    trouble,
    type_in,
)


@pytest.fixture(autouse=True)
def _files(data: Path) -> None:
    writing.files(data)


def status(pilot: Any) -> str:
    return str(pilot.app.screen.query_one(StatusLine).text)


# ------------------------------------------------------------------ adding


async def test_a_customer_is_added_and_opened_and_undo_takes_them_back() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("a")
        await shows(pilot, AddCustomerScreen)
        await type_in(pilot, "Noor\nde Wit\nnoor@example.com\n")
        put(pilot, "tags", 'vip, "loves a, b"')
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        added = pilot.app.screen.customer  # type: ignore[attr-defined]  # the profile's
        profile = store_of(pilot).customers.profile(added)
        assert profile is not None
        assert (profile.customer.name, profile.customer.email) == ("Noor de Wit", "noor@example.com")
        assert profile.customer.tags == ("vip", "loves a, b")
        assert profile.customer.owner == ANNA.id
        assert "Saved: new customer Noor de Wit. u to undo." in told(pilot)
        assert "1 not sent: F4" in status(pilot)
        await pilot.press("u")
        await shows(pilot, CustomersScreen)
        assert any(text.startswith("Undone: new customer Noor de Wit.") for text in told(pilot))
        assert store_of(pilot).customers.profile(added) is None
        assert "not sent" not in status(pilot)


async def test_an_address_is_asked_for_on_demand() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("a")
        await shows(pilot, AddCustomerScreen)
        await type_in(pilot, "Noor")
        pilot.app.screen.query_one(Press).focus()
        await pilot.press("enter")
        await wait_until(pilot, lambda: bool(pilot.app.screen.query("AddressEntry TextField")))
        put(pilot, "lines", "Dam 1 / 2nd floor")
        put(pilot, "city", "Amsterdam")
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        profile = store_of(pilot).customers.profile(pilot.app.screen.customer)  # type: ignore[attr-defined]  # the profile's
        assert profile is not None
        assert profile.customer.address is not None
        assert profile.customer.address.lines == ("Dam 1", "2nd floor")


async def test_who_is_known_already_is_offered_before_anything_is_saved() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("a")
        await shows(pilot, AddCustomerScreen)
        await type_in(pilot, "Bob")
        put(pilot, "email", "BO@example.com")
        await pilot.press("f2")
        await shows(pilot, MatchesBox)
        assert store_of(pilot).changes.unsent() == []
        await pilot.press("escape")  # back: nothing typed is lost
        await shows(pilot, AddCustomerScreen)
        assert field(pilot, "email").state == "BO@example.com"
        await pilot.press("f2")
        await shows(pilot, MatchesBox)
        await pilot.press("enter")  # the one who is there
        await shows(pilot, ProfileScreen)
        assert pilot.app.screen.customer == BO.id  # type: ignore[attr-defined]  # the profile's
        assert store_of(pilot).changes.unsent() == []
        await pilot.press("escape", "a")
        await shows(pilot, AddCustomerScreen)
        put(pilot, "phone", "020 794 6002")
        await pilot.press("f2")
        await shows(pilot, MatchesBox)
        await pilot.press("s")  # somebody else with the same phone
        await shows(pilot, ProfileScreen)
        assert pilot.app.screen.customer != BO.id  # type: ignore[attr-defined]  # the profile's
        assert len(store_of(pilot).changes.unsent()) == 1


async def test_a_refusal_names_its_field_and_nothing_typed_is_lost() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("a")
        await shows(pilot, AddCustomerScreen)
        put(pilot, "given_name", "Noor")
        put(pilot, "email", "nowhere")
        await save(pilot)
        assert trouble(pilot) == "Not saved: check E-mail."
        assert "Not a valid e-mail address" in str(field(pilot, "email").query(".field-said").last().render())
        assert pilot.app.focused is field(pilot, "email").query_one(TextField)
        assert field(pilot, "given_name").state == "Noor"
        put(pilot, "email", "noor@example.com")
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)


async def test_somebody_without_a_name_is_refused_as_a_whole() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("a")
        await shows(pilot, AddCustomerScreen)
        await save(pilot)
        assert "needs a name" in trouble(pilot)


async def test_who_may_only_look_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_the_counter() as pilot:
        desk = writing.app_of(pilot).current.desk
        assert desk is not None
        assert desk.facts.account is not None
        looking = ROLE_CAPABILITIES["associate"] - {"sell"}
        account = msgspec.structs.replace(desk.facts.account, capabilities=frozenset(looking))
        desk.facts = type(desk.facts)(desk.facts.retailer, account, desk.facts.mode, desk.facts.zone)
        await pilot.press("a")
        await at_rest(pilot)
        assert isinstance(pilot.app.screen, CustomersScreen)
        assert MAY_NOT in told(pilot)


# ------------------------------------------------------------------ editing


async def test_only_what_was_changed_is_written() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        put(pilot, "phone", "+31 20 794 6999")
        put(pilot, "tags", "vip, new")
        put(pilot, "sizes.shoes", "")
        put(pilot, "custom.household", "4")
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        operation: Any = writing.outbox(pilot).waiting()[0].operation
        assert operation.set == {"phone": "+31 20 794 6999", "sizes.shoes": None, "custom.household": 4.0}
        assert operation.was == {"phone": CLARA.phone, "sizes.shoes": "39", "custom.household": 3.0}
        assert (operation.add, operation.remove) == ({"tags": ("new",)}, {"tags": ("press",)})
        customer = read(pilot).customer
        assert customer.preferences == CLARA.preferences  # with its comma
        assert customer.sizes == {"dress": "38"}


async def test_saving_without_a_change_writes_nothing() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        assert "Nothing was changed." in told(pilot)
        assert store_of(pilot).changes.unsent() == []


async def test_a_pet_is_added_and_another_taken_away_and_a_size_added() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        screen = pilot.app.screen
        pets = field(pilot, "custom.pet")
        pets.query_one(".item-remove").focus()
        await pilot.press("enter")
        await wait_until(pilot, lambda: not pets.query(".item-remove"))
        pets.query_one(".part-add").focus()
        await pilot.press("enter")
        await wait_until(pilot, lambda: any(each.has_focus for each in pets.query(TextField)))
        await type_in(pilot, "Tom")
        await pilot.press("down")
        await wait_until(pilot, lambda: isinstance(pilot.app.focused, Choice))
        await type_in(pilot, "c")  # cat
        await pilot.press("down")
        await wait_until(pilot, lambda: isinstance(pilot.app.focused, TextField))
        await type_in(pilot, "3 May 2020")
        assert "= 3 May 2020" in str(screen.query("DayEntry .field-said").first().render())
        screen.query_one("SizesEntry .part-add").focus()
        await pilot.press("enter")
        await wait_until(pilot, lambda: any(each.has_focus for each in screen.query("NewSize TextField")))
        await type_in(pilot, "ring\n54")
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        customer = read(pilot).customer
        assert customer.custom["pet"] == [{"name": "Tom", "species": "cat", "birthday": "2020-05-03"}]
        assert customer.sizes == {"dress": "38", "shoes": "39", "ring": "54"}


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("custom.household", "many", "has to be a number"),
        ("custom.member_since", "3/4/2020", "This could mean 3 April or 4 March"),
        ("custom.member_since", "24 Dec", "needs a year"),
        ("tags", '"vip', "quotation mark"),
        ("phone", "12", "Not a valid phone number"),
    ],
)
async def test_what_cannot_be_read_is_said_at_its_field(path: str, text: str, why: str) -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        put(pilot, path, text)
        await save(pilot)
        assert trouble(pilot).startswith("Not saved: check ")
        told = str(field(pilot, path).query(".field-said").last().render())
        assert why in told
        assert told.startswith(f"!! {field(pilot, path).label}")
        assert field(pilot, path).state == text
        assert store_of(pilot).changes.unsent() == []


async def test_leaving_asks_before_what_was_typed_is_thrown_away() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        await type_in(pilot, "x")
        await pilot.press("escape")
        await shows(pilot, ConfirmBox)
        await pilot.press("n")
        await shows(pilot, EditCustomerScreen)
        assert field(pilot, "given_name").state == "Clarax"
        await pilot.press("ctrl+q")
        await shows(pilot, ConfirmBox)
        await pilot.press("escape")
        await shows(pilot, EditCustomerScreen)
        await pilot.press("escape", "y")
        await shows(pilot, ProfileScreen)
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        await pilot.press("escape")  # nothing was typed
        await shows(pilot, ProfileScreen)


async def test_what_a_colleague_changes_meanwhile_is_said_and_the_change_says_what_its_author_saw() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        put(pilot, "phone", "+31 20 794 6999")
        put(pilot, "language", "de")
        edited = {"phone": FieldEdit(by=TEUN.id, at=NOW - dt.timedelta(days=1))}
        changed = msgspec.structs.replace(CLARA, phone="+31 6 5550 9999", phone_e164="+31655509999", edited=edited)
        writing.take(pilot, changed)
        both = 'Phone: "+31 6 5550 9999" (Teun Bakker, yesterday 14:02), yours "+31 20 794 6999". Saving'
        await wait_until(pilot, lambda: both in said(pilot, ".form-quiet"))
        assert field(pilot, "phone").state == "+31 20 794 6999"
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        profile = read(pilot)
        assert profile.customer.phone == "+31 20 794 6999"
        assert {entry.value for entry in profile.history if entry.event == "overwritten"} >= {"+31 6 5550 9999"}
        operation: Any = writing.outbox(pilot).waiting()[0].operation
        assert operation.was == {"phone": CLARA.phone, "language": "sv"}


# ------------------------------------------------------------------ notes and contacts


async def test_a_note_of_several_lines_private_then_edited_and_removed() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "Wants the u-shaped\nbag?")
        await pilot.press("tab", "right", "ctrl+s")
        await shows(pilot, ProfileScreen)
        mine = [note for note in read(pilot).notes if note.private]
        assert [note.text for note in mine] == ["Wants the u-shaped\nbag?"]
        assert "Saved: private note about Clara Lindqvist. u to undo." in told(pilot)
        await pilot.press("N")
        await shows(pilot, OwnEntriesScreen)
        table = pilot.app.screen.query_one(RowTable)
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 3 and table.settled)
        await pilot.press("enter")
        await shows(pilot, NoteForm)
        pilot.app.screen.query_one(PlainTextArea).text = "Has the bag."
        await pilot.press("f2")
        await shows(pilot, OwnEntriesScreen)
        assert "Has the bag." in [note.text for note in read(pilot).notes]
        await pilot.press("x")
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 2)
        assert not any(note.private for note in read(pilot).notes)
        await pilot.press("u")
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 3)


@pytest.mark.parametrize(("key", "form", "said"), [("n", NoteForm, "text"), ("l", ContactForm, "summary")])
async def test_more_is_written_from_the_list_of_what_one_wrote(key: str, form: type[FormScreen], said: str) -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("N")
        await shows(pilot, OwnEntriesScreen)
        await pilot.press(key)
        await shows(pilot, form)
        put(pilot, said, "Likes blue.")
        await save(pilot)
        await shows(pilot, OwnEntriesScreen)
        table = pilot.app.screen.query_one(RowTable)
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 3)


async def test_an_empty_note_is_refused() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await save(pilot)
        assert trouble(pilot) == "Not saved: check the text."


async def test_a_visit_of_yesterday_is_logged() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("l")
        await shows(pilot, ContactForm)
        await type_in(pilot, "v")
        await pilot.press("down", "right", "down")
        await type_in(pilot, "yesterday 4:30pm")
        assert "= Sat 21 Nov 2026, 16:30" in str(field(pilot, "at").query(".field-said").last().render())
        put(pilot, "summary", "tried the coat")
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        logged = read(pilot).contacts[0]
        assert (logged.channel, logged.inbound, logged.summary) == ("visit", True, "tried the coat")
        assert logged.at == dt.datetime(2026, 11, 21, 15, 30, tzinfo=dt.UTC)


async def test_a_contact_that_is_still_to_come_is_said_at_its_field() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("l")
        await shows(pilot, ContactForm)
        put(pilot, "at", "23:59")
        await save(pilot)
        assert trouble(pilot) == "Not saved: check When."
        assert store_of(pilot).changes.unsent() == []


# ------------------------------------------------------------------ dates


async def test_dates_are_added_changed_and_removed() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("d")
        await shows(pilot, DatesScreen)
        table = pilot.app.screen.query_one(RowTable)
        await pilot.press("a")
        await shows(pilot, DateForm)
        await type_in(pilot, "anniversary\n3/4")
        await save(pilot)
        assert trouble(pilot) == "Not saved: check Date."
        put(pilot, "day", "3 Apr")
        await pilot.pause()
        assert "= 3 April, no year" in str(field(pilot, "day").query(".field-said").last().render())
        await pilot.press("f2")
        await shows(pilot, DatesScreen)
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 2)
        assert [(date.label, date.month, date.day, date.year) for date in read(pilot).dates] == [
            ("anniversary", 4, 3, None),
            ("birthday", 12, 24, 1988),
        ]
        await pilot.press("home", "enter")
        await shows(pilot, DateForm)
        assert field(pilot, "day").state == "04-03"
        put(pilot, "day", "2001-04-03")
        put(pilot, "about", "Bo")
        await pilot.press("f2")
        await shows(pilot, DatesScreen)
        changed = read(pilot).dates[0]
        assert (changed.year, changed.about) == (2001, "Bo")
        await pilot.press("x")
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 1)


async def test_a_date_that_somebody_changes_while_it_is_edited() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("d")
        await shows(pilot, DatesScreen)
        await pilot.press("enter")
        await shows(pilot, DateForm)
        put(pilot, "label", "name day")
        changed = msgspec.structs.replace(writing.BIRTHDAY, day=25)
        writing.take(pilot, changed)
        await wait_until(pilot, lambda: "(someone else, seen at " in said(pilot, ".form-quiet"))
        await pilot.press("f2")
        await shows(pilot, DatesScreen)
        kept: ImportantDate = read(pilot).dates[0]
        assert (kept.label, kept.day) == ("name day", 25)  # the day is as the other one wrote it


# ------------------------------------------------------------------ consent


async def test_allowing_more_needs_evidence() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("o")
        await shows(pilot, ConsentForm)
        await pilot.press("down", "left")
        assert "enter how the customer agreed" in str(field(pilot, "state").query(".field-said").last().render())
        await save(pilot)
        assert trouble(pilot) == "Not saved: check Evidence."
        put(pilot, "evidence", "signed the card")
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        email = next(consent for consent in read(pilot).consents if consent.channel == "email")
        assert (email.state, email.evidence, email.actor) == ("subscribed", "signed the card", ANNA.id)


async def test_a_consent_that_a_colleague_changes_meanwhile_says_who() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("o")
        await shows(pilot, ConsentForm)
        email = next(consent for consent in read(pilot).consents if consent.channel == "email")
        yesterday = NOW - dt.timedelta(days=1)
        writing.take(pilot, msgspec.structs.replace(email, state="unsubscribed", actor=MIRA.id, changed_at=yesterday))
        who = "Mira Vermeulen has changed the consent in the meantime (yesterday 14:02); "
        await wait_until(pilot, lambda: said(pilot, ".form-quiet").startswith(who))


async def test_who_has_unsubscribed_comes_back_only_by_themselves() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("o")
        await shows(pilot, ConsentForm)
        await pilot.press("right")  # SMS
        await wait_until(pilot, lambda: field(pilot, "state").state == "unsubscribed")
        await pilot.press("down", "left")
        why = "The customer has unsubscribed: only the customer can undo that."
        await wait_until(pilot, lambda: why in str(field(pilot, "state").query(".field-said").last().render()))
        put(pilot, "evidence", "said so")
        await save(pilot)
        assert trouble(pilot) == "Not saved: check New status."
        assert store_of(pilot).changes.unsent() == []


# ------------------------------------------------------------------ undo


async def test_there_is_nothing_to_take_back() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("u")
        await at_rest(pilot)
        assert "Nothing to undo." in told(pilot)


async def test_undo_is_a_letter_where_text_is_typed() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "u")
        await pilot.press("tab", "u")
        await at_rest(pilot)
        assert field(pilot, "text").state == "u"
        assert told(pilot) == []


# ------------------------------------------------------------------ what others change, lock


async def test_the_profile_shows_what_comes_and_keeps_its_place() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("right_square_bracket", "right_square_bracket")
        view = pilot.app.screen.query_one("ProfileView")
        place = view.scroll_offset
        assert place.y > 0
        note = Note(id="n" * 36, customer=CLARA.id, author=ANNA.id, written_at=NOW, text="Came by.")
        writing.take(pilot, note)
        await wait_until(pilot, lambda: "Came by." in [each.text for each in read(pilot).notes])
        await at_rest(pilot)
        assert view.scroll_offset == place


async def test_an_idle_lock_is_announced_while_something_is_not_saved_and_leaves_none_of_it_in_memory() -> None:
    clock = FakeClock()
    async with at_the_counter(clock=clock) as pilot:
        app = writing.app_of(pilot)
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "Canary")
        form, area = weakref.ref(pilot.app.screen), weakref.ref(pilot.app.screen.query_one(PlainTextArea))
        clock.seconds += 4 * 60 + 30
        await app.idle.look()
        assert "locking soon; your draft is kept" in status(pilot)
        await type_in(pilot, "s")
        await app.idle.look()
        assert "locking soon" not in status(pilot)
        clock.seconds += 5 * 60
        await app.idle.look()
        assert isinstance(app.screen, LockScreen)
        assert trouble(pilot) == "Locked after a while without activity."
        await app.workers.wait_for_complete()
        await wait_until(pilot, lambda: form() is None and area() is None)


async def test_whoever_signs_out_hears_what_is_not_sent() -> None:
    async with at_the_counter() as pilot:
        store_of(pilot).customers.write_note(CLARA.id, "likes blue")
        writing.look_again(pilot)
        await wait_until(pilot, lambda: "1 not sent" in status(pilot))
        await pilot.press("f8")
        await shows(pilot, ConfirmBox)
        assert said(pilot, ".box-title").startswith("1 change not sent. Sign out anyway?")
        await pilot.press("escape")
        await shows(pilot, CustomersScreen)
        await pilot.press("f8")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await wait_until(pilot, lambda: any("1 change not sent yet: kept here" in text for text in told(pilot)))


async def test_a_page_that_is_saved_under_another_one_closes_when_that_goes() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "x")
        form: Any = pilot.app.screen
        await pilot.resize_terminal(40, 10)
        await wait_until(pilot, lambda: pilot.app.screen is not form)
        form.action_save()
        await wait_until(pilot, lambda: form.ended)
        await pilot.resize_terminal(80, 24)
        await shows(pilot, ProfileScreen)


def test_every_key_can_be_remapped() -> None:
    unnamed = [
        (node.__name__, binding)
        for node in (SellmodeApp, CustomersScreen, ProfileScreen, NoteForm, EditCustomerScreen, DatesScreen, Choice)
        for binding in node.BINDINGS
        if not getattr(binding, "id", None)
    ]
    assert unnamed == []


# ------------------------------------------------------------------ what is said


async def test_what_is_wrong_is_said_until_it_is_edited() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("a")
        await shows(pilot, AddCustomerScreen)
        put(pilot, "email", "nobody")
        await save(pilot)
        wrong = field(pilot, "email").query(".field-said").last()
        assert wrong.display
        await type_in(pilot, "@example.com")
        await at_rest(pilot)
        assert not wrong.display


async def test_a_day_that_needs_its_year_says_how_to_write_it() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        put(pilot, "birthday", "24 dec")
        await save(pilot)
        assert "Birthday needs a year, such as 1990-12-24 or 24 Dec 1990." in str(
            field(pilot, "birthday").query(".field-said").last().render()
        )


async def test_opting_out_is_said_to_be_for_good_and_not_to_be_taken_back() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot, BO)
        await pilot.press("o")
        await shows(pilot, ConsentForm)
        await pilot.press("tab", "n")
        await at_rest(pilot)
        assert "Once sent, only the customer can undo this." in str(
            field(pilot, "state").query(".field-said").last().render()
        )
        await pilot.press("f2")
        await shows(pilot, ConfirmBox)
        await pilot.press("escape")
        await shows(pilot, ConsentForm)
        assert store_of(pilot).changes.unsent() == []
        await pilot.press("f2")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await shows(pilot, ProfileScreen)
        assert "Saved: consent to e-mail of Bo Berg: unsubscribed." in told(pilot)

"""A terminal with a few customers of one's own, at a moment that does not move: for tests of what people write."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import msgspec
from textual.pilot import Pilot
from textual.screen import Screen

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Address, Customer, CustomerCard, Figures
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.retailer import Mode, Retailer
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import Edit, RejectionCode
from sellmode_contract.mutations.operations import plain
from sellmode_contract.records import Record
from sellmode_contract.wire import Result
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.records import Profile, RecordStore
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.profile import ProfileScreen, ProfileView
from sellmode_tui.screens.forms.form_field import FormField
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.kit.trouble import Trouble
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.sync.status import SyncStatus
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens import counter
from tests.tui.screens.counter import NOW, ONLINE, FakeClock, wait_until

WORLD = counter.demo("associate")
RETAILER: Retailer = WORLD.retailer
ANNA, TEUN, MIRA = (counter.account_of(WORLD, name) for name in ("anna", "teun", "mira"))
STORE = ANNA.stores[0]


def _id(kind: str, name: str) -> str:
    return source_id(kind, "writing", name)


def person(name: str, family_name: str, **fields: Any) -> Customer:
    """A customer of Anna's."""
    made = {"store": STORE, "owner": ANNA.id, "given_name": name, "family_name": family_name, **fields}
    return Customer(id=_id("customer", f"{name} {family_name}"), **made)


CLARA = person(
    "Clara",
    "Lindqvist",
    number="AV-01001",
    email="clara@example.com",
    phone="+31 20 794 6001",
    phone_e164="+31207946001",
    language="sv",
    preferred_channel="email",
    address=Address(lines=("Keizersgracht 12",), postcode="1015 CN", city="Amsterdam", country="NL"),
    tags=("press", "vip"),
    preferences=("silk, but no wool", "blue"),
    sizes={"dress": "38", "shoes": "39"},
    custom={"pet": [{"name": "Rex", "species": "dog", "birthday": "2020-05-03"}], "household": 3.0},
    sources={"phone": "shopify"},
    figures=Figures(waiting=1),
)
BO = person("Bo", "Berg", email="bo@example.com", phone="020 794 6002")
ZOE = person("Zoe", "Ångström", number="AV-01003")
BIRTHDAY = ImportantDate(id=_id("date", "1"), customer=CLARA.id, label="birthday", month=12, day=24, year=1988)
PARKED = ParkedEdit(
    id=_id("parked_edit", "1"),
    customer=CLARA.id,
    author=TEUN.id,
    at=NOW - dt.timedelta(days=1),
    operation=dict(
        plain(Edit(kind="customer", id=CLARA.id, set={"phone": "+31 6 5550 1234"}, was={"phone": CLARA.phone}))
    ),
)
PAIR = DuplicatePair(
    id=_id("duplicate_pair", "1"),
    store=STORE,
    customers=(CLARA.id, _id("customer", "Klara Lindquist")),
    matched=("email",),
    owners=(ANNA.id, TEUN.id),
    names=("Clara Lindqvist", "Klara Lindquist"),
)
KLARA = Customer(
    id=PAIR.customers[1],
    store=STORE,
    owner=TEUN.id,
    given_name="Klara",
    family_name="Lindquist",
    email=CLARA.email,
    phone="+31 20 794 6002",
)
"""The other one of the pair; who sees her takes her in."""
CARD = CustomerCard(id=_id("customer_card", "1"), customer=CLARA.id, name=CLARA.name, owner=ANNA.id, waiting=1)


def records() -> list[Record]:
    """What is there at first."""
    staff = [
        Staff(id=each.id, store=each.stores[0], user_name=each.user_name, name=each.name, role=each.role)
        for each in WORLD.accounts
    ]
    belongings: list[Record] = [
        Consent(
            id=_id("consent", "email"),
            customer=CLARA.id,
            channel="email",
            state="one_to_one",
            changed_at=NOW - dt.timedelta(days=30),
            actor=ANNA.id,
        ),
        Consent(
            id=_id("consent", "sms"),
            customer=CLARA.id,
            channel="sms",
            state="unsubscribed",
            changed_at=NOW - dt.timedelta(days=20),
            actor="customer",
            evidence="link in a message",
        ),
        BIRTHDAY,
        Note(
            id=_id("note", "1"),
            customer=CLARA.id,
            author=ANNA.id,
            written_at=NOW - dt.timedelta(days=3),
            text="Looks for a coat.\nNot before March.",
        ),
        Note(id=_id("note", "2"), customer=CLARA.id, author=TEUN.id, written_at=NOW, text="Teun's words."),
        Contact(
            id=_id("contact", "1"),
            customer=CLARA.id,
            author=ANNA.id,
            at=NOW - dt.timedelta(days=5),
            channel="call",
            summary="asked for sizes",
        ),
        HistoryEntry(
            id=_id("history", "1"),
            customer=CLARA.id,
            at=NOW - dt.timedelta(days=9),
            event="overwritten",
            actor=TEUN.id,
            field="phone",
            value="020 111",
        ),
        HistoryEntry(
            id=_id("history", "2"), customer=CLARA.id, at=NOW - dt.timedelta(days=40), event="created", actor=ANNA.id
        ),
    ]
    return [RETAILER, *staff, CLARA, BO, ZOE, *belongings, PARKED, PAIR, CARD]


def files(data: Path, user_name: str = "anna", mode: Mode = "associate") -> None:
    """Somebody's files with these records."""
    counter.make_account(data, counter.account_of(WORLD, user_name), mode, records())


# ------------------------------------------------------------------ the app


@contextlib.asynccontextmanager
async def at_the_counter(
    user_name: str = "anna",
    *,
    size: tuple[int, int] = (80, 24),
    clock: FakeClock | None = None,
    status: SyncStatus = ONLINE,
) -> AsyncIterator[Pilot[None]]:
    """The app with the list of customers."""
    async with counter.running(counter.counter(user_name=user_name, clock=clock), size) as pilot:
        await counter.signed_in(pilot, status)
        yield pilot


def app_of(pilot: Pilot[None]) -> SellmodeApp:
    assert isinstance(pilot.app, SellmodeApp)
    return pilot.app


def store_of(pilot: Pilot[None]) -> RecordStore:
    account = app_of(pilot).current.account
    assert account is not None
    return account.workspace.records


def outbox(pilot: Pilot[None]) -> Outbox:
    account = app_of(pilot).current.account
    assert account is not None
    return account.workspace.session.journal.outbox


def read(pilot: Pilot[None], customer: Customer = CLARA) -> Profile:
    """What there is of a customer now."""
    profile = store_of(pilot).customers.profile(customer.id)
    assert profile is not None
    return profile


def take(pilot: Pilot[None], *written: Record) -> None:
    """Let records come from the backend, as the sync would."""
    account = app_of(pilot).current.account
    assert account is not None
    counter.fill(account.workspace._cache, ANNA, "associate", [RETAILER, CLARA, *written])
    app_of(pilot).status.tell_changed(account)


def refuse(pilot: Pilot[None], code: RejectionCode, detail: str, field: str = "") -> None:
    """Let the backend refuse everything that was written."""
    entries = outbox(pilot).batch(100, 1_000_000)
    outbox(pilot).settle(
        [
            Result(mid=entry.mid, seq=entry.seq or 0, st="rejected", code=code, detail=detail, field=field)
            for entry in entries
        ],
        NOW,
    )
    look_again(pilot)


def fail(pilot: Pilot[None], detail: str) -> None:
    """Let the backend fail at everything that was written."""
    entries = outbox(pilot).batch(100, 1_000_000)
    outbox(pilot).settle(
        [Result(mid=entry.mid, seq=entry.seq or 0, st="retry", detail=detail) for entry in entries], NOW
    )
    look_again(pilot)


def look_again(pilot: Pilot[None]) -> None:
    account = app_of(pilot).current.account
    assert account is not None
    account.workspace._cache.fold()
    app_of(pilot).status.tell_changed(account)


async def at_rest(pilot: Pilot[None]) -> None:
    """Wait until no thread is at work for a page, and the pages have taken what threads brought.

    A digit is handed on only when it is clear that no scanner types.
    """
    await wait_until(pilot, lambda: not (isinstance(pilot.app, SellmodeApp) and pilot.app._scans.holds))
    await pilot.pause()
    while pilot.app.workers:
        await wait_until(pilot, lambda: not pilot.app.workers)
        await pilot.pause()  # what was brought may be reason for more work


async def shows(pilot: Pilot[None], page: type[Screen[Any]]) -> None:
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, page) and bool(pilot.app.screen.children))
    await at_rest(pilot)


async def open_profile(pilot: Pilot[None], customer: Customer = CLARA) -> None:
    """Open a customer's profile over the list."""
    await at_rest(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, CustomersScreen)
    screen._open_profile(customer.id)
    await shows(pilot, ProfileScreen)
    await wait_until(pilot, lambda: pilot.app.screen.query_one(ProfileView).settled)


async def type_in(pilot: Pilot[None], text: str) -> None:
    names = {" ": "space", "\n": "enter"}
    await pilot.press(*(names.get(character, character) for character in text))


def field(pilot: Pilot[None], path: str) -> FormField:
    """A field of the form that is open."""
    form = pilot.app.screen
    assert isinstance(form, FormScreen)
    return next(each for each in form.query(FormField) if each.path == path)


def put(pilot: Pilot[None], path: str, text: str) -> None:
    """Have a text in a field, in place of what is there."""
    typed = field(pilot, path)
    for area in typed.query(PlainTextArea):
        area.text = text
    for line in typed.query(TextField):
        line.value = text


async def save(pilot: Pilot[None]) -> None:
    """Press F2 and wait for what comes of it."""
    await pilot.press("f2")
    await at_rest(pilot)


def told(pilot: Pilot[None]) -> list[str]:
    """What was said and is still seen."""
    return [each.message for each in pilot.app._notifications]


def said(pilot: Pilot[None], selector: str) -> str:
    """What a part of the page says."""
    return str(pilot.app.screen.query(selector).last().render())


def trouble(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(Trouble).text


def documents(written: Iterable[Record]) -> list[Any]:
    return [msgspec.to_builtins(each) for each in written]

"""A terminal with customers' requests on it, at a moment that does not move."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
from textual.pilot import Pilot

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.chat_line import CUSTOMER, ChatLine
from sellmode_contract.kinds.message_template import MessageTemplate
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.request import Agreed, Request, Talk, talk_id
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.records import Record
from sellmode_tui.records import TalkDetails
from sellmode_tui.screens.inbox.list_page import InboxScreen
from sellmode_tui.screens.inbox.talk_page import TalkScreen
from tests.tui.screens import counter, writing
from tests.tui.screens.counter import NOW, wait_until
from tests.tui.screens.writing import ANNA, MIRA, RETAILER, STORE, TEUN, at_rest, shows, store_of

MINUTE = dt.timedelta(minutes=1)
COAT = Product(
    id=source_id("product", "test", "coat"), sku="AV-COAT-1", title="Wool coat", price=28_900, currency="EUR"
)


def request(name: str, preview: str, waits: int, **fields: Any) -> Request:
    """A request for so many minutes."""
    at = NOW - waits * MINUTE
    made = {"asked_at": at, "waiting_since": at, "answer_due": at + 2 * MINUTE, "lines": 1, **fields}
    return Request(id=source_id("request", "test", name), store=STORE, name=name, preview=preview, **made)


KIM = request("Kim de Vries", "Do you have the wool coat in 38? I could come by today.", 1, sku=COAT.sku, language="en")
LEO = request("Leo", "Bonjour, je cherche un cadeau.", 7, way="email", language="fr", answer_due=NOW + 233 * MINUTE)
NOOR = request("Noor", "Can I get an appointment on Friday?", 50, way="appointment", answer_due=NOW - 5 * MINUTE)
FOR_TEUN = request("Ida", "Is Teun there?", 3, wanted=TEUN.id, reserved=True, reserved_until=NOW + 27 * MINUTE)
SNOOZED = request("Max", "Back in stock?", 90, snoozed_to=NOW + 120 * MINUTE)
MINE = request(
    "Sam Okafor", "Hi, is the blue scarf still there?", 12, claimed_by=ANNA.id, claimed_at=NOW - 11 * MINUTE,
    answered_at=NOW - 10 * MINUTE, waiting_since=NOW - 2 * MINUTE, lines=4, sku=COAT.sku,
)  # fmt: skip
ALSO_MINE = request(
    "Ana", "About my order", 20, claimed_by=ANNA.id, claimed_at=NOW - 9 * MINUTE, answered_at=NOW - 8 * MINUTE,
    waiting_since=None, lines=2,
)  # fmt: skip
BY_MAIL = request(
    "Jo", "Please write to me.", 30, way="email", claimed_by=ANNA.id, claimed_at=NOW - 5 * MINUTE,
    answer_due=NOW + 200 * MINUTE,
)  # fmt: skip
TEUNS = request(
    "Eva", "Hello?", 4, claimed_by=TEUN.id, claimed_at=NOW - 3 * MINUTE, answered_at=NOW, waiting_since=None
)
CLOSED = request(
    "Pim", "Thanks!", 200, claimed_by=ANNA.id, state="closed", outcome="sold", closed_at=NOW - 60 * MINUTE,
    closed_by=ANNA.id, waiting_since=None,
)  # fmt: skip
REQUESTS = (KIM, LEO, NOOR, FOR_TEUN, SNOOZED, MINE, ALSO_MINE, BY_MAIL, TEUNS, CLOSED)


def line(of: Request, n: int, minutes: float, text: str, by: str = CUSTOMER, **fields: Any) -> ChatLine:
    """What was written so many minutes ago."""
    return ChatLine(
        id=source_id("chat_line", of.id, str(n)), store=STORE, request=of.id, holder=of.claimed_by, n=n,
        at=NOW - minutes * MINUTE, by=by, text=text, **fields,
    )  # fmt: skip


def talk(of: Request, **fields: Any) -> Talk:
    """What only who answers it knows."""
    return Talk(id=talk_id(of.id), store=STORE, request=of.id, holder=of.claimed_by, **fields)


LINES = (
    line(MINE, 1, 12, "Hi, is the blue scarf still there?"),
    line(MINE, 2, 10, "Good morning! Yes, two of them. Shall I put one aside?", ANNA.id),
    line(MINE, 3, 9, "", ANNA.id, sku=COAT.sku),
    line(MINE, 4, 2, "That would be great.\nUntil when are you open?"),
    line(ALSO_MINE, 1, 20, "About my order"),
    line(ALSO_MINE, 2, 8, "I am looking into it.", ANNA.id),
    line(BY_MAIL, 1, 30, "Please write to me."),
)
TALKS = (
    talk(MINE, delivered=3, read=2, seen=3, email="sam@example.com", phone="+31 6 5550 1"),
    talk(ALSO_MINE, delivered=2, read=2, seen=2),
    talk(
        BY_MAIL, seen=1, email="jo@example.com",
        agreed=(Agreed(channel="email", at=NOW - 30 * MINUTE, words="You may write to me by e-mail."),),
    ),
)  # fmt: skip
TEXTS = (
    MessageTemplate(
        id=source_id("message_template", "test", "hours"), reach="retailer", title="Opening hours", language="en",
        text="Dear {given_name}, we are open until {day}. {associate}, {store}",
    ),
    MessageTemplate(
        id=source_id("message_template", "test", "thanks"), store=STORE, author=ANNA.id, title="Thanks",
        text="Thank you, {given_name}!",
    ),
)  # fmt: skip


def records(*more: Record) -> list[Record]:
    """What is there at first."""
    return [*writing.records(), COAT, *REQUESTS, *LINES, *TALKS, *TEXTS, *more]


def files(data: Path, user_name: str = "anna", mode: Mode = "associate", *more: Record) -> None:
    """Somebody's files with these records."""
    given = [msgspec.structs.replace(each, mode=mode) if each is RETAILER else each for each in records(*more)]
    counter.make_account(data, {"anna": ANNA, "teun": TEUN, "mira": MIRA}[user_name], mode, given)


@contextlib.asynccontextmanager
async def at_the_inbox(user_name: str = "anna", *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """The app with the inbox."""
    async with writing.at_the_counter(user_name, size=size) as pilot:
        await go_to_inbox(pilot)
        yield pilot


async def go_to_inbox(pilot: Pilot[None]) -> InboxScreen:
    await at_rest(pilot)
    await pilot.press("9")
    await shows(pilot, InboxScreen)
    page = pilot.app.screen
    assert isinstance(page, InboxScreen)
    await wait_until(pilot, lambda: page.settled)
    await at_rest(pilot)
    return page


async def view(pilot: Pilot[None], by: int) -> InboxScreen:
    """Go so many views to the right."""
    page = pilot.app.screen
    assert isinstance(page, InboxScreen)
    await pilot.press(*["right"] * by)
    await at_rest(pilot)
    await wait_until(pilot, lambda: page.settled)
    return page


async def open_talk(pilot: Pilot[None], wanted: Request) -> TalkScreen:
    """Open a request of the view."""
    page = pilot.app.screen
    assert isinstance(page, InboxScreen)
    page.go_to(wanted.id)
    await wait_until(pilot, lambda: page.current is not None and page.current.request.id == wanted.id)
    await pilot.press("enter")
    await shows(pilot, TalkScreen)
    talk = pilot.app.screen
    assert isinstance(talk, TalkScreen)
    await wait_until(pilot, lambda: talk.settled)
    await at_rest(pilot)
    return talk


def details(pilot: Pilot[None], of: Request) -> TalkDetails:
    """What there is of a request now."""
    found = store_of(pilot).requests.get(of.id)
    assert found is not None
    return found


def names(page: InboxScreen) -> list[str]:
    """Who is listed, in order."""
    assert page._rows is not None
    return [each.name for each in page._rows.items(0, 100)]


def take(pilot: Pilot[None], *written: Record) -> None:
    """Let records come from the backend, as the sync would."""
    writing.take(pilot, COAT, *written)

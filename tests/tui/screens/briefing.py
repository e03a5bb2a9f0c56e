"""A head office's terminal with a few corporate tasks on it, at a moment that does not move."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import msgspec
from textual.pilot import Pilot

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.corporate_brief import BriefCard, CorporateBrief
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.records import Record
from sellmode_tui.records import BriefLine
from sellmode_tui.screens.corporate.form import BriefForm
from sellmode_tui.screens.corporate.list_page import BriefsScreen
from tests.tui.screens import counter, tasking, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.tasking import NOW
from tests.tui.screens.writing import at_rest, shows

RETAILER = writing.RETAILER
HANNE = writing.WORLD.office[0]
DAMRAK, GRAFTON = RETAILER.stores
COAT = Product(
    id=source_id("product", "test", "coat"),
    sku="AV-COAT-1",
    title="Vale Wool Coat",
    variant="M",
    price=28900,
    currency="EUR",
)
SCARF = Product(
    id=source_id("product", "test", "scarf"), sku="AV-SCARF-2", title="Vale Silk Scarf", price=7950, currency="EUR"
)
SCARF_RED = Product(
    id=source_id("product", "test", "red"),
    sku="AV-SCARF-3",
    title="Vale Silk Scarf",
    variant="red",
    price=7950,
    currency="EUR",
)


def asked(title: str, days_ago: int = 2, **fields: Any) -> CorporateBrief:
    """Something that Hanne asked so many days ago."""
    made = {"created_at": NOW - dt.timedelta(days=days_ago), "created_by": HANNE.id, **fields}
    return CorporateBrief(id=source_id("corporate_brief", "test", title), title=title, **made)


LOOKBOOK = asked(
    "Show the winter lookbook to your ten best customers",
    details="Those who bought a coat last year.\nThe lookbook is at the till.",
    due="2026-12-01",
    expires="2026-12-15",
    action="email",
    subject="Winter at Alder & Vale",
    message="Dear {given_name},\nthe winter collection is here. {associate}, {store}",
    products=(COAT.sku, SCARF.sku, "AV-GONE-9"),
)
PHOTOS = asked("Check the photos of the online range", 3, works=("ecommerce",), due="2026-11-26T18:00")
OPENING = asked("Invite to the late opening", 9, stores=(DAMRAK.id,), due="2026-11-20", expires="2026-11-22")
MISTAKE = asked("Count the stock at noon", 1, stores=(GRAFTON.id,), withdrawn=True)
BRIEFS = (LOOKBOOK, PHOTOS, OPENING, MISTAKE)


def card(brief: CorporateBrief, store: str, **counts: int) -> BriefCard:
    """How far a store is."""
    id = source_id("brief_card", "sellmode", f"{brief.id}/{store}")
    return BriefCard(id=id, store=store, brief=brief.id, **counts)


CARDS = (
    card(LOOKBOOK, DAMRAK.id, open=4, done=2, dismissed=1),
    card(LOOKBOOK, GRAFTON.id, open=5, done=1),
    card(OPENING, DAMRAK.id, done=3, expired=4),
    card(MISTAKE, GRAFTON.id, done=1, expired=5),
)


def records(briefs: Iterable[Record] = (*BRIEFS, *CARDS)) -> list[Record]:
    """What is there at first."""
    return [RETAILER, COAT, SCARF, SCARF_RED, *briefs]


def files(data: Path, mode: Mode = "associate", given: Iterable[Record] | None = None) -> None:
    """Hanne's files with these records."""
    all_of_them = records() if given is None else list(given)
    made = [msgspec.structs.replace(each, mode=mode) if each is RETAILER else each for each in all_of_them]
    counter.make_account(data, HANNE, mode, made)


@contextlib.asynccontextmanager
async def at_the_briefs(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """The app with the list of corporate tasks."""
    async with writing.at_the_counter(HANNE.user_name, size=size, clock=tasking.clock()) as pilot:
        await go_to_briefs(pilot)
        yield pilot


async def go_to_briefs(pilot: Pilot[None]) -> BriefsScreen:
    await pilot.press("7")
    await shows(pilot, BriefsScreen)
    return await list_is_there(pilot)


async def list_is_there(pilot: Pilot[None]) -> BriefsScreen:
    await at_rest(pilot)
    page = pilot.app.screen
    assert isinstance(page, BriefsScreen)
    await wait_until(pilot, lambda: page.settled)
    await at_rest(pilot)
    return page


async def new_brief(pilot: Pilot[None]) -> None:
    await pilot.press("a")
    await shows(pilot, BriefForm)


async def move_to(pilot: Pilot[None], brief: CorporateBrief) -> BriefLine:
    """Put the cursor on a brief of the list."""
    page = await list_is_there(pilot)
    for _ in range(20):
        if page.current and page.current.brief.id == brief.id:
            return page.current
        await pilot.press("down")
        await at_rest(pilot)
    raise AssertionError("the list has no such one")


def take(pilot: Pilot[None], *given: Record) -> None:
    """Let records come from the backend, as the sync would, and nothing else be there."""
    account = writing.app_of(pilot).current.account
    assert account is not None
    counter.fill(account.workspace._cache, HANNE, "associate", records(given))
    writing.app_of(pilot).status.tell_changed(account)

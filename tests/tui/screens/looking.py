"""A terminal with lookbooks and picks on it, at a moment that does not move."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
from textual.pilot import Pilot

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.look import LookItem
from sellmode_contract.kinds.lookbook import CorporateLook, Lookbook, LookbookResult, ProductResult, Reply, result_id
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.kinds.stock import Stock
from sellmode_contract.records import Record
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.screens.lookbooks.list_page import LookbooksScreen
from tests.tui.screens import counter, writing
from tests.tui.screens.briefing import COAT, SCARF, SCARF_RED
from tests.tui.screens.counter import NOW, wait_until
from tests.tui.screens.writing import ANNA, BO, CLARA, RETAILER, STORE, TEUN, at_rest, shows

DAY = dt.timedelta(days=1)
BOOTS = Product(
    id="p-boots", sku="AV-BOOT-4", title="Vale Boots", variant="39", price=19900, currency="EUR", active=False
)
STOCK = Stock(id="st-1", product=SCARF.id, available={STORE: 0, RETAILER.stores[1].id: 3})


def item(product: Product, note: str = "", **fields: Any) -> LookItem:
    """A product as it was put there."""
    title = " ".join(filter(None, (product.title, product.variant)))
    made = {"sku": product.sku, "title": title, "price": product.price, "currency": "EUR", "note": note, **fields}
    return LookItem(**made)


def look(title: str, days_ago: int = 1, **fields: Any) -> Lookbook:
    """A lookbook of Anna's, for Clara unless another customer is named."""
    made = {"customer": CLARA.id, "author": ANNA.id, "store": STORE, "items": (item(COAT, "Warm enough for March."),)}
    id = source_id("lookbook", "test", title)
    return Lookbook(id=id, title=title, created_at=NOW - DAY * days_ago, **{**made, **fields})


OPERA = look(
    "For the opera",
    message="Dear Clara,\nthese came in this week. Which one shall I keep for you?",
    items=(item(COAT, "Warm enough for March."), item(SCARF, price=9950), item(BOOTS)),
)
LINK = {"state": "shared", "token": "MZXW6YTBOI2DMNZVGQZTGNBVGY", "expires_at": NOW + DAY * 80}
WINTER = look("Winter coats", 10, shared_at=NOW - DAY * 9, items=(item(COAT), item(SCARF_RED)), **LINK)
RESULT = LookbookResult(
    id=result_id(WINTER.id),
    store=STORE,
    author=ANNA.id,
    lookbook=WINTER.id,
    opened=3,
    first_opened_at=NOW - DAY * 8,
    last_opened_at=NOW - DAY * 2,
    products=(
        ProductResult(sku=COAT.sku, clicks=2, verdict="liked"),
        ProductResult(sku=SCARF_RED.sku, verdict="refused"),
    ),
    replies=(Reply(at=NOW - DAY * 2, text="I love the coat!\nCan you keep one in M?"),),
    not_counted={"program": 4, "prefetch": 1},
)
SENT = SentLookbook(
    id="sent-1", customer=CLARA.id, author=ANNA.id, lookbook=WINTER.id, at=NOW - DAY * 9, how="email",
    title=WINTER.title, items=WINTER.items,
)  # fmt: skip
BOUGHT = Order(
    id="o-1", customer=CLARA.id, number="#1", placed_at=NOW - DAY, currency="EUR", total=28900, channel="online",
    lines=(OrderLine(title=COAT.title, amount=28900, quantity=1, sku=COAT.sku),),
)  # fmt: skip
OVER = look("Last summer", 200, customer=BO.id, shared_at=NOW - DAY * 150, **{**LINK, "expires_at": NOW - DAY * 60})
MINE = look("Evening looks", 30, customer=None, form="my_look", items=(item(SCARF_RED),))
TEUNS = look("Teun's pick", 3, customer=None, form="my_look", author=TEUN.id)
OFFICE = CorporateLook(
    id=source_id("corporate_look", "test", "1"), title="Winter at Alder & Vale", message="The collection is here.",
    items=(item(COAT), item(SCARF_RED, "The red one of the campaign")), created_at=NOW - DAY * 20,
)  # fmt: skip
PICKS = PickList(
    id=source_id("pick_list", "test", "1"), store=STORE, owner=ANNA.id, sort="new_arrivals", title="New this week",
    items=(item(COAT), item(SCARF, price=9950), item(BOOTS)), changed_by=ANNA.id, changed_at=NOW - DAY * 4,
)  # fmt: skip
OF_THE_STORE = msgspec.structs.replace(
    PICKS, id=source_id("pick_list", "test", "2"), owner=None, title="Top of the shop"
)


def records(mode: Mode) -> list[Record]:
    """What is there at first."""
    made = [msgspec.structs.replace(each, mode=mode) if each is RETAILER else each for each in writing.records()]
    looks = [OPERA, WINTER, RESULT, SENT, BOUGHT, OVER, MINE, TEUNS, OFFICE]
    return [*made, COAT, SCARF, SCARF_RED, BOOTS, STOCK, *looks, PICKS if mode == "associate" else OF_THE_STORE]


def files(data: Path, user_name: str = "anna", mode: Mode = "associate") -> None:
    """Somebody's files with these records."""
    counter.make_account(data, counter.account_of(writing.WORLD, user_name), mode, records(mode))


@contextlib.asynccontextmanager
async def at_the_looks(user_name: str = "anna", *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """The app with the list of lookbooks."""
    async with writing.at_the_counter(user_name, size=size) as pilot:
        await go_to_looks(pilot)
        yield pilot


async def go_to_looks(pilot: Pilot[None]) -> LookbooksScreen:
    await pilot.press("3")
    await shows(pilot, LookbooksScreen)
    return await list_is_there(pilot)


async def list_is_there(pilot: Pilot[None]) -> LookbooksScreen:
    await at_rest(pilot)
    page = pilot.app.screen
    assert isinstance(page, LookbooksScreen)
    await wait_until(pilot, lambda: page.settled)
    await at_rest(pilot)
    return page


async def move_to(pilot: Pilot[None], wanted: Lookbook | CorporateLook) -> None:
    """Put the cursor on a look of the list."""
    page = await list_is_there(pilot)
    page.go_to(wanted.id)
    await wait_until(pilot, lambda: page.current is not None and page.current.look.id == wanted.id)
    await at_rest(pilot)


def details(pilot: Pilot[None], id: str) -> LookDetails:
    """What there is of a look now."""
    found = writing.store_of(pilot).looks.get("lookbook", id)
    assert found is not None
    return found

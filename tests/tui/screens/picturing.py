"""A terminal with products of which there are pictures, on this machine already."""

from __future__ import annotations

from pathlib import Path

import msgspec
from textual.pilot import Pilot

from sellmode_contract.kinds.product import ProductImage
from sellmode_contract.records import Record
from sellmode_tui.screens.kit.picture import PictureBox
from sellmode_tui.screens.lists.page import ListPage
from sellmode_tui.screens.lookbooks.view import LookScreen
from sellmode_tui.screens.products.list_page import ProductsScreen
from sellmode_tui.screens.products.product_page import ProductScreen
from sellmode_tui.shell.app import SellmodeApp
from tests.tui.pictures import drawn
from tests.tui.screens import counter, looking, writing
from tests.tui.screens.briefing import COAT
from tests.tui.screens.counter import wait_until
from tests.tui.screens.test_products import listed
from tests.tui.screens.writing import at_rest

SAID = "A grey wool coat on a hanger, seen from the front"
PICTURED = msgspec.structs.replace(COAT, images=(ProductImage(url="https://shop.example/coat.jpg", alt=SAID),))


def files(data: Path) -> None:
    """Somebody's files, with a picture of the coat."""
    records: list[Record] = [PICTURED if each is COAT else each for each in looking.records("associate")]
    folder = counter.make_account(data, counter.account_of(writing.WORLD, "anna"), "associate", records)
    drawn.keep(folder.pictures_path, COAT.id)


async def product(pilot: Pilot[None]) -> None:
    """The coat's page."""
    await beside(pilot)
    await pilot.press("enter")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, ProductScreen) and pilot.app.screen.view.settled)
    await at_rest(pilot)


async def beside(pilot: Pilot[None]) -> None:
    """The list, with the coat under the cursor."""
    app = pilot.app
    assert isinstance(app, SellmodeApp)
    await wait_until(pilot, lambda: isinstance(app.screen, ListPage) and app.screen.settled)
    app.clear_notifications()
    counter.tell_status(app, counter.ONLINE)
    await pilot.press("4")
    await listed(pilot, ProductsScreen)
    await pilot.press("/")
    await writing.type_in(pilot, "wool coat")
    await pilot.press("enter")
    await listed(pilot, ProductsScreen)


async def look(pilot: Pilot[None]) -> None:
    """A lookbook with the coat in it."""
    await counter.signed_in(pilot)
    await looking.go_to_looks(pilot)
    await looking.move_to(pilot, looking.OPERA)
    await pilot.press("enter")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, LookScreen) and pilot.app.screen.view.settled)
    await at_rest(pilot)


def box(pilot: Pilot[None]) -> PictureBox:
    """Where the picture is."""
    return pilot.app.screen.query_one(PictureBox)


async def is_there(pilot: Pilot[None]) -> None:
    """Wait for the picture."""
    await wait_until(pilot, lambda: box(pilot).display)
    await at_rest(pilot)

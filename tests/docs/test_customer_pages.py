"""The pictures of what customers see are of the pages as they are. ``--snapshot-update`` takes them anew.

A browser draws a little otherwise with each version and font, so what is compared is the pages' words.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from sellmode_backend.server import ServerSettings
from sellmode_backend.shopper import brand
from sellmode_backend.store import records, schema
from sellmode_contract.kinds.product import Product, ProductImage
from sellmode_contract.kinds.storefront import Storefront
from tests.backend.people import QUICK, MovedClock
from tests.backend.shopper import storefront
from tests.backend.shopper.shop import BRAND, TOKEN, Shop
from tests.docs.reading import DOCS
from tests.support.backend import retailer_database, serve_in_thread
from tests.support.browser import Browser, Tab, browser

GOODS = (("Loden coat", "M, forest", 42900, "#31493c"), ("Silk scarf", "Blue", 12950, "#3d5a80"),
         ("Felt hat", "57, sand", 8900, "#b08968"))  # fmt: skip
HOST = "pictures.example"


@pytest.fixture
def shop(sqlite_url: str) -> Iterator[Shop]:
    """A shop with three products that have pictures."""
    clock = MovedClock()
    with (
        retailer_database(sqlite_url) as database,
        serve_in_thread(database, ServerSettings(passwords=QUICK), clock) as url,
    ):
        shop = Shop(url, database, clock)
        shop.open(lasts=clock.now.replace(month=12, day=22) - clock.now)
        storefront.fill(shop)
        with database.transaction() as connection:
            brand.write(connection, msgspec.structs.replace(BRAND, picture_hosts=(HOST,)))
            for number, (title, variant, price, colour) in enumerate(GOODS, 1):
                address = f"https://{HOST}/{number}.jpg"
                product = Product(
                    id=f"p-{number}", sku=f"SKU/{number}", title=title, variant=variant, price=price, currency="EUR",
                    images=(ProductImage(url=address),),
                )  # fmt: skip
                records.write(connection, [product])
                kept = {"id": _key(address), "at": clock.now, "data": _picture(number, colour), "problem": ""}
                connection.execute(schema.picture.insert().values(kept))
            items = tuple(msgspec.structs.replace(item, note="") for item in shop.lookbook.items)
            look = msgspec.structs.replace(
                shop.lookbook, items=items, message="It was lovely to see you. These came in today, in your size."
            )
            front = Storefront(
                id="f-1", store="Alpha", owner="s-1", title="Ben's picks", token=storefront.BENS, message="Come by.",
                photo=f"https://{HOST}/1.jpg",
            )  # fmt: skip
            new = storefront.picks("b2", "s-1", "SKU/2", "SKU/3", sort="new_arrivals")
            new = msgspec.structs.replace(
                new, title="New in", items=tuple(msgspec.structs.replace(item, note="") for item in new.items)
            )
            records.write(connection, [look, front, new])
        with shop.browser:
            yield shop


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "token", "scheme"),
    [("customer-page.png", TOKEN, "light"), ("storefront-page.png", storefront.BENS, "dark")],
)
def test_the_picture_is_of_the_page_as_it_is(
    shop: Shop, chromium: Browser, pytestconfig: pytest.Config, name: str, token: str, scheme: str
) -> None:
    with chromium.tab() as tab:
        tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        tab.size(760, 900)
        tab.open(f"{shop.url}/l/{token}")
        words = " ".join(str(tab.run("document.body.innerText")).split())
        assert tab.run("[...document.images].every((image) => image.loading == 'lazy' || image.naturalWidth)")
        if pytestconfig.getoption("--snapshot-update"):
            _keep(DOCS / name, tab, words)
    with Image.open(DOCS / name) as kept:
        assert kept.info["Description"] == words, "take it anew: ./dev test tests/docs --snapshot-update"


def _keep(path: Path, tab: Tab, words: str) -> None:
    taken = base64.b64decode(tab.call("Page.captureScreenshot", format="png")["data"])
    said = PngImagePlugin.PngInfo()
    said.add_text("Description", words)
    with Image.open(io.BytesIO(taken)) as image:
        image.convert("RGB").quantize(64).save(path, pnginfo=said, optimize=True)


def _key(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def _picture(number: int, colour: str) -> bytes:
    """A picture of something to wear, in a few strokes."""
    image = Image.new("RGB", (400, 500), "#efe9e1")
    draw = ImageDraw.Draw(image)
    match number:
        case 1:
            draw.polygon([(150, 90), (250, 90), (330, 190), (290, 220), (275, 195), (290, 430), (110, 430), (125, 195),
                          (110, 220), (70, 190)], fill=colour)  # fmt: skip
            draw.line([(200, 110), (200, 430)], fill="#efe9e1", width=4)
        case 2:
            draw.polygon([(120, 110), (280, 110), (250, 190), (150, 190)], fill=colour)
            draw.polygon([(170, 180), (215, 180), (190, 420), (130, 410)], fill=colour)
            draw.polygon([(200, 180), (245, 180), (285, 380), (225, 395)], fill="#5b7aa4")
        case _:
            draw.ellipse([60, 300, 340, 380], fill=colour)
            draw.rounded_rectangle([125, 160, 275, 340], 60, fill=colour)
            draw.rectangle([125, 285, 275, 315], fill="#4a3728")
    data = io.BytesIO()
    image.save(data, "JPEG", quality=85)
    return data.getvalue()

"""A terminal's pictures from the real backend, which has them from a shop: the demo's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_backend.demo import shop as demo_shop
from sellmode_backend.shopper import brand
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.store import records
from sellmode_contract.kinds.product import Product
from sellmode_tui.pictures import bitmap
from sellmode_tui.pictures.kept import PictureFile
from sellmode_tui.pictures.supply import Pictures
from sellmode_tui.transport.client import Picture, Transport
from sellmode_tui.transport.errors import Refused
from tests.backend.people import Client, MovedClock, add_person
from tests.support.backend import retailer_database, serve_in_thread
from tests.tui.pictures.drawn import KEY

COATS = [
    Product(
        id=f"p-{size}", sku=f"C {size}", title="Vale Coat", style="coat", variant=size, type="Coats", currency="EUR"
    )
    for size in ("S", "M")
]
NO_PICTURE = Product(id="p-new", sku="N", title="New", currency="EUR")


@pytest.fixture
def signed_in(sqlite_url: str) -> Iterator[tuple[Transport, str]]:
    """A way to a backend whose products have pictures in a shop, and a token."""
    clock = MovedClock()
    with retailer_database(sqlite_url) as database, serve_in_thread(database, clock=clock) as url:
        with database.transaction() as connection:
            records.write(connection, COATS)
        shop = demo_shop.Shop("Maison", demo_shop.products_of(database), url, "")
        with demo_shop.serving(shop) as address, Transport(url) as transport:
            for _ in range(2):  # the second time nothing is to be done
                demo_shop.show_pictures(database, address)
            with database.transaction() as connection:
                records.write(connection, [NO_PICTURE])
                brand.write(connection, Brand(picture_hosts=(address.removeprefix("http://"),)))
            client = Client(url)
            client.join(database, add_person(database, "zoe", "Alpha"), clock())
            yield transport, client.token


def test_a_picture_comes_once_for_all_of_a_style(signed_in: tuple[Transport, str]) -> None:
    transport, token = signed_in
    found = transport.picture("p-S", "", token=token)
    assert found is not None
    assert found.png is not None
    assert bitmap.read(found.png).height == 160
    assert transport.picture("p-S", found.tag, token=token) is None
    assert transport.picture("p-M", "", token=token) == found


def test_no_picture_and_no_session_are_told_apart(signed_in: tuple[Transport, str]) -> None:
    transport, token = signed_in
    with pytest.raises(Refused) as none:
        transport.picture(NO_PICTURE.id, "", token=token)
    assert none.value.problem.code == "not_found"
    with pytest.raises(Refused) as stranger:
        transport.picture("p-S", "", token="x" * 40)
    assert stranger.value.problem.code == "signed_out"


def test_what_came_is_there_offline(signed_in: tuple[Transport, str], tmp_path: Path) -> None:
    transport, token = signed_in
    came = threading.Event()

    def supply(transport: Transport) -> Pictures:
        def ask(product: str, tag: str) -> Picture | None:
            return transport.picture(product, tag, token=token)

        made = Pictures(lambda: PictureFile(tmp_path / "pictures.db", KEY), ask, transport.close)
        made.arrived = lambda _: came.set()
        return made

    online = supply(transport)
    assert online.find("p-S") is None
    assert came.wait(20)
    online.close()
    offline = supply(Transport("http://127.0.0.1:9"))
    assert offline.find("p-S")
    assert offline.find("p-M") is None
    offline.close()

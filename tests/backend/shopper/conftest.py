"""A retailer with a shop, one customer and a lookbook that was shared with her, served over real HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from sellmode_backend.server import ServerSettings
from sellmode_backend.store.database import Database
from tests.backend.people import QUICK, MovedClock
from tests.backend.shopper import storefront
from tests.backend.shopper.shop import Shop
from tests.support.backend import retailer_database, serve_in_thread


@pytest.fixture
def shop_database(sqlite_url: str) -> Iterator[Database]:
    with retailer_database(sqlite_url) as opened:
        yield opened


@pytest.fixture
def shop(shop_database: Database, clock: MovedClock) -> Iterator[Shop]:
    settings = ServerSettings(passwords=QUICK, body_seconds=0.3)
    with serve_in_thread(shop_database, settings, clock) as url:
        shop = Shop(url, shop_database, clock)
        shop.open(dt.timedelta(days=30))
        with shop.browser:
            yield shop


@pytest.fixture
def front(shop: Shop) -> Shop:
    """The shop with a storefront page of its associate, and one of the store."""
    storefront.fill(shop)
    return shop

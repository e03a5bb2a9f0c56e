"""The shop of ``front``, on both engines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from sellmode_backend.server import ServerSettings
from tests.backend.people import QUICK, MovedClock
from tests.backend.shopper.requests import front as fronts
from tests.backend.shopper.requests.front import Front
from tests.backend.shopper.shop import Shop
from tests.support.backend import retailer_database, serve_in_thread


@pytest.fixture
def front(prepared_url: str, clock: MovedClock) -> Iterator[Front]:
    with retailer_database(prepared_url) as database:
        settings = ServerSettings(passwords=QUICK, body_seconds=5, presence_seconds=3600)
        with serve_in_thread(database, settings, clock) as url:
            shop = Shop(url, database, clock)
            shop.open(dt.timedelta(days=30))
            with shop.browser:
                yield fronts.fill(shop)

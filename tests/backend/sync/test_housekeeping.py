"""What a server forgets by itself, beside people who go on working."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.engine import Connection

from sellmode_backend import housekeeping
from sellmode_backend.store import clients, records
from tests.backend.sync.pushing import Shop, customer_of


def test_nobody_waits_for_the_ledger_to_be_tidied(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    if shop.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time anyway")
    anna = shop.add(shop.ada)
    shop.give(anna, shop.ben)
    shop.clock.forward(days=100)
    written = []

    def while_tidying(_: Connection, now: dt.datetime) -> None:
        with shop.database.transaction() as connection:  # gives up after two seconds if a clock is held
            written.append(records.write(connection, [customer_of(shop.ada)], now=now))

    monkeypatch.setattr(clients, "forget_old", while_tidying)
    housekeeping.tidy(shop.database, shop.clock())
    assert written == [1]

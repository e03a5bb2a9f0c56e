"""What a server forgets by itself, beside people who go on working."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend import housekeeping
from sellmode_backend.rules import events
from sellmode_backend.rules.events import CustomerEvent
from sellmode_backend.store import clients, records
from sellmode_backend.store.columns import metadata
from sellmode_backend.store.database import open_database
from sellmode_backend.store.schema import record, rule_event
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from tests.backend.people import MovedClock
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


def test_events_are_kept_for_as_long_as_a_rule_may_wait_for_them(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    slow = TaskRule(
        id=task_rule_id("Alpha", "slow"), slug="slow", store="Alpha", name="Slow", title="Ask", trigger="event",
        event="repaired", offset_days=300,
    )  # fmt: skip
    shop.write(slow)

    def kept(**ago: float) -> bool:
        at = shop.clock() - dt.timedelta(**ago)
        with shop.database.transaction() as connection:
            connection.execute(sa.delete(rule_event))
            events.add(connection, [CustomerEvent("e", "repaired", anna.id, at), CustomerEvent("f", "x", "nobody", at)])
        housekeeping.tidy(shop.database, shop.clock())
        with shop.database.snapshot() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(rule_event)) == 2

    assert kept(days=389)
    assert not kept(days=391)
    with shop.database.transaction() as connection:
        connection.execute(sa.update(record).where(record.c.kind == "task_rule").values(doc="unreadable"))
    assert kept(days=4000)
    with shop.database.transaction() as connection:
        records.write(connection, [], removed=[("task_rule", slow.id)])
    assert kept(days=89)
    assert not kept(days=91)


def test_operators_are_told_what_bounds_each_table() -> None:
    told = (Path(__file__).parents[3] / "docs" / "operations.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in told.splitlines() if line.startswith("| `")]
    named = {name.strip(" `") for row in rows for name in row.split(",")}
    assert set(metadata.tables) <= named


def test_a_database_that_is_away_is_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger(housekeeping.__name__)

    async def look() -> None:
        told = asyncio.Event()

        def tell(_: logging.LogRecord) -> bool:
            told.set()
            return True

        log.addFilter(tell)
        keeping = asyncio.create_task(housekeeping.keep_pairs(database, MovedClock(), 0.001))
        await asyncio.wait_for(told.wait(), 30)
        keeping.cancel()
        log.removeFilter(tell)

    with contextlib.closing(open_database("postgresql://nobody@127.0.0.1:1/none")) as database:
        asyncio.run(look())
    assert {entry.getMessage() for entry in caplog.records} == {
        "duplicates are looked for later: the database is busy or cannot be reached"
    }

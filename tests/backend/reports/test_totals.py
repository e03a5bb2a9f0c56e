from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from sellmode_backend.accounts import directory
from sellmode_backend.cli import commands
from sellmode_backend.reports.totals import Total, totals
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.store.orders import OrderEntry, write_orders
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.kinds.retailer import StoreEntry

UTC = ZoneInfo("UTC")
STORE = StoreEntry(id="s1", name="Store 1", time_zone="UTC")


@pytest.fixture
def database(prepared_url: str) -> Iterator[Database]:
    opened = open_database(prepared_url)
    with opened.transaction() as connection:
        settings.initialise(connection, "Maison", "team", "UTC", "USD")
        settings.write_stores(connection, [STORE])
        bo = directory.new_account(user_name="bo", name="Bo Chen", stores=["s1"])
        directory.add(connection, bo, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        write_orders(
            connection,
            [
                order("1", 1000, 2, sold_by=bo.id, employee="B. Chen"),
                order("2", 500, 1, employee="Somebody", placed_at=dt.datetime(2026, 1, 31, 23, 30, tzinfo=dt.UTC)),
                order("3", 700, 1, store=None, employee="Elsewhere", refunded=700),
                order("4", 900, 1, store=None, source="web"),
                order("5", 9999, 9, cancelled_at=dt.datetime(2026, 2, 2, tzinfo=dt.UTC)),
                order("6", -500, 1, kind="return", employee="Somebody"),
                order("7", 800, 1, currency="EUR"),
            ],
        )
    yield opened
    opened.close()


def order(id: str, total: int, quantity: int, kind: Any = "sale", **fields: Any) -> OrderEntry:
    lines = (OrderLine(title="x", quantity=quantity, amount=total, kind=kind),)
    given: dict[str, Any] = {
        "number": f"#{id}", "placed_at": dt.datetime(2026, 2, 1, tzinfo=dt.UTC), "currency": "USD", "channel": "store",
        "source": "pos", "store": "s1",
    }  # fmt: skip
    return OrderEntry(id=id, total=total, lines=lines, **given | fields)


def test_totals_by_every_group(database: Database) -> None:
    with database.snapshot() as connection:
        found = totals(connection, "USD", UTC)
    assert found.groups == {
        "all": {"all": Total(1900, 4, 4)},
        "employee": {
            "Elsewhere": Total(0, 1, 1),
            "Store 1 / Bo Chen": Total(1000, 1, 2),
            "Store 1 / Somebody": Total(0, 1, 0),
        },
        "location": {"Store 1": Total(1000, 2, 2)},
        "month": {"2026-01": Total(500, 1, 1), "2026-02": Total(1400, 3, 3)},
        "source": {"pos": Total(1000, 3, 3), "web": Total(900, 1, 1)},
    }
    assert [list(rows) for rows in found.groups.values()] == [sorted(rows) for rows in found.groups.values()]
    assert found.others == {"EUR": 1}


@pytest.mark.parametrize(
    ("zone", "months"),
    [
        ("Asia/Tokyo", {"2026-02": 4}),
        ("America/New_York", {"2026-01": 4}),
        ("Asia/Kathmandu", {"2026-02": 4}),
    ],
)
def test_a_month_is_that_of_the_zone(database: Database, zone: str, months: dict[str, int]) -> None:
    with database.snapshot() as connection:
        found = totals(connection, "USD", ZoneInfo(zone))
    assert {month: total.orders for month, total in found.groups["month"].items()} == months


def test_the_command_prints_a_table_or_json(database: Database, prepared_url: str) -> None:
    def report(*options: str) -> tuple[str, str]:
        done = CliRunner().invoke(commands, ["report", "totals", "--database", prepared_url, *options])
        assert done.exit_code == 0, done.output
        return done.stdout, done.stderr

    table, talk = report()
    lines = [line.split() for line in table.splitlines()]
    assert ["all", "19.00", "4", "4"] in lines
    assert ["Store", "1", "/", "Bo", "Chen", "10.00", "1", "2"] in lines
    assert talk == "Not in it: 1 order in EUR (--currency EUR).\n"
    document, talk = report("--json", "--currency", "eur")
    assert json.loads(document)["all"] == {"all": {"net_sales": "8.00", "orders": 1, "units": 1}}
    assert list(json.loads(document)) == ["all", "employee", "location", "month", "source"]
    assert talk == "Not in it: 5 orders in USD (--currency USD).\n"


def test_a_zone_that_is_none_is_wrong_usage(sqlite_url: str) -> None:
    done = CliRunner().invoke(commands, ["report", "totals", "--database", sqlite_url, "--time-zone", "Mars/Base"])
    assert done.exit_code == 2
    assert "no IANA time zone" in done.stderr

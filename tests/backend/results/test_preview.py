"""What other rules of credit would have made of past sales, without any of it being written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from sellmode_backend.cli import commands
from tests.backend.exporting.retailers import whole
from tests.backend.results.sales_shop import SalesShop, sales_shop


@pytest.fixture
def shop(prepared_url: str) -> Iterator[SalesShop]:
    with sales_shop(prepared_url) as made:
        made.clock.now = dt.datetime.now(dt.UTC)  # the command looks back from the present moment
        yield made


def rules(shop: SalesShop, *options: str) -> Result:
    return CliRunner().invoke(commands, ["results", "rules", *options, "--database", shop.url])


def rows(done: Result) -> list[list[str]]:
    assert done.exit_code == 0, done.output
    return [line.replace("Person ", "").split() for line in done.stdout.splitlines()[1:]]


def test_each_store_and_person_with_what_they_are_credited_with_and_would_be(shop: SalesShop) -> None:
    anna, ben = shop.add(shop.ada), shop.add(shop.ben)
    shop.click(anna, shop.cleo, store="Beta", days=5)
    shop.click(anna, shop.ada, days=2)
    shop.click(ben, shop.ben, days=1)
    gone = shop.order(anna, 5_000, cancelled_at=shop.clock())
    shop.sell(shop.order(anna, 10_001, refunded=1_000), shop.order(ben, 700), shop.order(None, 900), gone)
    before = whole(shop.database)

    done = rules(shop, "--method", "split", "--preview", "30")
    assert rows(done) == [
        ["Alpha", "2", "97.01", "2", "52.01"],
        ["Alpha", "ada", "1", "90.01", "1", "45.01"],
        ["Alpha", "ben", "1", "7.00", "1", "7.00"],
        ["Beta", "0", "0.00", "1", "45.00"],
        ["Beta", "cleo", "0", "0.00", "1", "45.00"],
    ]
    assert "Of 2 online sales since" in done.stderr
    assert "1 would be credited otherwise. Nothing was changed." in done.stderr
    assert whole(shop.database) == before

    assert rows(rules(shop, "--window", "lookbook=1", "--preview", "30")) == [
        ["Alpha", "2", "97.01", "1", "7.00"], ["Alpha", "ada", "1", "90.01", "0", "0.00"],
        ["Alpha", "ben", "1", "7.00", "1", "7.00"],
    ]  # fmt: skip


def test_a_preview_of_what_is_in_force_changes_nothing_and_older_sales_are_left_out(shop: SalesShop) -> None:
    anna = shop.add(shop.ada)
    shop.click(anna, shop.ada, days=41)
    shop.sell(shop.order(anna, 700, placed_at=shop.clock() - dt.timedelta(days=40)))
    assert rows(rules(shop, "--preview", "50")) == [
        ["Alpha", "1", "7.00", "1", "7.00"], ["Alpha", "ada", "1", "7.00", "1", "7.00"],
    ]  # fmt: skip
    done = rules(shop, "--preview", "30", "--days", "0")
    assert rows(done) == []
    assert "Of 0 online sales" in done.stderr
    assert rules(shop, "--preview", "30", "--days", "400").stderr == "Error: A window is 0 to 365 days.\n"


def test_in_team_mode_only_stores_are_told_of(shop: SalesShop) -> None:
    shop.set_mode("team")
    anna = shop.add(shop.ada)
    shop.click(anna, shop.cleo, store="Beta", days=5)
    shop.click(anna, shop.ada, days=2)
    shop.sell(shop.order(anna, 701))
    assert rows(rules(shop, "--method", "split", "--preview", "9")) == [
        ["Alpha", "1", "7.01", "1", "3.51"], ["Beta", "0", "0.00", "1", "3.50"],
    ]  # fmt: skip

"""Figures and the credit for a sale as commands, run as a person runs them."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from sellmode_backend.shopper import touches
from sellmode_backend.shopper.touches import Shared
from sellmode_backend.store.orders import OrderEntry, write_orders
from sellmode_contract.kinds.order import OrderLine
from tests.tui.test_cli import Desk, open_desk
from tests.tui.test_cli_writing import another

MARCH = ("--period", "2026-03-10..2026-03-20")
PLACED = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Ada's machine: she sold a coat in the store, and earned an online sale that Ben had a part in."""
    with open_desk(tmp_path_factory.mktemp("office")) as opened:
        shop, anna = opened.shop, opened.people[0].id
        ben = next(person for person in shop.world().accounts if person.user_name == "ben")
        with shop.database.transaction() as connection:
            for account, days in ((ben, 2), (opened.ada, 1)):
                shared = Shared("lookbook", f"look-{days}", "Alpha", account.id, anna)
                touches.note(connection, shared, "click", PLACED - dt.timedelta(days=days), sku="1")
            orders = [
                _order("o-1", 5_000, channel="store", sold_by=opened.ada.id),
                _order("o-2", 12_345, channel="online", customer=anna),
            ]
            write_orders(connection, orders)
            returned = msgspec.structs.replace(orders[1], refunded=2_345)
            write_orders(connection, [returned], PLACED + dt.timedelta(days=3))
        assert opened.ask("sync").code == 0
        yield opened


def _order(id: str, total: int, **fields: Any) -> OrderEntry:
    given: dict[str, Any] = {"number": f"#{id[-1]}00", "placed_at": PLACED, "currency": "EUR", "store": "Alpha"}
    lines = (OrderLine(title="Coat", amount=total, quantity=1),)
    return OrderEntry(id=id, total=total, lines=lines, **{**given, **fields})


def test_own_figures_beside_those_of_before(desk: Desk) -> None:
    table = desk.ask("kpi", *MARCH)
    assert table.code == 0, table
    assert "Person ada, 2026-03-10..2026-03-20; before 2026-02-27..2026-03-09" in table.err
    assert "Complete until " in table.err
    (sales,) = [line for line in table.out.splitlines() if line.startswith("Individual sales")]
    assert sales.split()[2:] == ["EUR", "150.00", "EUR", "0.00", "EUR", "0.00"]
    (atv,) = [line for line in table.out.splitlines() if line.startswith("Average transaction value")]
    assert atv.split()[3:] == ["EUR", "50.00", "–", "–"]
    (before,) = desk.ask("kpi", "influenced_sales", "--period", "2026-03-15", "--json").objects
    assert (before["value"], before["unit"], before["of"]) == (123.45, "EUR", "Person ada")  # the return came later
    rows = list(csv.DictReader(desk.ask("kpi", "--all", "--csv", *MARCH).out.splitlines()))
    assert {row["kpi"]: row["value"] for row in rows}["individual_sales"] == "150.0"
    assert len(rows) > 40


def test_colleagues_figures_are_a_manager_s_only(desk: Desk) -> None:
    mia = another(desk, "mia", role="manager")
    refused = desk.ask("kpi", "--of", "ben", *MARCH)
    assert (refused.code, "nobody whose figures you may see. You see those of Person ada." in refused.err) == (
        1,
        True,
    )
    every = mia.ask("kpi", "influenced_sales", "refunds", "--each", "--json", *MARCH).objects
    assert {(row["of"], row["kpi"]): row["value"] for row in every if row["value"]} == {
        ("Alpha", "influenced_sales"): 100.0, ("Alpha", "refunds"): 23.45, ("Person ada", "influenced_sales"): 100.0,
    }  # fmt: skip
    assert mia.ask("kpi", "store_sales", "--of", "ada").code == 2


def test_what_cannot_be_is_said(desk: Desk) -> None:
    for arguments, says in [
        (["nonsense"], "No such figure nonsense"),
        (["--period", "fortnight"], "a period is today"),
        (["--period", "2026-02-30"], "no such day"),
        (["--csv", "--json"], "exclude each other"),
    ]:
        told = desk.ask("kpi", *arguments)
        assert (told.code, says in told.err) == (2, True), (arguments, told)


def test_why_a_sale_says_who_earned_it_and_why_others_did_not(desk: Desk) -> None:
    mine = desk.ask("why", "sale", "200")
    assert mine.code == 0, mine
    assert "Credited:  EUR 100.00 to you (returns have taken back EUR 23.45)" in mine.out
    assert "lookbook, product clicked (Person ada): earned the sale" in mine.out
    assert "lookbook, product clicked (somebody else): a later touch earned it" in mine.out
    ben = another(desk, "ben", known=True)
    theirs = ben.ask("why", "sale", "#200")
    assert "Credited:  not to you" in theirs.out
    assert not any(word in theirs.out for word in ("100.00", "123.45", "ada"))
    whole = another(desk, "max", role="manager").ask("why", "sale", "200")
    assert "Net value: EUR 100.00" in whole.out
    assert "Credited:  EUR 100.00 to Person ada" in whole.out
    assert "lookbook, product clicked (Person ben): a later touch earned it" in whole.out
    assert desk.ask("why", "sale", "999").code == 1


def test_sales_are_listed_with_the_touch_that_earned_each(desk: Desk) -> None:
    (mine,) = desk.ask("sales", "list", "--json").objects
    assert (mine["kind"], mine["number"], mine["credited"], mine["amount"]) == ("sale_notice", "#200", True, 10_000)
    table = desk.ask("sales", "list")
    assert table.out.splitlines()[1].split("  ")[0] == "#200"
    assert "EUR 100.00" in table.out
    assert "you " in table.out
    assert "lookbook, product clicked" in table.out
    assert desk.ask("sales", "list", "200").out == table.out
    assert desk.ask("sales", "list", "300").code == 1
    assert desk.ask("sales", "show", "#200").out == desk.ask("why", "sale", "200").out


def test_a_manager_lists_the_store_s_sales(desk: Desk) -> None:
    (line,) = another(desk, "may", role="manager").ask("sales", "list", "--json").objects
    assert (line["kind"], [part["amount"] for part in line["parts"]]) == ("sale", [10_000])


def test_a_dispute_goes_to_the_manager_whose_answer_corrects_the_credit(desk: Desk) -> None:
    ben, mel = another(desk, "ben", known=True), another(desk, "mel", role="manager")
    refused = desk.ask("sales", "dispute", "999", "--reason", "x")
    assert (refused.code, "No online sale" in refused.err) == (1, True)
    disputed = ben.ask("sales", "dispute", "200", "--reason", "I advised her in the store.", "--json")
    assert disputed.objects[0]["words"] == "dispute about sale #200"
    assert ben.ask("undo").code == 0
    assert ben.ask("sales", "show", "200", "--json").objects[0]["disputes"] == []
    ben.ask("sales", "dispute", "200", "--reason", "I advised her in the store.")
    assert ben.ask("sync").code == 0
    told = ben.ask("undo")
    assert "with the store's manager now" in told.err

    assert mel.ask("sync").code == 0
    (item,) = mel.ask("attention", "list", "--json").objects
    assert (item["source"], item["words"]) == ("dispute", "dispute about sale #200, from Person ben")
    assert item["reason"] == "I advised her in the store."
    assert mel.ask("attention", "uphold", item["key"], "--reason", "Ben advised her.").code == 0
    assert mel.ask("attention", "list").code == 1
    for machine in (mel, ben, desk):
        assert machine.ask("sync").code == 0
    told = ben.ask("why", "sale", "200")
    assert "Credited:  EUR 100.00 to you" in told.out
    assert "Corrected: to you, by decision of Person mel" in told.out
    assert "Upheld " in told.out
    assert " by Person mel: Ben advised her." in told.out
    mine = desk.ask("why", "sale", "200")
    assert "Credited:  not to you" in mine.out
    assert "Corrected: to somebody else, by decision of Person mel" in mine.out
    assert not any(word in mine.out for word in ("ben", "Ben", "advised"))

    assert mel.ask("undo").code == 0
    for machine in (mel, desk):
        assert machine.ask("sync").code == 0
    assert "Credited:  EUR 100.00 to you" in desk.ask("why", "sale", "200").out
    assert "Not answered yet." in mel.ask("sales", "show", "200").out


def test_a_manager_sets_targets_which_those_whose_figures_they_are_see_beside_them(desk: Desk) -> None:
    mary = another(desk, "mary", role="manager")
    month = f"{dt.datetime.now(dt.UTC):%Y-%m}"
    wanted = ("--kpi", "individual_sales", "--month", month, "--value", "1,000", "--person", "ada")
    assert mary.ask("targets", "add", *wanted).code == 0
    again = mary.ask("targets", "add", *wanted)
    assert (again.code != 0, "already" in again.err) == (True, True)
    (target,) = mary.ask("targets", "list", "--json").objects
    assert (target["value"], target["currency"], target["month"]) == (100_000, "EUR", month)
    assert "EUR 1,000.00" in mary.ask("targets", "list").out
    for change, why in [(("0",), "more than zero"), (("1.234",), "may be"), (("much",), "is not a number")]:
        refused = mary.ask("targets", "edit", target["id"], "--value", *change)
        assert (refused.code != 0, why in refused.err) == (True, True), refused
    assert mary.ask("targets", "edit", target["id"], "--value", "2000").code == 0
    copied = mary.ask("targets", "copy", month)
    assert ("Copied to " in copied.err, ": 1; left out: 0." in copied.err) == (True, True)
    assert ": 0; left out: 1." in mary.ask("targets", "copy", month).err
    assert mary.ask("sync").code == 0

    assert desk.ask("sync").code == 0
    (sales,) = desk.ask("kpi", "individual_sales", "--json").objects
    assert (sales["target"], sales["progress"]) == (2_000.0, 0.0)
    assert "0 % of 2,000" in desk.ask("kpi").out
    assert desk.ask("targets", "list").code == 1
    ben = another(desk, "ben", known=True)
    assert ben.ask("kpi", "individual_sales", "--json").objects[0]["target"] is None

"""What the operator does with events: secrets of senders, what numbers stand for, what could not be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sellmode_backend.cli import commands
from sellmode_backend.store import settings
from sellmode_backend.webhooks import secret_files
from tests.backend.webhooks import events


def call(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(commands, ["webhooks", *arguments], input=typed)


def test_a_senders_own_secret_is_read_from_standard_input_and_printed_nowhere(tmp_path: Path) -> None:
    done = call("secret", "shopify", "--folder", str(tmp_path), "--given", typed="hush\n")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "hush" not in done.stderr
    assert secret_files.of(tmp_path, "shopify") == ["hush"]
    assert call("secret", "shopify", "--folder", str(tmp_path), "--given", typed="\n").exit_code == 1
    assert secret_files.of(tmp_path, "shopify") == ["hush"]
    assert call("secret", "plain", "--folder", str(tmp_path), "--given", typed="hush!\n").exit_code == 1
    assert secret_files.of(tmp_path, "plain") == []


def test_what_numbers_stand_for_goes_on_to_orders_and_what_is_wrong_is_listed(sqlite_url: str, tmp_path: Path) -> None:
    database = events.open_retailer(sqlite_url)
    names = tmp_path / "names.csv"
    names.write_text("kind,number,name\nlocation,90,Store 1\n")
    done = call("names", "shopify", str(names), "--database", sqlite_url, "--json")
    assert json.loads(done.stdout) == [{"kind": "location", "key": "90", "name": "Store 1"}]
    events.put(
        database, ("orders/create", events.order(location_id=90)), ("orders/create", events.order(2, total_price="x"))
    )
    events.work(database)
    with database.snapshot() as connection:
        assert [store.name for store in settings.stores(connection)] == ["Store 1"]
    shown = json.loads(call("list", "--database", sqlite_url, "--json").stdout)
    assert [one["state"] for one in shown] == ["order: Total is no amount of money such as 1234.50"]
    assert len(json.loads(call("list", "--all", "--database", sqlite_url, "--json").stdout)) == 2
    database.close()


@pytest.mark.parametrize(
    ("rows", "says"),
    [("shop,90,Store 1\n", "Row 1 is no kind"), ("user,90\n", "Row 1 is no kind"), ("user,90,\n", "Row 1 is no kind")],
)
def test_a_file_of_names_with_a_mistake_changes_nothing(sqlite_url: str, tmp_path: Path, rows: str, says: str) -> None:
    events.open_retailer(sqlite_url).close()
    (tmp_path / "names.csv").write_text(f"kind,number,name\n{rows}")
    done = call("names", "shopify", str(tmp_path / "names.csv"), "--database", sqlite_url)
    assert done.exit_code == 1
    assert says in done.stderr
    assert call("names", "shopify", "--database", sqlite_url, "--json").stdout.strip() == "[]"

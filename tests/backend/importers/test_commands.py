"""The operator's commands, as they are typed."""

from __future__ import annotations

import json
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sellmode_backend.cli import commands
from sellmode_backend.store import migrations
from sellmode_backend.store.database import open_database
from tests.backend.importers.exports import ORDER, Export, customer
from tests.backend.results import recount
from tests.support.older_database import make_older
from tests.support.terminal import Terminal


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of our own to stand in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def call(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def shopify(url: str, folder: Path, *more: str, name: str = "Maison", mode: str = "associate") -> Result:
    return call("import", "shopify", str(folder), "--database", url, "--retailer", name, "--mode", mode, *more)


def test_the_example_retailer_is_reported_to_the_cent(database_url: str, shared_data: Path, here: Path) -> None:
    done = shopify(database_url, shared_data / "journey", mode="team")
    assert done.exit_code == 0, done.output
    assert "orders.csv: 7,799 rows read\n" in done.stderr
    assert "Open (14): people have no password and no activation code" in done.stderr
    assert done.stdout == ""
    assert list(here.iterdir()) == []
    report = call("report", "totals", "--json", "--database", database_url)
    assert report.exit_code == 0
    expected = json.loads((shared_data / "journey" / "expected.json").read_text())["totals"]
    assert json.loads(report.stdout) == expected
    with closing(open_database(database_url)) as database:
        assert recount.groups(database) == expected
    assert call("results", "check", "--database", database_url).exit_code == 0


def test_a_first_import_brings_the_first_rules_switched_off_and_later_ones_none(
    sqlite_url: str, here: Path, export: Export
) -> None:
    export.staff().customers(customer("1"))

    def slugs() -> set[str]:
        rules = json.loads(call("rules", "list", "--json", "--database", sqlite_url).stdout)
        assert not any(rule["enabled"] for rule in rules)
        return {rule["slug"] for rule in rules}

    first = shopify(sqlite_url, export.folder, "--currency", "EUR")
    assert "first rules are there, switched off" in first.stderr
    assert slugs() > {"thank-you", "birthday", "new-customer"}
    assert call("rules", "remove", "thank-you", "--database", sqlite_url).exit_code == 0
    assert "rules" not in shopify(sqlite_url, export.folder).stderr
    assert "thank-you" not in slugs()


def test_rejects_go_to_a_private_folder_here_or_where_it_is_said(sqlite_url: str, here: Path, export: Export) -> None:
    export.staff().customers(customer("1"), customer("2", Email="ann.lee"))
    done = shopify(sqlite_url, export.folder, "--currency", "EUR")
    assert done.exit_code == 3, done.output
    assert "customers.csv: 2 rows read, 1 fields left out of others" in done.stderr
    (rejects,) = here.iterdir()
    assert rejects.name in done.stderr
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o700
    assert "ann.lee" not in done.output

    named = here / "bad"
    assert shopify(sqlite_url, export.folder, "--rejects", str(named)).exit_code == 3
    assert (named / "customers.csv").exists()
    again = shopify(sqlite_url, export.folder, "--rejects", str(named))
    assert again.exit_code == 1
    assert "already exists" in again.stderr


def test_a_folder_of_rejects_that_cannot_be_made(sqlite_url: str, here: Path, export: Export) -> None:
    export.staff().customers(customer("1", Email="?"))
    done = shopify(sqlite_url, export.folder, "--currency", "EUR", "--rejects", str(here / "no" / "bad"))
    assert done.exit_code == 1
    assert done.stderr == f"Error: {here}/no/bad cannot be used: No such file or directory.\n"


def test_a_dry_run_tells_all_and_writes_nothing(database_url: str, here: Path, export: Export) -> None:
    export.staff().customers(customer("1"), customer("2", Email="ann.lee")).orders(
        ORDER, ORDER | {"Id": "2", "Name": "#2", "Total": "?"}
    )
    done = shopify(database_url, export.folder, "--dry-run")
    assert done.exit_code == 3
    assert done.stdout.splitlines() == [
        "customers.csv, line 3: Email: is no e-mail address",
        "orders.csv, line 3: Total: is no amount of money such as 1234.50",
    ]
    assert "2 customer" in done.stderr
    assert "Nothing was written" in done.stderr
    assert list(here.iterdir()) == []
    real = shopify(database_url, export.folder)
    assert real.exit_code == 3
    told = [line for line in done.stderr.splitlines() if "dry run" not in line]
    assert real.stderr.splitlines()[: len(told)] == told
    assert shopify(database_url, export.folder, "--dry-run", "--time-zone", "Asia/Tokyo").exit_code == 1


def test_a_dry_run_makes_no_database(tmp_path: Path, here: Path, export: Export) -> None:
    export.staff().customers(customer("1"))
    path = tmp_path / "none" / "backend.db"
    done = shopify(f"sqlite:///{path}", export.folder, "--dry-run", "--currency", "EUR")
    assert done.exit_code == 0, done.stderr
    assert not path.parent.exists()


def test_a_dry_run_changes_no_schema_and_keeps_nobody_waiting(sqlite_url: str, here: Path, export: Export) -> None:
    export.staff().customers(customer("1"))
    assert shopify(sqlite_url, export.folder, "--currency", "EUR").exit_code == 0
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(open_database(sqlite_url)) as database:
        with database.transaction() as connection:
            make_older(connection, "0013")
        with database.transaction():  # somebody writes all the time
            assert shopify(sqlite_url, export.folder, "--dry-run").exit_code == 0
        with database.snapshot() as connection:
            assert migrations.is_older(connection)
    assert [each for each in path.parent.iterdir() if each.name.startswith("dry-run-")] == []


def test_a_database_is_one_retailers(sqlite_url: str, here: Path, export: Export) -> None:
    export.staff().orders(ORDER | {"Currency": "?"}, ORDER | {"Id": "2", "Name": "#2", "Currency": "CHF"})
    assert shopify(sqlite_url, export.folder).exit_code == 3
    for told, more, options in (
        ("The database is that of 'Maison'", {"name": "Other"}, []),
        ("The retailer's mode is associate, not team", {"mode": "team"}, []),
        ("The retailer's currency is CHF, not USD", {}, ["--currency", "USD"]),
        ("The retailer's time zone is UTC, not Europe/Zurich", {}, ["--time-zone", "Europe/Zurich"]),
    ):
        refused = shopify(sqlite_url, export.folder, *options, **more)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert told in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--owner-tag", "associate"], "should hold one *"),
        (["--store-tag", "a,*"], "holds a comma"),
        (["--mode", "both"], "'both'"),
    ],
)
def test_wrong_usage(sqlite_url: str, here: Path, export: Export, arguments: list[str], told: str) -> None:
    done = shopify(sqlite_url, export.staff().folder, *arguments)
    assert done.exit_code == 2
    assert told in done.stderr


def test_without_an_order_the_currency_has_to_be_said(sqlite_url: str, here: Path, export: Export) -> None:
    done = shopify(sqlite_url, export.staff().folder)
    assert done.exit_code == 1
    assert "give the retailer's with --currency" in done.stderr


def test_a_file_that_is_no_table_is_one_clear_line(sqlite_url: str, here: Path, export: Export) -> None:
    (export.folder / "customers.csv").write_bytes(b"PK\x03\x04")
    done = shopify(sqlite_url, export.folder, "--currency", "USD")
    assert done.exit_code == 1
    assert done.stderr == (
        f"Error: {export.folder} holds no list of staff, products, customers, orders, measures, targets or wishes"
        " as CSV."
        " customers.csv is a spreadsheet or archive, not CSV: export it as CSV in UTF-8.\n"
    )


def test_more_stores_than_a_terminal_can_be_told_of(sqlite_url: str, here: Path, export: Export) -> None:
    orders = [ORDER | {"Id": str(n), "Name": f"#{n}", "Location": f"{n:05}" + "\x01" * 195} for n in range(4000)]
    done = shopify(sqlite_url, export.staff().orders(*orders).folder)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: The files name more stores than terminals can be told of")


def test_other_tags_name_owner_and_store(sqlite_url: str, here: Path, export: Export) -> None:
    export.staff().customers(customer("25", Tags="1-2's, at Store 1"))
    options = ["--currency", "USD", "--owner-tag", "*'s", "--store-tag", "at *"]
    assert shopify(sqlite_url, export.folder, *options).exit_code == 0
    listed = call("customers", "assign", "--from", "1-2", "--to-nobody", "--dry-run", "--database", sqlite_url)
    assert listed.stdout == "1 customer would change, 0 as asked already.\n"


def test_customers_are_assigned(sqlite_url: str, here: Path, export: Export) -> None:
    def assign(*arguments: str) -> Result:
        return call("customers", "assign", *arguments, "--database", sqlite_url)

    export.staff().customers(customer("25"), customer("26"))
    assert shopify(sqlite_url, export.folder, "--currency", "USD").exit_code == 0
    assert assign("25", "c26@example.com", "--to", "1-2").stdout == "2 customers changed, 0 as asked already.\n"
    (here / "list").write_text("c25@example.com\n\n 26 \n")
    assert assign("--list", str(here / "list"), "--to", "1-2").stdout == "0 customers changed, 2 as asked already.\n"
    moved = assign("--from", "1-2", "--to", "2-1", "--move", "--dry-run")
    assert moved.stdout == "2 customers would change, 0 as asked already.\n"
    assert moved.stderr == "2 of them would move from Store 1.\n"
    assert assign("--from", "1-2", "--to", "2-1").exit_code == 1
    assert "These do not name one customer each: 99 (nobody)." in assign("99", "--to-nobody").stderr
    for wrong in (
        ["--to", "1-2"],
        ["25"],
        ["25", "--from", "1-1", "--to", "1-2"],
        ["25", "--to", "1-2", "--to-nobody"],
    ):
        assert assign(*wrong).exit_code == 2


def test_on_a_terminal_there_is_a_progress_bar(sqlite_url: str, here: Path, export: Export) -> None:
    export.staff().customers(customer("25", First_Name="\x1b]0;title\x07", Note="x" * 1000)).orders(ORDER)
    command = [
        sys.executable,
        "-m",
        "sellmode_backend",
        "import",
        "shopify",
        str(export.folder),
        "--database",
        sqlite_url,
    ]
    with Terminal([*command, "--retailer", "Maison", "--mode", "team"]) as terminal:
        assert terminal.wait_exit() == 0
        shown = terminal.written
    assert b"orders.csv" in shown
    assert b"100%" in shown
    assert b"title" not in shown

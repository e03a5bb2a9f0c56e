"""The operator's commands: what they print, where, and with which exit code.

Most run in the tests' own process, as starting a program for each takes longer than all of them.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from sellmode_backend.accounts.signing_in import SigningIn, WrongCredentials
from sellmode_backend.cli import main, print_table
from sellmode_backend.store import records
from sellmode_backend.store.database import Database
from sellmode_contract import wire
from sellmode_contract.kinds.customer import Customer
from tests.backend.people import PASSWORD, QUICK, add_person
from tests.support.backend import retailer_database


class Ran(NamedTuple):
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str) -> Ran:
    told, said = io.StringIO(), io.StringIO()
    with redirect_stdout(told), redirect_stderr(said), patch.object(sys, "argv", ["sellmode-backend", *arguments]):
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
    return Ran(ended.value.code, told.getvalue(), said.getvalue())


def run_process(*arguments: str | bytes) -> Ran:
    command = [sys.executable, "-m", "sellmode_backend", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)


def refused(code: int, says: str, *arguments: str) -> None:
    """A command fails with one clear line, and no traceback."""
    answer = run(*arguments)
    assert (answer.returncode, answer.stdout) == (code, "")
    assert says in answer.stderr
    assert answer.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in answer.stderr
    assert ".py:" not in answer.stderr


@dataclass
class Retailer:
    url: str
    database: Database

    def run(self, *arguments: str) -> str:
        answer = run(*arguments, "--database", self.url)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def refused(self, code: int, says: str, *arguments: str) -> None:
        refused(code, says, *arguments, "--database", self.url)

    def signing_in(self) -> SigningIn:
        return SigningIn(self.database, QUICK)


@pytest.fixture
def retailer(prepared_url: str) -> Iterator[Retailer]:
    with retailer_database(prepared_url) as database:
        yield Retailer(prepared_url, database)


def test_help_is_quick_and_names_every_command() -> None:
    code = "import sys; from sellmode_backend import cli; cli.commands.main(['--help'], standalone_mode=False);"
    code += "print([m for m in ('sqlalchemy', 'starlette', 'uvicorn', 'argon2') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.endswith("[]\n")
    for name in ("accounts", "customers", "import", "init", "mode", "report", "rules", "serve", "tasks"):
        assert f"\n  {name} " in answer.stdout


def test_the_program_answers_as_its_commands_do(sqlite_url: str) -> None:
    run("init", "--retailer", "Maison", "--mode", "team", "--database", sqlite_url)
    for arguments in (
        ("mode", "--database", sqlite_url),
        ("accounts", "code", "E9", "--database", sqlite_url),
        ("mode", "--dry-run", "--database", sqlite_url),
    ):
        assert run_process(*arguments) == run(*arguments)


def test_tables_stand_in_columns_whatever_is_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [["name", "sales"], ["山田", "1,000"], ["A\x1b", "7"]]
    print_table(rows)
    print_table(rows, numbers=True)
    assert capsys.readouterr().out == (
        "name  sales\n山田  1,000\nA␛    7\n"
        "name  sales\n山田  1,000\nA␛        7\n"
    )  # fmt: skip


def test_arguments_that_are_no_text_are_refused(retailer: Retailer) -> None:
    for arguments in (
        ("accounts", "add", "E\udcff", "--store", "Alpha"),
        ("accounts", "disable", "E\udcff"),
        ("accounts", "code", "E1", "E\udcff"),
        ("customers", "assign", "7\udcff", "--to-nobody"),
    ):
        retailer.refused(2, "is a lone surrogate U+DCFF, which cannot be stored", *arguments)
    with_bytes = run_process(b"accounts", b"disable", b"E\xff", b"--database", retailer.url.encode())
    assert (with_bytes.returncode, "user name: character 2 is a lone surrogate" in with_bytes.stderr) == (2, True)


def test_init_makes_a_database_and_brings_one_up_to_date(database_url: str) -> None:
    first = run("init", "--retailer", "Maison \x1b[31m", "--mode", "team", "--database", database_url)
    assert (first.returncode, first.stdout) == (0, "")
    assert "ready for Maison ␛[31m" in first.stderr
    assert "first rules are there, switched off" in first.stderr
    rules = json.loads(run("rules", "list", "--json", "--database", database_url).stdout)
    assert {rule["slug"] for rule in rules} > {"thank-you", "birthday"}
    assert not any(rule["enabled"] for rule in rules)
    again = run("init", "--database", database_url)
    assert (again.returncode, again.stderr) == (0, "The database is ready for Maison ␛[31m.\n")
    assert run("mode", "--database", database_url).stdout == "team\n"
    refused(1, "already", "init", "--retailer", "Other", "--database", database_url)


def test_a_retailer_of_nowhere_is_refused(database_url: str) -> None:
    refused(1, "No IANA time zone", "init", "--retailer", "X", "--time-zone", "Mars/Base", "--database", database_url)
    refused(1, "currency", "init", "--retailer", "X", "--currency", "Taler", "--database", database_url)


def test_a_whole_account(retailer: Retailer) -> None:
    added = json.loads(retailer.run("accounts", "add", "E1", "--name", "Ana \x1b", "--store", "alpha", "--json"))
    (first,) = [row["code"] for row in added]
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", first)
    listed = retailer.run("accounts", "list")
    assert re.search(r"E1 +Ana ␛ +associate +Alpha +code until 20\d\d-\d\d-\d\d \d\d:\d\d UTC\n", listed)

    second = retailer.run("accounts", "code", "e1").split()[-1]
    activate = wire.Activate(user_name="E1", code=second, password=PASSWORD, device="d")
    signed_in = retailer.signing_in().activate(activate, "")
    (row,) = json.loads(retailer.run("accounts", "list", "--json"))
    assert row == {
        "user_name": "E1",
        "name": "Ana \x1b",
        "role": "associate",
        "work": "omnichannel",
        "stores": ["Alpha"],
        "active": True,
        "has_password": True,
        "code_until": None,
    }

    retailer.run("accounts", "move", "E1", "Beta")
    retailer.run("accounts", "disable", "E1")
    assert re.search(r"Beta +disabled\n", retailer.run("accounts", "list"))
    retailer.run("accounts", "enable", "E1")
    third = json.loads(retailer.run("accounts", "reset", "E1", "--json"))[0]["code"]
    with pytest.raises(WrongCredentials):
        retailer.signing_in().sign_in(wire.SignIn(user_name="E1", password=PASSWORD, device="d"), "")
    activate = wire.Activate(user_name="E1", code=third, password=PASSWORD + "!", device="d")
    assert retailer.signing_in().activate(activate, "").key == signed_in.key


def test_whoever_leads_stores_is_given_others(retailer: Retailer) -> None:
    retailer.run("accounts", "add", "R1", "--role", "regional", "--store", "Alpha")
    retailer.run("accounts", "move", "R1", "Beta", "alpha", "Beta")
    (row,) = json.loads(retailer.run("accounts", "list", "--json"))
    assert sorted(row["stores"]) == ["Alpha", "Beta"]
    retailer.run("accounts", "add", "E1", "--store", "Alpha")
    retailer.refused(1, "works in one store, not in 2", "accounts", "move", "E1", "Alpha", "Beta")


def test_codes_for_everybody_new(retailer: Retailer) -> None:
    for name in ("E1", "E2"):
        add_person(retailer.database, name, "Alpha")
    made = json.loads(retailer.run("accounts", "code", "--all-new", "--json"))
    assert [row["user_name"] for row in made] == ["E1", "E2"]
    again = run("accounts", "code", "--all-new", "--database", retailer.url)
    assert (again.stdout, again.stderr) == (
        "",
        "Not changed: 2 codes handed out before, still good. To replace one, name its user.\n",
    )
    add_person(retailer.database, "E3", "Alpha")
    retailer.run("accounts", "code", "E1")
    assert [row["user_name"] for row in json.loads(retailer.run("accounts", "code", "--all-new", "--json"))] == ["E3"]
    for code in (row["code"] for row in made if row["user_name"] == "E2"):  # what was handed out is good
        retailer.signing_in().activate(wire.Activate(user_name="E2", code=code, password=PASSWORD, device="d"), "")
    retailer.refused(2, "Name the users", "accounts", "code")
    retailer.refused(2, "Name the users", "accounts", "code", "E1", "--all-new")


def test_what_cannot_be_done_says_why(retailer: Retailer) -> None:
    retailer.refused(1, "no account with the user name 'E9'", "accounts", "code", "E9")
    retailer.refused(1, "No store is called 'Gamma'. Stores: Alpha, Beta", "accounts", "add", "E1", "--store", "Gamma")
    retailer.refused(1, "needs a --store", "accounts", "add", "E1")
    retailer.refused(1, "head_office needs a --store", "accounts", "add", "E1", "--role", "head_office")
    retailer.refused(2, "'boss' is not one of", "accounts", "add", "E1", "--role", "boss")
    retailer.refused(2, "'guild' is not one of", "mode", "guild")
    retailer.refused(2, "--dry-run needs a mode", "mode", "--dry-run")
    retailer.refused(2, "--tls-certificate and --tls-key go together", "serve", "--tls-certificate", __file__)
    pair = ("--tls-certificate", __file__, "--tls-key", __file__)
    retailer.refused(1, "cannot be used as a certificate and its key", "serve", *pair)
    retailer.refused(2, "needs addresses or networks", "serve", "--behind-proxy", "*")
    nowhere = ("--host", "no such host", "--behind-proxy", "10.0.0.0/8")
    retailer.refused(1, "Cannot listen on no such host port 8000", "serve", *nowhere)


def test_a_mode_is_shown_previewed_and_switched(retailer: Retailer) -> None:
    ada, ben = (add_person(retailer.database, name, "Alpha") for name in ("ada", "ben"))
    with retailer.database.transaction() as connection:
        records.write(connection, [Customer(id=str(n), store="Alpha", owner=(ada if n else ben).id) for n in range(3)])
    assert retailer.run("mode") == "associate\n"
    preview = json.loads(retailer.run("mode", "team", "--dry-run", "--json"))
    assert preview == {
        "mode": "team",
        "accounts": [{"user_name": "ada", "gains": 1, "loses": 0}, {"user_name": "ben", "gains": 2, "loses": 0}],
    }
    assert re.search(r"ben +2 +0\n", retailer.run("mode", "team", "--dry-run"))
    told = run("mode", "team", "--dry-run", "--database", retailer.url).stderr
    assert told == "Nothing was changed: without --dry-run the mode becomes team.\n"
    told = run("mode", "associate", "--dry-run", "--database", retailer.url).stderr
    assert told == "Nothing was changed: the mode is associate already.\n"
    assert retailer.run("mode", "--json") == '{"mode": "associate"}\n'
    assert retailer.run("mode", "team") == "team\n"
    assert retailer.run("mode") == "team\n"


# ------------------------------------------------------------------ which database


def test_without_a_database_the_way_to_one_is_told(tmp_path: Path) -> None:
    refused(6, "`sellmode-backend init`", "mode")
    refused(6, "`sellmode-backend init`", "accounts", "list", "--database", f"sqlite:///{tmp_path}/no.db")
    assert not (tmp_path / "no.db").exists()
    empty = tmp_path / "empty.db"
    empty.touch(mode=0o600)
    refused(6, "not set up, or of an older version", "mode", "--database", f"sqlite:///{empty}")


def test_the_default_is_a_file_of_the_users_own() -> None:
    assert run("init", "--retailer", "Maison").returncode == 0
    file = Path(os.environ["XDG_DATA_HOME"]) / "sellmode" / "backend.db"
    assert file.stat().st_mode & 0o777 == 0o600
    assert run("mode").stdout == "associate\n"


def settings_file(content: str, mode: int = 0o600) -> Path:
    file = Path(os.environ["XDG_CONFIG_HOME"]) / "sellmode" / "backend.toml"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    file.chmod(mode)
    return file


def test_a_settings_file_names_the_database(tmp_path: Path) -> None:
    settings_file(f'database = "sqlite:///{tmp_path}/named.db"\npassword = "not for SQLite"\n')
    assert run("init", "--retailer", "Maison", "--mode", "team").returncode == 0
    assert (tmp_path / "named.db").exists()
    assert run("mode").stdout == "team\n"


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        ("", 0o640, "open to others (mode 0640): chmod 600 it"),
        ("database =", 0o600, "cannot be read"),
        ("port = 1", 0o600, "not port"),
        ("database = 1", 0o600, "not database"),
    ],
)
def test_a_settings_file_that_will_not_do(content: str, mode: int, says: str) -> None:
    file = settings_file(content, mode)
    refused(6, says, "mode")
    refused(6, str(file), "mode")


def test_databases_that_cannot_be_had(tmp_path: Path) -> None:
    refused(2, "holds a password", "mode", "--database", "postgresql://u:secret@127.0.0.1/x")
    refused(4, "Connection refused", "mode", "--database", "postgresql://u@127.0.0.1:1/x")
    refused(6, "No database of the kind 'mysql'", "mode", "--database", "mysql://u@h/x")
    opened = tmp_path / "open.db"
    opened.touch()
    opened.chmod(0o644)
    refused(6, "chmod 600", "mode", "--database", f"sqlite:///{opened}")
    (tmp_path / "text.db").write_text("no database at all, but long enough to be looked at as one" * 20)
    (tmp_path / "text.db").chmod(0o600)
    refused(6, "not a database", "mode", "--database", f"sqlite:///{tmp_path / 'text.db'}")


def test_a_newer_database_is_left_alone(retailer: Retailer) -> None:
    with retailer.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    retailer.refused(6, "newer version", "init")
    retailer.refused(6, "newer version", "serve")

"""The operator's commands on rules and tasks, on both engines."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from sellmode_backend.accounts import directory
from sellmode_backend.accounts.signing_in import utc_now
from sellmode_backend.cli import main
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.kinds.rule_task import RuleTask, rule_task_id
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.records import Record
from sellmode_contract.rules.checking import MAX_RULES
from sellmode_contract.visibility import Account, cards
from tests.backend.people import add_person
from tests.support.backend import retailer_database

WELCOME = """\
[[rule]]
slug = "welcome"
name = "Welcome"
trigger = "new_customer"
title = "Welcome as a new customer"
"""


@dataclass
class Retailer:
    url: str
    database: Database

    def ran(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, output and talk."""
        told, said = io.StringIO(), io.StringIO()
        typed = ["sellmode-backend", *arguments, "--database", self.url]
        with redirect_stdout(told), redirect_stderr(said), patch.object(sys, "argv", typed):
            with pytest.raises(SystemExit) as ended:
                main()
            assert isinstance(ended.value.code, int)
        return ended.value.code, told.getvalue(), said.getvalue()

    def run(self, *arguments: str) -> str:
        code, told, said = self.ran(*arguments)
        assert code == 0, said
        return told

    def said(self, *arguments: str) -> str:
        code, _, said = self.ran(*arguments)
        assert code == 0, said
        return said

    def refused(self, code: int, says: str, *arguments: str) -> None:
        """A command fails with one clear line, and no traceback."""
        ended, told, said = self.ran(*arguments)
        assert (ended, told) == (code, ""), said
        assert says in said
        assert "Traceback" not in said

    def write(self, *written: Record) -> None:
        with self.database.transaction() as connection:
            records.write(connection, [*written, *(card for record in written for card in cards(record))])

    def stored(self, kind: str, id: str) -> Any:
        with self.database.snapshot() as connection:
            return records.read(connection, kind, id)

    def all(self, kind: str) -> list[Any]:
        with self.database.snapshot() as connection:
            return list(records.each(connection, kind))

    def rule(self, slug: str, store: str | None = None) -> TaskRule | None:
        found = self.stored("task_rule", task_rule_id(store, slug))
        assert found is None or isinstance(found, TaskRule)
        return found

    def set_mode(self, mode: str) -> None:
        with self.database.transaction() as connection:
            settings.set_mode(connection, mode)


@pytest.fixture
def retailer(prepared_url: str) -> Iterator[Retailer]:
    with retailer_database(prepared_url) as database:
        yield Retailer(prepared_url, database)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(WELCOME, "utf-8")
    return path


# ------------------------------------------------------------------ rules


def test_a_retailer_begins_with_rules_that_stay_as_they_were_made(retailer: Retailer) -> None:
    assert retailer.run("rules", "list") == "slug  store  state  trigger  name\n"
    told = retailer.said("rules", "defaults")
    assert "thank-you: new\n" in told
    assert told.endswith("They are switched off: `rules enable` switches them on.\n")
    assert "On: lapsed." in retailer.said("rules", "enable", "lapsed")
    assert retailer.said("rules", "defaults") == "There is nothing to add.\n"
    rules = {rule["slug"]: rule for rule in json.loads(retailer.run("rules", "list", "--json"))}
    assert not rules["thank-you"]["enabled"]
    assert rules["lapsed"]["times_average"] == 3.0
    listed = retailer.run("rules", "list")
    assert re.search(r"^thank-you +all +off +purchase +Thank-you after a purchase$", listed, re.MULTILINE)
    assert re.search(r"^lapsed +all +on +lapsed", listed, re.MULTILINE)


def test_a_store_has_so_many_rules_and_no_more(retailer: Retailer, tmp_path: Path) -> None:
    with retailer.database.transaction() as connection:
        settings.write_stores(connection, [StoreEntry(id="7f3a", name="Rue", time_zone="Europe/Paris")])

    def rules(prefix: str, count: int) -> str:
        path = tmp_path / f"{prefix}.toml"
        rule = '[[rule]]\nslug = "{}-{}"\nname = "N"\ntrigger = "new_customer"\ntitle = "T"\n'
        path.write_text("\n".join(rule.format(prefix, number) for number in range(count)), "utf-8")
        return str(path)

    for whose, where in (("The retailer", ()), ("A store", ("--store", "Rue"))):
        retailer.said("rules", "import", rules("a", MAX_RULES - 1), *where)
        says = f"{whose} has {MAX_RULES} rules at most: there is no room for b-1. Remove one that is not needed."
        retailer.refused(1, says, "rules", "import", rules("b", 2), "--dry-run", *where)
        retailer.refused(1, says, "rules", "import", rules("b", 2), *where)
        retailer.said("rules", "import", rules("b", 1), *where)
        retailer.said("rules", "import", rules("a", 5), *where)
    retailer.refused(1, "The retailer has 200 rules at most: there is no room for thank-you", "rules", "defaults")
    assert len(retailer.all("task_rule")) == 2 * MAX_RULES


def test_rules_go_out_as_toml_and_come_back_the_same(retailer: Retailer, file: Path, tmp_path: Path) -> None:
    with retailer.database.transaction() as connection:
        settings.write_stores(connection, [StoreEntry(id="7f3a", name="Rue de Rivoli", time_zone="Europe/Paris")])
    retailer.said("rules", "defaults")
    retailer.said("rules", "import", str(file), "--store", "rue de rivoli")
    assert retailer.rule("welcome", "7f3a") is not None
    before = retailer.all("task_rule")
    out = tmp_path / "out.toml"
    retailer.said("rules", "export", str(out))
    assert 'store = "Rue de Rivoli"' in out.read_text("utf-8")
    assert retailer.run("rules", "export") == out.read_text("utf-8")
    retailer.refused(1, "already exists", "rules", "export", str(out))
    assert set(retailer.said("rules", "import", str(out)).split("\n")[:-1]) == {
        f"{rule.slug}: as it was" for rule in before
    }
    for rule in before:
        retailer.said("rules", "remove", rule.slug, *(["--store", rule.store] if rule.store else []))
    assert retailer.all("task_rule") == []
    retailer.said("rules", "import", str(out))
    assert {rule.id: rule for rule in retailer.all("task_rule")} == {rule.id: rule for rule in before}
    assert retailer.run("rules", "show", "welcome", "--store", "7f3a") == (
        WELCOME.replace('name = "Welcome"', 'store = "Rue de Rivoli"\nname = "Welcome"')
    )


def test_a_file_changes_what_is_there_and_leaves_the_rest(retailer: Retailer, file: Path) -> None:
    retailer.said("rules", "import", str(file))
    file.write_text(WELCOME + "daily_cap = 5\n" + WELCOME.replace("welcome", "hello"), "utf-8")
    dry = retailer.said("rules", "import", str(file), "--dry-run")
    assert dry == "welcome: changed\nhello: new\nNothing was changed.\n"
    assert (retailer.rule("hello"), getattr(retailer.rule("welcome"), "daily_cap", 0)) == (None, None)
    assert retailer.said("rules", "import", str(file)) == "welcome: changed\nhello: new\n"
    assert getattr(retailer.rule("welcome"), "daily_cap", 0) == 5


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('colour = "blue"\n', "line 6, column 1: welcome: colour: "),
        ('audience = "tier:("\n', "line 6, column "),
        ("daily_cap = 0\n", "line 6, column 13: welcome: daily_cap: It has to be a number from 1 to 10000."),
        ("daily_cap = \n", "line 6, column "),
        ('store = "Gamma"\n', "No store is called 'Gamma'. Stores: Alpha, Beta."),
        (WELCOME, "line 7, column 8: welcome: slug: There is another rule with this slug above."),
        ("\udcff", "line 6: it is not UTF-8."),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole_and_says_where(
    retailer: Retailer, file: Path, wrong: str, says: str
) -> None:
    file.write_bytes((WELCOME + wrong).encode(errors="surrogateescape"))
    retailer.refused(1, says, "rules", "import", str(file))
    assert retailer.all("task_rule") == []


def test_what_is_not_there_is_said(retailer: Retailer, file: Path) -> None:
    retailer.refused(1, "The retailer has no rule 'welcome'", "rules", "show", "welcome")
    retailer.said("rules", "import", str(file))
    retailer.refused(1, "Store Alpha has no rule 'welcome'", "rules", "remove", "welcome", "--store", "Alpha")
    retailer.refused(1, "No store is called 'Gamma'", "rules", "enable", "welcome", "--store", "Gamma")
    retailer.refused(1, "cannot be read: No such file", "rules", "import", str(file) + ".none")
    file.write_text(WELCOME.replace("new_customer", "purchase"), "utf-8")
    retailer.refused(1, "give one with the trigger purchase another slug", "rules", "import", str(file))
    retailer.refused(1, "Say in which --store. Stores: Alpha, Beta.", "rules", "preview", "welcome")
    retailer.refused(2, "name a rule, or give a --file", "rules", "preview")
    for day, why in (("2026-02-30", "there is no such day"), ("2026-02-03T10:00", "without a time")):
        retailer.refused(2, why, "rules", "preview", "welcome", "--store", "Alpha", "--day", day)


def test_rules_are_previewed_and_run_by_hand(retailer: Retailer, file: Path) -> None:
    ada = add_person(retailer.database, "ada", "Alpha")
    now = utc_now()
    for id, store in (("a", "Alpha"), ("b", "Alpha"), ("c", "Beta")):
        retailer.write(Customer(id=id, store=store, owner=ada.id, given_name=f"Zoë {id}", created_at=now))
    file.write_text(WELCOME + "daily_cap = 1\n", "utf-8")
    day = f"{now:%Y-%m-%d}"
    preview = ("rules", "preview", "--file", str(file), "--store", "Alpha", "--day", day)
    code, told, said = retailer.ran(*preview)
    assert (code, said) == (0, f"{day}, Alpha: 1 due, 1 held back.\n")
    assert told.splitlines() == [
        "customer  due         whose  held back because",
        f"Zoë a     {day}  ada",
        f"Zoë b     {day}  ada    the associate has enough for today",
    ]
    assert json.loads(retailer.run(*preview, "--json"))["held"] == 1
    assert (retailer.all("rule_task"), retailer.all("task_rule")) == ([], [])

    retailer.said("rules", "import", str(file))
    assert "1 due, 1 held back" in retailer.said("rules", "preview", "welcome", "--store", "Alpha", "--day", day)
    assert "1 tasks made, 0 expired.\nHeld back: 1 (the associate has enough for today).\n" in retailer.run(
        "rules", "run", "--store", "Alpha"
    )
    assert [task.customer for task in retailer.all("rule_task")] == ["a"]
    report = json.loads(retailer.run("rules", "run", "--json"))
    assert report["made"] == 1
    assert {task.customer for task in retailer.all("rule_task")} == {"a", "c"}
    retailer.said("rules", "remove", "welcome")
    retailer.run("rules", "run")
    assert {task.state for task in retailer.all("rule_task")} == {"expired"}


# ------------------------------------------------------------------ corporate tasks

BRIEF = """\
[[corporate_task]]
title = "Learn about the new range"
stores = ["Alpha"]
due = 2030-01-01
message = "Dear {given_name}"
"""


def test_corporate_tasks_are_added_once_listed_and_withdrawn(retailer: Retailer, file: Path) -> None:
    add_person(retailer.database, "ada", "Alpha")
    add_person(retailer.database, "cleo", "Beta")
    file.write_text(BRIEF, "utf-8")
    assert "new\nNothing was changed.\n" in retailer.said("tasks", "corporate", "add", str(file), "--dry-run")
    assert retailer.all("corporate_brief") == []
    assert "Learn about the new range: new\n" in retailer.said("tasks", "corporate", "add", str(file))
    assert "already exists\n" in retailer.said("tasks", "corporate", "add", str(file))
    (brief,) = retailer.all("corporate_brief")
    assert (brief.stores, brief.due, brief.created_by) == (("Alpha",), "2030-01-01", "")
    retailer.run("rules", "run")
    (task,) = retailer.all("corporate_task")
    assert (task.store, task.title, task.state) == ("Alpha", "Learn about the new range", "open")
    (row,) = json.loads(retailer.run("tasks", "corporate", "list", "--json"))
    assert (row["id"], row["open"], row["done"]) == (brief.id, 1, 0)
    assert "Learn about the new range  Alpha" in retailer.run("tasks", "corporate", "list")
    retailer.refused(1, "There is no corporate task", "tasks", "corporate", "withdraw", "nothing")
    retailer.said("tasks", "corporate", "withdraw", brief.id)
    retailer.run("rules", "run")
    (task,) = retailer.all("corporate_task")
    assert isinstance(task, CorporateTask)
    assert task.state == "expired"


def test_a_wrong_corporate_task_says_where(retailer: Retailer, file: Path) -> None:
    file.write_text(BRIEF.replace("Alpha", "Gamma"), "utf-8")
    retailer.refused(
        1, "line 3, column 10: Learn about the new range: stores: ", "tasks", "corporate", "add", str(file)
    )
    assert retailer.all("corporate_brief") == []


# ------------------------------------------------------------------ handing over


@dataclass
class Store:
    ada: Account
    ben: Account
    mia: Account
    cleo: Account


@pytest.fixture
def store(retailer: Retailer) -> Store:
    associates = {name: add_person(retailer.database, name, "Alpha") for name in ("ada", "ben")}
    mia = add_person(retailer.database, "mia", "Alpha", role="manager")
    return Store(**associates, mia=mia, cleo=add_person(retailer.database, "cleo", "Beta"))


def tasks_of(store: Store) -> list[ManualTask]:
    given: dict[str, Any] = {"store": "Alpha", "title": "Call"}
    return [
        ManualTask(id="own", creator=store.ada.id, **given),
        ManualTask(id="given", creator=store.mia.id, assignee=store.ada.id, **given),
        ManualTask(id="back", creator=store.ben.id, assignee=store.ada.id, **given),
        ManualTask(id="hers", creator=store.ada.id, customer="hers", **given),
        ManualTask(id="his", creator=store.ada.id, customer="his", **given),
        ManualTask(id="done", creator=store.ada.id, state="done", done_by=store.ada.id, **given),
        ManualTask(id="taken", creator=store.mia.id, claimed_by=store.ada.id, **given),
    ]


def test_open_tasks_of_who_leaves_go_to_a_colleague(retailer: Retailer, store: Store) -> None:
    retailer.write(Customer(id="hers", store="Alpha", owner=store.ada.id, given_name="A"))
    retailer.write(Customer(id="his", store="Alpha", owner=store.ben.id, given_name="B"))
    retailer.write(*tasks_of(store))
    thank = RuleTask(id=rule_task_id("t", "hers", "1"), store="Alpha", customer="hers", meant_for=store.ada.id)
    retailer.write(thank)
    with retailer.database.transaction() as connection:
        directory.disable(connection, store.ada)
    hand_over = ("tasks", "hand-over", "--from", "ada", "--to", "ben")
    assert retailer.said(*hand_over, "--dry-run") == (
        "4 tasks would go to ben.\n2 more were meant for ada, or taken by them.\n"
        "1 tasks stay: their customers are not ben's.\n"
    )
    assert retailer.stored("manual_task", "own").assignee is None
    assert "4 tasks go to ben.\n" in retailer.said(*hand_over)
    assignees = {task.id: task.assignee for task in retailer.all("manual_task")}
    ben = store.ben.id
    assert assignees == {"own": ben, "given": ben, "back": None, "hers": None, "his": ben, "done": None, "taken": None}
    assert retailer.stored("manual_task", "taken").claimed_by is None
    assert retailer.stored("rule_task", thank.id).meant_for == ben
    cards = {card.task: card.assignee for card in retailer.all("task_card")}
    assert cards == {"own": ben, "given": ben, "his": ben}
    assert retailer.stored("task_card", source_id("task_card", "sellmode", "back")) is None
    assert retailer.said(*hand_over) == "0 tasks go to ben.\n1 tasks stay: their customers are not ben's.\n"
    retailer.set_mode("team")
    assert retailer.said(*hand_over) == "1 tasks go to ben.\n"


def test_tasks_stay_in_their_store(retailer: Retailer, store: Store) -> None:
    for giver, taker, why in (("ada", "cleo", "do not work in one store"), ("ada", "ada", "the same person")):
        retailer.refused(1, why, "tasks", "hand-over", "--from", giver, "--to", taker)
    with retailer.database.transaction() as connection:
        directory.disable(connection, store.ben)
    retailer.refused(1, "or is disabled", "tasks", "hand-over", "--from", "ada", "--to", "ben")
    retailer.refused(1, "E9", "tasks", "hand-over", "--from", "E9", "--to", "ben")

"""The operator's commands ``hours`` and ``service``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_backend.store import settings
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.service_rules import WAYS, ServiceRules
from sellmode_contract.store_hours import OpeningHours
from tests.backend.test_rules_commands import Retailer as Operator
from tests.support.backend import retailer_database

HOURS = """\
[[hours]]
monday = ["10:00-13:00", "14:00-18:00"]

[[hours]]
store = "beta"
sunday = ["12:00-17:00"]

[hours.days]
2026-12-24 = ["10:00-16:00"]
2026-12-25 = []
"""
SERVICE = """\
[[service]]
ways = ["chat", "email"]
away_minutes = 20

[service.answer_minutes]
chat = 5
"""


@pytest.fixture
def operator(prepared_url: str) -> Iterator[Operator]:
    with retailer_database(prepared_url) as database:
        yield Operator(prepared_url, database)


def retailer(operator: Operator) -> Retailer:
    (found,) = operator.all("retailer")
    assert isinstance(found, Retailer)
    return found


def test_hours_are_set_for_all_stores_or_one_and_shown_as_they_are(operator: Operator, tmp_path: Path) -> None:
    file, again = tmp_path / "hours.toml", tmp_path / "again.toml"
    file.write_text(HOURS)
    assert "Nothing was changed." in operator.said("hours", "set", str(file), "--dry-run")
    assert {store.hours for store in retailer(operator).stores} == {None}
    operator.said("hours", "set", str(file))
    alpha, beta, *_ = retailer(operator).stores
    assert alpha.hours == OpeningHours(monday=("10:00-13:00", "14:00-18:00"))
    assert beta.hours == OpeningHours(sunday=("12:00-17:00",), days={"2026-12-24": ("10:00-16:00",), "2026-12-25": ()})
    again.write_text(operator.run("hours", "show"))
    assert operator.said("hours", "set", str(again)) == "All of them are as they were.\n"
    shown = json.loads(operator.run("hours", "show", "Beta", "--json"))
    assert [(entry["store"], entry["hours"]["sunday"]) for entry in shown] == [("Beta", ["12:00-17:00"])]
    # An import that tells of stores again leaves their hours alone.
    with operator.database.transaction() as connection:
        settings.write_stores(connection, [alpha])
    assert retailer(operator).stores[0].hours == alpha.hours
    operator.said("hours", "remove", "Alpha")
    assert [store.hours for store in retailer(operator).stores[:2]] == [None, beta.hours]


def test_rules_of_service_are_set_as_a_whole_and_shown_with_what_is_usual(operator: Operator, tmp_path: Path) -> None:
    assert retailer(operator).service == ServiceRules()
    file = tmp_path / "service.toml"
    file.write_text(SERVICE)
    assert "chat, email" in operator.said("service", "set", str(file))
    rules = retailer(operator).service
    assert rules == ServiceRules(ways=("chat", "email"), away_minutes=20, answer_minutes={"chat": 5})
    shown = operator.run("service", "show")
    assert "chat = 5\nemail = 240\nsms = 15\n" in shown
    file.write_text(shown)
    operator.said("service", "set", str(file))
    assert [retailer(operator).service.aim(way) for way in WAYS] == [rules.aim(way) for way in WAYS]


@pytest.mark.parametrize(
    ("command", "content", "says"),
    [
        ("hours", '[[hours]]\nmonday = ["10:00-18:00", "17:00-20:00"]\n', "line 2, column 10: monday: 17:00-20:00"),
        ("hours", "[[hours]]\n[hours.days]\n2026-12-32 = []\n", "line 3, column 14: 2026-12-32: there is no such day"),
        ("hours", "[[hours]]\nmontag = []\n", "line 2, column 1: montag: no such field"),
        ("hours", '[[hours]]\nmonday = "10:00-18:00"\n', "line 2, column 10: monday: "),
        ("hours", '[[hours]]\n[[hours]]\nstore = "Gamma"\n', "line 3, column 9: store: no store is called 'Gamma'"),
        ("hours", "[[hours]]\n\n[[hours]]\n", "line 3, column 1: store: another table above is for all stores"),
        ("service", '[[service]]\nways = ["fax"]\n', "line 2, column 8: ways: "),
        ("service", "[[service]]\naway_minutes = 0\n", "line 2, column 16: away_minutes: it is from 1 to 240"),
        ("service", "[[service]]\n[service.answer_minutes]\nchat = 0\n", "line 3, column 8: chat: it is from 1"),
        ("service", "", "line 1, column 1: there has to be one table [[service]]"),
    ],
)
def test_a_file_that_is_wrong_changes_nothing_and_says_where(
    command: str, content: str, says: str, operator: Operator, tmp_path: Path
) -> None:
    before, file = retailer(operator), tmp_path / "wrong.toml"
    file.write_text(content)
    operator.refused(1, says, command, "set", str(file))
    assert retailer(operator) == before

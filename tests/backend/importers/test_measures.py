"""What other systems count, as a list and as events: kept once, added up with all else, refused where it is wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sellmode_backend.importers import run
from sellmode_backend.importers.rejects import Rejected, Rejects
from sellmode_backend.importers.sources.shopify import SHOPIFY
from sellmode_backend.importers.summary import Summary
from sellmode_backend.results import rebuilding
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_backend.store.schema import account
from sellmode_contract.kinds.fact import Fact
from sellmode_contract.kinds.retailer import StoreEntry
from tests.backend.importers.exports import NOW, STAFF_ROWS, Record, as_csv
from tests.backend.webhooks.events import problems, put, work

DAY = f"{NOW:%Y-%m-%d}"
JSON = dict[str, Any]


def told(measure: str = "footfall", value: object = 120, store: str = "Store 1", day: str = DAY, **more: str) -> Record:
    row = {"Store": store, "Day": day, "Measure": measure, "Value": f"{value}", "Employee": "", "Channel": ""}
    return row | more


def load(database: Database, folder: Path, *rows: Record) -> tuple[Summary, list[Rejected]]:
    folder.mkdir(exist_ok=True)
    (folder / "staff.csv").write_text(as_csv(STAFF_ROWS))
    (folder / "door-counter.csv").write_text(as_csv(rows))
    rejected: list[Rejected] = []
    with Rejects(None, rejected.append) as rejects:
        summary = run.import_tables(database, SHOPIFY, run.open_tables(SHOPIFY, [folder]), rejects, now=NOW)
    return summary, rejected


def sums(database: Database) -> dict[tuple[str, str | None, str, str, str], int]:
    """What facts come to, by store, person, day, channel and measure; and that they are so when added up anew."""
    with database.snapshot() as connection:
        assert rebuilding.compare(connection) == ([], [])
        stores = {entry.id: entry.name for entry in settings.stores(connection)}
        people = dict(connection.execute(sa.select(account.c.id, account.c.name)).all())
        found: Counter[tuple[str, str | None, str, str, str]] = Counter()
        for fact in records.each(connection, "fact"):
            assert isinstance(fact, Fact)
            for day, channels in fact.days.items():
                for channel, measures in channels.items():
                    for measure, value in measures.items():
                        person = people[fact.person] if fact.person else None
                        found[stores[fact.store], person, f"{fact.month}-{day}", channel, measure] += value
    return dict(found)


def test_a_number_counts_once_and_what_is_told_later_replaces_it(database: Database, tmp_path: Path) -> None:
    rows = [
        told(),
        told(value=7, day="2025-12-31", store="1"),
        told("csat_points", 9, Employee="Bo Chen"),
        told("csat_points", 4, Employee="1-2"),
        told("csat_points", 5),
        told("feedback", 2, Channel="site"),
        told("feedback", 1, Channel="email"),
    ]
    summary, rejected = load(database, tmp_path / "lists", *rows)
    assert (rejected, summary.written["measure"]) == ([], 7)
    expected = {
        ("Store 1", None, DAY, "", "footfall"): 120,
        ("Store 1", None, "2025-12-31", "", "footfall"): 7,
        ("Store 1", "Bo Chen", DAY, "", "csat_points"): 9,
        ("Store 1", "Cy Diaz", DAY, "", "csat_points"): 4,
        ("Store 1", None, DAY, "", "csat_points"): 18,
        ("Store 1", None, DAY, "site", "feedback"): 2,
        ("Store 1", None, DAY, "email", "feedback"): 1,
    }
    assert sums(database) == expected
    assert +load(database, tmp_path / "lists", *rows)[0].written == {}

    summary, _ = load(database, tmp_path / "lists", told(value=121), told("csat_points", 0, Employee="1-1"))
    assert summary.written["measure"] == 2
    del expected["Store 1", "Bo Chen", DAY, "", "csat_points"]
    expected["Store 1", None, DAY, "", "footfall"] = 121
    expected["Store 1", None, DAY, "", "csat_points"] = 9
    assert sums(database) == expected


def test_what_cannot_be_used_is_refused_by_its_line_and_column(database: Database, tmp_path: Path) -> None:
    wrong = {
        ("Store", "is empty"): told(store=""),
        ("Store", "is no store that is known"): told(store="Store 9"),
        ("Day", "is no day such as 2026-05-14"): told(day="22/11/2026"),
        ("Day", "is in the future"): told(day="2026-11-23"),
        ("Day", "is before 2000-01-01"): told(day="1999-12-31"),
        ("Measure", "is empty"): told(""),
        ("Value", "is below zero"): told(value=-1, store="Store 2"),
        ("Value", "is no whole number"): told(value="1.5", store="Store 2"),
        ("Value", "is empty"): told(value="", store="Store 2"),
        ("Employee", "is nobody who is known"): told("csat_points", Employee="Nobody"),
        ("Employee", "is named, and footfall is of stores only"): told(Employee="1-1"),
        ("Channel", "is named, and sessions has none"): told("sessions", Channel="site"),
        ("Channel", "is none of site, email, sms, chat, social"): told("feedback", Channel="fax"),
        ("Measure", "is the same as on line 2, and the rest is not"): told(value=121),
    }
    summary, rejected = load(database, tmp_path / "lists", told(), *wrong.values(), told(), told("net_sales"))
    assert [(row.column, row.reason) for row in rejected[:-1]] == [*wrong]
    assert [row.line for row in rejected] == [*range(3, 17), 18]
    assert rejected[-1].column == "Measure"
    assert rejected[-1].reason.startswith("is none of footfall, sessions, ")
    assert summary.repeated["door-counter.csv"] == 1
    assert sums(database) == {("Store 1", None, DAY, "", "footfall"): 120}


def test_days_are_those_of_the_store(database: Database, tmp_path: Path) -> None:
    with database.transaction() as connection:
        zones = {"Store 1": "Pacific/Auckland", "Store 2": "America/Los_Angeles"}
        entries = [StoreEntry(id=name, name=name, time_zone=zone) for name, zone in zones.items()]
        settings.write_stores(connection, entries)
    # It is 22 November, 22:00, in Auckland, and one in the morning in Los Angeles.
    _, rejected = load(
        database, tmp_path / "lists", told(), told(store="Store 2"), told(store="Store 1", day="2026-11-23")
    )
    assert [(row.line, row.column) for row in rejected] == [(4, "Day")]


def test_events_come_to_the_same_and_an_older_one_changes_nothing(database: Database, tmp_path: Path) -> None:
    load(database, tmp_path / "lists", told())

    def event(at: str, *rows: JSON) -> tuple[str, JSON]:
        return "measures", {"type": "measures", "timestamp": f"{DAY}T{at}:00Z", "data": {"rows": [*rows]}}

    row = {"store": "Store 1", "day": DAY, "measure": "footfall"}
    put(
        database,
        event("08:00", row | {"value": 150}, row | {"measure": "csat_points", "value": "5", "employee": "1-1"}),
        event("07:00", row | {"value": 100}),
        event("08:30", row | {"store": "Store 9", "value": 1}, row | {"measure": "sessions", "value": 3}),
        event("08:30", row | {"number": 1}),
        event("08:45", *({**row, "measure": "carts", "value": value} for value in (7, 8))),
        source="plain",
    )
    work(database)
    assert problems(database) == [
        "measure: Store is no store that is known", "measure has 1 field(s) that are not known",
        "measure: Measure is the same as on line 5, and the rest is not",
    ]  # fmt: skip
    assert sums(database) == {
        ("Store 1", None, DAY, "", "footfall"): 150,
        ("Store 1", "Bo Chen", DAY, "", "csat_points"): 5,
        ("Store 1", None, DAY, "", "csat_points"): 5,
        ("Store 1", None, DAY, "", "sessions"): 3,
        ("Store 1", None, DAY, "", "carts"): 7,
    }


def test_facts_that_miss_what_was_told_are_found(database: Database, tmp_path: Path) -> None:
    load(database, tmp_path / "lists", told())
    with database.transaction() as connection:
        facts = [fact.id for fact in records.each(connection, "fact")]
        records.write(connection, (), removed=[("fact", id) for id in facts])
        assert rebuilding.rebuild(connection) == 2 * len(facts)
    assert sums(database) == {("Store 1", None, DAY, "", "footfall"): 120}

"""Lists of targets: kept once, replaced by what is told later, refused where they are wrong."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from sellmode_backend.importers import run
from sellmode_backend.importers.rejects import Rejected, Rejects
from sellmode_backend.importers.sources.shopify import SHOPIFY
from sellmode_backend.importers.summary import Summary
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_backend.store.schema import account
from sellmode_contract.kinds.target import Target
from tests.backend.importers.exports import NOW, STAFF_ROWS, Record, as_csv


def row(kpi: str, value: str, month: str = "2026-12", store: str = "Store 1", employee: str = "") -> Record:
    return {"Store": store, "Month": month, "Figure": kpi, "Target": value, "Employee": employee}


def load(database: Database, folder: Path, *rows: Record) -> tuple[Summary, list[Rejected]]:
    folder.mkdir(exist_ok=True)
    (folder / "staff.csv").write_text(as_csv(STAFF_ROWS))
    (folder / "plan.csv").write_text(as_csv(rows))
    rejected: list[Rejected] = []
    with Rejects(None, rejected.append) as rejects:
        summary = run.import_tables(database, SHOPIFY, run.open_tables(SHOPIFY, [folder]), rejects, now=NOW)
    return summary, rejected


def held(database: Database) -> dict[tuple[str, str | None, str, str], tuple[int, str]]:
    with database.snapshot() as connection:
        stores = {entry.id: entry.name for entry in settings.stores(connection)}
        people = dict(connection.execute(sa.select(account.c.id, account.c.name)).all())
        found = [each for each in records.each(connection, "target") if isinstance(each, Target)]
    return {
        (stores[each.store], people[each.person] if each.person else None, each.kpi, each.month): (
            each.value,
            each.currency,
        )
        for each in found
    }


def test_targets_are_told_by_a_list_and_what_is_told_last_counts(database: Database, tmp_path: Path) -> None:
    rows = [
        row("store_sales", "40,000"),
        row("csat", "92.5", "2025-01"),
        row("individual_sales", "9000.50", employee="Bo Chen"),
    ]
    summary, rejected = load(database, tmp_path / "lists", *rows)
    assert (rejected, summary.written["target"]) == ([], 3)
    assert load(database, tmp_path / "lists", *rows)[0].written["target"] == 0
    load(database, tmp_path / "lists", row("store_sales", "41000"))
    currency = next(currency for _, currency in held(database).values() if currency)
    assert held(database) == {
        ("Store 1", None, "store_sales", "2026-12"): (4_100_000, currency),
        ("Store 1", None, "csat", "2025-01"): (925, ""),
        ("Store 1", "Bo Chen", "individual_sales", "2026-12"): (900_050, currency),
    }


def test_what_is_wrong_in_a_list_is_set_aside_with_its_reason(database: Database, tmp_path: Path) -> None:
    wrong = {
        "is no store that is known": row("outreach", "5", store="Nowhere"),
        "is nobody who is known": row("outreach", "5", employee="Nobody"),
        "is no figure that there can be a target for": row("tasks_ahead", "5"),
        "there is no such month": row("outreach", "5", "2026-13"),
        "it is a figure of people": row("individual_sales", "5"),
        "it is a figure of stores": row("store_sales", "5", employee="Bo Chen"),
        "more than zero": row("outreach", "0"),
        "a number from 1": row("store_sales", "100000000000000"),
        "does not work in that store": row("outreach", "5", store="Store 2", employee="1-2"),
        "up to 0 decimals": row("outreach", "1.5"),
        "is not a number": row("outreach", "many"),
    }
    _, rejected = load(database, tmp_path / "lists", *wrong.values())
    assert len(rejected) == len(wrong)
    for each, why in zip(rejected, wrong, strict=True):
        assert why in str(each), each
    assert held(database) == {}

"""A real year through webhooks, in any order and twice, comes to the same as through the import."""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

from sellmode_backend.importers import run
from sellmode_backend.importers.rejects import Rejects
from sellmode_backend.importers.sources.shopify import SHOPIFY
from sellmode_backend.importers.summary import Summary
from sellmode_backend.reports.totals import totals
from sellmode_backend.results import rebuilding
from sellmode_backend.store.database import Database
from sellmode_backend.webhooks import working
from sellmode_backend.webhooks.said import Named
from tests.backend.results import recount
from tests.backend.webhooks import events
from tests.backend.webhooks.events import open_retailer


def imported(database: Database, folder: Path) -> Summary:
    tables = run.open_tables(SHOPIFY, [folder])
    with Rejects(None) as rejects:
        return run.import_tables(database, SHOPIFY, tables, rejects, now=events.NOW)


def test_a_year_by_events_and_by_imports_in_any_order_comes_to_the_cent(
    sqlite_url: str, shared_data: Path, tmp_path: Path
) -> None:
    """Some events, the import of all, the other events and some again, the import again: as if each had come once."""
    database = open_retailer(sqlite_url)
    folder = shared_data / "journey"
    expected = json.loads((folder / "expected.json").read_text())
    for name in ("staff.csv", "products.csv"):
        shutil.copy(folder / name, tmp_path)
    imported(database, tmp_path)
    numbers: dict[tuple[str, str], int] = {}
    sent = [*events.of_customers(folder / "customers.csv"), *events.of_orders(folder / "orders.csv", numbers)]
    with database.transaction() as connection:
        named = (Named(kind, str(number), name) for (kind, name), number in numbers.items())
        working.write_names(connection, "shopify", named)
    random.Random(7).shuffle(sent)
    half = len(sent) // 2
    for again, some in enumerate((sent[:half], sent[half:] + sent[: half // 5])):
        now = events.NOW + dt.timedelta(seconds=again)
        events.put(database, *some, now=now)
        assert events.work(database, now) == len(some)
        if not again:
            assert imported(database, folder).written["order"] > 0
    assert events.problems(database) == []
    with database.snapshot() as connection:
        assert totals(connection, "USD", ZoneInfo("UTC")).document() == expected["totals"]
        assert rebuilding.compare(connection) == ([], [])
    assert recount.groups(database) == expected["totals"], "facts are what was sold"
    assert +imported(database, folder).written == {}
    database.close()

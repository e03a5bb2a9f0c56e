"""Retailers to export, empty databases to import them into, and what is compared of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sellmode_backend.exporting.tables import NOT_EXPORTED
from sellmode_backend.store import columns, records, schema
from sellmode_backend.store.database import Database, open_database
from tests.support.backend import copy_tables

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


def whole(database: Database) -> dict[str, Any]:
    """All that a retailer is: each record with who sees it, and each row of the backend's own tables.

    Not what one database has to itself: passwords, sessions, clocks and what terminals have seen.
    """
    found: dict[str, Any] = {}
    with database.snapshot() as connection:
        for row in connection.execute(sa.select(schema.record).order_by("kind", "id")):
            record = records._decoder(row.kind).decode(row.doc)
            found[f"{row.kind} {row.id}"] = (record, row.team, row.own, row.parent)
        for name in {*columns.metadata.tables, "record_key"} - (NOT_EXPORTED.keys() - {"record_key"}):
            table = columns.metadata.tables[name]
            shown = [column for column in table.columns if column.name != "password_hash"]
            query = sa.select(*shown).order_by(*table.primary_key.columns)
            if name == "setting":
                query = query.where(table.c.key.not_in(("epoch", "shopper_secret", "webhooks_taken")))
            rows = connection.execute(query)
            found[name] = sorted((tuple(row) for row in rows), key=repr)  # each engine has an order of its own
    return found


@contextmanager
def empty(folder: Path) -> Iterator[Database]:
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder / 'again.db'}"
    copy_tables(url)
    database = open_database(url)
    yield database
    database.close()


def silent(_: str, __: int) -> None:
    """Nobody listens."""

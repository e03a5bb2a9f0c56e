"""An export as one SQLite database for Datasette: types, foreign keys, indexes, and a search over names.

sqlite-utils makes the tables and the search; the rows go in by ``executemany``, which is several times as fast. Both
work on a connection of sqlcipher3, whose SQLite is a known one, so that the system's is never opened.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlite_utils
from sqlalchemy.engine import Connection
from sqlcipher3 import dbapi2 as sqlcipher

from sellmode_backend.exporting.tables import TABLES, ExportTable, Form, Row
from sellmode_backend.store.database import in_parts

ABOUT = "export"
"""The table that says of whom and when the export is."""

_TYPES: Mapping[Form, type] = {
    "text": str, "instant": str, "integer": int, "number": float, "boolean": int, "json": str,
}  # fmt: skip
_REFERS = {
    "account": "account", "store": "store", "customer": "customer", "product": "product", "order_id": "order",
    "owner": "staff", "author": "staff", "sold_by": "staff", "assignee": "staff", "creator": "staff",
    "claimed_by": "staff", "done_by": "staff", "kept": "customer", "brief": "corporate_brief",
}  # fmt: skip
"""Which table's id a column of this name holds."""
_INDEXED = ("placed_at", "due_at", "sku")
_SEARCHED = {
    "customer": ("given_name", "family_name", "email", "phone", "number"), "product": ("title", "sku"),
    "note": ("text",), "order": ("number",),
}  # fmt: skip
_FIGURES = """
select id, number, given_name, family_name, store, owner,
  json_extract(figures, '$.orders') as orders, json_extract(figures, '$.units') as units,
  json_extract(figures, '$.spend') as spend, json_extract(figures, '$.first_purchase') as first_purchase,
  json_extract(figures, '$.last_purchase') as last_purchase, json_extract(figures, '$.last_contact') as last_contact
from customer
"""


def write(path: Path, connection: Connection, about: Mapping[str, str], tell: Callable[[str, int], None]) -> None:
    """Make the database, for its owner only, where no file is. Raises OSError; sqlcipher3's errors on a full disk."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    target = sqlcipher.connect(str(path))
    try:
        # Nobody else has the file yet, and it is thrown away unless it comes to its end.
        target.execute("PRAGMA journal_mode = off").close()
        target.execute("PRAGMA synchronous = off").close()
        database = sqlite_utils.Database(target, execute_plugins=False)
        database.table(ABOUT).create(dict.fromkeys(about, str))
        _fill(target, ABOUT, [tuple(about.values())])
        for table in TABLES.values():
            _make(database, table)
            rows = in_parts(table.rows(connection), 1000)
            tell(table.name, sum(_fill(target, table.name, some) for some in rows))
        for table in TABLES.values():
            _index(database, table)
        database.create_view("customer_figures", _FIGURES)
        target.commit()
        target.execute("PRAGMA optimize").close()
    finally:
        target.close()


def _make(database: sqlite_utils.Database, table: ExportTable) -> None:
    database.table(table.name).create(
        {column.name: _TYPES[column.form] for column in table.columns},
        pk=table.key[0] if len(table.key) == 1 else table.key,
        not_null={column.name for column in table.columns if not column.optional and column.name not in table.key},
        foreign_keys=[(name, _REFERS[name], "id") for name in _references(table)],
    )


def _references(table: ExportTable) -> list[str]:
    return [column.name for column in table.columns if column.name in _REFERS and _REFERS[column.name] != table.name]


def _fill(target: Any, name: str, rows: Sequence[Row]) -> int:
    marks = ", ".join("?" * len(rows[0]))
    target.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows).close()  # noqa: S608 -- the name is in the code
    return len(rows)


def _index(database: sqlite_utils.Database, table: ExportTable) -> None:
    made = database.table(table.name)
    columns = {column.name for column in table.columns}
    for name in (*_references(table), *(name for name in _INDEXED if name in columns)):
        if name != table.key[0]:
            made.create_index([name])
    if table.name in _SEARCHED:
        made.enable_fts(_SEARCHED[table.name], tokenize="unicode61 remove_diacritics 2")

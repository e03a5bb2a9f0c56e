"""Many rows at once, found by their primary key: executemany on SQLite, one statement over a JSON array on PostgreSQL.

For PostgreSQL a statement for each row would take several times as long, and arrays of text take the driver as long as
all the rest. Rows are dictionaries with the same columns each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from sellmode_backend.store.columns import Instant, microseconds

Rows: TypeAlias = Sequence[Mapping[str, Any]]


def one_of(connection: Connection, column: sa.Column[str], values: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether a column is one of some values, as one parameter where the driver would take long to count them out."""
    if connection.dialect.name == "sqlite":
        return column.in_(values)
    return column == sa.any_(sa.literal(values, postgresql.ARRAY(column.type)))


def insert(connection: Connection, table: sa.Table, rows: Rows) -> None:
    """Add rows. Raises sqlalchemy.exc.IntegrityError if one is there already."""
    if rows:
        if connection.dialect.name == "sqlite":
            connection.execute(sa.insert(table), rows)
        else:
            connection.execute(_inserting(table, tuple(rows[0])), _json(table, rows))


def upsert(connection: Connection, table: sa.Table, rows: Rows) -> None:
    """Add rows, or replace these columns of those that are there. No key may occur twice in ``rows``."""
    if rows:
        if connection.dialect.name == "sqlite":
            statement = sqlite.insert(table)
            replaced = {name: statement.excluded[name] for name in rows[0] if name not in table.primary_key.columns}
            connection.execute(statement.on_conflict_do_update(index_elements=_key(table), set_=replaced), rows)
        else:
            connection.execute(_upserting(table, tuple(rows[0])), _json(table, rows))


def update(connection: Connection, table: sa.Table, rows: Rows) -> None:
    """Change columns of rows that are there."""
    if rows:
        if connection.dialect.name == "sqlite":
            keys = {column.name: f"key_{column.name}" for column in table.primary_key.columns}
            statement = sa.update(table).where(*(table.c[name] == sa.bindparam(key) for name, key in keys.items()))
            connection.execute(statement, [{keys.get(name, name): row[name] for name in row} for row in rows])
        else:
            connection.execute(_updating(table, tuple(rows[0])), _json(table, rows))


def delete(connection: Connection, table: sa.Table, keys: Rows) -> None:
    """Remove the rows with these primary keys."""
    if keys:
        if connection.dialect.name == "sqlite":
            where = (column == sa.bindparam(f"key_{column.name}") for column in table.primary_key.columns)
            connection.execute(
                sa.delete(table).where(*where), [{f"key_{name}": value for name, value in key.items()} for key in keys]
            )
        else:
            connection.execute(_deleting(table, tuple(keys[0])), _json(table, keys))


def _key(table: sa.Table) -> list[sa.Column[Any]]:
    return list(table.primary_key.columns)


# ------------------------------------------------------------------ PostgreSQL: one parameter holds all rows


def _json(table: sa.Table, rows: Rows) -> dict[str, str]:
    instants = [name for name in rows[0] if isinstance(table.c[name].type, Instant)]
    if instants:
        rows = [{**row, **{name: microseconds(row[name]) for name in instants}} for row in rows]
    return {"rows": msgspec.json.encode(rows).decode()}


def _given(table: sa.Table, names: Sequence[str]) -> sa.TableValuedAlias:
    columns = (sa.column(name, table.c[name].type) for name in names)
    rows = sa.func.json_to_recordset(sa.cast(sa.bindparam("rows", type_=sa.Text), postgresql.JSON))
    return rows.table_valued(*columns, name="given").render_derived(with_types=True)


def _same_key(table: sa.Table, given: sa.TableValuedAlias) -> list[sa.ColumnElement[bool]]:
    return [column == given.c[column.name] for column in table.primary_key.columns]


@lru_cache
def _inserting(table: sa.Table, names: tuple[str, ...]) -> postgresql.Insert:
    given = _given(table, names)
    return postgresql.insert(table).from_select(list(names), sa.select(*(given.c[name] for name in names)))


@lru_cache
def _upserting(table: sa.Table, names: tuple[str, ...]) -> postgresql.Insert:
    statement = _inserting(table, names)
    replaced = {name: statement.excluded[name] for name in names if name not in table.primary_key.columns}
    return statement.on_conflict_do_update(index_elements=_key(table), set_=replaced)


@lru_cache
def _updating(table: sa.Table, names: tuple[str, ...]) -> sa.Update:
    given = _given(table, names)
    changed = {name: given.c[name] for name in names if name not in table.primary_key.columns}
    return sa.update(table).where(*_same_key(table, given)).values(changed)


@lru_cache
def _deleting(table: sa.Table, names: tuple[str, ...]) -> sa.Delete:
    return sa.delete(table).where(*_same_key(table, _given(table, names)))

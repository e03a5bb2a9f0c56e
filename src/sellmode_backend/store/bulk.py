"""Many rows at once, found by their primary key: executemany on SQLite, one statement over a JSON array on PostgreSQL.

For PostgreSQL a statement for each row would take several times as long, and arrays of text take the driver as long as
all the rest. Rows are dictionaries with the same columns each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from sellmode_backend.store.columns import Instant, microseconds
from sellmode_backend.store.prepared import Engine, Prepared

Rows: TypeAlias = Sequence[Mapping[str, Any]]


def one_of(connection: Connection, column: sa.Column[str], values: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether a column is one of some values, as one parameter where the driver would take long to count them out."""
    if connection.dialect.name == "sqlite":
        return column.in_(values)
    return column == sa.any_(sa.literal(values, postgresql.ARRAY(column.type)))


def insert(connection: Connection, table: sa.Table, rows: Rows) -> None:
    """Add rows. Raises sqlalchemy.exc.IntegrityError if one is there already."""
    _run(connection, _inserting, table, rows)


def insert_new(connection: Connection, table: sa.Table, rows: Rows) -> None:
    """Add those rows that are not there yet."""
    _run(connection, _inserting_new, table, rows)


def upsert(connection: Connection, table: sa.Table, rows: Rows) -> None:
    """Add rows, or replace these columns of those that are there. No key may occur twice in ``rows``."""
    _run(connection, _upserting, table, rows)


def update(connection: Connection, table: sa.Table, rows: Rows) -> None:
    """Change columns of rows that are there."""
    _run(connection, _updating, table, rows, _KEY)


def delete(connection: Connection, table: sa.Table, keys: Rows) -> None:
    """Remove the rows with these primary keys."""
    _run(connection, _deleting, table, keys, _KEY)


_KEY = "key_"
"""Stands before the names of parameters that the primary key is compared with: a column's name means its new value."""


def _run(
    connection: Connection,
    make: Callable[[sa.Table, tuple[str, ...]], Prepared],
    table: sa.Table,
    rows: Rows,
    key: str = "",
) -> None:
    """Give a statement for some rows; ``key`` stands before the names of the primary key's parameters on SQLite."""
    if not rows:
        return
    statement = make(table, tuple(rows[0]))
    if connection.dialect.name == "postgresql":
        statement.rows(connection, rows=_json(table, rows))
        return
    if key:
        names = {name: f"{key}{name}" if name in table.primary_key.columns else name for name in rows[0]}
        rows = [{names[name]: value for name, value in row.items()} for row in rows]
    statement.each(connection, rows)


def _json(table: sa.Table, rows: Rows) -> str:
    instants = [name for name in rows[0] if isinstance(table.c[name].type, Instant)]
    if instants:
        rows = [{**row, **{name: microseconds(row[name]) for name in instants}} for row in rows]
    return msgspec.json.encode(rows).decode()


# ------------------------------------------------------------------ statements, each made once


@lru_cache
def _inserting(table: sa.Table, names: tuple[str, ...]) -> Prepared:
    return Prepared(lambda engine: _insert(engine, table, names), names)


@lru_cache
def _inserting_new(table: sa.Table, names: tuple[str, ...]) -> Prepared:
    return Prepared(lambda engine: _insert(engine, table, names).on_conflict_do_nothing(), names)


@lru_cache
def _upserting(table: sa.Table, names: tuple[str, ...]) -> Prepared:
    def make(engine: Engine) -> sa.UpdateBase:
        statement = _insert(engine, table, names)
        replaced = {name: statement.excluded[name] for name in names if name not in table.primary_key.columns}
        return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=replaced)

    return Prepared(make, names)


@lru_cache
def _updating(table: sa.Table, names: tuple[str, ...]) -> Prepared:
    changed = [name for name in names if name not in table.primary_key.columns]

    def make(engine: Engine) -> sa.UpdateBase:
        if engine == "sqlite":
            return sa.update(table).where(*_keys(table))
        given = _given(table, names)
        return sa.update(table).where(*_same_key(table, given)).values({name: given.c[name] for name in changed})

    return Prepared(make, changed)


@lru_cache
def _deleting(table: sa.Table, names: tuple[str, ...]) -> Prepared:
    return Prepared(
        lambda engine: sa.delete(table).where(
            *(_keys(table) if engine == "sqlite" else _same_key(table, _given(table, names)))
        )
    )


def _insert(engine: Engine, table: sa.Table, names: Sequence[str]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of a row of values on SQLite, and of all rows of one parameter on PostgreSQL."""
    if engine == "sqlite":
        return sqlite.insert(table)
    given = _given(table, names)
    return postgresql.insert(table).from_select(list(names), sa.select(*(given.c[name] for name in names)))


def _keys(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    return [column == sa.bindparam(f"{_KEY}{column.name}") for column in table.primary_key.columns]


def _given(table: sa.Table, names: Sequence[str]) -> sa.TableValuedAlias:
    columns = (sa.column(name, table.c[name].type) for name in names)
    rows = sa.func.json_to_recordset(sa.cast(sa.bindparam("rows", type_=sa.Text), postgresql.JSON))
    return rows.table_valued(*columns, name="given").render_derived(with_types=True)


def _same_key(table: sa.Table, given: sa.TableValuedAlias) -> list[sa.ColumnElement[bool]]:
    return [column == given.c[column.name] for column in table.primary_key.columns]

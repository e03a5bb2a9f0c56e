"""Rows of the kinds' tables, written and deleted together with whatever lists and search hold of them."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from sellmode_tui.cache import catalogue, listing, meta, schema, sorting
from sellmode_tui.cache.tables import OTHER, TABLES, Value, columns_of, table_of
from sellmode_tui.sealed import Connection

Row: TypeAlias = tuple[Value, ...]
"""The values of a row, as ``tables.columns_of``."""

CHUNK = 500
"""So many rows are deleted at a time."""


class _Lists(NamedTuple):
    """What lists and search hold of a kind once they are made: brought up to date from how its rows were and are."""

    snapshot: Callable[[Connection, list[str]], dict[Any, Any]]
    follow: Callable[[Connection, dict[Any, Any], dict[Any, Any]], None]
    remove: Callable[[Connection, list[int]], None]


_LISTS = {
    "customer": _Lists(listing.snapshot, listing.follow, listing.remove_all),
    "product": _Lists(catalogue.snapshot, catalogue.follow, catalogue.remove),
}


def put(connection: Connection, kind: str, rows: Mapping[str, Row]) -> None:
    """Write rows of a kind, by id, that are no older than what its table holds."""
    table = table_of(kind)
    built = meta.get(connection, "built")
    with _followed(connection, kind, rows):
        connection.executemany(_UPSERTS[table], _update(connection, table, rows.values()) if built else rows.values())


def replace(connection: Connection, kind: str, rows: Mapping[str, Row]) -> None:
    """Write rows of a kind, by id, whatever its table holds."""
    with _followed(connection, kind, rows):
        connection.executemany(_REPLACES[table_of(kind)], rows.values())


@contextlib.contextmanager
def _followed(connection: Connection, kind: str, rows: Mapping[str, Row]) -> Iterator[None]:
    """Lists follow what is written of a kind."""
    lists = _LISTS.get(kind) if meta.get(connection, "built") else None
    before = lists.snapshot(connection, list(rows)) if lists else {}
    yield
    if lists:
        lists.follow(connection, before, lists.snapshot(connection, list(rows)))
    sorting.follow(connection, kind, rows.keys())


def delete(
    connection: Connection, table: str, condition: str, parameters: tuple[Value, ...] = (), limit: int = -1
) -> int:
    """Delete rows; returns how many."""
    kind = "kind" if table == OTHER else f"'{table}'"
    found = connection.execute(
        f'SELECT pk, {kind}, id FROM "{table}" WHERE {condition} LIMIT ?', (*parameters, limit)
    ).fetchall()
    doomed = [pk for pk, _, _ in found]
    built = bool(doomed and meta.get(connection, "built"))
    if built and (lists := _LISTS.get(table)):
        for start in range(0, len(doomed), CHUNK):
            lists.remove(connection, doomed[start : start + CHUNK])
    connection.executemany(f'DELETE FROM "{table}" WHERE pk = ?', ((pk,) for pk in doomed))
    if built and table == "staff":
        listing.owners_changed(connection)
    ids = defaultdict(list)
    for _, of, id in found:
        ids[of].append(id)
    for of, gone in ids.items():
        sorting.forget(connection, of, gone)
    if doomed:
        meta.rows_deleted(connection)
    return len(doomed)


def _update(connection: Connection, table: str, rows: Iterable[Row]) -> list[Row]:
    """Write the rows whose indexed columns stay as they are, which spares their indexes; returns the others."""
    columns = columns_of(table)
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    statement = _UPDATES[table]
    return [tuple(row.values()) for row in named if connection.execute(statement, row).rowcount == 0]


def _replace_statement(table: str) -> str:
    columns = columns_of(table)
    key = "(kind, id)" if table == OTHER else "(id)"
    assignments = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in ("id", "kind"))
    return (
        f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({", ".join("?" * len(columns))})'
        f" ON CONFLICT {key} DO UPDATE SET {assignments}"
    )


def _upsert_statement(table: str) -> str:
    # The generation that counts: none of a scope that has left, 0 after its sweep.
    generation = (
        f'(SELECT CASE WHEN s.name IS NULL THEN -2 WHEN s.swept = "{table}".gen THEN 0 ELSE "{table}".gen END'
        f' FROM scope s WHERE s.pk = "{table}".scope)'
    )
    return f'{_replace_statement(table)} WHERE excluded.rev >= "{table}".rev OR excluded.gen <> {generation}'


def _update_statement(table: str) -> str:
    same = ["id", *(["kind"] if table == OTHER else []), *schema.INDEXED[table]]
    others = [name for name in columns_of(table) if name not in same]
    assignments = ", ".join(f"{name} = :{name}" for name in others)
    return f'UPDATE "{table}" SET {assignments} WHERE rev <= :rev AND ' + " AND ".join(
        f"{name} IS :{name}" for name in same
    )


_REPLACES = {table: _replace_statement(table) for table in (*TABLES, OTHER)}
_UPDATES = {table: _update_statement(table) for table in (*TABLES, OTHER)}
_UPSERTS = {table: _upsert_statement(table) for table in (*TABLES, OTHER)}

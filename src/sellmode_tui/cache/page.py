"""A page of what the backend sends, applied to the tables and to whatever lists and search hold of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from sellmode_contract.wire import Drop, Put, Remove, Sweep
from sellmode_tui.cache import listing, meta, schema, search
from sellmode_tui.cache.tables import OTHER, TABLES, Value, columns_of, own_values, stored_text, table_of
from sellmode_tui.sealed import Connection

Change: TypeAlias = Put | Remove | Sweep | Drop

CHUNK = 500
"""So many rows are deleted at a time."""


class Page:
    """Applies the lines of a page, in bulk where their order allows it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._built = bool(meta.get(connection, "built"))
        self._scopes: dict[str, int] = {}
        self._puts: dict[str, dict[str, tuple[Value, ...]]] = defaultdict(dict)
        """Of each kind, the rows by id that wait."""
        self._generations: dict[str, set[int]] = defaultdict(set)
        """Of each scope, the generations of the puts that wait."""
        self._removes: dict[str, dict[str, str]] = defaultdict(dict)
        """Of each kind, the scopes by id of removals that wait."""
        self.kinds: set[str] = set()
        self.records = 0

    def add(self, change: Change) -> None:
        """Apply a line, now or, if nothing that comes before ``end`` can tell the difference, later."""
        if isinstance(change, Put):
            if change.id in self._removes[change.k] or change.id in self._puts[change.k]:
                self._flush()
            row = (change.id, self._scope(change.s), change.v, change.g, stored_text(change.d))
            self._puts[change.k][change.id] = (*row, *own_values(change.k, change.id, change.d))
            self._generations[change.s].add(change.g)
        elif isinstance(change, Remove):
            if change.id in self._removes[change.k] or change.id in self._puts[change.k]:
                self._flush()
            self._removes[change.k][change.id] = change.s
        elif isinstance(change, Sweep):
            self._flush()
            self._sweep(self._scope(change.s), change.g)
        else:
            self._flush()
            self._drop(change.s)

    def end(self) -> None:
        """Apply what waits."""
        self._flush()
        if self._built and "staff" in self.kinds:
            listing.owners_changed(self._connection)

    def _flush(self) -> None:
        for scope, generations in self._generations.items():
            self._note_generations(self._scope(scope), generations)
        self._generations.clear()
        for kind, rows in self._puts.items():
            self._upsert(kind, rows)
        self._puts.clear()
        for kind, removals in self._removes.items():
            for id, scope in removals.items():
                self._delete(kind, "id = ? AND scope = ?", (id, self._scope(scope)))
        self._removes.clear()

    def _upsert(self, kind: str, rows: dict[str, tuple[Value, ...]]) -> None:
        if not rows:
            return
        self.kinds.add(kind)
        self.records += len(rows)
        table = table_of(kind)
        if not self._built:
            self._connection.executemany(_UPSERTS[table], rows.values())
            return
        before = listing.snapshot(self._connection, list(rows)) if table == "customer" else {}
        self._connection.executemany(_UPSERTS[table], self._update(table, rows.values()))
        if table == "customer":
            listing.follow(self._connection, before, listing.snapshot(self._connection, list(rows)))

    def _update(self, table: str, rows: Iterable[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
        """Write the rows whose indexed columns stay as they are, which spares their indexes; returns the others."""
        columns = columns_of(table)
        named = [dict(zip(columns, row, strict=True)) for row in rows]
        statement = _UPDATES[table]
        return [tuple(row.values()) for row in named if self._connection.execute(statement, row).rowcount == 0]

    def _note_generations(self, scope: int, generations: set[int]) -> None:
        swept, only = self._connection.execute("SELECT swept, only FROM scope WHERE pk = ?", (scope,)).fetchone()
        if swept in generations:
            # A reset with the number of the last one: what that one delivered is generation 0 in earnest now.
            for table in (*TABLES, OTHER):
                self._connection.execute(f'UPDATE "{table}" SET gen = 0 WHERE scope = ? AND gen = ?', (scope, swept))
            swept = only = None
        if only == meta.EMPTY and len(generations) == 1:
            (only,) = generations
        elif generations != {only}:
            only = None
        self._connection.execute("UPDATE scope SET swept = ?, only = ? WHERE pk = ?", (swept, only, scope))

    def _sweep(self, scope: int, generation: int) -> None:
        swept, only = self._connection.execute("SELECT swept, only FROM scope WHERE pk = ?", (scope,)).fetchone()
        if swept == generation:  # nothing came since a reset of the same number
            self._delete_everywhere("scope = ?", (scope,))
        elif only not in (generation, meta.EMPTY):
            self._delete_everywhere("scope = ? AND gen <> ?", (scope, generation))
        # That everything left is generation 0 now is said once, not written into every row.
        self._connection.execute("UPDATE scope SET swept = ?1, only = ?1 WHERE pk = ?2", (generation, scope))

    def _drop(self, name: str) -> None:
        self._scopes.pop(name, None)
        self._connection.execute("UPDATE scope SET name = NULL, current = 0, dropped = 1 WHERE name = ?", (name,))
        self.kinds.update(TABLES)

    def _delete_everywhere(self, condition: str, parameters: tuple[Value, ...]) -> None:
        for table in (*TABLES, OTHER):
            self._delete(table, condition, parameters)

    def _delete(self, kind: str, condition: str, parameters: tuple[Value, ...]) -> None:
        if kind not in TABLES and kind != OTHER:
            condition, parameters = f"{condition} AND kind = ?", (*parameters, kind)
        if deleted := delete(self._connection, table_of(kind), condition, parameters):
            self.kinds.add(kind)
            self.records += deleted
            meta.rows_deleted(self._connection)

    def _scope(self, name: str) -> int:
        if name not in self._scopes:
            self._scopes[name] = meta.scope_number(self._connection, name)
        return self._scopes[name]


def _upsert_statement(table: str) -> str:
    columns = columns_of(table)
    key = "(id, kind)" if table == OTHER else "(id)"
    assignments = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in ("id", "kind"))
    # The generation that counts: none of a scope that has left, 0 after its sweep.
    generation = (
        f'(SELECT CASE WHEN s.name IS NULL THEN -2 WHEN s.swept = "{table}".gen THEN 0 ELSE "{table}".gen END'
        f' FROM scope s WHERE s.pk = "{table}".scope)'
    )
    return (
        f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({", ".join("?" * len(columns))})'
        f" ON CONFLICT {key} DO UPDATE SET {assignments}"
        f' WHERE excluded.rev >= "{table}".rev OR excluded.gen <> {generation}'
    )


def _update_statement(table: str) -> str:
    same = ["id", *(["kind"] if table == OTHER else []), *schema.INDEXED[table]]
    others = [name for name in columns_of(table) if name not in same]
    assignments = ", ".join(f"{name} = :{name}" for name in others)
    return f'UPDATE "{table}" SET {assignments} WHERE rev <= :rev AND ' + " AND ".join(
        f"{name} IS :{name}" for name in same
    )


_UPDATES = {table: _update_statement(table) for table in (*TABLES, OTHER)}
_UPSERTS = {table: _upsert_statement(table) for table in (*TABLES, OTHER)}


def delete(
    connection: Connection, table: str, condition: str, parameters: tuple[Value, ...] = (), limit: int = -1
) -> int:
    """Delete rows of a table with whatever lists and search hold of them; returns how many."""
    doomed = [
        pk for (pk,) in connection.execute(f'SELECT pk FROM "{table}" WHERE {condition} LIMIT ?', (*parameters, limit))
    ]
    built = bool(doomed and meta.get(connection, "built"))
    if built and table == "customer":
        for start in range(0, len(doomed), CHUNK):
            listing.remove(connection, search.documents(connection, doomed[start : start + CHUNK]))
    connection.executemany(f'DELETE FROM "{table}" WHERE pk = ?', ((pk,) for pk in doomed))
    if built and table == "staff":
        listing.owners_changed(connection)
    return len(doomed)

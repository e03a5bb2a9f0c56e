"""A page of what the backend sends, applied to the tables and to whatever lists and search hold of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import TypeAlias

from sellmode_contract.records import Record
from sellmode_contract.wire import Drop, Put, Remove, Sweep
from sellmode_tui.cache import listing, meta, rows, sorting
from sellmode_tui.cache.fold import Fold
from sellmode_tui.cache.tables import OTHER, TABLES, Value, columns_of, record_of, stored_text, table_of, values_of
from sellmode_tui.cache.touched import keys
from sellmode_tui.sealed import Connection

Change: TypeAlias = Put | Remove | Sweep | Drop
Fits: TypeAlias = Callable[[Record, str], bool]
"""Whether a record can be in a scope."""

_CUSTOMERS_AT = {
    table: columns.index("customer") for table in (*TABLES, OTHER) if "customer" in (columns := columns_of(table))
}
"""Where a row names the customer that its record belongs to."""


_COMPARED = 100
"""Of more records of a kind in a page, some are news in any case."""


class Page:
    """Applies the lines of a page, in bulk where their order allows it, to the backend's rows.

    What it unfolds for that is for the caller to fold again.
    """

    def __init__(self, connection: Connection, fold: Fold, fits: Fits) -> None:
        self._connection = connection
        self._fold = fold
        self._fits = fits
        self._built = bool(meta.get(connection, "built"))
        self._scopes: dict[str, int] = {}
        self._puts: dict[str, dict[str, rows.Row]] = defaultdict(dict)
        """Of each kind, the rows by id that wait."""
        self._generations: dict[str, set[int]] = defaultdict(set)
        """Of each scope, the generations of the puts that wait."""
        self._removes: dict[str, dict[str, str]] = defaultdict(dict)
        """Of each kind, the scopes by id of removals that wait."""
        self.kinds: set[str] = set()
        """Of records that are others now; besides what the fold has compared."""
        self._compares = fold.active
        """Whether some of what comes may show already, because it was written here."""
        self._staff = False
        """Whether people of the directory were written."""
        self.records = 0
        self.misplaced = 0
        """Records that are not for whom they were sent, by what stands in them: they are not kept."""

    def add(self, change: Change) -> None:
        """Apply a line, now or, if nothing that comes before ``end`` can tell the difference, later."""
        if isinstance(change, Put):
            text, record = stored_text(change.d), record_of(change.k, change.id, change.d)
            if record is not None and not self._fits(record, change.s):
                self.misplaced += 1
                self.add(Remove(k=change.k, id=change.id, s=change.s))  # what was there before it is not for it either
                return
            if change.id in self._removes[change.k] or change.id in self._puts[change.k]:
                self._flush()
            row = (change.id, self._scope(change.s), change.v, change.g, text)
            own = (change.k, None) if record is None else values_of(change.k, record)
            self._puts[change.k][change.id] = (*row, *own)
            self._generations[change.s].add(change.g)
        elif isinstance(change, Remove):
            if change.id in self._removes[change.k] or change.id in self._puts[change.k]:
                self._flush()
            self._removes[change.k][change.id] = change.s
        elif isinstance(change, Sweep):
            self._flush()
            self._fold.touch_everything()
            self._sweep(self._scope(change.s), change.g)
        else:
            self._flush()
            self._fold.touch_everything()
            self._drop(change.s)

    def end(self) -> None:
        """Apply what waits."""
        self._flush()
        if self._built and self._staff:
            listing.owners_changed(self._connection)

    def _flush(self) -> None:
        self._unfold()
        for scope, generations in self._generations.items():
            self._note_generations(self._scope(scope), generations)
        self._generations.clear()
        for kind, held in self._puts.items():
            self._upsert(kind, held)
        self._puts.clear()
        for kind, removals in self._removes.items():
            self._written(kind, removals)
            for id, scope in removals.items():
                self._delete(kind, "id = ? AND scope = ?", (id, self._scope(scope)))
        self._removes.clear()

    def _unfold(self) -> None:
        """Have the backend's rows stand where the lines that wait are about to act."""
        if not self._fold.active:
            return
        if self._puts.get("retailer") or self._removes.get("retailer"):  # its settings decide what may be written
            self._fold.touch_everything()
            return
        touched: set[str] = set()
        for kind, held in self._puts.items():
            place = _CUSTOMERS_AT.get(table_of(kind))
            for id, row in held.items():
                touched |= keys(kind, id, None if place is None or row[place] is None else str(row[place]))
        for kind, removals in self._removes.items():
            for id in removals:
                touched |= keys(kind, id, None)
        self._fold.touch(touched)

    def _upsert(self, kind: str, held: dict[str, rows.Row]) -> None:
        if not held:
            return
        self._staff = self._staff or kind == "staff"
        self._written(kind, held)
        self.records += len(held)
        rows.put(self._connection, kind, held)

    def _written(self, kind: str, ids: Collection[str]) -> None:
        """Some records of a kind are about to be others."""
        if self._compares and len(ids) <= _COMPARED:
            self._fold.compared.note(kind, ids)
        elif ids:
            self.kinds.add(kind)

    def _note_generations(self, scope: int, generations: set[int]) -> None:
        swept, only = self._connection.execute("SELECT swept, only FROM scope WHERE pk = ?", (scope,)).fetchone()
        if swept in generations:
            # A reset with the number of the last one: what that one delivered is generation 0 in earnest now.
            self._fold.touch_everything()
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
        sorting.scopes_changed(self._connection)
        self.kinds.update(TABLES)

    def _delete_everywhere(self, condition: str, parameters: tuple[Value, ...]) -> None:
        for table in (*TABLES, OTHER):
            if self._delete(table, condition, parameters):
                self.kinds.add(table)

    def _delete(self, kind: str, condition: str, parameters: tuple[Value, ...]) -> int:
        if kind not in TABLES and kind != OTHER:
            condition, parameters = f"{condition} AND kind = ?", (*parameters, kind)
        deleted = rows.delete(self._connection, table_of(kind), condition, parameters)
        self.records += deleted
        return deleted

    def _scope(self, name: str) -> int:
        if name not in self._scopes:
            self._scopes[name] = meta.scope_number(self._connection, name)
        return self._scopes[name]

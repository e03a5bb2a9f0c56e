"""Records named by the beginnings of their ids: one rule for every kind."""

from __future__ import annotations

from typing import Final

from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import OTHER, table_of

MIN_ID: Final = 8
"""So many first characters of an id name its record."""
_AFTER_ALL: Final = "\U0010ffff"


def ids_named(reading: Reading, kind: str, text: str, limit: int, *, of: str = "id") -> list[str]:
    """The ids of the visible records of a kind, no more than ``limit``, of which a text is one, or begins some.

    ``of`` is another column with ids: of what the records are about.
    """
    typed = text.strip()
    conditions, parameters = [reading.only_visible("r")], [typed]
    begun = ""
    if len(typed) >= MIN_ID:
        begun, parameters = f"OR (r.{of} >= ? AND r.{of} < ?)", [typed, typed.lower(), f"{typed.lower()}{_AFTER_ALL}"]
    conditions.append(f"(r.{of} = ? {begun})")
    table = table_of(kind)
    if table == OTHER:
        conditions.append("r.kind = ?")
        parameters.append(kind)
    rows = reading.connection.execute(
        f'SELECT r.{of} FROM "{table}" r WHERE {" AND ".join(conditions)} ORDER BY r.{of} LIMIT ?', (*parameters, limit)
    )
    return [id for (id,) in rows]

"""What may be typed next in a query: fields, and values that occur in records this account sees."""

from __future__ import annotations

from collections.abc import Iterable

from sellmode_contract import filters
from sellmode_contract.filters import Completion, Field
from sellmode_tui.cache.store import Reading
from sellmode_tui.records.context import Context
from sellmode_tui.records.customers.filters import SQL, held


def complete(reading: Reading, around: Context, text: str, cursor: int) -> list[Completion]:
    """All that fits at the cursor, best first."""
    return filters.complete(text, cursor, around.fields, lambda field, _: _values(reading, around, field))


def _values(reading: Reading, around: Context, field: Field) -> Iterable[str]:
    """The values of a field that the catalogue does not know all of."""
    if field.values:
        return field.values
    if field.type == "person":
        return [staff.name for staff in around.colleagues if staff.active]
    if field.type in ("tag", "choice") or (field.type == "text" and field.name not in ("name", "customer_number")):
        return around.values(field.name, lambda: _seen(reading, field))
    return ()


def _seen(reading: Reading, field: Field) -> list[str]:
    source = held(field, reading)
    listed = reading.built and not SQL(f"{source.value} {source.rows}").asks_customer  # its rows are much smaller
    rows = reading.connection.execute(
        f"SELECT DISTINCT {source.value} AS value"
        f" FROM {'listing l' if listed else 'customer c JOIN customer l ON l.pk = c.pk'}"
        f"{f', {source.rows}' if source.rows else ''} WHERE {reading.only_visible('l')} ORDER BY value"
    )
    return [value for (value,) in rows if isinstance(value, str)]

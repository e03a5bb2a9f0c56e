"""What may be typed next in a query: fields, and values that occur in records this account sees."""

from __future__ import annotations

from collections.abc import Iterable

from sellmode_contract import filters
from sellmode_contract.filters import Completion, Field
from sellmode_tui.cache.store import Reading
from sellmode_tui.visibility.filters import held
from sellmode_tui.visibility.surroundings import Surroundings


def complete(reading: Reading, around: Surroundings, text: str, cursor: int) -> list[Completion]:
    """All that fits at the cursor, best first."""
    return filters.complete(text, cursor, around.fields, lambda field, _: _values(reading, around, field))


def _values(reading: Reading, around: Surroundings, field: Field) -> Iterable[str]:
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
    others = f", {source.rows}" if source.rows else ""
    condition = f" AND k.customer = c.id AND {source.children}" if source.children else ""
    rows = reading.connection.execute(
        f"SELECT DISTINCT {source.value} AS value FROM customer c JOIN customer l ON l.pk = c.pk{others}"
        f" WHERE {reading.only_visible('c')}{condition}"
        " ORDER BY value"
    )
    return [value for (value,) in rows if isinstance(value, str)]

"""What customers are called."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sellmode_tui.cache.store import Reading


def visible_names(reading: Reading, customers: Iterable[str]) -> dict[str, str]:
    """The names of those of some customers who are visible, by id."""
    return dict(
        reading.connection.execute(
            "SELECT c.id, c.name FROM customer c WHERE c.id IN (SELECT value FROM json_each(?))"
            f" AND {reading.only_visible('c')}",
            (json.dumps(list(customers)),),
        )
    )

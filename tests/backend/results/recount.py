"""What facts come to, grouped as `report totals` groups what was sold."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_backend.store.schema import account
from sellmode_contract import money
from sellmode_contract.kinds.fact import Fact

_MEASURES = {"net_sales": "net_sales", "transactions": "orders", "units": "units"}
_SOURCES = {"store": "pos", "online": "web"}


def groups(database: Database) -> dict[str, dict[str, dict[str, Any]]]:
    """Net sales, orders and units of all, by employee, location, month and source, as the report prints them."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(_MEASURES.values(), 0))
    with database.snapshot() as connection:
        stores = {entry.id: entry.name for entry in settings.stores(connection)}
        people = dict(connection.execute(sa.select(account.c.id, account.c.name)).all())
        retailer = settings.retailer(connection)
        assert retailer is not None
        for fact in records.each(connection, "fact"):
            assert isinstance(fact, Fact)
            for channels in fact.days.values():
                for channel, measures in channels.items():
                    place = stores[fact.store]
                    keys = [("employee", f"{place} / {people[fact.person]}")] if fact.person else [
                        ("all", "all"), ("location", place), ("month", fact.month), ("source", _SOURCES[channel])
                    ]  # fmt: skip
                    for key in keys:
                        for measure, called in _MEASURES.items():
                            found[key][called] += measures.get(measure, 0)
    made: dict[str, dict[str, dict[str, Any]]] = {}
    for (group, name), sums in sorted(found.items()):
        amount = money.amount_text(sums["net_sales"], retailer.currency)
        made.setdefault(group, {})[name] = {**sums, "net_sales": amount}
    return made

"""What other systems have counted becomes facts of stores and of their people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sellmode_backend.importers.context import Context, Seen
from sellmode_backend.importers.reading import Row, Table
from sellmode_backend.importers.sources.measures import read
from sellmode_backend.store import measures
from sellmode_backend.store.measures import ToldMeasure
from sellmode_contract.store_time import local_day, zone_named


def load(tables: Iterable[Table], context: Context) -> None:
    """Import lists of measures. The stores and people whom they name are there before: measures make none."""
    zones = {entry.id: zone_named(entry.time_zone) for entry in context.retailer.stores}
    seen = Seen(context.summary)

    def today(store: str) -> dt.date:
        return local_day(context.now, zones.get(context.stores.meant(store) or "") or context.zone)

    def parse(row: Row) -> ToldMeasure | None:
        item = read(row, today)
        if (store := context.stores.meant(item.store)) is None:
            raise row.unusable("store", "is no store that is known")
        person = context.people.seller(item.employee, store) if item.employee else ""
        if person is None:
            raise row.unusable("employee", "is nobody who is known")
        told = ToldMeasure(store, person, item.day, item.channel, item.measure, item.value)
        return told if seen.take("\x1f".join(told.key), row, "measure") else None

    for table in tables:
        for batch in context.batches(table, context.parsed(table, parse)):
            context.summary.written["measure"] += context.write(measures.write, batch)

"""Targets that head office tells of in a list, of months that are over too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.engine import Connection

from sellmode_backend.importers.context import Context, Seen
from sellmode_backend.importers.reading import Row, Table
from sellmode_backend.importers.sources.targets import read
from sellmode_backend.store import records
from sellmode_contract.kinds.target import Target, target_id
from sellmode_contract.results.kpis import KPIS


def load(tables: Iterable[Table], context: Context) -> None:
    """Import lists of targets. The stores and people whom they name are there before: targets make none."""
    currency, seen = context.retailer.currency, Seen(context.summary)

    def parse(row: Row) -> Target | None:
        item = read(row, currency)
        if (store := context.stores.meant(item.store)) is None:
            raise row.unusable("store", "is no store that is known")
        person = context.people.seller(item.employee, store) if item.employee else None
        if item.employee and person is None:
            raise row.unusable("employee", "is nobody who is known")
        if person is not None and not context.people.works_in(person, store):
            raise row.unusable("employee", "does not work in that store")
        id = target_id(store, person, item.kpi, item.month)
        target = Target(
            id=id, store=store, person=person, kpi=item.kpi, month=item.month, value=item.value,
            currency=currency if KPIS[item.kpi].unit == "money" else "",
        )  # fmt: skip
        return target if seen.take(id, row, "kpi") else None

    for table in tables:
        for batch in context.batches(table, context.parsed(table, parse)):
            context.summary.written["target"] += context.write(_write, batch)


def _write(connection: Connection, told: Sequence[Target]) -> int:
    """Keep what is told last. Who set a target of the same value stays who set it."""
    held = {item.id: item for item in records.read_many(connection, "target", [each.id for each in told], lock=True)}
    return records.write(connection, [_kept(each, held.get(each.id)) for each in told])


def _kept(told: Target, held: object) -> Target:
    same = isinstance(held, Target) and (held.value, held.currency) == (told.value, told.currency)
    return held if isinstance(held, Target) and same else told

"""The import of a shop system's exports into a retailer's database.

The files are read as a stream and written in batches. Each is a transaction of its own, together with the last
imported values of its records (`bases`), so that terminals can be served meanwhile. Ids come from the source's keys,
and every step compares with what is stored: an import that was killed is simply run again and ends in the same state.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sellmode_backend.importers import customers, measures, orders, products, staff, stock, targets, wishes
from sellmode_backend.importers.context import Context, ImportRefused, Progress
from sellmode_backend.importers.reading import Layout, Table, UnusableRow
from sellmode_backend.importers.rejects import Rejects
from sellmode_backend.importers.sources.measures import LIST as MEASURES
from sellmode_backend.importers.sources.source import Source
from sellmode_backend.importers.sources.staff import STAFF
from sellmode_backend.importers.sources.targets import LIST as TARGETS
from sellmode_backend.importers.sources.wishes import LIST as WISHES
from sellmode_backend.importers.summary import Summary
from sellmode_backend.importers.tables import Tables
from sellmode_backend.importers.values import TagPattern, currency
from sellmode_backend.store.database import Database

OWNER_TAG = "associate:*"
STORE_TAG = "home store:*"


def open_tables(source: Source, paths: Iterable[Path]) -> Tables:
    """The files that paths name. Raises ImportRefused if none can be read, and OSError."""
    paths = list(paths)
    lists = (STAFF, source.products, source.customers, source.orders, MEASURES, TARGETS, WISHES)
    tables = Tables(paths, (*lists, source.stock.layout) if source.stock else lists)
    if not any(tables):
        where = ", ".join(map(str, paths))
        told = "".join(f" {file.name} {file.reason}." for file in tables.unread)
        raise ImportRefused(
            f"{where} holds no list of staff, products, customers, orders, measures, targets or wishes as CSV.{told}"
        )
    return tables


def first_currency(source: Source, tables: Tables) -> str | None:
    """The currency of the first order that names one; None without such an order."""
    for table in tables.of(source.orders):
        for row in table:
            try:
                return currency(row, "currency")
            except UnusableRow:
                continue
    return None


def import_tables(
    database: Database,
    source: Source,
    tables: Tables,
    rejects: Rejects,
    *,
    now: dt.datetime,
    owner_tag: str = OWNER_TAG,
    store_tag: str = STORE_TAG,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Import files into a database that has a retailer. Lists are read in the order in which they refer to each other.

    Raises ValueError for a tag pattern that is none, ImportRefused.
    """
    owners, homes = TagPattern(owner_tag), TagPattern(store_tag)
    context = Context(database, source, now, progress)
    summary = context.summary

    def read(layout: Layout) -> Iterator[Table]:
        for table in tables.of(layout, rejects.add):
            yield table
            summary.read[table.name] = table.rows
            if table.unknown:
                summary.unknown[table.name] = table.unknown

    staff.load(read(STAFF), context)
    products.load(read(source.products), context, tables.of(source.products))
    storeless = customers.load(read(source.customers), context, owner_tag=owners, store_tag=homes)
    buyers = orders.load(read(source.orders), context) | orders.link(context)
    if source.stock:
        stock.load(read(source.stock.layout), context)  # after all that stores come of
    measures.load(read(MEASURES), context)
    targets.load(read(TARGETS), context)
    wishes.load(read(WISHES), context)
    # Who counts nothing, and has neither targets nor wish lists, misses none.
    summary.missing = [layout.file for layout in tables.missing if layout not in (MEASURES, TARGETS, WISHES)]
    summary.unread = tables.unread
    summary.rejected, summary.left_out = dict(rejects.rows), dict(rejects.fields)
    customers.give_stores(context, storeless | buyers)
    orders.refresh_figures(context, buyers)
    customers.tell_of_crowds(context)
    customers.tell_of_twins(context)
    staff.ask_for_codes(context)
    return summary

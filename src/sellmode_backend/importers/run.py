"""The import of a folder of Shopify's exports into a retailer's database.

The files are read as a stream and written in batches. Each is a transaction of its own, together with the last
imported values of its records (`bases`), so that terminals can be served meanwhile. Ids come from the source's keys,
and every step compares with what is stored: an import that was killed is simply run again and ends in the same state.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from sellmode_backend.importers import customers, orders, products, staff
from sellmode_backend.importers.context import Context, ImportRefused, Progress
from sellmode_backend.importers.layouts import CUSTOMERS, ORDERS, PRODUCTS, STAFF
from sellmode_backend.importers.reading import Layout, Table, UnusableRow
from sellmode_backend.importers.rejects import RejectsFile
from sellmode_backend.importers.summary import Summary
from sellmode_backend.importers.values import TagPattern, currency
from sellmode_backend.store.database import Database

OWNER_TAG = "associate:*"
STORE_TAG = "home store:*"

_LAYOUTS = (STAFF, PRODUCTS, CUSTOMERS, ORDERS)
"""In the order in which they refer to each other."""


def files(folder: Path) -> list[Path]:
    """The files of a folder that an import would read. Raises ImportRefused if there are none."""
    there = [path for layout in _LAYOUTS if (path := folder / layout.file).is_file()]
    if not there:
        raise ImportRefused(f"{folder} holds none of {', '.join(layout.file for layout in _LAYOUTS)}.")
    return there


def check(folder: Path) -> None:
    """Look at the headers of all files, so that a table that is none is told of before anything is written.

    Raises ImportRefused and UnusableFile.
    """
    there = {path.name for path in files(folder)}
    for layout in _LAYOUTS:
        if layout.file in there:
            _open(folder, layout).close()


def first_currency(folder: Path) -> str | None:
    """The currency of the first order that names one; None without such an order."""
    if not (folder / ORDERS.file).is_file():
        return None
    with _open(folder, ORDERS) as table:
        for row in table:
            try:
                return currency(row, "currency")
            except UnusableRow:
                continue
    return None


def import_folder(
    database: Database,
    folder: Path,
    rejects: RejectsFile,
    *,
    now: dt.datetime,
    owner_tag: str = OWNER_TAG,
    store_tag: str = STORE_TAG,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Import what is in a folder into a database that has a retailer.

    Raises ValueError for a tag pattern that is none, ImportRefused and UnusableFile; a file that turns out unusable in
    the middle leaves what was read before it imported.
    """
    owners, homes = TagPattern(owner_tag), TagPattern(store_tag)
    check(folder)
    context = Context(database, rejects, now, progress)
    storeless: set[str] = set()
    buyers: set[str] = set()
    steps: list[tuple[Layout, Callable[[Table], None]]] = [
        (STAFF, lambda table: staff.load(table, context)),
        (PRODUCTS, lambda table: products.load(table, context)),
        (CUSTOMERS, lambda table: storeless.update(customers.load(table, context, owner_tag=owners, store_tag=homes))),
        (ORDERS, lambda table: buyers.update(orders.load(table, context))),
    ]
    for layout, step in steps:
        if not (folder / layout.file).is_file():
            context.summary.missing.append(layout.file)
            continue
        with Table(folder / layout.file, layout, rejects.add) as table:
            step(table)
        context.summary.read[layout.file] = table.rows
        if table.unknown:
            context.summary.unknown[layout.file] = table.unknown
    context.summary.rejected = dict(rejects.counts)
    customers.give_stores(context, storeless | buyers)
    orders.refresh_figures(context, buyers)
    customers.tell_of_crowds(context)
    staff.ask_for_codes(context)
    return context.summary


def _open(folder: Path, layout: Layout) -> Table:
    return Table(folder / layout.file, layout, lambda _: None)

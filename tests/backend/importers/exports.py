"""Small exports of a test retailer, and what a test needs to read them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from sellmode_backend.importers import run
from sellmode_backend.importers.files import InputFile
from sellmode_backend.importers.lines import UnusableFile
from sellmode_backend.importers.reading import Layout, Table
from sellmode_backend.importers.rejects import Rejected, Rejects
from sellmode_backend.importers.sources.shopify import CUSTOMERS, ORDERS, SHOPIFY
from sellmode_backend.importers.sources.shopify_goods import PRODUCTS
from sellmode_backend.importers.sources.shopify_stock import INVENTORY
from sellmode_backend.importers.sources.staff import STAFF
from sellmode_backend.importers.summary import Summary
from sellmode_backend.store.database import Database

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)

Record: TypeAlias = dict[str, str]

STAFF_ROWS: list[Record] = [
    {"Employee ID": "1-0", "Name": "Ada Berg", "Location": "Store 1", "Role": "manager"},
    {"Employee ID": "1-1", "Name": "Bo Chen", "Location": "Store 1", "Role": "associate"},
    {"Employee ID": "1-2", "Name": "Cy Diaz", "Location": "Store 1", "Role": "associate"},
    {"Employee ID": "2-1", "Name": "Di Eng", "Location": "Store 2", "Role": "associate"},
]

ORDER: Record = {
    "Name": "#1001", "Email": "", "Currency": "USD", "Total": "30.00", "Created at": "2026-05-14 11:23:45 +0100",
    "Lineitem quantity": "2", "Lineitem name": "Soap", "Lineitem price": "15.00", "Lineitem sku": "S1",
    "Lineitem discount": "0.00", "Id": "1001", "Employee": "Bo Chen", "Location": "Store 1", "Source": "pos",
    "Refunded Amount": "0.00", "Note Attributes": "", "Cancelled at": "", "Phone": "",
}  # fmt: skip
"""An order of one line; tests change what they are about."""

MORE_OF_ORDER: Record = dict.fromkeys(ORDER, "") | {
    "Name": "#1001", "Lineitem quantity": "1", "Lineitem name": "Comb", "Lineitem price": "4.00",
}  # fmt: skip
"""A further line of it."""


def customer(number: str, **fields: str) -> Record:
    """A row of the newer layout; keywords are headers with _ for a blank."""
    row = {
        "Customer ID": f"'{number}", "First Name": "Ann", "Last Name": "Lee", "Email": f"c{number}@example.com",
        "Accepts Email Marketing": "no", "Default Address Address1": "", "Default Address City": "",
        "Default Address Country Code": "US", "Default Address Zip": "", "Phone": "", "Accepts SMS Marketing": "no",
        "Note": "", "Tags": "associate:1-1, home store:1",
    }  # fmt: skip
    return row | {name.replace("_", " "): text for name, text in fields.items()}


def product(sku: str, **fields: str) -> Record:
    row = {
        "Handle": f"p-{sku}", "Title": f"Product {sku}", "Vendor": "Maker", "Type": "Soap", "Tags": "a, b",
        "Option1 Value": "Default Title", "Variant SKU": sku, "Variant Price": "15.00", "Image Src": "",
        "Status": "active",
    }  # fmt: skip
    return row | {name.replace("_", " "): text for name, text in fields.items()}


def stock(sku: str, location: str, available: str, **fields: str) -> Record:
    """A row of the present layout of inventory."""
    row = {
        "Handle": f"p-{sku}", "Title": f"Product {sku}", "Option1 Name": "Title", "Option1 Value": "Default Title",
        "Option2 Name": "", "Option2 Value": "", "Option3 Name": "", "Option3 Value": "", "SKU": sku, "HS Code": "",
        "COO": "", "Location": location, "Bin name": "", "Incoming (not editable)": "0",
        "Unavailable (not editable)": "0", "Committed (not editable)": "1", "Available (not editable)": available,
        "On hand (current)": "9", "On hand (new)": "",
    }  # fmt: skip
    return row | {name.replace("_", " "): text for name, text in fields.items()}


def as_csv(rows: Sequence[Record]) -> str:
    file = io.StringIO(newline="")
    table = csv.writer(file)  # ends lines with CR LF, and quotes a field that holds either
    table.writerow(rows[0])
    table.writerows(row.values() for row in rows)
    return file.getvalue()


class Export:
    """A folder of exports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._runs = 0

    def staff(self, rows: Sequence[Record] = STAFF_ROWS) -> Export:
        return self._write(STAFF, rows)

    def products(self, *rows: Record) -> Export:
        return self._write(PRODUCTS, rows)

    def customers(self, *rows: Record) -> Export:
        return self._write(CUSTOMERS, rows)

    def orders(self, *rows: Record) -> Export:
        return self._write(ORDERS, rows)

    def inventory(self, *rows: Record) -> Export:
        return self._write(INVENTORY, rows)

    def _write(self, layout: Layout, rows: Sequence[Record]) -> Export:
        (self.folder / layout.file).write_text(as_csv(rows), encoding="utf-8", newline="")
        return self

    def load(self, database: Database, *, now: dt.datetime = NOW, folder: Path | None = None) -> Summary:
        """Import the folder, or another one."""
        self._runs += 1
        with Rejects(self.rejects) as rejects:
            return run.import_tables(
                database, SHOPIFY, run.open_tables(SHOPIFY, [folder or self.folder]), rejects, now=now
            )

    @property
    def rejects(self) -> Path:
        """The folder of rejects of the last import."""
        return self.folder.with_name(f"rejects-{self._runs}")

    def rejected(self, file: str = "") -> list[dict[str, str]]:
        """What the last import rejected, of one file or of all; with ``file``, rows that only go along too."""
        found = []
        for path in sorted(self.rejects.glob(f"{file or '*'}.csv")):
            with path.open(encoding="utf-8", errors="surrogateescape", newline="") as opened:
                found += [row | {"file": path.name} for row in csv.DictReader(opened)]
        return [row for row in found if file or row["Sellmode Reason"]]


def input_file(path: Path) -> InputFile:
    return InputFile(path.name, path, path.stat().st_size)


def read(
    folder: Path, layout: Layout, content: str | bytes, use: Callable[[Table], Iterable[object]] = list
) -> tuple[list[object], list[Rejected]]:
    """What a table gives, and what it rejects. Raises UnusableFile, also for one that turns out so in the middle."""
    path = folder / layout.file
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    rejected: list[Rejected] = []
    with Table(input_file(path), [layout], rejected.append) as table:
        given = list(use(table))
    if table.broken:
        raise UnusableFile(f"{table.name} {table.broken}")
    return given, rejected

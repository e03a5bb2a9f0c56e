"""Taking an export of CSV files into a database that has no retailer yet: the same retailer, all in one transaction."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.exporting.csv_files import ABOUT, LAYOUT, as_value
from sellmode_backend.exporting.tables import TABLES, ExportTable, as_stored
from sellmode_backend.importers.escaping import as_it_was
from sellmode_backend.store import availability, bulk, measures, orders, records, settings
from sellmode_backend.store.availability import Interval
from sellmode_backend.store.database import Database, in_parts
from sellmode_backend.store.facts import Adds, Zones
from sellmode_backend.store.measures import ToldMeasure
from sellmode_backend.store.orders import OrderEntry
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.records import Record
from sellmode_contract.type_errors import misfit

_LONGEST_FIELD = 16 * 1024 * 1024
"""Characters; a record is less."""
_BEFORE_RECORDS = ("store", "account", "account_store", "disabled_account")
_BEFORE_ORDERS = ("setting", "touch", "judgement")
"""What credit for an online sale goes by."""
_ORDERS = ("order", "order_line")
_MEASURES = "told_measure"
_INTERVALS = "presence_interval"
_COUNTED = (_MEASURES, _INTERVALS)
"""What facts are made of when it is written."""


class UnusableExport(Exception):
    """The files are no export that can be taken in; says which, where and why. Repeats no value."""


def restore(database: Database, folder: Path, tell: Callable[[str, int], None]) -> Retailer:
    """Make the database what the export is of. Ids are kept; nothing is written if anything cannot be used.

    ``tell`` is told of each table and its rows. Raises UnusableExport, OSError, and SettingError if the database has a
    retailer.
    """
    files = _Files(folder, tell)
    (retailer,) = files.records("retailer")
    assert isinstance(retailer, Retailer)  # noqa: S101 -- the file is that of its kind
    with database.transaction() as connection:
        settings.initialise(connection, retailer.name, retailer.mode, retailer.time_zone, retailer.currency)
        for name in _BEFORE_RECORDS:
            files.insert(connection, TABLES[name])
        records.write(connection, [retailer])
        for name in KINDS:
            if name in TABLES and name not in ("retailer", *_ORDERS):
                records.write(connection, files.records(name))
        for name in _BEFORE_ORDERS:
            files.insert(connection, TABLES[name])
        orders.write_orders(connection, files.orders())
        measures.write(connection, files.measures())
        adds = Adds()
        availability.write(connection, files.intervals(), Zones(connection), adds)
        records.write(connection, (), adds=adds)
        for table in TABLES.values():
            if table.stored is not None and table.name not in (*_BEFORE_RECORDS, *_BEFORE_ORDERS, *_ORDERS, *_COUNTED):
                files.insert(connection, table)
    return retailer


class _Files:
    """The files of an export. Whatever reads one to its end makes sure that all of its rows are there."""

    def __init__(self, folder: Path, tell: Callable[[str, int], None]) -> None:
        """Raises UnusableExport for a folder that is no whole export of a layout that is known."""
        self._folder = folder
        self._tell = tell
        csv.field_size_limit(_LONGEST_FIELD)
        about = {name: as_it_was(text) for row in self._fields(ABOUT) for name, text in row[1].items()}
        if about.get("layout") != LAYOUT:
            raise UnusableExport(f"{ABOUT}.csv has a layout that this version does not know")
        try:
            self._rows = msgspec.json.decode(about.get("rows", ""), type=dict[str, int])
        except msgspec.MsgspecError:
            raise UnusableExport(f"{ABOUT}.csv does not say how many rows the files have") from None
        if unknown := self._rows.keys() - TABLES.keys():
            raise UnusableExport(f"{', '.join(sorted(unknown))} came from a newer version: use that one to import it")

    def records(self, name: str) -> Iterator[Record]:
        """The records of a kind."""
        for place, row in self._values(TABLES[name]):
            # A field that the export does not have yet is as in a new record.
            there = {field: value for field, value in row.items() if value is not None}
            try:
                record = msgspec.convert(there, KINDS[name].record)
            except msgspec.ValidationError as error:
                raise UnusableExport(f"{place}: {misfit(error).why}") from None
            assert isinstance(record, Record)  # noqa: S101 -- every kind's struct is one
            yield record

    def orders(self) -> Iterator[OrderEntry]:
        """The orders with their lines. Both files are in the order of the orders' ids."""
        by_order = itertools.groupby(self._values(TABLES["order_line"]), lambda line: line[1]["order_id"])
        id, lines = next(by_order, (None, iter(())))
        for place, row in self._values(TABLES["order"]):
            mine: tuple[OrderLine, ...] = ()
            if id == row["id"]:
                mine = tuple(map(_line, lines))
                id, lines = next(by_order, (None, iter(())))
            try:
                yield msgspec.convert(
                    {**{name: value for name, value in row.items() if value is not None}, "lines": mine}, OrderEntry
                )
            except msgspec.ValidationError as error:
                raise UnusableExport(f"{place}: {misfit(error).why}") from None
        if id is not None:
            raise UnusableExport(f"{next(lines)[0]}: has no order, or is not in its place")

    def measures(self) -> Iterator[ToldMeasure]:
        """What other systems have told."""
        return (ToldMeasure(**row) for _, row in self._values(TABLES[_MEASURES]))

    def intervals(self) -> Iterator[Interval]:
        """When people were available for chat."""
        return (Interval(**row) for _, row in self._values(TABLES[_INTERVALS]))

    def insert(self, connection: Connection, table: ExportTable) -> None:
        """Add the rows of one of the backend's own tables as they are."""
        assert table.stored is not None  # noqa: S101 -- kinds of records are written otherwise
        for some in in_parts(map(itemgetter(1), self._values(table)), 1000):
            bulk.insert(connection, table.stored, some)

    def _values(self, table: ExportTable) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each row of a table with its place. An export of before there was such a table has none."""
        if table.name not in self._rows:
            return
        columns = {column.name: column for column in table.columns}
        count = 0
        for place, fields in self._fields(table.name):
            row = {}
            for name, field in fields.items():
                if name not in columns:
                    raise UnusableExport(f"{table.name}.csv has a column that this version does not know: {name}")
                try:
                    row[name] = as_stored(columns[name], as_value(columns[name], field))
                except (ValueError, msgspec.MsgspecError) as error:
                    why = str(error) if str(error).startswith("is ") else "is not a value of an export"
                    raise UnusableExport(f"{place}, {name}: {why}") from None
            yield place, row
            count += 1
        if count != self._rows[table.name]:
            raise UnusableExport(f"{table.name}.csv has {count:,} rows, and {self._rows[table.name]:,} were written")
        self._tell(table.name, count)

    def _fields(self, name: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Each row of a file by its header, with its place."""
        path = self._folder / f"{name}.csv"
        try:
            with path.open(encoding="utf-8", newline="") as file:
                reader = csv.reader(file, strict=True)
                header = next(reader, [])
                for fields in reader:
                    if len(fields) != len(header):
                        raise UnusableExport(
                            f"{path.name}, line {reader.line_num}: has {len(fields)} fields where the header has"
                            f" {len(header)}"
                        )
                    yield f"{path.name}, line {reader.line_num}", dict(zip(header, fields, strict=True))
        except FileNotFoundError:
            raise UnusableExport(f"{path.name} is missing: the folder is not a complete export") from None
        except (csv.Error, UnicodeDecodeError):
            raise UnusableExport(f"{path.name} is not a CSV file as an export writes it: use it unchanged") from None


def _line(placed: tuple[str, dict[str, Any]]) -> OrderLine:
    place, row = placed
    try:
        return msgspec.convert(
            {name: value for name, value in row.items() if name not in ("order_id", "position")}, OrderLine
        )
    except msgspec.ValidationError as error:
        raise UnusableExport(f"{place}: {misfit(error).why}") from None

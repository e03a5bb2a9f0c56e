"""Opening hours and rules of service as TOML: ``[[hours]]`` and ``[[service]]`` tables with a record's fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from sellmode_contract import service_rules, store_hours, table_files
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.service_rules import ServiceRules
from sellmode_contract.store_hours import OpeningHours
from sellmode_contract.table_files import TableFile, TableFileError

HOURS, SERVICE = "hours", "service"
"""Names of the tables."""
_STORE: Final = "store"


class _HoursTable(OpeningHours, frozen=True, kw_only=True):
    store: str = ""
    """Name or id; empty: all that no other table names."""


def read_hours(text: str, stores: Iterable[StoreEntry], named: Callable[[str], StoreEntry]) -> dict[str, OpeningHours]:
    """The hours that a file gives to stores, by id. Raises TableFileError.

    ``named`` gives the store of a name or id. Raises ValueError for one that is not known.
    """
    file = TableFile(text, HOURS)
    every: OpeningHours | None = None
    own: dict[str, OpeningHours] = {}
    for table in file.tables:
        read = table_files.struct(file, table, _HoursTable, (_STORE, *OpeningHours.__struct_fields__))
        hours = msgspec.convert(read, OpeningHours, from_attributes=True)
        for problem in store_hours.problems(hours):
            raise file.error(problem.detail, table, problem.day)
        if not read.store:
            if every is not None:
                raise file.error("another table above is for all stores", table, _STORE)
            every = hours
            continue
        try:
            id = named(read.store).id
        except ValueError as error:
            raise file.error(str(error), table, _STORE) from None
        if id in own:
            raise file.error("another table above is for this store", table, _STORE)
        own[id] = hours
    return own if every is None else {store.id: every for store in stores} | own


def write_hours(stores: Iterable[StoreEntry], names: Mapping[str, str]) -> str:
    """A file of the hours of stores, called by ``names``, which ``read_hours`` reads as they are.

    Stores without hours are not in it.
    """
    return table_files.as_text(
        HOURS,
        ({_STORE: names[store.id], **msgspec.to_builtins(store.hours)} for store in stores if store.hours is not None),
    )


def read_service(text: str) -> ServiceRules:
    """The rules of a file. Raises TableFileError."""
    file = TableFile(text, SERVICE)
    if len(file.tables) != 1:
        raise TableFileError(f"there has to be one table [[{SERVICE}]]", 1, 1)
    (table,) = file.tables
    rules = table_files.struct(file, table, ServiceRules, ServiceRules.__struct_fields__)
    for problem in service_rules.problems(rules):
        raise file.error(problem.detail, table, problem.field)
    return rules


def write_service(rules: ServiceRules) -> str:
    """A file of rules that ``read_service`` reads as they are, with what is usual written out."""
    return table_files.as_text(SERVICE, [all_of(rules)])


def all_of(rules: ServiceRules) -> dict[str, Any]:
    """Rules with what is usual."""
    return {**msgspec.structs.asdict(rules), "answer_minutes": {way: rules.aim(way) for way in service_rules.WAYS}}

"""Sync lines for the cache's tests, and a cache filled with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import msgspec

from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.retailer import Retailer, StoreEntry
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account, scopes
from sellmode_contract.wire import Head, Lease, Put, Sweep, View
from sellmode_tui.cache.schema import ASIDE
from sellmode_tui.cache.store import Cache, Reading
from sellmode_tui.cache.tables import table_of, where
from sellmode_tui.cache.touched import key

KEY = b"0123456789abcdef0123456789abcdef"
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
STORE = "store-1"
ME = "staff-me"
TEAM = f"team/store:{STORE}"
OWN = f"own/person:{STORE}:{ME}"
ALL = "team/all"

RETAILER = Retailer(
    id="retailer",
    name="House",
    mode="team",
    currency="CHF",
    time_zone="Europe/Zurich",
    stores=(StoreEntry(id=STORE, name="Zürich", time_zone="Europe/Zurich"),),
)


def account(**fields: Any) -> Account:
    return Account(
        **{"id": ME, "user_name": "me", "name": "Ana Ruiz", "role": "associate", "stores": (STORE,), **fields}
    )


def head(
    mode: str = "team", *, person: Account | None = None, reset: bool = False, names: Collection[str] = ()
) -> Head:
    person = person or account()
    return Head(
        epoch="epoch-1",
        view=View(mode=mode, account=person),
        scopes=tuple(names or sorted(scopes(mode, person))),
        now=NOW,
        lease=Lease(soft_s=1, hard_s=2),
        schema=(1, 1),
        reset=reset,
    )


def put(record: Record, scope: str = TEAM, v: int = 1, g: int = 0) -> Put:
    return Put(k=kind_of(record), id=record.id, v=v, s=scope, g=g, d=msgspec.Raw(msgspec.json.encode(record)))


def customer(which: int | str = 1, /, **fields: Any) -> Customer:
    return Customer(**{"id": f"customer-{which}", "store": STORE, "owner": ME, **fields})


def staff(number: int, name: str) -> Staff:
    return Staff(id=f"staff-{number}", store=STORE, user_name=f"user{number}", name=name, role="associate")


def open_cache(folder: Path) -> Cache:
    return Cache.open(folder / "cache.db", KEY)


def fill(cache: Cache, records: Iterable[Record], *, finish: bool = True) -> None:
    """A first sync of these records as the store's, in Team Mode."""
    cache.state()
    cache.accept(head(), at=NOW)
    cache.apply([put(RETAILER, ALL, g=1), *(put(record, g=1) for record in records)], "1")
    if finish:
        cache.apply([Sweep(s=ALL, g=1), Sweep(s=TEAM, g=1)], "2")
        cache.finish(at=NOW)


def as_sent(reading: Reading, kind: str, id: str) -> str | None:
    """A record's document as the backend last sent it, without what was written here since.

    None if it has sent none, or what it sent is not visible.
    """
    condition, parameters = where(kind, id)
    asked = ((ASIDE, "key = ?", (key(kind, id),)), (table_of(kind), condition, parameters))
    for table, condition, parameters in asked:
        sql = f'SELECT scope, doc FROM "{table}" WHERE {condition}'  # noqa: S608 # names in the code
        if row := reading.connection.execute(sql, parameters).fetchone():
            return str(row[1]) if row[0] in reading.scopes else None
    return None

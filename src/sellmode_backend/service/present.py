"""Who customers are shown as present: the people in Associate Mode, the store in Team Mode."""

from __future__ import annotations

import datetime as dt

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import records, settings
from sellmode_backend.store.schema import record
from sellmode_contract import store_hours
from sellmode_contract.audiences import store_audience
from sellmode_contract.kinds.presence import Presence
from sellmode_contract.kinds.retailer import hours_of, zone_of
from sellmode_contract.kinds.staff import Staff


class PersonPresent(msgspec.Struct, frozen=True):
    """Somebody whom customers may ask for."""

    id: str
    name: str
    good_at: str
    """In their own words; may be empty."""


class Present(msgspec.Struct, frozen=True):
    """Who is there for the customers of a store."""

    store: str
    """Its name."""
    available: bool
    """Whether anybody is."""
    people: tuple[PersonPresent, ...] = ()
    """Who, by name; in Team Mode nobody is named."""
    back_at: dt.datetime | None = None
    """When the store is open next, if it is closed. Nobody knows when somebody is back while it is open."""


def present(connection: Connection, store: str, now: dt.datetime) -> Present | None:
    """Who is there for the customers of a store; None for a store that is not known, or where no chat is offered."""
    retailer = settings.retailer(connection)
    entry = next((entry for entry in retailer.stores if entry.id == store), None) if retailer else None
    if retailer is None or entry is None or not retailer.service.has_chat:
        return None
    there = {each.person: each.good_at for each in _presences(connection, store) if each.available}
    if there:
        people = _people(connection, there) if retailer.mode == "associate" else ()
        return Present(entry.name, available=True, people=people)
    opens = store_hours.opens(hours_of(retailer, store), zone_of(retailer, store), now)
    return Present(entry.name, available=False, back_at=opens if opens != now else None)


def _presences(connection: Connection, store: str) -> list[Presence]:
    query = sa.select(record.c.doc).where(record.c.kind == "presence", record.c.team == store_audience(store))
    return [msgspec.json.decode(doc, type=Presence) for doc in connection.scalars(query)]


def _people(connection: Connection, good_at: dict[str, str]) -> tuple[PersonPresent, ...]:
    staff = [item for item in records.read_many(connection, "staff", good_at) if isinstance(item, Staff)]
    people = [PersonPresent(each.id, each.name, good_at[each.id]) for each in staff]
    return tuple(sorted(people, key=lambda person: (person.name.casefold(), person.id)))

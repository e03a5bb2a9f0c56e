"""Lets requests be the store's: those that name somebody who does not take them in time, or whose holder has left.

In the background of each server; any number of servers may do so at once.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend import faults
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.store import lookup, records, settings
from sellmode_backend.store.database import Database, is_fleeting
from sellmode_backend.threads import to_the_end
from sellmode_contract.kinds.presence import Presence, presence_id
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import tasks

EVERY_SECONDS = 10.0

_CHANCE = random.SystemRandom()
"""Of its own: the one that all share is drawn from by who counts on its order."""

_log = logging.getLogger(__name__)


async def keep(database: Database, clock: Clock, every_seconds: float) -> None:
    """Look every so often, at no fixed moments, until cancelled."""
    while True:
        await asyncio.sleep(every_seconds * _CHANCE.uniform(0.5, 1.5))  # spreads the load
        try:
            await to_the_end(partial(lift, database, clock()))
        except Exception as error:  # noqa: BLE001  # the next look is another chance, and the server serves without it
            if is_fleeting(error):
                _log.warning("reservations are looked at later: the database is busy or cannot be reached")
            else:
                _log.error("looking at reservations failed\n%s", faults.traced(error))


def lift(database: Database, now: dt.datetime) -> int:
    """Lift the reservations that are over, and give back what was taken by who has left the store; how many."""
    with database.snapshot() as connection:
        retailer = settings.retailer(connection)
        stores = [entry.id for entry in retailer.stores] if retailer else []
        ids = [id for store in stores for id in lookup.all_ids(connection, "request", store)]
        over = list(_freed(connection, _held(connection, ids), now)) if ids else []
    if not over:
        return 0
    with database.transaction() as connection:
        records.hold(connection, "customer", {request.customer for request in over if request.customer})
        freed = list(_freed(connection, _held(connection, [request.id for request in over], lock=True), now))
        records.write(connection, freed, now=now)
    return len(freed)


def _held(connection: Connection, ids: Iterable[str], *, lock: bool = False) -> list[Request]:
    """The open requests that are somebody's: reserved or taken."""
    found = records.read_many(connection, "request", ids, lock=lock)
    open = [item for item in found if isinstance(item, Request) and item.state == "open"]
    return [request for request in open if request.reserved or request.claimed_by]


def _freed(connection: Connection, held: Sequence[Request], now: dt.datetime) -> Iterator[Request]:
    """Those that are the store's by now, as they are then: their time is over, or their person has left the store or,
    of a chat that nobody has taken, is away for longer than is usual.
    """
    wanted = {request.wanted for request in held if request.wanted and request.reserved}
    retailer = settings.retailer(connection)
    patience = dt.timedelta(minutes=retailer.service.away_minutes if retailer else 0)
    people = wanted | {request.claimed_by for request in held if request.claimed_by}
    staff = {item.id: item for item in records.read_many(connection, "staff", people) if isinstance(item, Staff)}
    presences = {
        item.person: item
        for item in records.read_many(connection, "presence", map(presence_id, wanted))
        if isinstance(item, Presence)
    }
    for request in held:
        is_late = request.reserved_until is not None and request.reserved_until <= now
        if request.claimed_by:
            if not tasks.is_taken(request, staff.get):
                yield msgspec.structs.replace(request, reserved=False, claimed_by=None, claimed_at=None)
        elif is_late or not _works_here(request, staff) or _is_away(request, presences, now - patience):
            yield msgspec.structs.replace(request, reserved=False)


def _works_here(request: Request, staff: Mapping[str, Staff]) -> bool:
    person = staff.get(request.wanted or "")
    return person is not None and person.active and person.store == request.store


def _is_away(request: Request, presences: Mapping[str, Presence], since: dt.datetime) -> bool:
    """Whether a customer who wants to chat waits for somebody who has been away since then."""
    presence = presences.get(request.wanted or "")
    away = presence is None or (not presence.available and (presence.since is None or presence.since <= since))
    return request.way == "chat" and away

"""Keeps the presences of people right in the background of each server; any number of servers may do so at once.

A worker renews the leases of its own streams of events, and settles at once when one opens or ends. Now and then it
looks for what nobody tells of: a store opens or closes, a lease runs out because another worker was killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Mapping
from functools import partial

from sellmode_backend import faults
from sellmode_backend.accounts import sessions
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.store import presence, settings
from sellmode_backend.store.database import Database, is_fleeting
from sellmode_backend.store.presence import Device
from sellmode_backend.sync.events import Hub
from sellmode_backend.threads import to_the_end

EVERY_SECONDS = 5.0

_log = logging.getLogger(__name__)


async def keep(database: Database, clock: Clock, hub: Hub, every_seconds: float = EVERY_SECONDS) -> None:
    """Look when streams open or end, and every so often, until cancelled or the hub is closed."""
    held: dict[str, Device] = {}
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(due):
                await hub.moved.wait()
        hub.moved.clear()
        if hub.closed:
            return
        is_due = loop.time() >= due
        if is_due:
            due = loop.time() + every_seconds
        try:
            held = await to_the_end(partial(look, database, hub.listening, held, clock(), renew_all=is_due))
        except Exception as error:  # noqa: BLE001  # the next look is another chance, and the server serves without it
            if is_fleeting(error):
                _log.warning("who is available is looked at later: the database is busy or cannot be reached")
            else:
                _log.error("looking who is available failed\n%s", faults.traced(error))


def look(
    database: Database,
    listening: Mapping[str, str],
    held: Mapping[str, Device],
    now: dt.datetime,
    *,
    renew_all: bool,
) -> dict[str, Device]:
    """Renew and end leases of streams, and settle what follows; gives the streams that have leases now.

    ``listening`` are the tokens of the streams that are open, by their ids, ``held`` the streams that had leases.
    """
    with database.snapshot() as connection:
        retailer = settings.retailer(connection)
        late = presence.unsettled(connection, now)
        if retailer is None or not retailer.service.has_chat:
            listening = {}
        new = {id: listening[id] for id in listening.keys() - held.keys()}
        found = sessions.find_many(connection, new.values(), now)
    opened = {id: Device(found[token].account.id, found[token].device) for id, token in new.items() if token in found}
    stay = {id: whose for id, whose in held.items() if id in listening}
    over = {id: whose for id, whose in held.items() if id not in listening}
    renewed = {**opened, **(stay if renew_all else {})}
    if renewed or over or late:
        with database.transaction() as connection:
            presence.renew(connection, renewed, now)
            presence.end(connection, over, now)
            presence.settle(connection, presence.unsettled(connection, now), now)
    return {**stay, **opened}

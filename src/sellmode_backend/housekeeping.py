"""Deletes expired data in the background of each server; any number of servers may do so at once."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import random
from functools import partial

from anyio import to_thread

from sellmode_backend import faults
from sellmode_backend.accounts import codes, limits, sessions
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.rules import events
from sellmode_backend.shopper import touches
from sellmode_backend.shopper.pictures import kept
from sellmode_backend.shopper.requests import sessions as talk_sessions
from sellmode_backend.store import clients, duplicates, feeds, matching, presence, typing
from sellmode_backend.store.database import Database, is_fleeting
from sellmode_backend.webhooks import inbox

REMOVALS_KEPT = dt.timedelta(days=90)
"""A terminal away for longer reads its scopes anew."""
_EVERY_SECONDS = 3600.0

_CHANCE = random.SystemRandom()
"""Of its own: the one that all share is drawn from by who counts on its order."""

_log = logging.getLogger(__name__)


async def keep(database: Database, clock: Clock) -> None:
    """Tidy every hour, at no fixed minute, until cancelled."""
    while True:
        await asyncio.sleep(_EVERY_SECONDS * _CHANCE.uniform(0.5, 1.5))  # spreads the load
        try:
            await to_thread.run_sync(tidy, database, clock())
        except Exception as error:  # noqa: BLE001  # the next hour is another chance, and the server serves without it
            _log.error("housekeeping failed\n%s", faults.traced(error))


async def keep_pairs(database: Database, clock: Clock, every_seconds: float) -> None:
    """Look at the pairs of customers whom terminals have changed, and for orders of theirs, until cancelled.

    At no fixed moments.
    """
    while True:
        await asyncio.sleep(every_seconds * _CHANCE.uniform(0.5, 1.5))  # nobody can say whose change it was
        try:
            changed: list[str] = []
            while looked_at := await to_thread.run_sync(duplicates.catch_up, database, clock()):
                changed += looked_at
            if changed:
                await to_thread.run_sync(matching.link, database, changed)
        except Exception as error:  # noqa: BLE001  # the next look is another chance, and the server serves without it
            if is_fleeting(error):  # it may be so for hours
                _log.warning("duplicates are looked for later: the database is busy or cannot be reached")
            else:
                _log.error("looking for duplicates failed\n%s", faults.traced(error))


def tidy(database: Database, now: dt.datetime) -> None:
    """Forget old removals, ended sessions, codes and attempts, what was written long ago, and events gone by.

    Orders of nobody find whoever is known by now.

    Each in a transaction of its own: the first holds clocks, which every writer waits for.
    """
    for forget in (
        partial(feeds.collect_gone, older_than=now - REMOVALS_KEPT),
        partial(clients.forget_old, now=now),
        partial(sessions.forget_ended, now=now),
        partial(codes.forget_expired, now=now),
        partial(limits.forget_old, now=now),
        partial(events.forget_old, now=now),
        partial(touches.forget_old, now=now),
        partial(kept.forget_old, now=now),
        partial(talk_sessions.forget_ended, now=now),
        partial(typing.forget_old, now=now),
        partial(inbox.forget_old, now=now),
        partial(presence.forget_old, now=now),
    ):
        with database.transaction() as connection:
            forget(connection)
    matching.link(database)

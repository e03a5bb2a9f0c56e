"""Works off events in the background of each server, as soon as one comes; any number of servers may do so at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from functools import partial
from typing import Final

from sellmode_backend import faults
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.store.database import Database, is_fleeting
from sellmode_backend.threads import to_the_end
from sellmode_backend.webhooks.working import Worker

EVERY_SECONDS: Final = 5.0
"""So often it is looked for events that other workers have taken in, or that had to wait."""
_CHANCE = random.SystemRandom()
_log = logging.getLogger(__name__)


async def keep(database: Database, clock: Clock, woken: asyncio.Event, every_seconds: float = EVERY_SECONDS) -> None:
    """Work off what comes, until cancelled; ``woken`` says that something came."""
    worker = Worker(database)
    while True:
        woken.clear()
        try:
            while await to_the_end(partial(worker.work, clock())):
                pass
        except Exception as error:  # noqa: BLE001  # the next look is another chance, and the server serves without it
            if is_fleeting(error):
                _log.warning("events are worked off later: the database is busy or cannot be reached")
            else:
                _log.error("working off events failed\n%s", faults.traced(error))
        with contextlib.suppress(TimeoutError):
            # Not wait_for: before Python 3.12 it loses a cancellation that comes together with the event.
            async with asyncio.timeout(every_seconds * _CHANCE.uniform(0.5, 1.5)):
                await woken.wait()

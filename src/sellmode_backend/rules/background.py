"""Runs passes of the rules in the background of each server; any number of servers may do so at once."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterator
from functools import partial

from sellmode_backend import faults
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.rules import passes
from sellmode_backend.rules.passes import PassReport
from sellmode_backend.store.database import Database
from sellmode_backend.threads import to_the_end

EVERY_SECONDS = 20.0

_CHANCE = random.SystemRandom()
"""Of its own: the one that all share is drawn from by who counts on its order."""

_log = logging.getLogger(__name__)


async def keep(
    database: Database,
    clock: Clock,
    every_seconds: float = EVERY_SECONDS,
    tell: Callable[[PassReport], None] = lambda _: None,
) -> None:
    """Pass, first at once and then at no fixed moments, until cancelled; a step that has begun is done first.

    ``tell`` receives the report of each pass.
    """
    while True:
        report = PassReport()
        steps = passes.steps(database, clock, report)
        try:
            while await _step(steps):
                pass
        except Exception as error:  # noqa: BLE001  # the next pass is another chance, and the server serves without it
            _log.error("a pass of the rules failed\n%s", faults.traced(error))
        for problem in report.unfit.values():
            _log.warning("left out: %s", problem)
        tell(report)
        await asyncio.sleep(every_seconds * _CHANCE.uniform(0.5, 1.5))  # spreads the load


async def _step(steps: Iterator[None]) -> bool:
    """Whether there was one more step."""
    return await to_the_end(partial(next, steps, _END)) is not _END


_END = object()

"""Work in a thread, which whoever is cancelled waits for: it goes on, and may hold a connection of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from anyio import to_thread

_T = TypeVar("_T")


async def to_the_end(work: Callable[[], _T]) -> _T:
    """What some work gives, done in a thread; a cancellation comes after it."""
    step = asyncio.ensure_future(to_thread.run_sync(work))
    try:
        return await asyncio.shield(step)
    except asyncio.CancelledError:
        await asyncio.wait({step})
        if not step.cancelled():
            step.exception()  # of no interest any more
        raise

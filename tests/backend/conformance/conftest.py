"""A backend that was given the standard world, and the kit that holds it to the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

from starlette.types import ASGIApp

from sellmode_backend.conformance.world import World
from sellmode_backend.server import ServerSettings
from sellmode_backend.store import feeds
from sellmode_backend.sync.answer import SyncRules
from tests.support.backend import QUICK, serve_in_thread, world_database

PAGE = 20
CUSTOMERS = 25
"""Of Ada: enough for several pages of so many lines."""


@contextmanager
def serving(url: str, world: World, around: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> Iterator[str]:
    """Serve a world over an empty database that has its tables, in small pages and with quick signs of life."""
    settings = ServerSettings(
        passwords=QUICK,
        sync=SyncRules(page_lines=PAGE),
        rules_seconds=86400.0,
        reservations_seconds=86400.0,
        pairs_seconds=86400.0,  # nothing comes in between what a check does
        poke_poll_seconds=0.02,
        poke_alive_seconds=0.05,
    )
    with (
        mock.patch.object(feeds, "ROWS_PER_SEQ", PAGE),
        world_database(url, world) as database,
        serve_in_thread(database, settings, around=around) as address,
    ):
        yield address

"""Health checks: whether terminals can be served, and whether the database can be written."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import msgspec
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sellmode_backend import problems
from sellmode_backend.store import migrations, settings
from sellmode_backend.store.database import Database

_READY_SECONDS: Final = 5.0
"""Anybody may ask, and each try writes to the disk: no more often than so."""


class HealthEndpoints:
    """Health, live, ready."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ready_at = -_READY_SECONDS
        self._ready: dict[str, str] = {}
        """What came of the last try to write."""
        self._trying = asyncio.Lock()
        self.routes = [
            Route("/health", self._get_health),
            Route("/health/live", self._get_live),
            Route("/health/ready", self._get_ready),
        ]

    async def _get_health(self, _: Request) -> Response:
        return _response(await to_thread.run_sync(self._health))

    async def _get_live(self, _: Request) -> Response:
        return _response({"status": "ok"})

    async def _get_ready(self, _: Request) -> Response:
        async with self._trying:  # whoever asks meanwhile hears the same
            now = time.monotonic()
            if not self._ready or now - self._ready_at >= _READY_SECONDS:
                self._ready_at, self._ready = now, await to_thread.run_sync(self._readiness)
        return _response(self._ready)

    def _readiness(self) -> dict[str, str]:
        """Health, and whether changes can be taken."""
        health = {**self._health(), "writes": "ok"}
        try:
            self._database.try_to_write()
        except Exception as error:
            if problems.refusal(error) is None:
                raise
            health |= {"status": "failing", "writes": "failing"}
        return health

    def _health(self) -> dict[str, str]:
        health = {"status": "failing", "database": "unreachable", "schema": "unknown", "mode": ""}
        try:
            with self._database.snapshot() as connection:
                health["database"] = "ok"
                health["schema"] = "current" if migrations.is_current(connection) else "other"
                health["mode"] = settings.mode(connection)
        except Exception as error:
            if problems.refusal(error) is None:
                raise
            return health
        if health["schema"] == "current" and health["mode"]:
            health["status"] = "ok"
        return health


def _response(health: dict[str, str]) -> Response:
    code = 200 if health["status"] == "ok" else 503
    return Response(msgspec.json.encode(health), status_code=code, media_type="application/json")

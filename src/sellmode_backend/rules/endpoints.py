"""Previews of rules over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sellmode_backend.accounts.endpoints import proven_token
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.http import Bodies, Refused, json_response, mark_known
from sellmode_backend.rules import preview_requests
from sellmode_backend.store.database import Database
from sellmode_contract import wire
from sellmode_contract.visibility import Account

_RETRY_AFTER: Final = 5


class PreviewEndpoints:
    """What a rule would do: one question of each account at a time, as each looks at all customers of a store."""

    def __init__(self, database: Database, clock: Clock, bodies: Bodies, *, parallel: int, seconds: float) -> None:
        self._database, self._clock, self._bodies = database, clock, bodies
        self._limiter = CapacityLimiter(parallel)
        self._seconds = seconds
        self._askers: set[str] = set()
        """The accounts whose questions are being answered."""
        self._waiting: set[preview_requests.Patience] = set()
        self.routes = [Route(wire.PREVIEW_PATH, self._preview, methods=["POST"])]

    def end(self) -> None:
        """End what would go on for long: the server stops."""
        for patience in self._waiting:
            patience.end()

    async def _preview(self, request: Request) -> Response:
        token = await proven_token(request, self._database, self._clock)
        message = await self._bodies.read(request, wire.PreviewRequest)
        account = await to_thread.run_sync(preview_requests.account_of, self._database, token, message, self._clock())
        mark_known(request)
        if account.id in self._askers:
            raise Refused("unavailable", "Your preview before this one is not done yet.", retry_after=_RETRY_AFTER)
        self._askers.add(account.id)
        try:
            await to_thread.run_sync(preview_requests.count, self._database, account, self._clock())
            return await self._answer(request, account, message)
        finally:
            self._askers.discard(account.id)

    async def _answer(self, request: Request, account: Account, message: wire.PreviewRequest) -> Response:
        patience = preview_requests.Patience(self._seconds)
        self._waiting.add(patience)
        gone = asyncio.create_task(_when_gone(request, patience.end))
        look = partial(preview_requests.answer, self._database, account, message, self._clock(), patience)
        try:
            return json_response(await to_thread.run_sync(look, limiter=self._limiter))
        except preview_requests.Stopped:
            raise (ClientDisconnect if gone.done() else Refused("unavailable", "The server stops.")) from None
        finally:
            gone.cancel()
            self._waiting.discard(patience)


async def _when_gone(request: Request, call: Callable[[], None]) -> None:
    """Call something if the client hangs up, its request having been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    call()

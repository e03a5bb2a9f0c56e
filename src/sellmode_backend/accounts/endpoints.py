"""Signing in and out over HTTP, and the token that other endpoints ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import msgspec
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sellmode_backend.accounts import limits, sessions
from sellmode_backend.accounts.signing_in import Clock, SigningIn
from sellmode_backend.http import (
    SMALL_BODY,
    Bodies,
    Refused,
    address_of,
    check_protocol,
    json_response,
    mark_known,
    token_of,
)
from sellmode_backend.store.database import Database
from sellmode_contract import wire

MAX_WAITING: Final = 20
"""So many may be signing in at once from one place: who guesses without end leaves places for others."""
_RETRY_AFTER: Final = 2


class AccountEndpoints:
    """Sign in, activate, sign out."""

    def __init__(self, signing_in: SigningIn, bodies: Bodies, parallel_hashes: int) -> None:
        self._signing_in, self._bodies = signing_in, bodies
        self._hashing = CapacityLimiter(parallel_hashes)
        self._waiting: Counter[str] = Counter()
        """How many are signing in, by where from."""
        self.routes = [
            Route(wire.SIGN_IN_PATH, self._sign_in, methods=["POST"]),
            Route(wire.ACTIVATE_PATH, self._activate, methods=["POST"]),
            Route(wire.SIGN_OUT_PATH, self._sign_out, methods=["POST"]),
        ]

    async def _sign_in(self, request: Request) -> Response:
        return await self._let_in(request, wire.SignIn, self._signing_in.sign_in)

    async def _activate(self, request: Request) -> Response:
        return await self._let_in(request, wire.Activate, self._signing_in.activate)

    async def _let_in(
        self, request: Request, kind: type[msgspec.Struct], let_in: Callable[[Any, str], wire.SignedIn]
    ) -> Response:
        message = await self._bodies.read(request, kind, SMALL_BODY)
        address = address_of(request)
        network = limits.network(address)
        if self._waiting[network] >= MAX_WAITING:
            raise Refused("unavailable", "Others sign in from there just now.", retry_after=_RETRY_AFTER)
        self._waiting[network] += 1
        try:
            return json_response(await to_thread.run_sync(let_in, message, address, limiter=self._hashing))
        finally:
            self._waiting -= Counter((network,))  # which forgets it with the last one

    async def _sign_out(self, request: Request) -> Response:
        check_protocol(request)
        await to_thread.run_sync(self._signing_in.sign_out, token_of(request))
        return Response(status_code=204)


async def proven_token(request: Request, database: Database, clock: Clock) -> str:
    """A request's token, which has to be one of ours before a body is read that takes memory.

    Raises Refused and SignedOut.
    """
    check_protocol(request)
    token = token_of(request)
    # In chunks a body has any length, whatever else its head says.
    length = "" if "Transfer-Encoding" in request.headers else request.headers.get("Content-Length", "")
    if not length.isdecimal() or int(length) > SMALL_BODY:

        def look() -> None:
            with database.snapshot() as connection:
                sessions.find(connection, token, clock())

        await to_thread.run_sync(look)
        mark_known(request)
    return token

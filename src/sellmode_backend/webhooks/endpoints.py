"""Where other systems send events: checked, kept, and answered at once."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from pathlib import Path
from typing import Final

import msgspec
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.http import Bodies, Refused
from sellmode_backend.store.database import Database
from sellmode_backend.webhooks import inbox, secret_files, signatures
from sellmode_backend.webhooks.inbox import Event
from sellmode_backend.webhooks.secret_files import Sender

SHOPIFY_PATH: Final = "/hooks/shopify"
PLAIN_PATH: Final = "/hooks/plain"
MOST_BYTES: Final = 1024 * 1024
"""Of an event."""
_LONGEST: Final = 200
"""Characters of an id or topic."""
_log = logging.getLogger(__name__)


class _Typed(msgspec.Struct):
    type: str = ""


class WebhookEndpoints:
    """Events of other systems. Who sends has a secret that signs them; without a file of secrets nobody may."""

    def __init__(
        self, database: Database, clock: Clock, bodies: Bodies, secrets: Path | None, woken: asyncio.Event
    ) -> None:
        self._database, self._clock, self._bodies = database, clock, bodies
        self._secrets, self._woken = secrets, woken
        self.routes = [
            Route(SHOPIFY_PATH, self._shopify, methods=["POST"]),
            Route(PLAIN_PATH, self._plain, methods=["POST"]),
        ]

    async def _shopify(self, request: Request) -> Response:
        secrets = await self._of("shopify")
        body, headers = await self._bodies.read_raw(request, MOST_BYTES), request.headers
        if not signatures.by_shopify(secrets, headers, body):
            return _not_signed()
        topic = headers.get("x-shopify-topic", "")
        if id := headers.get("x-shopify-event-id") or headers.get("x-shopify-webhook-id", ""):
            # One id is of all that an action of the shop has brought about, also under one topic.
            id = f"{id}/{hashlib.sha256(topic.encode() + body).hexdigest()[:16]}"
        return await self._keep("shopify", id, topic, body)

    async def _plain(self, request: Request) -> Response:
        secrets = await self._of("plain")
        body, headers = await self._bodies.read_raw(request, MOST_BYTES), request.headers
        if not signatures.by_standard(secrets, headers, body, self._clock()):
            return _not_signed()
        try:
            topic = msgspec.json.decode(body, type=_Typed).type
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise Refused("bad_request", "The event is no JSON object with a type.") from None
        return await self._keep("plain", headers["webhook-id"], topic, body)

    async def _of(self, sender: Sender) -> list[str]:
        """The secrets of a sender. Raises Refused where there are none."""
        if self._secrets is None:
            raise Refused("not_found")
        try:
            found = await to_thread.run_sync(secret_files.of, self._secrets, sender)
        except secret_files.SecretsError as error:
            _log.error("%s", error)
            raise Refused("unavailable", "The secrets cannot be read.") from None
        if not found:
            raise Refused("not_found")
        return found

    async def _keep(self, sender: Sender, id: str, topic: str, body: bytes) -> Response:
        if not (0 < len(id) <= _LONGEST and 0 < len(topic) <= _LONGEST and (id + topic).isprintable()):
            raise Refused("bad_request", "The event has no id or no topic, or one that is too long.")
        event = Event(sender, id, topic, self._clock(), body)
        await to_thread.run_sync(self._put, event)
        self._woken.set()
        return Response(status_code=204)

    def _put(self, event: Event) -> None:
        self._database.write(lambda connection: inbox.put(connection, event))


def _not_signed() -> Response:
    """Nobody who has the secret has signed this now. What of it was wrong nobody is told."""
    return Response(status_code=401)

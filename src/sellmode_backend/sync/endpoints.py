"""Sync over HTTP: the stream of an answer, the stream of events, and what a disabled account had not sent."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias

import msgspec
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sellmode_backend.accounts.endpoints import proven_token
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.http import Bodies, Refused, address_of, check_protocol, json_response, mark_known, token_of
from sellmode_backend.metrics import Metrics
from sellmode_backend.store.database import Database
from sellmode_backend.sync import events
from sellmode_backend.sync.answer import Chunk, SyncRules, answer
from sellmode_backend.sync.salvage import salvage
from sellmode_contract import wire

_MAX_UNPROVEN: Final = 4
"""Bodies of any size read at once from callers without a token: a salvage carries its own proof of identity."""
_KEEP_ALIVE = msgspec.json.encode(wire.KeepAlive()) + b"\n"
_UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_GZIP = 16 + zlib.MAX_WBITS
_GZIP_REFUSED = re.compile(r"q=0(\.0{0,3})?")

_Compress: TypeAlias = Callable[[bytes, bool], bytes]
"""Compresses a piece; told whether it is the last one."""


@dataclass(frozen=True)
class StreamSettings:
    """How answers are streamed."""

    rules: SyncRules = field(default_factory=SyncRules)
    gzip_level: int = 4
    keep_alive_seconds: float = 10


class SyncEndpoints:
    """Sync, events, salvage."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bodies: Bodies,
        hub: events.Hub,
        metrics: Metrics,
        settings: StreamSettings,
    ) -> None:
        self._database, self._clock, self._bodies = database, clock, bodies
        self._hub, self._metrics, self._settings = hub, metrics, settings
        self._unproven = asyncio.Semaphore(_MAX_UNPROVEN)
        self.routes = [
            Route(wire.SYNC_PATH, self._sync, methods=["POST"]),
            Route(wire.EVENTS_PATH, self._events),
            Route(wire.SALVAGE_PATH, self._salvage, methods=["POST"]),
        ]

    async def _sync(self, request: Request) -> Response:
        token = await proven_token(request, self._database, self._clock)
        message = await self._bodies.read(request, wire.SyncRequest)
        if not 1 <= message.limit <= wire.MAX_LIMIT:
            raise Refused("bad_request", f"The request's $.limit must be from 1 to {wire.MAX_LIMIT}.")
        chunks = answer(self._database, token, message, clock=self._clock, rules=self._settings.rules)
        first = await to_thread.run_sync(next, chunks)
        mark_known(request)
        headers = {**_UNBUFFERED, "Vary": "Accept-Encoding"}
        compress: _Compress = _as_it_is
        if _accepts_gzip(request):
            headers["Content-Encoding"] = "gzip"
            compress = _gzip(self._settings.gzip_level)
        if first.last:
            self._count(first)
            return Response(compress(first.lines, True), headers=headers, media_type=wire.NDJSON)
        body = self._compressed(first, chunks, compress)
        return StreamingResponse(body, headers=headers, media_type=wire.NDJSON)

    async def _compressed(self, first: Chunk, chunks: Iterator[Chunk], compress: _Compress) -> AsyncIterator[bytes]:
        async for chunk in self._with_keep_alives(first, chunks):
            if isinstance(chunk, bytes):
                yield compress(chunk, False)
            else:
                self._count(chunk)
                yield await to_thread.run_sync(compress, chunk.lines, chunk.last)

    async def _with_keep_alives(self, first: Chunk, chunks: Iterator[Chunk]) -> AsyncIterator[Chunk | bytes]:
        chunk = first
        while True:
            yield chunk
            if chunk.last:
                return
            reading = asyncio.ensure_future(to_thread.run_sync(next, chunks))
            reading.add_done_callback(_take_notice)
            while not (await asyncio.wait({reading}, timeout=self._settings.keep_alive_seconds))[0]:
                yield _KEEP_ALIVE
            chunk = reading.result()

    def _count(self, chunk: Chunk) -> None:
        self._metrics.sync_lines.inc(chunk.number)
        self._metrics.sync_bytes.inc(len(chunk.lines))

    async def _events(self, request: Request) -> Response:
        if request.method != "GET":
            raise Refused("method_not_allowed")
        check_protocol(request)
        try:
            stream = await self._hub.open(token_of(request))
        except events.TooManyStreams:
            raise Refused("unavailable", "Too many terminals listen already.", retry_after=60) from None
        mark_known(request)
        return _EventsResponse(self._hub, stream, self._metrics)

    async def _salvage(self, request: Request) -> Response:
        async with self._unproven:
            message = await self._bodies.read(request, wire.Salvage)
        take = partial(salvage, self._database, message, address_of(request), self._clock(), self._settings.rules)
        return json_response(await to_thread.run_sync(take))


class _EventsResponse(StreamingResponse):
    """A stream of events that leaves the hub when it ends or its client disconnects."""

    def __init__(self, hub: events.Hub, stream: events.Stream, metrics: Metrics) -> None:
        super().__init__(stream, headers=_UNBUFFERED, media_type="text/event-stream")
        self._hub, self._stream, self._metrics = hub, stream, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._metrics.streams.inc()
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.leave(self._stream)
            self._metrics.streams.dec()


def _take_notice(reading: asyncio.Future[Chunk]) -> None:
    """Retrieve the error of a read whose client has disconnected: asyncio would log it otherwise."""
    if not reading.cancelled():
        reading.exception()


# ------------------------------------------------------------------ compression


def _accepts_gzip(request: Request) -> bool:
    offers = (offer.partition(";") for offer in request.headers.get("Accept-Encoding", "").lower().split(","))
    return any(
        name.strip() in ("gzip", "*") and not _GZIP_REFUSED.fullmatch(quality.strip()) for name, _, quality in offers
    )


def _as_it_is(data: bytes, _: bool) -> bytes:
    return data


def _gzip(level: int) -> _Compress:
    """Each piece is flushed, so that the client can read all that it has received."""
    compressor = zlib.compressobj(level, wbits=_GZIP)

    def compress(data: bytes, last: bool) -> bytes:
        return compressor.compress(data) + compressor.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)

    return compress

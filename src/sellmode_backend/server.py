"""The backend's HTTP side: a Starlette application over a database, without state of its own.

Whatever is answered, also an error, echoes the client's nonce and names the protocol, so that a terminal can tell the
backend from a captive portal.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import msgspec
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sellmode_backend import faults, housekeeping, metrics, openapi, problems
from sellmode_backend.accounts import sessions
from sellmode_backend.accounts.passwords import Passwords
from sellmode_backend.accounts.signing_in import Clock, SigningIn, utc_now
from sellmode_backend.problems import Refused
from sellmode_backend.rules import asked as previews
from sellmode_backend.rules import keep as rules
from sellmode_backend.rules.passes import PassReport
from sellmode_backend.store import migrations, settings
from sellmode_backend.store.database import Database
from sellmode_backend.sync import events
from sellmode_backend.sync.answer import Chunk, SyncRules, answer
from sellmode_backend.sync.salvage import salvage
from sellmode_contract import text, wire

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_NONCE = re.compile(r"[A-Za-z0-9_.~-]{1,128}")
_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]{1,256})", re.IGNORECASE)
_REFUSED = re.compile(r"q=0(\.0{0,3})?")
_MAX_DEVICE = 100
_MAX_LIMIT = 50_000
_PREVIEW_RETRY_S = 5
_SMALL_BODY = 16 * 1024
"""Bytes of a body that anybody may send. A larger one is read of those only who show a token of ours."""
_MOST_UNPROVEN = 4
"""Bodies of any size read at the same time of callers without a token: a leaver's last words hold their own proof."""
_READY_SECONDS = 5.0
"""Anybody may ask, and each try writes to the disk: no more often than so."""
_KEEP_ALIVE = msgspec.json.encode(wire.KeepAlive()) + b"\n"
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class ServerSettings:
    """What an operator may tune."""

    passwords: Passwords = field(default_factory=Passwords)
    sync: SyncRules = field(default_factory=SyncRules)
    gzip_level: int = 4
    """On the demo retailer's records 4 sends an eighth less than 1 for a microsecond a record; 6 saves half as much
    again for twice that.
    """
    body_seconds: float = 20
    """A request's body that takes longer is given up."""
    keep_alive_seconds: float = 10
    """An answer under way says at least so often that it is alive."""
    parallel_hashes: int = 4
    """Passwords hashed at the same time; each takes memory."""
    parallel_previews: int = 2
    """Previews of rules at the same time; each looks at all customers of a store."""
    preview_seconds: float = 30
    """A preview that takes longer is given up."""
    most_streams: int = 1000
    """Terminals that may listen to one worker for changes."""
    poke_poll_seconds: float = 1
    """How often a worker asks the database for changes while somebody listens."""
    poke_alive_seconds: float = wire.ALIVE_SECONDS
    """A stream of events shows about so often that it is alive; no more often than the database is asked."""
    poke_look_seconds: float = 25
    """How often a stream's session is looked at while nothing changes."""
    rules_seconds: float = rules.EVERY_SECONDS
    """About how often a worker looks whether rules have something to do."""
    pairs_seconds: float = 5
    """About how often a worker looks whether customers whom terminals have changed may be others."""


def create_app(database: Database, *, settings: ServerSettings | None = None, clock: Clock = utc_now) -> Starlette:
    """The application over a migrated database; whoever opened the database closes it."""
    backend = _Backend(database, settings or ServerSettings(), clock)
    app = Starlette(
        routes=[
            Route(wire.SIGN_IN_PATH, backend.sign_in, methods=["POST"]),
            Route(wire.ACTIVATE_PATH, backend.activate, methods=["POST"]),
            Route(wire.SIGN_OUT_PATH, backend.sign_out, methods=["POST"]),
            Route(wire.SYNC_PATH, backend.sync, methods=["POST"]),
            Route(wire.EVENTS_PATH, backend.events),
            Route(wire.SALVAGE_PATH, backend.salvage, methods=["POST"]),
            Route(wire.PREVIEW_PATH, backend.preview, methods=["POST"]),
            Route(openapi.PATH, backend.openapi),
            Route("/health", backend.health),
            Route("/health/live", backend.live),
            Route("/health/ready", backend.ready),
            Route("/metrics", backend.metrics_text),
        ],
        middleware=[Middleware(_Envelope, metrics=backend.metrics)],
        exception_handlers={HTTPException: _http_problem},
        lifespan=backend.lifespan,
    )
    # A redirect would be an answer that no terminal follows.
    app.router.redirect_slashes = False
    return app


class _Backend:
    """The routes."""

    def __init__(self, database: Database, settings: ServerSettings, clock: Clock) -> None:
        self.metrics = metrics.Metrics()
        self._database, self._settings, self._clock = database, settings, clock
        self._signing_in = SigningIn(database, settings.passwords, clock)
        self._hashing = CapacityLimiter(settings.parallel_hashes)
        self._previews = CapacityLimiter(settings.parallel_previews)
        self._unproven = asyncio.Semaphore(_MOST_UNPROVEN)
        self._askers = previews.Askers()
        self._ready: tuple[float, dict[str, str]] | None = None
        """When it was last tried to write, and what came of it."""
        self._asking_ready = asyncio.Lock()
        self._waiting: set[previews.Patience] = set()
        self._hub = events.Hub(
            database,
            clock,
            most=settings.most_streams,
            poll_seconds=settings.poke_poll_seconds,
            alive_seconds=settings.poke_alive_seconds,
            look_seconds=settings.poke_look_seconds,
        )

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[dict[str, Any]]:
        tasks = [
            asyncio.create_task(housekeeping.keep(self._database, self._clock)),
            asyncio.create_task(housekeeping.keep_pairs(self._database, self._clock, self._settings.pairs_seconds)),
            asyncio.create_task(rules.keep(self._database, self._clock, self._settings.rules_seconds, self._passed)),
        ]
        try:
            yield {events.END_STREAMS: self._end}
        finally:
            for task in tasks:
                task.cancel()
            self._hub.close()
            # What has begun in a thread goes on to its end: whoever closes the database comes after.
            await asyncio.gather(*tasks, return_exceptions=True)

    def _passed(self, report: PassReport) -> None:
        self.metrics.passed(len(report.failed), len(report.unfit), len(report.broken))

    def _end(self) -> None:
        """End what would go on for long: the server stops."""
        self._hub.close()
        for patience in self._waiting:
            patience.end()

    # -------------------------------------------------------------- signing in

    async def sign_in(self, request: Request) -> Response:
        asked = await self._asked(request, wire.SignIn, _SMALL_BODY)
        return await self._let_in(self._signing_in.sign_in, asked, request)

    async def activate(self, request: Request) -> Response:
        asked = await self._asked(request, wire.Activate, _SMALL_BODY)
        return await self._let_in(self._signing_in.activate, asked, request)

    async def _let_in(self, how: Callable[[Any, str], wire.SignedIn], asked: _T, request: Request) -> Response:
        signed_in = await to_thread.run_sync(how, asked, _address(request), limiter=self._hashing)
        return _json(signed_in)

    async def sign_out(self, request: Request) -> Response:
        _check_protocol(request)
        await to_thread.run_sync(self._signing_in.sign_out, _token(request))
        return Response(status_code=204)

    # -------------------------------------------------------------- sync

    async def sync(self, request: Request) -> Response:
        _check_protocol(request)
        token = await self._let_through(request)
        asked = await self._asked(request, wire.SyncRequest)
        if not 1 <= asked.limit <= _MAX_LIMIT:
            raise Refused("bad_request", f"The request's $.limit must be from 1 to {_MAX_LIMIT}.")
        chunks = answer(self._database, token, asked, clock=self._clock, rules=self._settings.sync)
        first = await to_thread.run_sync(next, chunks)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Accept-Encoding"}
        compress: Callable[[bytes, bool], bytes] = _as_it_is
        if _accepts_gzip(request):
            headers["Content-Encoding"] = "gzip"
            compress = _gzip(self._settings.gzip_level)
        if first.last:
            self._count(first)
            return Response(compress(first.lines, True), headers=headers, media_type=wire.NDJSON)
        body = self._compressed(first, chunks, compress)
        return StreamingResponse(body, headers=headers, media_type=wire.NDJSON)

    async def salvage(self, request: Request) -> Response:
        async with self._unproven:
            asked = await self._asked(request, wire.Salvage)
        take = partial(salvage, self._database, asked, _address(request), self._clock(), self._settings.sync)
        return _json(await to_thread.run_sync(take))

    async def preview(self, request: Request) -> Response:
        token = await self._let_through(request)
        asked = await self._asked(request, wire.PreviewRequest)
        who = partial(previews.who_asks, self._database, token, asked, self._clock())
        account = await to_thread.run_sync(who)
        if self._askers.busy(account):
            raise Refused("unavailable", "Your preview before this one is not done yet.", retry_after=_PREVIEW_RETRY_S)
        with self._askers.asking(account):
            await to_thread.run_sync(previews.count, self._database, account, self._clock())
            patience = previews.Patience(self._settings.preview_seconds)
            self._waiting.add(patience)
            waiting = asyncio.create_task(_when_gone(request, patience.end))
            look = partial(previews.preview, self._database, account, asked, self._clock(), patience)
            try:
                return _json(await to_thread.run_sync(look, limiter=self._previews))
            except previews.Stopped:
                raise (ClientDisconnect if waiting.done() else Refused("unavailable", "The server stops.")) from None
            finally:
                waiting.cancel()
                self._waiting.discard(patience)

    async def _compressed(
        self, first: Chunk, chunks: Iterator[Chunk], compress: Callable[[bytes, bool], bytes]
    ) -> AsyncIterator[bytes]:
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

    async def events(self, request: Request) -> Response:
        if request.method != "GET":
            raise Refused("method_not_allowed")
        _check_protocol(request)
        try:
            stream = await self._hub.open(_token(request))
        except events.TooManyStreams:
            raise Refused("unavailable", "Too many terminals listen already.", retry_after=60) from None
        return _EventsResponse(self._hub, stream, self.metrics)

    def _count(self, chunk: Chunk) -> None:
        self.metrics.sync_lines.inc(chunk.number)
        self.metrics.sync_bytes.inc(len(chunk.lines))

    # -------------------------------------------------------------- for operators and tools

    async def openapi(self, _: Request) -> Response:
        return _json(openapi.document())

    async def health(self, _: Request) -> Response:
        return _health(await to_thread.run_sync(self._health))

    async def live(self, _: Request) -> Response:
        return _health({"status": "ok"})

    async def ready(self, _: Request) -> Response:
        async with self._asking_ready:  # whoever asks meanwhile hears the same
            now = time.monotonic()
            if self._ready is None or now - self._ready[0] >= _READY_SECONDS:
                self._ready = (now, await to_thread.run_sync(self._readiness))
        return _health(self._ready[1])

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

    async def metrics_text(self, _: Request) -> Response:
        return Response(self.metrics.text(), media_type=metrics.CONTENT_TYPE)

    # -------------------------------------------------------------- reading a request

    async def _let_through(self, request: Request) -> str:
        """The token; before a body is read that takes memory it has to be one of ours. Raises Refused, SignedOut."""
        _check_protocol(request)
        token = _token(request)
        # In chunks a body has any length, whatever else its head says.
        length = "" if "Transfer-Encoding" in request.headers else request.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _SMALL_BODY:
            await to_thread.run_sync(self._look_at, token)
        return token

    def _look_at(self, token: str) -> None:
        with self._database.snapshot() as connection:
            sessions.find(connection, token, self._clock())

    async def _asked(self, request: Request, kind: type[_T], most: int = wire.MAX_BODY_BYTES) -> _T:
        """A request's body, checked. Raises Refused."""
        _check_protocol(request)
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Refused("bad_request", "The request's body must not be compressed.")
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                body = await _body(request, most)
        except TimeoutError:
            raise Refused("bad_request", "The request's body did not come in time.") from None
        try:
            asked = msgspec.json.decode(body, type=kind)
        except msgspec.ValidationError as error:  # names the field, not its value
            raise Refused("bad_request", f"{error}.") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Refused("bad_request", "The request's body is not JSON.") from None
        except RecursionError:
            raise Refused("bad_request", "The request's body is nested too deeply.") from None
        for name in getattr(kind, "__struct_fields__", ()):
            value = getattr(asked, name)
            if isinstance(value, str):
                _check_text(name, value)
        return asked


def _health(health: dict[str, str]) -> Response:
    code = 200 if health["status"] == "ok" else 503
    return Response(msgspec.json.encode(health), status_code=code, media_type="application/json")


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise Refused("body_too_large", f"At most {most} bytes are read.")
    return bytes(body)


async def _when_gone(request: Request, call: Callable[[], None]) -> None:
    """Call something if the client hangs up, its request having been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    call()


def _check_text(name: str, value: str) -> None:
    try:
        text.refuse(value, f"$.{name}")
    except text.UnstorableText as error:
        raise Refused("bad_request", f"{error}.") from None
    if name == "device" and not 1 <= len(value) <= _MAX_DEVICE:
        raise Refused("bad_request", f"The request's $.device must have 1 to {_MAX_DEVICE} characters.")
    if name in ("user_name", "device_name", "code", "epoch", "cid") and len(value) > 200:
        raise Refused("bad_request", f"The request's $.{name} must have at most 200 characters.")


def _check_protocol(request: Request) -> None:
    if request.headers.get(wire.PROTOCOL_HEADER) != str(wire.PROTOCOL):
        raise Refused("upgrade_required", f"It speaks {wire.PROTOCOL_HEADER} {wire.PROTOCOL}.")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _token(request: Request) -> str:
    found = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    if not found:
        raise Refused("signed_out", "The request has no bearer token.")
    return found.group(1)


# ------------------------------------------------------------------ answers


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _accepts_gzip(request: Request) -> bool:
    offers = (offer.partition(";") for offer in request.headers.get("Accept-Encoding", "").lower().split(","))
    return any(name.strip() in ("gzip", "*") and not _REFUSED.fullmatch(quality.strip()) for name, _, quality in offers)


class _EventsResponse(StreamingResponse):
    """A stream of events, left when its listener has gone or it has ended, however that came."""

    def __init__(self, hub: events.Hub, stream: events.Stream, metrics: metrics.Metrics) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(stream, headers=headers, media_type="text/event-stream")
        self._hub, self._stream, self._metrics = hub, stream, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._metrics.streams.inc()
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.leave(self._stream)
            self._metrics.streams.dec()


def _as_it_is(data: bytes, _: bool) -> bytes:
    return data


def _gzip(level: int) -> Callable[[bytes, bool], bytes]:
    """Compresses piece by piece; whoever has received a piece can read all of it."""
    compressor = zlib.compressobj(level, wbits=_GZIP)

    def compress(data: bytes, last: bool) -> bytes:
        return compressor.compress(data) + compressor.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)

    return compress


def _take_notice(reading: asyncio.Future[Chunk]) -> None:
    """Nobody waits for it any more once the client has gone; then its error, too, is of no interest."""
    if not reading.cancelled():
        reading.exception()


async def _http_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # what it is registered for
    code: wire.ProblemCode = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")  # type: ignore[assignment]
    answer = problems.response(Refused(code).problem)
    answer.headers.update(error.headers or {})
    return answer


class _CutOff(Exception):
    """Ends a connection whose answer has begun and cannot be completed; the error itself is in the log."""


class _Envelope:
    """Around every request: the headers of every answer, refusals and failures as problems, counting."""

    def __init__(self, app: ASGIApp, metrics: metrics.Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0
        nonce = Request(scope).headers.get(wire.NONCE_HEADER, "")

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[wire.PROTOCOL_HEADER] = str(wire.PROTOCOL)
                headers["X-Content-Type-Options"] = "nosniff"
                if _NONCE.fullmatch(nonce):
                    headers[wire.NONCE_HEADER] = nonce
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except ClientDisconnect:
            pass
        except Exception as error:  # noqa: BLE001  # each becomes an answer, or ends the connection
            if status:
                self._log(error, scope)
                raise _CutOff from None
            await self._problem(error, scope)(scope, receive, send_marked)
        finally:
            # A path that is no route is not a label: anybody could make up as many as they like.
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(route, status).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - began)

    def _problem(self, error: Exception, scope: Scope) -> Response:
        refused = problems.refusal(error)
        # What somebody is refused by rule they could fill the log with.
        if refused is None or (refused.problem.code == "unavailable" and not isinstance(error, Refused)):
            refused = self._log(error, scope, refused)
        self._metrics.refusals.labels(refused.problem.code).inc()
        return problems.response(refused.problem)

    def _log(self, error: Exception, scope: Scope, refused: Refused | None = None) -> Refused:
        """Note an error for the operator; the answer names the note."""
        id = secrets.token_hex(6)
        _log.error("%s %s failed (%s)\n%s", scope["method"], scope["path"], id, faults.traced(error))
        return refused or Refused("internal", f"The operator finds it in the log as {id}.")

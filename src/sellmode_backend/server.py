"""The backend's HTTP application: the endpoints of all subjects over one database, without state of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from sellmode_backend import housekeeping, metrics
from sellmode_backend.accounts.endpoints import AccountEndpoints
from sellmode_backend.accounts.passwords import Passwords
from sellmode_backend.accounts.signing_in import Clock, SigningIn, utc_now
from sellmode_backend.envelope import Envelope, http_problem
from sellmode_backend.health import HealthEndpoints
from sellmode_backend.http import Bodies
from sellmode_backend.monitoring import THIS_MACHINE, MonitoringEndpoints, Network
from sellmode_backend.rules import background
from sellmode_backend.rules.endpoints import PreviewEndpoints
from sellmode_backend.rules.passes import PassReport
from sellmode_backend.service import presences, reservations
from sellmode_backend.shopper.endpoints import ShopperEndpoints
from sellmode_backend.shopper.pictures.endpoints import PictureEndpoints
from sellmode_backend.shopper.requests.connecting import ConnectorEndpoints
from sellmode_backend.shopper.requests.endpoints import RequestEndpoints
from sellmode_backend.shopper.requests.live import Chats
from sellmode_backend.store.bell import Bell
from sellmode_backend.store.database import Database
from sellmode_backend.sync import events
from sellmode_backend.sync.answer import SyncRules
from sellmode_backend.sync.endpoints import StreamSettings, SyncEndpoints
from sellmode_backend.webhooks import background as webhooks
from sellmode_backend.webhooks.endpoints import WebhookEndpoints
from sellmode_contract import wire


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
    max_streams: int = 1000
    """Terminals that may listen to one worker for changes."""
    max_chats: int = 3000
    """Customers' pages that may listen to one worker for what is written to them; others ask now and then."""
    chat_alive_seconds: float = 20
    """How often a customer's page is told that the line is up, and its talk looked at."""
    poke_poll_seconds: float = 1
    """How often a worker asks the database for changes while somebody listens and it cannot hear of them."""
    poke_alive_seconds: float = wire.ALIVE_SECONDS
    """A stream of events shows about so often that it is alive; no more often than the database is asked."""
    poke_look_seconds: float = 25
    """How often a stream's session is looked at while nothing changes."""
    rules_seconds: float = background.EVERY_SECONDS
    """About how often a worker looks whether rules have something to do."""
    pairs_seconds: float = 5
    """About how often a worker looks whether customers whom terminals have changed may be others."""
    webhook_secrets: Path | None = None
    """A folder with the secrets of who sends events; without one nobody may."""
    webhooks_seconds: float = webhooks.EVERY_SECONDS
    """About how often a worker looks for events that another one took in."""
    presence_seconds: float = presences.EVERY_SECONDS
    """How often a worker looks who is still available for chat, besides when its streams open and end."""
    reservations_seconds: float = reservations.EVERY_SECONDS
    """About how often a worker looks which requests are the store's by now."""
    monitors: Sequence[Network] = THIS_MACHINE
    """Addresses that may see the counters and the API document."""


def create_app(database: Database, *, settings: ServerSettings | None = None, clock: Clock = utc_now) -> Starlette:
    """The application over a migrated database; whoever opened the database closes it."""
    settings = settings or ServerSettings()
    counters = metrics.Metrics()
    bodies, event_came = Bodies(settings.body_seconds), asyncio.Event()
    bell = Bell(database)
    hub = events.Hub(
        database,
        bell,
        clock,
        most=settings.max_streams,
        poll_seconds=settings.poke_poll_seconds,
        alive_seconds=settings.poke_alive_seconds,
        look_seconds=settings.poke_look_seconds,
    )
    streams = StreamSettings(settings.sync, settings.gzip_level, settings.keep_alive_seconds)
    previews = PreviewEndpoints(
        database, clock, bodies, parallel=settings.parallel_previews, seconds=settings.preview_seconds
    )

    chats = Chats(
        database,
        bell,
        clock,
        most=settings.max_chats,
        poll_seconds=settings.poke_poll_seconds,
        alive_seconds=settings.chat_alive_seconds,
    )

    def end() -> None:
        """End what would go on for long: the server stops."""
        hub.close()
        chats.close()
        previews.end()

    def passed(report: PassReport) -> None:
        counters.passed(len(report.failed), len(report.unfit), len(report.broken))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        tasks = [
            asyncio.create_task(housekeeping.keep(database, clock)),
            asyncio.create_task(housekeeping.keep_pairs(database, clock, settings.pairs_seconds)),
            asyncio.create_task(background.keep(database, clock, settings.rules_seconds, passed)),
            asyncio.create_task(webhooks.keep(database, clock, event_came, settings.webhooks_seconds)),
            asyncio.create_task(reservations.keep(database, clock, settings.reservations_seconds)),
            asyncio.create_task(presences.keep(database, clock, hub, settings.presence_seconds)),
        ]
        try:
            yield {events.END_STREAMS: end}
        finally:
            for task in tasks:
                task.cancel()
            hub.close()
            chats.close()
            # What has begun in a thread goes on to its end: whoever closes the database comes after.
            await asyncio.gather(*tasks, bell.close(), return_exceptions=True)

    signing_in = SigningIn(database, settings.passwords, clock)
    app = Starlette(
        routes=[
            *AccountEndpoints(signing_in, bodies, settings.parallel_hashes).routes,
            *SyncEndpoints(database, clock, bodies, hub, counters, streams).routes,
            *previews.routes,
            *ShopperEndpoints(database, clock, bodies).routes,
            *RequestEndpoints(database, clock, bodies, chats).routes,
            *ConnectorEndpoints(database, clock, bodies).routes,
            *PictureEndpoints(database, clock).routes,
            *WebhookEndpoints(database, clock, bodies, settings.webhook_secrets, event_came).routes,
            *HealthEndpoints(database).routes,
            *MonitoringEndpoints(counters, settings.monitors).routes,
        ],
        middleware=[Middleware(Envelope, metrics=counters)],
        exception_handlers={HTTPException: http_problem},
        lifespan=lifespan,
    )
    # A redirect would be an answer that no terminal follows.
    app.router.redirect_slashes = False
    return app

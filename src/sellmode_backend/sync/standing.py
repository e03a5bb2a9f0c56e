"""All that an answer begins with: who asks, what they see, and what the clocks show; in one statement."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import sessions
from sellmode_backend.accounts.sessions import Session, SignedOut
from sellmode_backend.store import gathering, settings
from sellmode_backend.store.columns import instant
from sellmode_backend.store.feeds import Clock
from sellmode_backend.store.prepared import Prepared
from sellmode_backend.store.presence import POLLED_UNTIL
from sellmode_backend.store.schema import account, account_scope, account_store, client, feed, session
from sellmode_contract import wire
from sellmode_contract.audiences import RETAILER_FEED


class Standing(NamedTuple):
    """How things stand for whoever asks."""

    session: Session
    view: wire.View
    epoch: str
    acked: int
    """The highest ``seq`` of the client that is done with; 0 for one that is not known, or is somebody else's."""
    told_at: Mapping[str, dt.datetime]
    """When the account was last told that it has a scope."""
    clocks: Mapping[str, Clock]
    """Of all feeds that it can have scopes of."""
    polled_until: dt.datetime | None
    """As ``presence.POLLED_UNTIL``."""


_STORES = sa.select(account_store.c.store).where(account_store.c.account == account.c.id)
_FEEDS = (feed.c.id == RETAILER_FEED) | feed.c.id.in_(_STORES)
_CLIENT = (
    (client.c.cid == sa.bindparam("cid"))
    & (client.c.account == session.c.account)
    & (client.c.device == session.c.device)
)
_STANDING = Prepared(
    sa.select(
        settings.DOCUMENT,
        settings.EPOCH,
        sa.select(client.c.last_seq).where(_CLIENT).scalar_subquery(),
        gathering.mapping(account_scope.c.scope, account_scope.c.last_at, account_scope.c.account == account.c.id),
        gathering.mapping(feed.c.id, feed.c.seq, _FEEDS),
        gathering.mapping(feed.c.id, feed.c.min_seq, _FEEDS),
        POLLED_UNTIL,
        *sessions.COLUMNS,
    )
    .select_from(sessions.JOINED)
    .where(session.c.token_hash == sa.bindparam("token"))
)


def standing(connection: Connection, token: str, request: wire.SyncRequest, now: dt.datetime) -> Standing:
    """How things stand for whoever sends a request. Raises SignedOut or AccountDisabled."""
    found = _STANDING.rows(connection, token=sessions.hashed(token), cid=request.cid)
    if not found:
        raise SignedOut
    document, epoch, acked, told_at, seqs, least, polled_until, *mine = found[0]
    whose = sessions.of_columns(mine, now)
    if whose.device != request.device:
        raise SignedOut
    clocks = defaultdict(lambda: Clock(0, 0), {name: Clock(seq, least[name]) for name, seq in (seqs or {}).items()})
    return Standing(
        whose,
        wire.View(mode=settings.mode_in(document), account=whose.account),
        settings.known_epoch(epoch),
        acked or 0,
        {scope: instant(at) for scope, at in (told_at or {}).items()},
        clocks,
        polled_until,
    )

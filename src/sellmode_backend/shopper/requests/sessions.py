"""Customers' sessions: who has the link of a talk may read it and go on with it.

A link ends in 128 bits, of which a hash is kept. It lasts for some days after the customer has last written.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.shopper import guards
from sellmode_backend.shopper.requests import connector
from sellmode_backend.store import bulk
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.schema import record, talk_session

_BYTES: Final = 16


def token_for(secret: bytes, guard: str) -> str:
    """What the link of the talk ends in that is begun with a guard: a form that is sent twice begins one."""
    return base64.b32encode(guards.derived(secret, "talk", guard, _BYTES)).decode().rstrip("=")


def start(connection: Connection, token: str, request: str, now: dt.datetime) -> None:
    """Let whoever has the token go on with the talk of a request."""
    row = {"token_hash": _hashed(token), "request": request, "expires_at": _end(connection, now)}
    bulk.insert_new(connection, talk_session, [row])


def find(connection: Connection, token: str, now: dt.datetime) -> tuple[str, dt.datetime] | None:
    """The request that a token is for, and when that ends; None for one that is unknown, or has ended."""
    query = sa.select(talk_session.c.request, talk_session.c.expires_at).where(
        talk_session.c.token_hash == _hashed(token), talk_session.c.expires_at > now
    )
    row = connection.execute(query).first()
    return (row.request, row.expires_at) if row else None


def those_open(connection: Connection, tokens: Sequence[str], now: dt.datetime) -> set[str]:
    """Of some tokens those that are for a talk that is still there."""
    by_hash = {_hashed(token): token for token in tokens}
    found = set[str]()
    for some in in_parts(sorted(by_hash)):
        query = (
            sa.select(talk_session.c.token_hash)
            .join(record, (record.c.kind == "request") & (record.c.id == talk_session.c.request))
            .where(bulk.one_of(connection, talk_session.c.token_hash, some), talk_session.c.expires_at > now)
        )
        found.update(by_hash[hash] for hash in connection.scalars(query))
    return found


def go_on(connection: Connection, token: str, now: dt.datetime) -> None:
    """The customer has written: it lasts from now on."""
    mine = talk_session.c.token_hash == _hashed(token)
    connection.execute(sa.update(talk_session).where(mine).values(expires_at=_end(connection, now)))


def forget_ended(connection: Connection, now: dt.datetime) -> int:
    """Delete sessions that have ended; how many."""
    return connection.execute(sa.delete(talk_session).where(talk_session.c.expires_at <= now)).rowcount


def _end(connection: Connection, now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(days=connector.read(connection).days)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

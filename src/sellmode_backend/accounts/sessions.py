"""Sessions: one opaque 256-bit token an account and device, kept as a hash and looked up at each call.

A session ends with signing out, a reset, a new password, after 14 days without contact, after 30 days at most, and when
the account signs in on too many other devices. A disabled account's opens nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import accounts, schema
from sellmode_backend.store.bulk import one_of
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.prepared import Prepared
from sellmode_contract.visibility import Account

IDLE = dt.timedelta(days=14)
MAX_AGE = dt.timedelta(days=30)
MAX_SESSIONS = 20
"""Devices on which an account is signed in at the same time; of more, the one without contact for longest is ended.

Each may listen for changes, and whoever makes up names of devices would take all places for that.
"""
NOTED_AGAIN = dt.timedelta(hours=1)
"""Contact within this time of the last one noted is not noted, so that polling does not write."""

_TOKEN_BYTES = 32
_ALL = 1000
"""SQLite wants a limit where there is an offset."""


class SignedOut(Exception):
    """The token opens nothing (any more)."""


class AccountDisabled(Exception):
    """The token is good, but its account is disabled."""


class Session(NamedTuple):
    """Whom a token speaks for."""

    account: Account
    device: str
    seen_at: dt.datetime


def start(connection: Connection, account_id: str, device: str, now: dt.datetime) -> tuple[str, dt.datetime]:
    """A new token for an account on a device, in place of the one before, and when it ends at the latest."""
    table = schema.session
    connection.execute(sa.delete(table).where(table.c.account == account_id, table.c.device == device))
    mine = sa.select(table.c.token_hash).where(table.c.account == account_id)
    last = mine.order_by(table.c.seen_at.desc(), table.c.token_hash).limit(_ALL).offset(MAX_SESSIONS - 1)
    ended = list(connection.scalars(last))
    if ended:
        connection.execute(sa.delete(table).where(table.c.token_hash.in_(ended)))
    token, expires_at = secrets.token_urlsafe(_TOKEN_BYTES), now + MAX_AGE
    connection.execute(
        sa.insert(table).values(
            token_hash=hashed(token),
            account=account_id,
            device=device,
            created_at=now,
            seen_at=now,
            expires_at=expires_at,
        )
    )
    return token, expires_at


COLUMNS = (schema.session.c.device, schema.session.c.seen_at, schema.session.c.expires_at, *accounts.COLUMNS)
"""What ``of_columns`` makes a session of."""
JOINED = sa.join(schema.session, schema.account, schema.account.c.id == schema.session.c.account)
"""Where they stand."""
_FIND = Prepared(sa.select(*COLUMNS).select_from(JOINED).where(schema.session.c.token_hash == sa.bindparam("token")))


def find(connection: Connection, token: str, now: dt.datetime) -> Session:
    """Whom a token speaks for now. Raises SignedOut or AccountDisabled."""
    found = _FIND.rows(connection, token=hashed(token))
    if not found:
        raise SignedOut
    return of_columns(found[0], now)


def find_many(connection: Connection, tokens: Iterable[str], now: dt.datetime) -> dict[str, Session]:
    """Those of some tokens that speak for somebody now, and whom they speak for."""
    by_hash, found = {hashed(token): token for token in tokens}, dict[str, Session]()
    query = sa.select(schema.session.c.token_hash, *COLUMNS).select_from(JOINED)
    for some in in_parts(sorted(by_hash)):
        for token_hash, *values in connection.execute(
            query.where(one_of(connection, schema.session.c.token_hash, some))
        ):
            with contextlib.suppress(SignedOut, AccountDisabled):
                found[by_hash[token_hash]] = of_columns(values, now)
    return found


def of_columns(values: Sequence[Any], now: dt.datetime) -> Session:
    """A session from what stands in its columns. Raises SignedOut or AccountDisabled if it speaks for nobody now."""
    device, seen_at, expires_at, *account_values = values
    if expires_at <= now or seen_at + IDLE <= now:
        raise SignedOut
    account = accounts.of_columns(account_values)
    if not account.active:
        raise AccountDisabled
    return Session(account, device, seen_at)


def note_contact(connection: Connection, token: str, now: dt.datetime) -> None:
    """Write down that a session was used."""
    table = schema.session
    connection.execute(sa.update(table).where(table.c.token_hash == hashed(token)).values(seen_at=now))


def end(connection: Connection, token: str) -> str | None:
    """End the session of a token, if there is one; gives whose it was."""
    table = schema.session
    ended: str | None = connection.scalar(
        sa.delete(table).where(table.c.token_hash == hashed(token)).returning(table.c.account)
    )
    return ended


def end_all(connection: Connection, account_id: str) -> int:
    """End all sessions of an account; how many there were."""
    return connection.execute(sa.delete(schema.session).where(schema.session.c.account == account_id)).rowcount


def forget_ended(connection: Connection, now: dt.datetime) -> int:
    """Delete sessions that time has ended; how many."""
    table = schema.session
    over = (table.c.expires_at <= now) | (table.c.seen_at <= now - IDLE)
    return connection.execute(sa.delete(table).where(over)).rowcount


def hashed(token: str) -> str:
    """A token as the database has it."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()

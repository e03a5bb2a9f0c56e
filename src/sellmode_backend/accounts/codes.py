"""One-time activation codes: what an operator hands out so that somebody can set a password.

A code is twelve characters of Crockford's base 32 (60 bits), kept as a hash, good once and for a few days. A new one
takes the place of the old.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import schema

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHARACTERS = 12
_GROUP = 4
_MISREAD = str.maketrans("OIL", "011")
"""Crockford's rule: letters that look like digits are those digits."""

LIFE = dt.timedelta(days=7)


def issue(connection: Connection, account_id: str, now: dt.datetime, life: dt.timedelta = LIFE) -> str:
    """Make a code for an account, in groups (``7KQ2-M4RX-09TB``); the one before is void. It can be read here only."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CHARACTERS))
    withdraw(connection, account_id)
    connection.execute(
        sa.insert(schema.activation_code).values(account=account_id, code_hash=_hash(code), expires_at=now + life)
    )
    return "-".join(code[start : start + _GROUP] for start in range(0, _CHARACTERS, _GROUP))


def is_good(connection: Connection, account_id: str, code: str, now: dt.datetime) -> bool:
    """Whether a code is the account's and has not expired. Whoever uses it withdraws it in the same transaction."""
    table = schema.activation_code
    kept = connection.execute(
        sa.select(table.c.code_hash, table.c.expires_at).where(table.c.account == account_id)
    ).one_or_none()
    return kept is not None and hmac.compare_digest(kept.code_hash, _hash(code)) and kept.expires_at > now


def withdraw(connection: Connection, account_id: str) -> None:
    """Make an account's code void, if it has one."""
    connection.execute(sa.delete(schema.activation_code).where(schema.activation_code.c.account == account_id))


def good(connection: Connection, now: dt.datetime) -> dict[str, dt.datetime]:
    """The accounts that have a good code, each with until when it is."""
    table = schema.activation_code
    query = sa.select(table.c.account, table.c.expires_at).where(table.c.expires_at > now)
    return {row.account: row.expires_at for row in connection.execute(query)}


def forget_expired(connection: Connection, now: dt.datetime) -> int:
    """Delete codes that nobody can use any more; how many."""
    table = schema.activation_code
    return connection.execute(sa.delete(table).where(table.c.expires_at <= now)).rowcount


def _hash(code: str) -> str:
    plain = "".join(character for character in code.upper() if character.isalnum()).translate(_MISREAD)
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()

"""The key that opens an account's files on one device: made at the first sign-in there, given back later."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import schema
from sellmode_contract.ids import user_key

KEY_BYTES = 32


def key(connection: Connection, account_id: str, device: str, name: str, now: dt.datetime) -> bytes:
    """The account's key on a device, the same each time. ``name`` is what the device calls itself now."""
    table = schema.device
    here = (table.c.account == account_id) & (table.c.device == device)
    known = connection.execute(sa.select(table.c.key, table.c.name).where(here)).one_or_none()
    if known is None:
        made = secrets.token_bytes(KEY_BYTES)
        connection.execute(
            sa.insert(table).values(account=account_id, device=device, key=made, name=name, created_at=now)
        )
        return made
    if known.name != name:
        connection.execute(sa.update(table).where(here).values(name=name))
    return bytes(known.key)


class Known(NamedTuple):
    """An account on a device where it has signed in before."""

    account: str
    key: bytes


def known_key(connection: Connection, user_name: str, device: str) -> Known | None:
    """Whose key a device has, by a user name: one statement, whether there is such an account and device or not."""
    table, account = schema.device, schema.account
    found = connection.execute(
        sa.select(table.c.account, table.c.key)
        .join_from(table, account, table.c.account == account.c.id)
        .where(account.c.user_key == user_key(user_name), table.c.device == device)
    ).one_or_none()
    return Known(found.account, bytes(found.key)) if found is not None else None


def is_known(connection: Connection, account_id: str, device: str) -> bool:
    """Whether the account has signed in on a device before."""
    table = schema.device
    found = sa.select(sa.literal(1)).where(table.c.account == account_id, table.c.device == device)
    return connection.scalar(found) is not None


def known(connection: Connection, account_id: str) -> list[str]:
    """The devices that an account has signed in on."""
    return list(connection.scalars(sa.select(schema.device.c.device).where(schema.device.c.account == account_id)))

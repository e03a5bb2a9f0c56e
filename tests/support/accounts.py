"""Accounts put into a database as they are, right or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import schema
from sellmode_contract.visibility import Account


def add_accounts(connection: Connection, accounts: Iterable[Account]) -> None:
    """Store accounts without the checks of the backend, so that unknown roles and missing stores can be had."""
    for account in accounts:
        connection.execute(
            sa.insert(schema.account).values(
                id=account.id,
                user_name=account.user_name,
                user_key=account.user_name,
                name=account.name,
                role=account.role,
                work=account.work,
                capabilities=sorted(account.capabilities),
                active=account.active,
                created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            )
        )
        for store in account.stores:
            connection.execute(sa.insert(schema.account_store).values(account=account.id, store=store))

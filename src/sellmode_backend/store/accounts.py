"""Reading accounts as the contract knows them, for whoever decides what they see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store.schema import account, account_store
from sellmode_contract.visibility import Account

_COLUMNS = (
    account.c.id,
    account.c.user_name,
    account.c.name,
    account.c.role,
    account.c.work,
    account.c.capabilities,
    account.c.active,
    account_store.c.store,
)
_QUERY = sa.select(*_COLUMNS).outerjoin_from(account, account_store).order_by(account.c.id, account_store.c.store)


def read(connection: Connection, id: str) -> Account | None:
    """An account as it is now."""
    return next(_accounts(connection.execute(_QUERY.where(account.c.id == id))), None)


def each(connection: Connection) -> Iterator[Account]:
    """All accounts, disabled ones too."""
    return _accounts(connection.execute(_QUERY))


def _accounts(rows: sa.CursorResult[Any]) -> Iterator[Account]:
    """One account from the rows of its stores; an account without a store has one row with none."""
    last: Account | None = None
    for row in rows:
        if last and last.id == row.id:
            last = _account(row, (*last.stores, row.store))
            continue
        if last:
            yield last
        last = _account(row, (row.store,) if row.store else ())
    if last:
        yield last


def _account(row: sa.Row[Any], stores: tuple[str, ...]) -> Account:
    return Account(
        id=row.id,
        user_name=row.user_name,
        name=row.name,
        role=row.role,
        stores=stores,
        work=row.work,
        capabilities=frozenset(row.capabilities),
        active=row.active,
    )

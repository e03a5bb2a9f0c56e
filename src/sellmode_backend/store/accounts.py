"""Reading accounts as the contract knows them, for whoever decides what they see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import gathering
from sellmode_backend.store.schema import account, account_store
from sellmode_contract.visibility import Account

COLUMNS: tuple[sa.ColumnElement[Any], ...] = (
    account.c.id,
    account.c.user_name,
    account.c.name,
    account.c.role,
    account.c.work,
    account.c.capabilities,
    account.c.active,
    gathering.array(account_store.c.store, account_store.c.account == account.c.id).label("stores"),
)
"""What ``of_columns`` makes an account of."""
_QUERY = sa.select(*COLUMNS).order_by(account.c.id)


def read(connection: Connection, id: str) -> Account | None:
    """An account as it is now."""
    row = connection.execute(_QUERY.where(account.c.id == id)).one_or_none()
    return None if row is None else of_columns(row)


def each(connection: Connection) -> Iterator[Account]:
    """All accounts, disabled ones too."""
    for row in connection.execute(_QUERY):
        yield of_columns(row)


def of_columns(values: Sequence[Any]) -> Account:
    """An account from what stands in its columns."""
    id, user_name, name, role, work, capabilities, active, stores = values
    return Account(
        id=id,
        user_name=user_name,
        name=name,
        role=role,
        stores=tuple(sorted(stores or ())),
        work=work,
        capabilities=frozenset(capabilities),
        active=bool(active),
    )

"""The retailer's people: who they are, where they work and whether they may sign in.

Everybody here is also a ``staff`` record, by which their colleagues know them; both are written in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import get_args

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import accounts as store_accounts
from sellmode_backend.store import bulk, presence, schema
from sellmode_backend.store import records as store_records
from sellmode_contract import text
from sellmode_contract.ids import source_id, user_key
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.roles import ROLE_CAPABILITIES, Capability, Role, Work
from sellmode_contract.visibility import Account

MAX_USER_NAME = 200
"""Characters."""

ONE_STORE_ROLES = ("associate", "manager")


class AccountError(ValueError):
    """An account cannot be made or changed as asked; says why."""


class UnknownAccount(AccountError):
    """Nobody has this user name."""


def new_account(
    *,
    user_name: str,
    name: str = "",
    role: Role = "associate",
    stores: Iterable[str] = (),
    work: Work = "omnichannel",
    source: str = "sellmode",
) -> Account:
    """An account as its role makes it, not stored yet. The id comes from source and user name, for replays."""
    return Account(
        id=source_id("staff", source, user_name),
        user_name=user_name,
        name=name or user_name,
        role=role,
        stores=tuple(stores),
        work=work,
        capabilities=frozenset(ROLE_CAPABILITIES[role]),
    )


def add(connection: Connection, account: Account, now: dt.datetime) -> None:
    """Store a new account. It has no password until a code is used (`codes.issue`). Raises AccountError."""
    _check(connection, account)
    if by_user_name(connection, account.user_name) is not None:
        raise AccountError(f"There is an account with the user name {text.visible(account.user_name)!r} already.")
    connection.execute(sa.insert(schema.account).values(id=account.id, created_at=now, **_columns(account)))
    _write_stores_and_staff(connection, account, now)


def update(connection: Connection, account: Account, *, now: dt.datetime | None = None) -> None:
    """Store an account as it is now; its id stays. Raises AccountError.

    ``now`` is since when it is disabled, if it is disabled by this: the present moment if not given.
    """
    _check(connection, account)
    other = by_user_name(connection, account.user_name)
    if other is not None and other.id != account.id:
        raise AccountError(f"Another account has the user name {text.visible(account.user_name)!r}.")
    table = schema.account
    connection.execute(sa.update(table).where(table.c.id == account.id).values(**_columns(account)))
    connection.execute(sa.delete(schema.account_store).where(schema.account_store.c.account == account.id))
    now = now or dt.datetime.now(dt.UTC)
    _write_stores_and_staff(connection, account, now)
    _note_disabled(connection, account, now)


def move(connection: Connection, account: Account, *stores: str, now: dt.datetime | None = None) -> Account:
    """Let somebody work in another store from now on, or lead others; customers stay behind. Raises AccountError."""
    moved = msgspec.structs.replace(account, stores=stores)
    update(connection, moved, now=now)
    return moved


def disable(connection: Connection, account: Account, *, now: dt.datetime | None = None) -> None:
    """Shut somebody out. Their sessions open nothing from now on, but can still be told why (`sessions.find`).

    ``now`` is as for ``update``: for some time their terminals may still hand in what they had not sent.
    """
    update(connection, msgspec.structs.replace(account, active=False), now=now)


def disabled_since(connection: Connection, account: Account) -> dt.datetime | None:
    """Since when an account is disabled; None if it is not, or nobody knows."""
    table = schema.disabled_account
    return connection.scalar(sa.select(table.c.at).where(table.c.account == account.id))


def enable(connection: Connection, account: Account) -> None:
    """Let somebody in again, who signs in anew on each device."""
    connection.execute(sa.delete(schema.session).where(schema.session.c.account == account.id))
    update(connection, msgspec.structs.replace(account, active=True))


def everybody(connection: Connection) -> list[Account]:
    """All accounts, by user name."""
    return sorted(store_accounts.each(connection), key=lambda account: user_key(account.user_name))


def by_user_name(connection: Connection, user_name: str) -> Account | None:
    """An account by what its owner types to sign in."""
    account_id = connection.scalar(
        sa.select(schema.account.c.id).where(schema.account.c.user_key == user_key(user_name))
    )
    return store_accounts.read(connection, account_id) if account_id else None


def named(connection: Connection, user_name: str) -> Account:
    """An account by its user name, or UnknownAccount."""
    account = by_user_name(connection, user_name)
    if account is None:
        raise UnknownAccount(f"There is no account with the user name {text.visible(user_name)!r}.")
    return account


def _note_disabled(connection: Connection, account: Account, now: dt.datetime) -> None:
    table = schema.disabled_account
    if account.active:
        connection.execute(sa.delete(table).where(table.c.account == account.id))
    else:
        bulk.insert_new(connection, table, [{"account": account.id, "at": now}])


def _check(connection: Connection, account: Account) -> None:
    text.refuse(account.user_name, "user name")
    text.refuse(account.name, "name")
    if not user_key(account.user_name) or len(account.user_name) > MAX_USER_NAME:
        raise AccountError(f"A user name has 1 to {MAX_USER_NAME} characters.")
    for what, value, known in (("role", account.role, get_args(Role)), ("kind of work", account.work, get_args(Work))):
        if value not in known:
            raise AccountError(f"Unknown {what} {text.visible(value)!r}: it is one of {', '.join(known)}.")
    if unknown := account.capabilities - set(get_args(Capability)):
        raise AccountError(f"Unknown capabilities: {', '.join(map(text.visible, sorted(unknown)))}.")
    if account.role in ONE_STORE_ROLES and len(account.stores) > 1:
        raise AccountError(f"Somebody with the role {account.role} works in one store, not in {len(account.stores)}.")
    known_stores = set(connection.scalars(sa.select(schema.store.c.id).where(schema.store.c.id.in_(account.stores))))
    for store in account.stores:
        if store not in known_stores:
            raise AccountError(f"There is no store {text.visible(store)!r}.")


def _columns(account: Account) -> dict[str, object]:
    return {
        "user_name": account.user_name,
        "user_key": user_key(account.user_name),
        "name": account.name,
        "role": account.role,
        "work": account.work,
        "capabilities": sorted(account.capabilities),
        "active": account.active,
    }


def _write_stores_and_staff(connection: Connection, account: Account, now: dt.datetime) -> None:
    rows = [{"account": account.id, "store": store} for store in sorted(set(account.stores))]
    bulk.insert(connection, schema.account_store, rows)
    # Whoever is disabled or works elsewhere now is not available any more.
    away = presence.settled(connection, [account.id], now)
    if not account.stores:
        store_records.write(connection, away, removed=[("staff", account.id)], now=now)
        return
    # Whoever leads several stores stands in the directory of the first.
    staff = Staff(
        id=account.id,
        store=min(account.stores),
        user_name=account.user_name,
        name=account.name,
        role=account.role,
        active=account.active,
    )
    store_records.write(connection, [staff, *away], now=now)


def can_own(account: Account, store: str) -> bool:
    """Whether somebody works in the store, so that a customer of that store can be theirs."""
    return account.role in ONE_STORE_ROLES and account.stores == (store,)

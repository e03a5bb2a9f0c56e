"""Giving customers to another associate, or to nobody: what the operator does when people come and go."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import directory
from sellmode_backend.accounts.directory import can_own
from sellmode_backend.customers.naming import OPERATOR, NotOneCustomer, customers_named, read_customers
from sellmode_backend.store import duplicates, records, schema, settings
from sellmode_backend.store.database import Database, in_parts
from sellmode_contract.audiences import person_audience
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations.assigning import history
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account

BATCH = 500
"""Customers of one transaction; what belongs to them is re-tagged with them."""


class AssignRefused(Exception):
    """Customers cannot be assigned as asked; says why. Nothing has changed."""


class AllOf(NamedTuple):
    """All customers of an associate."""

    user_name: str


class Assigned(NamedTuple):
    """What an assignment changes."""

    changed: int
    same: int
    """Customers who were so already."""
    moved_from: dict[str, int]
    """How many come from each other store, by its name."""


def assign(
    database: Database,
    whose: AllOf | Sequence[str],
    to_user: str | None,
    *,
    now: dt.datetime,
    move: bool = False,
    dry_run: bool = False,
) -> Assigned:
    """Assign all customers of an associate, or those of numbers, e-mails and ids, to an associate or to nobody.

    A customer of another store than the associate's is given only with ``move``, and then moves: one whose owner works
    elsewhere would be seen by nobody. One without a store gets the associate's. It is done in parts; an assignment that
    was interrupted is simply repeated. Raises AssignRefused, directory.UnknownAccount.
    """
    with database.snapshot() as connection:
        owner = directory.named(connection, to_user) if to_user is not None else None
        if owner and not (owner.active and owner.stores and can_own(owner, owner.stores[0])):
            raise AssignRefused(
                f"{to_user} ({owner.role}{'' if owner.active else ', disabled'}) cannot have customers."
            )
        ids = _all_of(connection, whose) if isinstance(whose, AllOf) else _named(connection, whose)
        store = owner.stores[0] if owner else None
        changed, elsewhere = 0, Counter[str]()
        for some in in_parts(ids, BATCH):
            for customer in read_customers(connection, some):
                changed += _with_owner(customer, owner) != customer
                if store and customer.store not in (None, store):
                    elsewhere[str(customer.store)] += 1
        names = {entry.id: entry.name for entry in settings.stores(connection)}
    moved_from = {names.get(id, id): count for id, count in sorted(elsewhere.items())}
    if moved_from and not move:
        told = ", ".join(f"{count:,} of {name}" for name, count in moved_from.items())
        raise AssignRefused(f"Customers of another store than {to_user}'s ({told}) are only assigned with --move.")
    if not dry_run:
        for some in in_parts(ids, BATCH):
            with database.transaction() as connection:
                _assign(connection, some, owner, now)
    return Assigned(changed, len(ids) - changed, moved_from)


def _assign(connection: Connection, ids: Sequence[str], owner: Account | None, now: dt.datetime) -> None:
    before = read_customers(connection, ids, lock=True)
    after = [_with_owner(customer, owner) for customer in before]
    told: list[Record] = [
        entry
        for old, new in zip(before, after, strict=True)
        for entry in history(old, new, OPERATOR, now, now.isoformat())
    ]
    records.write(connection, [*after, *told])
    duplicates.watch(connection, {old.id: (old, new) for old, new in zip(before, after, strict=True)})


def _with_owner(customer: Customer, owner: Account | None) -> Customer:
    if owner is None:
        return msgspec.structs.replace(customer, owner=None)
    return msgspec.structs.replace(customer, owner=owner.id, store=owner.stores[0])


def _all_of(connection: Connection, whose: AllOf) -> list[str]:
    """The customers who have the associate as owner, in whichever store."""
    account = directory.named(connection, whose.user_name)
    table = schema.record.c
    tags = [person_audience(entry.id, account.id) for entry in settings.stores(connection)]
    return [
        id
        for some in in_parts(tags)
        for id in connection.scalars(
            sa.select(table.id).where(table.own.in_(some), table.kind == "customer").order_by(table.id)
        )
    ]


def _named(connection: Connection, texts: Iterable[str]) -> list[str]:
    try:
        return customers_named(connection, texts)
    except NotOneCustomer as error:
        raise AssignRefused(str(error)) from None

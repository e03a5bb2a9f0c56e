"""The list of staff becomes accounts, with their staff records, and the stores they work in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import directory
from sellmode_backend.importers import bases, merge
from sellmode_backend.importers.context import Context, Seen
from sellmode_backend.importers.reading import Row, Table, UnusableRow
from sellmode_backend.importers.rows import StaffRow
from sellmode_backend.importers.sources.staff import read_staff
from sellmode_backend.store import schema
from sellmode_contract.ids import user_key
from sellmode_contract.roles import ROLE_CAPABILITIES

NO_CODE = "people have no password and no activation code: `accounts code --all-new` makes codes (user name)"


def load(tables: Iterable[Table], context: Context) -> None:
    """Import a list of staff."""
    seen = Seen(context.summary)

    def parse(row: Row) -> StaffRow | None:
        item = read_staff(row)
        return item if seen.take(user_key(item.number), row, "number") else None

    for table in tables:
        _load(table, parse, context)
    context.read_people()


def _load(table: Table, parse: Callable[[Row], StaffRow | None], context: Context) -> None:
    for batch in context.batches(table, context.parsed(table, parse)):
        context.make_stores(item.store for item in batch)
        for item in batch:
            store = context.stores.id(item.store)
            assert store is not None  # noqa: S101 -- it was just made
            try:
                written = context.write(_write, item, store, context)
            except directory.AccountError as error:
                item.row.reject(UnusableRow("", f"cannot be an account: {error}"))
            else:
                context.summary.written["staff"] += written


def ask_for_codes(context: Context) -> None:
    """Note who cannot sign in yet because the operator has to hand out a code."""
    account, code = schema.account.c, schema.activation_code.c
    without = sa.or_(code.account.is_(None), code.expires_at <= context.now)
    query = (
        sa.select(account.user_name)
        .select_from(schema.account.outerjoin(schema.activation_code))
        .where(account.active, account.password_hash.is_(None), without)
        .order_by(account.user_key)
    )
    with context.database.snapshot() as connection:
        for user_name in connection.scalars(query):
            context.summary.ask(NO_CODE, user_name)


def _write(connection: Connection, item: StaffRow, store: str, context: Context) -> bool:
    """Write what the row changes of an account; whether it did. Who is disabled stays so."""
    fields = {"name": item.name, "role": item.role, "store": store}
    before = directory.by_user_name(connection, item.number)
    if before is None:
        made = directory.new_account(
            user_name=item.number, name=item.name, role=item.role, stores=[store], source=context.source.name
        )
        directory.add(connection, made, context.now)
        bases.write(connection, "staff", {made.id: fields})
        return True
    base = bases.read(connection, "staff", [before.id]).get(before.id, {})
    changes = merge.changed(base, fields)
    if not changes:
        return False
    after = before
    if "name" in changes:
        after = msgspec.structs.replace(after, name=item.name)
    if "role" in changes and item.role != before.role:
        after = msgspec.structs.replace(after, role=item.role, capabilities=ROLE_CAPABILITIES[item.role])
    if "store" in changes:
        after = msgspec.structs.replace(after, stores=(store,))
    if after != before:
        directory.update(connection, after)
    bases.write(connection, "staff", {before.id: fields})
    return after != before

"""The proof, end to end: what the backend sends, what each read path shows and the plain predicate agree.

Over random retailers, and whatever happens to them: a real database, real HTTP, a real cache file, the record
store and the commands.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from sellmode_backend.accounts import signing_in
from sellmode_backend.store import records as stored
from sellmode_backend.store import schema
from sellmode_contract import wire
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import card_id
from sellmode_contract.visibility import Account
from sellmode_tui.account.session import sign_in
from sellmode_tui.cache.store import Cache
from sellmode_tui.records import RecordStore
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import Refused
from tests.support.backend import QUICK
from tests.support.machine import Machine
from tests.support.shop import NOON, PASSWORD, Key, Shop, assert_right, open_shop, sync
from tests.support.worlds import Move, World, moves, sees, worlds
from tests.tui.records.test_visibility import _check as check_read_paths

HASHED = QUICK.hash(PASSWORD)
_LINES: msgspec.json.Decoder[wire.Line] = msgspec.json.Decoder(wire.Line)
_KNOWN_MODES = ("associate", "team")
BOTH_MODES = [[Move("switch mode", 0, 1)], [Move("switch mode", 0, 0)]]
"""Team, then Associate Mode: each story ends with a view that widens and narrows."""


class Listening(Transport):
    """Keeps the records that the backend sent."""

    sent: dict[Key, Any]

    @contextlib.contextmanager
    def stream(self, path: str, body: msgspec.Struct, *, token: str) -> Iterator[Iterator[bytes]]:
        with super().stream(path, body, token=token) as lines:
            yield map(self._heard, lines)

    def _heard(self, line: bytes) -> bytes:
        message = _LINES.decode(line)
        if isinstance(message, wire.Put):
            self.sent[message.k, message.id] = msgspec.json.decode(message.d)
        return line


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A backend whose database each example makes its own; few rows to a page, so that a small world takes several."""
    with open_shop(f"sqlite:///{tmp_path_factory.mktemp('backend') / 'backend.db'}", page_lines=3) as opened:
        yield opened


@settings(
    max_examples=max(5, settings().max_examples // 8),
    # The backend goes on from example to example; each has an empty database and a machine of its own.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds(), which=st.integers(0, 5), story=st.lists(st.lists(moves(), min_size=1, max_size=3), max_size=4))
def test_backend_cache_commands_and_predicate_agree(
    shop: Shop, tmp_path: Path, world: World, which: int, story: list[list[Move]]
) -> None:
    folder = tmp_path / str(next(_NUMBERS))
    folder.mkdir()
    machine = Machine(folder)
    machine.data.mkdir()
    world = _with_known_mode(world)
    account = world.accounts[which % len(world.accounts)]
    with shop.database.transaction() as connection:
        _begin(connection, world)
    with Listening(shop.url) as transport:
        session = sign_in(transport, account.user_name, PASSWORD, data=machine.data)
        cache = Cache.open(session.folder.cache_path, session.key)
        try:
            for happening in [[], *story, *BOTH_MODES]:
                before = world
                for move in happening:
                    world = _with_known_mode(move(world))
                with shop.database.transaction() as connection:
                    _go_on(connection, before, world)
                _check_pass(Terminal(transport, cache, session), world, account.id)
        finally:
            cache.close()
            session.close()
    _check_commands(machine, world, account.id)


_NUMBERS = itertools.count()


def _check_pass(terminal: Terminal, world: World, person: str) -> None:
    account = _account(world, person)
    visible = _visible(world, account)
    assert isinstance(terminal.transport, Listening)
    terminal.transport.sent = {}
    if not account.active:
        with pytest.raises(Refused) as refused:
            sync(terminal)
        assert refused.value.problem.code == "account_disabled"
        assert terminal.transport.sent == {}
        return
    sync(terminal)
    for key, document in terminal.transport.sent.items():
        assert visible[key] == document, "the backend sends what may be seen, and nothing else"
    assert_right(terminal.cache, visible)
    check_read_paths(RecordStore(terminal.cache, lambda: NOON), world, account)


def _check_commands(machine: Machine, world: World, person: str) -> None:
    account = _account(world, person)
    if not account.active:
        assert machine.ask("sync").code == 5
        assert not machine.account.cache_path.exists()
        assert machine.ask("customers", "list").code == 5
        return
    mine = {id for kind, id in _visible(world, account) if kind == "customer"}
    listed = machine.ask("customers", "list", "--json")
    assert ({row["id"] for row in listed.objects}, listed.code) == (mine, 0 if mine else 1)
    for customer in world.customers[:2]:
        code = 0 if customer.id in mine else 1
        # For a colleague's customer it explains the card.
        explained = 0 if code == 0 or ("customer_card", card_id(customer.id)) in _visible(world, account) else 1
        assert machine.ask("why", "customer", customer.id).code == explained
        shown = machine.ask("customers", "show", customer.id, "--json")
        assert shown.code == code
        assert [document["customer"]["id"] for document in shown.objects] == ([customer.id] if code == 0 else [])


def _visible(world: World, account: Account) -> dict[Key, Any]:
    return {
        (kind_of(record), record.id): msgspec.json.decode(msgspec.json.encode(record))
        for record in world.with_cards
        if sees(world, account, record)
    }


def _account(world: World, id: str) -> Account:
    return next(account for account in world.accounts if account.id == id)


def _with_known_mode(world: World) -> World:
    """A world whose mode its retailer's record can hold; that no other shows anything is proven without a backend."""
    if world.mode in _KNOWN_MODES:
        return world
    return World("associate", world.stores, world.accounts, world.records)


# ------------------------------------------------------------------ a world in the database


def _begin(connection: Connection, world: World) -> None:
    """Make the database the world's; everybody may sign in."""
    for table in (
        *(schema.record, schema.record_key, schema.gone, schema.feed, schema.customer_key),
        *(schema.account, schema.store),
    ):
        connection.execute(sa.delete(table))
    connection.execute(
        sa.insert(schema.store), [{"id": store, "name": store, "time_zone": "UTC"} for store in world.stores]
    )
    for account in world.accounts:
        connection.execute(
            sa.insert(schema.account).values(id=account.id, created_at=NOON, **_columns(account) | {"active": True})
        )
        signing_in.set_password(connection, account.id, HASHED)
        _write_stores(connection, account)
    stored.write(connection, world.records)


def _go_on(connection: Connection, before: World, after: World) -> None:
    """Bring the database from one world to the next."""
    for account in after.accounts:
        connection.execute(
            sa.update(schema.account).where(schema.account.c.id == account.id).values(**_columns(account))
        )
        connection.execute(sa.delete(schema.account_store).where(schema.account_store.c.account == account.id))
        _write_stores(connection, account)
    kept = {(kind_of(record), record.id) for record in after.records}
    removed = [key for record in before.records if (key := (kind_of(record), record.id)) not in kept]
    stored.write(connection, after.records, removed=removed)


def _columns(account: Account) -> dict[str, Any]:
    return {
        "user_name": account.user_name,
        "user_key": account.user_name,
        "name": account.name,
        "role": account.role,
        "capabilities": sorted(account.capabilities),
        "active": account.active,
    }


def _write_stores(connection: Connection, account: Account) -> None:
    if account.stores:
        rows = [{"account": account.id, "store": store} for store in account.stores]
        connection.execute(sa.insert(schema.account_store), rows)

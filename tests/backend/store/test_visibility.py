"""Over random retailers and what happens to them, the pages of an account's scopes bring what the plain rules say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from sellmode_backend.store import feeds, records
from sellmode_backend.store.database import Database
from sellmode_backend.store.records import Key
from sellmode_backend.store.schema import customer_key, feed, gone, record, record_key
from sellmode_contract import audiences, visibility
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account
from tests.support.worlds import Move, World, moves, sees, worlds


class Cached(NamedTuple):
    scope: str
    record: Record


class Terminal:
    """The least that a terminal does with pages: it remembers, for each record, which scope brought it."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.cursors: dict[str, int] = {}
        self.cache: dict[Key, Cached] = {}

    def pull(self, connection: Connection, world: World) -> None:
        """One whole pass, page by page, with the scopes that the account has now."""
        account = next(account for account in world.accounts if account.id == self.account)
        scopes = visibility.scopes(world.mode, account)
        # A scope that is no longer mine is forgotten: its cursor would skip what was re-tagged meanwhile.
        self.cursors = {scope: cursor for scope, cursor in self.cursors.items() if scope in scopes}
        for scope in sorted(scopes):
            self._pull_scope(connection, scope)
        self.cache = {key: cached for key, cached in self.cache.items() if cached.scope in scopes}

    def _pull_scope(self, connection: Connection, scope: str) -> None:
        cursor = self.cursors.get(scope)
        reset = cursor is None or cursor < feeds.min_seq(connection, audiences.feed_of(scope))
        after, delivered = 0 if reset or cursor is None else cursor, set[Key]()
        for _ in range(1000):
            expected = feeds.left(connection, scope, after)
            page = feeds.page(connection, scope, after, limit=1)
            assert page.complete or page.horizon > after
            assert expected - len(page.puts) == feeds.left(connection, scope, page.horizon)
            for put in page.puts:
                self.cache[put.kind, put.id] = Cached(scope, msgspec.json.decode(put.doc, type=KINDS[put.kind].record))
                delivered.add((put.kind, put.id))
            for left in page.removes:
                if (cached := self.cache.get((left.kind, left.id))) and cached.scope == scope:
                    del self.cache[left.kind, left.id]
            after = page.horizon
            if page.complete:
                break
        if reset:
            swept = [key for key, cached in self.cache.items() if cached.scope == scope and key not in delivered]
            for key in swept:
                del self.cache[key]
        self.cursors[scope] = after

    def check(self, world: World) -> None:
        account = next(account for account in world.accounts if account.id == self.account)
        expected = {(kind_of(item), item.id): item for item in world.with_cards if sees(world, account, item)}
        assert {key: cached.record for key, cached in self.cache.items()} == expected


def _store(connection: Connection, before: World | None, after: World) -> None:
    """Bring the database from one world to the next as the backend would: with what differs."""
    old = {(kind_of(item), item.id): item for item in before.records} if before else {}
    new = {(kind_of(item), item.id): item for item in after.records}
    changed = [item for key, item in new.items() if old.get(key) != item]
    if before:
        # The customer who was given to somebody else, alone: the tasks that follow go by themselves.
        changed = [item for item in changed if isinstance(item, Customer)] or changed
    # The removed customer alone: what belongs to it goes by itself.
    removed = sorted(old.keys() - new.keys(), key=lambda key: key[0] != "customer")[:1]
    assert records.write(connection, changed, removed=removed) == len(changed) + len(removed)


@pytest.fixture
def small_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three rows share a number, so that even a small world takes many pages."""
    monkeypatch.setattr(feeds, "ROWS_PER_SEQ", 3)


@pytest.fixture
def empty(database: Database) -> Iterator[Database]:
    """Give a database that examples clear themselves."""
    yield database
    _clear(database)


def _clear(database: Database) -> None:
    with database.transaction() as connection:
        for table in (record, gone, feed, customer_key, record_key):
            connection.execute(sa.delete(table))


# What happens, and which of the terminals pull afterwards (one bit each); 64 and more: old removals are forgotten.
histories = st.lists(st.tuples(moves(), st.integers(0, 127)), min_size=1, max_size=8)


@settings(
    # The database is made once and cleared by each example.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=40,
)
@given(world=worlds(), history=histories)
@pytest.mark.usefixtures("small_numbers")
def test_pages_bring_what_the_plain_rules_say(empty: Database, world: World, history: list[tuple[Move, int]]) -> None:
    _clear(empty)
    with empty.transaction() as connection:
        _store(connection, None, world)
    terminals = [Terminal(account.id) for account in world.accounts]
    for move, pulling in history:
        before, world = world, move(world)
        with empty.transaction() as connection:
            _store(connection, before, world)
            if pulling >= 64:
                feeds.collect_gone(connection, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
        _pull(empty, world, [terminal for bit, terminal in enumerate(terminals) if pulling >> bit & 1])
    _pull(empty, world, [*terminals, *(Terminal(account.id) for account in world.accounts)])


def _pull(database: Database, world: World, terminals: list[Terminal]) -> None:
    with database.snapshot() as connection:
        for terminal in terminals:
            terminal.pull(connection, world)
            terminal.check(world)


def test_an_account_of_no_scope_gets_no_page(database: Database) -> None:
    nobody = Account(id="A1", user_name="a", name="A", role="associate", stores=("S1",), active=False)
    assert not visibility.scopes("team", nobody)
    with database.snapshot() as connection, pytest.raises(ValueError, match="not a scope"):
        feeds.page(connection, "feed/store:S1", 0, 100)

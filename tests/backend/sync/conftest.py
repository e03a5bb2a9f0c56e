"""A retailer of two stores with associates, a manager and customers, behind a real server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
import pytest

from sellmode_backend.server import ServerSettings
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database
from sellmode_backend.sync.answer import SyncRules
from sellmode_contract import visibility
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.note import Note
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account
from tests.backend.people import QUICK, Client, MovedClock, Terminal, add_person
from tests.backend.sync.pushing import Shop
from tests.support.backend import retailer_database, serve_in_thread


@dataclass
class World:
    """The retailer, and what a test does to it."""

    database: Database
    url: str
    clock: MovedClock
    ada: Account
    ben: Account
    mia: Account
    """Ada and Ben work in Alpha, which Mia manages."""

    def client(self, account: Account, device: str = "device-1") -> Client:
        """A terminal's connection, signed in."""
        client = Client(self.url, device=f"{account.user_name}-{device}")
        client.join(self.database, account, self.clock())
        return client

    def write(self, *written: Record) -> None:
        with self.database.transaction() as connection:
            records.write(connection, written)

    def remove(self, kind: str, id: str) -> None:
        with self.database.transaction() as connection:
            records.write(connection, [], removed=[(kind, id)])

    def customers(self, owner: Account | None, count: int, prefix: str, store: str = "Alpha") -> list[Customer]:
        """New customers, two records each with their note, and one card."""
        made = [
            Customer(id=f"{prefix}{number:05}", store=store, owner=owner.id if owner else None, given_name=prefix)
            for number in range(count)
        ]
        self.write(*made)
        self.write(*(note_of(customer) for customer in made))
        return made

    def reassign(self, customers: list[Customer], owner: Account) -> None:
        self.write(*(msgspec.structs.replace(customer, owner=owner.id) for customer in customers))

    def switch(self, mode: str) -> None:
        with self.database.transaction() as connection:
            settings.set_mode(connection, mode)

    def expected(self, account: Account) -> dict[tuple[str, str], Record]:
        """What an account may see now, by the plain predicate over all stored records."""
        with self.database.snapshot() as connection:
            mode = settings.mode(connection)
            stored = {
                (kind, record.id): record
                for kind in ("retailer", "product", "staff", "customer", "note", "customer_card")
                for record in records.each(connection, kind)
            }
        seen = {}
        for key, record in stored.items():
            parent = stored.get(("customer", getattr(record, "customer", "")))
            assert parent is None or isinstance(parent, Customer)
            if visibility.visible(mode, account, visibility.tags(record, parent)):
                seen[key] = record
        return seen

    def assert_right(self, terminal: Terminal, account: Account) -> None:
        """The terminal holds exactly what the account may see, as it is now, and nothing of it is still being reset."""
        expected = self.expected(account)
        stored = terminal.records.items()
        held = {key: msgspec.json.decode(doc, type=KINDS[key[0]].record) for key, (_, _, _, doc) in stored}
        assert held == expected
        assert terminal.visible() == set(expected)
        assert not any(generation for _, _, generation, _ in terminal.records.values())


def note_of(customer: Customer) -> Note:
    return Note(
        id=f"note-{customer.id}",
        customer=customer.id,
        author=customer.owner,
        written_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        text="Likes blue.",
    )


@contextmanager
def make_world(database_url: str, clock: MovedClock) -> Iterator[World]:
    settings = ServerSettings(passwords=QUICK, sync=SyncRules(page_lines=500))
    with retailer_database(database_url) as database, serve_in_thread(database, settings, clock) as url:
        yield World(
            database,
            url,
            clock,
            add_person(database, "ada", "Alpha"),
            add_person(database, "ben", "Alpha"),
            add_person(database, "mia", "Alpha", role="manager"),
        )


@pytest.fixture
def world(prepared_url: str, clock: MovedClock) -> Iterator[World]:
    with make_world(prepared_url, clock) as made:
        yield made


@pytest.fixture
def shop(prepared_url: str, clock: MovedClock) -> Iterator[Shop]:
    with retailer_database(prepared_url) as database:
        yield Shop(
            database,
            clock,
            add_person(database, "ada", "Alpha"),
            add_person(database, "ben", "Alpha"),
            add_person(database, "mia", "Alpha", role="manager"),
            add_person(database, "cleo", "Beta"),
        )

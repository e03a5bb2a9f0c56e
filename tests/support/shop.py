"""A small retailer with its backend on a real socket, and a terminal's files: for tests of sync and of commands."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec

from sellmode_backend.accounts import directory, signing_in
from sellmode_backend.conformance.world import World as KitWorld
from sellmode_backend.server import ServerSettings
from sellmode_backend.store import accounts, feeds, settings
from sellmode_backend.store import records as stored
from sellmode_backend.store.database import Database
from sellmode_backend.sync.answer import SyncRules
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.records import Record
from sellmode_contract.roles import Role
from sellmode_contract.visibility import Account
from sellmode_tui.account.session import Session, sign_in
from sellmode_tui.cache.store import Cache
from sellmode_tui.cache.tables import OTHER, TABLES
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.single_pass import run_pass
from sellmode_tui.transport.client import Transport
from tests.support.backend import QUICK, retailer_database, serve_in_thread, world_database
from tests.support.worlds import World, sees

PASSWORD = "purple tractor reads 9 maps"
_HASHED = QUICK.hash(PASSWORD)

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)

Key = tuple[str, str]
"""Kind and id."""


@dataclass
class Shop:
    """A retailer that runs, with the stores Alpha and Beta."""

    database: Database
    url: str

    # ------------------------------------------------------------------ what the operator does

    def person(self, user_name: str, store: str = "Alpha", role: Role = "associate") -> Account:
        """Somebody who can sign in with `PASSWORD`."""
        account = directory.new_account(user_name=user_name, name=f"Person {user_name}", role=role, stores=[store])
        self.admit(account)
        return account

    def admit(self, account: Account) -> None:
        """Let an account sign in with `PASSWORD`."""
        with self.database.transaction() as connection:
            directory.add(connection, account, NOON)
            signing_in.set_password(connection, account.id, _HASHED)

    def write(self, *written: Record, removed: Iterable[Key] = ()) -> None:
        """Store records as they are now, and remove others."""
        with self.database.transaction() as connection:
            stored.write(connection, written, removed=removed)

    def customers(
        self, count: int, owner: Account | None = None, store: str = "Alpha", *, begin: int = 0
    ) -> list[Customer]:
        """So many customers, each with an order, a consent and a note; as they are stored."""
        people = [customer(number, owner, store) for number in range(begin, begin + count)]
        self.write(*(record for person in people for record in (person, *children(person))))
        return people

    def set_mode(self, mode: str) -> None:
        """Switch the mode."""
        with self.database.transaction() as connection:
            settings.set_mode(connection, mode)

    def reassign(self, people: Iterable[Customer], owner: Account | None) -> None:
        """Give customers to somebody, or to nobody."""
        self.write(*(msgspec.structs.replace(person, owner=owner.id if owner else None) for person in people))

    def move(self, account: Account, store: str) -> None:
        """Let somebody work in another store."""
        with self.database.transaction() as connection:
            directory.move(connection, account, store)

    def disable(self, account: Account) -> None:
        """Shut somebody out."""
        with self.database.transaction() as connection:
            directory.disable(connection, account)

    # ------------------------------------------------------------------ what is right

    def world(self) -> World:
        """The retailer as it is now, for the plain predicate."""
        with self.database.snapshot() as connection:
            kinds = ["customer", *(kind for kind in KINDS if kind not in ("customer", "customer_card"))]
            return World(
                mode=settings.mode(connection),
                stores=tuple(store.id for store in settings.stores(connection)),
                accounts=tuple(accounts.each(connection)),
                records=tuple(record for kind in kinds for record in stored.each(connection, kind)),
            )

    def seen_by(self, account: Account) -> dict[Key, Any]:
        """What an account may see, as documents, by the plain predicate."""
        world = self.world()
        now = next(each for each in world.accounts if each.id == account.id)
        return {
            (kind_of(record), record.id): msgspec.json.decode(msgspec.json.encode(record))
            for record in world.with_cards
            if sees(world, now, record)
        }


def customer(number: int, owner: Account | None, store: str) -> Customer:
    """A customer that a test can find again."""
    return Customer(
        id=source_id("customer", "shop", str(number)),
        store=store,
        owner=owner.id if owner else None,
        number=f"C-{number:05}",
        given_name=f"Given{number:05}",
        family_name=f"Family{number % 17:02}",
        email=f"given{number:05}@example.com",
        phone=f"+44 20 7946 {number:04}",
        tags=("vip",) if number % 3 == 0 else (),
    )


def children(person: Customer) -> list[Record]:
    """What belongs to a customer."""
    return [
        Order(
            id=source_id("order", "shop", person.id),
            customer=person.id,
            number=f"O-{person.number}",
            placed_at=NOON,
            currency="EUR",
            total=1999,
            channel="store",
            store=person.store,
            lines=(OrderLine(title="Scarf", amount=1999, quantity=1, price=1999),),
        ),
        Consent(id=source_id("consent", "shop", person.id), customer=person.id, channel="email"),
        Note(
            id=source_id("note", "shop", person.id),
            customer=person.id,
            written_at=NOON,
            text=f"note about {person.number}",
        ),
    ]


@contextlib.contextmanager
def open_shop(
    url: str, mode: str = "associate", *, page_lines: int = 40, world: KitWorld | None = None
) -> Iterator[Shop]:
    """A retailer over an empty database, and its backend in a thread; answers come in small pages.

    With ``world`` it is that one's retailer, whose stores are other ones.

    Of the rules it has the pass that it begins with: none comes in between what a test does, and no request becomes the
    store's by itself.
    """
    never = 86400.0
    rules = ServerSettings(
        passwords=QUICK, sync=SyncRules(page_lines=page_lines), rules_seconds=never, reservations_seconds=never
    )
    with (
        mock.patch.object(feeds, "ROWS_PER_SEQ", page_lines),  # the least that a page has
        world_database(url, world) if world else retailer_database(url, mode) as database,
        serve_in_thread(database, rules) as address,
    ):
        yield Shop(database, address)


# ------------------------------------------------------------------ a terminal


@contextlib.contextmanager
def terminal(url: str, account: Account, data: Path, cache: Path | None = None) -> Iterator[Terminal]:
    """A terminal signed in at `url`, with its files under `data`; `cache` names another cache file."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    transport = Transport(url, silent_seconds=5.0)
    session = sign_in(transport, account.user_name, PASSWORD, data=data)
    opened = Cache.open(cache or session.folder.cache_path, session.key, outbox=session.journal.outbox)
    try:
        yield Terminal(transport, opened, session)
    finally:
        opened.close()
        transport.close()
        session.close()


def another_cache(of: Terminal, transport: Transport, path: Path) -> Terminal:
    """The same session with an empty cache and another way to the backend."""
    session: Session = of.session
    return Terminal(transport, Cache.open(path, session.key, outbox=session.journal.outbox), session)


def sync(of: Terminal) -> int:
    """One pass; how many records came."""
    came = [0]
    run_pass(of, lambda received, left: came.append(received))
    return max(came)


def shown(cache: Cache) -> dict[Key, Any]:
    """What a cache would show, as documents."""
    with cache.reading() as reading:
        found: dict[Key, Any] = {}
        for table in (*TABLES, OTHER):
            kind = "t.kind" if table == OTHER else f"'{table}'"
            rows = reading.connection.execute(
                f'SELECT {kind}, t.id, t.doc FROM "{table}" t WHERE {reading.only_visible("t")}'  # noqa: S608  # our names
            )
            found.update({(kind, id): msgspec.json.decode(doc) for kind, id, doc in rows})
        return found


def held(cache: Cache) -> set[Key]:
    """What a cache file has at all, shown or not."""
    with cache.reading() as reading:
        found: set[Key] = set()
        for table in (*TABLES, OTHER):
            kind = "kind" if table == OTHER else f"'{table}'"
            found.update(reading.connection.execute(f'SELECT {kind}, id FROM "{table}"'))  # noqa: S608  # our names
        return found


def assert_right(cache: Cache, wanted: Mapping[Key, Any]) -> None:
    """A cache shows exactly what is wanted, and holds nothing else."""
    found = shown(cache)
    assert found.keys() == wanted.keys(), {
        "missing": sorted(wanted.keys() - found.keys())[:5],
        "too many": sorted(found.keys() - wanted.keys())[:5],
    }
    assert found == wanted
    assert held(cache) == wanted.keys()

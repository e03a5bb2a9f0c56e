"""Sync passes of a terminal that is up to date: with nothing to do, and with a queue of edits to be sent."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import sqlalchemy as sa

from benchmarks import bare
from benchmarks.bench import Bench
from benchmarks.measure import Figure, Took, interleaved, median, seconds, statistics_of, timed
from benchmarks.shop import hear_nothing
from benchmarks.typeahead import some_customers
from sellmode_backend.store import database as databases
from sellmode_backend.store import migrations, schema
from sellmode_backend.store.database import Database
from sellmode_contract.wire import MAX_MUTATIONS, Result
from sellmode_tui.records.store import RecordStore, utc_now
from sellmode_tui.records.writing import made_id
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.single_pass import Passed, run_pass
from sellmode_tui.transport.client import Transport
from tests.support.proxy import FaultProxy

CUSTOMERS = 1000
QUEUED = 1000

# ------------------------------------------------------------------ nothing to do


def idle(bench: Bench) -> Iterator[Figure]:
    """On a connection that is open already, in turn with a call to the same backend that does nothing."""
    shop = bench.shop(bench.small(CUSTOMERS))
    with shop.terminal() as terminal:

        def nothing(_round: int) -> Took:
            return timed(lambda: _pass(terminal))

        def call(_round: int) -> Took:
            return timed(lambda: bare.call(terminal.transport))

        passes, calls = interleaved(bench.rounds(300), nothing, call)
        of_pass, of_call = bytes_of_idle_pass(terminal), _bytes_of(terminal, _call)
    yield from statistics_of("idle_pass", passes, calls, shop.rows)
    for name, value, baseline in zip(("sent", "received"), of_pass, of_call, strict=True):
        yield Figure(figure=f"idle_pass_{name}", value=value, unit="bytes", baseline=baseline, n=1, rows=shop.rows)


def bytes_of_idle_pass(terminal: Terminal) -> tuple[int, int]:
    """Bytes that a pass with nothing to do sends and receives, HTTP's included, on an open connection."""
    return _bytes_of(terminal, _pass)


def _bytes_of(terminal: Terminal, work: Callable[[Terminal], object]) -> tuple[int, int]:
    port = urlsplit(terminal.transport.server).port
    assert port  # noqa: S101 # a backend of ours has one
    with FaultProxy(port) as proxy, Transport(proxy.url) as transport:
        counted = replace(terminal, transport=transport)
        work(counted)  # opens the connection, and does what there is to be done
        before = proxy.bytes_up, proxy.bytes_down
        work(counted)
        return proxy.bytes_up - before[0], proxy.bytes_down - before[1]


def _pass(terminal: Terminal) -> Passed:
    return run_pass(terminal, hear_nothing)


def _call(terminal: Terminal) -> None:
    bare.call(terminal.transport)


# ------------------------------------------------------------------ a queue


def queue(bench: Bench) -> Iterator[Figure]:
    """Edits that were made offline, sent in one pass, in turn with as many bare rows of the ledger."""
    shop = bench.shop(bench.small(CUSTOMERS))
    number = QUEUED // 10 if bench.quick else QUEUED
    calls: list[int] = []
    with contextlib.ExitStack() as stack:
        terminal = stack.enter_context(shop.terminal())
        transport = stack.enter_context(CountingTransport(shop.url))
        ledger = stack.enter_context(_ledger(bench.folder / "ledger.db"))

        def send(round_: int) -> float:
            _write_edits(terminal, number, round_)
            transport.calls = 0
            took = seconds(lambda: _check(_pass(replace(terminal, transport=transport)), number))
            calls.append(transport.calls)
            return took

        def insert(_round: int) -> float:
            return seconds(lambda: _insert(ledger, number))

        sent, inserted = interleaved(bench.rounds(3), send, insert, warm_up=False)
    took, least = median(sent), median(inserted)
    figure = partial(Figure, n=len(sent), rows=shop.rows)
    yield figure(figure="queue_seconds", value=took, unit="s", baseline=least)
    yield figure(figure="queue_edits", value=number / took, unit="edits/s", baseline=number / least)
    yield figure(figure="queue_calls", value=max(calls), unit="calls", baseline=-(-number // MAX_MUTATIONS))


class CountingTransport(Transport):
    """Counts the sync's calls."""

    calls = 0

    @contextlib.contextmanager
    def stream(self, path: str, body: msgspec.Struct, *, token: str) -> Iterator[Iterator[bytes]]:
        self.calls += 1
        with super().stream(path, body, token=token) as lines:
            yield lines


def _write_edits(terminal: Terminal, number: int, round_: int) -> None:
    records = RecordStore(terminal.cache, outbox=terminal.outbox)
    people = some_customers(terminal.cache, number)
    for place, person in enumerate(people):
        records.customers.edit(person.id, set={"email": f"queued-{round_}-{place}@example.com"})


def _check(passed: Passed, number: int) -> None:
    done = sum(result.st in ("applied", "merged") for result in passed.settled)
    if done != number:
        raise RuntimeError(f"{done} of {number} edits were done")


@contextlib.contextmanager
def _ledger(path: Path) -> Iterator[Database]:
    with contextlib.closing(databases.open_database(f"sqlite:///{path}")) as database:
        migrations.migrate(database)
        yield database


def _insert(database: Database, number: int) -> None:
    """As many rows of the ledger as there are edits, in as few transactions as there are calls."""
    cid, now, seqs = made_id(), utc_now(), count(1)
    for begin in range(0, number, MAX_MUTATIONS):
        rows = [_row(cid, next(seqs)) | {"at": now} for _ in range(min(MAX_MUTATIONS, number - begin))]
        with database.transaction() as connection:
            connection.execute(sa.insert(schema.mutation), rows)


def _row(cid: str, seq: int) -> dict[str, object]:
    mid, customer = made_id(), made_id()
    result = Result(mid=mid, seq=seq, st="applied", revs=(("customer", customer, seq),))
    return {
        "mid": mid, "cid": cid, "seq": seq, "account": cid, "st": "applied", "target_kind": "customer",
        "target_id": customer, "result": msgspec.json.encode(result).decode(),
    }  # fmt: skip

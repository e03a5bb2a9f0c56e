"""Writing on a terminal: until a change is durable, and until it shows, against a bare commit of as many bytes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import msgspec

from benchmarks import population
from benchmarks.bare import Commits
from benchmarks.bench import Bench
from benchmarks.measure import Figure, Took, interleaved, statistics_of, timed
from benchmarks.typeahead import some_customers
from sellmode_contract import mutations
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations import Edit
from sellmode_tui.cache.store import Cache
from sellmode_tui.journal.journal import Journal
from sellmode_tui.records.store import RecordStore
from sellmode_tui.records.writing import Written, made_id, made_now

CUSTOMERS = 10_000
KEY = bytes(32)


def run(bench: Bench) -> Iterator[Figure]:
    """Nothing is sent meanwhile: what was written before waits in the journal, as offline."""
    folder, rows = bench.folder / "writing", bench.small(CUSTOMERS)
    folder.mkdir(mode=0o700)
    with contextlib.ExitStack() as stack:
        journal, other = (
            stack.enter_context(contextlib.closing(Journal(folder / f"{name}.db", KEY)))
            for name in ("journal", "other")
        )
        cache = Cache.open(folder / "cache.db", KEY, outbox=journal.outbox)
        stack.enter_context(contextlib.closing(cache))
        bare = stack.enter_context(contextlib.closing(Commits(folder / "bare.db")))
        population.fill(cache, rows)
        rounds = bench.rounds(300)
        people = some_customers(cache, rounds + 1)
        records = RecordStore(cache, outbox=journal.outbox)

        def commit(number: int) -> Took:
            operation, before = _edit(people[number], number)
            body = mutations.encode(operation) + msgspec.json.encode(before)
            return timed(lambda: bare.add(body))

        def add(number: int) -> Took:
            operation, before = _edit(people[number], number)
            return timed(lambda: other.outbox.add(operation, mid=made_id(), made=made_now(), before=before))

        def edit(number: int) -> Took:
            return _written(lambda: records.customers.edit(people[number].id, set={"email": _email(number)}))

        def note(number: int) -> Took:
            return _written(
                lambda: records.customers.write_note(people[-number].id, f"Asked for the blue one again ({number}).")
            )

        commits, *samples = interleaved(rounds, commit, add, edit, note)
    for name, taken in zip(("add", "edit", "note"), samples, strict=True):
        yield from statistics_of(f"write_{name}", taken, commits, rows)


def _email(number: int) -> str:
    return f"written-{number}@example.com"


def _edit(person: Customer, number: int) -> tuple[Edit, dict[str, str | None]]:
    """An edit as the record store makes it, with what stood there before."""
    operation = Edit(kind="customer", id=person.id, set={"email": _email(number)}, was={"email": person.email})
    return operation, {f"customer/{person.id}": msgspec.json.encode(person).decode()}


def _written(write: Callable[[], Written]) -> Took:
    written: list[Written] = []
    took = timed(lambda: written.append(write()))
    if not written[0].mid or not written[0].shown:
        raise RuntimeError(f"nothing was written, or it does not show: {written[0]}")
    return took

"""Panes that write while another process applies pages, and processes killed in the middle of a fold."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.mutations import Create, Edit
from sellmode_tui.cache.store import Cache
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.records import CustomerQuery, RecordStore
from tests.tui.cache.lines import NOW, customer, fill, put
from tests.tui.cache.written import add, applied, note, opened, rename, result

PEOPLE = 12


def people(revision: int) -> list[Customer]:
    return [customer(number, given_name=f"Kim {number}", number=str(revision)) for number in range(PEOPLE)]


def write(outbox: Outbox, cache: Cache, pane: str) -> None:
    """What somebody does in a pane: some edits, notes and a new customer."""
    for number in range(PEOPLE):
        add(outbox, Edit(kind="customer", id=f"customer-{number}", add={"tags": (pane,)}), mid=f"{pane}-tag-{number}")
        cache.fold()
        add(outbox, note(f"customer-{number}", pane, id=f"note-{pane}-{number}"), mid=f"{pane}-note-{number}")
        cache.fold()
    new = Create(kind="customer", id=f"new-{pane}", doc={"given_name": pane.title()})
    add(outbox, new, mid=f"{pane}-new")
    cache.fold()


def apply_pages(cache: Cache) -> None:
    """What the leader does meanwhile."""
    cache.state()
    for revision in range(2, 20):
        cache.apply([put(one, v=revision) for one in people(revision)[revision % 3 :: 3]], str(revision))


_WRITE = """
import sys
from pathlib import Path
from tests.tui.cache.test_fold_processes import write
from tests.tui.cache.written import opened

with opened(Path(sys.argv[1])) as (outbox, cache):
    write(outbox, cache, sys.argv[2])
"""

_APPLY = """
import sys
from pathlib import Path
from tests.tui.cache.test_fold_processes import apply_pages
from tests.tui.cache.written import opened

with opened(Path(sys.argv[1])) as (_, cache):
    apply_pages(cache)
"""


def run(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_panes_write_while_the_leader_applies_pages(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, cache):
        fill(cache, people(1))
    processes = [run(_WRITE, tmp_path, "left"), run(_APPLY, tmp_path), run(_WRITE, tmp_path, "right")]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    with opened(tmp_path) as (outbox, cache), cache.reading() as reading:
        assert outbox.unsent() == 2 * (2 * PEOPLE + 1)
        docs = [
            msgspec.json.decode(doc, type=Customer)
            for (doc,) in reading.connection.execute("SELECT doc FROM customer WHERE id LIKE 'customer-%'")
        ]
        assert len(docs) == PEOPLE
        assert all(set(one.tags) == {"left", "right"} for one in docs)
        newest = {one.id: one.number for revision in range(2, 20) for one in people(revision)[revision % 3 :: 3]}
        assert {one.id: one.number for one in docs} == newest
        assert reading.connection.execute("SELECT count(*) FROM note").fetchone() == (2 * PEOPLE,)
        records = RecordStore(cache)
        assert records.customers.find(CustomerQuery("tag=left tag=right")).exact_count() == PEOPLE
        assert sorted(row.name for row in records.customers.find(CustomerQuery("left")).rows(0, 9)) == ["Left"]


_DEADLY = """
import os, signal, sys
from pathlib import Path
from tests.tui.cache.test_fold_processes import story
from tests.tui.cache.written import opened

deadly, steps = int(sys.argv[2]), 0

def step(*ignored):
    global steps
    steps += 1
    if steps == deadly:
        os.kill(os.getpid(), signal.SIGKILL)

with opened(Path(sys.argv[1])) as (outbox, cache):
    cache._writer.set_trace_callback(step)
    story(outbox, cache)
"""


def story(outbox: Outbox, cache: Cache) -> None:
    """Writes, an answer and a pass; begun again, it goes on from wherever it was."""
    cache.fold()
    new = Create(kind="customer", id="new", doc={"given_name": "Nia"})
    for mid, operation in (
        ("1", rename("customer-1", "Zelda", "Kim 1")),
        ("2", new),
        ("3", note("new", "green", id="note")),
    ):
        add(outbox, operation, mid=mid)
        cache.fold()
    outbox.batch(50, 1 << 20)
    entries = {mid: entry for mid in "123" if (entry := outbox.entry(mid))}
    nia = customer("x", given_name="Nia")
    nia = msgspec.structs.replace(nia, id="new")
    zelda = customer(1, given_name="Zelda")
    outbox.settle([applied(entries["1"], (zelda, 2)), applied(entries["2"], (nia, 1))], NOW)
    cache.fold()
    outbox.settle([result(entries["3"], "rejected", code="invalid")], NOW)
    cache.state()
    cache.apply([put(zelda, v=2), put(nia)], "later")
    cache.finish(at=NOW)


def test_killed_at_any_step_of_a_fold_the_next_process_goes_on(tmp_path: Path) -> None:
    ended = False
    for deadly in [*range(1, 400, 13), 10**9]:
        folder = tmp_path / str(deadly)
        folder.mkdir()
        with opened(folder) as (_, cache):
            fill(cache, people(1))
        process = run(_DEADLY, folder, deadly)
        _, err = process.communicate(timeout=60)
        assert process.returncode in (0, -signal.SIGKILL), err
        ended = process.returncode == 0
        with opened(folder) as (outbox, cache):
            names = [row.name for row in RecordStore(cache).customers.find().rows(0, 100)]
            assert ("Zelda" in names) == (outbox.entry("1") is not None)
            assert ("Nia" in names) == (outbox.entry("2") is not None)
            assert len(RecordStore(cache).customers.find(CustomerQuery("nia")).rows(0, 9)) == names.count("Nia")
            story(outbox, cache)
            assert [row.name for row in RecordStore(cache).customers.find().rows(0, 100)].count("Nia") == 1
            with cache.reading() as reading:
                for table in ("aside", "pending", "note"):
                    assert reading.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 -- names of ours
        if ended:
            break
    assert ended

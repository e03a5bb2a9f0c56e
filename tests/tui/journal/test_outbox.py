"""The outbox: what was written is kept until it is settled, what was refused until somebody has seen to it."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_contract.mutations import Create, Edit, Finish, Rejected, encode
from sellmode_contract.wire import MAX_MUTATION_BYTES
from sellmode_tui import sealed
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.entries import Kept, Leaving
from sellmode_tui.journal.journal import Journal, SavedFilter
from sellmode_tui.journal.outbox import Outbox, TakenBack
from sellmode_tui.journal.schema import create_outbox, create_session_clock_and_filters
from sellmode_tui.journal.tray import NotInTray
from sellmode_tui.migrations import migrate
from tests.tui.cache.lines import KEY, NOW
from tests.tui.cache.written import add, new_mid, note, rename, result

SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)
ALL_BYTES = 1 << 30


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    journal = Journal(path, KEY)
    yield journal.outbox
    journal.close()


@pytest.fixture
def other(path: Path, outbox: Outbox) -> Iterator[Outbox]:
    """The same outbox, as another process has it."""
    journal = Journal(path, KEY)
    yield journal.outbox
    journal.close()


def sent(outbox: Outbox, count: int = 50) -> list[tuple[str, int | None]]:
    return [(entry.mid, entry.seq) for entry in outbox.batch(count, ALL_BYTES)]


def numbered(outbox: Outbox, count: int) -> list[str]:
    return [add(outbox, note("c", f"note {number}")).mid for number in range(count)]


# ------------------------------------------------------------------ adding


def test_what_was_added_is_there_after_reopening(path: Path, outbox: Outbox) -> None:
    operation = rename("c", "Zelda", "Ada")
    before = {"customer/c": '{"id":"c","given_name":"Ada"}', "history/h": None}
    made = ClockReading(NOW.astimezone(dt.timezone(dt.timedelta(hours=2))), "boot-1", 12.5)
    entry = outbox.add(operation, mid="m", made=made, before=before, undoes="earlier")
    journal = Journal(path, KEY)
    assert journal.outbox.waiting() == [entry]
    assert journal.outbox.entry("m") == entry
    journal.close()
    assert entry.operation == operation
    assert entry.made_at == NOW
    assert entry.made_at.utcoffset() == dt.timedelta(0)
    assert (entry.boot, entry.since_boot, entry.undoes, entry.before) == ("boot-1", 12.5, "earlier", before)
    assert (entry.state, entry.seq, entry.sent, entry.result, entry.said, entry.tries) == (
        "waiting", None, False, None, "", 0
    )  # fmt: skip


def test_the_same_twice_is_kept_once(outbox: Outbox) -> None:
    operation = note("c", "likes green")
    first = add(outbox, operation, mid="m")
    change = outbox.change()
    assert add(outbox, operation, mid="m") == first
    assert outbox.change() == change
    with pytest.raises(ValueError, match="another"):
        add(outbox, note("c", "likes blue"), mid="m")
    assert outbox.unsent() == 1


def test_what_could_never_be_sent_is_not_kept(outbox: Outbox) -> None:
    with pytest.raises(Rejected) as rejected:
        add(outbox, Create(kind="note", id="n", doc={"text": "x" * MAX_MUTATION_BYTES}))
    assert rejected.value.code == "too_large"
    assert outbox.unsent() == 0


def test_what_is_written_at_once_is_kept_altogether_or_not_at_all(outbox: Outbox) -> None:
    made = ClockReading(NOW, "boot", 1.0)
    first, second = (Kept(note("c", text), mid, {}) for text, mid in (("one", "m-1"), ("two", "m-2")))
    entries = outbox.add_all([first, second], made=made)
    assert outbox.add_all([first, second], made=made) == entries, "the same again"
    assert outbox.waiting() == entries
    assert [entry.bulk for entry in entries] == ["m-1", "m-1"]
    assert add(outbox, note("c", "alone")).bulk is None
    back = [Kept(note("c", "back"), f"back-{mid}", {}, undoes=mid) for mid in ("m-1", "m-2")]
    outbox.add_all(back[1:], made=made)
    again = [each._replace(mid=f"other-{each.mid}") for each in back]
    with pytest.raises(TakenBack):
        outbox.add_all(again, made=made)
    large = Kept(note("c", "x" * MAX_MUTATION_BYTES), "large", {})
    with pytest.raises(Rejected):
        outbox.add_all([Kept(note("c", "small"), "small", {}), large], made=made)
    assert [entry.mid for entry in outbox.waiting()][3:] == ["back-m-2"]


def test_what_is_written_at_once_is_withdrawn_as_far_as_nothing_builds_on_it(outbox: Outbox) -> None:
    made = ClockReading(NOW, "boot", 1.0)
    following = {"manual_task/next": None}
    outbox.add_all(
        [
            Kept(Finish(kind="manual_task", id="one"), "m-1", following),
            Kept(Finish(kind="manual_task", id="two"), "m-2", {"manual_task/two": "{}"}),
        ],
        made=made,
    )
    edit = add(outbox, Edit(kind="manual_task", id="next", set={"title": "x"}))
    assert outbox.withdraw("m-1", "m-2", "unknown") == {"m-2"}
    assert [entry.mid for entry in outbox.waiting()] == ["m-1", edit.mid]
    assert outbox.withdraw(edit.mid, "m-1") == {"m-1", edit.mid}


def test_counts(outbox: Outbox) -> None:
    assert (outbox.unsent(), outbox.tray.open_count()) == (0, 0)
    for number in range(3):
        add(outbox, note("c", "x"), at=NOW + number * SECOND, mid=f"m{number}")
    assert outbox.unsent() == 3
    assert [entry.mid for entry in outbox.latest(2)] == ["m2", "m1"]
    outbox.settle([result(outbox.waiting()[0])], NOW)
    assert outbox.unsent() == 2
    assert [entry.mid for entry in outbox.latest(5)] == ["m2", "m1", "m0"]


# ------------------------------------------------------------------ sending


def test_a_batch_is_numbered_once_in_the_order_of_writing(outbox: Outbox, other: Outbox) -> None:
    mids = numbered(outbox, 5)
    assert sent(outbox, 2) == [(mids[0], 1), (mids[1], 2)]
    assert sent(other, 3) == [(mids[0], 1), (mids[1], 2), (mids[2], 3)]
    assert all(entry.cid == outbox.client() and entry.sent for entry in outbox.waiting()[:3])
    outbox.settle([result(outbox.waiting()[0])], NOW)
    assert sent(outbox) == [(mids[1], 2), (mids[2], 3), (mids[3], 4), (mids[4], 5)]


def test_a_batch_has_no_more_bytes_than_asked_for_but_at_least_one(outbox: Outbox) -> None:
    mids = numbered(outbox, 4)
    length = len(outbox.waiting()[0].body)
    assert [entry.mid for entry in outbox.batch(50, 2 * length)] == mids[:2]
    assert [entry.mid for entry in outbox.batch(50, 1)] == mids[:1]
    assert [entry.seq for entry in outbox.waiting()] == [1, 2, None, None]


def test_nothing_waits_nothing_is_sent(outbox: Outbox) -> None:
    assert outbox.batch(50, ALL_BYTES) == []
    before = outbox.change()
    assert outbox.batch(50, ALL_BYTES) == []
    assert outbox.change() == before


def test_only_what_was_never_sent_can_be_withdrawn(outbox: Outbox) -> None:
    first, second = numbered(outbox, 2)
    sent(outbox, 1)
    assert not outbox.withdraw(first)
    assert outbox.withdraw(second)
    assert not outbox.withdraw(second)
    assert outbox.entry(second) is None
    assert [entry.mid for entry in outbox.latest(9)] == [first]
    # What it had been sent under is a client's name of the past; it may have been done all the same.
    outbox.renumber("other", again=False)
    assert not outbox.withdraw(first)
    third = numbered(outbox, 1)
    assert sent(outbox) == [(first, 1), (third[0], 2)]


def test_what_something_builds_on_cannot_be_withdrawn(outbox: Outbox) -> None:
    made = add(outbox, Create(kind="customer", id="new", doc={"given_name": "Nia"}))
    about = add(outbox, note("new", "likes green"))
    assert not outbox.withdraw(made.mid)
    edit = add(outbox, rename("c", "Zelda", "Ada"))
    again = add(outbox, rename("c", "Yvonne", "Zelda"))
    assert not outbox.withdraw(edit.mid)
    assert all(outbox.withdraw(entry.mid) for entry in (again, edit, about, made))
    assert outbox.unsent() == 0


def test_withdrawn_words_are_no_longer_in_the_file(path: Path, outbox: Outbox) -> None:
    entry = add(outbox, note("c", "secret"))
    outbox.withdraw(entry.mid)
    raw = sealed.connect(path, KEY)
    rows = raw.execute("SELECT * FROM mutation").fetchall()
    raw.close()
    assert "secret" not in repr(rows)


# ------------------------------------------------------------------ settling


def test_settling_keeps_results_and_is_the_same_twice(outbox: Outbox, other: Outbox) -> None:
    numbered(outbox, 5)
    entries = outbox.batch(50, ALL_BYTES)
    answers = [
        result(entries[0], "applied", revs=[("note", "n", 3)]),
        result(entries[1], "merged", conf={"given_name": {"yours": "a", "theirs": "b"}}),
        result(entries[2], "rejected", code="invalid", detail="There is no such field."),
        result(entries[3], "parked", code="moved"),
        result(entries[4], "retry", detail="The server failed."),
    ]
    outbox.settle(answers, NOW)
    change, tray, latest = outbox.change(), outbox.tray.items(), outbox.latest(9)
    other.settle(answers, NOW)
    assert (outbox.change(), outbox.tray.items(), outbox.latest(9)) == (change, tray, latest)
    assert [entry.result for entry in reversed(latest)] == [*answers[:4], None]
    assert [(item.mid, item.result) for item in tray] == [(entries[n].mid, answers[n]) for n in (2, 3)]
    assert [(item.made_at, item.at, item.state) for item in tray] == [(NOW, NOW, "open")] * 2
    assert tray[0].operation == entries[2].operation
    assert outbox.tray.open_count() == 2
    [left] = outbox.waiting()
    assert (left.said, left.tries, left.seq) == ("The server failed.", 1, 5)
    outbox.settle(answers[4:], NOW + SECOND)
    assert outbox.waiting()[0].tries == 2


def test_what_the_backend_is_too_old_for_waits_unless_another_value_would_do(outbox: Outbox) -> None:
    numbered(outbox, 3)
    unknown, value, other = outbox.batch(50, ALL_BYTES)
    outbox.settle([result(entry, "rejected", code="unsupported") for entry in (unknown, other)], NOW)
    outbox.settle([result(value, "rejected", code="unsupported", field="repeat")], NOW)
    assert [(entry.mid, entry.held) for entry in outbox.waiting()] == [(unknown.mid, True), (other.mid, True)]
    assert [item.mid for item in outbox.tray.items()] == [value.mid]
    assert sent(outbox) == []
    assert outbox.follow("epoch", "more")
    assert not outbox.follow("epoch", "more still"), "nothing is left that waits for it"
    assert sent(outbox) == [(unknown.mid, 4), (other.mid, 5)]


def test_gaps_and_strangers_change_nothing(outbox: Outbox) -> None:
    numbered(outbox, 1)
    [entry] = outbox.batch(50, ALL_BYTES)
    before = outbox.change()
    outbox.settle([result(entry, "gap"), result(add(outbox, note("c", "x"), mid="mine"), "gap")], NOW)
    unknown = result(entry, "applied")
    outbox.settle([type(unknown)(mid="unknown", seq=7, st="applied")], NOW)
    assert outbox.change() == before + 1  # the addition
    assert outbox.unsent() == 2


def test_what_was_settled_is_not_settled_otherwise(outbox: Outbox) -> None:
    numbered(outbox, 1)
    [entry] = outbox.batch(50, ALL_BYTES)
    outbox.settle([result(entry, "applied")], NOW)
    outbox.settle([result(entry, "rejected", code="poison")], NOW)
    assert outbox.tray.items() == []


def test_a_journal_that_another_process_writes_is_busy_and_nothing_is_lost(
    path: Path, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "BUSY_MS", 50)
    hasty = Journal(path, KEY)
    add(outbox, note("c", "x"))
    [entry] = outbox.batch(50, ALL_BYTES)
    writer = sealed.connect(path, KEY)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(sealed.Busy):
        hasty.outbox.settle([result(entry, "rejected", code="invalid")], NOW)
    assert hasty.outbox.unsent() == 1
    writer.execute("ROLLBACK")
    writer.close()
    hasty.outbox.settle([result(entry, "rejected", code="invalid")], NOW)
    assert (hasty.outbox.unsent(), hasty.outbox.tray.open_count()) == (0, 1)
    hasty.close()


# ------------------------------------------------------------------ a full disk


def test_a_full_disk_refuses_and_keeps_nothing_by_halves(path: Path) -> None:
    journal = Journal(path, KEY)
    outbox = journal.outbox
    kept = add(outbox, note("c", "kept")).mid
    (pages,) = journal._connection.execute("PRAGMA page_count").fetchone()
    journal._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    many = [Kept(note("c", "x" * 3000), new_mid(), {}) for _ in range(20)]
    for attempt in (
        lambda: outbox.add_all(many, made=ClockReading(NOW, "", 0)),
        lambda: add(outbox, note("c", "x" * 30_000)),
    ):
        with pytest.raises(sealed.DiskFull, match="Free some room"):
            attempt()
    assert [entry.mid for entry in outbox.waiting()] == [kept]
    journal._connection.execute("PRAGMA max_page_count = 1073741823")
    outbox.add_all(many, made=ClockReading(NOW, "", 0))
    assert [entry.mid for entry in outbox.waiting()] == [kept, *(each.mid for each in many)]
    journal.close()


# ------------------------------------------------------------------ another name, another epoch


def test_under_another_name_what_waits_is_numbered_anew(outbox: Outbox) -> None:
    mids = numbered(outbox, 3)
    sent(outbox)
    outbox.settle([result(outbox.waiting()[0])], NOW)
    outbox.renumber("other", again=False)
    assert outbox.client() == "other"
    assert sent(outbox) == [(mids[1], 1), (mids[2], 2)]


def test_another_epoch_gets_again_what_was_applied_but_not_what_was_refused(outbox: Outbox) -> None:
    mids = numbered(outbox, 4)
    entries = outbox.batch(3, ALL_BYTES)
    outbox.settle([result(entries[0]), result(entries[1], "rejected", code="invalid")], NOW)
    outbox.retire()
    outbox.settle([result(entries[2], "merged")], NOW)
    outbox.renumber("other", again=True)
    assert sent(outbox) == [(mids[0], 1), (mids[2], 2), (mids[3], 3)]
    folds = {pending.mid: pending.folds for pending in outbox.news(None, 0).mutations}
    assert folds == {mids[2]: True, mids[3]: True}  # as before
    assert [item.mid for item in outbox.tray.items()] == [mids[1]]
    outbox.settle([result(entry) for entry in outbox.waiting()], NOW)
    assert outbox.unsent() == 0


@pytest.mark.parametrize("seen_to", [False, True], ids=["in the tray", "discarded"])
@pytest.mark.parametrize(
    ("st", "code", "needs_attention"),
    [("applied", None, False), ("parked", "moved", True), ("rejected", "not_found", True)],
)
def test_another_epoch_gets_again_what_was_handed_over(
    outbox: Outbox, st: str, code: str | None, needs_attention: bool, seen_to: bool
) -> None:
    (mid,) = numbered(outbox, 1)
    (entry,) = outbox.batch(1, ALL_BYTES)
    outbox.settle([result(entry, "parked", code="moved")], NOW)
    if seen_to:
        outbox.tray.leave(mid, "discarded", NOW)
    outbox.renumber("other", again=True)
    assert sent(outbox) == [(mid, 1)]
    assert outbox.tray.open_count() == (0 if seen_to else 1), "as it was until the backend has answered"
    (entry,) = outbox.waiting()
    outbox.settle([result(entry, st, code=code)], NOW + SECOND)
    told_anew = st == "rejected"
    items = outbox.tray.items()
    assert [item.mid for item in items] == ([mid] if needs_attention and (told_anew or not seen_to) else [])
    assert [item.result.st for item in items] == [st] * len(items)


# ------------------------------------------------------------------ letting go


def test_what_is_settled_is_forgotten_once_it_does_not_show_any_more(outbox: Outbox) -> None:
    numbered(outbox, 4)
    entries = outbox.batch(3, ALL_BYTES)
    outbox.settle([result(entries[0]), result(entries[1], "rejected", code="invalid")], NOW)
    outbox.retire()
    outbox.settle([result(entries[2])], NOW)
    outbox.forget(NOW)
    assert len(outbox.latest(9)) == 4
    outbox.forget(NOW + SECOND)
    assert [entry.mid for entry in outbox.latest(9)] == [outbox.waiting()[0].mid, entries[2].mid]
    assert [item.mid for item in outbox.tray.items()] == [entries[1].mid]  # which never expires


def test_retiring_is_as_of_a_change(outbox: Outbox) -> None:
    numbered(outbox, 2)
    first, second = outbox.batch(2, ALL_BYTES)
    outbox.settle([result(first)], NOW)
    change = outbox.change()
    outbox.settle([result(second)], NOW)
    assert outbox.retiring()
    outbox.retire(change)
    assert [pending.mid for pending in outbox.news(None, 0).mutations] == [second.mid]
    outbox.retire()
    assert not outbox.retiring()


def test_what_leaves_the_tray_with_a_mutation_comes_back_with_its_withdrawal(outbox: Outbox, other: Outbox) -> None:
    refused = numbered(outbox, 1)[0]
    outbox.settle([result(entry, "rejected", code="invalid") for entry in outbox.batch(1, ALL_BYTES)], NOW)
    made = ClockReading(NOW, "", 0.0)
    leaves = Leaving(refused, "handed_over")
    again = note("c", "again")
    for _ in range(2):  # the caller was not sure that it was kept
        outbox.add(again, mid="again", made=made, before={}, leaves=leaves)
    assert outbox.tray.open_count() == 0
    with pytest.raises(NotInTray):
        other.add(note("c", "twice"), mid="twice", made=made, before={}, leaves=leaves)
    assert [entry.mid for entry in outbox.waiting()] == ["again"]
    before = outbox.change()
    assert outbox.withdraw("again")
    assert [(item.mid, item.state) for item in outbox.tray.items()] == [(refused, "open")]
    assert outbox.change() > before


def test_the_same_is_taken_back_once(outbox: Outbox, other: Outbox) -> None:
    first = numbered(outbox, 1)[0]
    made = ClockReading(NOW, "", 0.0)
    outbox.add(note("c", "back"), mid="back", made=made, before={}, undoes=first)
    with pytest.raises(TakenBack):
        other.add(note("c", "back again"), mid="again", made=made, before={}, undoes=first)
    assert outbox.withdraw("back")
    assert other.add(note("c", "back again"), mid="again", made=made, before={}, undoes=first).undoes == first


def test_what_is_kept_for_weeks_costs_a_pass_nothing(path: Path) -> None:
    journal = Journal(path, KEY)
    outbox = journal.outbox
    numbered(outbox, 300)
    outbox.settle([result(entry) for entry in outbox.batch(150, ALL_BYTES)], NOW)
    outbox.settle([result(entry, "rejected", code="invalid") for entry in outbox.batch(150, ALL_BYTES)], NOW)
    for item in outbox.tray.items():
        outbox.tray.leave(item.mid, "discarded", NOW)
    outbox.retire()
    steps: list[None] = []
    with journal._using() as connection:
        connection.set_progress_handler(lambda: steps.append(None), 50)
    assert not outbox.retiring()
    outbox.retire()
    outbox.forget(NOW - DAY)
    assert len(steps) <= 10
    outbox.forget(NOW + SECOND)
    assert len(steps) > 10
    assert (outbox.tray.items(open_only=False), outbox.latest(1)) == ([], [])
    journal.close()


def test_the_tray_keeps_what_is_open(outbox: Outbox) -> None:
    numbered(outbox, 3)
    entries = outbox.batch(3, ALL_BYTES)
    outbox.settle([result(entry, "rejected", code="invalid") for entry in entries], NOW)
    before = outbox.change()
    assert outbox.tray.leave(entries[0].mid, "resent", NOW)
    assert not outbox.tray.leave(entries[0].mid, "discarded", NOW)
    assert not outbox.tray.leave("unknown", "discarded")
    assert outbox.change() == before + 1
    assert outbox.tray.open_count() == len(outbox.tray.items()) == 2
    assert [item.state for item in outbox.tray.items(open_only=False)] == ["resent", "open", "open"]
    item = outbox.tray.item(entries[0].mid)
    assert item is not None
    assert item.state == "resent"
    outbox.forget(NOW + 31 * DAY)
    assert outbox.tray.item(entries[0].mid) is None
    assert outbox.tray.open_count() == 2
    assert outbox.tray.item("unknown") is None


# ------------------------------------------------------------------ several at once, and killed


def test_threads_and_panes_write_at_once(outbox: Outbox, other: Outbox) -> None:
    def write(box: Outbox) -> None:
        for _ in range(25):
            add(box, note("c", "x"))

    threads = [threading.Thread(target=write, args=(box,)) for box in (outbox, outbox, other, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outbox.unsent() == 100
    assert [seq for _, seq in sent(other, 1000)] == list(range(1, 101))


_WRITERS = """
import sys
from pathlib import Path
from sellmode_tui.journal.journal import Journal
from tests.tui.cache.lines import KEY
from tests.tui.cache.written import add, note

outbox = Journal(Path(sys.argv[1]), KEY).outbox
for number in range(40):
    add(outbox, note("c", "x"), mid=f"{sys.argv[2]}-{number:02}")
    if number % 4 == 0:
        for entry in outbox.batch(1000, 1 << 30):
            print(entry.seq, entry.mid)
"""


def _run(script: str, *arguments: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_processes_that_send_at_once_give_no_number_twice(path: Path, outbox: Outbox) -> None:
    processes = [_run(_WRITERS, path, name) for name in "abc"]
    told: dict[str, set[str]] = {}
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        for line in out.splitlines():
            seq, mid = line.split()
            told.setdefault(seq, set()).add(mid)
    assert all(len(mids) == 1 for mids in told.values())
    assert len({mid for mids in told.values() for mid in mids}) == len(told)
    entries = outbox.batch(1000, ALL_BYTES)
    assert [entry.seq for entry in entries] == list(range(1, 121))
    for name in "abc":  # each in the order of its own writing
        assert [entry.mid for entry in entries if entry.mid.startswith(name)] == [f"{name}-{n:02}" for n in range(40)]


_DEADLY = """
import os, signal, sys
from pathlib import Path
from sellmode_tui.journal.journal import Journal
from tests.tui.cache.lines import KEY, NOW
from tests.tui.cache.written import add, note, result

journal = Journal(Path(sys.argv[1]), KEY)
deadly, steps = int(sys.argv[2]), 0

def step(statement):
    global steps
    steps += 1
    if steps == deadly:
        os.kill(os.getpid(), signal.SIGKILL)

journal._connection.set_trace_callback(step)
outbox = journal.outbox
for number in range(6):
    add(outbox, note("c", "x"), mid=f"m{number}")
    print(f"added m{number}", flush=True)
for entry in outbox.batch(3, 1 << 30):
    print(f"sent {entry.mid} {entry.seq}", flush=True)
outbox.settle([result(e, "rejected" if e.seq == 2 else "applied", code="invalid") for e in outbox.batch(3, 1)], NOW)
outbox.settle([result(e, "rejected", code="invalid") for e in outbox.batch(3, 1 << 30)[:1]], NOW)
print("refused", flush=True)
outbox.renumber("other", again=True)
print("ended", flush=True)
"""


def test_killed_at_any_step_nothing_that_was_told_is_lost(tmp_path: Path) -> None:
    ended = False
    for deadly in range(1, 200, 7):
        path = tmp_path / f"{deadly}.db"
        process = _run(_DEADLY, path, deadly)
        out, err = process.communicate(timeout=60)
        assert process.returncode in (0, -signal.SIGKILL), err
        journal = Journal(path, KEY)
        outbox = journal.outbox
        told = [line.split() for line in out.splitlines()]
        for mid in [words[1] for words in told if words[0] == "added"]:
            assert outbox.entry(mid) is not None
        renamed = outbox.client() == "other"
        for _, mid, seq in [words for words in told if words[0] == "sent"]:
            entry = outbox.entry(mid)
            assert entry is not None
            assert entry.sent
            assert entry.seq == int(seq) or renamed
        refused = {entry.mid for entry in outbox.latest(9) if entry.result and entry.result.st == "rejected"}
        assert {item.mid for item in outbox.tray.items()} == refused
        assert refused or ["refused"] not in told
        ended = ["ended"] in told
        journal.close()
        if ended:
            break
    assert ended


# ------------------------------------------------------------------ journals of before


def test_a_journal_of_the_version_before_opens_and_keeps_everything(path: Path) -> None:
    old = sealed.connect(path, KEY, create=True)
    assert migrate(old, path, [create_session_clock_and_filters]) == ["create_session_clock_and_filters"]
    old.execute("INSERT INTO saved_filter VALUES ('vips', 'tag:vip', ?)", (NOW.isoformat(),))
    old.execute("INSERT INTO revocation VALUES ('token')")
    old.close()
    journal = Journal(path, KEY)
    assert journal.saved_filters() == [SavedFilter("vips", "tag:vip", NOW)]
    assert journal.to_revoke() == ["token"]
    assert journal.outbox.unsent() == 0
    client = journal.outbox.client()
    entry = add(journal.outbox, note("c", "x"), mid=new_mid())
    journal.close()
    again = Journal(path, KEY)
    assert again.outbox.waiting() == [entry]
    assert again.outbox.client() == client
    assert len(client) == 32
    again.close()


def test_a_journal_of_before_bulks_keeps_what_waits(path: Path) -> None:
    old = sealed.connect(path, KEY, create=True)
    migrate(old, path, [create_session_clock_and_filters, create_outbox])
    old.execute(
        "INSERT INTO mutation (mid, body, made_at, boot, since_boot, before, change)"
        " VALUES ('m', ?, ?, '', 0, '{}', 1)",
        (encode(note("c", "x", id="n")), NOW.isoformat()),
    )
    old.close()
    journal = Journal(path, KEY)
    (entry,) = journal.outbox.waiting()
    assert (entry.mid, entry.bulk, entry.operation) == ("m", None, note("c", "x", id="n"))
    journal.close()


def test_two_journals_have_two_names(tmp_path: Path) -> None:
    names = set()
    for number in range(3):
        journal = Journal(tmp_path / f"{number}.db", KEY)
        names |= {journal.outbox.client(), journal.outbox.stands_at()[0]}
        journal.close()
    assert len(names) == 6

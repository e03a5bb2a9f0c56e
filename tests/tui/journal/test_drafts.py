"""Drafts in the journal: whose they are, and that none goes before it was saved or discarded."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.drafts import Draft, DraftField, Window
from sellmode_tui.journal.journal import Journal, SavedFilter
from tests.tui.cache.written import note

KEY = bytes(range(32))
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def draft(id: str, text: str = "Canary") -> Draft:
    return Draft(
        id=id,
        kind="note",
        subject={"customer": "c1"},
        title="Note about Ada",
        fields=(DraftField(path="text", label="", typed=text),),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def journal(folder: Path) -> Iterator[Journal]:
    journal = Journal(folder / "journal.db", KEY)
    yield journal
    journal.close()


def test_what_a_window_kept_comes_back_to_it_in_order(folder: Path, journal: Journal) -> None:
    window = Window(folder)
    journal.drafts.keep(window.id, [draft("b"), draft("a")], b'{"page": "tasks"}')
    left = journal.drafts.take(window)
    assert left.drafts == [draft("b"), draft("a")]
    assert left.looked == b'{"page": "tasks"}'
    journal.drafts.keep(window.id, [draft("a", "more")], None)
    assert journal.drafts.take(window) == ([draft("a", "more")], None)
    window.close()


def test_another_window_takes_nothing_while_the_first_runs(folder: Path, journal: Journal) -> None:
    one, other = Window(folder), Window(folder)
    journal.drafts.keep(one.id, [draft("a")], b"{}")
    journal.drafts.keep(other.id, [draft("b")], None)
    with journal._using() as connection:  # not in the same millisecond
        connection.execute("UPDATE draft SET at = at - 1 WHERE window = ?", (one.id,))
        connection.execute("UPDATE looked SET at = at - 1 WHERE window = ?", (one.id,))
    assert journal.drafts.take(other).drafts == [draft("b")]
    one.close()
    assert journal.drafts.take(other) == ([draft("a"), draft("b")], b"{}")
    third = Window(folder)
    assert journal.drafts.take(third) == ([], None)
    other.close()
    third.close()


def test_a_killed_window_leaves_its_drafts_and_no_file(folder: Path, journal: Journal) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from sellmode_tui.journal.drafts import Window;"
        "print(Window(Path(sys.argv[1])).id, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=False, timeout=60
    )
    killed = done.stdout.strip()
    journal.drafts.keep(killed, [draft("a")], None)
    assert (folder / f"window-{killed}").exists()
    window = Window(folder)
    assert [path.name for path in folder.glob("window-*")] == [f"window-{window.id}"]
    assert journal.drafts.take(window).drafts == [draft("a")]
    window.close()
    assert list(folder.glob("window-*")) == []


def test_what_was_saved_does_not_come_back_with_a_late_write(folder: Path, journal: Journal) -> None:
    window = Window(folder)
    journal.drafts.keep(window.id, [draft("a"), draft("b")], None)
    journal.drafts.drop("a")
    assert journal.drafts.take(window).drafts == [draft("b")]
    journal.drafts.keep(window.id, [draft("a"), draft("b")], None)
    assert journal.drafts.take(window).drafts == [draft("b")]
    window.close()


_SAVE = """
import datetime as dt, os, signal, sys
from pathlib import Path
from sellmode_tui.journal.journal import Journal
from sellmode_tui.journal.clock import ClockReading
from tests.tui.journal.test_drafts import KEY, NOON
from tests.tui.cache.written import note

left = int(sys.argv[2])

def step(*ignored):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

journal = Journal(Path(sys.argv[1]), KEY)
journal._connection.set_trace_callback(step)
with journal.drafts.saving("a"):
    journal.outbox.add(note("c1", "Canary"), mid="mid-000001", made=ClockReading(NOON, "", 0), before={})
"""


def test_a_kill_leaves_either_the_draft_or_what_was_saved(folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    both = set()
    for deadly in range(1, 40):
        path = folder / str(deadly) / "journal.db"
        path.parent.mkdir()
        with contextlib.closing(Journal(path, KEY)) as journal:
            journal.drafts.keep("killed", [draft("a")], None)
        run = subprocess.run(
            [sys.executable, "-c", _SAVE, str(path), str(deadly)],
            env=environment, capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        assert run.returncode in (0, -signal.SIGKILL), run.stderr.decode()
        with contextlib.closing(Journal(path, KEY)) as journal:
            both.add((len(journal.drafts.bodies()), journal.outbox.unsent()))
        if run.returncode == 0:
            break
    assert run.returncode == 0
    assert both == {(1, 0), (0, 1)}


def test_a_draft_that_could_not_be_saved_stays(folder: Path, journal: Journal) -> None:
    window = Window(folder)
    journal.drafts.keep(window.id, [draft("a")], None)
    made = ClockReading(NOON, "", 0)
    journal.outbox.add(note("c1", "one"), mid="mid-000001", made=made, before={})
    with pytest.raises(ValueError, match="another"), journal.drafts.saving("a"):
        journal.outbox.add(note("c1", "one"), mid="mid-000001", made=made, before={})
    with pytest.raises(RuntimeError), journal.drafts.saving("a"):
        raise RuntimeError
    journal.drafts.keep(window.id, [draft("a", "more")], None)
    assert journal.drafts.take(window).drafts == [draft("a", "more")]
    window.close()


def test_a_draft_that_changed_nothing_goes_too(folder: Path, journal: Journal) -> None:
    window = Window(folder)
    journal.drafts.keep(window.id, [draft("a")], None)
    with journal.drafts.saving("a"):
        pass
    assert journal.drafts.take(window).drafts == []
    window.close()


def test_a_draft_of_a_newer_version_waits_for_that(folder: Path, journal: Journal) -> None:
    old, window = Window(folder), Window(folder)
    journal.drafts.keep(old.id, [draft("a"), draft("b")], None)
    old.close()
    with journal._using() as connection:
        connection.execute("""UPDATE draft SET body = '{"id": "a"}' WHERE id = 'a'""")
    assert journal.drafts.take(window).drafts == [draft("b")]
    journal.drafts.keep(window.id, [], None)
    with journal._using() as connection:
        assert connection.execute("SELECT id FROM draft").fetchall() == [("a",)]
    window.close()


def test_nothing_of_it_can_be_read_in_the_file_or_in_a_log(folder: Path, journal: Journal) -> None:
    window = Window(folder)
    journal.drafts.keep(window.id, [draft("a")], None)
    assert "Canary" not in repr(draft("a"))
    journal.close()
    window.close()
    for path in folder.glob("journal.db*"):
        assert b"Canary" not in path.read_bytes()


def test_a_draft_that_is_lost_to_damage_is_counted(folder: Path, journal: Journal) -> None:
    window, path = Window(folder), folder / "journal.db"
    journal.drafts.keep(window.id, [draft("a"), draft("b")], None)
    journal.drafts.drop("b")
    journal.close()
    path.write_bytes(b"x" * path.stat().st_size)
    opened = Journal.open_or_replace(path, KEY, NOON)
    (loss,) = opened.journal.outbox.tray.losses()
    assert loss.words == "lost to a damaged file: 1 draft"
    opened.journal.close()
    window.close()


def test_a_damaged_journal_hands_its_drafts_on(folder: Path, journal: Journal) -> None:
    window, path = Window(folder), folder / "journal.db"
    journal.drafts.keep(window.id, [draft("a")], b"{}")
    journal.save_filter(SavedFilter("mine", "tag:vip", NOON))
    made = ClockReading(NOON, "", 0.0)
    for number in range(60):
        journal.outbox.add(note("c", f"note {number} {'x' * 400}"), mid=f"mid-{number:03}", made=made, before={})
    journal.close()
    content = path.read_bytes()
    page = len(content) // 4096 - 3  # of the notes
    path.write_bytes(content[: page * 4096 + 100] + bytes(1000) + content[page * 4096 + 1100 :])
    opened = Journal.open_or_replace(path, KEY, NOON)
    assert opened.moved_aside is not None
    assert opened.journal.drafts.take(window) == ([draft("a")], b"{}")
    assert opened.journal.saved_filters() == [SavedFilter("mine", "tag:vip", NOON)]
    assert all(loss.drafts == 0 for loss in opened.journal.outbox.tray.losses())
    opened.journal.close()
    window.close()

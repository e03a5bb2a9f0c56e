"""The tally beside a journal: what it says is never less than what there is."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sellmode_tui import sealed
from sellmode_tui.journal import tally as tallies
from sellmode_tui.journal.journal import Journal
from sellmode_tui.journal.tally import Tally, read_tally, tally_path
from sellmode_tui.records.store import utc_now
from tests.tui.cache.written import add, note, result

KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_it_tells_what_the_journal_held_when_it_was_closed(path: Path) -> None:
    assert read_tally(path) is None
    journal = Journal(path, KEY)
    first, _ = (add(journal.outbox, note("anna", "silk")) for _ in range(2))
    journal.close()
    assert read_tally(path) == Tally(unsent=2, refused=0)
    assert tally_path(path).stat().st_mode & 0o077 == 0
    journal = Journal(path, KEY)
    assert read_tally(path) is None, "open: it may change at any moment"
    journal.outbox.settle([result(first, "rejected", code="invalid")], utc_now())
    journal.close()
    journal.close()
    assert read_tally(path) == Tally(unsent=1, refused=1)


def test_the_last_of_several_counts(path: Path) -> None:
    one, other = Journal(path, KEY), Journal(path, KEY)
    add(one.outbox, note("anna", "silk"))
    one.close()
    assert read_tally(path) is None
    add(other.outbox, note("anna", "wool"))
    other.close()
    assert read_tally(path) == Tally(2, 0)


_KILLED = """
import os, signal, sys
from pathlib import Path
from sellmode_tui.journal import tally
from sellmode_tui.journal.journal import Journal
from tests.tui.cache.written import add, note

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

journal = Journal(Path(sys.argv[1]), bytes(range(32)))
if sys.argv[2] == "before the write":
    die()
add(journal.outbox, note("anna", "silk"))
if sys.argv[2] == "while it counts":
    tally.os.pwrite = die
journal.close()
"""


@pytest.mark.parametrize("where", ["before the write", "after the write", "while it counts"])
def test_who_is_killed_leaves_it_unknown(path: Path, where: str) -> None:
    Journal(path, KEY).close()
    assert read_tally(path) == Tally(0, 0)
    program = _KILLED.replace("journal.close()", "die()") if where == "after the write" else _KILLED
    killed = subprocess.run([sys.executable, "-c", program, str(path), where], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert read_tally(path) is None
    Journal(path, KEY).close()
    assert read_tally(path) == Tally(0 if where == "before the write" else 1, 0)


@pytest.mark.parametrize("content", [b"", b"unsent 1\n", b"unsent 1\nrefused 2", b"unsent -1\nrefused 0\n", b"\xff"])
def test_what_is_not_whole_says_nothing(path: Path, content: bytes) -> None:
    tally_path(path).write_bytes(content)
    tally_path(path).chmod(0o600)
    assert read_tally(path) is None


def test_a_longer_tally_leaves_nothing_behind_in_a_shorter_one(path: Path) -> None:
    journal = Journal(path, KEY)
    mids = [add(journal.outbox, note("anna", "silk")).mid for _ in range(10)]
    journal.close()
    assert read_tally(path) == Tally(10, 0)
    journal = Journal(path, KEY)
    journal.outbox.withdraw(*mids[1:])
    journal.close()
    assert read_tally(path) == Tally(1, 0)


def test_a_link_in_its_place_leads_nowhere(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"somebody else's")
    tally_path(path).symlink_to(elsewhere)
    assert read_tally(path) is None
    Journal(path, KEY).close()
    assert elsewhere.read_bytes() == b"somebody else's"
    Journal(path, KEY).close()
    assert read_tally(path) == Tally(0, 0)


def test_who_is_suspended_while_it_counts_holds_nobody_up_and_is_not_believed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "_HUNG", 0.05)
    suspended = os.open(tally_path(path), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(suspended, fcntl.LOCK_EX)
    journal = Journal(path, KEY)
    add(journal.outbox, note("anna", "silk"))
    os.write(suspended, b"unsent 0\nrefused 0\n")
    os.close(suspended)
    assert read_tally(path) is None
    journal.close()
    assert read_tally(path) == Tally(1, 0)


def test_a_journal_that_was_replaced_under_its_user_is_not_counted(path: Path) -> None:
    journal = Journal(path, KEY)
    add(journal.outbox, note("anna", "silk"))
    sealed.move_aside(path, "elsewhere")
    successor = Journal(path, KEY)
    journal.close()
    assert read_tally(path) is None
    successor.close()
    assert read_tally(path) == Tally(0, 0)

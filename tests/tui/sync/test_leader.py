"""One process leads; when it goes, another can."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sellmode_tui.sync.leader import Leader

HOLD = """
import sys
from pathlib import Path
from sellmode_tui.sync.leader import Leader
leader = Leader(Path(sys.argv[1]))
print(leader.lead(), flush=True)
sys.stdin.read()
"""


def test_one_leads(tmp_path: Path) -> None:
    """The second waits until the first lets go."""
    first, second = Leader(tmp_path / "lock"), Leader(tmp_path / "lock")
    assert first.lead()
    assert first.lead()
    assert not second.lead()
    first.close()
    assert second.lead()
    second.close()


def test_a_killed_leader_leaves_no_lock(tmp_path: Path) -> None:
    """The lock goes with the process, even one that could not clean up."""
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "True\n"
        mine = Leader(lock)
        assert not mine.lead()
        other.kill()
        other.wait()
        assert mine.lead()
        mine.close()
    assert lock.stat().st_mode & 0o777 == 0o600

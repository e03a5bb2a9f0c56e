"""One process leads; when it goes, or does not go on, another can."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sellmode_tui.sync.leader import HUNG_SECONDS, MAX_LOOK, SUSPENDED_SECONDS, Heartbeat, HeartbeatMonitor, Leader
from tests.support.proxy import DEADLINE

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


def test_who_has_no_more_files_to_open_does_not_lead_for_now(tmp_path: Path) -> None:
    leader = Leader(tmp_path / "lock")
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, allowed[1]))
    try:
        assert not leader.lead()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, allowed)
    assert leader.lead()
    leader.close()


# ------------------------------------------------------------------ a leader that does not go on


def test_nobody_waits_for_a_process_that_was_suspended_while_it_overtook(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    silent = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    guard = os.open(tmp_path / "lock.guard", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(silent, fcntl.LOCK_EX)
        fcntl.flock(guard, fcntl.LOCK_EX)
        seconds = itertools.count()
        mine = Leader(lock, clock=lambda: float(next(seconds)), monitor=HeartbeatMonitor(suspended=3.0))
        led: list[bool] = []
        trying = threading.Thread(target=lambda: led.extend(mine.lead() for _ in range(10)), daemon=True)
        trying.start()
        trying.join(DEADLINE)
        assert led == [False] * 10
        fcntl.flock(guard, fcntl.LOCK_UN)
        assert mine.lead()
        mine.close()
    finally:
        os.close(guard)
        os.close(silent)


def overtaken_after(beats: Iterator[Heartbeat], every: float = 1.0) -> float | None:
    """After how many seconds a monitor gives a leader up who shows these beats; None if it does not in an hour."""
    monitor = HeartbeatMonitor()
    now = 1000.0
    while now < 4600.0:
        if monitor.look(1, next(beats), now):
            return now - 1000.0
        now += every
    return None


@pytest.mark.parametrize(
    ("beats", "after"),
    [
        ((Heartbeat(number, number) for number in itertools.count()), None),
        ((Heartbeat(number, number // 50) for number in itertools.count()), None),
        (itertools.repeat(Heartbeat(7, 7)), SUSPENDED_SECONDS),
        ((Heartbeat(number, 7) for number in itertools.count()), HUNG_SECONDS),
        (itertools.repeat(Heartbeat(0, 0)), SUSPENDED_SECONDS),
    ],
    ids=["goes on", "moves seldom", "suspended", "hung", "never said a word"],
)
def test_who_is_overtaken(beats: Iterator[Heartbeat], after: float | None) -> None:
    assert overtaken_after(beats) == after


def test_a_time_in_which_nobody_looked_proves_nothing() -> None:
    monitor = HeartbeatMonitor()
    assert not monitor.look(1, Heartbeat(1, 1), 0.0)
    assert not monitor.look(1, Heartbeat(1, 1), 100_000.0), "the machine slept"
    looks = [monitor.look(1, Heartbeat(1, 1), 100_000.0 + second) for second in range(1, 20)]
    assert looks.index(True) + 1 == SUSPENDED_SECONDS - MAX_LOOK


def test_a_new_leader_is_watched_from_its_beginning() -> None:
    monitor = HeartbeatMonitor()
    for second in range(9):
        assert not monitor.look(1, Heartbeat(1, 1), second)
    for second in range(9, 19):
        assert not monitor.look(2, Heartbeat(1, 1), second)
    assert monitor.look(2, Heartbeat(1, 1), 20.0)


LEAD = """
import sys, threading
from pathlib import Path
from sellmode_tui.sync.leader import Leader
leader = Leader(Path(sys.argv[1]), heartbeat_seconds=0.02)
leads, ended, moves = leader.lead(), threading.Event(), sys.argv[2] == "moves"
print(leads, flush=True)
while leads:
    if moves:
        leader.move()
    ended.wait(0.02)
    leads = leader.lead()
print("steps down", leader.leads, flush=True)
"""


@contextlib.contextmanager
def leading(lock: Path, *, moves: bool = True) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", LEAD, str(lock), "moves" if moves else "hangs"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout
            assert other.stdout.readline() == "True\n"
            yield other
        finally:
            other.kill()


def quick(lock: Path) -> Leader:
    return Leader(lock, heartbeat_seconds=0.02, monitor=HeartbeatMonitor(suspended=0.6, hung=1.5))


def waits(condition: Callable[[], bool]) -> float:
    """How long something took to come true, looking often."""
    begun, pause = time.monotonic(), threading.Event()
    while not condition():
        assert time.monotonic() - begun < DEADLINE
        pause.wait(0.02)
    return time.monotonic() - begun


def test_a_suspended_leader_is_overtaken_and_steps_down_when_it_wakes(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with leading(lock) as other:
        mine = quick(lock)
        for _ in range(50):
            assert not mine.lead()
            threading.Event().wait(0.02)
        os.kill(other.pid, signal.SIGSTOP)
        assert waits(mine.lead) > 0.4
        third = quick(lock)
        assert not third.lead(), "who took over holds the new file"
        os.kill(other.pid, signal.SIGCONT)
        assert other.stdout
        assert other.stdout.readline() == "steps down False\n"
        assert mine.lead()
        assert mine.leads
        mine.close()
        assert third.lead()
        third.close()
    assert sorted(path.name for path in tmp_path.glob("lock*")) == ["lock", "lock.guard"]


def test_a_leader_whose_sync_hangs_is_overtaken_later(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with leading(lock, moves=False) as other:
        mine = quick(lock)
        assert waits(mine.lead) > 1.0
        assert other.stdout
        assert other.stdout.readline() == "steps down False\n"
        mine.close()


def test_of_several_who_overtake_one_leads(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with leading(lock) as other:
        os.kill(other.pid, signal.SIGSTOP)
        several = [quick(lock) for _ in range(6)]
        leads: list[Leader] = []

        def tries(leader: Leader) -> None:
            waits(lambda: leader.lead() or bool(leads))
            if leader.lead():
                leads.append(leader)

        threads = [threading.Thread(target=tries, args=(leader,)) for leader in several]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(leads) == 1
        for leader in several:
            leader.close()

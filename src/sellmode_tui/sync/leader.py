"""Leader election: one process at a time syncs an account's files, the one that holds the lock and sends heartbeats.

The lock belongs to the open file, so the kernel frees it however its holder ends. A holder that neither ends nor goes
on (suspended, hung) keeps it: hence a leader writes heartbeats into the file, and others who miss them put a new file
in its place. The old leader finds out when it resumes, and steps down; what it does until then is no
harm, as the cache takes no page from who was overtaken and the backend knows each mutation by its name.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

HEARTBEAT_SECONDS: Final = 1.0
"""The interval between two heartbeats."""
SUSPENDED_SECONDS: Final = 10.0
"""A leader without a heartbeat for so long is overtaken."""
HUNG_SECONDS: Final = 60.0
"""So is one whose sync made no progress for so long: longer than any call or transaction takes."""
MAX_LOOK: Final = 2.0
"""No time between two looks counts as more: who did not look may have been suspended itself."""

_PASSING: Final = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO, errno.EROFS, errno.EACCES)
"""What keeps a process from leading for now: no room, no more open files, a disk that failed once or is read-only."""

_FORM: Final = struct.Struct("<QQ")


class Heartbeat(NamedTuple):
    """What a leader writes: two counters."""

    beats: int
    steps: int
    """Of its sync."""


class HeartbeatMonitor:
    """Watches a leader's heartbeats, without I/O: how long each of the two counters has stood still."""

    def __init__(self, suspended: float = SUSPENDED_SECONDS, hung: float = HUNG_SECONDS) -> None:
        self._limits = (suspended, hung)
        self._max_look = min(MAX_LOOK, suspended / 3)
        self._seen: tuple[int, Heartbeat] | None = None
        self._looked_at = 0.0
        self._still = [0.0, 0.0]

    def look(self, inode: int, beat: Heartbeat, now: float) -> bool:
        """Whether that leader is to be overtaken, as of a look at its file."""
        before, self._seen = self._seen, (inode, beat)
        passed, self._looked_at = min(max(0.0, now - self._looked_at), self._max_look), now
        if before is None or before[0] != inode:
            self._still = [0.0, 0.0]
            return False
        for place, (was, is_now) in enumerate(zip(before[1], beat, strict=True)):
            self._still[place] = self._still[place] + passed if was == is_now else 0.0
        return any(still >= limit for still, limit in zip(self._still, self._limits, strict=True))


class Leader:
    """A candidate for leading, which it does until ``close`` or the end of the process."""

    def __init__(
        self,
        lock: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        heartbeat_seconds: float | None = HEARTBEAT_SECONDS,
        monitor: HeartbeatMonitor | None = None,
    ) -> None:
        """``clock`` in seconds, by which the waiting for others is reckoned.

        A leader sends heartbeats by itself, from a thread; with None for ``heartbeat_seconds`` whoever drives it calls
        ``beat``.
        """
        self._lock = lock
        self._clock = clock
        self._heartbeat_seconds = heartbeat_seconds
        self._monitor = monitor or HeartbeatMonitor()
        self._file: int | None = None
        self._wish = lock.with_name(f"{lock.name}.wish")
        self._asked_at: int | None = None
        self._beats = self._steps = 0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def leads(self) -> bool:
        """Whether this process leads, as of the last heartbeat."""
        return self._file is not None and not self._ended.is_set()

    def lead(self) -> bool:
        """Whether this process leads now; takes the lead if nobody has it, or nobody who goes on.

        To be asked every second or so by those who wait.
        """
        if self._file is not None:
            if self._is_in_place(self._file) and not self._ended.is_set():
                return True
            self.close()
            return False
        try:
            file = self._take()
            if file is None:
                file = self._overtake()
        except OSError as error:
            if error.errno not in _PASSING:
                raise
            return False
        if file is None:
            return False
        self._file = file
        self._ended = threading.Event()
        self._beats = 0
        if self._heartbeat_seconds is None:
            return self.beat()
        self._thread = threading.Thread(
            target=self._send_heartbeats, args=(self._heartbeat_seconds,), name="leader", daemon=True
        )
        self._thread.start()
        return True

    def beat(self) -> bool:
        """Send a heartbeat; whether this process still leads."""
        if self._file is None or self._ended.is_set():
            return False
        if not self._is_in_place(self._file):
            self._ended.set()
            return False
        self._beats += 1
        with contextlib.suppress(OSError):  # a full disk: the others may overtake, which is no harm
            os.pwrite(self._file, _FORM.pack(self._beats, self._steps), 0)
        return True

    def move(self) -> None:
        """Note progress of the sync. For the thread that syncs, at least every few seconds."""
        self._steps += 1

    def ask(self) -> None:
        """Ask the leader for a pass now. A failure does no harm: there will be one anyway."""
        with contextlib.suppress(OSError):
            wish = os.open(self._wish, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                os.utime(wish)
            finally:
                os.close(wish)

    def asked(self) -> bool:
        """Whether a pass was asked for since the last look; what came before the first look is old."""
        try:
            at = self._wish.lstat().st_mtime_ns
        except OSError:
            at = 0
        before, self._asked_at = self._asked_at, at
        return before is not None and at != before

    def close(self) -> None:
        """Let another process lead."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._file is not None:
            os.close(self._file)
            self._file = None

    # ------------------------------------------------------------------ inside

    def _take(self) -> int | None:
        """The lock of a file that is in its place, unless somebody holds it."""
        file = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        if self._is_in_place(file):
            return file
        os.close(file)  # another was put in its place meanwhile
        return None

    def _overtake(self) -> int | None:
        """The lock of a new file in place of that of a leader that is suspended or hung."""
        inode, beat = self._look()
        if inode is None or not self._monitor.look(inode, beat, self._clock()):
            return None
        guard = os.open(
            self._lock.with_name(f"{self._lock.name}.guard"),
            os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW,
            0o600,
        )
        try:
            try:
                fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return None  # somebody else is at it, or was suspended there: not to be waited for
            if self._look() != (inode, beat):
                return None  # somebody was faster, or it woke
            new = self._lock.with_name(f"{self._lock.name}.new")
            new.unlink(missing_ok=True)
            file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody else knows it yet
            new.rename(self._lock)
            return file
        finally:
            os.close(guard)

    def _look(self) -> tuple[int | None, Heartbeat]:
        try:
            file = os.open(self._lock, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None, Heartbeat(0, 0)
        try:
            content = os.pread(file, _FORM.size, 0)
            return os.fstat(file).st_ino, Heartbeat(*_FORM.unpack(content.ljust(_FORM.size, b"\0")))
        finally:
            os.close(file)

    def _is_in_place(self, file: int) -> bool:
        try:
            there = os.lstat(self._lock)
        except OSError:
            return False
        ours = os.fstat(file)
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def _send_heartbeats(self, seconds: float) -> None:
        while self.beat():
            self._ended.wait(seconds)

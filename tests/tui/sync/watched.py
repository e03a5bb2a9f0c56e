"""A `Live` over a terminal, with a record store to write through, whose statuses and changes a test waits for."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Self

from sellmode_tui.records.store import RecordStore
from sellmode_tui.sync.executor import Terminal
from sellmode_tui.sync.leader import Leader
from sellmode_tui.sync.live import Live
from sellmode_tui.sync.status import SyncStatus
from tests.support.proxy import DEADLINE


class Watched:
    """Use as a context manager."""

    def __init__(self, terminal: Terminal, leader: Leader | None = None) -> None:
        self.terminal = terminal
        self.statuses: queue.Queue[SyncStatus] = queue.Queue()
        self.changes: queue.Queue[None] = queue.Queue()
        self.writing: queue.Queue[str] = queue.Queue()
        """Requests whose customers write."""
        self._something = threading.Condition()
        self.live = Live(
            terminal,
            leader or Leader(terminal.session.folder.lock_path),
            on_status=self._take_status,
            on_change=self._take_change,
            on_writing=self.writing.put,
        )
        self.records = RecordStore(terminal.cache, outbox=terminal.outbox, wrote=self.live.push_now)

    def until(self, **wanted: Any) -> SyncStatus:
        """The next status like this; fails after a deadline."""
        while True:
            status = self.statuses.get(timeout=DEADLINE)
            if all(getattr(status, name) == value for name, value in wanted.items()):
                return status

    def until_shown(self, condition: Callable[[], bool], timeout: float = DEADLINE) -> None:
        """Wait until something holds, looked at whenever there is news and often besides; fails after a deadline."""
        deadline = time.monotonic() + timeout
        with self._something:
            while not condition():
                assert time.monotonic() < deadline
                self._something.wait(0.05)

    @property
    def hearing(self) -> bool:
        """Whether the backend's events come."""
        return self.live._engine._stream.hearing

    def name(self, customer: str) -> str:
        """A customer's family name as it is shown; empty if nobody is."""
        profile = self.records.customers.profile(customer)
        return profile.customer.family_name if profile else ""

    def __enter__(self) -> Self:
        self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def _take_status(self, status: SyncStatus) -> None:
        self.statuses.put(status)
        with self._something:
            self._something.notify_all()

    def _take_change(self) -> None:
        self.changes.put(None)
        with self._something:
            self._something.notify_all()

"""Readings of the cache as the door's modules need them: with what surrounds a record, and to be cancelled."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterator

from sellmode_tui.cache.store import Cache, Reading
from sellmode_tui.sealed import Connection
from sellmode_tui.visibility.filters import Compiler
from sellmode_tui.visibility.surroundings import Surroundings


class Readings:
    """Opens readings. Any thread may; another one may cancel them."""

    def __init__(self, cache: Cache, clock: Callable[[], dt.datetime]) -> None:
        """``clock`` gives the moment that filters such as ``last_purchase>90d`` count from."""
        self._cache = cache
        self._clock = clock
        self._running: dict[Connection, object] = {}
        """Connections in use, each with whom it reads for."""
        self._lock = threading.Lock()
        self._surroundings: Surroundings | None = None

    @contextlib.contextmanager
    def open(self, reader: object = None) -> Iterator[Reading]:
        """A consistent view of the cache, for whoever may cancel it. Raises Interrupted if that happened."""
        with self._cache.reading() as reading:
            with self._lock:
                self._running[reading.connection] = reader
            try:
                yield reading
            finally:
                with self._lock:
                    del self._running[reading.connection]

    def cancel(self, reader: object) -> None:
        """Interrupt what is being read for a reader."""
        with self._lock:
            for connection, owner in self._running.items():
                if owner is reader:
                    connection.interrupt()

    def surroundings(self, reading: Reading) -> Surroundings:
        """The retailer and the account's place in it, in a reading."""
        known = self._surroundings
        if known is None or known.version != reading.version:
            self._surroundings = known = Surroundings(reading)
        return known

    def compiler(self, reading: Reading) -> Compiler:
        """What makes SQL of filters, in a reading."""
        around = self.surroundings(reading)
        return Compiler(reading, around, self._clock().astimezone(around.zone).date())

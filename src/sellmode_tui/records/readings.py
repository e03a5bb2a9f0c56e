"""Readings of the cache: with their context, and to be cancelled."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from sellmode_tui.cache.store import Cache, Reading
from sellmode_tui.records.context import Context
from sellmode_tui.records.customers.filters import Compiler
from sellmode_tui.sealed import Connection

AnyCompiler = TypeVar("AnyCompiler", bound=Compiler)
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Typed text as a database takes it: bytes that are no text, which a shell passes on, become a mark each."""
    return _SURROGATES.sub("\ufffd", text)


class Readings:
    """Opens readings. Any thread may; another one may cancel them."""

    def __init__(self, cache: Cache, clock: Callable[[], dt.datetime]) -> None:
        """``clock`` gives the moment that filters such as ``last_purchase>90d`` count from."""
        self._cache = cache
        self.clock = clock
        self._running: dict[Connection, object] = {}
        """Connections in use, each with whom it reads for."""
        self._lock = threading.Lock()
        self._context: Context | None = None

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

    def context(self, reading: Reading) -> Context:
        """The retailer and the account's place in it, in a reading."""
        known = self._context
        if known is None or known.version != reading.version:
            self._context = known = Context(reading)
        return known

    def compiler(self, reading: Reading, of: type[AnyCompiler] = Compiler) -> AnyCompiler:  # type: ignore[assignment]  # for whoever asks for none
        """What makes SQL of filters, in a reading; ``of`` cards, say, in place of customers."""
        around = self.context(reading)
        return of(reading, around, self.clock().astimezone(around.zone).date())

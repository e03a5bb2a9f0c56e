"""What a list has found: row numbers (eight bytes each), found anew when the cache has changed."""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator

from sellmode_tui.cache.store import Reading
from sellmode_tui.records.readings import Readings


class FoundRows(ABC):
    """The rows that a list has, now: after a change in the cache, those that it has then.

    Any thread may ask. Everything but ``cancel`` reads, and raises Interrupted if cancelled meanwhile.
    """

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._lock = threading.Lock()
        """Held while the list reads."""
        self._version: int | None = None
        self._found = array("q")

    @property
    def stale(self) -> bool:
        """Whether the cache has changed since this list was last read, so that its rows may have moved."""
        with self._readings.open(self) as reading:
            return self._version is not None and not self._holds(reading)

    def count(self) -> int:
        """How many there are."""
        with self._reading():
            return len(self._found)

    def cancel(self) -> None:
        """Interrupt what another thread is reading from this list."""
        self._readings.cancel(self)

    def _holds(self, reading: Reading) -> bool:
        """Whether what was found is so still."""
        return self._version == reading.version

    @abstractmethod
    def _find(self, reading: Reading) -> array[int]:
        """The row numbers, in the list's order."""

    def _between(self, start: int, stop: int) -> array[int]:
        """The row numbers from one position to before another, while the list is read."""
        return self._found[max(start, 0) : max(start, stop, 0)]

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Reading]:
        with self._lock, self._readings.open(self) as reading:
            if not self._holds(reading):
                self._found = self._find(reading)
                self._version = reading.version
            yield reading

"""What the parts of the record store share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sellmode_tui.cache.store import Reading
from sellmode_tui.records.context import Context
from sellmode_tui.records.readings import Readings
from sellmode_tui.records.writing import Writer

_Told = TypeVar("_Told")


class Facet:
    """A part of the record store, for one subject."""

    def __init__(self, readings: Readings, writer: Writer) -> None:
        self._readings = readings
        self._writer = writer

    def _read(self, read: Callable[[Reading, Context], _Told]) -> _Told:
        """What is read in one consistent view of the cache, with the retailer and the account's place in it."""
        with self._readings.open() as reading:
            return read(reading, self._readings.context(reading))

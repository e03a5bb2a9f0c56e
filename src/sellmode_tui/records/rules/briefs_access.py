"""What an account may read and write of a head office's briefs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sellmode_tui.records.readings import Readings, clean
from sellmode_tui.records.rules import briefs
from sellmode_tui.records.rules.briefs import BriefDetails, BriefLine
from sellmode_tui.records.tasks import changes as task_changes
from sellmode_tui.records.writing import Writer, Written


class Briefs:
    """What an account may read and write of a head office's briefs."""

    def __init__(self, readings: Readings, writer: Writer) -> None:
        self._readings = readings
        self._writer = writer

    def lines(self) -> list[BriefLine]:
        """What corporate tasks are made from, newest first, those that were taken back last."""
        with self._readings.open() as reading:
            return briefs.briefs(reading, self._readings.context(reading), self._readings.clock())

    def get(self, id: str) -> BriefDetails | None:
        """Everything about a brief; None for one that is not visible or unknown, alike."""
        with self._readings.open() as reading:
            return briefs.details(reading, self._readings.context(reading), clean(id), self._readings.clock())

    def announce(self, fields: Mapping[str, Any]) -> Written:
        """For a head office: ask something of its people, by the fields of ``CorporateBrief``."""
        id = self._writer.new_id()
        return self._writer.write(lambda seen: task_changes.announce(id, fields))

"""What an account may read and write of a head office's briefs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sellmode_tui.records.facet import Facet
from sellmode_tui.records.readings import clean
from sellmode_tui.records.rules import briefs
from sellmode_tui.records.rules.briefs import BriefDetails, BriefLine
from sellmode_tui.records.tasks import changes as task_changes
from sellmode_tui.records.writing import Written


class Briefs(Facet):
    """What an account may read and write of a head office's briefs."""

    def lines(self) -> list[BriefLine]:
        """What corporate tasks are made from, newest first, those that were taken back last."""
        return self._read(lambda reading, around: briefs.briefs(reading, around, self._readings.clock()))

    def get(self, id: str) -> BriefDetails | None:
        """Everything about a brief; None for one that is not visible or unknown, alike."""
        return self._read(lambda reading, around: briefs.details(reading, around, clean(id), self._readings.clock()))

    def announce(self, fields: Mapping[str, Any]) -> Written:
        """For a head office: ask something of its people, by the fields of ``CorporateBrief``."""
        id = self._writer.new_id()
        return self._writer.write(lambda seen: task_changes.announce(id, fields))

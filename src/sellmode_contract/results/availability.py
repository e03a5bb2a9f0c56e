"""For how long somebody is available for chat: a store is while anybody of it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

_MINUTE = dt.timedelta(minutes=1)


def minutes(intervals: Iterable[tuple[dt.datetime, dt.datetime]]) -> int:
    """The whole minutes that intervals cover, what several cover once."""
    covered, end = dt.timedelta(), None
    for begins, ends in sorted(intervals):
        uncovered = begins if end is None else max(begins, end)
        if ends > uncovered:
            covered += ends - uncovered
            end = ends
    return covered // _MINUTE

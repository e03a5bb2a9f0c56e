"""What important dates may be: days that there are."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Final

from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.operations import Create, Edit
from sellmode_contract.mutations.world import World
from sellmode_contract.refusals import Rejected
from sellmode_contract.translatable import Translatable

_LEAP_YEAR = 2000
"""Without a year it may be the 29th of February."""


_SINCE: Final = ("birthday", "anniversary")
"""Days that come back every year: their year is that of the first one, and has come."""
_ZONES: Final = dt.timedelta(days=1)
"""A store's day may be tomorrow in UTC."""


def _settle(before: ImportantDate | None, date: ImportantDate, _: Create | Edit, world: World) -> ImportantDate:
    if not 1 <= date.day <= calendar.monthrange(date.year or _LEAP_YEAR, date.month)[1]:
        raise Rejected("invalid", "That month has no such day.", field="day")
    if before is None or (before.year, before.month, before.day) != (date.year, date.month, date.day):
        _check_has_come(date, world.now)
    return date


def _check_has_come(date: ImportantDate, now: dt.datetime) -> None:
    label = next((each for each in _SINCE if each in date.label.casefold()), None)
    if label and date.year and dt.date(date.year, date.month, date.day) > (now + _ZONES).date():
        raise Rejected(
            "invalid",
            Translatable(
                "{year} is in the future: enter the year of the first {label}, or none.", year=date.year, label=label
            ),
            field="year",
        )


HOOKS = Hooks(settle=_settle)

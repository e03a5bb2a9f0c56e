"""What important dates may be: days that there are."""

from __future__ import annotations

import calendar

from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.operations import Create, Edit
from sellmode_contract.mutations.world import World
from sellmode_contract.refusals import Rejected

_LEAP_YEAR = 2000
"""Without a year it may be the 29th of February."""


def _settle(_: ImportantDate | None, date: ImportantDate, __: Create | Edit, ___: World) -> ImportantDate:
    if not 1 <= date.day <= calendar.monthrange(date.year or _LEAP_YEAR, date.month)[1]:
        raise Rejected("invalid", "There is no such day in that month.", field="day")
    return date


HOOKS = Hooks(settle=_settle)

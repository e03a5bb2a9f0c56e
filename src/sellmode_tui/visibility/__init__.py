"""The one door between the cache and whoever shows or prints records.

Screens and commands read through ``Door`` only. Each reading shows what the contract's table lets the account see in
the mode that the backend last told, and what the backend sends it: everything else is hidden on every path alike, as if
it did not exist. Without an accepted view, with an unknown mode or without a scope there is nothing.
"""

from __future__ import annotations

from sellmode_tui.cache.store import Interrupted
from sellmode_tui.sealed import SealedError
from sellmode_tui.visibility.customers import Count, CustomerList, CustomerQuery, CustomerRow, Sort
from sellmode_tui.visibility.door import Door
from sellmode_tui.visibility.profile import Profile, TimelineEntry
from sellmode_tui.visibility.why import WhySeen

__all__ = [
    "Count",
    "CustomerList",
    "CustomerQuery",
    "CustomerRow",
    "Door",
    "Interrupted",
    "Profile",
    "SealedError",
    "Sort",
    "TimelineEntry",
    "WhySeen",
]

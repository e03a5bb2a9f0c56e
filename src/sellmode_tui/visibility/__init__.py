"""The one door between the cache and the journal and whoever shows, prints or changes records.

Screens and commands read and write through ``Door`` only. Each reading shows what the contract's table lets the account
see in the mode that the backend last told, and what the backend sends it: everything else is hidden on every path
alike, as if it did not exist. Without an accepted view, with an unknown mode or without a scope there is nothing. What
is written is judged by the same reading, kept for good, and shows at once.
"""

from __future__ import annotations

from sellmode_contract.mutations import Rejected
from sellmode_tui.cache.store import Interrupted
from sellmode_tui.journal.tray import NotInTray
from sellmode_tui.sealed import SealedError
from sellmode_tui.visibility.agenda import AgendaList, AgendaQuery, TaskCounts
from sellmode_tui.visibility.attention import Attention, Difference, Duplicate, HandedOver, Lost, Refused
from sellmode_tui.visibility.briefs import BriefDetails, BriefLine, BriefProgress
from sellmode_tui.visibility.customers import Count, CustomerList, CustomerQuery, CustomerRow, Sort
from sellmode_tui.visibility.door import Counts, Door
from sellmode_tui.visibility.duplicates import Match
from sellmode_tui.visibility.products import ProductLine
from sellmode_tui.visibility.profile import Profile, TimelineEntry
from sellmode_tui.visibility.rules import RuleLine
from sellmode_tui.visibility.sending import Unsent
from sellmode_tui.visibility.shown import Shown
from sellmode_tui.visibility.task_details import TaskDetails
from sellmode_tui.visibility.tasks import GivenTask, Section, TaskKey, TaskLine
from sellmode_tui.visibility.undo import CannotUndo, NothingToUndo, Undone
from sellmode_tui.visibility.values import Value
from sellmode_tui.visibility.why import WhySeen
from sellmode_tui.visibility.writing import CannotWrite, NotVisible, RefusedAmong, Written

__all__ = [
    "AgendaList",
    "AgendaQuery",
    "Attention",
    "BriefDetails",
    "BriefLine",
    "BriefProgress",
    "CannotUndo",
    "CannotWrite",
    "Count",
    "Counts",
    "CustomerList",
    "CustomerQuery",
    "CustomerRow",
    "Difference",
    "Door",
    "Duplicate",
    "GivenTask",
    "HandedOver",
    "Interrupted",
    "Lost",
    "Match",
    "NotInTray",
    "NotVisible",
    "NothingToUndo",
    "ProductLine",
    "Profile",
    "Refused",
    "RefusedAmong",
    "Rejected",
    "RuleLine",
    "SealedError",
    "Section",
    "Shown",
    "Sort",
    "TaskCounts",
    "TaskDetails",
    "TaskKey",
    "TaskLine",
    "TimelineEntry",
    "Undone",
    "Unsent",
    "Value",
    "WhySeen",
    "Written",
]

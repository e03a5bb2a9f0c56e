"""The records that an account may read and write: the one way from screens and commands to cache and journal.

Screens and commands use ``RecordStore`` only. Each reading shows what the contract's table lets the account see in the
mode that the backend last told, and what the backend sends it: everything else is hidden on every path alike, as if it
did not exist. Without an accepted view, with an unknown mode or without a scope there is nothing. What is written is
judged by the same reading, kept for good, and shows at once.
"""

from __future__ import annotations

from sellmode_contract.mutations import Rejected
from sellmode_tui.cache.store import Interrupted
from sellmode_tui.journal.tray import NotInTray
from sellmode_tui.records.changes.access import Counts
from sellmode_tui.records.changes.attention import Attention, Difference, Disputed, Duplicate, HandedOver, Lost, Refused
from sellmode_tui.records.changes.sending import Unsent
from sellmode_tui.records.changes.undo import CannotUndo, NothingToUndo, Undone
from sellmode_tui.records.customers.duplicates import Match
from sellmode_tui.records.customers.lists import Count, CustomerList, CustomerQuery, CustomerRow, Sort
from sellmode_tui.records.customers.profile import Profile, TimelineEntry
from sellmode_tui.records.people.assigning import AssignPreview
from sellmode_tui.records.people.owned import NOBODY, OwnedCustomer, OwnedList, OwnedQuery
from sellmode_tui.records.people.workload import Load, Workload
from sellmode_tui.records.products.access import LookbookDraft, Scanned
from sellmode_tui.records.products.details import ProductDetails, StoreStock
from sellmode_tui.records.products.lists import ProductList, ProductQuery, ProductSort, StyleLine, Variant
from sellmode_tui.records.products.people import ProductCustomer
from sellmode_tui.records.requests.lists import RequestCounts, RequestLine, RequestList, RequestQuery
from sellmode_tui.records.requests.talks import Said, TalkDetails
from sellmode_tui.records.results.shown import ShownFigures
from sellmode_tui.records.results.subjects import Subject
from sellmode_tui.records.rules.briefs import BriefDetails, BriefLine, BriefProgress
from sellmode_tui.records.rules.lines import RuleLine
from sellmode_tui.records.sales.lists import SaleLine, SaleList
from sellmode_tui.records.shown import Shown
from sellmode_tui.records.store import RecordStore
from sellmode_tui.records.tasks.agenda import AgendaList, AgendaQuery, TaskCounts
from sellmode_tui.records.tasks.details import TaskDetails
from sellmode_tui.records.tasks.lines import GivenTask, Section, TaskKey, TaskLine
from sellmode_tui.records.tasks.products import ProductLine
from sellmode_tui.records.values import Value
from sellmode_tui.records.why import WhySeen
from sellmode_tui.records.writing import CannotWrite, NotVisible, RefusedAmong, Written
from sellmode_tui.sealed import SealedError

__all__ = [
    "NOBODY",
    "AgendaList",
    "AgendaQuery",
    "AssignPreview",
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
    "Disputed",
    "Duplicate",
    "GivenTask",
    "HandedOver",
    "Interrupted",
    "Load",
    "LookbookDraft",
    "Lost",
    "Match",
    "NotInTray",
    "NotVisible",
    "NothingToUndo",
    "OwnedCustomer",
    "OwnedList",
    "OwnedQuery",
    "ProductCustomer",
    "ProductDetails",
    "ProductLine",
    "ProductList",
    "ProductQuery",
    "ProductSort",
    "Profile",
    "RecordStore",
    "Refused",
    "RefusedAmong",
    "Rejected",
    "RequestCounts",
    "RequestLine",
    "RequestList",
    "RequestQuery",
    "RuleLine",
    "Said",
    "SaleLine",
    "SaleList",
    "Scanned",
    "SealedError",
    "Section",
    "Shown",
    "ShownFigures",
    "Sort",
    "StoreStock",
    "StyleLine",
    "Subject",
    "TalkDetails",
    "TaskCounts",
    "TaskDetails",
    "TaskKey",
    "TaskLine",
    "TimelineEntry",
    "Undone",
    "Unsent",
    "Value",
    "Variant",
    "WhySeen",
    "Workload",
    "Written",
]

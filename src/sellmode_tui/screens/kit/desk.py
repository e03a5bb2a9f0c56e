"""What the screens of somebody who is signed in work with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sellmode_contract import visibility
from sellmode_contract.kinds.presence import Presence
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.visibility import Account
from sellmode_contract.wire import Preview
from sellmode_tui.journal.drafts import Draft
from sellmode_tui.journal.journal import Journal
from sellmode_tui.language import tr
from sellmode_tui.pictures.supply import Pictures
from sellmode_tui.records import Counts, CustomerQuery, RecordStore, RequestCounts, Subject
from sellmode_tui.records.tasks.agenda import AgendaQuery, TaskCounts
from sellmode_tui.records.tasks.lines import TaskKey
from sellmode_tui.screens.kit.memory import Threads
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.sync.status import SyncStatus

Drawing = Literal["", "card", "blocks"]
"""How pictures are shown: not at all, as a card that says what is on them, in cells."""


def mode_name(mode: str) -> str:
    """Team Mode or Associate Mode; nothing where that is not known."""
    return {"team": tr("Team Mode"), "associate": tr("Associate Mode")}.get(mode, "")


@dataclass(frozen=True)
class Facts:
    """The retailer and the account's place in it, as the backend last told; None before it did."""

    retailer: Retailer | None = None
    account: Account | None = None
    mode: str | None = None
    zone: dt.tzinfo = dt.UTC

    @classmethod
    def read(cls, records: RecordStore) -> Facts:
        """Blocks, for a short time."""
        around = records.context()
        return cls(around.retailer, around.account, around.mode, around.zone)

    @property
    def sees_team(self) -> bool:
        """Whether customers of several owners are seen."""
        return self.account is not None and visibility.column(self.mode or "", self.account) == "team"

    @property
    def has_chat(self) -> bool:
        """Whether it matters that somebody is available: the retailer offers chat, and they are of one store."""
        offered = self.retailer is not None and self.retailer.service.has_chat
        return offered and self.account is not None and len(self.account.stores) == 1

    @property
    def mode_name(self) -> str:
        """As it is said."""
        return mode_name(self.mode or "")


@dataclass(frozen=True)
class AgendaView:
    """How somebody looks at the tasks."""

    query: AgendaQuery = field(default_factory=AgendaQuery)
    task: TaskKey | None = None
    """Under the cursor."""


@dataclass(frozen=True)
class CustomersView:
    """How somebody looks at the customers."""

    query: CustomerQuery = field(default_factory=CustomerQuery)
    customer: str | None = None
    """Under the cursor."""


@dataclass(frozen=True)
class ResultsView:
    """How somebody looks at the figures."""

    period: str = "month"
    """As it is typed."""
    of: Subject | None = None
    """Whose they are; None: what is shown first."""
    kpi: str = ""
    """Under the cursor."""
    everything: bool = False
    """Whether all are shown, and not only those of one's kind of work."""


@dataclass(frozen=True)
class Looked:
    """How somebody looks at the lists, for when they come back."""

    page: str = "customers"
    customers: CustomersView = field(default_factory=CustomersView)
    agenda: AgendaView = field(default_factory=AgendaView)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass
class Desk:
    """Everything a screen may reach."""

    records: RecordStore
    journal: Journal
    """For saved filters."""
    person: str
    """Who is signed in."""
    clock: Callable[[], dt.datetime]
    """The moment, UTC."""
    preview: Callable[[TaskRule, str], Preview]
    """Asks the backend what a rule would do in a store (id) tomorrow. Blocks; raises the errors of `entrance.TOLD`."""
    typed: Callable[[str], None]
    """Lets the customer of a request (its id) know that an answer is being typed; say it as often as you like."""
    server: str = ""
    """Where the backend is; links to customers' pages begin so, unless the retailer has an address for them."""
    pictures: Pictures | None = None
    """Of products."""
    drawing: Drawing = ""
    """How pictures are shown."""
    place_picture: Callable[[bytes, int, int], int] | None = None
    """Gives the terminal a picture (PNG) for so many columns and lines; its number there. None: it draws none."""
    facts: Facts = field(default_factory=Facts)
    """Replaced as a whole when it changes."""
    sync: SyncStatus = field(default_factory=SyncStatus)
    """How things stand with the backend; replaced like the facts."""
    counts: Counts = field(default_factory=Counts)
    """How much is not sent, and how much needs attention."""
    requests: RequestCounts = field(default_factory=RequestCounts)
    """How many requests are open."""
    tasks: TaskCounts = field(default_factory=TaskCounts)
    """How many tasks are open, by when they are due."""
    presence: Presence | None = None
    """Whether the person is available for chat, as they and the backend have said last."""
    agenda: AgendaView = field(default_factory=AgendaView)
    """How the person last looked at the tasks, for when they come back to them."""
    customers: CustomersView = field(default_factory=CustomersView)
    """How they looked at the customers before they locked or left."""
    results: ResultsView = field(default_factory=ResultsView)
    """How they looked at the figures."""
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By main page the row that the cursor was on, and on which line of the view that stood."""
    writes: Threads = field(default_factory=lambda: Threads(1, "write"))
    """One thread, which writes what the person wants written, one thing after the other."""
    in_boxes: dict[tuple[str, str], Draft] = field(default_factory=dict)
    """What was typed in small boxes and came to nothing yet, by kind of box and what it was about."""
    first_run: bool = False
    """Whether the first keys are shown."""
    warning: str = ""
    """Something that must be known whatever else goes on; empty if there is nothing."""

    @property
    def words(self) -> Words:
        """How things are written at this moment."""
        return Words(self.clock(), self.facts.zone)

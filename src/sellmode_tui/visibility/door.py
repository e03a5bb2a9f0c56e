"""The door itself."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from sellmode_contract.filters import Completion
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.consent import Channel, ConsentState
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import Operation
from sellmode_contract.mutations.operations import TaskKind
from sellmode_contract.store_time import Due
from sellmode_contract.visibility import Account
from sellmode_tui.cache.store import Cache, Reading
from sellmode_tui.cache.tables import OTHER, TABLES
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.outbox import Outbox
from sellmode_tui.visibility import (
    agenda,
    attention,
    briefs,
    completion,
    customers,
    duplicates,
    editing,
    of_kinds,
    products,
    profile,
    resolving,
    rules,
    sending,
    shown,
    task_changes,
    task_details,
    tasks,
    undo,
    why,
)
from sellmode_tui.visibility.agenda import AgendaList, AgendaQuery, TaskCounts
from sellmode_tui.visibility.attention import Attention
from sellmode_tui.visibility.briefs import BriefDetails, BriefLine
from sellmode_tui.visibility.customers import CustomerList, CustomerQuery
from sellmode_tui.visibility.duplicates import Match
from sellmode_tui.visibility.ids import ids_named
from sellmode_tui.visibility.kind_lists import KindList, KindQuery
from sellmode_tui.visibility.pending import Pending, PendingReader
from sellmode_tui.visibility.products import ProductLine
from sellmode_tui.visibility.profile import Profile
from sellmode_tui.visibility.readings import Readings
from sellmode_tui.visibility.rules import RuleLine
from sellmode_tui.visibility.seen import Seen
from sellmode_tui.visibility.sending import Unsent
from sellmode_tui.visibility.shown import Shown
from sellmode_tui.visibility.task_details import TaskDetails
from sellmode_tui.visibility.tasks import GivenTask, TaskKey
from sellmode_tui.visibility.undo import Undone
from sellmode_tui.visibility.why import WhySeen
from sellmode_tui.visibility.writing import Writer, Written, made_id, made_now

_EVERYBODY = CustomerQuery()
_AGENDA = AgendaQuery()
_ALL = KindQuery()
_SURROGATES = re.compile("[\ud800-\udfff]")


def utc_now() -> dt.datetime:
    """The moment by this machine's clock."""
    return dt.datetime.now(dt.UTC)


class Counts(NamedTuple):
    """How much is on its way, and how much needs attention."""

    unsent: int = 0
    attention: int = 0


def nothing() -> None:
    """For a door behind which nobody sends what is written."""


class Door:
    """What an account may read of its cache, and write. Any thread may ask; a list may be cancelled from another.

    Readings raise SealedError if the file cannot be read, and Interrupted once the cache was stopped.

    What writes returns once the change is on the disk; it then shows in what is read, and the sync is told. It raises
    Rejected for what the backend would refuse anyway, with the rule and the field (NotVisible, a Rejected too, for an
    id that is not visible or unknown, alike), SealedError if it could not be kept, and CannotWrite where this door has
    no journal.
    """

    def __init__(
        self,
        cache: Cache,
        clock: Callable[[], dt.datetime] = utc_now,
        *,
        outbox: Outbox | None = None,
        ids: Callable[[], str] = made_id,
        made: Callable[[], ClockReading] = made_now,
        wrote: Callable[[], None] = nothing,
    ) -> None:
        """``clock`` gives the moment that filters such as ``last_purchase>90d`` count from.

        ``made`` tells when something is written, ``ids`` gives ids to changes and new records, and ``wrote`` is called
        after each change: it wakes the sync.
        """
        self._clock = clock
        self._readings = Readings(cache, clock)
        self._writer = Writer(self._readings, cache, outbox, ids=ids, made=made, wrote=wrote)
        self._pending = PendingReader(outbox) if outbox is not None else None

    def find(self, query: CustomerQuery = _EVERYBODY) -> CustomerList:
        """The list of a query. Raises FilterError if its text cannot be read as a filter."""
        return customers.find(self._readings, query._replace(text=_plain(query.text)))

    def records(self, kind: str, query: KindQuery = _ALL) -> KindList:
        """The list of the records of a kind that declares a page."""
        return KindList(self._readings, KINDS[kind], query._replace(text=_plain(query.text)))

    def profile(self, id: str) -> Profile | None:
        """Everything about a customer; None for one who is not visible or unknown, alike."""
        pending = self.pending()
        with self._readings.open() as reading:
            return profile.read(reading, self._readings.surroundings(reading), _plain(id), self._clock(), pending)

    def named(self, text: str, limit: int) -> list[str]:
        """The ids of the visible customers, in order and no more than ``limit``, whom a text names.

        By id or at least eight of its first characters, by customer number, or by e-mail.
        """
        with self._readings.open() as reading:
            return customers.named(reading, _plain(text), limit)

    def ids_named(self, kind: str, text: str, limit: int) -> list[str]:
        """The visible records of a kind, by id and no more than ``limit``, whose id a text is or begins."""
        with self._readings.open() as reading:
            return ids_named(reading, kind, _plain(text), limit)

    def why(self, kind: str, id: str) -> WhySeen | None:
        """Who sees a record and by which rule; None for one that is not visible or unknown, alike."""
        with self._readings.open() as reading:
            return why.read(reading, self._readings.surroundings(reading), kind, _plain(id))

    def complete(self, text: str, cursor: int) -> list[Completion]:
        """What may be typed next in a query, from what is visible."""
        with self._readings.open() as reading:
            return completion.complete(reading, self._readings.surroundings(reading), _plain(text), cursor)

    def retailer(self) -> Retailer | None:
        """The retailer's settings; None before they have arrived."""
        with self._readings.open() as reading:
            return self._readings.surroundings(reading).retailer

    def colleagues(self) -> list[Staff]:
        """The store's directory, by name."""
        with self._readings.open() as reading:
            return self._readings.surroundings(reading).colleagues

    def account(self) -> Account | None:
        """Whose view this is, as the backend last told."""
        with self._readings.open() as reading:
            return self._readings.surroundings(reading).account

    def mode(self) -> str | None:
        """The retailer's mode, as the backend last told."""
        with self._readings.open() as reading:
            return reading.head.view.mode if reading.head else None

    def zone(self) -> dt.tzinfo:
        """Whose days and times of day are shown: the store's."""
        with self._readings.open() as reading:
            return self._readings.surroundings(reading).zone

    def totals(self) -> dict[str, int]:
        """How many records of each kind are visible, by the kind's name."""
        with self._readings.open() as reading:
            return _totals(reading)

    # ------------------------------------------------------------------ records of any kind

    def shown(self, kind: str, id: str) -> Shown | None:
        """A record with what is to be known of it; None for one that is not visible or unknown, alike."""
        pending = self.pending()
        return self._writer.read(lambda seen: shown.read(seen, kind, _plain(id), pending))

    def create(self, kind: str, fields: Mapping[str, Any]) -> Written:
        """Make a record, by the fields of its kind; of one that belongs to a customer, ``customer`` is one of them."""
        id = self._writer.new_id()
        return self._writer.write(lambda seen: of_kinds.new(seen, kind, id, fields))

    def edit(self, kind: str, id: str, set: Mapping[str, Any], saw: Mapping[str, Any] | None = None) -> Written:
        """Change fields of a record. ``saw`` holds what the author saw of them, if that was some time ago."""
        return self._writer.write(lambda seen: of_kinds.edit(of_kinds.visible(seen, kind, id), set, saw))

    def remove(self, kind: str, id: str) -> Written:
        """Remove a record, as long as it is as it is shown."""
        return self._writer.write(lambda seen: of_kinds.remove(seen, kind, id))

    # ------------------------------------------------------------------ writing about customers

    def matches(self, email: str = "", phone: str = "", limit: int = 10) -> list[Match]:
        """The visible customers with this e-mail address or phone number, to be offered before one is added."""
        email, phone = _plain(email), _plain(phone)
        return self._writer.read(lambda seen: duplicates.matches(seen, email, phone, limit))

    def create_customer(self, fields: Mapping[str, Any]) -> Written:
        """Add a customer of one's own: the fields of ``mutations.EDITABLE_FIELDS``, ``EDITABLE_SETS`` (lists),
        ``sizes`` and ``custom`` (by entry), as JSON has them.
        """
        id = self._writer.new_id()
        return self._writer.write(lambda seen: editing.create_customer(seen, id, fields))

    def edit_customer(
        self,
        id: str,
        *,
        set: Mapping[str, Any] | None = None,
        add: Mapping[str, Iterable[str]] | None = None,
        remove: Mapping[str, Iterable[str]] | None = None,
        saw: Mapping[str, Any] | None = None,
    ) -> Written:
        """Change fields of a customer. ``set`` goes by field (``phone``, ``sizes.shoes``, ``custom.pet``), None takes a
        value away; ``add`` and ``remove`` name elements of ``tags`` and ``preferences``. ``saw`` holds what the author
        saw of those fields, if that was some time ago: without it, what stands there now.
        """
        return self._writer.write(
            lambda seen: editing.edit_customer(seen, id, set or {}, add or {}, remove or {}, saw or {})
        )

    def write_note(self, customer: str, text: str, *, private: bool = False) -> Written:
        """Write a note about a customer, for the store or for oneself."""
        return self.create("note", {"customer": customer, "text": text, "private": private})

    def edit_note(self, id: str, *, text: str | None = None, private: bool | None = None) -> Written:
        """Change a note of one's own; None leaves as it is."""
        given = {"text": text, "private": private}
        wanted = {name: value for name, value in given.items() if value is not None}
        return self._writer.write(lambda seen: of_kinds.edit(of_kinds.visible(seen, "note", id), wanted))

    def remove_note(self, id: str) -> Written:
        """Remove a note of one's own."""
        return self.remove("note", id)

    def log_contact(
        self,
        customer: str,
        channel: Literal["call", "visit", "email", "sms", "chat"],
        *,
        inbound: bool = False,
        summary: str = "",
        at: dt.datetime | None = None,
    ) -> Written:
        """Log a call, visit or message, of now or of an earlier moment (with its zone)."""
        said = {"channel": channel, "inbound": inbound, "summary": summary, "at": editing.moment(at)}
        return self.create("contact", {"customer": customer, **said})

    def remove_contact(self, id: str) -> Written:
        """Remove a contact that one has logged."""
        return self.remove("contact", id)

    def add_date(
        self, customer: str, label: str, month: int, day: int, year: int | None = None, about: str = ""
    ) -> Written:
        """Add a day to remember; ``about`` says whose it is, if not the customer's."""
        fields = {"customer": customer, "label": label, "month": month, "day": day, "year": year, "about": about}
        return self.create("date", fields)

    def edit_date(
        self,
        id: str,
        *,
        label: str,
        month: int,
        day: int,
        year: int | None,
        about: str = "",
        saw: ImportantDate | None = None,
    ) -> Written:
        """Make a date be this. ``saw`` is the date as the author saw it, if that was some time ago."""
        wanted = {"label": label, "month": month, "day": day, "year": year, "about": about}
        known = of_kinds.content(saw) if saw else None
        return self._writer.write(lambda seen: of_kinds.edit(of_kinds.visible(seen, "date", id), wanted, known))

    def remove_date(self, id: str) -> Written:
        """Remove a date."""
        return self.remove("date", id)

    def set_consent(self, customer: str, channel: Channel, state: ConsentState, evidence: str = "") -> Written:
        """Note what a customer allows on a channel. Allowing more than before needs ``evidence``."""
        return self._writer.write(lambda seen: editing.set_consent(seen, customer, channel, state, evidence))

    # ------------------------------------------------------------------ tasks

    def agenda(self, query: AgendaQuery = _AGENDA) -> AgendaList:
        """The tasks of a query."""
        customer = None if query.customer is None else _plain(query.customer)
        return AgendaList(self._readings, query._replace(text=_plain(query.text), customer=customer), self._clock)

    def task_counts(self, *, mine: bool = False) -> TaskCounts:
        """How many open tasks there are in each section by now; cheap enough to be asked each minute."""
        with self._readings.open() as reading:
            return agenda.counts(reading, self._readings.surroundings(reading), self._clock(), mine=mine)

    def task(self, kind: TaskKind, id: str) -> TaskDetails | None:
        """Everything about a task; None for one that is not visible or unknown, alike."""
        found = self.task_details([TaskKey(kind, _plain(id))])
        return found[0] if found else None

    def task_details(self, keys: Sequence[TaskKey]) -> list[TaskDetails]:
        """Everything about those of some tasks that are visible, in their order."""
        with self._readings.open() as reading:
            return task_details.details(reading, self._readings.surroundings(reading), keys, self._clock())

    def tasks_named(self, text: str, limit: int) -> list[TaskKey]:
        """The visible tasks, by id and no more than ``limit``, whose id a text is or has at least 8 characters of."""
        with self._readings.open() as reading:
            return tasks.named(reading, _plain(text), limit)

    def create_task(self, fields: Mapping[str, Any]) -> Written:
        """Make a task: ``title``, ``details``, ``action``, ``due`` (a ``Due``, or as records have it), ``repeat``,
        ``customer`` and ``assignee`` (ids). Without an assignee it is one's own.
        """
        id = self._writer.new_id()
        return self._writer.write(lambda seen: task_changes.create(id, fields))

    def edit_task(
        self, kind: TaskKind, id: str, set: Mapping[str, Any], saw: Mapping[str, Any] | None = None
    ) -> Written:
        """Change fields of an open task, as ``create_task`` has them. ``saw`` holds what the author saw of those
        fields, if that was some time ago: without it, what stands there now.
        """
        return self._writer.write(lambda seen: task_changes.edit(seen, TaskKey(kind, id), set, saw or {}))

    def finish_tasks(
        self, keys: Iterable[TaskKey], how: Literal["done", "dismissed"] = "done", reason: str = ""
    ) -> list[Written]:
        """End tasks; to dismiss them takes a reason. All of them or, if one would be refused, none (RefusedAmong)."""
        return self._each(keys, lambda seen, key: task_changes.finish(seen, key, how, reason))

    def snooze_tasks(self, keys: Iterable[TaskKey], to: Due | None) -> list[Written]:
        """Put tasks off; with None they are due when they were. All or none, as ``finish_tasks``."""
        return self._each(keys, lambda seen, key: task_changes.snooze(seen, key, to))

    def hand_over_tasks(self, keys: Iterable[TaskKey], person: str) -> list[Written]:
        """Give tasks to a colleague (staff id). All or none, as ``finish_tasks``."""
        return self._each(keys, lambda seen, key: task_changes.hand_over(seen, key, person))

    def claim_task(self, kind: TaskKind, id: str) -> Written:
        """Take a task that the whole store sees. If a colleague was faster, that comes up in *Needs attention*."""
        return self._writer.write(lambda seen: task_changes.claim(seen, TaskKey(kind, id), take=True))

    def release_task(self, kind: TaskKind, id: str) -> Written:
        """Give back what one has taken."""
        return self._writer.write(lambda seen: task_changes.claim(seen, TaskKey(kind, id), take=False))

    def reopen_task(self, kind: TaskKind, id: str) -> Written:
        """Take back that one has ended a task."""
        return self._writer.write(lambda seen: task_changes.reopen(seen, TaskKey(kind, id)))

    def remove_task(self, id: str) -> Written:
        """Take away a task that one has made oneself, while it is open."""
        return self._writer.write(lambda seen: of_kinds.remove(seen, "manual_task", id))

    def assignable(self, customer: str | None = None) -> list[Staff]:
        """The colleagues, oneself too, who may be given a new task, on a customer if one is named: by name."""
        named = None if customer is None else _plain(customer)
        return self._writer.read(lambda seen: task_changes.assignable(seen, named))

    def takers(self, keys: Iterable[TaskKey]) -> list[Staff]:
        """The colleagues to whom all of these tasks may be handed over, by name. Raises NotVisible."""
        wanted = list(keys)
        return self._writer.read(lambda seen: task_changes.takers_of_all(seen, wanted))

    def given_tasks(self) -> list[GivenTask]:
        """The tasks that were given, for a manager in Associate Mode: open ones by due time, then the others."""
        with self._readings.open() as reading:
            return tasks.given(reading, self._readings.surroundings(reading), self._clock())

    def withdraw_task(self, card: str, reason: str = "") -> Written:
        """Take a task back from whom it was given to, by the id of its card."""
        return self._writer.write(lambda seen: task_changes.withdraw(seen, card, reason))

    def _each(self, keys: Iterable[TaskKey], change: Callable[[Seen, TaskKey], Operation]) -> list[Written]:
        """The same change of several tasks."""
        wanted = list(dict.fromkeys(keys))
        return self._writer.write_all([functools.partial(lambda key, seen: change(seen, key), key) for key in wanted])

    # ------------------------------------------------------------------ rules and corporate tasks

    def customer_names(self, ids: Iterable[str]) -> dict[str, str]:
        """Names of customers for a preview of a rule; whom one may not know is "a colleague's customer"."""
        wanted = [_plain(id) for id in ids]
        with self._readings.open() as reading:
            return tasks.customer_names(reading, wanted)

    def rules(self) -> list[RuleLine]:
        """The rules that make tasks, of one's store and of the retailer, by name."""
        with self._readings.open() as reading:
            return rules.rules(reading, self._readings.surroundings(reading))

    def rule(self, id: str) -> RuleLine | None:
        """A rule; None for one that is not visible or unknown, alike."""
        return next((line for line in self.rules() if line.rule.id == id), None)

    def create_rule(self, fields: Mapping[str, Any]) -> Written:
        """Make a rule: the fields of ``TaskRule``. Without ``store`` it is of one's own; None is the retailer."""
        return self._writer.write(lambda seen: task_changes.create_rule(seen, fields))

    def edit_rule(self, id: str, set: Mapping[str, Any], saw: Mapping[str, Any] | None = None) -> Written:
        """Change fields of a rule. A manager's change of a retailer's rule makes a rule of the store in its place."""
        return self._writer.write(lambda seen: task_changes.edit_rule(seen, id, set, saw or {}))

    def remove_rule(self, id: str) -> Written:
        """Remove a rule; its open tasks expire with the backend's next pass."""
        return self.remove("task_rule", id)

    def briefs(self) -> list[BriefLine]:
        """What corporate tasks are made from, newest first, those that were taken back last."""
        with self._readings.open() as reading:
            return briefs.briefs(reading, self._readings.surroundings(reading), self._clock())

    def brief(self, id: str) -> BriefDetails | None:
        """Everything about a brief; None for one that is not visible or unknown, alike."""
        with self._readings.open() as reading:
            return briefs.details(reading, self._readings.surroundings(reading), _plain(id), self._clock())

    def products_named(self, text: str, limit: int) -> list[ProductLine]:
        """The products, no more than ``limit``, that a text may mean by SKU or by the beginnings of words."""
        with self._readings.open() as reading:
            return products.named(reading, _plain(text), limit)

    def announce(self, fields: Mapping[str, Any]) -> Written:
        """For a head office: ask something of its people, by the fields of ``CorporateBrief``."""
        id = self._writer.new_id()
        return self._writer.write(lambda seen: task_changes.announce(id, fields))

    def take_back(self, brief: str) -> Written:
        """Take back a brief; its open tasks expire with the backend's next pass."""
        return self.remove("corporate_brief", brief)

    # ------------------------------------------------------------------ taking back

    def undo(self) -> Undone:
        """Take back one's last change that still stands; of several made at once, all.

        Raises NothingToUndo and CannotUndo.
        """
        return undo.undo(self._writer)

    # ------------------------------------------------------------------ what is on its way, and what needs attention

    def counts(self) -> Counts:
        """How many changes the backend has not answered for, and how much needs attention."""
        outbox = self._writer.outbox
        return Counts(outbox.unsent(), self._writer.read(lambda seen: attention.needing_attention(seen, outbox)))

    def pending(self) -> Pending:
        """By customer, what of one's own is not with the server yet or was refused; cheap enough for every page."""
        return self._pending.read() if self._pending is not None else Pending()

    def unsent(self) -> list[Unsent]:
        """The changes that the backend has not answered for, in the order in which they were made."""
        return self._writer.read(lambda seen: sending.unsent(seen, self._writer.outbox))

    def attention(self) -> list[Attention]:
        """What is lost, what was refused or handed over to whoever this is, and, for managers, duplicates."""
        return self._writer.read(lambda seen: attention.attention(seen, self._writer.outbox))

    def waiting_with_owners(self) -> int:
        """For a manager: how many changes wait to be judged by those who look after the customers."""
        return self._writer.read(attention.waiting_with_owners)

    def acknowledge_loss(self, id: int) -> None:
        """Somebody has seen what is lost. Raises NotInTray if somebody had already."""
        self._writer.outbox.tray.acknowledge_loss(id)

    def resend(self, mid: str, values: Mapping[str, Any] | None = None) -> Written:
        """Send what was refused once more, with other values by the fields of ``Refused.values``. Raises NotInTray."""
        return resolving.resend(self._writer, mid, values or {})

    def hand_over(self, mid: str) -> Written:
        """Give what was refused to whoever looks after the customer. Raises NotInTray."""
        return resolving.hand_over(self._writer, mid)

    def discard(self, mid: str) -> None:
        """Give up what was refused; the journal keeps it. Raises NotInTray."""
        resolving.discard(self._writer, mid)

    def copy_text(self, mid: str) -> str:
        """What was refused, as text to be used elsewhere. Hostile text is as it came. Raises NotInTray."""
        return self._writer.read(lambda seen: resolving.copied(seen, self._writer.outbox, mid))

    def accept_parked(self, id: str) -> Written:
        """Make a change that was handed over one's own."""
        return self._writer.write(lambda seen: resolving.accept(seen, id))

    def discard_parked(self, id: str) -> Written:
        """Drop a change that was handed over."""
        return self._writer.write(lambda seen: resolving.discard_parked(seen, id))

    def merge(self, pair: str, keep: str, take: Iterable[str] = ()) -> Written:
        """Make one customer of a pair: ``keep`` is the id of who stays, ``take`` names fields of the other one's."""
        return self._writer.write(lambda seen: resolving.merge(seen, pair, keep, tuple(take)))

    def dismiss_pair(self, pair: str) -> Written:
        """Judge a pair to be two people."""
        return self._writer.write(lambda seen: resolving.dismiss(seen, pair))


def _plain(text: str) -> str:
    """Typed text as a database takes it: bytes that are no text, which a shell passes on, become a mark each."""
    return _SURROGATES.sub("\ufffd", text)


def _totals(reading: Reading) -> dict[str, int]:
    totals = {}
    for kind in TABLES:
        (totals[kind],) = reading.connection.execute(
            f'SELECT count(*) FROM "{kind}" t WHERE {reading.only_visible("t")}'
        ).fetchone()
    rows = reading.connection.execute(
        f"SELECT t.kind, count(*) FROM {OTHER} t WHERE {reading.only_visible('t')} GROUP BY t.kind"
    )
    return {kind: number for kind, number in (*totals.items(), *rows) if number}

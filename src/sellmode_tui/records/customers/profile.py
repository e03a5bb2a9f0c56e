"""Everything about one customer, as plain values: the screen and the command say it in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer, CustomValue
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.kinds.wish import Wish
from sellmode_contract.mutations.operations import TaskKind
from sellmode_contract.records import Record
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.records import wishes
from sellmode_tui.records.changes.pending import Marks, Pending
from sellmode_tui.records.context import Context
from sellmode_tui.records.tasks import lines as tasks
from sellmode_tui.records.tasks.lines import TaskLine
from sellmode_tui.records.wishes import WishLine

TimelineKind = Literal["order", "return", "contact", "note", "consent", "history", "task", "lookbook", "request"]


class OwnField(NamedTuple):
    """The customer's value of a field that the retailer defined; without ``defined`` if it is not defined any more."""

    name: str
    defined: CustomField | None
    value: CustomValue


class TimelineEntry(NamedTuple):
    """Something that happened. ``record`` tells what; names that it only has ids for stand beside it."""

    at: dt.datetime
    kind: TimelineKind
    record: Record
    who: str
    """Who did it: a colleague's name, ``customer``, a source's name; empty if nobody is named."""
    subject: str = ""
    """Of history: the colleague or store that it names."""


@dataclass(frozen=True)
class Totals:
    """A customer's figures. Money is in minor units of ``currency``; None where there is nothing to divide."""

    currency: str
    spend: int
    other_spend: dict[str, int]
    """Spend in other currencies, by currency."""
    orders: int
    units: int
    average_order: int | None
    """Spend an order, rounded half up."""
    units_per_order: float | None
    categories: tuple[tuple[str, int], ...]
    """Product types with the most spend, with that."""
    days_between: float | None
    """Frequency: days between purchases on average."""
    days_since: int | None
    """Recency: days since the last purchase, by the store's calendar."""
    first_purchase: dt.datetime | None
    last_purchase: dt.datetime | None
    last_contact: dt.datetime | None


@dataclass(frozen=True)
class Profile:
    """A customer with all that belongs to them and is visible."""

    customer: Customer
    """Contact data, sizes, preferences, tags; ``sources`` says where a value came from."""
    owner_name: str
    store_name: str
    totals: Totals
    own_fields: tuple[OwnField, ...]
    """In the retailer's order; only those with a value."""
    consents: tuple[Consent, ...]
    """By channel."""
    dates: tuple[ImportantDate, ...]
    """By day of the year."""
    orders: tuple[Order, ...]
    """With lines and returns, newest first."""
    notes: tuple[Note, ...]
    contacts: tuple[Contact, ...]
    history: tuple[HistoryEntry, ...]
    timeline: tuple[TimelineEntry, ...]
    """Everything that happened, newest first."""
    wishes: tuple[WishLine, ...]
    """The wish list, newest first."""
    tasks: tuple[TaskLine, ...]
    """What is open about them, by due time; what was done or dismissed is in the timeline."""
    names: dict[str, str]
    """Names of the colleagues and stores whose ids occur in these records."""
    unsent: Marks
    """One's own changes that are shown here and not with the server yet."""
    refused: Marks
    """Those that the server refused: they are not shown here, and wait in *Needs attention*."""


def read(reading: Reading, around: Context, id: str, now: dt.datetime, pending: Pending) -> Profile | None:
    """The profile of a visible customer, else None."""
    row = reading.connection.execute(
        f"SELECT c.doc FROM customer c WHERE c.id = ? AND {reading.only_visible('c')}", (id,)
    ).fetchone()
    if row is None:
        return None
    customer: Customer = decode("customer", row[0])
    orders = _children(reading, "order", id, "placed_at DESC, k.id")
    notes = _children(reading, "note", id, "written_at DESC, k.id")
    contacts = _children(reading, "contact", id, "at DESC, k.id")
    history = _children(reading, "history", id, "at DESC, k.id")
    sent: tuple[SentLookbook, ...] = _children(reading, "sent_lookbook", id, "at DESC, k.id")
    requests: tuple[Request, ...] = _children(reading, "request", id, "id")
    consents = _children(reading, "consent", id, "channel, k.id")
    about = [(kind, task) for kind in _TASKS for task in _children(reading, kind, id, "due_at, k.id")]
    at = tasks.moment_of(now, around.zone)
    open_tasks = [line for line in tasks.lines(reading, around, about, at) if line.section != "done"]
    wished: tuple[Wish, ...] = _children(reading, "wish", id, "wished_at DESC, k.sku, k.id")
    names = _Names(around)
    entries = [
        *_bought(orders, names),
        *(TimelineEntry(note.written_at, "note", note, names.who(note.author)) for note in notes),
        *(TimelineEntry(contact.at, "contact", contact, names.who(contact.author)) for contact in contacts),
        *(TimelineEntry(each.at, "lookbook", each, names.who(each.author)) for each in sent),
        *(TimelineEntry(each.asked_at, "request", each, "customer") for each in requests if each.asked_at),
        *(
            TimelineEntry(consent.changed_at, "consent", consent, names.who(consent.actor))
            for consent in consents
            if consent.changed_at
        ),
        *(TimelineEntry(entry.at, "history", entry, names.who(entry.actor), names.subject(entry)) for entry in history),
        *(
            TimelineEntry(task.done_at, "task", task, names.who(task.done_by))
            for _, task in about
            if task.state in ("done", "dismissed") and task.done_at
        ),
    ]
    return Profile(
        customer=customer,
        owner_name=names.who(customer.owner) and around.owner_name(customer.owner),
        store_name=names.store(customer.store),
        totals=_totals(customer, around, now),
        own_fields=_own_fields(customer, around),
        consents=consents,
        dates=_children(reading, "date", id, "month, k.day, k.id"),
        orders=orders,
        notes=notes,
        contacts=contacts,
        history=history,
        timeline=tuple(sorted(entries, key=lambda entry: (entry.at, entry.record.id), reverse=True)),
        wishes=wishes.lines(reading, wished, {each: names.who(each) for wish in wished if (each := wish.author)}),
        tasks=tuple(sorted(open_tasks, key=lambda line: (line.due_at is None, line.due_at or now, line.id))),
        names=names.used,
        unsent=pending.unsent_of(id),
        refused=pending.refused_of(id),
    )


_TASKS: tuple[TaskKind, ...] = ("manual_task", "rule_task")
"""The kinds of tasks that belong to a customer."""


def _children(reading: Reading, kind: str, customer: str, order: str) -> tuple[Any, ...]:
    """A customer's records of a kind that may be shown."""
    rows = reading.connection.execute(
        f'SELECT k.doc FROM "{kind}" k WHERE k.customer = ? AND {reading.only_visible("k")} ORDER BY k.{order}',
        (customer,),
    )
    return tuple(decode(kind, doc) for (doc,) in rows)


def _bought(orders: tuple[Order, ...], names: _Names) -> Iterator[TimelineEntry]:
    for order in orders:
        names.store(order.store)
        kinds = {line.kind for line in order.lines}
        returned = "return" in kinds and "sale" not in kinds
        yield TimelineEntry(order.placed_at, "return" if returned else "order", order, names.who(order.sold_by))


def _own_fields(customer: Customer, around: Context) -> tuple[OwnField, ...]:
    defined = around.retailer.custom_fields if around.retailer else ()
    known = [
        OwnField(field.name, field, customer.custom[field.name]) for field in defined if field.name in customer.custom
    ]
    names = {field.name for field in defined}
    return (*known, *(OwnField(name, None, value) for name, value in customer.custom.items() if name not in names))


def _totals(customer: Customer, around: Context, now: dt.datetime) -> Totals:
    figures = customer.figures
    first, last = (
        moment and moment.astimezone(around.zone).date() for moment in (figures.first_purchase, figures.last_purchase)
    )
    orders, of_spend = figures.orders, figures.spend_orders
    return Totals(
        currency=around.currency,
        spend=figures.spend,
        other_spend=figures.other_spend,
        orders=orders,
        units=figures.units,
        average_order=(2 * figures.spend + of_spend) // (2 * of_spend) if of_spend else None,
        units_per_order=figures.units / orders if orders else None,
        categories=figures.categories,
        days_between=(last - first).days / (orders - 1) if first and last and orders > 1 else None,
        days_since=(now.astimezone(around.zone).date() - last).days if last else None,
        first_purchase=figures.first_purchase,
        last_purchase=figures.last_purchase,
        last_contact=figures.last_contact,
    )


class _Names:
    """Finds names of colleagues and stores, and remembers them."""

    def __init__(self, around: Context) -> None:
        self._around = around
        self._stores = {store.id: store.name for store in (around.retailer.stores if around.retailer else ())}
        self.used: dict[str, str] = {}

    def who(self, actor: str | None) -> str:
        """A colleague's name for an id; what is no id (``customer``, a source's name) as it is."""
        if not actor or not (self._around.knows(actor) or _is_id(actor)):
            return actor or ""
        self.used[actor] = self._around.name_of(actor)
        return self.used[actor]

    def store(self, store: str | None) -> str:
        """A store's name; of one that the retailer does not list, its id."""
        if store:
            self.used[store] = self._stores.get(store, store)
        return self.used[store] if store else ""

    def subject(self, entry: HistoryEntry) -> str:
        """Whom or what an event names."""
        if entry.event == "created":
            return ""
        return self.store(entry.subject) if entry.event == "moved" else self.who(entry.subject)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False

"""What is behind a figure: its days, and of a day what this machine holds of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, Final, NamedTuple

from sellmode_contract.documents import as_document
from sellmode_contract.kinds import BY_RECORD, kind_of
from sellmode_contract.kinds.contact import CONTACTS as WAYS
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.order import Order, net_sales
from sellmode_contract.kinds.sale import CreditedSale
from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_contract.records import Record, parent_of
from sellmode_contract.results.kpis import Kpi
from sellmode_contract.results.measures import (
    CONSENT,
    CONTACTS,
    CREDIT,
    CUSTOMERS,
    DEALINGS,
    LOOKBOOKS,
    MEASURES,
    ORDERS,
    TASKS,
)
from sellmode_contract.store_time import day_start
from sellmode_contract.translatable import Translatable, marked
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import OTHER, TASK_KINDS, decode, instant
from sellmode_tui.records.context import Context
from sellmode_tui.records.customers.names import visible_names
from sellmode_tui.records.results.subjects import Subject
from sellmode_tui.records.tasks.lines import whose as falls_to

_A_DAY: Final = dt.timedelta(days=1)


class Happened(NamedTuple):
    """A record that a figure was added up of. Names and texts are as they came."""

    kind: str
    id: str
    at: dt.datetime | None
    """None of a task, which is due on the day."""
    what: str
    """In words that can be translated."""
    title: str = ""
    """Of a task or a lookbook: said in place of what it is."""
    customer: str = ""
    """Id of a customer who can be seen; else empty."""
    name: str = ""
    amount: int | None = None
    currency: str = ""
    state: str = ""
    """Of a task."""


class _Day(NamedTuple):
    """A day of a subject's stores, of one KPI."""

    reading: Reading
    subject: Subject
    kpi: Kpi
    day: dt.date
    begins: dt.datetime
    ends: dt.datetime

    def records(self, table: str, column: str, *, around: int = 0) -> Iterator[Any]:
        """The records of a kind within the day, and so many days around it."""
        more = dt.timedelta(days=around)
        rows = self.reading.connection.execute(
            f'SELECT r.doc FROM "{table}" r WHERE {self.reading.only_visible("r")}'
            f" AND {column} >= ? AND {column} < ? ORDER BY {column}, r.id",
            (instant(self.begins - more), instant(self.ends + more)),
        )
        yield from (decode(table, doc) for (doc,) in rows)

    def has(self, store: str | None, person: str | None) -> bool:
        """Whether it is of whose figure it is."""
        return store in self.subject.stores and self.subject.person in (None, person)


def happened(reading: Reading, around: Context, subject: Subject, kpi: Kpi, day: dt.date) -> list[Happened]:
    """What there is of a day: the records that the account sees anyway."""
    zone = around.zone_of(subject.stores[0] if len(subject.stores) == 1 else None)
    of_day = _Day(reading, subject, kpi, day, day_start(day, zone), day_start(day + _A_DAY, zone))
    readers = dict.fromkeys(_SOURCES[source] for source in kpi.sources if source in _SOURCES)
    found = list({record.id: (record, amount) for read in readers for record, amount in read(of_day)}.values())
    names = visible_names(reading, {parent for record, _ in found if (parent := parent_of(record))})
    return [_told(record, amount, names, around.currency) for record, amount in found]


_Found = Iterator[tuple[Record, int | None]]
"""Records with what each adds, if that is money."""


def _orders(of: _Day) -> _Found:
    channels = {part.channel for part in of.kpi.parts if MEASURES[part.measure].source == ORDERS}
    for order in of.records("order", "r.placed_at"):
        if order.cancelled_at is None and of.has(order.store, order.sold_by) and channels & {"", order.channel}:
            yield order, net_sales(order.total, order.refunded, order.lines)


def _credit(of: _Day) -> _Found:
    for sale in of.records("sale", "r.placed_at"):
        parts = [part for part in sale.parts if part.person != "" and of.has(sale.store, part.person)]
        if parts:
            yield sale, sum(part.amount for part in parts)
    for notice in of.records("sale_notice", "r.placed_at"):
        if notice.credited and notice.person == of.subject.person:
            yield notice, notice.amount


def _tasks(of: _Day) -> _Found:
    for kind in TASK_KINDS:
        for task in of.records(kind, "r.due_at", around=1):
            whose = task.done_by or task.claimed_by or falls_to(task)
            if (task.snoozed_to or task.due)[:10] == str(of.day) and of.has(task.store, whose):
                yield task, None


def _contacts(of: _Day) -> _Found:
    for contact in of.records("contact", "r.at"):
        if of.has(contact.store, contact.author):
            yield contact, None


def _lookbooks(of: _Day) -> _Found:
    rows = of.reading.connection.execute(
        f"SELECT r.doc FROM {OTHER} r WHERE {of.reading.only_visible('r')} AND r.kind = 'lookbook' ORDER BY r.id"
    )
    for look in (decode("lookbook", doc) for (doc,) in rows):
        if look.shared_at and of.begins <= look.shared_at < of.ends and of.has(look.store, look.author):
            yield look, None


def _customers(of: _Day) -> _Found:
    for entry in of.records("history", "r.at"):
        if entry.event == "created" and of.has(entry.subject, entry.actor):
            yield entry, None


_SOURCES: Final[dict[str, Callable[[_Day], _Found]]] = {
    ORDERS: _orders,
    CREDIT: _credit,
    TASKS: _tasks,
    CONTACTS: _contacts,
    LOOKBOOKS: _lookbooks,
    CUSTOMERS: _customers,
    CONSENT: _customers,
    DEALINGS: lambda of: chain(_contacts(of), _lookbooks(of)),
}


def _told(record: Record, amount: int | None, names: dict[str, str], currency: str) -> Happened:
    customer = parent_of(record) or ""
    return Happened(
        kind=kind_of(record),
        id=record.id,
        at=_moment(record),
        what=_what(record),
        title=getattr(record, "title", ""),
        customer=customer if customer in names else "",
        name=names.get(customer, ""),
        amount=amount,
        currency=currency,
        state=getattr(record, "state", "") if kind_of(record) in TASK_KINDS else "",
    )


def _moment(record: Record) -> dt.datetime | None:
    match record:
        case Order() | CreditedSale() | SaleNotice():
            return record.placed_at
        case Contact() | HistoryEntry():
            return record.at
        case Lookbook():
            return record.shared_at
    return None


def _what(record: Record) -> str:
    match record:
        case Order():
            return Translatable("order {number}", number=record.number)
        case Contact():
            return WAYS[record.channel]
        case HistoryEntry():
            return marked("customer added")
    return BY_RECORD[type(record)].described(as_document(record), "")

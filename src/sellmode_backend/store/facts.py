"""Facts: what each cause adds to the sums of a store and of its people, on a day of the store.

A cause is an order with its judgement (``order_adds``, ``credit_adds``), a number that was told or counted
(``measure_adds``), a record (``OF_KINDS``), a customer with what was done for them (``dealings``), or when a store's
people were available for chat on a day (``availability``). What it adds is worked out of nothing but itself and its
store's time zone, so that the sums are the same whichever way the causes came, and when all of them are added up anew.
Who writes a cause adds what it adds now and takes away what it added before, in one call of ``records.write``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store.schema import record, store
from sellmode_contract import visibility
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.fact import Fact, FactCard, fact_id
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.lookbook import Lookbook, LookbookResult
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.order import net_sales
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.task import Task
from sellmode_contract.records import Record
from sellmode_contract.results.attribution import Judgement
from sellmode_contract.results.figures import added
from sellmode_contract.store_time import local_day, zone_named

if TYPE_CHECKING:
    from sellmode_backend.store.measures import ToldMeasure
    from sellmode_backend.store.orders import OrderEntry

_MINUTE: Final = dt.timedelta(minutes=1)


class Place(NamedTuple):
    """Where something is added."""

    store: str
    person: str | None
    day: dt.date
    channel: str
    measure: str


Adds: TypeAlias = Counter[Place]
"""How much is added at each place."""


class Zones:
    """The retailer's days: the time zones of its stores, read when the first one is asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._zones: dict[str, ZoneInfo] = {}
        self._retailer: tuple[str, str] | None = None

    @property
    def currency(self) -> str:
        """The currency that is counted."""
        return self._settings()[0]

    def day(self, instant: dt.datetime, store_id: str | None) -> dt.date:
        """The day that a store has at an instant; where there is no store, the retailer's."""
        return local_day(instant, self.of(store_id))

    def of(self, store_id: str | None) -> ZoneInfo:
        """A store's time zone; where there is no store, the retailer's."""
        if not self._zones:
            rows = self._connection.execute(sa.select(store.c.id, store.c.time_zone)).all()
            self._zones = {id: zone for id, name in rows if (zone := zone_named(name))}
            self._zones[""] = zone_named(self._settings()[1]) or ZoneInfo("UTC")
        return self._zones.get(store_id or "", self._zones[""])

    def _settings(self) -> tuple[str, str]:
        if self._retailer is None:
            doc = self._connection.scalar(sa.select(record.c.doc).where(record.c.kind == "retailer"))
            found = msgspec.json.decode(doc, type=_Settings) if doc else _Settings()
            self._retailer = (found.currency, found.time_zone)
        return self._retailer


class _Settings(msgspec.Struct):
    currency: str = ""
    time_zone: str = "UTC"


# ------------------------------------------------------------------ orders


def order_adds(entry: OrderEntry, zones: Zones, adds: Adds, sign: int = 1) -> None:
    """Add what an order adds, or with ``sign`` -1 take it away: to its store, and to who sold it.

    A cancelled order adds nothing. What was refunded is taken off on the day of the refund, where that is known.
    """
    if entry.cancelled_at is not None:
        return
    place = entry.store or ""
    day = zones.day(entry.placed_at, entry.store)
    people = (None, entry.sold_by) if entry.sold_by else (None,)
    is_sale = any(line.kind == "sale" for line in entry.lines)
    if entry.currency != zones.currency:
        for person in people:
            adds[Place(place, person, day, entry.channel, "other_currency")] += sign * is_sale
        return
    nets = _nets(entry, zones, entry.store)
    units = sum(
        line.quantity if line.kind == "sale" else -abs(line.quantity)
        for line in entry.lines
        if line.kind in ("sale", "return")
    )
    for person in people:
        first = Place(place, person, day, entry.channel, "net_sales")
        adds[first._replace(measure="transactions")] += sign * is_sale
        adds[first._replace(measure="units")] += sign * units
        adds[first._replace(measure="identified")] += sign * (is_sale and entry.customer is not None)
        before = 0
        for on, net in nets:
            adds[first._replace(day=on)] += sign * (net - before)
            before = net
        refunded = sum(refund.amount for refund in entry.refunds)
        adds[first._replace(measure="refunds")] += sign * (entry.refunded - refunded)
        for refund in entry.refunds:
            on = zones.day(refund.at, entry.store)
            adds[first._replace(day=on, measure="refunds")] += sign * refund.amount


def credit_adds(entry: OrderEntry, judgement: Judgement, zones: Zones, adds: Adds, sign: int = 1) -> None:
    """Add what the credit for an order adds: to the stores credited, and to the people."""
    if entry.cancelled_at is not None or entry.currency != zones.currency:
        return
    is_sale = any(line.kind == "sale" for line in entry.lines)
    seen = set[tuple[str, str | None]]()
    for number, credit in enumerate(judgement.credits):
        nets = _nets(entry, zones, credit.store)
        placed = zones.day(entry.placed_at, credit.store)
        elsewhere = judgement.mode == "team" and credit.store != (entry.store or "")
        for person in (None, credit.person) if credit.person else (None,):
            first = Place(credit.store, person, placed, "online", "credited_sales")
            before = 0
            for on, net in nets:
                part = judgement.amounts(net)[number]
                adds[first._replace(day=on)] += sign * (part - before)
                if elsewhere:
                    adds[first._replace(day=on, measure="credited_elsewhere")] += sign * (part - before)
                before = part
            if is_sale and (credit.store, person) not in seen:
                seen.add((credit.store, person))
                minutes = (entry.placed_at - credit.at) // _MINUTE
                adds[first._replace(measure="credited_orders")] += sign
                adds[first._replace(measure="convert_minutes")] += sign * minutes


def nets_of(entry: OrderEntry) -> list[int]:
    """What an order was worth at first, and after each refund whose time is known."""
    if entry.cancelled_at is not None:
        return [0]
    refunded = entry.refunded - sum(refund.amount for refund in entry.refunds)
    found = [net_sales(entry.total, refunded, entry.lines)]
    for refund in entry.refunds:
        refunded += refund.amount
        found.append(net_sales(entry.total, refunded, entry.lines))
    return found


def _nets(entry: OrderEntry, zones: Zones, of_store: str | None) -> list[tuple[dt.date, int]]:
    days = [entry.placed_at, *(refund.at for refund in entry.refunds)]
    return [(zones.day(at, of_store), net) for at, net in zip(days, nets_of(entry), strict=True)]


def measure_adds(told: ToldMeasure, adds: Adds, sign: int = 1) -> None:
    """Add what another system has counted, or take it away."""
    for place in both(told.store, told.person, dt.date.fromisoformat(told.day), told.channel, told.measure):
        adds[place] += sign * told.value


# ------------------------------------------------------------------ records


def _task(task: Task, sort: str, person: str | None, _: Zones) -> Iterator[Place]:
    due = (task.snoozed_to or task.due)[:10]
    if not (due and task.store):
        return
    measures = [f"tasks_{task.state}"]
    if task.state == "done" and task.done_at and task.due_at and task.done_at <= task.due_at:
        measures.append("tasks_on_time")
    for measure in measures:
        yield from both(
            task.store, task.done_by or task.claimed_by or person, dt.date.fromisoformat(due), sort, measure
        )


def _manual_task(task: ManualTask, zones: Zones) -> Iterator[Place]:
    return _task(task, "manual", task.assignee or task.creator, zones)


def _rule_task(task: RuleTask, zones: Zones) -> Iterator[Place]:
    return _task(task, "rule", task.meant_for, zones)


def _corporate_task(task: CorporateTask, zones: Zones) -> Iterator[Place]:
    return _task(task, "corporate", task.person, zones)


def _contact(contact: Contact, zones: Zones) -> Iterator[Place]:
    if contact.store:
        measure = "contacts_received" if contact.inbound else "contacts_made"
        day = zones.day(contact.at, contact.store)
        yield from both(contact.store, contact.author, day, contact.channel, measure)


def _history(entry: HistoryEntry, zones: Zones) -> Iterator[Place]:
    if entry.event == "created" and entry.subject:
        yield from both(entry.subject, entry.actor, zones.day(entry.at, entry.subject), "", "contacts_added")


def _lookbook(look: Lookbook, zones: Zones) -> Iterator[Place]:
    if look.shared_at:
        yield from both(look.store, look.author, zones.day(look.shared_at, look.store), "", "looks_shared")


def _lookbook_result(result: LookbookResult, zones: Zones) -> Iterator[Place]:
    if not result.first_opened_at:
        return
    day = zones.day(result.first_opened_at, result.store)
    happened = {
        "looks_opened": result.opened > 0,
        "looks_clicked": any(product.clicks for product in result.products),
        "looks_answered": bool(result.replies),
    }
    for measure in (measure for measure, did in happened.items() if did):
        yield from both(result.store, result.author, day, "", measure)


def both(store_id: str, person: str | None, day: dt.date, channel: str, measure: str) -> Iterator[Place]:
    """Of the store, and of the person if there is one."""
    yield Place(store_id, None, day, channel, measure)
    if person:
        yield Place(store_id, person, day, channel, measure)


def _request(request: Request, zones: Zones) -> Adds:
    """What a request adds, on the day on which it came; that it was handled, on the day of that."""
    adds = Adds()
    if request.asked_at is None or request.outcome == "spam":
        return adds
    asked = zones.day(request.asked_at, request.store)
    holder = request.closed_by or request.claimed_by
    adds.update(both(request.store, holder, asked, request.way, "requests"))
    if request.answered_at is not None:
        for measure, amount in (
            ("requests_answered", 1),
            ("reply_minutes", request.answered_after or 0),
            ("chats_answered", int(request.way == "chat")),
        ):
            for place in both(request.store, request.answered_by, asked, request.way, measure):
                adds[place] += amount
    if request.closed_at is not None:
        closed = zones.day(request.closed_at, request.store)
        adds.update(both(request.store, holder, closed, request.way, "requests_handled"))
    return adds


OF_KINDS: Final[Mapping[str, Callable[[Any, Zones], Iterable[Place] | Adds]]] = {
    "manual_task": _manual_task,
    "rule_task": _rule_task,
    "corporate_task": _corporate_task,
    "contact": _contact,
    "history": _history,
    "lookbook": _lookbook,
    "lookbook_result": _lookbook_result,
    "request": _request,
}
"""Where a record of a kind adds one, or how much where."""


def record_adds(kind: str, item: Record | None, zones: Zones, adds: Adds, sign: int = 1) -> None:
    """Add what a record adds, or take it away."""
    if item is not None:
        for place, amount in Adds(OF_KINDS[kind](item, zones)).items():
            adds[place] += sign * amount


# ------------------------------------------------------------------ the sums


def recounts(adds: Adds) -> dict[tuple[str, str], Callable[[Any], Record | None]]:
    """What becomes of the facts of each month, and of their cards, by kind and id: of each that is there."""
    months: dict[tuple[str, str | None, str], dict[tuple[str, str, str], int]] = {}
    for place, amount in adds.items():
        if amount:
            month = months.setdefault((place.store, place.person, f"{place.day:%Y-%m}"), {})
            month[f"{place.day:%d}", place.channel, place.measure] = amount
    found: dict[tuple[str, str], Callable[[Any], Record | None]] = {}
    for whose, more in months.items():
        id = fact_id(*whose)
        found["fact", id] = partial(_with_more, Fact, id, whose, more)
        if whose[0] and (card := visibility.card_key("fact", id)):
            found[card] = partial(_with_more, FactCard, card[1], whose, more)
    return found


def made(adds: Adds) -> Iterable[Record]:
    """The facts that sums alone come to, and their cards."""
    return (item for recount in recounts(adds).values() if (item := recount(None)))


def _with_more(
    struct: type[Fact | FactCard],
    id: str,
    whose: tuple[str, str | None, str],
    more: Mapping[tuple[str, str, str], int],
    before: Fact | FactCard | None,
) -> Fact | FactCard | None:
    days = added(before.days if before else {}, more)
    store_id, person, month = whose
    return struct(id=id, store=store_id, person=person, month=month, days=days) if days else None

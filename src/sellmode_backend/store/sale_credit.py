"""Credit for online sales: the touches of their customers, the judgements that are kept, and what people are told.

A sale is judged in the transaction that stores its order, and again when the order changes or a touch comes late; it
keeps the rules and the mode that judged it first.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk, facts, lookup, setting_values
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.facts import Adds, Zones
from sellmode_backend.store.schema import judgement as judged_sale
from sellmode_backend.store.schema import record, touch, tracking_refusal
from sellmode_backend.store.setting_values import Key
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.dispute import Dispute
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.kinds.sale import CreditedSale, SalePart, sale_id
from sellmode_contract.kinds.sale_notice import SaleNotice, notice_id
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.records import Record
from sellmode_contract.results.attribution import (
    LONGEST_DAYS,
    Correction,
    Judgement,
    Rules,
    Sale,
    Touch,
    What,
    corrected,
    judge,
)

if TYPE_CHECKING:
    from sellmode_backend.store.orders import OrderEntry

TOUCHING: Final = ("contact", "sent_lookbook")
"""Kinds of records that are touches."""
TOUCHES_KEPT: Final = dt.timedelta(days=400)
"""So long what customers do on pages is kept: what counts for credit, and a year to compare with."""
_TOKEN: Final = re.compile(r"[A-Z2-7]{26}")
"""What the link of a page ends in."""
_LOOKED_BACK: Final = dt.timedelta(days=LONGEST_DAYS)
_decode_contact = msgspec.json.Decoder(Contact).decode
_decode_request = msgspec.json.Decoder(Request).decode
_decode_sent = msgspec.json.Decoder(SentLookbook).decode
_decode_page: Final[dict[str, Callable[[str], Lookbook | Storefront]]] = {
    "lookbook": msgspec.json.Decoder(Lookbook).decode,
    "storefront": msgspec.json.Decoder(Storefront).decode,
}
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(Judgement).decode
_decode_rules = msgspec.json.Decoder(tuple[Rules, ...]).decode
HIDDEN: Final = ""
"""Stands for somebody whom the reader is not to know."""


class Effects(NamedTuple):
    """What follows of judging sales: records to be written and removed, and what facts gain."""

    records: list[Record]
    removed: list[tuple[str, str]]


class _Mode(msgspec.Struct):
    mode: Mode = "associate"


class _Pages(msgspec.Struct):
    tracking: bool = True


def all_rules(connection: Connection) -> tuple[Rules, ...]:
    """All versions of the retailer's rules for credit, the oldest first."""
    value = setting_values.read(connection, Key.ATTRIBUTION)
    return _decode_rules(value) if value else (Rules(),)


def read_judgements(connection: Connection, orders: Collection[str]) -> dict[str, Judgement]:
    """The judgements that are kept of some orders."""
    return {
        id: _decode(doc)
        for some in in_parts(sorted(orders))
        for id, doc in connection.execute(
            sa.select(judged_sale.c.order_id, judged_sale.c.doc).where(
                bulk.one_of(connection, judged_sale.c.order_id, some)
            )
        )
    }


def judge_changed(
    connection: Connection,
    before: Mapping[str, OrderEntry],
    after: Mapping[str, OrderEntry],
    zones: Zones,
    adds: Adds,
    now: dt.datetime,
    changed: Mapping[tuple[str, str], Record | None] | None = None,
) -> Effects:
    """Judge orders that were stored, or whose touches have changed, and keep what comes of it.

    Adds to ``adds`` what facts gain. ``changed`` are records that will be written: None is one that will be removed.
    """
    effects = Effects([], [])
    asked = [id for id, entry in after.items() if "online" in (entry.channel, before.get(id, entry).channel)]
    if not asked:
        return effects
    kept = read_judgements(connection, asked)
    disputes = _disputes((changed or {}).values())
    found = touches_of(connection, [after[id] for id in asked if _is_judged(after[id])], changed or {})
    current: tuple[Rules, Mode] | None = None
    written = []
    for id in asked:
        entry, old = after[id], kept.get(id)
        mine = found.get(id, [])
        new = None
        if mine or old:
            if current is None:
                current = _in_force(connection)
            new = _judged(entry, mine, old, current, now)
            if new:
                new = corrected(new, _corrections(old, disputes.get(id, ())))
        if old and id in before:
            facts.credit_adds(before[id], old, zones, adds, -1)
        if new:
            facts.credit_adds(entry, new, zones, adds)
            effects.records.extend(told := _told(entry, new))
            if new != old:
                written.append({"order_id": id, "doc": _encode(new).decode()})
        else:
            told = []
        if old and id in before:
            there = {(kind_of(item), item.id) for item in told}
            effects.removed.extend(
                key for item in _told(before[id], old) if (key := (kind_of(item), item.id)) not in there
            )
    bulk.upsert(connection, judged_sale, written)
    return effects


def _judged(
    entry: OrderEntry, mine: Sequence[Touch], old: Judgement | None, current: tuple[Rules, Mode], now: dt.datetime
) -> Judgement | None:
    """What becomes of a sale; None for one that nobody had a part in.

    A sale to nobody keeps its judgement: who bought there was erased, and who earned it has earned it. Touches that are
    kept no longer count as they did, and so does the page that led to it, whatever became of the page.
    """
    if old and entry.channel == "online" and not entry.customer:
        return old
    rules, mode = (old.rules, old.mode) if old else current
    forgotten = [
        item.touch
        for item in (old.considered if old else ())
        if item.touch.id == _led(entry)
        or (item.touch.about and item.touch.what != "shared" and item.touch.at <= now - TOUCHES_KEPT)
    ]
    new = judge(_near([*mine, *forgotten], entry), Sale(id=entry.id, placed_at=entry.placed_at), rules, mode)
    return new if new.considered or old else None


def _disputes(changed: Iterable[Record | None]) -> dict[str, list[Dispute]]:
    """The disputes among records that will be written, by order."""
    found: dict[str, list[Dispute]] = {}
    for item in changed:
        if isinstance(item, Dispute):
            found.setdefault(item.order_id, []).append(item)
    return found


def _corrections(old: Judgement | None, disputes: Iterable[Dispute]) -> list[Correction]:
    """The corrections of a sale, with those that disputes bring and without those that were taken back."""
    found = {each.dispute: each for each in (old.corrections if old else ())}
    for dispute in disputes:
        found.pop(dispute.id, None)
        if dispute.outcome == "upheld" and dispute.answered_at:
            found[dispute.id] = Correction(
                store=dispute.store,
                person=dispute.author,
                dispute=dispute.id,
                by=dispute.answered_by,
                at=dispute.answered_at,
            )
    return [*found.values()]


def _is_judged(entry: OrderEntry) -> bool:
    return entry.channel == "online" and bool(entry.customer or entry.click)


def _in_force(connection: Connection) -> tuple[Rules, Mode]:
    doc = connection.scalar(sa.select(record.c.doc).where(record.c.kind == "retailer"))
    mode = msgspec.json.decode(doc, type=_Mode).mode if doc else "associate"
    return all_rules(connection)[-1], mode


def _near(touches: Iterable[Touch], entry: OrderEntry) -> list[Touch]:
    """The touches that may have something to do with a sale."""
    return [each for each in touches if entry.placed_at - _LOOKED_BACK <= each.at <= entry.placed_at]


# ------------------------------------------------------------------ touches


def touches_of(
    connection: Connection, entries: Sequence[OrderEntry], changed: Mapping[tuple[str, str], Record | None]
) -> dict[str, list[Touch]]:
    """The touches that may have something to do with some orders, by order; ``changed`` as in ``judge_changed``."""
    of_customers = _of_customers(connection, entries, changed)
    clicked, led = _clicked(connection, [entry.click for entry in entries]), _led_by_pages(connection, entries)
    return {
        entry.id: _near(
            [*of_customers.get(entry.customer or "", ()), *clicked.get(entry.click, ()), *led.get(entry.id, ())], entry
        )
        for entry in entries
    }


def _of_customers(
    connection: Connection, entries: Sequence[OrderEntry], changed: Mapping[tuple[str, str], Record | None]
) -> dict[str, list[Touch]]:
    """The touches of the customers of some orders from a year before the first to the last, by customer."""
    customers = sorted({entry.customer for entry in entries if entry.customer})
    if not customers:
        return {}
    earliest = min(entry.placed_at for entry in entries) - _LOOKED_BACK
    latest = max(entry.placed_at for entry in entries)
    found: dict[str, list[Touch]] = {}
    for some in in_parts(customers):
        query = sa.select(touch).where(
            bulk.one_of(connection, touch.c.customer, some),
            touch.c.at.between(earliest, latest),
            touch.c.reason == "",
        )
        for row in connection.execute(query):
            found.setdefault(row.customer, []).append(_of_page(row))
        rows = connection.execute(
            sa.select(record.c.kind, record.c.id, record.c.parent, record.c.team, record.c.doc).where(
                bulk.one_of(connection, record.c.parent, some), record.c.kind.in_(TOUCHING)
            )
        )
        for kind, id, customer, team, doc in rows:
            if (kind, id) not in changed:
                item = _decode_contact(doc) if kind == "contact" else _decode_sent(doc)
                found.setdefault(customer, []).append(_of_record(item, (team or ":").partition(":")[2]))
        for customer, asked in _asked(connection, some, changed):
            if earliest <= asked.at <= latest:
                found.setdefault(customer, []).append(asked)
    for late in changed.values():
        if isinstance(late, Contact | SentLookbook):
            found.setdefault(late.customer, []).append(_of_record(late, ""))
    return {customer: [each for each in mine if each.store] for customer, mine in found.items()}


def _asked(
    connection: Connection, customers: Sequence[str], changed: Mapping[tuple[str, str], Record | None]
) -> Iterator[tuple[str, Touch]]:
    """The touches of requests that some customers turned out to have made: of who has taken them, else was asked.

    Whoever had refused it by then is not counted: when they asked it was not known who they are.
    """
    query = sa.select(record.c.doc).where(
        record.c.kind == "request", bulk.one_of(connection, record.c.parent, [*customers])
    )
    stored = map(_decode_request, connection.scalars(query))
    given = [item for item in changed.values() if isinstance(item, Request) and item.customer in customers]
    requests = {item.id: item for item in (*stored, *given) if item in given or ("request", item.id) not in changed}
    rows = sa.select(touch).where(
        bulk.one_of(connection, touch.c.about, sorted(requests)), touch.c.way == "request", touch.c.reason == ""
    )
    refusal = tracking_refusal.c
    refused = sa.select(refusal.customer, refusal.at).where(bulk.one_of(connection, refusal.customer, [*customers]))
    refused_at = {row.customer: row.at for row in connection.execute(refused)} if requests else {}
    for row in connection.execute(rows) if requests else ():
        request = requests[row.about]
        if row.customer is None and request.customer and refused_at.get(request.customer, row.at) >= row.at:
            yield request.customer, msgspec.structs.replace(_of_page(row), person=request.claimed_by or row.person)


def _clicked(connection: Connection, clicks: Iterable[str]) -> dict[str, list[Touch]]:
    """The touches whose links led to the shop, by what the links ended in: whoever bought there then."""
    query = sa.select(touch).where(touch.c.reason == "")
    return {
        row.id: [_of_page(row)]
        for some in in_parts(sorted({click for click in clicks if click}))
        for row in connection.execute(query.where(bulk.one_of(connection, touch.c.id, some)))
    }


def _led_by_pages(connection: Connection, entries: Iterable[OrderEntry]) -> dict[str, list[Touch]]:
    """The pages that led to some orders, by order, where a shop names only the page: when, it says with the order.

    Nothing is made of the page of somebody who has refused that it is noted, nor of any where nothing is noted.
    """
    named: dict[str, list[OrderEntry]] = {}
    for entry in entries:
        if _TOKEN.fullmatch(entry.click):
            named.setdefault(entry.click, []).append(entry)
    found: dict[str, list[Touch]] = {}
    for kind, decode in _decode_page.items() if named and _is_noted(connection) else ():
        ids = sorted(lookup.ids(connection, kind, [*named]).values())
        query = sa.select(record.c.doc).where(record.c.kind == kind, bulk.one_of(connection, record.c.id, ids))
        pages = [decode(doc) for doc in connection.scalars(query)]
        refused = _refusing(connection, {page.customer for page in pages if isinstance(page, Lookbook)})
        for page in pages:
            customer, person = (page.customer, page.author) if isinstance(page, Lookbook) else (None, page.owner)
            for entry in named.get(page.token, ()) if customer not in refused else ():
                made = Touch(
                    id=_led(entry), at=entry.placed_at, what="click", way=kind, store=page.store, person=person,
                    about=page.id,
                )  # fmt: skip
                found.setdefault(entry.id, []).append(made)
    return found


def _refusing(connection: Connection, customers: Iterable[str | None]) -> set[str]:
    """Which of some customers have refused that it is noted what they open."""
    ids = sorted(id for id in customers if id)
    refused = tracking_refusal.c.customer
    return set(connection.scalars(sa.select(refused).where(bulk.one_of(connection, refused, ids))))


def _is_noted(connection: Connection) -> bool:
    """Whether the retailer lets it be noted what customers open."""
    value = setting_values.read(connection, Key.SHOPPER)
    return msgspec.json.decode(value, type=_Pages).tracking if value else True


def _led(entry: OrderEntry) -> str:
    """The id of the touch of the page that led to an order; who reads it cannot open the page."""
    return source_id("touch", "sellmode", f"{entry.click}/{entry.id}")


def _of_page(row: sa.Row[Any]) -> Touch:
    return Touch(id=row.id, at=row.at, what=row.what, way=row.way, store=row.store, person=row.person, about=row.about)


def _of_record(item: Contact | SentLookbook, customer_store: str) -> Touch:
    """What was logged or shared, as a touch of the store where that was, else of the customer's."""
    store = item.store or customer_store
    if isinstance(item, SentLookbook):
        return Touch(
            id=item.id, at=item.at, what="shared", way="lookbook", store=store, person=item.author,
            about=item.lookbook,
        )  # fmt: skip
    what: What = item.channel if item.channel in ("call", "visit", "chat") else "reply" if item.inbound else "message"
    return Touch(id=item.id, at=item.at, what=what, way=item.channel, store=store, person=item.author)


# ------------------------------------------------------------------ late touches


def customers_touched(
    changed: Mapping[tuple[str, str], Record | None], before: Iterable[Record]
) -> dict[str, dt.datetime]:
    """Whose touches change with some records, and since when."""
    since: dict[str, dt.datetime] = {}
    for item in (*changed.values(), *before):
        if isinstance(item, Contact | SentLookbook):
            since[item.customer] = min(item.at, since.get(item.customer, item.at))
        elif isinstance(item, Request) and item.customer and item.asked_at:
            since[item.customer] = min(item.asked_at, since.get(item.customer, item.asked_at))
    return since


# ------------------------------------------------------------------ what people are told


def _told(entry: OrderEntry, judgement: Judgement) -> list[Record]:
    """The sale, as each store that had a part in it sees it, and the notices of the people who had one."""
    nets = facts.nets_of(entry)
    first, now = judgement.amounts(nets[0]), judgement.amounts(nets[-1])
    stores = sorted({item.touch.store for item in judgement.considered})
    told: list[Record] = [
        CreditedSale(
            id=sale_id(entry.id, store),
            store=store,
            order_id=entry.id,
            number=entry.number,
            customer=entry.customer,
            placed_at=entry.placed_at,
            currency=entry.currency,
            amount=nets[-1],
            was=nets[0],
            parts=tuple(
                SalePart(person=credit.person if credit.store == store else HIDDEN, amount=amount)
                for credit, amount in zip(judgement.credits, now, strict=True)
            ),
            judgement=_as_seen(judgement, store),
        )
        for store in stores
    ]
    if judgement.mode != "associate":
        return told
    parts = [
        *((item.touch.store, item.touch.person) for item in judgement.considered),
        *((credit.store, credit.person) for credit in judgement.credits),
    ]
    people = sorted({(store, person) for store, person in parts if person})
    for store, person in people:
        mine = [n for n, credit in enumerate(judgement.credits) if (credit.store, credit.person) == (store, person)]
        told.append(
            SaleNotice(
                id=notice_id(entry.id, store, person),
                store=store,
                person=person,
                order_id=entry.id,
                number=entry.number,
                customer=entry.customer,
                placed_at=entry.placed_at,
                currency=entry.currency,
                credited=bool(mine),
                amount=sum(now[n] for n in mine),
                was=sum(first[n] for n in mine),
                judgement=_as_seen(judgement, store, person),
            )
        )
    return told


def _as_seen(judgement: Judgement, store: str, person: str | None = None) -> Judgement:
    """A judgement as a store may know it, or as one person may: who they must not know stays unnamed."""

    def hides(its_store: str, whose: str | None) -> bool:
        return its_store != store or (person is not None and whose is not None and whose != person)

    considered = tuple(
        msgspec.structs.replace(
            item, touch=msgspec.structs.replace(item.touch, id=HIDDEN, store=HIDDEN, person=HIDDEN, about=HIDDEN)
        )
        if hides(item.touch.store, item.touch.person)
        else item
        for item in judgement.considered
    )
    credits = tuple(
        msgspec.structs.replace(credit, store=HIDDEN, person=HIDDEN, actor=HIDDEN)
        if hides(credit.store, credit.person)
        else msgspec.structs.replace(credit, actor=HIDDEN)
        if hides(credit.store, credit.actor)
        else credit
        for credit in judgement.credits
    )
    corrections = tuple(
        msgspec.structs.replace(each, person=HIDDEN, dispute=HIDDEN) if hides(store, each.person) else each
        for each in judgement.corrections
        if each.store == store
    )
    return msgspec.structs.replace(judgement, considered=considered, credits=credits, corrections=corrections)

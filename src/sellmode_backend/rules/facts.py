"""What the store knows of customers when rules are judged: a thousand of them at a time, in a few queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import catalogue
from sellmode_backend.store.bulk import one_of
from sellmode_backend.store.feeds import in_scopes
from sellmode_backend.store.reading import tried
from sellmode_backend.store.schema import OPEN_TASK, order, order_line, record, rule_event
from sellmode_contract.audiences import store_audience
from sellmode_contract.kinds.consent import Channel, Consent, ConsentState
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.wish import Wish, wished_words
from sellmode_contract.rules.facts import Event, Facts, Item, Needs, Purchase

_T = TypeVar("_T")

_decode_customer = msgspec.json.Decoder(Customer).decode
_decode_task = msgspec.json.Decoder(RuleTask).decode
_decode_date = msgspec.json.Decoder(ImportantDate).decode
_decode_consent = msgspec.json.Decoder(Consent).decode
_decode_wish = msgspec.json.Decoder(Wish).decode

# Written out, not a parameter: only so do both engines see that the index of a store's customers holds them.
_IS_CUSTOMER = record.c.kind == sa.literal_column("'customer'")


def customers_after(
    connection: Connection, store: str, cursor: str, limit: int, scopes: Collection[str] | None = None
) -> dict[str, Customer | None]:
    """A store's next customers by id, in that order; None for one whose document cannot be read.

    With ``scopes`` only those who are in one of these.
    """
    query = sa.select(record.c.id, record.c.doc).where(
        _IS_CUSTOMER, record.c.team == store_audience(store), record.c.id > cursor
    )
    if scopes is not None:
        query = query.where(in_scopes(scopes))
    return _customers(connection, query.limit(limit))


def outside(connection: Connection, store: str, scopes: Collection[str]) -> int:
    """How many of a store's customers are in none of some scopes."""
    of_store = sa.select(sa.func.count()).select_from(record)
    of_store = of_store.where(_IS_CUSTOMER, record.c.team == store_audience(store))
    return connection.scalar(of_store.where(sa.not_(in_scopes(scopes)))) or 0


def customers_of(connection: Connection, store: str, ids: Sequence[str]) -> dict[str, Customer | None]:
    """Those among ``ids`` who are a store's customers, as ``customers_after`` has them."""
    query = sa.select(record.c.id, record.c.doc).where(
        record.c.kind == "customer", record.c.team == store_audience(store), one_of(connection, record.c.id, ids)
    )
    return _customers(connection, query)


def _customers(connection: Connection, query: sa.Select[Any]) -> dict[str, Customer | None]:
    rows = connection.execute(query.order_by(record.c.id)).all()
    return {id: tried(_decode_customer, "customer", id, doc) for id, doc in rows}


def load(connection: Connection, customers: Sequence[Customer], needs: Needs) -> list[Facts]:
    """What is known of customers, in their order: what is needed, their open tasks, and whatever overtakes these.

    Of whom anything cannot be read is left out: who would be told to write to somebody who has unsubscribed?
    """
    lost: set[str] = set()
    ids = [customer.id for customer in customers]
    tasks = _grouped((task.customer, task) for task in open_tasks(connection, ids, lost))
    dates = _grouped((date.customer, date) for date in _dates(connection, ids, lost)) if needs.dates else {}
    consents = _consents(connection, ids, lost) if needs.consents else {}
    wishes = _wishes(connection, ids, lost) if needs.wishes else {}
    purchases = _purchases(connection, _buyers(customers, tasks, needs))
    events = _events(connection, ids, needs) if needs.events else {}
    return [
        Facts(
            customer=customer,
            purchases=tuple(purchases.get(customer.id, ())),
            dates=tuple(dates.get(customer.id, ())),
            consents=consents.get(customer.id, {}),
            events=tuple(events.get(customer.id, ())),
            wishes=tuple(wishes.get(customer.id, ())),
            tasks=tuple(tasks.get(customer.id, ())),
        )
        for customer in customers
        if customer.id not in lost
    ]


def _grouped(pairs: Iterable[tuple[str, _T]]) -> dict[str, list[_T]]:
    found: dict[str, list[_T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _belongings(
    connection: Connection,
    customers: Sequence[str],
    kind: str,
    of_kind: sa.ColumnElement[bool],
    decode: Callable[[str], _T],
    lost: set[str],
) -> Iterator[_T]:
    """What belongs to customers of a kind, by id. Whose cannot be read is ``lost``."""
    columns = sa.select(record.c.id, record.c.parent, record.c.doc)
    rows = connection.execute(columns.where(of_kind, one_of(connection, record.c.parent, customers)))
    # Sorted here: for the sake of that order SQLite would go through all that there is of the kind.
    for id, parent, doc in sorted(tuple(row) for row in rows):
        found = tried(decode, kind, id, doc)
        if found is None:
            lost.add(parent)
        else:
            yield found


def open_tasks(connection: Connection, ids: Sequence[str], lost: set[str]) -> Iterator[RuleTask]:
    """The open tasks of rules of some customers, by id. A customer with one that cannot be read is ``lost``."""
    return _belongings(connection, ids, "rule_task", _is_open_task(connection), _decode_task, lost)


def _is_open_task(connection: Connection) -> sa.ColumnElement[bool]:
    """As the index of open tasks has it."""
    return sa.and_(record.c.kind == sa.literal_column("'rule_task'"), sa.text(OPEN_TASK[connection.dialect.name]))


def _dates(connection: Connection, ids: Sequence[str], lost: set[str]) -> Iterator[ImportantDate]:
    return _belongings(connection, ids, "date", record.c.kind == "date", _decode_date, lost)


def _consents(connection: Connection, ids: Sequence[str], lost: set[str]) -> dict[str, dict[Channel, ConsentState]]:
    found: dict[str, dict[Channel, ConsentState]] = {}
    for consent in _belongings(connection, ids, "consent", record.c.kind == "consent", _decode_consent, lost):
        found.setdefault(consent.customer, {})[consent.channel] = consent.state
    return found


def _wishes(connection: Connection, ids: Sequence[str], lost: set[str]) -> dict[str, list[str]]:
    wishes = list(_belongings(connection, ids, "wish", record.c.kind == "wish", _decode_wish, lost))
    products = catalogue.products(connection, {wish.sku for wish in wishes})
    return _grouped((wish.customer, wished_words(wish, products.get(wish.sku))) for wish in wishes)


def _buyers(
    customers: Iterable[Customer], tasks: Mapping[str, Sequence[RuleTask]], needs: Needs
) -> dict[str, dt.datetime]:
    """Whose purchases are looked up, and from when on: few have bought since it matters."""
    found: dict[str, dt.datetime] = {}
    for customer in customers:
        whys = [task.because for task in tasks.get(customer.id, ()) if task.because]
        since = [why.at for why in whys if why.event == "replenishment" and why.at is not None]
        if needs.purchases_since is not None:
            since.append(needs.purchases_since)
        last = customer.figures.last_purchase
        if since and last is not None and last >= min(since):
            found[customer.id] = min(since)
    return found


def _purchases(connection: Connection, since: Mapping[str, dt.datetime]) -> dict[str, list[Purchase]]:
    """Orders with a sold line, oldest first, without those cancelled or wholly given back."""
    if not since:
        return {}
    query = (
        sa.select(
            order.c.id, order.c.customer, order.c.placed_at, order.c.store, order.c.sold_by,
            order_line.c.type, order_line.c.sku, order_line.c.quantity,
        )
        .join_from(order, order_line)
        .where(
            one_of(connection, order.c.customer, sorted(since)),
            order.c.placed_at >= min(since.values()),
            order.c.cancelled_at.is_(None),
            sa.or_(order.c.net_sales > 0, order.c.refunded == 0, order.c.total <= 0),
            order_line.c.kind == "sale",
        )
        .order_by(order.c.placed_at, order.c.id, order_line.c.position)
    )  # fmt: skip
    found: dict[str, dict[str, Purchase]] = {}
    for id, customer, at, store, sold_by, type, sku, quantity in connection.execute(query):
        if at < since[customer]:
            continue
        mine = found.setdefault(customer, {})
        before = mine[id].items if id in mine else ()
        mine[id] = Purchase(id, at, store, sold_by, (*before, Item(type, sku, quantity)))
    return {customer: list(mine.values()) for customer, mine in found.items()}


def _events(connection: Connection, ids: Sequence[str], needs: Needs) -> dict[str, list[Event]]:
    table = rule_event
    conditions = [one_of(connection, table.c.customer, ids), table.c.name.in_(sorted(needs.events))]
    if needs.events_since is not None:
        conditions.append(table.c.at >= needs.events_since)
    rows = connection.execute(sa.select(table).where(*conditions).order_by(table.c.at, table.c.id))
    return _grouped((row.customer, Event(row.id, row.name, row.at, row.person, row.about)) for row in rows)


def any_tasks(connection: Connection) -> bool:
    """Whether any task of a rule is open."""
    query = sa.select(sa.literal(1)).select_from(record).where(_is_open_task(connection)).limit(1)
    return connection.scalar(query) is not None


# ------------------------------------------------------------------ what has changed

_MATTERS = ("customer", "order", "date", "consent", "contact", "wish")
"""The kinds that rules are judged by."""


def changed_since(connection: Connection, store: str, seq: int, head: int, limit: int) -> tuple[Collection[str], int]:
    """Whose records, of those that matter, have changed after a number of the store's feed, and up to which number.

    ``head`` is the clock's number, read before on the same connection. ``limit`` is that of records, more than a number
    may have.
    """
    query = (
        sa.select(record.c.seq, sa.func.coalesce(record.c.parent, record.c.id))
        .where(
            record.c.team == store_audience(store),
            record.c.seq > seq,
            record.c.seq <= head,
            record.c.kind.in_(_MATTERS),
        )
        .order_by(record.c.seq)
        .limit(limit + 1)
    )
    rows = connection.execute(query).all()
    # A list that was cut may lack rows of its last number; whatever came before is complete.
    end = rows[-1][0] - 1 if len(rows) > limit else head
    return {customer for at, customer in rows if at <= end}, end

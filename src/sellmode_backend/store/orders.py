"""Orders: relationally, all of them, for the backend's questions; as synced records, those of a customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import bulk, facts, records, refunds, sale_credit
from sellmode_backend.store.bulk import one_of
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.facts import Adds, Zones
from sellmode_backend.store.schema import order, order_line
from sellmode_contract.kinds.order import Order, OrderLine, net_sales


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """What was given back, and when, if that is known."""

    at: dt.datetime
    amount: int


class OrderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it is written: what ``kinds.order.Order`` has, perhaps no customer, and the source's words."""

    id: str
    customer: str | None = None
    number: str
    placed_at: dt.datetime
    currency: str
    total: int
    refunded: int = 0
    channel: Literal["store", "online"]
    source: str = ""
    """The channel as the source names it: ``pos``, ``web``."""
    employee: str = ""
    """Who sold it, as the source names them."""
    store: str | None = None
    sold_by: str | None = None
    cancelled_at: dt.datetime | None = None
    click: str = ""
    """What the link ended in by which the customer came to the shop: the id of a touch, or a page's token."""
    refunds: tuple[Refund, ...] = ()
    """Those of ``refunded`` whose time is known, as they came; what is left of it counts on the day of the order."""
    lines: tuple[OrderLine, ...] = ()

    def record(self) -> Order | None:
        """What the customer's people are sent; None without a customer."""
        if self.customer is None:
            return None
        return Order(**{name: getattr(self, name) for name in Order.__struct_fields__})


class OrdersWritten(NamedTuple):
    """What ``write_orders`` did."""

    changed: int
    """Orders that are new or differ from what was stored."""
    customers: frozenset[str]
    """Whose figures may have changed: customers who have, or had, one of those orders."""


def write_orders(connection: Connection, orders: Iterable[OrderEntry], now: dt.datetime | None = None) -> OrdersWritten:
    """Store orders as they are now; one that is equal to the stored one is left alone.

    With them goes what follows: facts, who earned an online sale, and who is told of it. A refund of which the source
    does not say when it was happened ``now`` (the present moment if not given), or with the order if that is new.
    Figures of customers are not refreshed: see ``figures.refresh``. Raises what ``records.write`` raises, and
    sqlalchemy.exc.IntegrityError if somebody else has just stored one that is new.
    """
    count, customers, now = 0, set[str](), now or dt.datetime.now(dt.UTC)
    for batch in in_parts(orders, records.BATCH):
        ids = {entry.id for entry in batch}
        hold(connection, ids, {entry.customer for entry in batch if entry.customer})
        before = {entry.id: entry for entry in read_orders(connection, sorted(ids))}
        known = refunds.known(connection, {entry.id for entry in batch if entry.refunded})
        entries = {
            entry.id: _with_refunds(entry, before.get(entry.id), known.get(entry.id, ()), now) for entry in batch
        }
        changed = [entry for entry in entries.values() if before.get(entry.id) != entry]
        count += len(changed)
        customers.update(entry.customer for entry in changed if entry.customer)
        customers.update(old.customer for entry in changed if (old := before.get(entry.id)) and old.customer)
        _write(connection, changed, before, now)
    return OrdersWritten(count, frozenset(customers))


def hold(connection: Connection, ids: Collection[str], customers: Collection[str] = ()) -> None:
    """Let nobody else change some orders, or have touches judged with them, until the transaction ends.

    Whoever writes orders back with changes holds them before reading them. Their customers, and ``customers``, are held
    first, as everywhere: so two writers do not wait for each other.
    """
    if connection.dialect.name == "sqlite":  # which has one writer at a time
        return
    theirs = set(customers)
    parts = [*in_parts(sorted(ids))]
    for some in parts:
        query = sa.select(order.c.customer).where(one_of(connection, order.c.id, some), order.c.customer.is_not(None))
        theirs.update(connection.scalars(query))
    records.hold(connection, "customer", theirs)
    for some in parts:
        query = sa.select(order.c.id).where(one_of(connection, order.c.id, some)).order_by(order.c.id)
        connection.execute(query.with_for_update())


def reassign(connection: Connection, before: str, after: str) -> None:
    """Make all orders of a customer another one's, relationally. Whoever merges the two writes the records."""
    connection.execute(sa.update(order).where(order.c.customer == before).values(customer=after))


def read_orders(connection: Connection, ids: Sequence[str]) -> list[OrderEntry]:
    """The orders that exist among ``ids``, with their lines, in no particular order."""
    found: list[OrderEntry] = []
    for some in in_parts(ids):
        lines: dict[str, list[OrderLine]] = {}
        query = sa.select(order_line).where(one_of(connection, order_line.c.order_id, some))
        for row in connection.execute(query.order_by(order_line.c.order_id, order_line.c.position)).mappings():
            lines.setdefault(row["order_id"], []).append(_line(row))
        query = sa.select(*(order.c[name] for name in _ORDER_FIELDS)).where(one_of(connection, order.c.id, some))
        rows = connection.execute(query).mappings()
        found += [
            OrderEntry(**{**row, "refunds": _refunds(row["refunds"])}, lines=tuple(lines.get(row["id"], ())))
            for row in rows
        ]
    return found


def _write(
    connection: Connection, changed: Sequence[OrderEntry], before: dict[str, OrderEntry], now: dt.datetime
) -> None:
    new = sorted((entry for entry in changed if entry.id not in before), key=lambda entry: entry.id)
    bulk.insert(connection, order, [_order_row(entry) for entry in new])
    bulk.upsert(connection, order, [_order_row(entry) for entry in changed if entry.id in before])
    bulk.delete(
        connection,
        order_line,
        [
            {"order_id": old.id, "position": position}
            for entry in changed
            if (old := before.get(entry.id))
            for position in range(len(old.lines))
        ],
    )
    bulk.insert(
        connection,
        order_line,
        [_line_row(entry.id, position, line) for entry in changed for position, line in enumerate(entry.lines)],
    )
    zones, adds = Zones(connection), Adds()
    for entry in changed:
        if old := before.get(entry.id):
            facts.order_adds(old, zones, adds, -1)
        facts.order_adds(entry, zones, adds)
    told = sale_credit.judge_changed(connection, before, {entry.id: entry for entry in changed}, zones, adds, now)
    # Last, because it takes the clocks.
    records.write(
        connection,
        [*(made for entry in changed if (made := entry.record())), *told.records],
        removed=[
            *(("order", entry.id) for entry in changed if not entry.customer and entry.id in before),
            *told.removed,
        ],
        adds=adds,
    )


def _with_refunds(
    entry: OrderEntry, before: OrderEntry | None, told: Sequence[refunds.Refund], now: dt.datetime
) -> OrderEntry:
    """An order with the refunds whose time is known: as they were told one by one, else from when they were seen."""
    if told and sum(refund.amount for refund in told) <= entry.refunded:
        one_by_one = tuple(Refund(at=refund.at, amount=refund.amount) for refund in told)
        return msgspec.structs.replace(entry, refunds=one_by_one)
    if entry.refunds or before is None:
        return entry
    known, more = list(before.refunds), entry.refunded - before.refunded
    if more > 0:
        known.append(Refund(at=now, amount=more))
    while more < 0 and known:
        last = known.pop()
        more += last.amount
        if more > 0:
            known.append(Refund(at=last.at, amount=more))
    return msgspec.structs.replace(entry, refunds=tuple(known))


_ORDER_FIELDS = [name for name in OrderEntry.__struct_fields__ if name != "lines"]


def _refunds(stored: Any) -> tuple[Refund, ...]:
    return msgspec.convert(stored, tuple[Refund, ...]) if stored else ()


def _order_row(entry: OrderEntry) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in _ORDER_FIELDS}
    row["refunds"] = msgspec.to_builtins(entry.refunds)
    return {**row, "net_sales": net_sales(entry.total, entry.refunded, entry.lines)}


def _line_row(order_id: str, position: int, line: OrderLine) -> dict[str, Any]:
    return {"order_id": order_id, "position": position, **msgspec.structs.asdict(line)}


def _line(row: sa.RowMapping) -> OrderLine:
    return OrderLine(**{name: row[name] for name in OrderLine.__struct_fields__})

"""What other rules of credit would have made of the sales of the last days. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import orders, sale_credit
from sellmode_backend.store.database import in_parts
from sellmode_backend.store.facts import Zones, nets_of
from sellmode_backend.store.orders import OrderEntry
from sellmode_backend.store.schema import judgement, order
from sellmode_contract.results.attribution import Judgement, Rules, Sale, corrected, judge

Who: TypeAlias = tuple[str, str | None]
"""A store, or one of its people."""
_AT_ONCE = 2000


class Credited(NamedTuple):
    """What somebody is credited with, and what they would be."""

    sales: int = 0
    amount: int = 0
    """Minor units, less returns."""
    new_sales: int = 0
    new_amount: int = 0

    def plus(self, now: tuple[int, int], then: tuple[int, int]) -> Credited:
        """This and some more."""
        return Credited(self.sales + now[0], self.amount + now[1], self.new_sales + then[0], self.new_amount + then[1])


class Preview(NamedTuple):
    """What rules would have changed."""

    judged: int
    """Sales whose customers were touched before."""
    different: int
    """Those of them for which others would have been credited, or with other parts."""
    currency: str
    credited: dict[Who, Credited]
    """Of each store as a whole (None), and of its people."""


def preview(connection: Connection, rules: Rules, since: dt.datetime) -> Preview:
    """Judge the sales that were placed since then by other rules, each in the mode that judged it.

    What is in another currency than the retailer's, or cancelled, is in no figure, and not in this either.
    """
    currency = Zones(connection).currency
    judged, different, credited = 0, 0, dict[Who, Credited]()
    for entry, kept, new in _judged(connection, rules, since, currency):
        now, then = _of(kept, entry), _of(new, entry)
        judged += 1
        different += now != then
        for who in now.keys() | then.keys():
            more = ((who in now), now.get(who, 0)), ((who in then), then.get(who, 0))
            credited[who] = credited.get(who, Credited()).plus(*more)
    return Preview(judged, different, currency, credited)


def _judged(
    connection: Connection, rules: Rules, since: dt.datetime, currency: str
) -> Iterator[tuple[OrderEntry, Judgement, Judgement]]:
    """Each sale with its judgement as it is kept, and as it would be."""
    query = (
        sa.select(order.c.id)
        .join(judgement, judgement.c.order_id == order.c.id)
        .where(order.c.placed_at >= since, order.c.currency == currency, order.c.cancelled_at.is_(None))
        .order_by(order.c.id)
    )
    for ids in in_parts(connection.scalars(query).all(), _AT_ONCE):
        entries = orders.read_orders(connection, ids)
        kept, touches = sale_credit.read_judgements(connection, ids), sale_credit.touches_of(connection, entries, {})
        for entry in entries:
            old = kept[entry.id]
            # Of touches that are forgotten by now the judgement knows still.
            mine = [*(item.touch for item in old.considered), *touches[entry.id]]
            new = judge(mine, Sale(id=entry.id, placed_at=entry.placed_at), rules, old.mode)
            yield entry, old, corrected(new, old.corrections)


def _of(judged: Judgement, entry: OrderEntry) -> dict[Who, int]:
    """Who is credited with how much of an order."""
    found: dict[Who, int] = {}
    amounts = judged.amounts(nets_of(entry)[-1])
    for credit, amount in zip(judged.credits, amounts, strict=True):
        for who in {(credit.store, None), (credit.store, credit.person)}:
            found[who] = found.get(who, 0) + amount
    return found

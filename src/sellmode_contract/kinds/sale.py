"""Online sales that touches of a store had a part in, with who earned them and why."""

from __future__ import annotations

import msgspec

from sellmode_contract.audiences import LEAD, STORE, Row
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import Instant, Record
from sellmode_contract.results.attribution import Judgement
from sellmode_contract.translatable import Translatable, marked


class SalePart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody is credited with of a sale."""

    person: str | None = None
    """None: the store; empty: another store, or one of its people."""
    amount: int = 0


class CreditedSale(Record, frozen=True, kw_only=True):
    """An online sale, as a store that had a part in it is told."""

    store: str
    order_id: str = ""
    number: str = ""
    customer: str | None = None
    placed_at: Instant | None = None
    currency: str = ""
    amount: int = 0
    """Its net value now."""
    was: int = 0
    """Its net value at first; returns have taken the rest."""
    parts: tuple[SalePart, ...] = ()
    judgement: Judgement | None = None
    """Of touches in other stores the person is empty text."""


def sale_id(order: str, store: str) -> str:
    """The id of what a store is told of a sale."""
    return source_id("sale", "sellmode", f"{order}\x1f{store}")


SALE = Kind(
    name="sale",
    record=CreditedSale,
    row=Row("online sale with the credit for it", STORE, LEAD),
    noun="sale",
    columns=("order_id", "placed_at"),
    words=lambda sale, _: (
        Translatable("sale {number}", number=sale["number"])
        if sale.get("number")
        else Translatable.said(marked("sale"))
    ),
)

"""A terminal with online sales on it, at a moment that does not move."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from sellmode_contract import visibility
from sellmode_contract.kinds.dispute import Dispute, dispute_id
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.kinds.sale import CreditedSale, SalePart, sale_id
from sellmode_contract.kinds.sale_notice import SaleNotice, notice_id
from sellmode_contract.records import Record
from sellmode_contract.results.attribution import Judgement, Rules, Touch, judge
from sellmode_contract.results.attribution import Sale as Sold
from sellmode_tui.screens.sales.list_page import SalesScreen
from tests.tui.screens import counter, writing
from tests.tui.screens.counter import NOW, wait_until
from tests.tui.screens.writing import ANNA, BO, CLARA, MIRA, RETAILER, STORE, TEUN, at_rest, shows

HOUR = dt.timedelta(hours=1)
PLACED = NOW - 2 * HOUR


def touch(id: str, person: str, what: Any, hours_before: float, way: str = "lookbook") -> Touch:
    """Something before the sale."""
    at = PLACED - HOUR * hours_before
    return Touch(id=id, at=at, what=what, way=way, store=STORE, person=person, about="look-1")


TOUCHES = (
    touch("t1", ANNA.id, "click", 3),
    touch("t2", "", "call", 30, "call"),  # of a colleague whom one is not told of
    touch("t3", ANNA.id, "shared", 24 * 20),
)
WON = judge(TOUCHES, Sold(id="o-1", placed_at=PLACED), Rules(), "associate")
LOST = judge(
    [touch("t4", "", "click", 1), touch("t5", ANNA.id, "message", 5, "email")],
    Sold(id="o-2", placed_at=PLACED - HOUR),
    Rules(),
    "associate",
)


def notice(order: str, number: str, judgement: Judgement, **fields: Any) -> SaleNotice:
    """What Anna is told of a sale."""
    made = {"customer": CLARA.id, "placed_at": PLACED, "currency": "EUR", **fields}
    id = notice_id(order, STORE, ANNA.id)
    return SaleNotice(id=id, store=STORE, person=ANNA.id, order_id=order, number=number, judgement=judgement, **made)


EARNED = notice("o-1", "#1042", WON, credited=True, amount=26_555, was=28_900)
NOT_EARNED = notice("o-2", "#1041", LOST, customer=BO.id, placed_at=PLACED - HOUR)
SALE = CreditedSale(
    id=sale_id("o-1", STORE), store=STORE, order_id="o-1", number="#1042", customer=CLARA.id, placed_at=PLACED,
    currency="EUR", amount=26_555, was=28_900, parts=(SalePart(person=ANNA.id, amount=26_555),),
    judgement=judge(
        [*TOUCHES[::2], touch("t2", TEUN.id, "call", 30, "call")],
        Sold(id="o-1", placed_at=PLACED), Rules(), "associate",
    ),
)  # fmt: skip
ORDER = Order(
    id="o-1", customer=CLARA.id, number="#1042", placed_at=PLACED, currency="EUR", total=28_900, refunded=2_345,
    channel="online", lines=(OrderLine(title="Wool coat", amount=28_900, quantity=1),),
)  # fmt: skip


TEUNS = Dispute(
    id=dispute_id("o-1", STORE, TEUN.id), store=STORE, author=TEUN.id, order_id="o-1", number="#1042",
    reason="I advised her on the phone. She wrote the size down.", opened_at=NOW - HOUR,
)  # fmt: skip
ANNAS = Dispute(
    id=dispute_id("o-2", STORE, ANNA.id), store=STORE, author=ANNA.id, order_id="o-2", number="#1041",
    reason="He asked for me.", opened_at=NOW - HOUR * 2, outcome="declined", answer="The later click decided it.",
    answered_by=MIRA.id, answered_at=NOW - HOUR,
)  # fmt: skip


def files(data: Path, user_name: str = "anna", mode: Mode = "associate", *more: Record) -> None:
    """Somebody's files with these records."""
    records: list[Record] = [*writing.records(), ORDER, EARNED, NOT_EARNED, SALE]
    for each in more:
        records += [each, *visibility.cards(each)]
    counter.make_account(data, counter.account_of(writing.WORLD, user_name), mode, records)


async def go_to_sales(pilot: Pilot[None]) -> SalesScreen:
    """Open the list."""
    await pilot.press("dollar_sign")
    await shows(pilot, SalesScreen)
    page = pilot.app.screen
    assert isinstance(page, SalesScreen)
    await wait_until(pilot, lambda: page.settled)
    await at_rest(pilot)
    return page


__all__ = ["ANNAS", "EARNED", "NOT_EARNED", "RETAILER", "SALE", "TEUNS", "files", "go_to_sales", "notice"]

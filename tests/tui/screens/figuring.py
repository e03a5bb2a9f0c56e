"""A terminal with a year of facts, which no chance decides, on top of the few customers of `writing`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from textual.pilot import Pilot

from sellmode_contract import visibility
from sellmode_contract.kinds.fact import Fact, fact_id
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.kinds.target import Target, target_id
from sellmode_contract.records import Record
from sellmode_contract.results.kpis import KPIS
from sellmode_tui.screens.kit.record_view import RecordView
from sellmode_tui.screens.lists.page import ListPage
from sellmode_tui.screens.results.figures_page import FiguresScreen
from sellmode_tui.widgets.tiles import Tiles
from tests.tui.screens import counter, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.writing import ANNA, CLARA, RETAILER, STORE, at_rest, shows

LAST = counter.NOW.date()
EVERYBODY = ((None, 3), *((each.id, 1 + (each is ANNA)) for each in writing.WORLD.accounts if STORE in each.stores))
"""Whose facts there are, and how much each sells."""
ORDER = Order(
    id="order-1",
    customer=CLARA.id,
    number="1001",
    placed_at=counter.NOW - dt.timedelta(hours=3),
    currency="EUR",
    total=45_000,
    channel="store",
    store=STORE,
    sold_by=ANNA.id,
    lines=(OrderLine(title="Coat", amount=45_000, quantity=1),),
)


def facts(of: Iterable[tuple[str | None, int]] = EVERYBODY) -> Iterator[Fact]:
    """Of the store and of people, from the first of last November on; the second number is how much each sells."""
    months: dict[str, list[dt.date]] = {}
    for number in range(387):
        day = LAST - dt.timedelta(days=number)
        months.setdefault(f"{day:%Y-%m}", []).append(day)
    for person, much in of:
        for month, days in months.items():
            by_day = {f"{day:%d}": _day(day, much) for day in days}
            yield Fact(id=fact_id(STORE, person, month), store=STORE, person=person, month=month, days=by_day)


def _day(day: dt.date, much: int) -> dict[str, dict[str, int]]:
    """More on Saturdays, and more from month to month."""
    sales = (20_000 + 900 * day.month + 3_000 * (day.weekday() == 5) + 137 * day.day) * much
    return {
        "store": {"net_sales": sales, "transactions": 2 * much, "units": 3 * much, "identified": much},
        "online": {"net_sales": sales // 3, "transactions": much, "units": much, "identified": much},
        "": {"credited_sales": sales // 4, "credited_orders": 1, "contacts_added": int(day.weekday() == 1)},
        "manual": {"tasks_done": 2, "tasks_open": int(day.day % 5 == 0)},
        "call": {"contacts_made": much},
        "email": {"contacts_made": 1},
    }


TARGETS = (
    (None, "store_sales", 4_000_000),
    (None, "atv", 20_000),
    (ANNA.id, "individual_sales", 1_500_000),
    (ANNA.id, "contact_capture", 3),
)


def targets() -> Iterator[Target]:
    """Of the store, and of Anna, for this month."""
    for person, kpi, value in TARGETS:
        currency = "EUR" if KPIS[kpi].unit == "money" else ""
        id = target_id(STORE, person, kpi, "2026-11")
        yield Target(id=id, store=STORE, person=person, kpi=kpi, month="2026-11", value=value, currency=currency)


def files(data: Path, mode: Mode = "associate", user_name: str = "anna", *, leaderboard: bool = False) -> None:
    """Somebody's terminal, with the facts, their cards and an order."""
    made: list[Record] = [*facts(), *targets()]
    cards = [card for each in made for card in visibility.cards(each)]
    held: list[Record] = [
        msgspec.structs.replace(each, mode=mode, leaderboard=leaderboard) if each is RETAILER else each
        for each in writing.records()
    ]
    account = counter.account_of(writing.WORLD, user_name)
    counter.make_account(data, account, mode, [*held, ORDER, *made, *cards])


async def at_the_figures(pilot: Pilot[None]) -> FiguresScreen:
    """Sign in and go there."""
    await counter.signed_in(pilot)
    await pilot.press("5")
    return await settled(pilot)


async def settled(pilot: Pilot[None]) -> FiguresScreen:
    """Wait until what is wanted is shown."""
    await shows(pilot, FiguresScreen)
    screen = pilot.app.screen
    assert isinstance(screen, FiguresScreen)
    await wait_until(pilot, lambda: screen.settled)
    await at_rest(pilot)
    return screen


Page = TypeVar("Page", bound=ListPage[Any, Any])


async def listed(pilot: Pilot[None], page: type[Page]) -> Page:
    """Wait until a list is shown."""
    await shows(pilot, page)
    screen = pilot.app.screen
    assert isinstance(screen, page)
    await wait_until(pilot, lambda: screen.settled)
    await at_rest(pilot)
    return screen


def shown(screen: FiguresScreen) -> str:
    """Tiles and the figure, as plain text."""
    return f"{screen.query_one(Tiles).text}\n{screen.query_one('#figure', RecordView).text}"

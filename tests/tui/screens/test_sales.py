"""Online sales on the screen: the list, why each was earned, and the notice of a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from sellmode_tui.screens.customers.timeline import EventScreen, TimelineScreen
from sellmode_tui.screens.sales.list_page import SalesScreen
from sellmode_tui.screens.sales.sale_page import SaleScreen
from tests.tui.screens import counter, selling, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.selling import EARNED, NOT_EARNED, SALE, go_to_sales
from tests.tui.screens.writing import at_rest, shows, told


async def one(pilot: Pilot[None]) -> None:
    """The first sale of the list over it, or beside it."""
    page = await go_to_sales(pilot)
    if page.has_class("-wide"):
        return
    await pilot.press("enter")
    await shows(pilot, SaleScreen)
    await at_rest(pilot)


@pytest.mark.parametrize(
    ("act", "user_name", "size"),
    [(go_to_sales, "anna", (80, 24)), (one, "anna", (80, 24)), (one, "anna", (120, 40)), (one, "mira", (120, 40))],
    ids=["list", "sale", "beside", "manager"],
)
def test_scene(act: Any, user_name: str, size: tuple[int, int], snap_compare: Any, data: Path) -> None:
    selling.files(data, user_name)

    async def run(pilot: Pilot[None]) -> None:
        await counter.signed_in(pilot)
        await act(pilot)

    app = counter.counter(user_name=user_name)
    assert snap_compare(app, terminal_size=size, run_before=run)


async def test_somebody_who_did_not_earn_it_sees_why_and_no_names(data: Path) -> None:
    selling.files(data)
    async with writing.at_the_counter() as pilot:
        page = await go_to_sales(pilot)
        page.go_to(NOT_EARNED.id)
        await wait_until(pilot, lambda: page.current is not None and page.current.sale.id == NOT_EARNED.id)
        await pilot.press("enter")
        await shows(pilot, SaleScreen)
        sale = pilot.app.screen
        assert isinstance(sale, SaleScreen)
        await wait_until(pilot, lambda: sale.view.settled)
        shown = " ".join(sale.view.text.split())
        assert "not to you" in shown
        assert "(somebody else): earned the sale" in shown
        assert "a later touch earned it" in shown
        assert "EUR" not in shown


async def test_a_purchase_of_the_timeline_leads_to_who_earned_it(data: Path) -> None:
    selling.files(data)
    async with writing.at_the_counter() as pilot:
        await writing.open_profile(pilot)
        await pilot.press("b")
        await shows(pilot, TimelineScreen)
        await wait_until(pilot, lambda: pilot.app.screen.settled)  # type: ignore[attr-defined]  # the list that is shown
        await pilot.press("enter")
        await shows(pilot, EventScreen)
        await at_rest(pilot)
        await pilot.press("w")
        await shows(pilot, SaleScreen)


async def test_a_new_sale_is_told_once_and_what_a_return_takes_back_is_told(data: Path) -> None:
    counter.make_account(data, writing.ANNA, "associate", writing.records())
    async with writing.at_the_counter() as pilot:
        await at_rest(pilot)
        new = msgspec.structs.replace(EARNED, amount=EARNED.was)
        writing.take(pilot, new)
        await wait_until(pilot, lambda: bool(told(pilot)))
        said = "Online sale #1042: EUR 289.00 credited to you. $ shows why."
        assert told(pilot) == [said]
        focused = pilot.app.focused
        writing.take(pilot, new)
        writing.take(pilot, EARNED)
        await wait_until(pilot, lambda: len(told(pilot)) > 1)
        assert told(pilot) == [said, "Online sale #1042: EUR 23.45 of your credit taken back."]
        assert pilot.app.focused is focused


async def test_a_sale_of_others_is_not_told(data: Path) -> None:
    counter.make_account(data, writing.ANNA, "associate", writing.records())
    async with writing.at_the_counter() as pilot:
        await at_rest(pilot)
        writing.take(pilot, NOT_EARNED, SALE)
        page = await go_to_sales(pilot)
        await wait_until(pilot, lambda: page.table.count is not None and page.table.count.n == 1)
        assert told(pilot) == []
        assert isinstance(pilot.app.screen, SalesScreen)

"""Online sales on the screen: the list, why each was earned, and the notice of a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from sellmode_contract.mutations import Rejected
from sellmode_tui.records import Refused
from sellmode_tui.screens.changes.attention import AttentionScreen
from sellmode_tui.screens.customers.timeline import EventScreen, TimelineScreen
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.sales.boxes import DisputeBox, UpholdBox
from sellmode_tui.screens.sales.list_page import SalesScreen
from sellmode_tui.screens.sales.sale_page import SaleScreen
from tests.tui.screens import counter, selling, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.selling import ANNAS, EARNED, NOT_EARNED, SALE, TEUNS, go_to_sales
from tests.tui.screens.writing import at_rest, shows, told


async def one(pilot: Pilot[None]) -> None:
    """The first sale of the list over it, or beside it."""
    page = await go_to_sales(pilot)
    if page.has_class("-wide"):
        return
    await pilot.press("enter")
    await shows(pilot, SaleScreen)
    await at_rest(pilot)


async def answered(pilot: Pilot[None]) -> None:
    """The second sale, whose dispute was declined."""
    await go_to_sales(pilot)
    await pilot.press("down", "enter")
    await shows(pilot, SaleScreen)
    await at_rest(pilot)


async def to_answer(pilot: Pilot[None]) -> None:
    """What a manager is asked, opened from what needs attention."""
    await pilot.press("f3")
    await shows(pilot, AttentionScreen)
    attention = pilot.app.screen
    assert isinstance(attention, AttentionScreen)
    await wait_until(pilot, lambda: attention.settled)
    attention.go_to(TEUNS.id)
    await wait_until(pilot, lambda: attention.current is not None and attention.current.key == TEUNS.id)
    await pilot.press("enter")
    await shows(pilot, SaleScreen)
    await at_rest(pilot)


SCENES: dict[str, tuple[Any, str, tuple[int, int]]] = {
    "list": (go_to_sales, "anna", (80, 24)),
    "sale": (one, "anna", (80, 24)),
    "beside": (one, "anna", (120, 40)),
    "manager": (one, "mira", (120, 40)),
    "answered": (answered, "anna", (80, 24)),
    "to_answer": (to_answer, "mira", (80, 24)),
}


@pytest.mark.parametrize("name", SCENES)
def test_scene(name: str, snap_compare: Any, data: Path) -> None:
    act, user_name, size = SCENES[name]
    selling.files(data, user_name, "associate", *([ANNAS, TEUNS] if name in ("answered", "to_answer") else []))

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
        await pilot.press("f10")
        await shows(pilot, LockScreen)
        assert told(pilot) == []
        assert not writing.app_of(pilot)._lasting  # nor does it stay in memory


async def test_a_sale_of_others_is_not_told(data: Path) -> None:
    counter.make_account(data, writing.ANNA, "associate", writing.records())
    async with writing.at_the_counter() as pilot:
        await at_rest(pilot)
        writing.take(pilot, NOT_EARNED, SALE)
        page = await go_to_sales(pilot)
        await wait_until(pilot, lambda: page.table.count is not None and page.table.count.n == 1)
        assert told(pilot) == []
        assert isinstance(pilot.app.screen, SalesScreen)


async def test_an_associate_disputes_a_sale_once_and_what_was_refused_is_sent_again(data: Path) -> None:
    selling.files(data)
    async with writing.at_the_counter() as pilot:
        await answered(pilot)
        await pilot.press("d")
        await shows(pilot, DisputeBox)
        await writing.type_in(pilot, "He asked for me.")
        await pilot.press("enter")
        await shows(pilot, SaleScreen)
        assert any("Saved: dispute about sale #1041." in each for each in told(pilot))
        page = pilot.app.screen
        assert isinstance(page, SaleScreen)
        await wait_until(pilot, lambda: "Not answered yet." in page.view.text)
        assert "He asked for me." in page.view.text
        await pilot.press("d")
        await at_rest(pilot)
        assert isinstance(pilot.app.screen, SaleScreen)
        assert any("once" in each for each in told(pilot))

        writing.refuse(pilot, "not_allowed", "Only someone who had a part in a sale can dispute its credit.")
        await wait_until(pilot, lambda: "Not answered yet." not in page.view.text)
        (item,) = [each for each in writing.store_of(pilot).changes.attention() if isinstance(each, Refused)]
        assert {value.field: value.mine for value in item.values}["reason"] == "He asked for me."
        writing.store_of(pilot).changes.resend(item.mid)
        line = writing.store_of(pilot).sales.get(NOT_EARNED.id)
        assert line is not None
        assert [each.reason for each in line.disputes] == ["He asked for me."]


async def test_a_manager_answers_what_needs_attention_and_takes_it_back(data: Path) -> None:
    selling.files(data, "mira", "associate", TEUNS)
    async with writing.at_the_counter("mira") as pilot:
        await to_answer(pilot)
        await pilot.press("y")
        await shows(pilot, UpholdBox)
        await writing.type_in(pilot, "He sold it.")
        await pilot.press("enter")
        await shows(pilot, SaleScreen)
        store = writing.store_of(pilot)
        line = store.sales.get(SALE.id)
        assert line is not None
        assert [(each.outcome, each.answer) for each in line.disputes] == [("upheld", "He sold it.")]
        for outcome in ("upheld", "declined"):  # in another window that has not heard of it
            with pytest.raises(Rejected, match="answered it since"):
                store.sales.answer(TEUNS.id, outcome, "So it is.")
        assert not any(each.key == TEUNS.id for each in store.changes.attention())
        store.changes.undo()
        assert any(each.key == TEUNS.id for each in store.changes.attention())

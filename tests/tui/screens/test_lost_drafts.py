"""Drafts of what has changed or gone meanwhile."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from sellmode_contract.kinds.retailer import CustomField
from sellmode_tui.screens.customers.customer_form import EditCustomerScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.forms.lost_draft import LostDraftBox
from tests.tui.screens import writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.drafting import is_kept, open_form, unlock
from tests.tui.screens.writing import (
    CLARA,
    at_rest,
    at_the_counter,
    field,
    put,
    said,
    save,
    shows,
    store_of,
    take,
)


@pytest.mark.usefixtures("annas")
async def test_what_somebody_changed_meanwhile_is_said_and_not_undone() -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, "customer", customer=CLARA.id)
        put(pilot, "tags", "press, vip, new")
        await at_rest(pilot)
        await pilot.press("f10")
        await unlock(pilot)
        store_of(pilot).customers.edit(CLARA.id, add={"tags": ["meanwhile"]}, set={}, remove={}, saw={})
        await pilot.press("f10")
        await unlock(pilot)
        await wait_until(pilot, lambda: "Changed in the meantime. Tags: " in writing.said(pilot, ".form-quiet"))
        assert "(Anna Kowalska, 14:02), yours " in writing.said(pilot, ".form-quiet")
        await save(pilot)
        assert set(writing.read(pilot).customer.tags) == {"press", "vip", "new", "meanwhile"}


@pytest.mark.usefixtures("annas")
async def test_a_draft_about_what_has_gone_is_offered_until_it_is_discarded() -> None:
    async with at_the_counter() as pilot:
        date = store_of(pilot).customers.add_date(CLARA.id, "name day", 3, 1, None, "").id
        await open_form(pilot, "date", customer=CLARA.id, date=date)
        put(pilot, "about", "canary Rex")
        await at_rest(pilot)
        await is_kept(pilot, "canary Rex") if await touched(pilot) else None
        store_of(pilot).remove("date", date)
        for _ in range(2):
            await pilot.press("f10")
            await unlock(pilot)
            assert isinstance(pilot.app.screen, LostDraftBox)
            await pilot.press("c")
            assert pilot.app.clipboard == "For: canary Rex"
            await pilot.press("escape")
            await shows(pilot, CustomersScreen)
        await pilot.press("f10")
        await unlock(pilot)
        await pilot.press("x")
        await shows(pilot, CustomersScreen)
        await pilot.press("f10")
        await unlock(pilot)
        assert isinstance(pilot.app.screen, CustomersScreen)


@pytest.mark.usefixtures("annas")
@pytest.mark.parametrize("step", ["find", "resume"])
async def test_a_draft_that_cannot_be_opened_for_an_unknown_reason_does_not_end_the_app(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, "note", customer=CLARA.id)
        put(pilot, "text", "canary")
        await touched(pilot)
        await is_kept(pilot, "canary")

        def fail(*_: Any) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(type(pilot.app.screen), step, fail)
        await pilot.press("f10")
        await unlock(pilot)
        assert isinstance(pilot.app.screen, LostDraftBox)
        assert "canary" in said(pilot, ".box-text")


@pytest.mark.usefixtures("annas")
async def test_what_was_typed_in_a_field_that_is_no_more_is_offered() -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, "customer", customer=CLARA.id)
        put(pilot, "custom.household", "7 canaries")
        put(pilot, "given_name", "Klara")
        await touched(pilot)
        await is_kept(pilot, "7 canaries")
        fewer = tuple(each for each in writing.RETAILER.custom_fields if each.name != "household")
        take(pilot, msgspec.structs.replace(writing.RETAILER, custom_fields=fewer))
        for _ in range(2):
            await pilot.press("f10")
            await unlock(pilot)
            assert isinstance(pilot.app.screen, LostDraftBox)
            assert "7 canaries" in said(pilot, ".box-text")
            await pilot.press("escape")
            await shows(pilot, EditCustomerScreen)
            assert field(pilot, "given_name").typed == "Klara"


@pytest.mark.usefixtures("annas")
async def test_what_was_typed_in_a_field_of_another_type_is_offered() -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, "customer", customer=CLARA.id)
        put(pilot, "custom.household", "7 canaries")
        await touched(pilot)
        await is_kept(pilot, "7 canaries")
        fields = writing.RETAILER.custom_fields
        choice = CustomField(name="household", label="Household", type="choice", choices=("small", "large"))
        others = tuple(choice if each.name == "household" else each for each in fields)
        take(pilot, msgspec.structs.replace(writing.RETAILER, custom_fields=others))
        await pilot.press("f10")
        await unlock(pilot)
        assert isinstance(pilot.app.screen, LostDraftBox)
        assert "7 canaries" in said(pilot, ".box-text")


async def touched(pilot: Pilot[None]) -> bool:
    """Let the app look, as it does after a key."""
    await pilot.press("shift+tab")
    return True

"""Wish lists on the screen: filled from a customer's page, the picker and a product, and taken up by lookbooks."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from sellmode_contract.kinds.lookbook import LOOKBOOK
from sellmode_tui.records import CustomerQuery
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.customers.wishes import WishesScreen, WishForm
from sellmode_tui.screens.lookbooks.form import LookForm
from sellmode_tui.screens.lookbooks.items_entry import ItemsEntry
from sellmode_tui.screens.lookbooks.product_picks import ProductPicksScreen
from sellmode_tui.screens.products.list_page import ProductsScreen
from tests.tui.screens import looking, writing
from tests.tui.screens.briefing import COAT, SCARF
from tests.tui.screens.counter import wait_until
from tests.tui.screens.writing import CLARA, at_rest, put, save, shows, store_of


@pytest.fixture(autouse=True)
def _files(data: Path) -> None:
    looking.files(data)


def wished(pilot: Pilot[None]) -> dict[str, str]:
    """The notes on Clara's wish list, by SKU."""
    return {line.wish.sku: line.wish.note for line in writing.read(pilot).wishes}


async def settled(pilot: Pilot[None], page: type[WishesScreen | ProductPicksScreen | ProductsScreen]) -> None:
    await shows(pilot, page)
    await wait_until(pilot, lambda: bool(pilot.app.screen.settled))  # type: ignore[attr-defined]  # a list's
    await at_rest(pilot)


async def test_a_wish_list_is_filled_by_keys_and_what_is_on_it_goes_into_a_lookbook() -> None:
    async with writing.at_the_counter() as pilot:
        await writing.open_profile(pilot)
        await pilot.press("W")
        await settled(pilot, WishesScreen)
        assert "Nothing on the wish list yet" in pilot.app.screen.empty_text  # type: ignore[attr-defined]  # a list's
        await pilot.press("a")
        await settled(pilot, ProductPicksScreen)
        await pilot.press("/", *SCARF.sku, "enter")
        await settled(pilot, ProductPicksScreen)
        await pilot.press("enter")
        await settled(pilot, WishesScreen)
        assert wished(pilot) == {SCARF.sku: ""}
        await pilot.press("enter")
        await shows(pilot, WishForm)
        put(pilot, "note", "For Christmas")
        await save(pilot)
        await settled(pilot, WishesScreen)
        assert wished(pilot) == {SCARF.sku: "For Christmas"}

        pilot.app.screen.open(LookForm(pilot.app.screen._desk, LOOKBOOK, customer=(CLARA.id, CLARA.name)))  # type: ignore[attr-defined]  # a page's
        await shows(pilot, LookForm)
        pilot.app.screen.query_one(ItemsEntry).post_message(
            ItemsEntry.PickWanted(pilot.app.screen.query_one(ItemsEntry))
        )
        await settled(pilot, ProductPicksScreen)
        await pilot.press("right")
        await settled(pilot, ProductPicksScreen)
        picker = pilot.app.screen
        assert isinstance(picker, ProductPicksScreen)
        assert [(each.line.sku, each.about) for each in picker.chosen] == [(SCARF.sku, "For Christmas")]
        await pilot.press("left", "/", *COAT.sku, "enter")
        await settled(pilot, ProductPicksScreen)
        await pilot.press("w")
        await wait_until(pilot, lambda: COAT.sku in wished(pilot))


async def test_a_product_goes_on_somebodys_wish_list_and_finds_them() -> None:
    async with writing.at_the_counter() as pilot:
        await pilot.press("4")
        await settled(pilot, ProductsScreen)
        await pilot.press("/", *SCARF.sku, "enter")
        await settled(pilot, ProductsScreen)
        await pilot.press("w")
        await shows(pilot, WishForm)
        put(pilot, "customer", CLARA.name)
        await at_rest(pilot)
        await save(pilot)
        await shows(pilot, ProductsScreen)
        assert list(wished(pilot)) == [SCARF.sku]
        records = store_of(pilot)
        assert [(each.id, each.wished) for each in records.products.likely(SCARF.id)] == [(CLARA.id, True)]
        found = records.customers.find(CustomerQuery(f'wish:"{SCARF.title}"')).rows(0, 9)
        assert [row.id for row in found] == [CLARA.id]
        await pilot.press("w")
        await shows(pilot, WishForm)
        put(pilot, "customer", CLARA.name)
        await save(pilot)
        assert "already on the wish list" in str(writing.field(pilot, "customer").query(".field-said").last().render())


async def test_it_is_on_the_profile_and_comes_off_again() -> None:
    async with writing.at_the_counter() as pilot:
        store_of(pilot).customers.wish(CLARA.id, [COAT.sku, SCARF.sku])
        writing.look_again(pilot)
        await writing.open_profile(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, ProfileScreen)
        assert "Wish list (2)" in screen.view.text
        await pilot.press("W")
        await settled(pilot, WishesScreen)
        await pilot.press("x")
        await wait_until(pilot, lambda: len(wished(pilot)) == 1)
        await pilot.press("u")
        await wait_until(pilot, lambda: len(wished(pilot)) == 2)

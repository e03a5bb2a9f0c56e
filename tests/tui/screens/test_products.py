"""The catalogue on the screen: searched, sorted, opened; what is done with a product."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from textual import events
from textual.pilot import Pilot

from sellmode_tui.records import ProductQuery
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.lists.page import ListPage
from sellmode_tui.screens.lists.saved_filters import SavedFilterForm, SavedFiltersScreen
from sellmode_tui.screens.products.boxes import LookbookBox, VariantBox
from sellmode_tui.screens.products.list_page import ProductsScreen
from sellmode_tui.screens.products.people_page import BuyersScreen
from sellmode_tui.screens.products.product_page import ProductScreen, ProductView
from tests.tui.screens import counter, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.writing import at_rest, shows, store_of


async def listed(pilot: Pilot[None], page: type[ListPage[Any, Any]]) -> None:
    await shows(pilot, page)
    await wait_until(pilot, lambda: bool(pilot.app.screen.settled))  # type: ignore[attr-defined]  # a list's
    await at_rest(pilot)


async def shown(pilot: Pilot[None]) -> ProductScreen:
    await shows(pilot, ProductScreen)
    screen = pilot.app.screen
    assert isinstance(screen, ProductScreen)
    await wait_until(pilot, lambda: screen.view.settled)
    await at_rest(pilot)
    return screen


def rows(pilot: Pilot[None]) -> list[tuple[str, ...]]:
    found = pilot.app.screen._rows  # type: ignore[attr-defined]  # a list's
    return [row.cells for row in found.rows(0, 1000)]


async def products(pilot: Pilot[None], text: str = "") -> None:
    await counter.signed_in(pilot)
    await pilot.press("4")
    await listed(pilot, ProductsScreen)
    if text:
        await pilot.press("/")
        await writing.type_in(pilot, text)
        await pilot.press("enter")
        await listed(pilot, ProductsScreen)


async def test_products_are_searched_sorted_and_opened(demo_files: Callable[[], Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        await products(pilot, "type:shoes loafer")
        assert {row[0] for row in rows(pilot)} == {"Atelier Nove Loafer", "Ottolina Loafer"}
        await pilot.press("escape")
        await listed(pilot, ProductsScreen)
        await pilot.press("s", "s")
        await listed(pilot, ProductsScreen)
        prices = [float(row[3].removeprefix("from ").removeprefix("EUR ")) for row in rows(pilot)]
        assert prices == sorted(prices)
        await pilot.press("S")
        await listed(pilot, ProductsScreen)
        await pilot.press("enter")
        screen = await shown(pilot)
        assert screen.view.found is not None
        assert (screen.view.found.product.price or 0) / 100 == prices[-1] == max(prices)


async def test_a_filter_is_saved_picked_and_kept_apart_from_those_of_customers(demo_files: Callable[[], Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        await products(pilot, "type:shoes loafer")
        await pilot.press("f")
        await listed(pilot, SavedFiltersScreen)
        await pilot.press("s")
        await shows(pilot, SavedFilterForm)
        writing.put(pilot, "name", "Loafers")
        writing.put(pilot, "text", "tag:vip tier:gold")
        await writing.save(pilot)
        assert isinstance(pilot.app.screen, SavedFilterForm), "it has to be a filter of products"
        writing.put(pilot, "text", "type:shoes loafer")
        await writing.save(pilot)
        await listed(pilot, SavedFiltersScreen)
        await pilot.press("escape")
        await listed(pilot, ProductsScreen)
        await pilot.press("escape", "f")
        await listed(pilot, SavedFiltersScreen)
        await pilot.press("enter")
        await listed(pilot, ProductsScreen)
        await wait_until(pilot, lambda: len(rows(pilot)) == 2)
        await pilot.press("1")
        await listed(pilot, CustomersScreen)
        await pilot.press("f")
        await listed(pilot, SavedFiltersScreen)
        assert rows(pilot) == []


async def test_another_variant_is_shown_with_its_own_stock(demo_files: Callable[[], Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        await products(pilot, "Ottolina Loafer")
        await pilot.press("enter")
        screen = await shown(pilot)
        await pilot.press("v")
        await shows(pilot, VariantBox)
        await writing.type_in(pilot, "42")
        await pilot.press("enter")
        await shown(pilot)
        assert screen.view.found is not None
        assert screen.view.found.product.variant == "42"
        assert "Stock of 42" in screen.view.text


async def test_beside_the_list_another_variant_is_what_the_keys_are_for(demo_files: Callable[[], Path]) -> None:
    demo_files()
    async with counter.running(counter.counter(), (120, 40)) as pilot:
        await products(pilot, "Ottolina Loafer")
        await pilot.press("v")
        await shows(pilot, VariantBox)
        await writing.type_in(pilot, "42")
        await pilot.press("enter")
        await listed(pilot, ProductsScreen)
        screen = pilot.app.screen
        assert isinstance(screen, ProductsScreen)
        assert screen.product is not None
        details = store_of(pilot).products.get(screen.product[0])
        assert details is not None
        assert details.product.variant == "42"
        assert "Stock of 42" in screen.query_one(ProductView).text


async def test_a_product_goes_into_a_new_lookbook_and_then_not_twice(demo_files: Callable[[], Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        await products(pilot, "Ottolina Loafer")
        for title in ("Rain", "Rain"):
            await pilot.press("l")
            await shows(pilot, LookbookBox)
            await writing.type_in(pilot, title)
            await pilot.press("enter")
            await listed(pilot, ProductsScreen)
        (draft,) = store_of(pilot).products.drafts()
        assert draft.title == "Rain"
        await wait_until(pilot, lambda: any("already in this lookbook" in said for said in writing.told(pilot)))


async def test_who_bought_it_is_opened(demo_files: Callable[[], Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        await products(pilot, "Alder Chelsea Boot")
        await pilot.press("b")
        await listed(pilot, BuyersScreen)
        await pilot.press("enter")
        await shows(pilot, ProfileScreen)


async def test_a_filter_that_cannot_be_read_leaves_the_list_and_says_why(demo_files: Callable[[], Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        await products(pilot)
        before = rows(pilot)
        await pilot.press("/")
        await writing.type_in(pilot, "color:red")
        await at_rest(pilot)
        assert 'there is no field "color"' in writing.said(pilot, "SearchBar > Static")
        await pilot.press("escape")
        await listed(pilot, ProductsScreen)
        assert rows(pilot) == before


# ------------------------------------------------------------------ the scanner


async def scan(pilot: Pilot[None], code: str) -> None:
    """What a scanner types, each key 8 ms after the one before, by the moments that the keys bear."""
    at = time.monotonic()
    for number, key in enumerate([*code, "enter"]):
        event = events.Key(key, "\r" if key == "enter" else key)
        event.time = at + number * 0.008
        pilot.app.post_message(event)
    await at_rest(pilot)


def barcode(pilot: Pilot[None], text: str) -> str:
    (line,) = store_of(pilot).products.find(ProductQuery(text)).rows(0, 1)
    details = store_of(pilot).products.get(line.id)
    assert details is not None
    return details.product.barcode


async def test_a_scanned_barcode_opens_its_product_from_anywhere(demo_files: Callable[[], Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        await counter.signed_in(pilot)
        codes = {title: barcode(pilot, f'title="{title}"') for title in ("Ottolina Loafer", "Alder Chelsea Boot")}
        assert all(code.startswith("2") for code in codes.values())  # 2 alone leads to the tasks
        for title, code in codes.items():
            await scan(pilot, code)
            await wait_until(
                pilot,
                lambda title=title: (
                    isinstance(pilot.app.screen, ProductScreen)  # type: ignore[misc]  # bound now
                    and pilot.app.screen.view.text.startswith(title)
                ),
            )
        await pilot.press("escape")
        await shows(pilot, CustomersScreen)  # the second code took the place of the first


async def test_a_scanned_number_opens_its_customer_and_an_unknown_one_says_so(demo_files: Callable[[], Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        screen = await counter.signed_in(pilot)
        first = store_of(pilot).customers.profile(screen.table.cursor_key or "")
        assert first is not None
        await scan(pilot, "99999999")
        await wait_until(pilot, lambda: any("99999999: no product" in said for said in writing.told(pilot)))
        assert isinstance(pilot.app.screen, CustomersScreen)
        writing.take(pilot, msgspec.structs.replace(first.customer, number="40071234"))
        await scan(pilot, "40071234")
        await shows(pilot, ProfileScreen)


async def test_a_code_scanned_into_a_text_is_typed_and_over_a_question_it_presses_nothing(
    demo_files: Callable[[], Path],
) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        await products(pilot)
        await pilot.press("/")
        await scan(pilot, "2000000000209")
        assert isinstance(pilot.app.screen, ProductsScreen)
        assert pilot.app.screen.search_bar.text == "2000000000209"
        pilot.app.screen.open(ConfirmBox("Remove it?", "Remove"))
        await shows(pilot, ConfirmBox)
        await scan(pilot, "2000000000209")
        await wait_until(pilot, lambda: any("Close this first" in said for said in writing.told(pilot)))
        assert isinstance(pilot.app.screen, ConfirmBox)

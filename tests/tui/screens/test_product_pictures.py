"""The catalogue: pictures in `snapshots/`, to be looked at when they change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.pilot import Pilot

from sellmode_tui.screens.products.boxes import LookbookBox
from sellmode_tui.screens.products.list_page import ProductsScreen
from sellmode_tui.screens.products.people_page import BuyersScreen, LikelyScreen
from tests.tui.screens import counter, writing
from tests.tui.screens.test_products import listed, shown
from tests.tui.screens.writing import at_rest, shows

WIDE, USUAL, NARROW = (120, 40), (80, 24), (60, 20)


async def products(pilot: Pilot[None]) -> None:
    await pilot.press("4")
    await listed(pilot, ProductsScreen)


async def filtered(pilot: Pilot[None]) -> None:
    await products(pilot)
    await pilot.press("/")
    await writing.type_in(pilot, "type:shoes stock>0")
    await listed(pilot, ProductsScreen)


async def unreadable(pilot: Pilot[None]) -> None:
    await products(pilot)
    await pilot.press("/")
    await writing.type_in(pilot, "type:shoes color:red")
    await at_rest(pilot)


async def product(pilot: Pilot[None]) -> None:
    await filtered(pilot)
    await pilot.press("enter", "enter")
    await shown(pilot)


async def bought(pilot: Pilot[None]) -> None:
    await product(pilot)
    await pilot.press("b")
    await listed(pilot, BuyersScreen)


async def likely(pilot: Pilot[None]) -> None:
    await product(pilot)
    await pilot.press("m")
    await listed(pilot, LikelyScreen)


async def lookbook(pilot: Pilot[None]) -> None:
    await product(pilot)
    await pilot.press("l")
    await shows(pilot, LookbookBox)
    await writing.type_in(pilot, "For rainy days")
    await at_rest(pilot)


class Scene(NamedTuple):
    act: Callable[[Pilot[None]], Awaitable[None]]
    sizes: tuple[tuple[int, int], ...] = (USUAL,)


SCENES = {
    "products": Scene(products, (WIDE, USUAL, NARROW)),
    "filtered": Scene(filtered),
    "unreadable": Scene(unreadable),
    "product": Scene(product, (USUAL, NARROW)),
    "bought": Scene(bought),
    "likely": Scene(likely),
    "lookbook": Scene(lookbook),
}


@pytest.mark.parametrize(("name", "size"), [(name, size) for name, scene in SCENES.items() for size in scene.sizes])
def test_scene(name: str, size: tuple[int, int], snap_compare: Any, demo_files: Callable[[], Path]) -> None:
    demo_files()

    async def act(pilot: Pilot[None]) -> None:
        await counter.signed_in(pilot)
        await SCENES[name].act(pilot)

    assert snap_compare(counter.counter(), terminal_size=size, run_before=act)

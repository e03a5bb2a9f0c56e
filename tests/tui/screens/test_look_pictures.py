"""The pages of lookbooks and picks, in three sizes: pictures in `snapshots/`, to be looked at when they change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.pilot import Pilot

from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.retailer import Mode
from sellmode_tui.screens.customers.wishes import WishesScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.lookbooks.boxes import RenewBox, WayBox
from sellmode_tui.screens.lookbooks.delegating import DelegateForm
from sellmode_tui.screens.lookbooks.form import LookForm
from sellmode_tui.screens.lookbooks.picks_list import PicksListScreen
from sellmode_tui.screens.lookbooks.picks_page import PicksScreen
from sellmode_tui.screens.lookbooks.preview import PreviewScreen
from sellmode_tui.screens.lookbooks.product_picks import ProductPicksScreen
from sellmode_tui.screens.lookbooks.share import ShareScreen
from sellmode_tui.screens.lookbooks.view import LookScreen
from sellmode_tui.widgets.item_list import ItemList
from tests.tui.screens import counter, looking, writing
from tests.tui.screens.briefing import COAT, SCARF
from tests.tui.screens.looking import MINE, OPERA, WINTER, move_to
from tests.tui.screens.writing import CLARA, at_rest, shows

SIZES = {"60x20": (60, 20), "80x24": (80, 24), "120x40": (120, 40)}
Act = Callable[[Pilot[None]], Awaitable[None]]


class Scene(NamedTuple):
    """What to do on the list before the picture is taken."""

    act: Act
    user_name: str = "anna"
    mode: Mode = "associate"
    ascii_only: bool = False


def on(wanted: Lookbook, *keys: str, page: type[Any] | None = None) -> Act:
    """Press keys on a look of the list."""

    async def act(pilot: Pilot[None]) -> None:
        await move_to(pilot, wanted)
        await pilot.press(*keys)
        if page is not None:
            await shows(pilot, page)

    return act


async def office(pilot: Pilot[None]) -> None:
    await pilot.press("left")
    await at_rest(pilot)


async def form(pilot: Pilot[None]) -> None:
    await on(OPERA, "e", page=LookForm)(pilot)
    pilot.app.screen.query_one(ItemList).focus()
    await pilot.press("down")


async def adding(pilot: Pilot[None]) -> None:
    await form(pilot)
    await pilot.press("a")
    await shows(pilot, ProductPicksScreen)
    await pilot.press("space")
    await at_rest(pilot)


async def way(pilot: Pilot[None]) -> None:
    await on(OPERA, "s", page=ConfirmBox)(pilot)
    await pilot.press("y")
    await shows(pilot, WayBox)


async def picks(pilot: Pilot[None]) -> None:
    await pilot.press("P")
    await shows(pilot, PicksListScreen)


async def one_of_picks(pilot: Pilot[None]) -> None:
    await picks(pilot)
    await pilot.press("enter")
    await shows(pilot, PicksScreen)


async def delegating(pilot: Pilot[None]) -> None:
    await picks(pilot)
    await pilot.press("D")
    await shows(pilot, DelegateForm)


async def wishes(pilot: Pilot[None]) -> None:
    writing.store_of(pilot).customers.wish(CLARA.id, [SCARF.sku, COAT.sku])
    await pilot.press("1")
    await writing.open_profile(pilot)
    await pilot.press("W")
    await shows(pilot, WishesScreen)


SCENES: dict[str, Scene] = {
    "looks": Scene(at_rest),
    "looks_of_the_store": Scene(at_rest, user_name="mira", mode="team"),
    "looks_to_copy": Scene(office),
    "look": Scene(on(WINTER, "enter", page=LookScreen)),
    "look_form": Scene(form),
    "look_copied": Scene(on(MINE, "c", page=LookForm)),
    "look_adding": Scene(adding),
    "look_preview": Scene(on(OPERA, "p", page=PreviewScreen)),
    "look_changed": Scene(on(OPERA, "s", page=ConfirmBox)),
    "look_way": Scene(way),
    "look_link": Scene(on(WINTER, "l", page=ShareScreen)),
    "look_renew": Scene(on(WINTER, "r", page=RenewBox)),
    "wishes": Scene(wishes),
    "picks": Scene(picks),
    "picks_one": Scene(one_of_picks, user_name="teun", mode="team"),
    "picks_delegating": Scene(delegating, user_name="mira", mode="team"),
}
ONE_SIZE = {"look_copied", "look_changed", "look_way", "look_renew", "looks_to_copy", "picks_delegating"}
"""Scenes that other terminals show no more of."""
PICTURES = [
    (name, size)
    for name in SCENES
    for size in SIZES
    if size == "80x24"
    or not (name in ONE_SIZE or (name, size) == ("look", "120x40"))  # there it stands beside the list
]


@pytest.mark.parametrize(("name", "size"), PICTURES)
def test_scene(name: str, size: str, snap_compare: Any, data: Path) -> None:
    scene = SCENES[name]
    looking.files(data, scene.user_name, scene.mode)

    async def act(pilot: Pilot[None]) -> None:
        await counter.signed_in(pilot)
        await looking.go_to_looks(pilot)
        await scene.act(pilot)
        await at_rest(pilot)
        writing.app_of(pilot).clear_notifications()
        await pilot.pause()

    app = counter.counter(user_name=scene.user_name, ascii_only=scene.ascii_only)
    assert snap_compare(app, terminal_size=SIZES[size], run_before=act)

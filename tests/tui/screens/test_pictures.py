"""Every page in every state, at 80x24 and at 120x40: pictures in `snapshots/`, to be looked at when they change."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.retailer import Mode
from sellmode_tui.account import folders
from sellmode_tui.account.settings import Settings
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.profile import ProfileView
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.entrance.page import EntrancePage
from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.kit.search_bar import SearchBar
from sellmode_tui.screens.kit.too_small import TooSmallScreen
from sellmode_tui.screens.kit.why import WhyScreen
from sellmode_tui.screens.lists.saved_filters import SavedFiltersScreen
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.sync.status import Line, SyncStatus
from sellmode_tui.widgets.status_line import StatusLine
from sellmode_tui.widgets.suggestions import Suggestions
from tests.tui.screens import counter
from tests.tui.screens.counter import ONLINE, PASSWORD, signed_in, wait_until

ROOT = Path(__file__).parents[3]
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
Act = Callable[[Pilot[None]], Awaitable[None]]


class Scene(NamedTuple):
    """What to do before the picture is taken."""

    act: Act
    mode: Mode = "associate"
    user_name: str = "anna"
    signed_in: bool = True
    files: bool = True
    ascii_only: bool = False
    settings: Settings = Settings()


async def at_rest(pilot: Pilot[None]) -> None:
    """Wait until no thread is at work for a page, and the pages have taken what threads brought."""
    while pilot.app.workers:
        await wait_until(pilot, lambda: not pilot.app.workers)
        await pilot.pause()  # what was brought may be reason for more work


def pressing(*keys: str) -> Act:
    async def act(pilot: Pilot[None]) -> None:
        await signed_in(pilot)
        await pilot.press(*keys)
        await at_rest(pilot)

    return act


def searching(text: str, *keys: str) -> Act:
    async def act(pilot: Pilot[None]) -> None:
        screen = await signed_in(pilot)
        below = screen.query_one(".search-below")
        await pilot.press("slash")
        screen.query_one(SearchBar).field.insert_text_at_cursor(text)
        await wait_until(pilot, lambda: screen._query.text == text and (screen.settled or below.has_class("-wrong")))
        await pilot.press(*keys)
        await at_rest(pilot)

    return act


async def choosing_a_field(pilot: Pilot[None]) -> None:
    await searching("l", "tab")(pilot)
    await wait_until(pilot, lambda: pilot.app.screen.query_one(Suggestions).is_open)


async def choosing_an_owner(pilot: Pilot[None]) -> None:
    await searching("owner:")(pilot)
    await wait_until(pilot, lambda: pilot.app.screen.query_one(Suggestions).is_open)
    await pilot.press("down", "down")


async def shows(pilot: Pilot[None], page: type[Screen[Any]]) -> None:
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, page))


def standing(status: SyncStatus) -> Act:
    async def act(pilot: Pilot[None]) -> None:
        await signed_in(pilot, status)

    return act


async def nothing(pilot: Pilot[None]) -> None:
    await pilot.pause()


async def profile(pilot: Pilot[None]) -> None:
    screen = await signed_in(pilot)
    await pilot.press("s", "s")  # who spent most
    await wait_until(pilot, lambda: screen.settled)
    await pilot.press("enter")
    await wait_until(pilot, lambda: _view(pilot).settled and _view(pilot).customer is not None)


async def purchases(pilot: Pilot[None]) -> None:
    await profile(pilot)
    await pilot.press(*["right_square_bracket"] * 5)


async def why(pilot: Pilot[None]) -> None:
    await profile(pilot)
    await pilot.press("w")
    await shows(pilot, WhyScreen)


def _view(pilot: Pilot[None]) -> ProfileView:
    return pilot.app.screen.query_one(ProfileView)


async def saved_filters(pilot: Pilot[None]) -> None:
    await searching("tag:vip last_purchase>30d", "enter")(pilot)
    for name in ("Lost VIPs", "To call this week"):
        await pilot.press("f")
        await shows(pilot, SavedFiltersScreen)
        await pilot.press("s", *(key if key != " " else "space" for key in name), "f2")
        await shows(pilot, SavedFiltersScreen)
        await at_rest(pilot)
        await pilot.press("escape")
        await shows(pilot, CustomersScreen)
    await pilot.press("f")
    await shows(pilot, SavedFiltersScreen)
    await at_rest(pilot)


async def refused(pilot: Pilot[None]) -> None:
    """The server is not there, and nobody of that name was here before."""
    screen = pilot.app.screen
    assert isinstance(screen, SignInScreen)
    screen.query_one("#user").value = "zoe"  # type: ignore[attr-defined]  # it is a field
    screen.submit("http://127.0.0.1:9", "zoe", PASSWORD)
    # Where what is wrong is to be mended; told a moment after what is wrong.
    await wait_until(pilot, lambda: screen.query_one("#server").has_focus)


async def first_time(pilot: Pilot[None]) -> None:
    await pilot.press("f2")


async def too_short(pilot: Pilot[None]) -> None:
    await pilot.press("f2", *"anna", "enter", *"K7DWQ2", "enter", *"kitten", "enter", *"kitten", "enter")


async def locked(pilot: Pilot[None]) -> None:
    await signed_in(pilot)
    await pilot.press("f10")
    await shows(pilot, LockScreen)
    await at_rest(pilot)


async def locked_by_itself(pilot: Pilot[None]) -> None:
    await signed_in(pilot)
    app = pilot.app
    assert isinstance(app, SellmodeApp)
    await app.sign_out.lock("Locked after a while without activity.")


async def copied(pilot: Pilot[None]) -> None:
    await profile(pilot)
    await pilot.press("c")
    await wait_until(pilot, lambda: bool(pilot.app.screen.query("Toast")))


FIRST = SyncStatus(Line.ONLINE, since=counter.NOW, received=12_400, left=3_000)
SCENES: dict[str, Scene] = {
    "sign_in": Scene(nothing, signed_in=False, files=False),
    "sign_in_known": Scene(nothing, signed_in=False),
    "sign_in_several": Scene(nothing, signed_in=False, user_name="anna"),
    "sign_in_refused": Scene(refused, signed_in=False),
    "sign_in_first_time": Scene(first_time, signed_in=False, files=False),
    "sign_in_password_too_short": Scene(
        too_short, signed_in=False, files=False, settings=Settings(server="https://sell.example.com")
    ),
    "list": Scene(pressing()),
    "list_of_a_team": Scene(pressing("down", "down"), mode="team", user_name="mira"),
    "list_ascii": Scene(pressing("s", "down"), ascii_only=True),
    "list_offline": Scene(standing(replace(ONLINE, line=Line.OFFLINE, since=counter.NOW - dt.timedelta(hours=3)))),
    "list_signed_out": Scene(standing(replace(ONLINE, line=Line.SIGNED_OUT))),
    "search": Scene(searching("lo", "enter"), mode="team", user_name="mira"),
    "search_nobody": Scene(searching("zzz")),
    "filter_wrong": Scene(searching("tag:vip last_purchase>soon")),
    "filter_fields": Scene(choosing_a_field, mode="team", user_name="mira"),
    "filter_values": Scene(choosing_an_owner, mode="team", user_name="mira"),
    "saved_filters": Scene(saved_filters),
    "saved_filters_none": Scene(pressing("f")),
    "profile": Scene(profile),
    "profile_purchases": Scene(purchases),
    "profile_copied": Scene(copied),
    "profile_ascii": Scene(profile, ascii_only=True),
    "why": Scene(why),
    "keys": Scene(pressing("question_mark")),
    "palette": Scene(pressing("colon", "s", "o", "r")),
    "keys_of_the_search": Scene(searching("", "f1")),
    "lock": Scene(locked),
    "lock_idle": Scene(locked_by_itself),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_scene(name: str, size: str, snap_compare: Any, data: Path, demo_files: Callable[[Mode, str], Path]) -> None:
    scene = SCENES[name]
    if scene.files:
        demo_files(scene.mode, scene.user_name)
    if name == "sign_in_several":
        for user_name in ("teun", "mira"):
            counter.make_account(data, counter.account_of(counter.demo("associate"), user_name), records=None)
        for place, folder in enumerate(folders.known_accounts()):
            os.utime(folder.path / "profile.json", (place, place))
    app = counter.counter(
        signed_in=scene.signed_in, user_name=scene.user_name, settings=scene.settings, ascii_only=scene.ascii_only
    )

    async def act(pilot: Pilot[None]) -> None:
        await scene.act(pilot)
        await wait_until(pilot, lambda: line_is_told(pilot))

    assert snap_compare(app, terminal_size=SIZES[size], run_before=act)


def line_is_told(pilot: Pilot[None]) -> bool:
    """Whether a page to get in by says how the line to its server stands."""
    page = pilot.app.screen
    if not isinstance(page, EntrancePage):
        return True
    line = page.query_one(StatusLine)
    return line.visible == bool(page.server) and (not page.server or line.status.connection != "CONNECTING")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("name", "records", "status"),
    [
        ("first_sync_nothing_yet", False, FIRST),
        (
            "first_sync_offline",
            False,
            SyncStatus(Line.OFFLINE, since=counter.NOW, problem="The server cannot be reached."),
        ),
        ("nobody_assigned", True, ONLINE),
    ],
)
def test_empty(name: str, records: bool, status: SyncStatus, size: str, snap_compare: Any, data: Path) -> None:
    world = counter.demo("associate")
    anna = counter.account_of(world, "anna")
    counter.make_account(data, anna, "associate", counter.records_of(world)[:1] if records else None, finished=records)

    async def act(pilot: Pilot[None]) -> None:
        await signed_in(pilot, status)

    assert snap_compare(counter.counter(), terminal_size=SIZES[size], run_before=act)


@pytest.mark.parametrize("size", SIZES)
def test_first_sync_with_some_there(size: str, snap_compare: Any, data: Path) -> None:
    world = counter.demo("associate")
    anna = counter.account_of(world, "anna")
    records = counter.records_of(world)
    customers = [place for place, record in enumerate(records) if isinstance(record, Customer)]
    counter.make_account(data, anna, "associate", records[: customers[440]], finished=False)

    async def act(pilot: Pilot[None]) -> None:
        await signed_in(pilot, FIRST)

    assert snap_compare(counter.counter(), terminal_size=SIZES[size], run_before=act)


def test_too_small(snap_compare: Any, demo_files: Callable[[], Path]) -> None:
    demo_files()

    async def act(pilot: Pilot[None]) -> None:
        await signed_in(pilot)
        await pilot.resize_terminal(50, 10)
        await shows(pilot, TooSmallScreen)

    assert snap_compare(counter.counter(), terminal_size=(80, 24), run_before=act)

"""The app over a real backend and real files: what a person does at the counter, and what happens around them."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import threading
import weakref
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static

from sellmode_backend.accounts import codes, directory, sessions
from sellmode_backend.accounts.signing_in import utc_now
from sellmode_backend.shopper import touches
from sellmode_backend.shopper.touches import Shared
from sellmode_backend.store import settings
from sellmode_backend.store.orders import OrderEntry, write_orders
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.order import OrderLine
from sellmode_contract.visibility import Account
from sellmode_tui.account import folders, keyring
from sellmode_tui.account.folders import DATA_VARIABLE
from sellmode_tui.account.settings import Settings
from sellmode_tui.records import Profile
from sellmode_tui.records.customers.access import Customers
from sellmode_tui.screens.customers.customer_page import NO_LONGER_VISIBLE
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.profile import ProfileScreen, ProfileView
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.kit.first_keys import FirstKeys
from sellmode_tui.screens.kit.search_bar import SearchBar
from sellmode_tui.screens.kit.status_words import UNREADABLE
from sellmode_tui.screens.kit.too_small import TooSmallScreen
from sellmode_tui.screens.kit.trouble import Trouble
from sellmode_tui.screens.lists.saved_filters import SavedFilterForm, SavedFiltersScreen
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.shell.start import Start
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.status_line import StatusLine
from sellmode_tui.widgets.text_field import TextField
from tests.support.shop import NOON, PASSWORD, Shop, open_shop
from tests.tui.screens.counter import FakeClock, wait_until


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv(DATA_VARIABLE, str(folder))
    return folder


@pytest.fixture
def shop(sqlite_url: str, data: Path) -> Iterator[Shop]:
    with open_shop(sqlite_url) as opened:
        yield opened


@contextlib.asynccontextmanager
async def app_of(
    server: str,
    user_name: str = "",
    password: str | None = None,
    *,
    clock: FakeClock | None = None,
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[Pilot[None]]:
    app = SellmodeApp(Settings(), Start(server, user_name, password), clock=(clock or FakeClock()).clock())
    async with app.run_test(size=size) as pilot:
        yield pilot


def screen(pilot: Pilot[None], type_: type[Any]) -> Any:
    assert isinstance(pilot.app.screen, type_)
    return pilot.app.screen


def table(pilot: Pilot[None]) -> RowTable:
    return next(page for page in pilot.app.screen_stack if isinstance(page, CustomersScreen)).query_one(RowTable)


def count(pilot: Pilot[None]) -> int | None:
    found = next((each.count for each in pilot.app.screen.query(RowTable)), None)
    return found.n if found else None


async def shows(pilot: Pilot[None], type_: type[Any]) -> None:
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, type_) and pilot.app.screen.is_mounted)


async def listing(pilot: Pilot[None], n: int) -> None:
    """Wait until so many customers are listed."""
    await shows(pilot, CustomersScreen)
    await wait_until(pilot, lambda: count(pilot) == n and pilot.app.screen.settled)  # type: ignore[attr-defined]  # the screen's


async def offered(pilot: Pilot[None], n: int) -> None:
    """Wait until so many saved filters can be picked."""
    await shows(pilot, SavedFiltersScreen)
    await wait_until(pilot, lambda: count(pilot) == n and pilot.app.screen.settled)  # type: ignore[attr-defined]  # the screen's


def trouble(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(Trouble).text


def told(pilot: Pilot[None]) -> list[str]:
    return [each.message for each in pilot.app._notifications]


async def type_in(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*("space" if character == " " else character for character in text))


async def paste(pilot: Pilot[None], text: str) -> None:
    """Put a text in at once: each letter that is typed takes the test its time."""
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()


def held_by_pages(pilot: Pilot[None]) -> list[weakref.ref[Any]]:
    """The pages that are open, their widgets, what those have drawn and the profiles they show, none of them held."""
    widgets = [each for page in pilot.app.screen_stack[1:] for each in page.walk_children(Widget, with_self=True)]
    profiles = [each.found for each in widgets if isinstance(each, ProfileView) and each.found]
    return [weakref.ref(each) for each in (*widgets, *(each._styles_cache for each in widgets), *profiles)]


async def gone(pilot: Pilot[None], held: list[weakref.ref[Any]]) -> None:
    """Wait until this process has nothing of it in memory any more. The app sees to that, not the test."""
    await wait_until(pilot, lambda: all(each() is None for each in held))


def shown(pilot: Pilot[None]) -> str:
    """Everything that the widgets of all pages hold."""
    return pilot.app.export_screenshot()


# ------------------------------------------------------------------ signing in


async def test_a_person_signs_in_and_sees_their_customers(shop: Shop) -> None:
    anna = shop.person("anna")
    shop.customers(7, anna)
    shop.customers(3, None, begin=7)
    async with app_of(shop.url) as pilot:
        await shows(pilot, SignInScreen)
        await type_in(pilot, "anna")
        await pilot.press("enter")
        await type_in(pilot, PASSWORD)
        await pilot.press("enter")
        await listing(pilot, 7)
        await wait_until(pilot, lambda: "ONLINE" in pilot.app.screen.query_one(StatusLine).text)
        assert "Person anna · Associate Mode" in pilot.app.screen.query_one(StatusLine).text


async def test_who_is_new_sees_the_first_keys_until_they_are_hidden(shop: Shop) -> None:
    shop.customers(7, shop.person("anna"))

    def keys(pilot: Pilot[None]) -> list[FirstKeys]:
        return [each for each in pilot.app.screen.query(FirstKeys) if each.display]

    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 7)
        said = " ".join(str(each.render()) for each in keys(pilot)[0].query(Static))
        assert all(key in said for key in ("/ ", "2 ", "Ctrl+P :", "? F1", "F10"))
        await pilot.press("slash", "x", "escape", "escape")  # what is typed goes where it would have gone
        assert table(pilot).has_focus
        await pilot.press("f10")
        await shows(pilot, LockScreen)
        await type_in(pilot, PASSWORD)
        await pilot.press("enter")
        await listing(pilot, 7)
        assert keys(pilot)
        await pilot.press("escape")
        await wait_until(pilot, lambda: not folders.known_accounts()[0].profile.first_run)
        assert not keys(pilot)
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 7)
        assert not keys(pilot)


async def test_the_first_time_a_code_sets_the_password(shop: Shop) -> None:
    account = directory.new_account(user_name="teun", name="Teun", role="associate", stores=["Alpha"])
    with shop.database.transaction() as connection:
        directory.add(connection, account, NOON)
    code = new_code(shop, account)
    async with app_of(shop.url, "teun") as pilot:
        await shows(pilot, SignInScreen)
        await pilot.press("f2")
        await type_in(pilot, "wrong-code")
        await pilot.press("enter")
        await paste(pilot, PASSWORD)
        await pilot.press("enter")
        await paste(pilot, PASSWORD)
        await pilot.press("enter")
        await wait_until(pilot, lambda: "code is wrong" in trouble(pilot))
        assert pilot.app.focused is pilot.app.screen.query_one("#code")
        pilot.app.screen.query_one("#code").value = code  # type: ignore[attr-defined]  # it is a field
        await pilot.press("enter")
        await shows(pilot, CustomersScreen)


async def test_passwords_that_do_not_fit_are_told_before_anything_is_sent(data: Path) -> None:
    async with app_of("http://127.0.0.1:9", "teun") as pilot:
        await pilot.press("f2")
        await type_in(pilot, "code")
        await pilot.press("enter")
        await type_in(pilot, "short")
        await pilot.press("enter")
        await type_in(pilot, "short")
        await pilot.press("enter")
        assert "5 characters, at least 12 are needed" in trouble(pilot)
        await type_in(pilot, "-but-longer-now")
        await pilot.press("enter")
        assert "do not match" in trouble(pilot)


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ("not a server", "not a server's address"),
        ("http://sell.example.com", "would send your password unencrypted"),
        ("http://127.0.0.1:9", "Nothing answers"),
    ],
)
async def test_what_is_wrong_with_a_server_is_said_at_its_field(server: str, said: str, data: Path) -> None:
    async with app_of(server, "anna", PASSWORD) as pilot:
        await wait_until(pilot, lambda: said in trouble(pilot))
        assert pilot.app.focused is pilot.app.screen.query_one("#server")


async def test_a_wrong_password_is_cleared_and_a_disabled_account_told(shop: Shop) -> None:
    anna = shop.person("anna")
    async with app_of(shop.url, "anna", "a wrong password of mine") as pilot:
        await wait_until(pilot, lambda: "password is wrong" in trouble(pilot))
        assert pilot.app.screen.query_one("#password").value == ""  # type: ignore[attr-defined]  # it is a field
        shop.disable(anna)
        await paste(pilot, PASSWORD)
        await pilot.press("enter")
        await wait_until(pilot, lambda: "disabled" in trouble(pilot))


async def test_a_locked_account_says_that_the_password_is_wrong(shop: Shop) -> None:
    shop.person("anna")
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await shows(pilot, CustomersScreen)
        await pilot.press("f10")
        await shows(pilot, LockScreen)
        await paste(pilot, "a wrong password of mine")
        await pilot.press("enter")
        await wait_until(pilot, lambda: trouble(pilot).endswith("activation code."))
        assert "The password is wrong." in trouble(pilot)
        assert "user name" not in trouble(pilot)


async def test_a_try_can_be_given_up(data: Path) -> None:
    with silent_server() as url:
        async with app_of(url, "anna", PASSWORD) as pilot:
            await wait_until(pilot, lambda: "Signing in" in trouble(pilot))
            await pilot.press("escape")
            assert trouble(pilot) == ""
            await wait_until(pilot, lambda: not pilot.app.workers)  # the try has come to its end
            await pilot.pause()
            assert trouble(pilot) == ""  # what it says is heard by nobody


async def test_offline_the_same_password_opens_the_same_customers(sqlite_url: str, data: Path) -> None:
    with open_shop(sqlite_url) as shop:
        anna = shop.person("anna")
        shop.customers(5, anna)
        async with app_of(shop.url, "anna", PASSWORD) as pilot:
            await listing(pilot, 5)
        url = shop.url
    async with app_of(url, "anna", PASSWORD) as pilot:
        await wait_until(pilot, lambda: any("Working offline" in text for text in told(pilot)))
        await listing(pilot, 5)
        await wait_until(pilot, lambda: "OFFLINE since" in pilot.app.screen.query_one(StatusLine).text)


# ------------------------------------------------------------------ lock, sign out, switch


async def test_the_lock_leaves_nothing_and_the_password_brings_it_back(shop: Shop) -> None:
    anna = shop.person("anna")
    shop.customers(5, anna)
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 5)
        app: Any = pilot.app
        session = app.current.workspace.session
        await pilot.press("enter")
        await shows(pilot, ProfileScreen)
        await wait_until(pilot, lambda: pilot.app.screen.query_one(ProfileView).settled)
        await pilot.press("c")
        held = held_by_pages(pilot)
        assert {CustomersScreen, ProfileScreen, RowTable, Profile} <= {type(each()) for each in held}
        await pilot.press("f10")
        await shows(pilot, LockScreen)
        await wait_until(pilot, lambda: not session.is_open)
        await pilot.app.workers.wait_for_complete()
        await gone(pilot, held)
        assert app._clipboard == ""
        assert "Given0" not in shown(pilot)
        assert [type(page) for page in app.screen_stack[1:]] == [LockScreen]
        await type_in(pilot, "not my password at all")
        await pilot.press("enter")
        await wait_until(pilot, lambda: bool(trouble(pilot)) and "Unlocking" not in trouble(pilot))
        await paste(pilot, PASSWORD)
        await pilot.press("enter")
        await listing(pilot, 5)


async def test_what_a_thread_still_reads_when_the_app_locks_goes_with_the_thread(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.customers(2, shop.person("anna"))
    has_read, may_end = threading.Event(), threading.Event()
    read = Customers.profile

    def dawdle(customers: Customers, id: str) -> Profile | None:
        profile = read(customers, id)
        has_read.set()
        may_end.wait()
        return profile

    monkeypatch.setattr(Customers, "profile", dawdle)
    monkeypatch.setattr("sellmode_tui.shell.sign_out._LATE", 0.05)
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 2)
        app: Any = pilot.app
        session = app.current.workspace.session
        await pilot.press("enter")
        await shows(pilot, ProfileScreen)
        await wait_until(pilot, has_read.is_set)
        held = held_by_pages(pilot)
        await pilot.press("f10")
        await shows(pilot, LockScreen)
        await wait_until(pilot, lambda: not session.is_open)
        await app.workers.wait_for_complete()
        await pilot.pause(0.2)  # it takes longer than the app would wait at first
        assert any(isinstance(each(), ProfileView) for each in held)  # or there would be nothing to wait for
        may_end.set()
        await gone(pilot, held)


async def test_idle_locks_and_touching_puts_it_off(shop: Shop) -> None:
    shop.customers(2, shop.person("anna"))
    clock = FakeClock()
    async with app_of(shop.url, "anna", PASSWORD, clock=clock) as pilot:
        await listing(pilot, 2)
        app: Any = pilot.app
        clock.seconds += 4 * 60
        await pilot.press("down")
        clock.seconds += 4 * 60
        await app.idle.look()
        assert isinstance(app.screen, CustomersScreen)
        clock.seconds += 61
        await app.idle.look()
        assert isinstance(app.screen, LockScreen)


async def test_a_key_that_comes_after_the_time_locks_and_does_nothing_else(shop: Shop) -> None:
    shop.customers(2, shop.person("anna"))
    clock = FakeClock()
    async with app_of(shop.url, "anna", PASSWORD, clock=clock) as pilot:
        await listing(pilot, 2)
        clock.seconds += 3600  # the machine slept
        await pilot.press("enter")
        assert [type(page) for page in pilot.app.screen_stack[1:]] == [LockScreen]


async def test_signing_out_ends_the_session_at_the_server(shop: Shop) -> None:
    anna = shop.person("anna")
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await shows(pilot, CustomersScreen)
        await pilot.press("f8")
        await shows(pilot, SignInScreen)
        await wait_until(pilot, lambda: "Signed out." in told(pilot))
        assert end_sessions(shop, anna) == 0  # none was left


async def test_another_person_gets_their_own_customers(shop: Shop) -> None:
    shop.customers(4, shop.person("anna"))
    shop.customers(6, shop.person("teun"), begin=4)
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 4)
        await pilot.press("f9")
        await shows(pilot, SignInScreen)
        user = pilot.app.screen.query_one("#user", TextField)
        await wait_until(pilot, lambda: user.has_focus)
        assert user.value == ""
        await paste(pilot, "teun")
        pilot.app.screen.query_one("#password").focus()
        await paste(pilot, PASSWORD)
        await pilot.press("enter")
        await listing(pilot, 6)
        assert "Person teun" in pilot.app.screen.query_one(StatusLine).text
    assert len(folders.known_accounts()) == 2


# ------------------------------------------------------------------ what the backend changes


async def test_what_leaves_the_view_leaves_the_screen(shop: Shop) -> None:
    anna, teun = shop.person("anna"), shop.person("teun")
    people = shop.customers(5, anna)
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 5)
        await pilot.press("enter")
        await shows(pilot, ProfileScreen)
        view = pilot.app.screen.query_one(ProfileView)
        await wait_until(pilot, lambda: view.settled)
        gone = next(person for person in people if person.id == view.customer)
        shop.reassign([gone], teun)
        await pull(pilot)
        await wait_until(pilot, lambda: NO_LONGER_VISIBLE in told(pilot))
        await listing(pilot, 4)
        assert gone.given_name not in shown(pilot)


async def test_a_mode_switch_brings_the_store_and_its_owners(shop: Shop) -> None:
    shop.customers(3, shop.person("anna"))
    shop.customers(4, shop.person("teun"), begin=3)
    async with app_of(shop.url, "anna", PASSWORD, size=(120, 30)) as pilot:
        await listing(pilot, 3)
        assert "Owner" not in [column.name for column in table(pilot)._columns]
        shop.set_mode("team")
        await pull(pilot)
        await listing(pilot, 7)
        await wait_until(pilot, lambda: "Owner" in [column.name for column in table(pilot)._columns])
        assert "Team Mode" in pilot.app.screen.query_one(StatusLine).text


async def test_a_disabled_account_is_closed_and_its_cache_deleted(shop: Shop) -> None:
    anna = shop.person("anna")
    shop.customers(3, anna)
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 3)
        cache = folders.known_accounts()[0].cache_path
        shop.disable(anna)
        await pull(pilot)
        await shows(pilot, SignInScreen)
        await wait_until(pilot, lambda: "disabled" in trouble(pilot))
        await wait_until(pilot, lambda: not cache.exists())


async def test_staying_signed_in_ends_when_the_retailer_no_longer_allows_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "account" / "fake_keyrings"))
    monkeypatch.setenv("FAKE_KEYRING_FILE", str(tmp_path / "kept.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "fake_keyrings.Working")

    def allow(allowed: bool) -> None:
        with shop.database.transaction() as connection:
            settings.change(connection, keyring_allowed=allowed)

    shop.customers(2, shop.person("anna"))
    allow(True)
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 2)
        folder = folders.known_accounts()[0]
        await pilot.press("f7")
        await wait_until(pilot, lambda: folders.known_accounts()[0].profile.remembered)
        await wait_until(pilot, lambda: keyring.get(folder.id) is not None)  # the profile is first
        allow(False)
        await pull(pilot)
        await wait_until(pilot, lambda: not folders.known_accounts()[0].profile.remembered)
        assert keyring.get(folder.id) is None
        assert count(pilot) == 2


async def test_a_session_that_ended_leaves_the_customers_and_asks_to_sign_in_again(shop: Shop) -> None:
    anna = shop.person("anna")
    shop.customers(3, anna)
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 3)
        end_sessions(shop, anna)
        await pull(pilot)
        await wait_until(pilot, lambda: "SIGNED OUT · sign in again: F9" in pilot.app.screen.query_one(StatusLine).text)
        await pilot.press("enter")
        await shows(pilot, ProfileScreen)


async def test_a_sale_is_told_as_soon_as_the_server_has_it(shop: Shop) -> None:
    anna = shop.person("anna")
    (buyer,) = shop.customers(1, anna)
    shared = Shared("lookbook", "look-1", "Alpha", anna.id, buyer.id)
    lines = (OrderLine(title="Coat", amount=12_300, quantity=1),)
    order = OrderEntry(
        id="o-1", customer=buyer.id, number="#1", placed_at=NOON, currency="EUR", total=12_300, channel="online",
        lines=lines,
    )  # fmt: skip
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 1)
        await wait_until(pilot, lambda: "ONLINE" in pilot.app.screen.query_one(StatusLine).text)
        with shop.database.transaction() as connection:
            touches.note(connection, shared, "click", NOON - dt.timedelta(days=1), sku="1")
            write_orders(connection, [order])
        said = "Online sale #1: EUR 123.00 credited to you. $ shows why."
        await wait_until(pilot, lambda: said in told(pilot))


async def test_the_cursor_stays_with_its_customer_when_others_come(shop: Shop) -> None:
    anna = shop.person("anna")
    shop.customers(5, anna, begin=10)
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 5)
        await pilot.press("down", "down")
        key = table(pilot).cursor_key
        shop.customers(10, anna)
        await pull(pilot)
        await listing(pilot, 15)
        assert table(pilot).cursor_key == key


# ------------------------------------------------------------------ list, search, profile


async def test_searching_while_typing_and_back(shop: Shop) -> None:
    shop.customers(30, shop.person("anna"))
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 30)
        await pilot.press("slash")
        await type_in(pilot, "given0000")
        await listing(pilot, 10)
        await type_in(pilot, "7")
        await listing(pilot, 1)
        await pilot.press("escape")
        await listing(pilot, 30)
        await pilot.press("escape")
        assert pilot.app.focused is table(pilot)


async def test_a_filter_is_completed_saved_picked_and_deleted(shop: Shop) -> None:
    shop.customers(30, shop.person("anna"))
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 30)
        bar = pilot.app.screen.query_one(SearchBar)
        await pilot.press("slash")
        await type_in(pilot, "tag:")
        await wait_until(pilot, lambda: bar.query_one("Suggestions").is_open)  # type: ignore[attr-defined]  # by its name
        await pilot.press("tab")
        assert bar.text == "tag:vip"
        await listing(pilot, 10)
        await pilot.press("enter", "f", "s")
        await shows(pilot, SavedFilterForm)
        await type_in(pilot, "Best")
        await pilot.press("f2")
        await offered(pilot, 1)
        assert [(each.name, each.text) for each in journal(pilot).saved_filters()] == [("Best", "tag:vip")]
        await pilot.press("escape", "escape")
        await listing(pilot, 30)
        await pilot.press("f")
        await offered(pilot, 1)
        await pilot.press("enter")
        await listing(pilot, 10)
        await pilot.press("f")
        await offered(pilot, 1)
        await pilot.press("d")
        await wait_until(pilot, lambda: journal(pilot).saved_filters() == [])


async def test_a_wrong_filter_points_at_its_place_and_keeps_the_list(shop: Shop) -> None:
    shop.customers(5, shop.person("anna"))
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 5)
        await pilot.press("slash")
        pilot.app.screen.query_one(SearchBar).field.insert_text_at_cursor("spend>much")
        below = pilot.app.screen.query_one(".search-below")
        await wait_until(pilot, lambda: below.has_class("-wrong"))
        await wait_until(pilot, lambda: "much" in str(below.render()))
        assert count(pilot) == 5


async def test_under_a_wrong_filter_nobody_is_said_to_be_missing(shop: Shop) -> None:
    shop.customers(5, shop.person("anna"))
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 5)
        search = pilot.app.screen.query_one(SearchBar)
        search.text = "zzz"
        await wait_until(pilot, lambda: "match." in shown(pilot))
        search.text = "spend>much"
        await wait_until(pilot, lambda: "match." not in shown(pilot))
        screen = pilot.app.screen
        assert isinstance(screen, CustomersScreen)
        screen.standing_changed()
        await pilot.pause()
        assert "match." not in shown(pilot)
        assert table(pilot).empty_text == UNREADABLE
        search.text = "zzz"
        await wait_until(pilot, lambda: "match." in shown(pilot))


async def test_sorting(shop: Shop) -> None:
    shop.customers(5, shop.person("anna"))
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 5)
        first = table(pilot).cursor_key
        await pilot.press("S")
        await wait_until(pilot, lambda: table(pilot).settled and table(pilot).cursor_key != first)
        assert "by name, Z to A" in str(pilot.app.screen.query_one(".search-below").render())
        await pilot.press("s")
        await wait_until(pilot, lambda: "by last purchase" in str(pilot.app.screen.query_one(".search-below").render()))


async def test_copying_goes_through_the_terminal(shop: Shop) -> None:
    people = shop.customers(1, shop.person("anna"))
    shop.write(Customer(id=people[0].id, store="Alpha", owner=people[0].owner, given_name="No", family_name="Mail"))
    async with app_of(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 1)
        await pilot.press("enter")
        await shows(pilot, ProfileScreen)
        await wait_until(pilot, lambda: pilot.app.screen.query_one(ProfileView).settled)
        await pilot.press("c")
        assert "No e-mail address to copy." in told(pilot)
        shop.write(people[0])
        await pull(pilot)
        view: Any = pilot.app.screen.query_one(ProfileView)
        await wait_until(pilot, lambda: view.found.customer.email != "")
        await pilot.press("c", "p")
        assert f"Copied: {people[0].email}" in told(pilot)
        assert pilot.app.clipboard == people[0].phone


async def test_wide_shows_the_profile_beside_and_narrow_over_the_list(shop: Shop) -> None:
    shop.customers(3, shop.person("anna"))
    async with app_of(shop.url, "anna", PASSWORD, size=(120, 30)) as pilot:
        await listing(pilot, 3)
        view = pilot.app.screen.query_one(ProfileView)
        assert view.customer == table(pilot).cursor_key
        await pilot.press("down")
        await wait_until(pilot, lambda: view.customer == table(pilot).cursor_key and view.settled)
        await pilot.press("enter")
        assert view.has_focus
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert table(pilot).has_focus
        assert view.customer is None
        await pilot.press("enter")
        await shows(pilot, ProfileScreen)
        await pilot.resize_terminal(40, 10)
        await shows(pilot, TooSmallScreen)
        await pilot.resize_terminal(80, 24)
        await shows(pilot, ProfileScreen)


async def test_keys_can_be_remapped(shop: Shop) -> None:
    shop.person("anna")
    app = SellmodeApp(Settings(keys={"app.lock": "f4"}), Start(shop.url, "anna", PASSWORD))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, CustomersScreen)
        await pilot.press("f10")
        await pilot.pause()
        assert isinstance(app.screen, CustomersScreen)
        await pilot.press("f4")
        await shows(pilot, LockScreen)


async def test_a_key_for_something_that_is_not_there_is_told(data: Path) -> None:
    app = SellmodeApp(Settings(keys={"app.lokc": "f4", "row-table.up": "i"}))
    async with app.run_test() as pilot:
        await shows(pilot, SignInScreen)
        await wait_until(pilot, lambda: any("unknown names: app.lokc." in text for text in told(pilot)))


# ------------------------------------------------------------------ helpers that know the backend


async def pull(pilot: Pilot[None]) -> None:
    """Ask the server now, as F5 does; the answer is waited for by its effect."""
    app: Any = pilot.app
    assert app.current.workspace is not None
    app.current.workspace.pull_now()
    await pilot.pause()


def journal(pilot: Pilot[None]) -> Any:
    app: Any = pilot.app
    return app.current.workspace.session.journal


@contextlib.contextmanager
def silent_server() -> Iterator[str]:
    """Takes connections and says nothing: the kernel takes them, and nobody comes for them."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def new_code(shop: Shop, account: Account) -> str:
    with shop.database.transaction() as connection:
        return codes.issue(connection, account.id, utc_now())


def end_sessions(shop: Shop, account: Account) -> int:
    with shop.database.transaction() as connection:
        return sessions.end_all(connection, account.id)

"""The app over a real backend: what one person writes, the other's screen, and what the backend says of it."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from sellmode_backend.accounts import sessions
from sellmode_contract.kinds.customer import Customer
from sellmode_tui.account.folders import DATA_VARIABLE
from sellmode_tui.account.session import sign_in
from sellmode_tui.screens.changes.attention import AttentionScreen
from sellmode_tui.screens.changes.sync_page import SyncScreen
from sellmode_tui.screens.customers.customer_form import AddCustomerScreen, EditCustomerScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.sync.status import Line
from sellmode_tui.transport.client import Transport
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.status_line import StatusLine
from tests.support.shop import PASSWORD, Shop, open_shop
from tests.tui.screens.counter import wait_until
from tests.tui.screens.writing import app_of, field, open_profile, put, read, shows, type_in
from tests.tui.test_app import app_of as app_at
from tests.tui.test_app import gone, listing


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv(DATA_VARIABLE, str(folder))
    return folder


@pytest.fixture
def shop(sqlite_url: str, data: Path) -> Iterator[Shop]:
    with open_shop(sqlite_url) as opened:
        yield opened


def status(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(StatusLine).text


def kept(shop: Shop, id: str) -> Customer | None:
    """A customer as the backend has them."""
    return next((each for each in shop.world().customers if each.id == id), None)


async def sent(pilot: Pilot[None]) -> None:
    """Wait until the backend has everything."""
    app: Any = pilot.app
    await wait_until(pilot, lambda: app.current.workspace.session.journal.outbox.unsent() == 0)


async def test_what_is_written_reaches_the_backend_by_itself(shop: Shop) -> None:
    people = shop.customers(2, shop.person("anna"))
    async with app_at(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 2)
        await open_profile(pilot, people[0])
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        put(pilot, "phone", "+44 20 7946 9999")
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        await sent(pilot)
        now = kept(shop, people[0].id)
        assert now is not None
        assert now.phone == "+44 20 7946 9999"
        await pilot.press("u")
        await wait_until(pilot, lambda: read(pilot, people[0]).customer.phone == people[0].phone)
        await sent(pilot)
        now = kept(shop, people[0].id)
        assert now is not None
        assert now.phone == people[0].phone


async def test_a_colleagues_change_comes_while_somebody_types_and_takes_nothing_away(shop: Shop) -> None:
    people = shop.customers(3, shop.person("anna"))
    async with app_at(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 3)
        await open_profile(pilot, people[0])
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "half a sen")
        async with app_at(shop.url, "anna", PASSWORD) as other:  # the same account in another pane
            await listing(other, 3)
            await open_profile(other, people[0])
            await other.press("n")
            await shows(other, NoteForm)
            await type_in(other, "from the other pane")
            await other.press("f2")
            await shows(other, ProfileScreen)
            await wait_until(
                pilot, lambda: "from the other pane" in [note.text for note in read(pilot, people[0]).notes]
            )
        await type_in(pilot, "tence")
        assert field(pilot, "text").state == "half a sentence"


async def test_what_is_written_offline_waits_in_words_and_goes_when_the_line_is_back(
    sqlite_url: str, data: Path
) -> None:
    with open_shop(sqlite_url) as shop:
        shop.customers(1, shop.person("anna"))
        async with app_at(shop.url, "anna", PASSWORD) as pilot:
            await listing(pilot, 1)
        url = shop.url
    async with app_at(url, "anna", PASSWORD) as pilot:
        await listing(pilot, 1)
        await pilot.press("a")
        await shows(pilot, AddCustomerScreen)
        await type_in(pilot, "Noor")
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        await wait_until(pilot, lambda: "1 not sent: F4" in status(pilot))
        await pilot.press("f4")
        await shows(pilot, SyncScreen)
        table: Any = pilot.app.screen.query_one(RowTable)
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 1)
        assert table._source.rows(0, 1)[0].cells[0] == "new customer Noor"


async def test_a_new_sign_in_in_another_window_serves_for_all_of_the_account(shop: Shop, data: Path) -> None:
    anna = shop.person("anna")
    shop.customers(1, anna)
    async with app_at(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 1)
        app: Any = app_of(pilot)
        await wait_until(pilot, lambda: status(pilot).startswith("ONLINE"))
        with shop.database.transaction() as connection:
            sessions.end_all(connection, anna.id)
        app.current.workspace.pull_now()
        await wait_until(pilot, lambda: status(pilot).startswith("~ SIGNED OUT"))
        records = app.current.workspace.records
        (person,) = shop.world().customers
        records.customers.write_note(person.id, "Likes linen.")
        app.status.look_for_sign_in()
        await wait_until(pilot, lambda: not app.workers)
        assert status(pilot).startswith("~ SIGNED OUT")  # nobody has

        with Transport(shop.url) as transport:
            await asyncio.to_thread(lambda: sign_in(transport, "anna", PASSWORD, data=data).close())
        app.status.look_for_sign_in()
        await wait_until(pilot, lambda: status(pilot).startswith("ONLINE"))
        await sent(pilot)


async def test_who_locks_while_another_window_signs_in_hears_of_no_error(shop: Shop, data: Path) -> None:
    anna = shop.person("anna")
    shop.customers(1, anna)
    async with app_at(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 1)
        workspace: Any = app_of(pilot).current.workspace
        await wait_until(pilot, lambda: status(pilot).startswith("ONLINE"))
        with shop.database.transaction() as connection:
            sessions.end_all(connection, anna.id)
        workspace.pull_now()
        await wait_until(pilot, lambda: status(pilot).startswith("~ SIGNED OUT"))
        with Transport(shop.url) as transport:
            await asyncio.to_thread(lambda: sign_in(transport, "anna", PASSWORD, data=data).close())
        workspace._cache.stop()  # as locking begins
        await asyncio.to_thread(workspace.go_on)
        assert workspace._live.status.line is Line.SIGNED_OUT


async def test_what_the_backend_refuses_needs_attention(shop: Shop) -> None:
    anna, teun = shop.person("anna"), shop.person("teun")
    people = shop.customers(2, anna)
    async with app_at(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 2)
        await open_profile(pilot, people[0])
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        put(pilot, "phone", "+44 20 7946 9999")
        app_of(pilot).current.workspace._live.stop()  # type: ignore[union-attr]  # the line drops
        shop.reassign([people[0]], teun)
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)
        app_of(pilot).status.follow(app_of(pilot).current.account)  # type: ignore[arg-type]  # it is open
        await sent(pilot)
        await shows(pilot, CustomersScreen)  # they are Teun's now
        await wait_until(pilot, lambda: "1 needs attention: F3" in status(pilot))
        await pilot.press("f3")
        await shows(pilot, AttentionScreen)
        table: Any = pilot.app.screen.query_one(RowTable)
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 1)
        assert table._source.rows(0, 1)[0].cells[:2] == ("sent on", "phone number of a customer")


async def test_the_lock_drops_what_was_typed(shop: Shop) -> None:
    people = shop.customers(1, shop.person("anna"))
    async with app_at(shop.url, "anna", PASSWORD) as pilot:
        await listing(pilot, 1)
        await open_profile(pilot, people[0])
        await pilot.press("e")
        await shows(pilot, EditCustomerScreen)
        await type_in(pilot, "Canary")
        form = pilot.app.screen
        held: list[weakref.ref[Any]] = [weakref.ref(each) for each in form.walk_children(Widget, with_self=True)]
        del form
        await pilot.press("f10")
        await shows(pilot, LockScreen)
        await pilot.app.workers.wait_for_complete()
        await gone(pilot, held)

"""Drafts are their author's: signing out, switching user, closing and starting again."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from sellmode_tui.screens.customers.customer_form import AddCustomerScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens import counter, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.drafting import is_in, is_kept, open_form, sign_in, stored, unlock
from tests.tui.screens.writing import (
    ANNA,
    CLARA,
    MIRA,
    app_of,
    at_the_counter,
    field,
    open_profile,
    read,
    save,
    shows,
    store_of,
    told,
    type_in,
)


@pytest.mark.usefixtures("annas")
@pytest.mark.parametrize("key", ["f8", "f9"])
async def test_signing_out_and_switching_keep_a_draft(key: str) -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "likes blue")
        await pilot.press(key)
        if key == "f8":
            await shows(pilot, ConfirmBox)
            assert "1 draft not saved. Sign out anyway?" in writing.said(pilot, ".box-title")
            await pilot.press("y")
        await shows(pilot, SignInScreen)
        await sign_in(pilot)
        assert field(pilot, "text").value == "likes blue"
        await save(pilot)
        assert [each.text for each in writing.read(pilot).notes].count("likes blue") == 1
        await pilot.press("f10")
        await unlock(pilot)
        assert isinstance(pilot.app.screen, CustomersScreen)


@pytest.mark.usefixtures("annas")
async def test_esc_leads_back_from_switching_user_to_where_one_was() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "likes blue")
        for _ in range(2):  # from the open account, then from its lock
            await pilot.press("f9")
            await shows(pilot, SignInScreen)
            assert "Esc goes back" in writing.said(pilot, "KeysSaid")
            await pilot.press("escape")
            await shows(pilot, LockScreen)
            assert pilot.app.screen.query_one("#person", TextField).value == ANNA.name
        await unlock(pilot)
        assert field(pilot, "text").value == "likes blue"


@pytest.mark.usefixtures("annas")
async def test_the_next_start_of_the_app_has_what_the_last_one_left() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await type_in(pilot, "canary")
        await is_kept(pilot, "canary")
        # It ends without being asked to: as far as the journal goes, like a crash.
    async with counter.running(counter.counter()) as pilot:
        await is_in(pilot)
        assert field(pilot, "text").value == "canary"


async def test_nobody_else_gets_a_draft(annas: Path) -> None:
    counter.make_account(annas, MIRA, "associate", writing.records())
    async with at_the_counter() as pilot:
        await pilot.press("a")
        await shows(pilot, AddCustomerScreen)
        await type_in(pilot, "canary")
        await pilot.press("f9")
        await shows(pilot, SignInScreen)
        await sign_in(pilot, "mira")
        assert isinstance(pilot.app.screen, CustomersScreen)
        assert stored(pilot) == []
        await pilot.press("f9")
        await shows(pilot, SignInScreen)
        await sign_in(pilot)
        assert field(pilot, "given_name").value == "canary"


@pytest.mark.usefixtures("annas")
async def test_what_is_being_saved_while_the_account_closes_is_no_draft_afterwards() -> None:
    async with at_the_counter() as pilot:
        release = busy_with_writing(pilot)
        await open_form(pilot, "note", customer=CLARA.id)
        await type_in(pilot, "Canary")
        await pilot.press("f2")
        await pilot.press("f9")
        await is_left(pilot, SignInScreen)
        later = threading.Timer(1, release.set)
        later.start()
        await sign_in(pilot)
        assert isinstance(pilot.app.screen, CustomersScreen)
        assert stored(pilot) == []
        assert [note.text for note in read(pilot).notes].count("Canary") == 1
        later.join()


@pytest.mark.usefixtures("annas")
async def test_a_locked_page_says_nothing_of_what_was_undone() -> None:
    async with at_the_counter() as pilot:
        store_of(pilot).customers.write_note(CLARA.id, "Canary")
        release = busy_with_writing(pilot)
        await pilot.press("u")
        await pilot.press("f10")
        await is_left(pilot, LockScreen)
        release.set()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert told(pilot) == []
        await unlock(pilot)
        assert "Canary" not in [note.text for note in read(pilot).notes]


def busy_with_writing(pilot: Pilot[None]) -> threading.Event:
    """Let what is to be written wait until the event is set."""
    release, desk = threading.Event(), app_of(pilot).current.desk
    assert desk is not None
    desk.writes.submit(release.wait, 60)
    return release


async def is_left(pilot: Pilot[None], way_in: type[Screen[Any]]) -> None:
    """Wait for a way in, while the account still closes."""
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, way_in) and pilot.app.screen.is_mounted)


@pytest.mark.usefixtures("annas")
async def test_a_restored_new_customer_opens_when_it_is_saved() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("a")
        await shows(pilot, AddCustomerScreen)
        await type_in(pilot, "Noor")
        await pilot.press("f10")
        await unlock(pilot)
        await pilot.press("f2")
        await shows(pilot, ProfileScreen)

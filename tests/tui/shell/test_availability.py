"""Being available for chat: a key, a word in the status line, and away by itself when nobody is there."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from sellmode_contract.kinds.presence import Presence, presence_id
from sellmode_contract.service_rules import ServiceRules
from sellmode_contract.store_hours import OpeningHours
from sellmode_tui.account.folders import DATA_VARIABLE
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.sync.leader import Leader
from sellmode_tui.sync.status import Line, SyncStatus
from sellmode_tui.widgets.status_line import StatusLine
from tests.tui.screens import counter
from tests.tui.screens.counter import (
    NOW,
    ONLINE,
    FakeClock,
    account_of,
    demo,
    signed_in,
    staff_of,
    tell_status,
    wait_until,
)

ANNA = account_of(demo("associate"), "anna")
CHAT = ServiceRules(ways=("chat",), away_minutes=4)
THERE = Presence(
    id=presence_id(ANNA.id), store=ANNA.stores[0], person=ANNA.id, said=True, available=True, since=NOW
)  # fmt: skip
OFFLINE = SyncStatus(Line.OFFLINE, since=NOW, synced_at=NOW)


@contextlib.asynccontextmanager
async def terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    service: ServiceRules = CHAT,
    hours: OpeningHours | None = None,
    *presences: Presence,
    clock: FakeClock | None = None,
    led: bool = False,
) -> AsyncIterator[Pilot[None]]:
    """Anna's, at a retailer of some rules; ``led`` by another window of hers if wanted."""
    made = demo("associate")
    stores = tuple(msgspec.structs.replace(store, hours=hours) for store in made.retailer.stores)
    retailer = msgspec.structs.replace(made.retailer, service=service, stores=stores)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    folder = counter.make_account(tmp_path, ANNA, "associate", [retailer, *staff_of(made), *presences])
    with contextlib.closing(Leader(folder.lock_path)) as another_window:
        assert not led or another_window.lead()
        async with counter.running(counter.counter(clock=clock)) as pilot:
            await signed_in(pilot)
            yield pilot


def line(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(StatusLine).text


async def says(pilot: Pilot[None], words: str) -> None:
    await wait_until(pilot, lambda: f" · {words} · " in line(pilot))


def app_of(pilot: Pilot[None]) -> SellmodeApp:
    assert isinstance(pilot.app, SellmodeApp)
    return pilot.app


async def test_a_key_says_that_one_is_available_and_the_status_line_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with terminal(tmp_path, monkeypatch) as pilot:
        await says(pilot, "- away")
        await pilot.press("at")
        await says(pilot, "+ available")
        tell_status(app_of(pilot), OFFLINE)  # customers see that at once, and so does who is offline
        await says(pilot, "- away")
        tell_status(app_of(pilot), ONLINE)
        await says(pilot, "+ available")
        await pilot.press("u")  # is about what was written last, not about this
        await pilot.press("at")
        await says(pilot, "- away")


async def test_a_store_that_is_closed_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with terminal(tmp_path, monkeypatch, CHAT, OpeningHours()) as pilot:
        await pilot.press("at")
        await says(pilot, "- store closed")


async def test_without_a_key_for_long_one_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    async with terminal(tmp_path, monkeypatch, clock=clock) as pilot:
        await pilot.press("at")
        await says(pilot, "+ available")
        clock.seconds += 239
        app_of(pilot).availability.look()
        clock.seconds += 1
        assert "+ available" in line(pilot)
        app_of(pilot).availability.look()
        await says(pilot, "- away")
        told = [notification.message for notification in app_of(pilot)._notifications]
        assert told == ["Away from chat: no key for 4 minutes."]


async def test_whoever_comes_back_is_away_however_the_app_was_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with terminal(tmp_path, monkeypatch, CHAT, None, THERE) as pilot:
        await says(pilot, "- away")
        account = app_of(pilot).current.account
        assert account is not None
        assert [entry.words for entry in account.workspace.records.changes.unsent()] == ["being away from chat"]


async def test_whoever_opens_another_window_stays_available(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with terminal(tmp_path, monkeypatch, CHAT, None, THERE, led=True) as pilot:
        account = app_of(pilot).current.account
        assert account is not None
        await app_of(pilot).availability.begin(account)
        await says(pilot, "+ available")
        assert not account.workspace.records.changes.unsent()


async def test_where_no_chat_is_offered_there_is_no_such_thing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with terminal(tmp_path, monkeypatch, ServiceRules(ways=("email",))) as pilot:
        await pilot.press("at")
        await pilot.pause()
        assert "away" not in line(pilot)
        assert "available" not in line(pilot)
        assert app_of(pilot).check_action("available", ()) is False


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_scene(size: tuple[int, int], snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = demo("associate")
    retailer = msgspec.structs.replace(made.retailer, service=CHAT)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    counter.make_account(tmp_path, ANNA, "associate", [retailer, *staff_of(made)])

    async def run(pilot: Pilot[None]) -> None:
        await signed_in(pilot)
        await pilot.press("at")
        await says(pilot, "+ available")
        assert isinstance(pilot.app.screen, CustomersScreen)

    assert snap_compare(counter.counter(), terminal_size=size, run_before=run)

"""Tries to get in that come to nothing leave nothing behind."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from sellmode_tui import sealed
from sellmode_tui.account.folders import DATA_VARIABLE
from sellmode_tui.account.settings import Settings
from sellmode_tui.records import RecordStore
from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.forms.resuming import Resumed
from sellmode_tui.screens.kit.desk import Facts
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.shell.drafts import DraftKeeper
from sellmode_tui.shell.start import Start
from sellmode_tui.workspace import Workspace
from tests.tui.screens import counter
from tests.tui.screens.counter import PASSWORD, account_of, demo, wait_until

DEADLINE = 60.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of an account that signed in on this machine."""
    data = tmp_path / "data"
    monkeypatch.setenv(DATA_VARIABLE, str(data))
    return counter.make_account(data, account_of(demo("associate"), "anna")).path


def windows(folder: Path) -> list[Path]:
    """Marks of apps that run in an account."""
    return list(folder.glob("window-*"))


async def test_a_try_that_was_given_up_leaves_its_drafts_to_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, read = threading.Event(), threading.Event(), Facts.read

    def late(records: RecordStore) -> Facts:
        begun.set()
        may_end.wait(DEADLINE)
        return read(records)

    monkeypatch.setattr(Facts, "read", late)
    app = counter.counter()
    async with counter.running(app) as pilot:
        await wait_until(pilot, begun.is_set)
        await pilot.press("escape")
        may_end.set()
        await wait_until(pilot, lambda: app.sign_in._under_way == 0)
        assert isinstance(app.screen, SignInScreen)
        assert windows(folder) == []


async def test_a_try_whose_account_cannot_be_read_closes_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Workspace] = []

    def fail(_: DraftKeeper, workspace: Workspace) -> Resumed:
        opened.append(workspace)
        raise sealed.Busy(folder, "Another process writes for long.")

    monkeypatch.setattr(DraftKeeper, "take", fail)
    app = counter.counter()
    async with counter.running(app) as pilot:
        await wait_until(pilot, lambda: bool(opened) and app.sign_in._under_way == 0)
        assert isinstance(app.screen, SignInScreen)
        assert not opened[0].session.is_open


async def test_an_app_that_ends_waits_for_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []
        accepting = threading.Thread(target=lambda: taken.append(listener.accept()[0]), daemon=True)
        accepting.start()
        server = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with SellmodeApp(Settings(), Start(server, "anna", PASSWORD)).run_test() as pilot:
            await wait_until(pilot, lambda: bool(taken))
        with taken[0] as connection:
            connection.settimeout(10)  # the app would wait 30 seconds for an answer
            while connection.recv(65536):
                pass

"""The pages to get in by say whether the server can be reached."""

from __future__ import annotations

import time
from pathlib import Path

from textual.pilot import Pilot

from sellmode_contract import wire
from sellmode_tui.account.settings import Settings
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.entrance.page import EntrancePage
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.widgets.status_line import StatusLine
from sellmode_tui.widgets.text_field import TextField
from tests.tui.canned import CannedServer, Request, message
from tests.tui.screens.counter import running, wait_until
from tests.tui.screens.writing import at_the_counter, files, shows

SECONDS = 5.0
"""After so long at most it is said how the line stands; more where the machine is busy."""


def line(pilot: Pilot[None]) -> str:
    """What the page says of it."""
    page = pilot.app.screen
    assert isinstance(page, EntrancePage)
    found = page.query(StatusLine)
    return found.first().text if found and found.first().visible else ""


def well(request: Request) -> list[bytes]:
    return [message(request, wire.Problem(title="well", status=200, code="internal"))]


async def test_a_server_that_goes_and_comes_back(data: Path) -> None:  # of an app that knows nobody
    with CannedServer(well) as server:
        async with running(SellmodeApp(Settings(server=server.url))) as pilot:
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, EntrancePage))
            await wait_until(pilot, lambda: line(pilot) == "ONLINE")
            began = time.monotonic()
            server.handler = lambda _: []  # hangs up
            await wait_until(pilot, lambda: line(pilot) == "~ OFFLINE")
            server.handler = well
            await wait_until(pilot, lambda: line(pilot) == "ONLINE")
            assert time.monotonic() - began < 4 * SECONDS
            pilot.app.screen.query_one("#server", TextField).focus()
            await wait_until(pilot, lambda: line(pilot) == "")  # what is being typed is no server yet


async def test_a_locked_terminal_says_it_too(data: Path) -> None:
    files(data)
    async with at_the_counter() as pilot:
        await pilot.press("f10")
        await shows(pilot, LockScreen)
        await wait_until(pilot, lambda: line(pilot) == "~ OFFLINE")

"""The README's picture is the app as it is, over the demo's store. ``--snapshot-update`` takes it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from sellmode_tui.screens.customers.profile import ProfileView
from sellmode_tui.widgets.text_field import TextField
from tests.docs.reading import DOCS
from tests.tui.screens import counter

PICTURE = DOCS / "sellmode.svg"
SIZE = (120, 32)


SEARCH = "m spend>=500 last_purchase<60d"


async def _taken(tmp_path: Path) -> str:
    """A search in a store's customers, sorted by spend, with a profile beside it."""
    counter.demo_files(tmp_path, tmp_path / "data", "team", "mira")
    async with counter.running(counter.counter(user_name="mira"), SIZE) as pilot:
        screen = await counter.signed_in(pilot)
        await pilot.press("s", "s", "slash")
        screen.query_one(TextField).insert_text_at_cursor(SEARCH)
        await pilot.press("enter", "down", "down")
        await counter.wait_until(pilot, lambda: screen.settled)
        beside = screen.query_one(ProfileView)
        await counter.wait_until(pilot, lambda: beside.settled and beside.customer is not None)
        await pilot.pause()
        return pilot.app.export_screenshot(title="sellmode")


async def test_the_picture_is_the_app_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.setenv("SELLMODE_DATA_DIR", str(tmp_path / "data"))
    taken = await _taken(tmp_path)
    if pytestconfig.getoption("--snapshot-update"):
        PICTURE.write_text(taken, "utf-8")
    assert PICTURE.read_text("utf-8") == taken, "look at it, and take it anew: ./dev test tests/docs --snapshot-update"

"""The picture of the app in the documents is the app's own: `./dev test --snapshot-update` draws it anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sellmode_contract.records import Mode
from tests.tui.screens.counter import counter, running, signed_in, wait_until

PICTURE = Path(__file__).parents[3] / "docs" / "sellmode.svg"


async def test_the_picture_shows_the_app_as_it_is(
    demo_files: Callable[[Mode, str], Path], request: pytest.FixtureRequest
) -> None:
    demo_files("team", "mira")
    async with running(counter(user_name="mira"), (120, 34)) as pilot:
        screen = await signed_in(pilot)
        await pilot.press("s", "s")
        await wait_until(pilot, lambda: screen.settled)
        await pilot.press(*["down"] * 3)
        await wait_until(pilot, lambda: screen.settled)
        await pilot.pause()
        drawn = pilot.app.export_screenshot()
    if request.config.getoption("--snapshot-update"):
        PICTURE.write_text(drawn, encoding="utf-8")
    assert _without_ids(PICTURE.read_text(encoding="utf-8")) == _without_ids(drawn)


def _without_ids(picture: str) -> str:
    """Names inside a picture hang on what else the process drew."""
    return re.sub(r"terminal-\d+", "terminal", picture)

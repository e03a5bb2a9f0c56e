"""Lookbooks and picks in a made-up language: what is still in Latin letters there is data, or was forgotten."""

from __future__ import annotations

import calendar
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from sellmode_tui import language
from sellmode_tui.account.folders import DATA_VARIABLE
from sellmode_tui.screens.lookbooks.boxes import RenewBox, SaveBox, WayBox
from sellmode_tui.screens.lookbooks.delegating import DelegateForm
from sellmode_tui.screens.lookbooks.form import LookForm
from sellmode_tui.screens.lookbooks.list_page import LookbooksScreen
from sellmode_tui.screens.lookbooks.picks_list import PicksListScreen
from sellmode_tui.screens.lookbooks.picks_page import PicksScreen
from sellmode_tui.screens.lookbooks.preview import PreviewScreen
from sellmode_tui.screens.lookbooks.share import ShareScreen
from sellmode_tui.screens.lookbooks.view import LookScreen
from tests.language.pseudo import Pseudo, not_translated, on_screen
from tests.tui.screens import looking
from tests.tui.screens.counter import SERVER
from tests.tui.screens.writing import app_of, at_rest, at_the_counter, shows

TYPED: Final = ("24 dec, in 2 weeks",)
"""As it is typed in every language."""
DAYS: Final = (*calendar.day_abbr, *calendar.month_name)
"""Babel has them for real languages only."""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv(DATA_VARIABLE, str(folder))
    return folder


async def _left(pilot: Pilot[None], *steps: tuple[str, type[Screen[Any]]]) -> dict[str, list[str]]:
    """By page, the words on it that nobody has translated, while keys lead from one to the next."""
    left = {}
    for key, page in steps:
        await pilot.press(key)
        await shows(pilot, page)
        await at_rest(pilot)
        keys = [app_of(pilot).get_key_display(binding.binding) for binding in pilot.app.active_bindings.values()]
        records = [
            msgspec.json.encode(record).decode() for mode in ("associate", "team") for record in looking.records(mode)
        ]
        lines = on_screen(pilot)
        for box in pilot.app.screen.query(".box"):  # what is under it is no part of the page
            lines = [line[box.region.x : box.region.right] for line in lines[box.region.y : box.region.bottom]]
        if words := list(not_translated(lines, [*records, *keys, *TYPED, *DAYS, "Can", SERVER, str(Path.home())])):
            left[page.__name__] = words
    return left


async def test_lookbooks_speak_the_language(data: Path) -> None:
    looking.files(data)
    async with at_the_counter(size=(100, 40)) as pilot:
        language.use("en", Pseudo())
        await looking.go_to_looks(pilot)
        await looking.move_to(pilot, looking.WINTER)
        left = await _left(
            pilot,
            ("m", LookbooksScreen),
            ("s", WayBox),
            ("escape", LookbooksScreen),
            ("r", RenewBox),
            ("escape", LookbooksScreen),
            ("p", PreviewScreen),
            ("escape", LookbooksScreen),
            ("l", ShareScreen),
            ("f", SaveBox),
            ("escape", ShareScreen),
            ("escape", LookbooksScreen),
            ("e", LookForm),
            ("escape", LookbooksScreen),
            ("enter", LookScreen),
        )
    assert not left, left


async def test_picks_speak_the_language(data: Path) -> None:
    looking.files(data, "mira", "team")
    async with at_the_counter("mira", size=(100, 40)) as pilot:
        language.use("en", Pseudo())
        await looking.go_to_looks(pilot)
        left = await _left(
            pilot,
            ("P", PicksListScreen),
            ("D", DelegateForm),
            ("escape", PicksListScreen),
            ("enter", PicksScreen),
        )
    assert not left, left

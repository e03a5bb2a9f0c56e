"""A customer's pages and tasks in a made-up language."""

from __future__ import annotations

import calendar
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from sellmode_tui import language
from sellmode_tui.account.folders import DATA_VARIABLE
from sellmode_tui.screens.customers.consent_form import ConsentForm
from sellmode_tui.screens.customers.contact_form import ContactForm
from sellmode_tui.screens.customers.customer_form import EditCustomerScreen
from sellmode_tui.screens.customers.dates import DatesScreen
from sellmode_tui.screens.customers.details import DetailsScreen
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.own_entries import OwnEntriesScreen
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.customers.timeline import TimelineScreen
from sellmode_tui.screens.tasks.agenda import AgendaScreen, CustomerTasksScreen
from sellmode_tui.screens.tasks.boxes import DismissBox, SnoozeBox
from sellmode_tui.screens.tasks.form import NewTaskForm
from tests.language.pseudo import Pseudo, not_translated, on_screen
from tests.tui.screens import tasking, writing
from tests.tui.screens.writing import app_of, at_rest, at_the_counter, shows

PAGES: dict[str, type[Screen[Any]]] = {
    "i": DetailsScreen,
    "h": TimelineScreen,
    "e": EditCustomerScreen,
    "o": ConsentForm,
    "d": DatesScreen,
    "n": NoteForm,
    "l": ContactForm,
    "N": OwnEntriesScreen,
    "t": CustomerTasksScreen,
}
TYPED = ("yesterday 3pm, 2 hours ago, 22 Nov", "fri 3pm, tomorrow, in 2 weeks")
"""Examples of what can be typed."""
DAYS = (*calendar.day_abbr, *calendar.month_abbr)
"""Babel has them for real languages only."""


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = tmp_path_factory.mktemp("data") / "data"
    monkeypatch.setenv(DATA_VARIABLE, str(data))
    return data


async def test_pages_of_a_customer_speak_the_language(data: Path) -> None:
    writing.files(data)
    async with at_the_counter() as pilot:
        language.use("en", Pseudo())
        await pilot.press("enter")
        left = await _left(pilot, ProfileScreen)
        for key, page in PAGES.items():
            await pilot.press(key)
            left |= await _left(pilot, page)
            await pilot.press("escape")
            await shows(pilot, ProfileScreen)
    assert not left, left


async def test_forms_and_boxes_of_tasks_speak_the_language(data: Path) -> None:
    tasking.files(data)
    async with at_the_counter(clock=tasking.clock()) as pilot:
        language.use("en", Pseudo())
        await pilot.press("2")
        await shows(pilot, AgendaScreen)
        await at_rest(pilot)
        left: dict[str, list[str]] = {}
        pages: dict[str, type[Screen[Any]]] = {"s": SnoozeBox, "d": DismissBox, "a": NewTaskForm}
        for key, page in pages.items():
            await pilot.press(key)
            left |= await _left(pilot, page)
            await pilot.press("escape")
            await shows(pilot, AgendaScreen)
    assert not left, left


async def _left(pilot: Pilot[None], page: type[Screen[Any]]) -> dict[str, list[str]]:
    """The words of a page that nobody has translated, by the page."""
    await shows(pilot, page)
    await at_rest(pilot)
    keys = [app_of(pilot).get_key_display(binding.binding) for binding in pilot.app.active_bindings.values()]
    data = [msgspec.json.encode(record).decode() for record in (*writing.records(), *tasking.records())]
    lines = on_screen(pilot)
    for box in pilot.app.screen.query(".box"):  # what is under it is no part of the page
        lines = [line[box.region.x : box.region.right] for line in lines[box.region.y : box.region.bottom]]
    words = list(not_translated(lines, [*data, *keys, *TYPED, *DAYS]))
    return {page.__name__: words} if words else {}

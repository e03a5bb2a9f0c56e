"""The palette finds commands, pages, themes, saved filters, customers and tasks by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from sellmode_tui.journal.journal import SavedFilter
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.palette import PaletteBox
from sellmode_tui.screens.tasks.agenda import AgendaScreen
from sellmode_tui.screens.tasks.view import TaskScreen
from sellmode_tui.widgets.suggestions import Suggestions
from tests.tui.screens.counter import NOW, wait_until
from tests.tui.screens.writing import app_of, at_rest, at_the_counter, field, files, put, shows, store_of, told, type_in


@pytest.fixture(autouse=True)
def _files(data: Path) -> None:
    files(data)


def offered(pilot: Pilot[None]) -> list[str]:
    box = pilot.app.screen
    assert isinstance(box, PaletteBox)
    return [each.name for each in box._shown]


async def find(pilot: Pilot[None], text: str, key: str = "ctrl+p") -> list[str]:
    """What is offered for a text."""
    await pilot.press(key)
    await shows(pilot, PaletteBox)
    await type_in(pilot, text)
    await at_rest(pilot)
    return offered(pilot)


async def test_everything_is_found_by_its_name_and_opens() -> None:
    async with at_the_counter() as pilot:
        app = app_of(pilot)
        assert app.current.account is not None
        app.current.account.desk.journal.save_filter(SavedFilter("Press people", "tag:press", NOW))
        store_of(pilot).tasks.create({"title": "Wrap the scarf"})

        assert "Add a customer" in await find(pilot, "", "colon")
        await pilot.press("escape")
        await shows(pilot, CustomersScreen)

        assert await find(pilot, "wrap sc") == ["Wrap the scarf"]
        await pilot.press("enter")
        await shows(pilot, TaskScreen)

        assert "Tasks" in await find(pilot, "tasks page")
        await pilot.press("enter")
        await shows(pilot, AgendaScreen)

        assert await find(pilot, "press people") == ["Press people"]
        await pilot.press("enter")
        await shows(pilot, CustomersScreen)
        screen = pilot.app.screen
        assert isinstance(screen, CustomersScreen)
        await wait_until(pilot, lambda: screen.settled and screen.view.query.text == "tag:press")

        assert await find(pilot, "zoe a") == ["Zoe Ångström"]
        box = pilot.app.screen
        await pilot.click(Suggestions, offset=(3, 0))
        await wait_until(pilot, lambda: box not in app.screen_stack)
        await shows(pilot, ProfileScreen)

        before = app.theme
        await find(pilot, "theme light")
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.theme != before)
        assert "light" in app.theme

        assert await find(pilot, "klara") == []  # a colleague's
        await pilot.press("enter", "escape")
        await shows(pilot, ProfileScreen)


async def test_what_is_typed_ahead_goes_where_the_palette_leads() -> None:
    async with at_the_counter() as pilot:
        for character in ":zoe":
            pilot.app.post_message(events.Key("colon" if character == ":" else character, character))
        pilot.app.post_message(events.Key("enter", "\r"))
        for character in "nSilk":
            pilot.app.post_message(events.Key(character, character))
        await shows(pilot, NoteForm)
        form = pilot.app.screen
        assert isinstance(form, NoteForm)
        await wait_until(pilot, lambda: field(pilot, "text").typed == "Silk")
        assert [type(each) for each in pilot.app.screen_stack[1:]] == [CustomersScreen, ProfileScreen, NoteForm]


async def test_a_command_is_done_where_the_palette_was_opened() -> None:
    async with at_the_counter() as pilot:
        await find(pilot, "write note")
        await pilot.press("enter")
        await shows(pilot, NoteForm)
        put(pilot, "text", "Prefers silk")
        names = await find(pilot, "")
        assert "Save" in names
        assert "Tasks" not in names  # a form is not closed in passing
        await type_in(pilot, "back without")
        await pilot.press("enter")
        await shows(pilot, ConfirmBox)
        await pilot.press("enter")  # the button that loses nothing has the focus
        await shows(pilot, NoteForm)
        await pilot.press("escape")
        await shows(pilot, ConfirmBox)
        await pilot.click("BoxButton")
        await shows(pilot, CustomersScreen)
        store_of(pilot).tasks.create({"title": "Wrap the scarf"})
        await pilot.press("ctrl+z")
        await wait_until(pilot, lambda: any("Wrap the scarf" in each for each in told(pilot)))
        assert not store_of(pilot).tasks.agenda().rows(0, 100)


async def test_a_lock_closes_it() -> None:
    async with at_the_counter() as pilot:
        await find(pilot, "clara")
        await pilot.press("f10")
        await shows(pilot, LockScreen)
        assert len(pilot.app.screen_stack) == 2
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert isinstance(pilot.app.screen, LockScreen)


@pytest.mark.parametrize(("typed", "first"), [("n", "Write a note"), ("f6", "Choose a theme")])
async def test_a_key_finds_what_it_does_first(typed: str, first: str) -> None:
    async with at_the_counter() as pilot:
        assert (await find(pilot, typed))[0] == first


async def test_undo_is_not_offered_over_a_form() -> None:
    async with at_the_counter() as pilot:
        await find(pilot, "write note")
        await pilot.press("enter")
        await shows(pilot, NoteForm)
        put(pilot, "text", "Prefers silk")
        await pilot.press("f2")
        await wait_until(pilot, lambda: any(each.endswith("u to undo.") for each in told(pilot)))
        await pilot.press("n")
        await shows(pilot, NoteForm)
        assert told(pilot) == []

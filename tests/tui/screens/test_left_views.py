"""Lists and windows come back as they were left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events

from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.kit.search_bar import SearchBar
from sellmode_tui.screens.kit.too_small import TooSmallScreen
from sellmode_tui.screens.tasks.agenda import AgendaScreen
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens import counter
from tests.tui.screens.counter import wait_until
from tests.tui.screens.drafting import open_form, sign_in, unlock
from tests.tui.screens.writing import (
    CLARA,
    app_of,
    at_rest,
    at_the_counter,
    shows,
)


@pytest.mark.parametrize("key", ["f10", "f9"])
async def test_the_list_comes_back_with_its_search_sort_and_place(key: str, demo_files: Callable[..., Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        screen = await counter.signed_in(pilot, None)
        await pilot.press("s", "slash", "a", "enter")
        await wait_until(pilot, lambda: screen.settled)
        await pilot.press("down", "down", "down")
        await wait_until(pilot, lambda: screen.settled)
        before = screen.view
        assert before.customer is not None
        await pilot.press(key)
        if key == "f10":
            await unlock(pilot)
        else:
            await shows(pilot, SignInScreen)
            await sign_in(pilot)
        again = await counter.signed_in(pilot, None)
        await wait_until(pilot, lambda: again.table.cursor_key == before.customer)
        assert again.view == before
        assert again.query_one(SearchBar).text == "a"


async def test_the_tasks_come_back_with_their_search(demo_files: Callable[..., Path]) -> None:
    demo_files()
    async with counter.running(counter.counter()) as pilot:
        await counter.signed_in(pilot, None)
        await pilot.press("2")
        await shows(pilot, AgendaScreen)
        await pilot.press("slash", "c", "enter")
        await at_rest(pilot)
        before = app_of(pilot).drafts.looked()
        await pilot.press("f10")
        await unlock(pilot)
        assert isinstance(pilot.app.screen, AgendaScreen)
        await wait_until(pilot, lambda: pilot.app.screen.settled)  # type: ignore[attr-defined]  # the screen's
        assert app_of(pilot).drafts.looked() == before


@pytest.mark.usefixtures("annas")
@pytest.mark.parametrize("kind", ["note", "customer"])
async def test_what_is_typed_in_a_window_too_small_is_in_the_form(kind: str) -> None:
    async with at_the_counter() as pilot:
        await open_form(pilot, kind, customer=CLARA.id)
        place = pilot.app.screen.focused
        assert isinstance(place, TextField | PlainTextArea)
        place.clear()
        await pilot.press(*"so")
        await pilot.resize_terminal(40, 10)
        await shows(pilot, TooSmallScreen)
        await pilot.press(*"quick", "space", *"1?")
        pilot.app.post_message(events.Paste(" blue\r\nand red"))
        await at_rest(pilot)
        await pilot.press("!")
        await pilot.resize_terminal(80, 24)
        await shows(pilot, FormScreen.kinds[kind])
        line = isinstance(place, TextField)
        text = place.value if isinstance(place, TextField) else place.text
        assert text == f"soquick 1? blue{' ' if line else chr(10)}and red!"


@pytest.mark.usefixtures("annas")
async def test_in_a_window_too_small_keys_that_type_nothing_work() -> None:
    async with at_the_counter() as pilot:
        await pilot.resize_terminal(40, 10)
        await shows(pilot, TooSmallScreen)
        await pilot.press("q")
        await wait_until(pilot, lambda: pilot.app._exit)

"""Forms with something typed into them, and the ways back to them."""

from __future__ import annotations

from textual.pilot import Pilot

from sellmode_tui.journal.drafts import Draft
from sellmode_tui.screens.entrance.lock import LockScreen
from sellmode_tui.screens.entrance.sign_in import SignInScreen
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.widgets.choice import Choice
from sellmode_tui.widgets.press import Press
from sellmode_tui.widgets.text_area import PlainTextArea
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens.counter import PASSWORD, SERVER, wait_until
from tests.tui.screens.writing import (
    app_of,
    at_rest,
    shows,
    store_of,
)


async def unlock(pilot: Pilot[None]) -> None:
    await shows(pilot, LockScreen)
    pilot.app.screen.query_one("#password", TextField).value = PASSWORD
    await pilot.press("enter")
    await is_in(pilot)


async def sign_in(pilot: Pilot[None], user_name: str = "anna") -> None:
    screen = pilot.app.screen
    assert isinstance(screen, SignInScreen)
    screen.submit(SERVER, user_name, PASSWORD)
    await is_in(pilot)


async def is_in(pilot: Pilot[None]) -> None:
    """Wait until somebody is in, and everything that was left open is open again."""
    await wait_until(pilot, lambda: app_of(pilot).drafts._writer is not None)
    await at_rest(pilot)


async def open_form(pilot: Pilot[None], kind: str, /, **subject: str) -> FormScreen:
    """A form as its page would open it."""
    form = FormScreen.kinds[kind]
    parts = form.find(store_of(pilot), subject)
    assert parts is not None
    desk = app_of(pilot).current.desk
    await pilot.app.push_screen(form(desk, *parts))  # type: ignore[arg-type]  # what its own `find` gave
    await shows(pilot, form)
    assert isinstance(pilot.app.screen, form)
    return pilot.app.screen


def draft(pilot: Pilot[None]) -> Draft:
    """What is typed in the form that is open."""
    form = pilot.app.screen
    assert isinstance(form, FormScreen)
    assert form.draft is not None
    return form.draft


def stored(pilot: Pilot[None]) -> list[str]:
    """What was typed, as the journal has it."""
    workspace = app_of(pilot).current.workspace
    assert workspace is not None
    return workspace.session.journal.drafts.bodies()


async def is_kept(pilot: Pilot[None], text: str) -> None:
    await wait_until(pilot, lambda: any(text in body for body in stored(pilot)))


async def type_everywhere(pilot: Pilot[None]) -> None:
    """Another value in every field of the form, and another part where there can be one."""
    form = pilot.app.screen
    for press in form.query(Press):
        if not press.classes & {"item-remove", "items-add"}:  # one removes, one opens a page
            press.action_press()
            await pilot.pause()
    await at_rest(pilot)
    for number, line in enumerate(form.query(TextField)):
        line.value = f"typed {number}"
    for number, area in enumerate(form.query(PlainTextArea)):
        area.text = f"typed\nhere {number}"
    for choice in form.query(Choice):
        choice.action_move(1)
    await at_rest(pilot)
    form.query(TextField).last().focus() if form.query(TextField) else form.query(Choice).last().focus()
    await pilot.pause()

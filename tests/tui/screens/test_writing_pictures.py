"""The pages on which people write, in two sizes: pictures in `snapshots/`, to be looked at when they change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec import structs
from textual.pilot import Pilot

from sellmode_contract.kinds.retailer import Mode
from sellmode_tui.account.settings import Settings
from sellmode_tui.screens.changes.attention import AttentionScreen
from sellmode_tui.screens.changes.attention_details import DuplicateScreen, HandedOverScreen, RefusedScreen
from sellmode_tui.screens.changes.resend_form import ResendForm
from sellmode_tui.screens.changes.sync_page import SyncScreen
from sellmode_tui.screens.customers.consent_form import ConsentForm
from sellmode_tui.screens.customers.contact_form import ContactForm
from sellmode_tui.screens.customers.customer_form import AddCustomerScreen, EditCustomerScreen, MatchesBox
from sellmode_tui.screens.customers.dates import DateForm, DatesScreen
from sellmode_tui.screens.customers.merge_form import MergeForm
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.own_entries import OwnEntriesScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.sync.status import Line
from sellmode_tui.widgets.row_table import RowTable
from tests.tui.screens import counter, writing
from tests.tui.screens.counter import NOW, ONLINE, tell_status, wait_until
from tests.tui.screens.writing import (
    BO,
    CLARA,
    app_of,
    at_rest,
    open_profile,
    put,
    save,
    shows,
    store_of,
    take,
    type_in,
)

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
Act = Callable[[Pilot[None]], Awaitable[None]]


class Scene(NamedTuple):
    """What to do before the picture is taken."""

    act: Act
    user_name: str = "anna"
    mode: Mode = "associate"
    ascii_only: bool = False
    settings: Settings = Settings()


def page(key: str, opened: type[DeskScreen[Any]]) -> Act:
    """A page that a key opens over a profile."""

    async def act(pilot: Pilot[None]) -> None:
        await open_profile(pilot)
        await pilot.press(key)
        await shows(pilot, opened)

    return act


async def emoji(pilot: Pilot[None]) -> None:
    """A profile whose names have emoji in them."""
    family = "\U0001f469\u200d\U0001f467"
    take(pilot, structs.replace(CLARA, given_name=f"Clara {family}", tags=("vip \u2764\ufe0f", "press"), number=""))
    await open_profile(pilot)


async def emoji_edited(pilot: Pilot[None]) -> None:
    await emoji(pilot)
    await pilot.press("e")
    await shows(pilot, EditCustomerScreen)


async def adding(pilot: Pilot[None]) -> None:
    await pilot.press("a")
    await shows(pilot, AddCustomerScreen)
    await type_in(pilot, "Noor\nde Wit\n")


async def adding_refused(pilot: Pilot[None]) -> None:
    await adding(pilot)
    put(pilot, "email", "noor at example")
    await save(pilot)


async def adding_known(pilot: Pilot[None]) -> None:
    await adding(pilot)
    put(pilot, "email", BO.email)
    await pilot.press("f2")
    await shows(pilot, MatchesBox)


async def added(pilot: Pilot[None]) -> None:
    await adding(pilot)
    await pilot.press("f2")
    await wait_until(pilot, lambda: bool(writing.told(pilot)))
    await at_rest(pilot)


async def throwing_away(pilot: Pilot[None]) -> None:
    await page("n", NoteForm)(pilot)
    await type_in(pilot, "Likes the blue coat.\nWill come back on Friday.")
    await pilot.press("escape")
    await shows(pilot, ConfirmBox)


async def logging(pilot: Pilot[None]) -> None:
    await page("l", ContactForm)(pilot)
    await pilot.press("down", "down")
    await type_in(pilot, "yesterday 16:30")
    await pilot.pause()


async def date(pilot: Pilot[None]) -> None:
    await page("d", DatesScreen)(pilot)
    await pilot.press("enter")
    await shows(pilot, DateForm)


async def date_in_doubt(pilot: Pilot[None]) -> None:
    await page("d", DatesScreen)(pilot)
    await pilot.press("a")
    await shows(pilot, DateForm)
    await type_in(pilot, "anniversary\n3/4")
    await save(pilot)


async def consent_refused(pilot: Pilot[None]) -> None:
    await page("o", ConsentForm)(pilot)
    await pilot.press("right")
    await wait_until(pilot, lambda: writing.field(pilot, "state").state == "unsubscribed")
    await pilot.press("down", "left")
    await wait_until(pilot, lambda: bool(pilot.app.screen.query(".field-said.-wrong")))


async def waiting(pilot: Pilot[None]) -> None:
    store_of(pilot).customers.edit(CLARA.id, set={"phone": "+31 6 5550 7777", "language": "nl"})
    writing.fail(pilot, "The server could not store it: its disk is full.")
    store_of(pilot).customers.write_note(CLARA.id, "Came by.")
    app = app_of(pilot)
    tell_status(
        app,
        replace(
            ONLINE,
            line=Line.OFFLINE,
            since=NOW - dt.timedelta(minutes=30),
            synced_at=NOW - dt.timedelta(minutes=34),
            unsent=2,
            problem="The server cannot be reached.",
        ),
    )
    await at_rest(pilot)
    await pilot.press("f4")
    await shows(pilot, SyncScreen)


async def offline_list(pilot: Pilot[None]) -> None:
    await waiting(pilot)
    await pilot.press("escape")
    await wait_until(pilot, lambda: not isinstance(pilot.app.screen, SyncScreen))


async def nothing_waits(pilot: Pilot[None]) -> None:
    await pilot.press("f4")
    await shows(pilot, SyncScreen)


async def attention(pilot: Pilot[None]) -> None:
    store_of(pilot).customers.edit(CLARA.id, set={"phone": "+31 6 5550 7777"}, add={"tags": ["new"]})
    writing.refuse(pilot, "conflict", "Someone has changed this field since.", "phone")
    await at_rest(pilot)
    await pilot.press("f3")
    await shows(pilot, AttentionScreen)


async def nothing_refused(pilot: Pilot[None]) -> None:
    store_of(pilot).changes.discard_parked(writing.PARKED.id)
    await pilot.press("f3")
    await shows(pilot, AttentionScreen)
    table = pilot.app.screen.query_one(RowTable)
    await wait_until(pilot, lambda: table.count is not None and table.count.n == 0)


async def refused(pilot: Pilot[None]) -> None:
    await attention(pilot)
    await pilot.press("enter")
    await shows(pilot, RefusedScreen)


async def sending_again(pilot: Pilot[None]) -> None:
    await refused(pilot)
    await pilot.press("e")
    await shows(pilot, ResendForm)


async def handed_over(pilot: Pilot[None]) -> None:
    await pilot.press("f3")
    await shows(pilot, AttentionScreen)
    await pilot.press("enter")
    await shows(pilot, HandedOverScreen)


async def attention_of_a_manager(pilot: Pilot[None]) -> None:
    await pilot.press("f3")
    await shows(pilot, AttentionScreen)


async def duplicate(pilot: Pilot[None]) -> None:
    await attention_of_a_manager(pilot)
    await pilot.press("enter")
    await shows(pilot, DuplicateScreen)


async def merging(pilot: Pilot[None]) -> None:
    await duplicate(pilot)
    await pilot.press("m")
    await shows(pilot, MergeForm)


async def timeline(pilot: Pilot[None]) -> None:
    await open_profile(pilot)
    await pilot.press("end")
    await at_rest(pilot)


SCENES: dict[str, Scene] = {
    "add": Scene(adding),
    "add_refused": Scene(adding_refused),
    "add_known": Scene(adding_known),
    "added": Scene(added),
    "edit": Scene(page("e", EditCustomerScreen)),
    "edit_ascii": Scene(page("e", EditCustomerScreen), ascii_only=True),
    "edit_sixteen_colours": Scene(page("e", EditCustomerScreen), settings=Settings(theme="16-colours")),
    "emoji": Scene(emoji),
    "emoji_ascii": Scene(emoji, ascii_only=True),
    "emoji_edited": Scene(emoji_edited),
    "edit_light": Scene(page("e", EditCustomerScreen), settings=Settings(theme="light")),
    "note": Scene(page("n", NoteForm)),
    "throw_away": Scene(throwing_away),
    "log": Scene(logging),
    "mine": Scene(page("N", OwnEntriesScreen)),
    "dates": Scene(page("d", DatesScreen)),
    "date": Scene(date),
    "date_in_doubt": Scene(date_in_doubt),
    "consent": Scene(page("o", ConsentForm)),
    "consent_refused": Scene(consent_refused),
    "timeline": Scene(timeline),
    "sync": Scene(waiting),
    "sync_nothing": Scene(nothing_waits),
    "list_not_sent": Scene(offline_list),
    "attention": Scene(attention),
    "attention_nothing": Scene(nothing_refused),
    "attention_manager": Scene(attention_of_a_manager, user_name="mira"),
    "refused": Scene(refused),
    "send_again": Scene(sending_again),
    "handed_over": Scene(handed_over),
    "duplicate": Scene(duplicate, user_name="mira"),
    "merge": Scene(merging, user_name="mira"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_scene(name: str, size: str, snap_compare: Any, data: Path) -> None:
    scene = SCENES[name]
    writing.files(data, scene.user_name, scene.mode)

    async def act(pilot: Pilot[None]) -> None:
        await counter.signed_in(pilot)
        await scene.act(pilot)

    app = counter.counter(user_name=scene.user_name, settings=scene.settings, ascii_only=scene.ascii_only)
    assert snap_compare(app, terminal_size=SIZES[size], run_before=act)

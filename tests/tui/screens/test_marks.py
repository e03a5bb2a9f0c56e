"""What the server does not have says so where it stands, until it has it; what was refused says where to look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sellmode_contract.wire import Result
from sellmode_tui.records.changes.pending import Marks
from sellmode_tui.screens.customers.dates import DatesScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.own_entries import OwnEntriesScreen
from sellmode_tui.screens.customers.profile import ProfileView
from sellmode_tui.screens.customers.rows import CustomerSource
from sellmode_tui.screens.kit.page import LABEL
from sellmode_tui.widgets.meanings import REFUSED, UNSENT, Meaning
from sellmode_tui.widgets.row_table import RowTable
from tests.tui.screens import writing
from tests.tui.screens.counter import NOW, wait_until
from tests.tui.screens.writing import (
    BIRTHDAY,
    BO,
    CLARA,
    at_rest,
    at_the_counter,
    look_again,
    open_profile,
    outbox,
    read,
    refuse,
    said,
    shows,
    store_of,
)


@pytest.fixture(autouse=True)
def _files(data: Path) -> None:
    writing.files(data)


def write(pilot: Pilot[None]) -> None:
    """A field, a size, a tag, a note, a date and a consent of Clara's."""
    it = store_of(pilot)
    it.customers.edit(CLARA.id, set={"phone": "+31 6 5550 7777", "sizes.shoes": "40"}, add={"tags": ["gold"]})
    it.customers.write_note(CLARA.id, "Likes linen.")
    it.customers.edit_date(BIRTHDAY.id, label="birthday", month=12, day=25, year=1988)
    it.customers.set_consent(CLARA.id, "phone", "unsubscribed")
    look_again(pilot)


def apply_all(pilot: Pilot[None]) -> None:
    """Let the backend do everything that was written."""
    entries = outbox(pilot).batch(100, 1_000_000)
    outbox(pilot).settle([Result(mid=each.mid, seq=each.seq or 0, st="applied") for each in entries], NOW)
    look_again(pilot)


def marked(pilot: Pilot[None], words: str) -> list[str]:
    """The first words, after a sign, of the entries of the profile that say something."""
    view = pilot.app.screen.query_one(ProfileView)
    assert view._page is not None
    entries: list[str] = []
    for line in view._page.lines:
        goes_on = bool(entries) and line.plain.startswith(" " * LABEL)
        entries.append(f"{entries.pop()} {line.plain.strip()}" if goes_on else line.plain)
    found = [entry.split() for entry in entries if entry.endswith(words)]
    return [next(word for word in entry if word not in (UNSENT.sign, REFUSED.sign)) for entry in found]


def above(pilot: Pilot[None]) -> str:
    return said(pilot, ".search-below")


def list_of(pilot: Pilot[None]) -> dict[str, Meaning | None]:
    """What the rows of the list of customers mean, by key."""
    table: Any = pilot.app.screen.query_one("#list", RowTable)
    return {row.key: row.meaning for row in table._source.rows(0, 10)}


async def test_a_profile_marks_what_is_not_sent_until_it_is() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        assert marked(pilot, "not sent") == []
        write(pilot)
        await wait_until(pilot, lambda: "4" in marked(pilot, "F4 lists them."))
        # The note, and lines of several fields for what one of them has.
        assert marked(pilot, "not sent") == ["22", "Sizes", "Tags", "Contact", "Consent", "Birthday"]
        apply_all(pilot)
        await wait_until(pilot, lambda: marked(pilot, "not sent") == [])
        assert marked(pilot, "on its way.") == []


async def test_what_was_refused_points_to_needs_attention() -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        write(pilot)
        refuse(pilot, "conflict", "Someone has changed this field since.")
        await wait_until(pilot, lambda: marked(pilot, "refused by the server: F3 shows why.") == ["4"])
        assert marked(pilot, "your change was refused: F3") == ["Sizes", "Tags", "Contact", "Birthday"]
        assert read(pilot).unsent == Marks()
        for item in outbox(pilot).tray.items():
            store_of(pilot).changes.discard(item.mid)
        look_again(pilot)
        await wait_until(pilot, lambda: marked(pilot, "F3 shows why.") == [])


async def test_the_list_has_signs_and_says_what_they_mean() -> None:
    async with at_the_counter() as pilot:
        await shows(pilot, CustomersScreen)
        assert set(list_of(pilot).values()) == {None}
        assert "not sent" not in above(pilot)
        write(pilot)
        await wait_until(pilot, lambda: "^ not sent" in above(pilot))
        assert {key for key, meaning in list_of(pilot).items() if meaning} == {CLARA.id}
        table = pilot.app.screen.query_one("#list", RowTable)
        await wait_until(pilot, lambda: any("^Clara" in table.render_line(y).text for y in range(1, 5)))
        refuse(pilot, "conflict", "Someone has changed this field since.")
        store_of(pilot).customers.write_note(BO.id, "Likes linen.")
        look_again(pilot)
        await wait_until(pilot, lambda: above(pilot).endswith("^ not sent, x refused"))
        assert {key: meaning for key, meaning in list_of(pilot).items() if meaning} == {
            CLARA.id: REFUSED,
            BO.id: UNSENT,
        }
        apply_all(pilot)
        await wait_until(pilot, lambda: above(pilot).endswith("x refused") and "^" not in above(pilot))


async def test_a_page_that_is_read_late_does_not_hide_that_the_others_have_old_signs() -> None:
    async with at_the_counter() as pilot:
        await shows(pilot, CustomersScreen)
        it, words = store_of(pilot), pilot.app.current.desk.words  # type: ignore[attr-defined]  # the app's
        source = CustomerSource(it.customers.find(), words, owners=False, pending=it.changes.pending)
        source.count()
        assert {row.meaning for row in source.rows(0, 10)} == {None}
        write(pilot)
        source.found.count()  # the list itself is as of now
        assert UNSENT in {row.meaning for row in source.rows(0, 10)}
        assert source.stale
        source.count()
        source.rows(0, 10)
        assert not source.stale


@pytest.mark.parametrize(("key", "page"), [("d", DatesScreen), ("N", OwnEntriesScreen)])
async def test_lists_of_what_belongs_to_a_customer_say_so_in_words(key: str, page: type[Any]) -> None:
    async with at_the_counter() as pilot:
        await open_profile(pilot)
        await pilot.press(key)
        await shows(pilot, page)

        def states() -> list[str]:
            table: Any = pilot.app.screen.query_one(RowTable)
            return [row.cells[-1] for row in table._source.rows(0, 10)]

        assert set(states()) == {""}
        write(pilot)
        await wait_until(pilot, lambda: states().count("not sent") == 1)
        apply_all(pilot)
        await wait_until(pilot, lambda: set(states()) == {""})
        await at_rest(pilot)

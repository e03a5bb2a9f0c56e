"""The Sync page and Needs attention: what is on its way, what was refused, handed over, or there twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sellmode_contract.mutations import Accept, Discard, Dismiss, Merge, Park
from sellmode_tui.journal.losses import Loss, note_loss
from sellmode_tui.journal.schema import committing
from sellmode_tui.records import Duplicate
from sellmode_tui.screens.changes.attention import AttentionScreen
from sellmode_tui.screens.changes.attention_details import DuplicateScreen, HandedOverScreen, LostScreen, RefusedScreen
from sellmode_tui.screens.changes.resend_form import ResendForm
from sellmode_tui.screens.changes.sync_page import SyncScreen
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.merge_form import MergeForm, told_apart
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.sync.status import Line
from sellmode_tui.widgets.choice import Choice
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.status_line import StatusLine
from tests.tui.screens import counter, writing
from tests.tui.screens.counter import NOW, ONLINE, tell_status, wait_until
from tests.tui.screens.writing import (
    CLARA,
    PAIR,
    PARKED,
    TEUN,
    app_of,
    at_rest,
    at_the_counter,
    field,
    outbox,
    put,
    read,
    said,
    save,
    shows,
    store_of,
    told,
    trouble,
)


@pytest.fixture(autouse=True)
def _files(data: Path) -> None:
    writing.files(data)


def rows(pilot: Pilot[None]) -> list[tuple[str, ...]]:
    """The rows of the list that is open."""
    table: Any = pilot.app.screen.query_one(RowTable)
    return [row.cells for row in table._source.rows(0, 1000)] if table._source else []


def line(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(StatusLine).text


async def refused(pilot: Pilot[None], detail: str = "Someone has changed this field since.") -> None:
    """A phone number and the note after it that were refused."""
    store_of(pilot).customers.edit(CLARA.id, set={"phone": "+31 6 5550 7777"})
    writing.refuse(pilot, "conflict", detail, "phone")
    await at_rest(pilot)


async def opened(pilot: Pilot[None], what: str, page: type[Any]) -> None:
    """Open the first of a sort in Needs attention."""
    await pilot.press("f3")
    await shows(pilot, AttentionScreen)
    await wait_until(pilot, lambda: bool(rows(pilot)))
    place = next(number for number, row in enumerate(rows(pilot)) if row[0] == what)
    await pilot.press("home", *["down"] * place, "enter")
    await shows(pilot, page)


# ------------------------------------------------------------------ Sync


async def test_what_is_not_sent_is_listed_in_words_and_grows_while_it_is_seen() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("f4")
        await shows(pilot, SyncScreen)
        assert "All your changes have reached the server." in pilot.app.screen.query_one(RowTable).empty_text
        store_of(pilot).customers.edit(CLARA.id, set={"phone": "+31 6 5550 7777"})
        writing.fail(pilot, "The server could not store it: its disk is full.")
        store_of(pilot).customers.write_note(CLARA.id, "Came by.")
        app_of(pilot).status.tell_changed(app_of(pilot).current.account)  # type: ignore[arg-type]  # it is open
        await wait_until(pilot, lambda: len(rows(pilot)) == 2)
        await at_rest(pilot)
        assert rows(pilot) == [
            ("phone number of Clara Lindqvist", "14:02", "tried 1 time"),
            ("note about Clara Lindqvist", "14:02", "not sent yet"),
        ]
        assert "The server said: The server could not store it" in said(pilot, "#below")
        assert "2 not sent: F4" in line(pilot)
        await pilot.press("f4")
        await shows(pilot, CustomersScreen)


async def test_the_line_is_told_in_whole_sentences_as_it_changes() -> None:
    async with at_the_counter() as pilot:
        await pilot.press("f4")
        await shows(pilot, SyncScreen)
        assert said(pilot, "#above") == "ONLINE since 14:02; last synced 14:02."
        since = NOW - dt.timedelta(minutes=30)
        tell_status(
            app_of(pilot),
            replace(ONLINE, line=Line.OFFLINE, since=since, problem="The server cannot be reached.", synced_at=since),
        )
        await wait_until(pilot, lambda: "OFFLINE since 13:32; last synced 13:32." in said(pilot, "#above"))
        assert "The server cannot be reached." in said(pilot, "#above")
        await pilot.press("r")
        await at_rest(pilot)
        assert "Trying again. Last error: The server cannot be reached." in told(pilot)
        tell_status(app_of(pilot), replace(ONLINE, line=Line.SIGNED_OUT, problem="The server refused: it has ended"))
        await wait_until(pilot, lambda: "Please sign in again: F9." in said(pilot, "#above"))
        await pilot.press("r")
        await at_rest(pilot)
        assert any(text.startswith("Please sign in again: F9.") for text in told(pilot))


# ------------------------------------------------------------------ refused


async def test_the_list_names_each_sort() -> None:
    async with at_the_counter() as pilot:
        await refused(pilot)
        await wait_until(pilot, lambda: "2 need attention: F3" in line(pilot))
        await pilot.press("f3")
        await shows(pilot, AttentionScreen)
        await wait_until(pilot, lambda: len(rows(pilot)) == 2)
        assert [row[0] for row in rows(pilot)] == ["refused", "to review"]
        assert rows(pilot)[1][1] == f"phone number of Clara Lindqvist, by {TEUN.name}"


async def test_what_was_refused_is_edited_and_sent_again() -> None:
    async with at_the_counter() as pilot:
        await refused(pilot)
        await opened(pilot, "refused", RefusedScreen)
        text = said(pilot, "VerticalScroll > Static")
        for part in ("Someone has changed this field since.", "+31 6 5550 7777", CLARA.phone):
            assert part in text
        await pilot.press("e")
        await shows(pilot, ResendForm)
        assert trouble(pilot) == "Not saved: check Phone number."
        put(pilot, "phone", "12")
        await save(pilot)
        assert "Not a valid phone number" in str(field(pilot, "phone").query(".field-said").last().render())
        put(pilot, "phone", "+31 6 5550 8888")
        await pilot.press("f2")
        await shows(pilot, AttentionScreen)
        assert read(pilot).customer.phone == "+31 6 5550 8888"
        assert [each.words for each in store_of(pilot).changes.unsent()] == ["phone number of Clara Lindqvist"]
        await wait_until(pilot, lambda: len(rows(pilot)) == 1)


async def test_what_was_refused_is_sent_again_as_it_is() -> None:
    async with at_the_counter() as pilot:
        await refused(pilot)
        await opened(pilot, "refused", RefusedScreen)
        await pilot.press("s")
        await shows(pilot, AttentionScreen)
        assert "Sent again." in told(pilot)
        assert read(pilot).customer.phone == "+31 6 5550 7777"


async def test_what_was_refused_is_handed_over() -> None:
    async with at_the_counter() as pilot:
        await refused(pilot)
        await opened(pilot, "refused", RefusedScreen)
        await pilot.press("h")
        await shows(pilot, AttentionScreen)
        assert isinstance(outbox(pilot).waiting()[-1].operation, Park)
        assert outbox(pilot).tray.items() == []


async def test_what_was_refused_is_copied_without_a_line_break() -> None:
    async with at_the_counter() as pilot:
        await refused(pilot)
        await opened(pilot, "refused", RefusedScreen)
        await pilot.press("c")
        await at_rest(pilot)
        assert pilot.app.clipboard == "phone number of Clara Lindqvist; phone number: +31 6 5550 7777"


async def test_what_was_refused_is_discarded_only_when_that_is_said_twice() -> None:
    async with at_the_counter() as pilot:
        await refused(pilot)
        await opened(pilot, "refused", RefusedScreen)
        await pilot.press("x")
        await shows(pilot, ConfirmBox)
        await pilot.press("escape")
        await shows(pilot, RefusedScreen)
        assert len(outbox(pilot).tray.items()) == 1
        await pilot.press("x")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await shows(pilot, AttentionScreen)
        assert outbox(pilot).tray.items() == []
        await wait_until(pilot, lambda: "1 needs attention: F3" in line(pilot))


async def test_what_somebody_has_seen_to_elsewhere_closes() -> None:
    async with at_the_counter() as pilot:
        await refused(pilot)
        await opened(pilot, "refused", RefusedScreen)
        store_of(pilot).changes.discard(outbox(pilot).tray.items()[0].mid)  # in another window
        app_of(pilot).status.tell_changed(app_of(pilot).current.account)  # type: ignore[arg-type]  # it is open
        await shows(pilot, AttentionScreen)
        assert "This no longer needs attention." in told(pilot)


async def test_refused_text_from_anywhere_is_drawn_as_text() -> None:
    async with at_the_counter() as pilot:
        await refused(pilot, "[bold]no[/bold] \x1b]0;title\x07")
        await opened(pilot, "refused", RefusedScreen)
        assert "[bold]no[/bold] ␛]0;title␇" in said(pilot, "VerticalScroll > Static")


# ------------------------------------------------------------------ handed over


async def test_what_was_handed_over_is_accepted() -> None:
    async with at_the_counter() as pilot:
        await opened(pilot, "to review", HandedOverScreen)
        text = said(pilot, "VerticalScroll > Static")
        assert f"Requested by {TEUN.name}, yesterday 14:02." in text
        await pilot.press("a")
        await shows(pilot, AttentionScreen)
        assert outbox(pilot).waiting()[0].operation == Accept(id=PARKED.id)
        assert read(pilot).customer.phone == "+31 6 5550 1234"
        await wait_until(pilot, lambda: rows(pilot) == [])


async def test_what_was_handed_over_is_rejected() -> None:
    async with at_the_counter() as pilot:
        await opened(pilot, "to review", HandedOverScreen)
        await pilot.press("x")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await shows(pilot, AttentionScreen)
        assert outbox(pilot).waiting()[0].operation == Discard(id=PARKED.id)
        assert read(pilot).customer.phone == CLARA.phone


# ------------------------------------------------------------------ duplicates


@pytest.fixture
def _manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELLMODE_DATA_DIR", str(tmp_path / "manager"))
    writing.files(tmp_path / "manager", "mira")


@pytest.mark.usefixtures("_manager")
async def test_a_manager_who_does_not_see_the_two_chooses_who_stays() -> None:
    async with at_the_counter("mira") as pilot:
        await opened(pilot, "duplicate", DuplicateScreen)
        shown = said(pilot, "VerticalScroll > Static")
        assert "Same e-mail." in shown
        assert "You cannot see the details of both" in shown
        assert CLARA.phone not in shown
        await pilot.press("m")
        await shows(pilot, MergeForm)
        assert "Values that only one of them has are kept." in said(pilot, ".merge-told")
        await pilot.press("right", "f2")
        await shows(pilot, AttentionScreen)
        assert outbox(pilot).waiting()[0].operation == Merge(id=PAIR.id, keep=PAIR.customers[1])


async def test_a_manager_merges_field_by_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELLMODE_DATA_DIR", str(tmp_path / "team"))
    mira = counter.account_of(writing.WORLD, "mira")
    counter.make_account(tmp_path / "team", mira, "team", [*writing.records(), writing.KLARA])
    async with at_the_counter("mira") as pilot:
        await opened(pilot, "duplicate", DuplicateScreen)
        assert "Same e-mail." in said(pilot, "VerticalScroll > Static")
        await pilot.press("m")
        await shows(pilot, MergeForm)
        assert "The stricter consent applies" in said(pilot, ".merge-told")
        assert field(pilot, "phone").state == "0"
        await pilot.press("right")  # Klara's record
        field(pilot, "family_name").query_one(Choice).focus()
        await pilot.press("right")
        await pilot.press("f2")
        await shows(pilot, AttentionScreen)
        assert outbox(pilot).waiting()[0].operation == Merge(
            id=PAIR.id, keep=PAIR.customers[1], take=("given_name", "phone")
        )
        await wait_until(pilot, lambda: not [row for row in rows(pilot) if row[0] == "duplicate"])


@pytest.mark.usefixtures("_manager")
async def test_a_manager_keeps_two_people_apart_and_hears_what_waits_elsewhere() -> None:
    async with at_the_counter("mira") as pilot:
        await pilot.press("f3")
        await shows(pilot, AttentionScreen)
        await wait_until(pilot, lambda: "1 edit awaiting review by the customer's owner." in said(pilot, "#above"))
        await pilot.press("enter")
        await shows(pilot, DuplicateScreen)
        await pilot.press("x")
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await shows(pilot, AttentionScreen)
        assert outbox(pilot).waiting()[0].operation == Dismiss(id=PAIR.id)


async def test_nothing_needs_attention() -> None:
    async with at_the_counter() as pilot:
        store_of(pilot).changes.discard_parked(PARKED.id)
        await pilot.press("f3")
        await shows(pilot, AttentionScreen)
        table = pilot.app.screen.query_one(RowTable)
        await wait_until(pilot, lambda: table.count is not None and table.count.n == 0)
        assert table.empty_text.startswith("Nothing needs your attention.")


def test_two_of_the_same_name_are_told_apart() -> None:
    assert told_apart(_pair("Clara Lind", "Klara Lind")) == ("Clara Lind", "Klara Lind")
    assert told_apart(_pair("Clara Lind", "Clara Lind")) == ("Clara Lind (1)", "Clara Lind (2)")


def _pair(*names: str) -> Duplicate:
    one, other = names
    return Duplicate(
        id="p", customers=("1", "2"), names=(one, other), owners=("", ""), matched=("email",), differences=()
    )


# ------------------------------------------------------------------ what damage has taken


async def test_what_damage_has_taken_stands_there_until_it_was_seen() -> None:
    async with at_the_counter() as pilot:
        account = app_of(pilot).current.account
        assert account is not None
        journal = account.workspace.session.journal
        with journal._using() as connection, committing(connection):
            note_loss(connection, Loss(0, NOW, changes=2, refused=0, filters=0, drafts=1, kept_as="journal-x.db"))
        app_of(pilot).status.tell_changed(account)
        await wait_until(pilot, lambda: "need attention: F3" in line(pilot))
        await opened(pilot, "lost", LostScreen)
        page = " ".join(said(pilot, "VerticalScroll > Static").split())
        assert "Lost to a damaged file: 2 unsent changes, 1 draft" in page
        assert "kept on this terminal as journal-x.db" in page
        await pilot.press("a")
        await shows(pilot, AttentionScreen)
        assert "Marked as seen." in told(pilot)
        await wait_until(pilot, lambda: "lost" not in [row[0] for row in rows(pilot)])
        assert journal.outbox.tray.losses() == []

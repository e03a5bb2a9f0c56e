"""The inbox and a talk on the screen: who waits, taking one, answering while lines come, what is told of new ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from sellmode_contract import wire
from sellmode_contract.mutations import Claim, Create, Edit, MarkSeen
from sellmode_tui.account import folders
from sellmode_tui.screens.inbox.boxes import AnsweredBox, CloseBox, LooksBox, TextsBox
from sellmode_tui.screens.inbox.customer_forms import RequestCustomerForm, WhoBox
from sellmode_tui.screens.inbox.list_page import InboxScreen
from sellmode_tui.screens.inbox.talk_page import TalkScreen
from sellmode_tui.screens.inbox.task_form import RequestTaskForm
from sellmode_tui.screens.lookbooks.product_picks import ProductPicksScreen
from sellmode_tui.widgets.tab_line import TabLine
from tests.tui.screens import counter, looking, requesting
from tests.tui.screens.counter import wait_until
from tests.tui.screens.drafting import is_kept, stored, unlock
from tests.tui.screens.requesting import (
    ALSO_MINE,
    BY_MAIL,
    KIM,
    MINE,
    at_the_inbox,
    details,
    go_to_inbox,
    line,
    names,
    open_talk,
    view,
)
from tests.tui.screens.writing import (
    ANNA,
    BO,
    CLARA,
    app_of,
    at_rest,
    outbox,
    said,
    save,
    shows,
    store_of,
    told,
    type_in,
)


async def inbox(pilot: Pilot[None]) -> None:
    await go_to_inbox(pilot)


async def own(pilot: Pilot[None]) -> None:
    await go_to_inbox(pilot)
    await view(pilot, 1)


async def store(pilot: Pilot[None]) -> None:
    await go_to_inbox(pilot)
    await view(pilot, 2)


async def unclaimed(pilot: Pilot[None]) -> None:
    await go_to_inbox(pilot)
    await open_talk(pilot, KIM)


async def talk(pilot: Pilot[None]) -> None:
    await own(pilot)
    await open_talk(pilot, MINE)


async def writing(pilot: Pilot[None]) -> None:
    await own(pilot)
    page = await open_talk(pilot, MINE)
    for each in (MINE, ALSO_MINE):
        tell_writing(pilot, each.id)
    await wait_until(pilot, lambda: len(page._writing) == 2)
    for timer in page._writing.values():
        timer.pause()  # the picture may take its time
    await at_rest(pilot)


def tell_writing(pilot: Pilot[None], request: str) -> None:
    """As sync does."""
    app = app_of(pilot)
    assert app.current.account is not None
    app.status.tell_writing(app.current.account, request)


SCENES: dict[str, tuple[Any, str, tuple[int, int]]] = {
    "inbox": (inbox, "anna", (80, 24)),
    "inbox_wide": (inbox, "anna", (120, 40)),
    "store": (store, "mira", (80, 24)),
    "own": (own, "anna", (80, 24)),
    "unclaimed": (unclaimed, "anna", (80, 24)),
    "talk": (talk, "anna", (80, 24)),
    "talk_wide": (talk, "anna", (120, 40)),
    "writing": (writing, "anna", (80, 24)),
    "writing_wide": (writing, "anna", (120, 40)),
}


@pytest.mark.parametrize("name", SCENES)
def test_scene(name: str, snap_compare: Any, data: Path) -> None:
    act, user_name, size = SCENES[name]
    requesting.files(data, user_name)

    async def run(pilot: Pilot[None]) -> None:
        await counter.signed_in(pilot)
        await act(pilot)

    assert snap_compare(counter.counter(user_name=user_name), terminal_size=size, run_before=run)


async def test_what_waits_longest_comes_first_and_one_that_names_somebody_is_theirs_first(data: Path) -> None:
    requesting.files(data)
    async with at_the_inbox() as pilot:
        page = await view(pilot, 0)
        assert names(page) == ["Noor", "Leo", "Kim de Vries"]
        assert names(await view(pilot, 1)) == ["Jo", "Sam Okafor", "Ana"]
        await view(pilot, 1)
        assert names(page) == ["Noor", "Jo", "Leo", "Sam Okafor", "Kim de Vries", "Ana", "Eva", "Max"]
        assert names(await view(pilot, 1)) == ["Pim"]


async def test_one_is_taken_answered_and_closed_and_all_of_it_is_on_its_way(data: Path) -> None:
    requesting.files(data)
    async with at_the_inbox() as pilot:
        page = await open_talk(pilot, KIM)
        assert not page.area.display
        await pilot.press("a")
        assert told(pilot) == ["Take the request first: t."]
        await pilot.press("t")
        await wait_until(pilot, lambda: page.area.has_focus)
        assert "If a colleague was faster, the server will say so." in page.view.text
        assert told(pilot) == ["Saved: taking the request of Kim de Vries."]
        await type_in(pilot, "Yes, in 38\nand 40?")  # Enter sends it, the rest is the next one
        await wait_until(pilot, lambda: len(details(pilot, KIM).lines) == 1)
        assert page.area.text == "and 40?"
        await pilot.press("ctrl+j", "x", "enter")
        await wait_until(pilot, lambda: [each.line.text for each in details(pilot, KIM).lines][1:] == ["and 40?\nx"])
        await wait_until(pilot, lambda: page.view.text.count("^ on its way") == 2)
        await pilot.press("escape", "c")
        await shows(pilot, CloseBox)
        await type_in(pilot, "sold")
        await pilot.press("enter")
        await wait_until(pilot, lambda: details(pilot, KIM).line.request.outcome == "sold")
        assert [type(each.operation) for each in outbox(pilot).waiting()] == [Claim, Create, Create, Edit]


async def test_what_is_typed_stays_with_its_talk_while_lines_come_and_through_a_lock(data: Path) -> None:
    requesting.files(data)
    async with at_the_inbox() as pilot:
        await view(pilot, 1)
        page = await open_talk(pilot, MINE)
        await type_in(pilot, "Until six")
        await pilot.press("left", "left")
        place = page.area.cursor_location
        requesting.take(pilot, line(MINE, 5, 0, "Hello?"))
        await wait_until(pilot, lambda: "Hello?" in page.view.text)
        await type_in(pilot, "X")
        assert (page.area.text, page.area.cursor_location) == ("Until sXix", (0, place[1] + 1))
        await pilot.press("ctrl+n")
        await wait_until(pilot, lambda: page.one is not None and page.one.request.id == ALSO_MINE.id)
        assert page.area.text == ""
        await pilot.press("ctrl+r")
        await wait_until(pilot, lambda: page.one is not None and page.one.request.id == MINE.id)
        assert page.area.text == "Until sXix"
        await is_kept(pilot, "Until sXix")
        await pilot.press("f10")
        await unlock(pilot)
        await go_to_inbox(pilot)
        await view(pilot, 1)
        page = await open_talk(pilot, MINE)
        assert page.area.text == "Until sXix"
        await pilot.press("enter")
        await wait_until(pilot, lambda: page.area.text == "")
        assert not stored(pilot)


async def test_who_writes_is_said_until_it_is_over_or_the_line_comes_and_what_one_types_is_let_known(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requesting.files(data)
    async with at_the_inbox() as pilot:
        await view(pilot, 1)
        page = await open_talk(pilot, MINE)
        known: list[str] = []
        page._desk.typed = known.append
        shown, talks = page.query_one("#writing", Static), page.query_one("#talks", TabLine)
        for each in (MINE, ALSO_MINE):
            tell_writing(pilot, each.id)
        await wait_until(pilot, lambda: "Ana ..." in talks.text)
        assert (shown.display, str(shown.content)) == (True, "Sam Okafor is writing")
        await at_rest(pilot)
        assert page.view.is_at_end, "no line is hidden by it"
        requesting.take(pilot, msgspec.structs.replace(MINE, lines=5), line(MINE, 5, 0, "Hello?"))
        await wait_until(pilot, lambda: not shown.display)
        assert "Sam Okafor ..." not in talks.text
        assert "Ana ..." in talks.text
        monkeypatch.setattr(wire, "TYPING_SECONDS", 0.2)
        page.customer_writes(MINE.id)
        assert shown.display
        await wait_until(pilot, lambda: not shown.display)
        await type_in(pilot, "Six")
        await wait_until(pilot, lambda: known == [MINE.id] * 3)
        await pilot.press("ctrl+n")
        await wait_until(pilot, lambda: page.one is not None and page.one.request.id == ALSO_MINE.id)
        assert (shown.display, str(shown.content)) == (True, "Ana is writing")
        await pilot.press("ctrl+n")
        await wait_until(pilot, lambda: page.one is not None and page.one.request.id == BY_MAIL.id)
        await type_in(pilot, "Dear Jo")
        await pilot.press("ctrl+n")
        await wait_until(pilot, lambda: page.area.text == "Six")
        await at_rest(pilot)
        assert known == [MINE.id] * 3, "neither an e-mail nor what was typed before"


async def test_only_what_was_on_the_screen_is_marked_as_seen(data: Path) -> None:
    more = [line(MINE, n, 2 - n / 100, f"Line {n}\nof mine") for n in range(5, 40)]
    requesting.files(data, "anna", "associate", msgspec.structs.replace(MINE, lines=39), *more)
    async with at_the_inbox() as pilot:
        await view(pilot, 1)
        assert not outbox(pilot).waiting()
        page = await open_talk(pilot, MINE)
        await wait_until(pilot, lambda: bool(outbox(pilot).waiting()))
        await at_rest(pilot)
        (seen,) = [each.operation for each in outbox(pilot).waiting()]
        assert isinstance(seen, MarkSeen)
        assert seen.n == 39
        page.view.focus()
        await pilot.press("home")
        await at_rest(pilot)
        requesting.take(pilot, msgspec.structs.replace(MINE, lines=40), line(MINE, 40, 0, "The last one"))
        await wait_until(pilot, lambda: "The last one" in page.view.text)
        await at_rest(pilot)
        assert page.view.scroll_offset.y == 0
        assert len(outbox(pilot).waiting()) == 1
        await pilot.press("end")
        await wait_until(pilot, lambda: len(outbox(pilot).waiting()) == 2)


async def test_a_talk_stays_at_its_end_whatever_was_shown_before_and_however_long_the_answer_is(data: Path) -> None:
    requesting.files(data, "anna", "associate", *(line(MINE, n, 2, f"Line {n}") for n in range(5, 40)))
    async with at_the_inbox() as pilot:
        await view(pilot, 1)
        page = await open_talk(pilot, ALSO_MINE)
        for _ in range(2):
            await pilot.press("ctrl+r")
            await wait_until(pilot, lambda: page.one is not None and page.one.request.id == MINE.id)
            await at_rest(pilot)
            assert page.view.is_at_end
            await pilot.press("ctrl+n")
            await wait_until(pilot, lambda: page.one is not None and page.one.request.id == ALSO_MINE.id)
        await pilot.press("ctrl+r")
        await wait_until(pilot, lambda: page.one is not None and page.one.request.id == MINE.id)
        await pilot.press("ctrl+j", "ctrl+j", "ctrl+j")
        await at_rest(pilot)
        assert page.view.is_at_end


async def test_a_new_request_is_told_once_without_a_name_and_rings_only_if_wanted(data: Path) -> None:
    requesting.files(data)
    async with at_the_inbox() as pilot:
        app = app_of(pilot)
        written: list[str] = []
        app.write_to_terminal = written.append  # type: ignore[method-assign, assignment]  # what a terminal would get
        requesting.take(pilot, requesting.request("Zoe", "Hi", 0))
        await wait_until(pilot, lambda: told(pilot) == ["New request: chat. 9 opens the inbox."])
        assert not written
        app.request_bell.choose(rings=True)
        requesting.take(pilot, requesting.request("Yan", "Hi", 0))
        await wait_until(pilot, lambda: bool(written))
        (alert,) = written
        assert alert.startswith("\a")
        assert "Yan" not in alert
        assert folders.known_accounts()[0].rings


async def test_a_customer_is_made_of_a_request_with_consent_in_their_words(data: Path) -> None:
    requesting.files(data)
    async with at_the_inbox() as pilot:
        await view(pilot, 1)
        await open_talk(pilot, BY_MAIL)
        await pilot.press("escape", "o")
        await shows(pilot, WhoBox)
        await pilot.press("enter")  # nobody has this e-mail address
        await shows(pilot, RequestCustomerForm)
        assert "in the customer's words: e-mail" in said(pilot, ".form-quiet")
        await save(pilot)
        await shows(pilot, TalkScreen)
        request = details(pilot, BY_MAIL).line
        profile = store_of(pilot).customers.profile(request.request.customer or "")
        assert profile is not None
        assert (profile.customer.given_name, profile.customer.email) == ("Jo", "jo@example.com")
        (consent,) = profile.consents
        assert consent.evidence.startswith("You may write to me by e-mail. (")
        assert [entry.kind for entry in profile.timeline if entry.kind == "request"]


async def test_an_answer_by_mail_is_copied_and_kept_with_its_way_and_texts_say_what_is_known(data: Path) -> None:
    requesting.files(data)
    async with at_the_inbox() as pilot:
        await view(pilot, 1)
        page = await open_talk(pilot, BY_MAIL)
        await pilot.press("ctrl+t")
        await shows(pilot, TextsBox)
        await type_in(pilot, "open")
        await pilot.press("enter")
        await shows(pilot, TalkScreen)
        assert page.area.text == "Dear Jo, we are open until [day]. Anna Kowalska, Amsterdam Damrak"
        await pilot.press("enter")
        await shows(pilot, AnsweredBox)
        await pilot.press("y")
        await wait_until(pilot, lambda: len(details(pilot, BY_MAIL).lines) == 2)
        assert app_of(pilot).clipboard == "Dear Jo, we are open until [day]. Anna Kowalska, Amsterdam Damrak"
        assert details(pilot, BY_MAIL).lines[1].line.via == "email"
        assert page.area.text == ""


async def test_what_is_sent_before_it_is_known_how_goes_nowhere(data: Path) -> None:
    requesting.files(data)
    async with at_the_inbox() as pilot:
        await view(pilot, 1)
        page = await open_talk(pilot, ALSO_MINE)
        await wait_until(pilot, lambda: page.offers("talk(1)"))
        page.action_talk(1)
        page.area.text = "Hello"
        page.area.action_send()
        await wait_until(pilot, lambda: page.one is not None and page.one.request.id == BY_MAIL.id)
        await at_rest(pilot)
        assert len(details(pilot, BY_MAIL).lines) == 1, "it was asked for by e-mail, and went by chat"
        assert page.area.text == "Hello"


async def test_a_product_is_shown_as_a_card(data: Path) -> None:
    requesting.files(data)
    async with at_the_inbox() as pilot:
        await view(pilot, 1)
        page = await open_talk(pilot, ALSO_MINE)
        await pilot.press("ctrl+g")
        await shows(pilot, ProductPicksScreen)
        await wait_until(pilot, lambda: pilot.app.screen.settled)  # type: ignore[attr-defined]  # the list
        await pilot.press("enter")
        await wait_until(pilot, lambda: "[Wool coat  AV-COAT-1  EUR 289.00]  ^ on its way" in page.view.text)


async def test_who_is_known_is_shown_lookbooks_of_their_own_alone(data: Path) -> None:
    asked = requesting.request("Clara", "Hello?", 3, claimed_by=ANNA.id, customer=CLARA.id)
    of_bo = msgspec.structs.replace(
        looking.WINTER, id=looking.OPERA.id, title="For Bo", customer=BO.id, token="NZXW6YTBOI2DMNZVGQZTGNBVGY"
    )
    requesting.files(data, "anna", "associate", asked, requesting.talk(asked), looking.WINTER, of_bo)
    async with at_the_inbox() as pilot:
        await view(pilot, 1)
        for each, offered in ((asked, ["Winter coats"]), (MINE, ["For Bo", "Winter coats"])):
            await open_talk(pilot, each)
            await pilot.press("ctrl+l")
            await shows(pilot, LooksBox)
            box = pilot.app.screen
            assert isinstance(box, LooksBox)
            assert sorted(pick.label for pick in box._picks) == offered
            await pilot.press("escape")
            await shows(pilot, TalkScreen)
            await pilot.press("escape", "escape")
            await shows(pilot, InboxScreen)


async def test_an_appointment_becomes_a_task_at_the_time_that_was_wished_for(data: Path) -> None:
    asked = requesting.request("Ria", "Could I come by?", 3, way="appointment", claimed_by=ANNA.id)
    requesting.files(
        data, "anna", "associate", asked, requesting.talk(asked, wish="24 dec 3pm", transcript_to="ria@example.com")
    )
    async with at_the_inbox() as pilot:
        await view(pilot, 1)
        page = await open_talk(pilot, asked)
        assert "ria@example.com  they want the talk by e-mail" in page.view.text
        await pilot.press("escape", "n")
        await shows(pilot, RequestTaskForm)
        await save(pilot)
        await shows(pilot, TalkScreen)
        (task,) = store_of(pilot).tasks.agenda().rows(0, 10)
        assert (task.title, task.due and task.due.text) == ("Appointment with Ria", "2026-12-24T15:00")

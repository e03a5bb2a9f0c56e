"""The day's tasks at the counter: looked at, done, put off, dismissed, handed over, made, edited, taken back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.mutations import Create
from sellmode_contract.store_time import Due
from sellmode_tui.screens.changes.attention import AttentionScreen
from sellmode_tui.screens.changes.attention_details import RefusedScreen
from sellmode_tui.screens.changes.resend_form import ResendForm
from sellmode_tui.screens.customers.contact_form import ContactForm
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.screens.customers.note_form import NoteForm
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.kit.confirm import ConfirmBox
from sellmode_tui.screens.kit.why import WhyScreen
from sellmode_tui.screens.lists.choosing import MAX_MARKED
from sellmode_tui.screens.tasks.agenda import AgendaScreen, CustomerTasksScreen
from sellmode_tui.screens.tasks.boxes import DismissBox, HandOverBox, SnoozeBox, TakeBackBox
from sellmode_tui.screens.tasks.form import EditTaskForm, NewTaskForm
from sellmode_tui.screens.tasks.given_tasks import GivenTasksScreen
from sellmode_tui.screens.tasks.view import TaskScreen, TaskView
from sellmode_tui.widgets.row_table import RowTable
from sellmode_tui.widgets.status_line import StatusLine
from sellmode_tui.widgets.suggestions import Suggestions
from sellmode_tui.widgets.tab_line import TabLine
from sellmode_tui.widgets.text_field import TextField
from tests.tui.screens import tasking, writing
from tests.tui.screens.counter import wait_until
from tests.tui.screens.tasking import (
    BIRTHDAY,
    CALL,
    DONE,
    GUIDE,
    HOSTILE,
    LAPSED,
    NOW,
    OPEN,
    SALE,
    TEUNS,
    THANK,
    WINDOW,
    at_cursor,
    at_the_tasks,
    go_to_tasks,
    list_is_there,
    move_to,
    titles,
)
from tests.tui.screens.writing import (
    ANNA,
    BO,
    CLARA,
    MIRA,
    TEUN,
    at_rest,
    field,
    open_profile,
    put,
    save,
    shows,
    store_of,
    told,
)


@pytest.fixture(autouse=True)
def _files(request: pytest.FixtureRequest, data: Path) -> None:
    """Anna's in Associate Mode, unless a test says otherwise."""
    marked = request.node.get_closest_marker("parametrize")
    if marked is None or "user_name" not in str(marked.args[0]):
        tasking.files(data)


def tabs(pilot: Pilot[None]) -> str:
    """The customers' tab and the tasks'."""
    return pilot.app.screen.query(TabLine).first().text.partition("3 Lookbooks")[0].rstrip()


def views(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one("#views", TabLine).text


def status(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(StatusLine).text


def under_list(pilot: Pilot[None]) -> str:
    return writing.said(pilot, "#below")


def line_of(pilot: Pilot[None], task: Any) -> Any:
    return tasking.state(pilot, task).line


# ------------------------------------------------------------------ looking


async def test_the_pages_are_a_key_apart_and_keep_what_was_looked_at() -> None:
    async with at_the_tasks() as pilot:
        assert tabs(pilot) == " 1 Customers  [2 Tasks 3]"
        assert "1 overdue, 2 today" in status(pilot)
        await move_to(pilot, BIRTHDAY)
        await pilot.press("1")
        await shows(pilot, CustomersScreen)
        assert tabs(pilot) == "[1 Customers]  2 Tasks 3"
        await open_profile(pilot)
        await go_to_tasks(pilot)  # from a profile, too
        assert at_cursor(pilot).id == BIRTHDAY.id
        await pilot.press("2", "6")  # where one is; and no rules for an associate
        await at_rest(pilot)
        assert isinstance(pilot.app.screen, AgendaScreen)
        assert len(pilot.app.screen_stack) == 3


async def test_a_form_is_not_left_by_the_key_of_a_page() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("1")
        await open_profile(pilot)
        await pilot.press("n")
        await shows(pilot, NoteForm)
        await pilot.press("2")
        await at_rest(pilot)
        assert isinstance(pilot.app.screen, NoteForm)


async def test_views_by_when_tasks_are_due() -> None:
    async with at_the_tasks() as pilot:
        assert views(pilot) == "[Open 8]  Overdue 1   Today 2   This week 2   Later 3   Done"
        assert sorted(titles(pilot)) == sorted(task.title for task in OPEN)
        expected: dict[str, list[ManualTask | RuleTask]] = {
            "Overdue": [CALL],
            "Today": [WINDOW, THANK],
            "This week": [BIRTHDAY, SALE],
        }
        for name, tasks in expected.items():
            await pilot.press("right")
            await list_is_there(pilot)
            assert f"[{name} {len(tasks)}]" in views(pilot)
            assert titles(pilot) == [task.title for task in tasks]
        await pilot.press("right", "right")
        await list_is_there(pilot)
        assert titles(pilot)[0] == DONE.title
        assert under_list(pilot).endswith(f"done by {ANNA.name}")
        await pilot.press("right")
        await list_is_there(pilot)
        assert views(pilot).startswith("[Open 8]")


async def test_by_customer_and_by_kind() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("v")
        await list_is_there(pilot)
        assert writing.said(pilot, "#arranged") == "by customer"
        by_name = [LAPSED, THANK, CALL, BIRTHDAY]  # of Ångström, Berg, Lindqvist
        assert titles(pilot)[:4] == [task.title for task in by_name]
        await pilot.press("v")
        await list_is_there(pilot)
        assert writing.said(pilot, "#arranged") == "by kind"
        assert titles(pilot)[-1] == tasking.LOOKBOOK.title
        await pilot.press("v")
        await list_is_there(pilot)
        assert writing.said(pilot, "#arranged") == ""


async def test_the_reason_of_a_rules_task_is_told_and_why_one_sees_it() -> None:
    async with at_the_tasks() as pilot:
        await move_to(pilot, THANK)
        assert under_list(pilot) == "Kind: automatic"  # the reason has its column
        await pilot.press("enter")
        await shows(pilot, TaskScreen)
        text = str(pilot.app.screen.query_one("TaskView #text").render())
        assert "Bought 5 days ago." in text
        assert "Dear Bo,\n" in text.replace("   ", "")
        await pilot.press("w")
        await shows(pilot, WhyScreen)
        await pilot.press("escape", "escape")
        await shows(pilot, AgendaScreen)


async def test_beside_the_list_where_there_is_room() -> None:
    async with at_the_tasks(size=(120, 40)) as pilot:
        view = pilot.app.screen.query_one(TaskView)
        assert view.found is not None
        assert view.found.line.id == CALL.id
        await move_to(pilot, GUIDE)
        await list_is_there(pilot)
        assert view.found.line.id == GUIDE.id
        await pilot.press("enter")
        await wait_until(pilot, lambda: view.has_focus)
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen.query_one(RowTable).has_focus)


async def test_counts_are_true_as_time_goes_on() -> None:
    clock = tasking.clock()
    async with at_the_tasks(clock=clock) as pilot:
        clock.now = NOW + dt.timedelta(hours=3)  # the window was due at five
        app = writing.app_of(pilot)
        app.status.look_tasks()
        await wait_until(pilot, lambda: "2 overdue, 1 today" in status(pilot))
        await list_is_there(pilot)
        assert "Overdue 2" in views(pilot)
        assert tabs(pilot) == " 1 Customers  [2 Tasks 3]"
        clock.now = NOW + dt.timedelta(hours=12)  # it is Thursday
        app.status.look_tasks()
        await wait_until(pilot, lambda: "3 overdue" in status(pilot))


async def test_words_find_tasks_by_title_and_customer() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("slash", "l", "i", "n", "d")
        await list_is_there(pilot)
        assert titles(pilot) == [CALL.title, BIRTHDAY.title]
        await pilot.press("enter", "escape")
        await list_is_there(pilot)
        assert len(titles(pilot)) == len(OPEN)


async def test_hostile_text_is_shown_as_it_is() -> None:
    async with at_the_tasks() as pilot:
        store_of(pilot).tasks.create({"title": HOSTILE.title, "due": "2026-11-26"})
        writing.look_again(pilot)
        await list_is_there(pilot)
        await wait_until(pilot, lambda: HOSTILE.title in titles(pilot))
        page = pilot.app.screen
        await pilot.press("d")
        await shows(pilot, DismissBox)
        await pilot.press("escape")
        await shows(pilot, AgendaScreen)
        drawn = "\n".join("".join(part.text for part in page.query_one(RowTable).render_line(y)) for y in range(12))
        assert "[bold]Not bold[/]" in drawn
        assert "\x1b" not in drawn


# ------------------------------------------------------------------ doing


async def test_a_task_is_done_and_undo_takes_that_back() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("c")
        await wait_until(pilot, lambda: CALL.title not in titles(pilot))
        await list_is_there(pilot)
        assert line_of(pilot, CALL).state == "done"
        assert tabs(pilot) == " 1 Customers  [2 Tasks 2]"
        await pilot.press("u")
        await wait_until(pilot, lambda: CALL.title in titles(pilot))
        assert line_of(pilot, CALL).state == "open"


async def test_several_at_once_and_one_undo_for_all() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("x", "x", "x")
        await list_is_there(pilot)
        assert under_list(pilot).startswith("3 marked")
        await pilot.press("x", "up", "x")  # the fourth is marked, and not any more
        await at_rest(pilot)
        await pilot.press("c")
        await wait_until(pilot, lambda: len(titles(pilot)) == len(OPEN) - 3 + 1)
        await at_rest(pilot)
        assert "3 tasks done. u to undo." in told(pilot)
        assert pilot.app.screen.query_one(RowTable).marks == frozenset()
        await pilot.press("u")
        await wait_until(pilot, lambda: len(titles(pilot)) == len(OPEN))


async def test_all_of_a_view_are_marked_and_unmarked() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("right", "right")
        await list_is_there(pilot)
        table = pilot.app.screen.query_one(RowTable)
        await pilot.press("X")
        await wait_until(pilot, lambda: len(table.marks) == 2)
        await pilot.press("escape")
        await wait_until(pilot, lambda: not table.marks)
    assert MAX_MARKED >= 200


async def test_what_was_asked_to_be_marked_in_one_view_is_not_marked_in_another() -> None:
    async with at_the_tasks() as pilot:
        page = pilot.app.screen
        assert isinstance(page, AgendaScreen)
        page.action_mark_all()
        page.action_view(1)  # before the list has told what there is to mark
        await list_is_there(pilot)
        assert page.table.marks == frozenset()
        await pilot.press("escape")
        page.action_mark_all()
        page.action_back()
        await at_rest(pilot)
        assert page.table.marks == frozenset()


async def test_what_has_left_the_list_is_not_marked_any_more() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("x", "x")
        await list_is_there(pilot)
        assert under_list(pilot).startswith("2 marked")
        store_of(pilot).tasks.finish([line_of(pilot, CALL).key])  # in another window
        writing.look_again(pilot)
        await wait_until(pilot, lambda: under_list(pilot).startswith("1 marked"))
        await list_is_there(pilot)
        assert CALL.title not in titles(pilot)


async def test_putting_off_by_a_choice_and_by_typing() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("s")
        await shows(pilot, SnoozeBox)
        await pilot.press("down", "enter")  # in two hours; tomorrow
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: line_of(pilot, CALL).snoozed)
        assert line_of(pilot, CALL).due.text == "2026-11-26"
        await list_is_there(pilot)
        await move_to(pilot, GUIDE)
        await pilot.press("s")
        await shows(pilot, SnoozeBox)
        await writing.type_in(pilot, "yesterday")
        await pilot.press("enter")
        await at_rest(pilot)
        assert "! That is in the past" in writing.said(pilot, ".pick-said")
        box = pilot.app.screen
        box.query_one("TextField").value = "fri 3pm"  # type: ignore[attr-defined]  # a line
        await at_rest(pilot)
        assert writing.said(pilot, ".pick-said") == "= Fri 27 Nov 2026, 15:00"
        await pilot.press("enter")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: line_of(pilot, GUIDE).snoozed)
        assert line_of(pilot, GUIDE).due.text == "2026-11-27T15:00"


async def test_dismissing_takes_a_reason() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("d")
        await shows(pilot, DismissBox)
        await pilot.press("escape")
        await shows(pilot, AgendaScreen)
        assert line_of(pilot, CALL).state == "open"
        await pilot.press("d")
        await shows(pilot, DismissBox)
        await writing.type_in(pilot, "moved away")
        await pilot.press("enter")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: line_of(pilot, CALL).state == "dismissed")
        assert line_of(pilot, CALL).reason == "moved away"


async def test_what_the_task_is_for_begins_and_completes_it() -> None:
    async with at_the_tasks() as pilot:
        await move_to(pilot, THANK)
        await pilot.press("g")
        await shows(pilot, ContactForm)
        assert field(pilot, "channel").value == "email"
        assert str(field(pilot, "summary").value).startswith("Dear Bo,")
        assert writing.said(pilot, ".form-quiet") == f"Task: {THANK.title} · Reach them at {BO.email}."
        assert pilot.app.focused in list(field(pilot, "summary").query("*"))  # a letter would choose another contact
        await save(pilot)
        await shows(pilot, ConfirmBox)
        await pilot.press("y")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: line_of(pilot, THANK).state == "done")
        profile = store_of(pilot).customers.profile(BO.id)
        assert profile is not None
        assert [each.channel for each in profile.contacts] == ["email"]


async def test_a_task_that_asks_for_no_contact_opens_its_customer() -> None:
    async with at_the_tasks() as pilot:
        await move_to(pilot, LAPSED)
        await pilot.press("g")
        await shows(pilot, ProfileScreen)
        assert pilot.app.screen.customer == LAPSED.customer  # type: ignore[attr-defined]  # the profile's
        assert store_of(pilot).changes.unsent() == []


async def test_an_action_without_a_customer_is_told() -> None:
    async with at_the_tasks() as pilot:
        await move_to(pilot, WINDOW)
        await pilot.press("g")
        await wait_until(pilot, lambda: any("has no customer" in text for text in told(pilot)))
        await pilot.press("o")
        await at_rest(pilot)
        assert isinstance(pilot.app.screen, AgendaScreen)


async def test_the_customer_of_a_task_and_the_tasks_of_a_customer() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("o")
        await shows(pilot, ProfileScreen)
        assert pilot.app.screen.customer == CLARA.id  # type: ignore[attr-defined]  # the profile's
        await pilot.press("t")
        await shows(pilot, CustomerTasksScreen)
        await list_is_there(pilot)
        assert titles(pilot) == [CALL.title, BIRTHDAY.title]
        await pilot.press("a")
        await shows(pilot, NewTaskForm)
        put(pilot, "title", "Write to her")
        await pilot.press("f2")
        await shows(pilot, CustomerTasksScreen)
        await wait_until(pilot, lambda: "Write to her" in titles(pilot))
        await pilot.press("escape")
        await shows(pilot, ProfileScreen)


async def test_a_task_that_repeats_has_a_next_one() -> None:
    async with at_the_tasks() as pilot:
        await move_to(pilot, WINDOW)
        await pilot.press("c")
        await wait_until(pilot, lambda: line_of(pilot, WINDOW).state == "done")
        await list_is_there(pilot)
        assert titles(pilot).count(WINDOW.title) == 1  # the one of next week


# ------------------------------------------------------------------ making, editing


async def test_a_task_is_made_with_a_time_as_people_write_it() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("a")
        await shows(pilot, NewTaskForm)
        put(pilot, "title", "Show the scarves")
        put(pilot, "customer", "berg")
        put(pilot, "due", "12/24")
        await at_rest(pilot)
        said = [str(each.render()) for each in pilot.app.screen.query(".field-said") if each.display]
        assert said == ["= Bo Berg", "= Thu 24 Dec 2026"]
        await pilot.press("f2")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: "Show the scarves" in titles(pilot))
        line = next(each for each in pilot.app.screen._rows.items(0, 99) if each.title == "Show the scarves")  # type: ignore[attr-defined]  # the agenda's
        assert (line.customer, line.due.text) == (BO.id, "2026-12-24")


async def test_a_customer_is_picked_from_rows_by_keys_or_the_mouse() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("a")
        await shows(pilot, NewTaskForm)
        customer = field(pilot, "customer")
        rows = customer.query_one(Suggestions)
        meant = store_of(pilot).customers.meant
        letter = next(each for each in "abcdefghijklmnopqrstuvwxyz" if len(meant(each, 50)) > 1)
        found = meant(letter, 50)
        await pilot.press("tab", letter)
        await wait_until(pilot, lambda: rows.is_open)
        assert "Several match; pick one." in str(customer.query(".field-said").last().render())
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: not rows.is_open)
        assert customer.state == found[1].name
        assert field(pilot, "due").query_one(TextField).has_focus
        put(pilot, "customer", "")
        customer.focus_first()
        await pilot.press(letter)
        await wait_until(pilot, lambda: rows.is_open)
        assert await pilot.click(rows, offset=(3, 0))
        await wait_until(pilot, lambda: not rows.is_open)
        assert customer.state == found[0].name
        put(pilot, "title", "Call")
        await pilot.press("f2")
        await shows(pilot, AgendaScreen)
        sent: Any = writing.outbox(pilot).waiting()[0].operation
        assert sent.doc["customer"] == found[0].id


async def test_what_cannot_be_is_said_at_its_field() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("a")
        await shows(pilot, NewTaskForm)
        await save(pilot)
        assert writing.trouble(pilot) == "Not saved: check Title."
        put(pilot, "title", "Something")
        put(pilot, "due", "31 Feb")
        await save(pilot)
        assert writing.trouble(pilot) == "Not saved: check Due."
        put(pilot, "due", "")
        put(pilot, "customer", "nobody of this name")
        await save(pilot)
        assert writing.trouble(pilot) == "Not saved: check Customer."
        put(pilot, "customer", "")
        await pilot.press("f2")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: "Something" in titles(pilot))


async def test_what_was_wrong_is_said_until_it_is_right() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("a")
        await shows(pilot, NewTaskForm)
        put(pilot, "due", "fri at 3")
        await save(pilot)
        assert writing.trouble(pilot) == "Not saved: check Due."
        put(pilot, "due", "fri at 33")
        await at_rest(pilot)
        assert writing.trouble(pilot) == "Not saved: check Due."
        said = str(field(pilot, "due").query(".field-said").last().render())
        assert said == "!! Due: Not a valid time."
        put(pilot, "due", "fri at 15")
        await at_rest(pilot)
        assert writing.trouble(pilot) == ""
        await save(pilot)
        assert writing.trouble(pilot) == "Not saved: check Title."  # which only saving finds
        put(pilot, "due", "fri at 16")
        await at_rest(pilot)
        assert writing.trouble(pilot) == "Not saved: check Title."
        put(pilot, "title", "Call the tailor")
        await at_rest(pilot)
        assert writing.trouble(pilot) == ""


async def test_repeating_needs_a_time_to_begin_with() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("a")
        await shows(pilot, NewTaskForm)
        put(pilot, "title", "Water the plants")
        field(pilot, "repeat").focus_first()
        await pilot.press("w")
        await save(pilot)
        assert writing.trouble(pilot) == "Not saved: check Due."
        put(pilot, "due", "soon")
        await at_rest(pilot)
        assert writing.trouble(pilot) == "Not saved: check Due."
        put(pilot, "due", "fri")
        await at_rest(pilot)
        assert writing.trouble(pilot) == ""
        await pilot.press("f2")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: "Water the plants" in titles(pilot))
        line = next(each for each in pilot.app.screen._rows.items(0, 99) if each.title == "Water the plants")  # type: ignore[attr-defined]  # the agenda's
        details = store_of(pilot).tasks.get(*line.key)
        assert details is not None
        assert isinstance(details.record, ManualTask)
        assert details.record.repeat == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"


async def test_editing_changes_only_what_was_changed() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("e")
        await shows(pilot, EditTaskForm)
        assert field(pilot, "due").state == "2026-11-24 10:00"
        put(pilot, "title", "Call about the camel coat")
        await pilot.press("f2")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: "Call about the camel coat" in titles(pilot))
        changed = tasking.state(pilot, CALL).record
        assert (changed.due, changed.details, changed.customer) == (CALL.due, CALL.details, CLARA.id)
        await pilot.press("u")
        await wait_until(pilot, lambda: CALL.title in titles(pilot))


async def test_another_due_time_counts_although_the_task_was_put_off_meanwhile() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("e")
        await shows(pilot, EditTaskForm)
        store_of(pilot).tasks.snooze([line_of(pilot, CALL).key], Due(dt.date(2026, 12, 1)))  # in another window
        put(pilot, "due", "2026-11-27")
        await save(pilot)
        changed = tasking.state(pilot, CALL).record
        assert (changed.due, changed.snoozed_to) == ("2026-11-27", "")


@pytest.mark.parametrize("user_name", ["anna"])
async def test_a_task_that_was_refused_is_given_to_somebody_else(user_name: str, data: Path) -> None:
    tasking.files(data, user_name, "team")
    async with at_the_tasks() as pilot:
        store_of(pilot).tasks.create({"title": "Call", "assignee": TEUN.id, "due": "2026-12-24T15:00"})
        writing.refuse(pilot, "invalid", "A task can only be given to someone who works in the store.", "assignee")
        await pilot.press("f3")
        await shows(pilot, AttentionScreen)
        await wait_until(pilot, lambda: bool(pilot.app.screen.query_one(RowTable).count))
        await pilot.press("enter")
        await shows(pilot, RefusedScreen)
        await pilot.press("e")
        await shows(pilot, ResendForm)
        assert field(pilot, "due").state == "2026-12-24 15:00"
        assert field(pilot, "assignee").state == TEUN.name
        put(pilot, "assignee", "mir")
        put(pilot, "due", "12/26")
        await pilot.press("f2")
        await shows(pilot, AttentionScreen)
        sent = writing.outbox(pilot).waiting()[0].operation
        assert isinstance(sent, Create)
        assert sent.doc == {"title": "Call", "assignee": MIRA.id, "due": "2026-12-26"}


@pytest.mark.parametrize("user_name", ["anna"])
async def test_a_task_of_a_newer_version_is_shown_edited_and_not_ended(user_name: str, data: Path) -> None:
    newer = ManualTask(
        id="newer", store=writing.STORE, creator=ANNA.id, title="Newer", due="2026-W48", repeat="EVERY=MOON"
    )
    tasking.files(data, user_name, "associate", newer)
    async with at_the_tasks() as pilot:
        await move_to(pilot, newer)
        await pilot.press("c")
        await wait_until(pilot, lambda: any("Only a newer version" in text for text in told(pilot)))
        await pilot.press("e")
        await shows(pilot, EditTaskForm)
        put(pilot, "due", "12/24")
        field(pilot, "repeat").focus_first()
        await pilot.press("n")  # never
        await pilot.press("f2")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: tasking.state(pilot, newer).record.due == "2026-12-24")
        assert tasking.state(pilot, newer).record.repeat == ""


async def test_a_rules_task_is_not_edited() -> None:
    async with at_the_tasks() as pilot:
        await move_to(pilot, THANK)
        await pilot.press("e")
        await wait_until(pilot, lambda: any("Automatic tasks cannot be edited" in text for text in told(pilot)))


# ------------------------------------------------------------------ others


async def test_in_associate_mode_tasks_go_back_to_their_maker_only() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("h")
        await wait_until(pilot, lambda: any("only a manager" in text for text in told(pilot)))
        await move_to(pilot, SALE)
        await pilot.press("h")
        await shows(pilot, HandOverBox)
        await pilot.press("enter")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: SALE.title not in titles(pilot))


@pytest.mark.parametrize("user_name", ["anna"])
async def test_in_team_mode_tasks_are_taken_and_handed_over(user_name: str, data: Path) -> None:
    tasking.files(data, user_name, "team")
    async with at_the_tasks() as pilot:
        assert TEUNS.title in titles(pilot)
        await move_to(pilot, THANK)
        await pilot.press("t")
        await wait_until(pilot, lambda: line_of(pilot, THANK).claimed_by == ANNA.id)
        await list_is_there(pilot)
        assert "taken by you" in under_list(pilot)
        await pilot.press("t")
        await wait_until(pilot, lambda: line_of(pilot, THANK).claimed_by is None)
        await pilot.press("h")
        await shows(pilot, HandOverBox)
        await writing.type_in(pilot, "teun")
        await pilot.press("enter")
        await shows(pilot, AgendaScreen)
        await wait_until(pilot, lambda: line_of(pilot, THANK).whose == TEUN.id)
        await pilot.press("m")
        await list_is_there(pilot)
        assert writing.said(pilot, "#arranged") == "mine"
        assert TEUNS.title not in titles(pilot)


@pytest.mark.parametrize("user_name", ["anna"])
async def test_of_several_the_one_at_fault_is_named_and_gone_to(user_name: str, data: Path) -> None:
    taken = tasking.by_hand("Fold the scarves", "2026-12-24", claimed_by=TEUN.id)
    tasking.files(data, user_name, "team", taken)
    async with at_the_tasks() as pilot:
        await move_to(pilot, GUIDE)
        await pilot.press("X")
        table = pilot.app.screen.query_one(RowTable)
        await wait_until(pilot, lambda: len(table.marks) == len(titles(pilot)))
        await pilot.press("c")
        named = '!! "Fold the scarves": '
        await wait_until(pilot, lambda: any(text.startswith(named) for text in told(pilot)))
        await list_is_there(pilot)
        assert at_cursor(pilot).id == taken.id
        assert line_of(pilot, CALL).state == "open"
        await pilot.press("x", "c")
        await wait_until(pilot, lambda: line_of(pilot, CALL).state == "done")
        assert line_of(pilot, taken).state == "open"


@pytest.mark.parametrize("user_name", ["anna"])
async def test_what_the_head_office_asks_others_for_is_not_marked(user_name: str, data: Path) -> None:
    others = msgspec.structs.replace(tasking.LOOKBOOK, id="teuns", person=TEUN.id, title="Show it to yours")
    tasking.files(data, user_name, "team", others)
    async with at_the_tasks() as pilot:
        table = pilot.app.screen.query_one(RowTable)
        await pilot.press("X")
        await wait_until(pilot, lambda: len(table.marks) == len(titles(pilot)) - 1)
        assert "corporate_task/teuns" not in table.marks
        await pilot.press("h")
        await wait_until(pilot, lambda: any("cannot be handed over" in text for text in told(pilot)))
        await pilot.press("escape")
        await move_to(pilot, others)
        await pilot.press("x")
        await wait_until(
            pilot, lambda: any("only be completed by the person it is for" in text for text in told(pilot))
        )
        assert not table.marks


@pytest.mark.parametrize("user_name", ["mira"])
async def test_a_manager_takes_back_a_task_that_was_given(user_name: str, data: Path) -> None:
    tasking.files(data, user_name)
    async with at_the_tasks(user_name) as pilot:
        await pilot.press("G")
        await shows(pilot, GivenTasksScreen)
        await wait_until(pilot, lambda: pilot.app.screen.settled)  # type: ignore[attr-defined]  # a list's
        await pilot.press("x")
        await shows(pilot, TakeBackBox)
        await pilot.press("enter")
        await shows(pilot, GivenTasksScreen)
        await wait_until(pilot, lambda: store_of(pilot).tasks.given()[0].state == "dismissed")
        assert store_of(pilot).tasks.given()[0].reason == "no longer needed"


async def test_a_lock_leaves_nothing_of_the_tasks() -> None:
    async with at_the_tasks() as pilot:
        await pilot.press("f10")
        await wait_until(pilot, lambda: not isinstance(pilot.app.screen, AgendaScreen))
        assert len(pilot.app.screen_stack) == 2

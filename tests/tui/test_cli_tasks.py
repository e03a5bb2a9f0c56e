"""The commands for tasks, run as a person runs them: kept at once, sent by a sync, refused with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.rule_task import Because, RuleTask, rule_task_id
from sellmode_contract.store_time import Due
from tests.support.hostile import HOSTILE, foreign_controls
from tests.support.machine import Machine
from tests.support.shop import NOON
from tests.tui.test_cli import Desk, open_desk
from tests.tui.test_cli_writing import FIRST, another, at_backend, feed

LONG_AGO = Due(dt.date(2020, 1, 6))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk at which nothing is changed."""
    with open_desk(tmp_path_factory.mktemp("office")) as opened:
        yield opened


def zone(desk: Desk) -> ZoneInfo:
    return ZoneInfo(at_backend(desk.shop, "Retailer")[0].time_zone)


def add(machine: Machine, *arguments: str) -> dict[str, Any]:
    added = machine.ask("tasks", "add", *arguments, "--json")
    assert added.code == 0, added
    return added.objects[0]


def listed(machine: Machine, *arguments: str) -> list[dict[str, Any]]:
    found = machine.ask("tasks", "list", *arguments, "--json")
    assert found.code in (0, 1), found
    return found.objects


def titles(machine: Machine, *arguments: str) -> list[str]:
    return [task["title"] for task in listed(machine, *arguments)]


def far(days: int, time: dt.time | None = None) -> Due:
    """A due time that is to come for years: no test depends on the day on which it runs."""
    return Due(dt.date(2051, 3, 13) + dt.timedelta(days=days), time)


def rule_task(desk: Desk, number: int = 0, occurrence: str = "O-1", due: Due | None = None) -> RuleTask:
    """A task that a rule has made for a customer."""
    person, when = desk.people[number], due or far(3)
    return RuleTask(
        id=rule_task_id("thank-you", person.id, occurrence), store="Alpha", customer=person.id, rule="thank-you",
        occurrence=occurrence, title="Say thank you", message="Dear {given_name}", due=when.text,
        due_at=when.instant(zone(desk)), because=Because(event="purchase", at=NOON),
        action="call", created_at=NOON,
    )  # fmt: skip


# ------------------------------------------------------------------ the list


def test_a_task_is_made_offline_listed_shown_and_sent_by_a_sync(desk: Desk) -> None:
    name = desk.people[0].name
    written = add(desk, "Call about the coat", "--customer", FIRST, "--due", far(14).text, "--action", "call")
    assert (written["nothing"], written["unsent"], "Call about the coat" in written["words"]) == (False, 1, True)
    (task,) = listed(desk)
    assert (task["id"], task["kind"], task["section"], task["customer_name"], task["due"]) == (
        written["id"], "manual_task", "later", name, far(14).text,
    )  # fmt: skip
    table = desk.ask("tasks", "list").out.splitlines()
    assert table[0].split() == ["WHEN", "DUE", "TASK", "CUSTOMER", "WHY", "ID"]
    assert table[1].startswith("later")
    assert table[1].endswith(task["id"][:13])
    shown = desk.ask("tasks", "show", task["id"][:13]).out
    assert "Call about the coat" in shown
    assert f"customer  {name}" in shown
    assert "action    call" in shown
    assert desk.ask("sync").code == 0
    (kept,) = at_backend(desk.shop, "ManualTask")
    assert (kept.title, kept.customer, kept.creator, kept.due) == (
        "Call about the coat", desk.people[0].id, desk.ada.id, far(14).text,
    )  # fmt: skip
    assert desk.ask("unsent").code == 1


def test_title_and_details_come_from_standard_input(desk: Desk) -> None:
    assert feed(desk, "Ask Anna\nShe wants\nthe blue one\n", "tasks", "add", "-", "--due", "tomorrow").code == 0
    (task,) = listed(desk)
    (shown,) = desk.ask("tasks", "show", task["id"], "--json").objects
    assert (shown["title"], shown["details"]) == ("Ask Anna", "She wants\nthe blue one")
    assert feed(desk, "x", "tasks", "edit", task["id"], "--details", "-").code == 0
    (shown,) = desk.ask("tasks", "show", task["id"], "--json").objects
    assert shown["details"] == "x"
    assert feed(desk, "x", "tasks", "add", "-", "--details", "y").code == 2


def test_lists_are_chosen_ordered_and_cut_only_with_a_word(desk: Desk) -> None:
    overdue = ManualTask(
        id="01980000-0000-7000-8000-000000000001", store="Alpha", creator=desk.ada.id, title="Overdue",
        due=LONG_AGO.text, due_at=LONG_AGO.instant(zone(desk)),
    )  # fmt: skip
    corporate = CorporateTask(
        id="corporate-1", store="Alpha", person=desk.ada.id, brief="brief", title="Dress the window"
    )
    desk.shop.write(overdue, rule_task(desk), corporate)
    assert desk.ask("sync").code == 0
    add(desk, "Count scarves")
    add(desk, "Call", "--customer", "C-00003", "--due", far(40).text)
    assert titles(desk)[0] == "Overdue"
    assert titles(desk, "--section", "overdue") == ["Overdue"]
    assert titles(desk, "--section", "overdue", "--section", "later")[:2] == ["Overdue", "Say thank you"]
    assert titles(desk, "--kind", "rule") == ["Say thank you"]
    assert titles(desk, "--kind", "corporate") == ["Dress the window"]
    assert titles(desk, "--customer", FIRST) == ["Say thank you"]
    assert titles(desk, "scar") == ["Count scarves"]
    assert titles(desk, "given00003") == ["Call"]
    assert titles(desk, "--by", "customer")[:2] == ["Say thank you", "Call"]
    (rule,) = listed(desk, "--kind", "rule")
    assert (rule["because"].startswith("bought "), rule["rule"], rule["action"]) == (True, "thank-you", "call")
    some = desk.ask("tasks", "list", "--limit", "2")
    assert len(some.out.splitlines()) == 3
    assert some.err == "2 of 5 tasks; 3 more with a larger --limit.\n"
    assert desk.ask("tasks", "list", "nothing-like-it").code == 1
    (shown,) = desk.ask("tasks", "show", rule["id"][:8], "--json").objects
    assert shown["message"] == f"Dear {desk.people[0].given_name}"
    assert "SUGGESTED MESSAGE" in desk.ask("tasks", "show", rule["id"]).out
    told = desk.ask("why", "task", rule["id"][:8])
    assert "Say thank you is visible to Person ada." in told.out
    assert "whoever can see the customer" in told.out


def test_nothing_to_do_is_told(office: Desk) -> None:
    empty = office.ask("tasks", "list")
    assert (empty.code, empty.out, "Nothing to do" in empty.err) == (1, "", True)
    assert office.ask("tasks", "given").code == 1


# ------------------------------------------------------------------ what becomes of tasks


def test_a_task_is_edited_put_off_done_and_reopened(desk: Desk) -> None:
    id = add(desk, "Call", "--due", far(3).text, "--repeat", "weekly")["id"]
    (task,) = listed(desk)
    assert task["repeats"] is True
    assert "every week" in desk.ask("tasks", "show", id).out
    edited = desk.ask(
        "tasks", "edit", id, "--title", "Write", "--repeat", "", "--action", "email", "--due", far(4).text
    )
    assert edited.code == 0, edited
    (task,) = listed(desk)
    assert (task["title"], task["repeats"], task["action"], task["due"]) == ("Write", False, "email", far(4).text)
    assert desk.ask("tasks", "edit", id, "--due", "", "--action", "none").code == 0
    (task,) = listed(desk)
    assert (task["due"], task["action"]) == (None, None)
    assert desk.ask("tasks", "snooze", id, "--until", f"{far(1).text} 9:30").code == 0
    (task,) = listed(desk)
    assert (task["due"], task["snoozed"]) == (far(1, dt.time(9, 30)).text, True)
    assert desk.ask("tasks", "snooze", id, "--until", "").code == 0
    assert listed(desk)[0]["due"] is None
    assert desk.ask("tasks", "done", id).code == 0
    assert listed(desk) == []
    assert titles(desk, "--section", "done") == ["Write"]
    assert desk.ask("tasks", "reopen", id).code == 0
    assert titles(desk) == ["Write"]
    assert desk.ask("tasks", "dismiss", id, "--reason", "was here").code == 0
    (ended,) = listed(desk, "--section", "done")
    assert (ended["state"], ended["reason"], ended["done_by_name"]) == ("dismissed", "was here", "Person ada")
    assert desk.ask("undo").code == 0
    assert titles(desk) == ["Write"]


def test_the_next_one_of_a_repeating_task_is_there_when_it_is_done(desk: Desk) -> None:
    id = add(desk, "Count", "--due", far(3).text, "--repeat", "FREQ=WEEKLY")["id"]
    assert desk.ask("tasks", "done", id).code == 0
    (following,) = listed(desk)
    assert (following["title"], following["due"]) == ("Count", far(10).text)
    assert desk.ask("sync").code == 0
    assert [task.due for task in at_backend(desk.shop, "ManualTask") if task.state == "open"] == [far(10).text]


def test_several_are_changed_at_once_or_none_and_taken_back_at_once(desk: Desk) -> None:
    ids = [add(desk, f"Task {number}")["id"] for number in range(3)]
    done = desk.ask("tasks", "done", *ids, ids[0])
    assert (done.code, len(done.out.splitlines())) == (0, 3)
    assert listed(desk) == []
    assert desk.ask("undo").code == 0
    assert len(listed(desk)) == 3
    assert desk.ask("tasks", "done", ids[1]).code == 0
    refused = desk.ask("tasks", "dismiss", *ids, "--reason", "x")
    assert (refused.code, refused.out) == (7, "")
    assert "already" in refused.err
    assert f"({ids[1]})" in refused.err
    assert len(listed(desk)) == 2
    unknown = desk.ask("tasks", "done", ids[0], "unknown-task-id")
    assert (unknown.code, len(listed(desk))) == (1, 2)


def test_in_team_mode_a_task_is_taken_handed_over_and_done_by_one(desk: Desk) -> None:
    desk.shop.set_mode("team")
    desk.shop.write(rule_task(desk))
    ben = another(desk, "ben", known=True)
    assert desk.ask("sync").code == 0
    (task,) = listed(desk)
    assert "WHOSE" in desk.ask("tasks", "list").out
    assert desk.ask("tasks", "claim", task["id"]).code == 0
    assert "Person ada (taken)" in desk.ask("tasks", "list").out
    for machine in (desk, ben):
        assert machine.ask("sync").code == 0
    refused = ben.ask("tasks", "done", task["id"])
    assert (refused.code, "Person ada" in refused.err) == (7, True)
    assert desk.ask("tasks", "release", task["id"]).code == 0
    assert desk.ask("tasks", "hand-over", task["id"], "--to", "Person Ben").code == 0
    for machine in (desk, ben):
        assert machine.ask("sync").code == 0
    assert titles(desk, "--mine") == []
    assert titles(ben, "--mine") == ["Say thank you"]
    given = add(desk, "Look", "--for", "ben")
    assert desk.ask("sync").code == 0
    (kept,) = at_backend(desk.shop, "ManualTask")
    assert (kept.id, kept.assignee) == (
        given["id"],
        next(a.id for a in desk.shop.world().accounts if a.user_name == "ben"),
    )


def test_a_manager_gives_tasks_sees_them_and_takes_them_back(desk: Desk) -> None:
    mia = another(desk, "mia", role="manager")
    assert desk.ask("sync").code == 0
    refused = desk.ask("tasks", "add", "Look", "--for", "mia")
    assert (refused.code, "It can be given to ada" in refused.err) == (1, True)
    add(mia, "Look at the window", "--for", "ada", "--due", far(3).text)
    assert listed(mia) == []
    for machine in (mia, desk):
        assert machine.ask("sync").code == 0
    (task,) = listed(desk)
    assert (task["title"], task["given_by"]) == ("Look at the window", "Person mia")
    assert "from Person mia" in desk.ask("tasks", "list").out
    (card,) = mia.ask("tasks", "given", "--json").objects
    assert (card["task"], card["assignee_name"], card["state"], card["due"]) == (
        task["id"], "Person ada", "open", far(3).text,
    )  # fmt: skip
    table = mia.ask("tasks", "given").out
    assert "Look at the window" in table
    assert card["card"][:8] in table
    assert mia.ask("tasks", "withdraw", card["card"][:8], "--reason", "done by phone").code == 0
    assert mia.ask("tasks", "withdraw", "unknown-card").code == 1
    for machine in (mia, desk):
        assert machine.ask("sync").code == 0
    assert listed(desk) == []
    (ended,) = listed(desk, "--section", "done")
    assert (ended["state"], ended["reason"]) == ("dismissed", "done by phone")


# ------------------------------------------------------------------ what cannot be


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["add", "Call", "--due", "31 nov"], 2, "November has no day 31.\n  31 nov\n  ^^^^^^\n"),
        (["add", "Call", "--due", "fri 25:00"], 2, "Not a valid time.\n  fri 25:00\n      ^^^^^\n"),
        (["add", "Call", "--due", "yesterday"], 2, "That is in the past"),
        (["add", "Call", "--due", "3/4"], 2, "This could mean 3 April or 4 March."),
        (["add", "Call", "--due", "\x1b[31mfri"], 2, "Not a valid date."),
        (["add", "Call", "--due", "x" * 10_000], 2, "Too long for a due date"),
        (["add", "Call", "--repeat", "weekly"], 2, "give --due"),
        (["add", "Call", "--due", "fri", "--repeat", "sometimes"], 2, "It repeats daily, weekdays"),
        (["add", "Call", "--due", "fri", "--repeat", "FREQ=SECONDLY"], 2, "FREQ is one of"),
        (["add", " "], 7, "needs a title. (field title)"),
        (["add", "x" * 201], 7, "(field title)"),
        (["add", "Call", "--customer", "C-99999"], 1, "No customer"),
        (["add", "Call", "--customer", "C-00100"], 1, "No customer"),
        (["add", "Call", "--for", "ben"], 1, "It can be given to ada"),
        (["add", "Call", "--action", "fax"], 2, "fax"),
        (["edit", "unknown-task-id", "--title", "x"], 1, "No task unknown-task-id"),
        (["show", "short"], 1, "No task short"),
        (["done"], 2, "TASK"),
        (["dismiss", "unknown-task-id"], 2, "--reason"),
        (["snooze", "unknown-task-id"], 2, "--until"),
        (["claim", "unknown-task-id"], 1, "No task"),
        (["list", "--section", "someday"], 2, "someday"),
        (["list", "--customer", "C-99999"], 1, "No customer"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(office: Desk, arguments: list[str], code: int, says: str) -> None:
    refused = office.ask("tasks", *arguments)
    assert (refused.code, refused.out) == (code, "")
    assert says in refused.err
    assert foreign_controls(refused.err.encode()) == []
    assert office.ask("unsent").code == 1


def test_nothing_to_change_takes_an_option(desk: Desk) -> None:
    id = add(desk, "Call")["id"]
    assert "Name what to change" in desk.ask("tasks", "edit", id).err
    same = desk.ask("tasks", "edit", id, "--title", "Call", "--json")
    assert (same.code, same.objects[0]["nothing"]) == (0, True)
    dismissed = desk.ask("tasks", "dismiss", id, "--reason", " ")
    assert (dismissed.code, "needs a reason" in dismissed.err) == (7, True)
    past = desk.ask("tasks", "snooze", id, "--until", "2020-01-01")
    assert (past.code, "That is in the past" in past.err) == (2, True)


def test_hostile_text_is_kept_unchanged_and_never_obeyed(desk: Desk) -> None:
    texts = [text for text in HOSTILE if text.strip() and len(text) <= 60 and text == text.strip() and "\n" not in text]
    for text in texts[::120]:
        assert feed(desk, f"{text}\n{chr(10).join(texts)}"[:4900], "tasks", "add", "-").code == 0, text
    assert set(titles(desk)) == set(texts[::120])
    for arguments in (["tasks", "list"], ["tasks", "list", "--json"], ["unsent"], ["tasks", "ics", "--todo"]):
        assert foreign_controls(desk.ask(*arguments).out.replace("\r\n", "\n").encode()) == []
    assert foreign_controls(desk.ask("tasks", "show", listed(desk)[0]["id"]).out.encode()) == []


# ------------------------------------------------------------------ the calendar


def events(machine: Machine, *arguments: str) -> list[Any]:
    printed = machine.ask("tasks", "ics", *arguments)
    assert printed.code == 0, printed
    return [each for each in Calendar.from_ical(printed.out).subcomponents if each.name in ("VEVENT", "VTODO")]


def test_a_calendar_file_has_my_open_tasks_without_names_unless_asked(desk: Desk) -> None:
    desk.shop.write(rule_task(desk))
    assert desk.ask("sync").code == 0
    name = desk.people[1].name
    id = add(
        desk, "Call", "--customer", desk.people[1].number, "--due", far(3, dt.time(9, 30)).text, "--details", "Secret"
    )["id"]
    add(desk, "Count", "--due", far(4).text, "--repeat", "weekly")
    add(desk, "Some time")
    add(desk, "Done", "--due", far(5).text)
    assert desk.ask("tasks", "done", listed(desk, "done")[0]["id"]).code == 0
    printed = desk.ask("tasks", "ics")
    assert printed.err == "1 task has no due time and is left out; --todo has all.\n"
    assert name not in printed.out
    assert "Secret" not in printed.out
    assert desk.people[0].name not in printed.out
    plain = {str(event["UID"]): event for event in events(desk)}
    assert sorted(str(event["SUMMARY"]) for event in plain.values()) == ["Call", "Count", "Count", "Say thank you"]
    assert plain[id]["DTSTART"].dt == far(3, dt.time(9, 30)).instant(zone(desk))
    named = {str(event["UID"]): event for event in events(desk, "--with-names")}
    assert named.keys() == plain.keys()
    assert named[id]["SUMMARY"] == f"Call: {name}"
    assert "Secret" in named[id]["DESCRIPTION"]
    assert any("bought " in event["DESCRIPTION"] for event in named.values())
    assert len(events(desk, "--todo")) == 4

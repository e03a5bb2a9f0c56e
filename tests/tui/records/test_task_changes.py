"""What people do with tasks, rules and briefs, one by one and in bulk; and undo of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract import mutations
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import CustomerCard
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.task import Task
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.mutations import Finish
from sellmode_contract.mutations.tasks import following_id
from sellmode_contract.store_time import Due
from sellmode_tui.records import (
    AgendaQuery,
    CannotUndo,
    NothingToUndo,
    NotVisible,
    RefusedAmong,
    Rejected,
    TaskKey,
    Written,
)
from sellmode_tui.records.changes.attention import Refused
from sellmode_tui.records.tasks.lines import SECTIONS
from tests.tui.cache.lines import ME, NOW, STORE, customer
from tests.tui.records.desk import ANNA, OTHERS, Desk, directory, manager, open_desk, seller

CALL = ManualTask(id="call", store=STORE, creator=ME, title="Call", created_at=NOW)
WATER = msgspec.structs.replace(
    CALL,
    id="water",
    title="Water the plants",
    due="2026-11-22",
    due_at=dt.datetime(2026, 11, 22, 23, tzinfo=dt.UTC),
    repeat="FREQ=DAILY",
    repeat_from="2026-11-22",
)
THANK = RuleTask(id="thank", store=STORE, customer=ANNA.id, rule="thank-you", title="Thank")
KEY, WATERING, THANKING = TaskKey("manual_task", "call"), TaskKey("manual_task", "water"), TaskKey("rule_task", "thank")
TOMORROW = Due(dt.date(2026, 11, 23))
RULE = TaskRule(
    id=task_rule_id(None, "thank-you"), slug="thank-you", name="Thank you", trigger="purchase", title="T", offset_days=2
)
LEAD = msgspec.structs.replace(manager(), capabilities=frozenset({"sell", "reassign", "report", "rules"}))
HEAD_OFFICE = seller(role="head_office", capabilities=frozenset({"report", "rules", "announce"}))


@pytest.fixture
def busy(desk: Desk) -> Desk:
    desk.bring(CALL, WATER, THANK)
    return desk


def state(desk: Desk) -> dict[str, Any]:
    """All that is shown of tasks, rules and briefs, but for who has edited them last."""
    lines = desk.records.tasks.agenda(AgendaQuery(SECTIONS)).rows(0, 600)
    found = {line.key: details.record for line in lines if (details := desk.records.tasks.get(*line.key))}
    return {
        "tasks": {key: msgspec.structs.replace(task, edited={}) for key, task in found.items()},
        "given": desk.records.tasks.given(),
        "rules": [msgspec.structs.replace(line.rule, edited={}) for line in desk.records.rules.lines()],
        "briefs": [line.brief for line in desk.records.briefs.lines()],
    }


def settle(desk: Desk) -> None:
    """What waits is sent, and done by the backend."""
    for mid in desk.send():
        desk.answer(mid)


def only_refused(desk: Desk) -> Refused:
    """The one thing that needs attention."""
    (refused,) = desk.records.changes.attention()
    assert isinstance(refused, Refused)
    return refused


# ------------------------------------------------------------------ what is done


def test_a_task_is_made_and_shows_at_once(desk: Desk) -> None:
    written = desk.records.tasks.create(
        {"title": " Call back ", "due": Due(dt.date(2026, 11, 27), dt.time(15)), "customer": ANNA.id, "details": ""}
    )
    (line,) = desk.records.tasks.agenda().rows(0, 9)
    assert (written.words, written.id, written.final) == ('task "Call back"', line.id, False)
    assert (line.title, line.due_words, line.customer_name, line.whose_name) == (
        *("Call back", "Fri 15:00", "Anna Muster", "Ana Ruiz"),
    )
    operation = desk.outbox.waiting()[0].operation
    assert operation == mutations.Create(
        kind="manual_task",
        id=line.id,
        doc={"title": "Call back", "due": "2026-11-27T15:00", "customer": ANNA.id},
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "T", "due": "2026-02-30"}, "due"),
        ({"title": "T", "repeat": "FREQ=DAILY"}, "due"),
        ({"title": "T", "due": "2026-11-23", "repeat": "FREQ=SECONDLY"}, "repeat"),
        ({"title": "T", "assignee": "nobody"}, "assignee"),
        ({"title": "T", "colour": "red"}, "colour"),
        ({"title": "T\ud800"}, "title"),
    ],
)
def test_a_task_that_cannot_be_names_the_field(desk: Desk, fields: dict[str, str], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        desk.records.tasks.create(fields)
    assert refused.value.field == field
    assert desk.outbox.waiting() == []


def test_a_task_about_nobody_known_is_refused(desk: Desk) -> None:
    with pytest.raises(NotVisible):
        desk.records.tasks.create({"title": "T", "customer": "customer-9"})


def test_another_due_time_counts_although_it_was_put_off(busy: Desk) -> None:
    busy.records.tasks.snooze([KEY], TOMORROW)
    busy.records.tasks.edit("manual_task", "call", {"due": Due(dt.date(2026, 11, 25)), "title": "Call "})
    record = state(busy)["tasks"][KEY]
    assert (record.due, record.snoozed_to, record.title) == ("2026-11-25", "", "Call")
    assert busy.outbox.waiting()[1].operation == mutations.Edit(
        kind="manual_task",
        id="call",
        set={"due": "2026-11-25", "snoozed_to": ""},
        was={"due": "", "snoozed_to": "2026-11-23"},
    )
    assert busy.records.tasks.edit("manual_task", "call", {"title": "Call"}).nothing


def test_a_due_time_that_its_author_left_is_no_reason_to_end_a_snooze(busy: Desk) -> None:
    busy.records.tasks.edit("manual_task", "call", {"due": Due(dt.date(2026, 11, 25))})
    busy.records.tasks.snooze([KEY], TOMORROW)
    busy.records.tasks.edit("manual_task", "call", {"due": None, "title": "Write"}, {"due": "", "title": "Call"})
    record = state(busy)["tasks"][KEY]
    assert (record.due, record.snoozed_to, record.title) == ("2026-11-25", "2026-11-23", "Write")


def test_what_its_author_saw_is_kept_beside_an_edit(busy: Desk) -> None:
    busy.records.tasks.edit("manual_task", "call", {"title": "Write"}, {"title": "Cal"})
    assert getattr(busy.outbox.waiting()[0].operation, "was") == {"title": "Cal"}  # noqa: B009 -- of an Operation


def test_several_end_at_once_and_repeat(busy: Desk) -> None:
    written = busy.records.tasks.finish([KEY, THANKING, WATERING, KEY])
    assert [one.id for one in written] == ["call", "thank", "water"]
    tasks = state(busy)["tasks"]
    assert {key.id: task.state for key, task in tasks.items()} == {
        **dict.fromkeys(("call", "thank", "water"), "done"),
        following_id(ME, "water", "2026-11-23"): "open",
    }
    assert busy.wrote == 1, "the sync is told once"


def test_one_that_is_refused_stops_all(busy: Desk) -> None:
    busy.bring(msgspec.structs.replace(CALL, claimed_by=OTHERS))
    with pytest.raises(RefusedAmong) as refused:
        busy.records.tasks.finish([THANKING, KEY])
    assert (refused.value.number, refused.value.code, refused.value.winner) == (1, "already_claimed", OTHERS)
    assert busy.outbox.waiting() == []
    with pytest.raises(RefusedAmong, match="does not exist"):
        busy.records.tasks.snooze([THANKING, TaskKey("manual_task", "unknown")], TOMORROW)
    with pytest.raises(NotVisible):
        busy.records.tasks.finish([TaskKey("manual_task", "unknown")])
    with pytest.raises(Rejected, match="At most 500"):
        busy.records.tasks.finish([TaskKey("manual_task", str(number)) for number in range(501)])
    assert busy.records.tasks.finish([]) == []


def test_dismissing_takes_a_reason(busy: Desk) -> None:
    with pytest.raises(Rejected, match="needs a reason"):
        busy.records.tasks.finish([KEY], "dismissed")
    (written,) = busy.records.tasks.finish([KEY], "dismissed", "moved away")
    assert written.words == 'dismissing the task "Call"'
    (line,) = busy.records.tasks.agenda(AgendaQuery(("done",))).rows(0, 9)
    assert (line.state, line.reason, line.done_by_name) == ("dismissed", "moved away", "Ana Ruiz")
    busy.records.tasks.reopen(*KEY)
    assert KEY in busy.records.tasks.agenda().keys()  # noqa: SIM118 -- of a list


def test_a_task_is_put_off_to_a_time_to_come(busy: Desk) -> None:
    with pytest.raises(Rejected, match="in the future"):
        busy.records.tasks.snooze([KEY], Due(dt.date(2026, 11, 21)))
    busy.records.tasks.snooze([KEY, THANKING], TOMORROW)
    assert {line.due_words for line in busy.records.tasks.agenda().rows(0, 9) if line.snoozed} == {"tomorrow"}
    busy.records.tasks.snooze([KEY, THANKING], None)
    assert not any(line.snoozed for line in busy.records.tasks.agenda().rows(0, 9))


def test_in_team_mode_tasks_go_to_anybody_and_back(busy: Desk) -> None:
    written = busy.records.tasks.hand_over([KEY, THANKING], OTHERS)
    assert [one.words for one in written] == ['handing over the task "Call"', 'handing over the task "Thank"']
    assert {line.whose for line in busy.records.tasks.agenda().rows(0, 9) if line.id != "water"} == {OTHERS}
    busy.records.tasks.hand_over([KEY], ME)
    assert state(busy)["tasks"][KEY].assignee is None, "it is its maker's own again"


def test_a_corporate_task_stays_with_its_person(busy: Desk) -> None:
    key = TaskKey("corporate_task", "window")
    busy.bring(msgspec.convert({"id": "window", "store": STORE, "person": ME, "title": "W"}, CorporateTask))
    for refused in (lambda: busy.records.tasks.hand_over([key], OTHERS), lambda: busy.records.tasks.claim(*key)):
        with pytest.raises(Rejected, match=r"cannot be (handed over|taken)"):
            refused()


def test_the_first_to_take_a_task_has_it(busy: Desk) -> None:
    """The other one is told who."""
    written = busy.records.tasks.claim(*THANKING)
    assert state(busy)["tasks"][THANKING].claimed_by == ME
    busy.refuse(written.mid, "already_claimed", detail="A colleague has taken it.", winner=OTHERS)
    refused = only_refused(busy)
    assert refused.reason == "A colleague has taken it: Bo Meyer."
    assert (refused.words, refused.can_hand_over) == ('taking the task "Thank"', False)
    busy.bring(msgspec.structs.replace(THANK, claimed_by=OTHERS))
    with pytest.raises(Rejected) as late:
        busy.records.tasks.claim(*THANKING)
    assert late.value.winner == OTHERS


def test_who_ended_a_task_first_is_told_with_the_time(busy: Desk) -> None:
    (written,) = busy.records.tasks.finish([KEY], "done")
    busy.bring(
        msgspec.structs.replace(CALL, state="done", done_by=OTHERS, done_at=dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC))
    )
    busy.refuse(written.mid, "already_done", detail="It has already been completed or dismissed.", winner=OTHERS)
    assert only_refused(busy).reason == (
        "It has already been completed or dismissed: Bo Meyer, Sun 22 Nov 2026, 10:00."
    )


def test_a_refused_reason_is_sent_again_with_another(busy: Desk) -> None:
    (written,) = busy.records.tasks.finish([KEY], "dismissed", "bad")
    busy.refuse(written.mid, "invalid", field="reason")
    refused = only_refused(busy)
    assert [(value.field, value.mine) for value in refused.values] == [("reason", "bad")]
    busy.records.changes.resend(written.mid, {"reason": "better"})
    assert busy.outbox.waiting()[0].operation == Finish(kind="manual_task", id="call", how="dismissed", reason="better")


def test_people_in_values_have_their_names(busy: Desk) -> None:
    written = busy.records.tasks.create({"title": "New", "assignee": OTHERS, "customer": ANNA.id})
    busy.refuse(written.mid)
    texts = {value.field: value.mine_text for value in only_refused(busy).values}
    assert texts == {"title": "New", "assignee": "Bo Meyer"}
    assert "assignee: Bo Meyer" in busy.records.changes.copy_text(written.mid)
    busy.records.changes.discard(written.mid)
    handed = busy.records.tasks.hand_over([KEY], OTHERS)[0]
    busy.refuse(handed.mid)
    (value,) = only_refused(busy).values
    assert (value.mine, value.mine_text, value.present_text) == (OTHERS, "Bo Meyer", "")


def test_a_refused_edit_is_sent_again_on_what_stands_now(busy: Desk) -> None:
    written = busy.records.tasks.edit("manual_task", "call", {"title": "Write"})
    busy.refuse(written.mid)
    busy.bring(msgspec.structs.replace(CALL, title="Visit"))
    refused = only_refused(busy)
    (value,) = refused.values
    assert (value.label, value.mine, value.present) == ("title", "Write", "Visit")
    busy.records.changes.resend(written.mid)
    assert getattr(busy.outbox.waiting()[0].operation, "was") == {"title": "Visit"}  # noqa: B009 -- of an Operation


# ------------------------------------------------------------------ undo


Change = Callable[[Desk], Written | list[Written]]
_EACH: dict[str, Change] = {
    "create": lambda desk: desk.records.tasks.create({"title": "New", "due": "2026-12-24", "customer": ANNA.id}),
    "create for somebody": lambda desk: desk.records.tasks.create({"title": "New", "assignee": OTHERS}),
    "edit": lambda desk: desk.records.tasks.edit("manual_task", "call", {"title": "Write", "due": "2026-12-24"}),
    "snooze": lambda desk: desk.records.tasks.snooze([THANKING], TOMORROW),
    "finish": lambda desk: desk.records.tasks.finish([KEY]),
    "finish a repeating one": lambda desk: desk.records.tasks.finish([WATERING]),
    "dismiss": lambda desk: desk.records.tasks.finish([THANKING], "dismissed", "no"),
    "hand over": lambda desk: desk.records.tasks.hand_over([KEY], OTHERS),
    "hand over a rule's": lambda desk: desk.records.tasks.hand_over([THANKING], OTHERS),
    "claim": lambda desk: desk.records.tasks.claim(*THANKING),
    "several": lambda desk: desk.records.tasks.finish([KEY, WATERING, THANKING]),
    "several put off": lambda desk: desk.records.tasks.snooze([KEY, THANKING], TOMORROW),
}


@pytest.mark.parametrize("name", _EACH)
@pytest.mark.parametrize("sent", [False, True])
def test_each_change_can_be_taken_back(busy: Desk, name: str, *, sent: bool) -> None:
    before = state(busy)
    written = _EACH[name](busy)
    assert state(busy) != before
    if sent:
        settle(busy)
    undone = busy.records.changes.undo()
    assert state(busy) == before
    assert undone.how == ("inverse" if sent else "withdrawn")
    first = written[0] if isinstance(written, list) else written
    more = len(written) - 1 if isinstance(written, list) else 0
    assert undone.words == (f"{first.words} and {more} more" if more else first.words)
    if sent:
        settle(busy)
    with pytest.raises(NothingToUndo):
        busy.records.changes.undo()


def test_removing_is_taken_back_by_making_it_anew(busy: Desk) -> None:
    busy.records.remove("manual_task", "call")
    settle(busy)
    busy.records.changes.undo()
    (made,) = [task for key, task in state(busy)["tasks"].items() if task.title == "Call"]
    assert msgspec.structs.replace(made, id="call") == CALL


_SERIES = msgspec.structs.replace(
    WATER,
    repeat="FREQ=DAILY;COUNT=5",
    repeat_from="2026-11-20",
    series="first",
    snoozed_to="2026-11-25",
    due_at=dt.datetime(2026, 11, 25, 23, tzinfo=dt.UTC),
)


@pytest.mark.parametrize("snoozed_to", ["2026-11-25", ""])
def test_a_series_goes_on_where_it_was_when_a_removal_is_taken_back(busy: Desk, snoozed_to: str) -> None:
    due_at = _SERIES.due_at if snoozed_to else WATER.due_at
    task = msgspec.structs.replace(_SERIES, snoozed_to=snoozed_to, due_at=due_at)
    busy.bring(task)
    busy.records.remove("manual_task", "water")
    settle(busy)
    busy.records.changes.undo()
    (made,) = [task for key, task in state(busy)["tasks"].items() if task.title == WATER.title]
    assert made.id != "water"
    assert msgspec.structs.replace(made, id="water") == task


def test_a_series_goes_on_where_it_was_when_another_repetition_is_taken_back(busy: Desk) -> None:
    for changes in ({"repeat": "FREQ=WEEKLY"}, {"repeat": ""}, {"repeat": "FREQ=WEEKLY", "due": "2026-12-01"}):
        busy.bring(_SERIES)
        before = state(busy)
        busy.records.tasks.edit(*WATERING, changes)
        assert state(busy)["tasks"][WATERING].repeat_from != _SERIES.repeat_from
        settle(busy)
        busy.records.changes.undo()
        assert state(busy) == before
        settle(busy)


@pytest.mark.parametrize("claimed_by", [ME, OTHERS])
@pytest.mark.parametrize("task", [CALL, THANK], ids=lambda task: task.title)
def test_a_claim_comes_back_with_its_task(busy: Desk, task: Task, claimed_by: str) -> None:
    key = TaskKey("manual_task" if isinstance(task, ManualTask) else "rule_task", task.id)
    busy.bring(msgspec.structs.replace(task, claimed_by=claimed_by))
    before = state(busy)
    busy.records.tasks.hand_over([key], OTHERS)
    assert state(busy)["tasks"][key].claimed_by is None
    settle(busy)
    busy.records.changes.undo()
    assert state(busy) == before


def test_a_claim_does_not_come_back_over_a_new_one(busy: Desk) -> None:
    busy.bring(msgspec.structs.replace(CALL, claimed_by=ME))
    busy.records.tasks.hand_over([KEY], OTHERS)
    settle(busy)
    busy.bring(msgspec.structs.replace(CALL, assignee=OTHERS, claimed_by=OTHERS))
    with pytest.raises(CannotUndo, match="Someone has changed this field since"):
        busy.records.changes.undo()


def test_reopening_is_taken_back_by_ending_it(busy: Desk) -> None:
    busy.records.tasks.finish([KEY], "dismissed", "no")
    busy.records.tasks.reopen(*KEY)
    settle(busy)
    busy.records.changes.undo()
    task = state(busy)["tasks"][KEY]
    assert (task.state, task.reason) == ("dismissed", "no")


def test_a_bulk_of_which_some_is_sent_is_taken_back_as_one(busy: Desk) -> None:
    before = state(busy)
    busy.records.tasks.finish([KEY, WATERING, THANKING])
    (entry,) = busy.outbox.batch(1, 1 << 20)
    busy.answer(entry.mid)
    busy.records.changes.undo()
    assert state(busy) == before
    assert [entry.undoes is None for entry in busy.outbox.waiting()] == [False]
    with pytest.raises(NothingToUndo):
        busy.records.changes.undo()


def test_a_bulk_of_which_one_cannot_be_taken_back_stays_as_it_is(busy: Desk) -> None:
    busy.records.tasks.finish([KEY, WATERING, THANKING])
    (entry,) = busy.outbox.batch(1, 1 << 20)
    busy.answer(entry.mid)
    busy.cache.finish(at=NOW)
    busy.bring(msgspec.structs.replace(CALL, state="done", done_by=OTHERS, done_at=NOW))
    with pytest.raises(CannotUndo, match="Only the person who ended a task") as cannot:
        busy.records.changes.undo()
    assert cannot.value.words == 'completing the task "Call" and 2 more'
    assert [each.operation.id for each in busy.outbox.waiting()] == ["water", "thank"]


def test_a_bulk_that_somebody_builds_on_says_so(busy: Desk) -> None:
    busy.records.tasks.finish([WATERING, KEY])
    following = following_id(ME, "water", "2026-11-23")
    busy.records.tasks.edit("manual_task", following, {"title": "Other"})
    entries = {entry.operation.id: entry for entry in busy.outbox.waiting()}
    assert busy.outbox.withdraw(entries["water"].mid) == set()
    busy.records.changes.undo()  # the edit
    assert busy.records.changes.undo().words == 'completing the task "Water the plants" and 1 more'


def test_two_writings_of_the_same_moment_are_taken_back_one_by_one(busy: Desk) -> None:
    busy.records.tasks.finish([KEY, THANKING])
    busy.records.tasks.finish([WATERING])
    assert busy.records.changes.undo().words == 'completing the task "Water the plants"'
    assert len(busy.outbox.waiting()) == 2


def test_what_somebody_changed_since_is_not_taken_back(busy: Desk) -> None:
    busy.records.tasks.edit("manual_task", "call", {"title": "Write"})
    settle(busy)
    busy.cache.finish(at=NOW)
    busy.bring(msgspec.structs.replace(CALL, title="Visit"))
    with pytest.raises(CannotUndo, match="Someone has changed this field since"):
        busy.records.changes.undo()


def test_a_snooze_is_taken_back_to_one_that_is_over_by_now(busy: Desk) -> None:
    busy.records.tasks.snooze([KEY], TOMORROW)
    settle(busy)
    busy.now = NOW + dt.timedelta(days=3)
    busy.records.tasks.snooze([KEY], Due(dt.date(2026, 12, 1)))
    settle(busy)
    busy.records.changes.undo()
    assert state(busy)["tasks"][KEY].snoozed_to == TOMORROW.text


def test_a_task_given_in_associate_mode_is_withdrawn(tmp_path: Path) -> None:
    """Its giver sees the card alone."""
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), CALL, mode="associate", person=LEAD)
        written = desk.records.tasks.create({"title": "Window", "assignee": OTHERS})
        assert written.id not in {key.id for key in desk.records.tasks.agenda().keys()}  # noqa: SIM118 -- of a list
        (given,) = desk.records.tasks.given()
        assert (given.title, given.assignee_name, given.state) == ("Window", "Bo Meyer", "open")
        settle(desk)
        desk.records.changes.undo()
        (taken,) = desk.records.tasks.given()
        assert (taken.state, taken.reason) == ("dismissed", "undone by its creator")
        assert [entry.operation for entry in desk.outbox.waiting()] == [
            mutations.Withdraw(id=given.card, reason="undone by its creator")
        ]
        desk.records.tasks.hand_over([KEY], OTHERS)
        settle(desk)
        with pytest.raises(CannotUndo, match="you can no longer see it"):
            desk.records.changes.undo()
        cards = {one.title: one.card for one in desk.records.tasks.given() if one.state == "open"}
        assert desk.records.tasks.withdraw(cards["Call"], "done by me").final
        with pytest.raises(NotVisible):
            desk.records.tasks.withdraw("unknown")


def test_in_associate_mode_only_a_manager_gives_tasks(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, CALL, THANK, mode="associate", person=seller())
        for refused in (
            lambda: desk.records.tasks.create({"title": "T", "assignee": OTHERS}),
            lambda: desk.records.tasks.hand_over([KEY], OTHERS),
        ):
            with pytest.raises(Rejected, match="only a manager can give tasks"):
                refused()
        with pytest.raises(Rejected, match="belongs to its customer's owner"):
            desk.records.tasks.hand_over([THANKING], OTHERS)


def test_a_manager_gives_a_task_only_to_who_owns_its_customer(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        bos = customer(3, given_name="Carla", owner=OTHERS)
        card = CustomerCard(
            id=source_id("customer_card", "sellmode", bos.id), customer=bos.id, name="Carla", owner=OTHERS
        )
        desk.fill(*directory(), ANNA, bos, card, mode="associate", person=LEAD)
        desk.records.tasks.create({"title": "Call her", "customer": bos.id, "assignee": OTHERS})
        (given,) = desk.records.tasks.given()
        assert given.customer_name == "Carla"
        with pytest.raises(Rejected, match="who sees the customer"):
            desk.records.tasks.create({"title": "Call her", "customer": ANNA.id, "assignee": OTHERS})


# ------------------------------------------------------------------ many


def test_a_bulk_of_two_hundred_is_one_commit_and_one_fold(desk: Desk) -> None:
    tasks = [msgspec.structs.replace(CALL, id=f"task-{number:03}", title=f"T{number}") for number in range(200)]
    desk.bring(*tasks)
    keys = desk.records.tasks.agenda().keys()
    statements: list[str] = []
    desk.cache._writer.set_trace_callback(statements.append)
    commits: list[str] = []
    with desk.outbox._using() as connection:
        connection.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
    desk.records.tasks.finish(keys)
    assert (desk.records.tasks.counts().open, len(desk.outbox.waiting()), desk.wrote) == (0, 200, 1)
    assert len(commits) == 1
    assert statements.count("COMMIT") == 1
    assert len(statements) < 25 * len(keys), "so many more for each task, and not for each pair of them"
    desk.records.changes.undo()
    assert desk.records.tasks.counts().open == 200


# ------------------------------------------------------------------ rules and briefs


def test_a_manager_makes_changes_and_removes_a_rule_of_the_store(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), person=LEAD)
        nothing = state(desk)
        fields = {"slug": "vip", "name": "VIPs", "trigger": "stay_in_touch", "after_days": 60, "title": "Say hello"}
        written = desk.records.rules.create(fields)
        assert (written.id, written.words) == (task_rule_id(STORE, "vip"), 'rule "VIPs"')
        (line,) = desk.records.rules.lines()
        assert (line.store_name, line.words, line.counts, line.editable) == (
            "Zürich",
            "no contact for 60 days",
            True,
            True,
        )
        made = state(desk)
        desk.records.rules.edit(written.id, {"enabled": False, "audience": "tag:vip"})
        assert not desk.records.rules.lines()[0].counts
        desk.records.changes.undo()
        assert state(desk) == made
        settle(desk)
        desk.records.remove("task_rule", written.id)
        assert state(desk) == nothing
        settle(desk)
        desk.records.changes.undo()
        assert state(desk) == made
        settle(desk)
        desk.records.changes.undo()  # its making
        assert state(desk) == nothing


def test_a_managers_change_of_the_retailers_rule_is_of_the_store_alone(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), person=LEAD)
        desk.bring(RULE)
        desk.records.rules.edit(RULE.id, {"enabled": False})
        own, general = desk.records.rules.lines()
        assert (own.rule.enabled, own.rule.store, own.counts, own.editable) == (False, STORE, False, True)
        assert (general.rule, general.in_place, general.counts, general.editable) == (RULE, True, False, False)
        assert own.rule == msgspec.structs.replace(RULE, id=own.rule.id, store=STORE, enabled=False)
        with pytest.raises(Rejected, match="own version of this rule"):
            desk.records.rules.edit(RULE.id, {"enabled": True})
        with pytest.raises(Rejected, match="Only head office"):
            desk.records.remove("task_rule", RULE.id)
        assert desk.records.rules.get(own.rule.id) == own
        assert desk.records.rules.get("unknown") is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"audience": "tier:("}, "audience"),
        ({"audience": "owner:me"}, "audience"),
        ({"after_days": 3}, "after_days"),
        ({"colour": "red"}, "colour"),
        ({"due_time": "25:00"}, "due_time"),
        ({"daily_cap": "many"}, "daily_cap"),
        ({"slug": "No Slug"}, "slug"),
    ],
)
def test_a_rule_that_makes_no_sense_names_the_field(tmp_path: Path, fields: dict[str, Any], field: str) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), person=LEAD)
        whole = {"slug": "r", "name": "R", "trigger": "purchase", "title": "T", **fields}
        with pytest.raises(Rejected) as refused:
            desk.records.rules.create(whole)
        assert refused.value.field == field


def test_rules_take_the_right_to_them(busy: Desk) -> None:
    busy.bring(RULE)
    assert [line.editable for line in busy.records.rules.lines()] == [False]
    with pytest.raises(Rejected, match="rules permission"):
        busy.records.rules.edit(RULE.id, {"enabled": False})


def test_a_head_office_announces_and_takes_back(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), person=HEAD_OFFICE)
        written = desk.records.briefs.announce(
            {"title": "Window", "due": TOMORROW, "stores": (STORE,), "works": ["omnichannel"]}
        )
        (line,) = desk.records.briefs.lines()
        assert (line.brief.title, line.brief.due, line.store_names, line.editable) == (
            *("Window", "2026-11-23", ("Zürich",), True),
        )
        assert desk.records.remove("corporate_brief", written.id).final
        assert [(line.brief.withdrawn, line.editable) for line in desk.records.briefs.lines()] == [(True, False)]
        desk.records.changes.undo()
        desk.records.changes.undo()
        assert desk.records.briefs.lines() == []
        with pytest.raises(Rejected) as refused:
            desk.records.briefs.announce({"title": "Window", "stores": ["elsewhere"]})
        assert refused.value.field == "stores"
        with pytest.raises(NotVisible):
            desk.records.remove("corporate_brief", "unknown")
        rule = desk.records.rules.create({"slug": "x", "name": "X", "trigger": "purchase", "title": "T", "store": None})
        assert rule.id == task_rule_id(None, "x")

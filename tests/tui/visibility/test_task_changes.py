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
from sellmode_tui.visibility import (
    AgendaQuery,
    CannotUndo,
    NothingToUndo,
    NotVisible,
    RefusedAmong,
    Rejected,
    TaskKey,
    Written,
)
from sellmode_tui.visibility.attention import Refused
from sellmode_tui.visibility.tasks import SECTIONS
from tests.tui.cache.lines import ME, NOW, STORE, customer
from tests.tui.visibility.desk import ANNA, OTHERS, Desk, directory, manager, open_desk, seller

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
    """All that is shown of tasks, rules and briefs."""
    lines = desk.door.agenda(AgendaQuery(SECTIONS)).rows(0, 600)
    return {
        "tasks": {line.key: details.record for line in lines if (details := desk.door.task(*line.key))},
        "given": desk.door.given_tasks(),
        "rules": [line.rule for line in desk.door.rules()],
        "briefs": [line.brief for line in desk.door.briefs()],
    }


def settle(desk: Desk) -> None:
    """What waits is sent, and done by the backend."""
    for mid in desk.send():
        desk.answer(mid)


def only_refused(desk: Desk) -> Refused:
    """The one thing that needs attention."""
    (refused,) = desk.door.attention()
    assert isinstance(refused, Refused)
    return refused


# ------------------------------------------------------------------ what is done


def test_a_task_is_made_and_shows_at_once(desk: Desk) -> None:
    written = desk.door.create_task(
        {"title": " Call back ", "due": Due(dt.date(2026, 11, 27), dt.time(15)), "customer": ANNA.id, "details": ""}
    )
    (line,) = desk.door.agenda().rows(0, 9)
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
        desk.door.create_task(fields)
    assert refused.value.field == field
    assert desk.outbox.waiting() == []


def test_a_task_about_nobody_known_is_refused(desk: Desk) -> None:
    with pytest.raises(NotVisible):
        desk.door.create_task({"title": "T", "customer": "customer-9"})


def test_another_due_time_counts_although_it_was_put_off(busy: Desk) -> None:
    busy.door.snooze_tasks([KEY], TOMORROW)
    busy.door.edit_task("manual_task", "call", {"due": Due(dt.date(2026, 11, 25)), "title": "Call "})
    record = state(busy)["tasks"][KEY]
    assert (record.due, record.snoozed_to, record.title) == ("2026-11-25", "", "Call")
    assert busy.outbox.waiting()[1].operation == mutations.Edit(
        kind="manual_task",
        id="call",
        set={"due": "2026-11-25", "snoozed_to": ""},
        was={"due": "", "snoozed_to": "2026-11-23"},
    )
    assert busy.door.edit_task("manual_task", "call", {"title": "Call"}).nothing


def test_a_due_time_that_its_author_left_is_no_reason_to_end_a_snooze(busy: Desk) -> None:
    busy.door.edit_task("manual_task", "call", {"due": Due(dt.date(2026, 11, 25))})
    busy.door.snooze_tasks([KEY], TOMORROW)
    busy.door.edit_task("manual_task", "call", {"due": None, "title": "Write"}, {"due": "", "title": "Call"})
    record = state(busy)["tasks"][KEY]
    assert (record.due, record.snoozed_to, record.title) == ("2026-11-25", "2026-11-23", "Write")


def test_what_its_author_saw_is_kept_beside_an_edit(busy: Desk) -> None:
    busy.door.edit_task("manual_task", "call", {"title": "Write"}, {"title": "Cal"})
    assert getattr(busy.outbox.waiting()[0].operation, "was") == {"title": "Cal"}  # noqa: B009 -- of an Operation


def test_several_end_at_once_and_repeat(busy: Desk) -> None:
    written = busy.door.finish_tasks([KEY, THANKING, WATERING, KEY])
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
        busy.door.finish_tasks([THANKING, KEY])
    assert (refused.value.number, refused.value.code, refused.value.winner) == (1, "already_claimed", OTHERS)
    assert busy.outbox.waiting() == []
    with pytest.raises(RefusedAmong, match="no such task"):
        busy.door.snooze_tasks([THANKING, TaskKey("manual_task", "unknown")], TOMORROW)
    with pytest.raises(NotVisible):
        busy.door.finish_tasks([TaskKey("manual_task", "unknown")])
    with pytest.raises(Rejected, match="At most 500"):
        busy.door.finish_tasks([TaskKey("manual_task", str(number)) for number in range(501)])
    assert busy.door.finish_tasks([]) == []


def test_dismissing_takes_a_reason(busy: Desk) -> None:
    with pytest.raises(Rejected, match="for a reason"):
        busy.door.finish_tasks([KEY], "dismissed")
    (written,) = busy.door.finish_tasks([KEY], "dismissed", "moved away")
    assert written.words == 'dismissing the task "Call"'
    (line,) = busy.door.agenda(AgendaQuery(("done",))).rows(0, 9)
    assert (line.state, line.reason, line.done_by_name) == ("dismissed", "moved away", "Ana Ruiz")
    busy.door.reopen_task(*KEY)
    assert KEY in busy.door.agenda().keys()  # noqa: SIM118 -- of a list


def test_a_task_is_put_off_to_a_time_to_come(busy: Desk) -> None:
    with pytest.raises(Rejected, match="a time to come"):
        busy.door.snooze_tasks([KEY], Due(dt.date(2026, 11, 21)))
    busy.door.snooze_tasks([KEY, THANKING], TOMORROW)
    assert {line.due_words for line in busy.door.agenda().rows(0, 9) if line.snoozed} == {"tomorrow"}
    busy.door.snooze_tasks([KEY, THANKING], None)
    assert not any(line.snoozed for line in busy.door.agenda().rows(0, 9))


def test_in_team_mode_tasks_go_to_anybody_and_back(busy: Desk) -> None:
    written = busy.door.hand_over_tasks([KEY, THANKING], OTHERS)
    assert [one.words for one in written] == ['handing over the task "Call"', 'handing over the task "Thank"']
    assert {line.whose for line in busy.door.agenda().rows(0, 9) if line.id != "water"} == {OTHERS}
    busy.door.hand_over_tasks([KEY], ME)
    assert state(busy)["tasks"][KEY].assignee is None, "it is its maker's own again"


def test_a_corporate_task_stays_with_its_person(busy: Desk) -> None:
    key = TaskKey("corporate_task", "window")
    busy.bring(msgspec.convert({"id": "window", "store": STORE, "person": ME, "title": "W"}, CorporateTask))
    for refused in (lambda: busy.door.hand_over_tasks([key], OTHERS), lambda: busy.door.claim_task(*key)):
        with pytest.raises(Rejected, match="for each person"):
            refused()


def test_the_first_to_take_a_task_has_it(busy: Desk) -> None:
    """The other one is told who."""
    written = busy.door.claim_task(*THANKING)
    assert state(busy)["tasks"][THANKING].claimed_by == ME
    busy.refuse(written.mid, "already_claimed", detail="A colleague has taken it.", winner=OTHERS)
    refused = only_refused(busy)
    assert refused.reason == "A colleague has taken it: Bo Meyer."
    assert (refused.words, refused.can_hand_over) == ('taking the task "Thank"', False)
    busy.bring(msgspec.structs.replace(THANK, claimed_by=OTHERS))
    with pytest.raises(Rejected) as late:
        busy.door.claim_task(*THANKING)
    assert late.value.winner == OTHERS


def test_a_refused_reason_is_sent_again_with_another(busy: Desk) -> None:
    (written,) = busy.door.finish_tasks([KEY], "dismissed", "bad")
    busy.refuse(written.mid, "invalid", field="reason")
    refused = only_refused(busy)
    assert [(value.field, value.mine) for value in refused.values] == [("reason", "bad")]
    busy.door.resend(written.mid, {"reason": "better"})
    assert busy.outbox.waiting()[0].operation == Finish(kind="manual_task", id="call", how="dismissed", reason="better")


def test_people_in_values_have_their_names(busy: Desk) -> None:
    written = busy.door.create_task({"title": "New", "assignee": OTHERS, "customer": ANNA.id})
    busy.refuse(written.mid)
    texts = {value.field: value.mine_text for value in only_refused(busy).values}
    assert texts == {"title": "New", "assignee": "Bo Meyer"}
    assert "assignee: Bo Meyer" in busy.door.copy_text(written.mid)
    busy.door.discard(written.mid)
    handed = busy.door.hand_over_tasks([KEY], OTHERS)[0]
    busy.refuse(handed.mid)
    (value,) = only_refused(busy).values
    assert (value.mine, value.mine_text, value.present_text) == (OTHERS, "Bo Meyer", "")


def test_a_refused_edit_is_sent_again_on_what_stands_now(busy: Desk) -> None:
    written = busy.door.edit_task("manual_task", "call", {"title": "Write"})
    busy.refuse(written.mid)
    busy.bring(msgspec.structs.replace(CALL, title="Visit"))
    refused = only_refused(busy)
    (value,) = refused.values
    assert (value.label, value.mine, value.present) == ("title", "Write", "Visit")
    busy.door.resend(written.mid)
    assert getattr(busy.outbox.waiting()[0].operation, "was") == {"title": "Visit"}  # noqa: B009 -- of an Operation


# ------------------------------------------------------------------ undo


Change = Callable[[Desk], Written | list[Written]]
_EACH: dict[str, Change] = {
    "create": lambda desk: desk.door.create_task({"title": "New", "due": "2026-12-24", "customer": ANNA.id}),
    "create for somebody": lambda desk: desk.door.create_task({"title": "New", "assignee": OTHERS}),
    "edit": lambda desk: desk.door.edit_task("manual_task", "call", {"title": "Write", "due": "2026-12-24"}),
    "snooze": lambda desk: desk.door.snooze_tasks([THANKING], TOMORROW),
    "finish": lambda desk: desk.door.finish_tasks([KEY]),
    "finish a repeating one": lambda desk: desk.door.finish_tasks([WATERING]),
    "dismiss": lambda desk: desk.door.finish_tasks([THANKING], "dismissed", "no"),
    "hand over": lambda desk: desk.door.hand_over_tasks([KEY], OTHERS),
    "hand over a rule's": lambda desk: desk.door.hand_over_tasks([THANKING], OTHERS),
    "claim": lambda desk: desk.door.claim_task(*THANKING),
    "several": lambda desk: desk.door.finish_tasks([KEY, WATERING, THANKING]),
    "several put off": lambda desk: desk.door.snooze_tasks([KEY, THANKING], TOMORROW),
}


@pytest.mark.parametrize("name", _EACH)
@pytest.mark.parametrize("sent", [False, True])
def test_each_change_can_be_taken_back(busy: Desk, name: str, *, sent: bool) -> None:
    before = state(busy)
    written = _EACH[name](busy)
    assert state(busy) != before
    if sent:
        settle(busy)
    undone = busy.door.undo()
    assert state(busy) == before
    assert undone.how == ("inverse" if sent else "withdrawn")
    first = written[0] if isinstance(written, list) else written
    more = len(written) - 1 if isinstance(written, list) else 0
    assert undone.words == (f"{first.words} and {more} more" if more else first.words)
    if sent:
        settle(busy)
    with pytest.raises(NothingToUndo):
        busy.door.undo()


def test_removing_is_taken_back_by_making_it_anew(busy: Desk) -> None:
    busy.door.remove_task("call")
    settle(busy)
    busy.door.undo()
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
    busy.door.remove_task("water")
    settle(busy)
    busy.door.undo()
    (made,) = [task for key, task in state(busy)["tasks"].items() if task.title == WATER.title]
    assert made.id != "water"
    assert msgspec.structs.replace(made, id="water") == task


def test_a_series_goes_on_where_it_was_when_another_repetition_is_taken_back(busy: Desk) -> None:
    for changes in ({"repeat": "FREQ=WEEKLY"}, {"repeat": ""}, {"repeat": "FREQ=WEEKLY", "due": "2026-12-01"}):
        busy.bring(_SERIES)
        before = state(busy)
        busy.door.edit_task(*WATERING, changes)
        assert state(busy)["tasks"][WATERING].repeat_from != _SERIES.repeat_from
        settle(busy)
        busy.door.undo()
        assert state(busy) == before
        settle(busy)


@pytest.mark.parametrize("claimed_by", [ME, OTHERS])
@pytest.mark.parametrize("task", [CALL, THANK], ids=lambda task: task.title)
def test_a_claim_comes_back_with_its_task(busy: Desk, task: Task, claimed_by: str) -> None:
    key = TaskKey("manual_task" if isinstance(task, ManualTask) else "rule_task", task.id)
    busy.bring(msgspec.structs.replace(task, claimed_by=claimed_by))
    before = state(busy)
    busy.door.hand_over_tasks([key], OTHERS)
    assert state(busy)["tasks"][key].claimed_by is None
    settle(busy)
    busy.door.undo()
    assert state(busy) == before


def test_a_claim_does_not_come_back_over_a_new_one(busy: Desk) -> None:
    busy.bring(msgspec.structs.replace(CALL, claimed_by=ME))
    busy.door.hand_over_tasks([KEY], OTHERS)
    settle(busy)
    busy.bring(msgspec.structs.replace(CALL, assignee=OTHERS, claimed_by=OTHERS))
    with pytest.raises(CannotUndo, match="Somebody has changed this field since"):
        busy.door.undo()


def test_reopening_is_taken_back_by_ending_it(busy: Desk) -> None:
    busy.door.finish_tasks([KEY], "dismissed", "no")
    busy.door.reopen_task(*KEY)
    settle(busy)
    busy.door.undo()
    task = state(busy)["tasks"][KEY]
    assert (task.state, task.reason) == ("dismissed", "no")


def test_a_bulk_of_which_some_is_sent_is_taken_back_as_one(busy: Desk) -> None:
    before = state(busy)
    busy.door.finish_tasks([KEY, WATERING, THANKING])
    (entry,) = busy.outbox.batch(1, 1 << 20)
    busy.answer(entry.mid)
    busy.door.undo()
    assert state(busy) == before
    assert [entry.undoes is None for entry in busy.outbox.waiting()] == [False]
    with pytest.raises(NothingToUndo):
        busy.door.undo()


def test_a_bulk_of_which_one_cannot_be_taken_back_stays_as_it_is(busy: Desk) -> None:
    busy.door.finish_tasks([KEY, WATERING, THANKING])
    (entry,) = busy.outbox.batch(1, 1 << 20)
    busy.answer(entry.mid)
    busy.cache.finish(at=NOW)
    busy.bring(msgspec.structs.replace(CALL, state="done", done_by=OTHERS, done_at=NOW))
    with pytest.raises(CannotUndo, match="Only who has ended a task") as cannot:
        busy.door.undo()
    assert cannot.value.words == 'completing the task "Call" and 2 more'
    assert [each.operation.id for each in busy.outbox.waiting()] == ["water", "thank"]


def test_a_bulk_that_somebody_builds_on_says_so(busy: Desk) -> None:
    busy.door.finish_tasks([WATERING, KEY])
    following = following_id(ME, "water", "2026-11-23")
    busy.door.edit_task("manual_task", following, {"title": "Other"})
    entries = {entry.operation.id: entry for entry in busy.outbox.waiting()}
    assert busy.outbox.withdraw(entries["water"].mid) == set()
    busy.door.undo()  # the edit
    assert busy.door.undo().words == 'completing the task "Water the plants" and 1 more'


def test_two_writings_of_the_same_moment_are_taken_back_one_by_one(busy: Desk) -> None:
    busy.door.finish_tasks([KEY, THANKING])
    busy.door.finish_tasks([WATERING])
    assert busy.door.undo().words == 'completing the task "Water the plants"'
    assert len(busy.outbox.waiting()) == 2


def test_what_somebody_changed_since_is_not_taken_back(busy: Desk) -> None:
    busy.door.edit_task("manual_task", "call", {"title": "Write"})
    settle(busy)
    busy.cache.finish(at=NOW)
    busy.bring(msgspec.structs.replace(CALL, title="Visit"))
    with pytest.raises(CannotUndo, match="Somebody has changed this field since"):
        busy.door.undo()


def test_a_snooze_is_taken_back_to_one_that_is_over_by_now(busy: Desk) -> None:
    busy.door.snooze_tasks([KEY], TOMORROW)
    settle(busy)
    busy.now = NOW + dt.timedelta(days=3)
    busy.door.snooze_tasks([KEY], Due(dt.date(2026, 12, 1)))
    settle(busy)
    busy.door.undo()
    assert state(busy)["tasks"][KEY].snoozed_to == TOMORROW.text


def test_a_task_given_in_associate_mode_is_withdrawn(tmp_path: Path) -> None:
    """Its giver sees the card alone."""
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), CALL, mode="associate", person=LEAD)
        written = desk.door.create_task({"title": "Window", "assignee": OTHERS})
        assert written.id not in {key.id for key in desk.door.agenda().keys()}  # noqa: SIM118 -- of a list
        (given,) = desk.door.given_tasks()
        assert (given.title, given.assignee_name, given.state) == ("Window", "Bo Meyer", "open")
        settle(desk)
        desk.door.undo()
        (taken,) = desk.door.given_tasks()
        assert (taken.state, taken.reason) == ("dismissed", "taken back")
        assert [entry.operation for entry in desk.outbox.waiting()] == [
            mutations.Withdraw(id=given.card, reason="taken back")
        ]
        desk.door.hand_over_tasks([KEY], OTHERS)
        settle(desk)
        with pytest.raises(CannotUndo, match="not in your view"):
            desk.door.undo()
        cards = {one.title: one.card for one in desk.door.given_tasks() if one.state == "open"}
        assert desk.door.withdraw_task(cards["Call"], "done by me").final
        with pytest.raises(NotVisible):
            desk.door.withdraw_task("unknown")


def test_in_associate_mode_only_a_manager_gives_tasks(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), ANNA, CALL, THANK, mode="associate", person=seller())
        for refused in (
            lambda: desk.door.create_task({"title": "T", "assignee": OTHERS}),
            lambda: desk.door.hand_over_tasks([KEY], OTHERS),
        ):
            with pytest.raises(Rejected, match="only the manager gives tasks"):
                refused()
        with pytest.raises(Rejected, match="goes with its customer"):
            desk.door.hand_over_tasks([THANKING], OTHERS)


def test_a_manager_gives_a_task_only_to_who_owns_its_customer(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        bos = customer(3, given_name="Carla", owner=OTHERS)
        card = CustomerCard(
            id=source_id("customer_card", "sellmode", bos.id), customer=bos.id, name="Carla", owner=OTHERS
        )
        desk.fill(*directory(), ANNA, bos, card, mode="associate", person=LEAD)
        desk.door.create_task({"title": "Call her", "customer": bos.id, "assignee": OTHERS})
        (given,) = desk.door.given_tasks()
        assert given.customer_name == "Carla"
        with pytest.raises(Rejected, match="who sees that customer"):
            desk.door.create_task({"title": "Call her", "customer": ANNA.id, "assignee": OTHERS})


# ------------------------------------------------------------------ many


def test_a_bulk_of_two_hundred_is_one_commit_and_one_fold(desk: Desk) -> None:
    tasks = [msgspec.structs.replace(CALL, id=f"task-{number:03}", title=f"T{number}") for number in range(200)]
    desk.bring(*tasks)
    keys = desk.door.agenda().keys()
    statements: list[str] = []
    desk.cache._writer.set_trace_callback(statements.append)
    commits: list[str] = []
    with desk.outbox._using() as connection:
        connection.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
    desk.door.finish_tasks(keys)
    assert (desk.door.task_counts().open, len(desk.outbox.waiting()), desk.wrote) == (0, 200, 1)
    assert len(commits) == 1
    assert statements.count("COMMIT") == 1
    assert len(statements) < 25 * len(keys), "so many more for each task, and not for each pair of them"
    desk.door.undo()
    assert desk.door.task_counts().open == 200


# ------------------------------------------------------------------ rules and briefs


def test_a_manager_makes_changes_and_removes_a_rule_of_the_store(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), person=LEAD)
        nothing = state(desk)
        fields = {"slug": "vip", "name": "VIPs", "trigger": "stay_in_touch", "after_days": 60, "title": "Say hello"}
        written = desk.door.create_rule(fields)
        assert (written.id, written.words) == (task_rule_id(STORE, "vip"), 'rule "VIPs"')
        (line,) = desk.door.rules()
        assert (line.store_name, line.words, line.counts, line.editable) == (
            "Zürich",
            "no contact for 60 days",
            True,
            True,
        )
        made = state(desk)
        desk.door.edit_rule(written.id, {"enabled": False, "audience": "tag:vip"})
        assert not desk.door.rules()[0].counts
        desk.door.undo()
        assert state(desk) == made
        settle(desk)
        desk.door.remove_rule(written.id)
        assert state(desk) == nothing
        settle(desk)
        desk.door.undo()
        assert state(desk) == made
        settle(desk)
        desk.door.undo()  # its making
        assert state(desk) == nothing


def test_a_managers_change_of_the_retailers_rule_is_of_the_store_alone(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), person=LEAD)
        desk.bring(RULE)
        desk.door.edit_rule(RULE.id, {"enabled": False})
        own, general = desk.door.rules()
        assert (own.rule.enabled, own.rule.store, own.counts, own.editable) == (False, STORE, False, True)
        assert (general.rule, general.in_place, general.counts, general.editable) == (RULE, True, False, False)
        assert own.rule == msgspec.structs.replace(RULE, id=own.rule.id, store=STORE, enabled=False)
        with pytest.raises(Rejected, match="in place of this one"):
            desk.door.edit_rule(RULE.id, {"enabled": True})
        with pytest.raises(Rejected, match="head office's"):
            desk.door.remove_rule(RULE.id)
        assert desk.door.rule(own.rule.id) == own
        assert desk.door.rule("unknown") is None


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
            desk.door.create_rule(whole)
        assert refused.value.field == field


def test_rules_take_the_right_to_them(busy: Desk) -> None:
    busy.bring(RULE)
    assert [line.editable for line in busy.door.rules()] == [False]
    with pytest.raises(Rejected, match="right to rules"):
        busy.door.edit_rule(RULE.id, {"enabled": False})


def test_a_head_office_announces_and_takes_back(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk:
        desk.fill(*directory(), person=HEAD_OFFICE)
        written = desk.door.announce({"title": "Window", "due": TOMORROW, "stores": (STORE,), "works": ["omnichannel"]})
        (line,) = desk.door.briefs()
        assert (line.brief.title, line.brief.due, line.store_names, line.editable) == (
            *("Window", "2026-11-23", ("Zürich",), True),
        )
        assert desk.door.take_back(written.id).final
        assert [(line.brief.withdrawn, line.editable) for line in desk.door.briefs()] == [(True, False)]
        desk.door.undo()
        desk.door.undo()
        assert desk.door.briefs() == []
        with pytest.raises(Rejected) as refused:
            desk.door.announce({"title": "Window", "stores": ["elsewhere"]})
        assert refused.value.field == "stores"
        with pytest.raises(NotVisible):
            desk.door.take_back("unknown")
        rule = desk.door.create_rule({"slug": "x", "name": "X", "trigger": "purchase", "title": "T", "store": None})
        assert rule.id == task_rule_id(None, "x")

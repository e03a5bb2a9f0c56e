"""What operations make of tasks, and of the rules and briefs that make them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract import mutations, roles, visibility
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import ManualTask, TaskCard
from sellmode_contract.kinds.retailer import Mode, Retailer, StoreEntry
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.mutations import (
    Claim,
    Create,
    Edit,
    Finish,
    Operation,
    Outcome,
    Rejected,
    Release,
    Remove,
    Reopen,
    Stage,
    Withdraw,
    World,
)
from sellmode_contract.mutations.tasks import following_id, withdrawn
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)  # a Sunday, 13:00 in Zurich
ANNA = Account(
    id="anna", user_name="anna", name="Anna", role="associate", stores=("s1",), capabilities=frozenset({"sell"})
)
BEN = msgspec.structs.replace(ANNA, id="ben", user_name="ben", name="Ben")
BOSS = msgspec.structs.replace(ANNA, id="boss", role="manager", capabilities=roles.ROLE_CAPABILITIES["manager"])
HEAD = msgspec.structs.replace(
    ANNA, id="head", role="head_office", stores=("s1", "s2"), capabilities=roles.ROLE_CAPABILITIES["head_office"]
)
STAFF = [
    *(Staff(id=id, store="s1", user_name=id, name=id, role="associate") for id in ("anna", "ben", "boss")),
    Staff(id="gone", store="s1", user_name="gone", name="Gone", role="associate", active=False),
    Staff(id="far", store="s2", user_name="far", name="Far", role="associate"),
]
MARA = Customer(id="c1", store="s1", owner="anna", given_name="Mara")
TASK = ManualTask(id="t1", store="s1", creator="anna", title="Call back")
GIVEN = msgspec.structs.replace(TASK, id="t2", creator="boss", assignee="anna", customer="c1")
CARD = visibility.cards(GIVEN)[0]
RULE_TASK = RuleTask(
    id="r1", store="s1", customer="c1", rule="thanks", occurrence="o1", title="Thank", meant_for="anna"
)
CORPORATE = CorporateTask(id="k1", store="s1", person="anna", title="Show", due="2026-12-01")
RULE = TaskRule(
    id=task_rule_id("s1", "thanks"), slug="thanks", store="s1", name="Thanks", trigger="purchase", title="Thank"
)

_R = TypeVar("_R", bound=Record)


def retailer(mode: Mode = "associate") -> Retailer:
    stores = (
        StoreEntry(id="s1", name="One", time_zone="Europe/Zurich"),
        StoreEntry(id="s2", name="Two", time_zone="UTC"),
    )
    return Retailer(id="r", name="R", mode=mode, currency="EUR", time_zone="UTC", stores=stores)


class Held:
    """Some records, as a reader."""

    def __init__(self, *given: Record) -> None:
        self._given = {(kind_of(record), record.id): record for record in given}

    def get(self, kind: str, id: str) -> Record | None:
        return self._given.get((kind, id))

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        return None

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        return [
            record
            for (of, _), record in self._given.items()
            if getattr(record, "customer", None) == customer and kind in (None, of)
        ]


def world(*held: Record, by: Account = ANNA, mode: Mode = "associate", now: dt.datetime = NOW) -> World:
    cards = [card for record in held for card in visibility.cards(record)]
    return World(Held(*STAFF, *cards, *held), by, retailer(mode), "m1", now)


def done(operation: Operation, *held: Record, **about: Any) -> Outcome:
    return mutations.apply(operation, world(*held, **about))


def refused(operation: Operation, *held: Record, **about: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        done(operation, *held, **about)
    return caught.value


def only(type: type[_R], outcome: Outcome) -> _R:
    (found,) = [record for record in outcome.puts if isinstance(record, type)]
    return found


def create(id: str = "t9", **doc: Any) -> Create:
    return Create(kind="manual_task", id=id, doc={"title": "Call back", **doc})


def edit(task: Record, guard: bool = False, was: dict[str, Any] | None = None, **fields: Any) -> Edit:
    seen = {name: msgspec.to_builtins(getattr(task, name)) for name in fields} if was is None else was
    return msgspec.convert({"kind": kind_of(task), "id": task.id, "set": fields, "was": seen, "guard": guard}, Edit)


# ------------------------------------------------------------------ making


def test_a_new_task_is_its_makers_with_the_instant_of_its_due_time_in_the_store() -> None:
    task = only(ManualTask, done(create(details="today", due="2026-12-24T15:00", action="call")))
    assert task == ManualTask(
        id="t9", store="s1", creator="anna", title="Call back", details="today", action="call", due="2026-12-24T15:00",
        due_at=dt.datetime(2026, 12, 24, 14, tzinfo=dt.UTC), created_at=NOW,
    )  # fmt: skip
    assert only(ManualTask, done(create())).due_at is None
    whole = only(ManualTask, done(create(due="2026-12-24")))
    assert whole.due_at == dt.datetime(2026, 12, 24, 23, tzinfo=dt.UTC)


def test_a_due_time_may_have_passed() -> None:
    assert only(ManualTask, done(create(due="2026-11-01"))).due_at is not None


@pytest.mark.parametrize(
    ("doc", "code", "field"),
    [
        ({"title": ""}, "invalid", "title"),
        ({"title": " \n"}, "invalid", "title"),
        ({"title": "x" * 201}, "invalid", "title"),
        ({"title": "a\0b"}, "invalid", "title"),
        ({"title": 7}, "invalid", "title"),
        ({"details": "x" * 5001}, "invalid", "details"),
        ({"due": "2026-02-30"}, "invalid", "due"),
        ({"due": "tomorrow"}, "invalid", "due"),
        ({"due": None}, "invalid", "due"),
        ({"due": "2026-12-24T25:00"}, "invalid", "due"),
        ({"repeat": "FREQ=DAILY"}, "invalid", "due"),
        ({"repeat": "every day", "due": "2026-12-24"}, "invalid", "repeat"),
        ({"repeat": "FREQ=DAILY;COUNT=1", "due": "2026-12-24"}, "invalid", "repeat"),
        ({"action": "fax"}, "invalid", "action"),
        ({"customer": "c404"}, "not_found", ""),
        ({"customer": 3}, "invalid", "customer"),
        ({"assignee": ""}, "invalid", "assignee"),
        ({"store": "s2"}, "invalid", "store"),
        ({"creator": "ben"}, "invalid", "creator"),
        ({"state": "done"}, "invalid", "state"),
        ({"snoozed_to": "2026-02-30"}, "invalid", "snoozed_to"),
        ({"repeat_from": "soon", "repeat": "FREQ=DAILY", "due": "2026-12-24"}, "invalid", "repeat"),
        ({"series": "x" * 201}, "invalid", "series"),
        ({"claimed_by": "ben"}, "invalid", "claimed_by"),
    ],
)
def test_what_cannot_be_a_task_is_refused_and_names_the_field(doc: dict[str, Any], code: str, field: str) -> None:
    refusal = refused(create(**doc), MARA)
    assert (refusal.code, refusal.field) == (code, field)


def test_an_id_is_used_once_and_tasks_belong_to_one_store() -> None:
    assert refused(create("t1"), TASK).code == "conflict"
    assert refused(create(), by=HEAD).code == "not_allowed"


# ------------------------------------------------------------------ giving to others


@pytest.mark.parametrize(
    ("mode", "by", "assignee", "code"),
    [
        ("associate", ANNA, "ben", "not_allowed"),
        ("associate", BOSS, "ben", ""),
        ("team", ANNA, "ben", ""),
        ("team", ANNA, "gone", "invalid"),
        ("team", BOSS, "far", "invalid"),
        ("associate", BOSS, "nobody", "invalid"),
    ],
)
def test_who_gives_tasks_to_whom(mode: Mode, by: Account, assignee: str, code: str) -> None:
    mine = msgspec.structs.replace(TASK, creator=by.id)
    for operation in (create(assignee=assignee), edit(mine, assignee=assignee)):
        if code:
            assert refused(operation, mine, by=by, mode=mode).code == code
        else:
            outcome = done(operation, mine, by=by, mode=mode)
            task, card = only(ManualTask, outcome), only(TaskCard, outcome)
            assert (task.assignee, card.task, card.assignee, card.creator) == (assignee, task.id, assignee, by.id)


@pytest.mark.parametrize(
    ("mode", "customer", "code"),
    [
        ("associate", {"owner": "ben"}, ""),
        ("associate", {"owner": "anna"}, "not_allowed"),
        ("associate", {"owner": None}, "not_allowed"),
        ("team", {"owner": "anna"}, ""),
        ("team", {"store": "s2", "owner": "ben"}, "not_allowed"),
    ],
)
def test_a_task_on_a_customer_goes_to_who_sees_that_customer(mode: Mode, customer: dict[str, Any], code: str) -> None:
    who = msgspec.structs.replace(MARA, **customer)
    operation = create(assignee="ben", customer="c1")
    if code:
        assert refused(operation, who, by=BOSS, mode=mode).code == code
    else:
        assert only(TaskCard, done(operation, who, by=BOSS, mode=mode)).about == "c1"


def test_a_manager_gives_a_task_on_whom_they_have_a_card_of() -> None:
    (card,) = visibility.cards(MARA)
    task = only(
        ManualTask,
        mutations.apply(create(assignee="anna", customer="c1"), world(by=BOSS)._replace(records=Held(*STAFF, card))),
    )
    assert task.customer == "c1"


def test_a_hand_over_frees_the_claim_and_going_back_takes_the_card_away() -> None:
    claimed = msgspec.structs.replace(GIVEN, claimed_by="anna")
    other = done(edit(claimed, assignee="ben"), claimed, msgspec.structs.replace(MARA, owner="ben"), by=BOSS)
    assert (only(ManualTask, other).claimed_by, only(TaskCard, other).assignee) == (None, "ben")
    back = done(edit(claimed, assignee=None), claimed, MARA)
    assert only(ManualTask, back).assignee is None
    assert back.removes == (("task_card", CARD.id),)


# ------------------------------------------------------------------ editing


def test_what_nobody_writes_comes_back_only_with_what_has_changed_it() -> None:
    given = msgspec.structs.replace(TASK, assignee="ben")
    back = {"set": {"assignee": None, "claimed_by": "ben"}, "was": {"assignee": "ben", "claimed_by": None}}
    again = Edit(kind="manual_task", id="t1", **back, guard=True)  # type: ignore[arg-type]  # as JSON has it
    task = only(ManualTask, done(again, given, mode="team"))
    assert (task.assignee, task.claimed_by) == (None, "ben")
    assert refused(msgspec.structs.replace(again, guard=False), given, mode="team").field == "claimed_by"
    alone = msgspec.structs.replace(again, set={"claimed_by": "ben"})
    assert refused(alone, given, mode="team").field == "claimed_by"
    same = msgspec.structs.replace(again, set={"assignee": "ben", "claimed_by": "ben"})
    assert refused(same, given, mode="team").field == "claimed_by"
    for other in ("nobody we know", "far", "gone"):  # who works elsewhere and who does not exist come to the same
        stranger = msgspec.structs.replace(again, set={"assignee": None, "claimed_by": other})
        assert only(ManualTask, done(stranger, given, mode="team")).claimed_by is None


def test_an_edit_of_the_due_time_moves_its_instant_and_its_card() -> None:
    outcome = done(edit(GIVEN, due="2026-12-24", title="Ring"), GIVEN, MARA)
    assert only(ManualTask, outcome).due_at == dt.datetime(2026, 12, 24, 23, tzinfo=dt.UTC)
    assert (only(TaskCard, outcome).due, only(TaskCard, outcome).title) == ("2026-12-24", "Ring")


def test_a_task_is_put_off_to_a_time_to_come() -> None:
    for task in (TASK, RULE_TASK, CORPORATE):
        later = done(edit(task, snoozed_to="2026-11-23T09:00"), task, MARA)
        (changed,) = [record for record in later.puts if kind_of(record) == kind_of(task)]
        assert getattr(changed, "due_at") == dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)  # noqa: B009 -- any kind's
        assert refused(edit(task, snoozed_to="2026-11-22T13:00"), task, MARA).field == "snoozed_to"
        assert refused(edit(task, snoozed_to="2026-02-30"), task, MARA).field == "snoozed_to"
    today = done(edit(TASK, snoozed_to="2026-11-22"), TASK)
    assert only(ManualTask, today).snoozed_to == "2026-11-22", "a day has come when it is over"
    snoozed = msgspec.structs.replace(CORPORATE, snoozed_to="2026-11-23")
    again = only(CorporateTask, done(edit(snoozed, snoozed_to=""), snoozed))
    assert again.due_at == dt.datetime(2026, 12, 1, 23, tzinfo=dt.UTC)


def test_putting_off_is_taken_back_although_that_time_has_passed() -> None:
    snoozed = msgspec.structs.replace(TASK, snoozed_to="2026-11-25")
    assert (
        only(ManualTask, done(edit(snoozed, guard=True, snoozed_to="2026-11-20"), snoozed)).snoozed_to == "2026-11-20"
    )


def test_two_edits_of_a_field_the_last_wins_and_is_told_a_guard_refuses() -> None:
    outcome = done(edit(TASK, was={"title": "Old"}, title="New"), TASK)
    assert only(ManualTask, outcome).title == "New"
    assert outcome.conflicts["title"].theirs == "Call back"
    assert refused(edit(TASK, guard=True, was={"title": "Old"}, title="New"), TASK).code == "conflict"
    same = done(edit(TASK, was={"title": "Old"}, title="Call back"), TASK)
    assert (same.puts, dict(same.conflicts)) == ((), {})


@pytest.mark.parametrize(
    ("task", "fields", "code"),
    [
        (TASK, {"state": "done"}, "invalid"),
        (TASK, {"creator": "ben"}, "invalid"),
        (TASK, {"customer": "c1"}, "invalid"),
        (TASK, {"title": ""}, "invalid"),
        (TASK, {"title": None}, "invalid"),
        (TASK, {"due": 5}, "invalid"),
        (TASK, {"repeat": "FREQ=DAILY"}, "invalid"),
        (RULE_TASK, {"title": "Other"}, "invalid"),
        (RULE_TASK, {"due": "2026-12-24"}, "invalid"),
        (CORPORATE, {"details": "x"}, "invalid"),
        (msgspec.structs.replace(TASK, state="done", done_by="ben"), {"title": "New"}, "already_done"),
    ],
)
def test_what_may_not_be_edited(task: Record, fields: dict[str, Any], code: str) -> None:
    assert refused(edit(task, **fields), task, MARA).code == code


def test_a_set_of_a_task_there_is_none() -> None:
    assert refused(Edit(kind="manual_task", id="t1", add={"title": ("x",)}), TASK).code == "invalid"
    assert refused(edit(TASK, title="x")).code == "not_found"


def test_whom_a_rules_task_is_meant_for_is_the_teams_to_say() -> None:
    claimed = msgspec.structs.replace(RULE_TASK, claimed_by="anna")
    assert refused(edit(claimed, meant_for="ben"), claimed, MARA).field == "meant_for"
    passed_on = only(RuleTask, done(edit(claimed, meant_for="ben"), claimed, MARA, mode="team"))
    assert (passed_on.meant_for, passed_on.claimed_by) == ("ben", None)
    assert refused(edit(claimed, meant_for="far"), claimed, MARA, mode="team").code == "invalid"
    assert only(RuleTask, done(edit(claimed, meant_for=None), claimed, MARA, mode="team")).meant_for is None


# ------------------------------------------------------------------ ending


@pytest.mark.parametrize("task", [TASK, RULE_TASK, CORPORATE], ids=kind_of)
def test_a_task_is_done_or_dismissed_for_a_reason(task: Record) -> None:
    kind: Any = kind_of(task)
    (ended,) = done(Finish(kind=kind, id=task.id, reason=" sent "), task, MARA).puts
    assert [getattr(ended, name) for name in ("state", "done_by", "done_at", "reason")] == ["done", "anna", NOW, "sent"]
    assert refused(Finish(kind=kind, id=task.id, how="dismissed", reason=" "), task, MARA).field == "reason"
    assert refused(Finish(kind=kind, id=task.id, reason="x" * 201), task, MARA).field == "reason"
    (gone,) = done(Finish(kind=kind, id=task.id, how="dismissed", reason="no need"), task, MARA).puts
    assert getattr(gone, "state") == "dismissed"  # noqa: B009 -- any kind's
    assert done(Finish(kind=kind, id=task.id), ended, MARA).puts == (), "the same end again"
    late = refused(Finish(kind=kind, id=task.id), ended, MARA, by=BEN)
    assert (late.code, late.winner) == ("already_done", "anna")
    assert refused(Finish(kind=kind, id=task.id, how="dismissed", reason="x"), ended, MARA).code == "already_done"


def test_what_a_colleague_has_taken_is_theirs_to_end() -> None:
    claimed = msgspec.structs.replace(RULE_TASK, claimed_by="ben")
    refusal = refused(Finish(kind="rule_task", id="r1"), claimed, MARA, mode="team")
    assert (refusal.code, refusal.winner) == ("already_claimed", "ben")
    assert only(RuleTask, done(Finish(kind="rule_task", id="r1"), claimed, MARA, by=BEN, mode="team")).done_by == "ben"


@pytest.mark.parametrize("left", ["gone", "far", "nobody we know"])
def test_who_is_disabled_or_works_elsewhere_keeps_nobody_from_a_task(left: str) -> None:
    claimed = msgspec.structs.replace(RULE_TASK, claimed_by=left)
    assert only(RuleTask, done(Claim(kind="rule_task", id="r1"), claimed, MARA, mode="team")).claimed_by == "anna"
    assert only(RuleTask, done(Finish(kind="rule_task", id="r1"), claimed, MARA, mode="team")).done_by == "anna"
    assert only(RuleTask, done(Release(kind="rule_task", id="r1"), claimed, MARA, mode="team")).claimed_by is None


def test_a_task_whose_time_was_up_counts_as_done_all_the_same() -> None:
    expired = msgspec.structs.replace(RULE_TASK, state="expired", reason="its time ran out", done_at=NOW)
    assert only(RuleTask, done(Finish(kind="rule_task", id="r1"), expired, MARA)).state == "done"
    assert done(Finish(kind="rule_task", id="r1", how="dismissed", reason="x"), expired, MARA).puts == ()
    assert refused(Reopen(kind="rule_task", id="r1"), expired, MARA).code == "not_allowed"
    assert refused(Claim(kind="rule_task", id="r1"), expired, MARA).code == "already_done"


def test_a_rules_task_counts_where_it_was_done() -> None:
    moved = msgspec.structs.replace(RULE_TASK, store="s2")
    assert only(RuleTask, done(Finish(kind="rule_task", id="r1"), moved, MARA)).store == "s1"


def test_an_end_is_taken_back_by_who_made_it() -> None:
    ended = only(ManualTask, done(Finish(kind="manual_task", id="t1"), TASK))
    assert only(ManualTask, done(Reopen(kind="manual_task", id="t1"), ended)) == TASK
    assert refused(Reopen(kind="manual_task", id="t1"), ended, by=BEN).code == "not_allowed"
    assert done(Reopen(kind="manual_task", id="t1"), TASK).puts == ()


def test_an_end_stays_where_the_rule_has_made_another_task_for_the_customer_since() -> None:
    ended = only(RuleTask, done(Finish(kind="rule_task", id="r1"), RULE_TASK, MARA))
    reopen = Reopen(kind="rule_task", id="r1")
    another = msgspec.structs.replace(RULE_TASK, id="r2", occurrence="o2")
    assert refused(reopen, ended, another, MARA).code == "conflict"
    for unlike in (
        msgspec.structs.replace(another, state="done", done_by="anna"),
        msgspec.structs.replace(another, rule="birthday"),
        msgspec.structs.replace(another, customer="c2"),
    ):
        assert only(RuleTask, done(reopen, ended, unlike, MARA)) == RULE_TASK
    theirs = msgspec.structs.replace(MARA, owner="ben")
    assert only(RuleTask, done(reopen, ended, another, theirs)) == RULE_TASK, "the rest is for who sees it to say"


def test_only_its_maker_takes_a_task_away_while_nothing_has_become_of_it() -> None:
    remove = Remove(kind="manual_task", id="t1", was={"title": "Call back", "assignee": None})
    assert done(remove, TASK).removes == (("manual_task", "t1"),)
    assert refused(remove, TASK, by=BEN).code == "not_allowed"
    assert refused(remove, msgspec.structs.replace(TASK, title="New")).code == "conflict"
    assert refused(remove, msgspec.structs.replace(TASK, claimed_by="ben"), mode="team").code == "already_claimed"
    assert refused(remove, msgspec.structs.replace(TASK, state="done", done_by="ben")).code == "already_done"
    given = done(Remove(kind="manual_task", id="t2"), GIVEN, MARA, by=BOSS)
    assert set(given.removes) == {("task_card", CARD.id), ("manual_task", "t2")}


def test_what_was_taken_in_team_mode_binds_nobody_in_associate_mode() -> None:
    claimed = msgspec.structs.replace(RULE_TASK, claimed_by="ben")
    assert only(RuleTask, done(Finish(kind="rule_task", id="r1"), claimed, MARA)).done_by == "anna"
    assert only(RuleTask, done(Claim(kind="rule_task", id="r1"), claimed, MARA)).claimed_by == "anna"


def test_everybody_does_their_own_corporate_task() -> None:
    mine = CorporateTask(id="k1", store="s1", person="anna", title="Set up the window", brief="b1")
    for operation in (Finish(kind="corporate_task", id="k1"), Edit(kind="corporate_task", id="k1", set={"due": ""})):
        assert refused(operation, mine, by=BEN, mode="team").code == "not_allowed"
    assert only(CorporateTask, done(Finish(kind="corporate_task", id="k1"), mine, mode="team")).done_by == "anna"


def test_a_claim_has_one_winner() -> None:
    taken = only(ManualTask, done(Claim(kind="manual_task", id="t1"), TASK, mode="team"))
    assert taken.claimed_by == "anna"
    loser = refused(Claim(kind="manual_task", id="t1"), taken, by=BEN, mode="team")
    assert (loser.code, loser.winner) == ("already_claimed", "anna")
    assert only(ManualTask, done(Release(kind="manual_task", id="t1"), taken, mode="team")).claimed_by is None


# ------------------------------------------------------------------ cards


def test_the_card_of_a_given_task_says_how_it_ended() -> None:
    card = only(TaskCard, done(Finish(kind="manual_task", id="t2"), GIVEN, MARA))
    assert (card.id, card.state, card.done_at) == (CARD.id, "done", NOW)


def test_a_manager_withdraws_what_was_given() -> None:
    (card,) = done(Withdraw(id=CARD.id, reason=" changed "), CARD, by=BOSS).puts
    assert isinstance(card, TaskCard)
    assert (card.state, card.reason, card.done_at) == ("dismissed", "changed", NOW)
    weekly = msgspec.structs.replace(GIVEN, repeat="FREQ=WEEKLY", repeat_from="2026-11-23")
    gone = withdrawn(weekly, card, "boss")
    assert (gone.state, gone.done_by, gone.reason, gone.repeat) == ("dismissed", "boss", "changed", "")
    assert visibility.cards(gone) == [card]
    assert refused(Withdraw(id=CARD.id), card, by=BOSS).code == "already_done"
    assert refused(Withdraw(id="x"), CARD, by=BOSS).code == "not_found"
    assert refused(Withdraw(id=CARD.id, reason="\0"), CARD, by=BOSS).field == "reason"


# ------------------------------------------------------------------ repeating


def _weekly(**fields: Any) -> ManualTask:
    doc = {"due": "2026-11-16T09:00", "repeat": "FREQ=WEEKLY", **fields}
    return only(ManualTask, done(create("w1", **doc)))


def test_the_end_of_a_repeating_task_makes_the_next_one() -> None:
    task = _weekly()
    assert task.repeat_from == "2026-11-16T09:00"
    for finish in (
        Finish(kind="manual_task", id="w1"),
        Finish(kind="manual_task", id="w1", how="dismissed", reason="x"),
    ):
        ended, following = done(finish, task).puts
        assert isinstance(ended, ManualTask)
        assert isinstance(following, ManualTask)
        assert (following.state, following.due, following.series) == ("open", "2026-11-23T09:00", "w1")
        assert following.due_at == dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
        assert following.id == following_id(task.creator, "w1", "2026-11-23T09:00")
        assert (following.done_by, following.reason, following.claimed_by) == (None, "", None)
    third = done(Finish(kind="manual_task", id=following.id), following).puts[1]
    assert isinstance(third, ManualTask)
    assert (third.due, third.series) == ("2026-11-30T09:00", "w1")


@pytest.mark.parametrize(
    "unknown", [{"repeat": "FREQ=HOURLY"}, {"repeat": "EVERY=MOON"}, {"due": "2026-W48"}, {"repeat_from": "2026-W47"}]
)
def test_a_task_that_repeats_as_only_a_newer_version_knows_is_not_ended(unknown: dict[str, str]) -> None:
    task = msgspec.structs.replace(_weekly(), **unknown)
    ended = msgspec.structs.replace(task, state="done", done_by="anna", done_at=NOW)
    finish = Finish(kind="manual_task", id="w1")
    for operation, held in (
        (finish, task),
        (msgspec.structs.replace(finish, how="dismissed", reason="x"), task),
        (Reopen(kind="manual_task", id="w1"), ended),
    ):
        refusal = refused(operation, held)
        assert (refusal.code, refusal.field) == ("unsupported", "repeat")


def test_what_was_put_off_goes_on_where_the_series_does() -> None:
    snoozed = msgspec.structs.replace(_weekly(), snoozed_to="2026-11-25")
    following = done(Finish(kind="manual_task", id="w1"), snoozed).puts[1]
    assert isinstance(following, ManualTask)
    assert (following.due, following.snoozed_to) == ("2026-11-23T09:00", "")


def test_a_changed_due_time_begins_the_series_anew() -> None:
    task = _weekly()
    moved = only(ManualTask, done(edit(task, due="2026-11-18", repeat="FREQ=DAILY"), task))
    assert moved.repeat_from == "2026-11-18"
    once = only(ManualTask, done(edit(task, due="2026-11-18"), task))
    assert once.repeat_from == "2026-11-16T09:00", "this one only is moved"
    never = only(ManualTask, done(edit(task, repeat=""), task))
    assert (never.repeat, never.repeat_from) == ("", "")
    assert refused(edit(task, due=""), task).field == "due"


def test_a_series_that_is_over_makes_none() -> None:
    task = _weekly(repeat="FREQ=WEEKLY;UNTIL=20261123", due="2026-11-16")
    following = done(Finish(kind="manual_task", id="w1"), task).puts[1]
    assert isinstance(following, ManualTask)
    assert len(done(Finish(kind="manual_task", id=following.id), following).puts) == 1
    late = done(Finish(kind="manual_task", id="w1"), task, now=NOW + dt.timedelta(days=20))
    assert len(late.puts) == 1, "what would have come meanwhile is not made up for"


def test_the_next_one_goes_when_the_end_is_taken_back_unless_it_was_touched() -> None:
    task = _weekly()
    ended, following = done(Finish(kind="manual_task", id="w1"), task).puts
    assert isinstance(following, ManualTask)
    back = done(Reopen(kind="manual_task", id="w1"), ended, following)
    assert back.puts == (task,)
    assert back.removes == (("manual_task", following.id),)
    assert done(Reopen(kind="manual_task", id="w1"), ended).puts == (task,)
    touched = msgspec.structs.replace(following, title="Other")
    assert refused(Reopen(kind="manual_task", id="w1"), ended, touched).code == "conflict"
    again = done(Finish(kind="manual_task", id="w1"), task, touched)
    assert len(again.puts) == 1, "what is there already is not made anew"


def test_a_given_task_that_repeats_has_a_card_each_time() -> None:
    task = msgspec.structs.replace(GIVEN, due="2026-11-16", repeat="FREQ=WEEKLY", repeat_from="2026-11-16")
    outcome = done(Finish(kind="manual_task", id="t2"), task, MARA)
    assert [kind_of(record) for record in outcome.puts] == ["manual_task", "manual_task", "task_card", "task_card"]
    stage = Stage(Held(MARA, *STAFF))
    stage.take(outcome)
    back = mutations.apply(Reopen(kind="manual_task", id="t2"), World(stage, ANNA, retailer(), "m", NOW))
    assert len(back.removes) == 2
    assert only(TaskCard, back).state == "open"


# ------------------------------------------------------------------ rules


def _rule(store: str | None = "s1", **doc: Any) -> Create:
    given = {"slug": "thanks", "store": store, "name": "Thanks", "trigger": "purchase", "title": "Thank", **doc}
    return Create(
        kind="task_rule", id=task_rule_id(store, "thanks"), doc={k: v for k, v in given.items() if v is not None}
    )


def test_a_rule_is_made_for_ones_store_or_by_the_head_office_for_all() -> None:
    assert done(_rule(), by=BOSS).puts == (RULE,)
    assert refused(_rule("s2"), by=BOSS).field == "store"
    assert refused(_rule(None), by=BOSS).field == "store"
    assert only(TaskRule, done(_rule(None), by=HEAD)).store is None
    assert refused(_rule(), RULE, by=BOSS).code == "conflict"
    assert refused(msgspec.structs.replace(_rule(), id="other"), by=BOSS).field == "id"


@pytest.mark.parametrize(
    ("doc", "field"),
    [
        ({"slug": "Thanks!"}, "slug"),
        ({"slug": "a\ud800"}, "slug"),
        ({"title": ""}, "title"),
        ({"name": "x" * 101}, "name"),
        ({"trigger": "moon"}, "trigger"),
        ({"surprise": 1}, "surprise"),
        ({"audience": "skin:dry"}, "audience"),
        ({"audience": "((("}, "audience"),
        ({"audience": "owner:me"}, "audience"),
        ({"audience": 'city:"a\0b"'}, "audience"),
        ({"products": ["a\0b"]}, "products"),
        ({"products": [""]}, "products"),
        ({"dates": ["birthday"]}, "dates"),
        ({"daily_cap": 0}, "daily_cap"),
        ({"expires_days": -1}, "expires_days"),
        ({"offset_days": 10**30}, "offset_days"),
        ({"due_time": "9:00"}, "due_time"),
        ({"due_time": "09:00", "offset_hours": 2}, "due_time"),
        ({"message": "Dear {nmae}"}, "message"),
        ({"trigger": "event", "event": "x" * 200}, "event"),
        ({"trigger": "event"}, "event"),
        ({"trigger": "lapsed"}, "after_days"),
        ({"trigger": "lapsed", "times_average": float("nan")}, "times_average"),
        ({"trigger": "replenishment", "after_days": 3}, "products"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_and_names_the_field(doc: dict[str, Any], field: str) -> None:
    refusal = refused(_rule(**doc), by=BOSS)
    assert (refusal.code, refusal.field) == ("invalid", field)


def test_a_rule_is_edited_but_for_what_its_tasks_keys_are_made_of() -> None:
    assert only(TaskRule, done(edit(RULE, enabled=False, daily_cap=3), RULE, by=BOSS)).daily_cap == 3
    for field, value in (("slug", "x"), ("store", None), ("trigger", "date"), ("id", "x")):
        change = Edit(kind="task_rule", id=RULE.id, set={field: value})
        assert refused(change, RULE, by=BOSS).field == field
    assert refused(edit(RULE, audience="("), RULE, by=BOSS).field == "audience"
    assert refused(edit(RULE, guard=True, was={"name": "Old"}, name="New"), RULE, by=BOSS).code == "conflict"
    assert done(edit(RULE, name="Thanks"), RULE, by=BOSS).puts == ()
    everywhere = msgspec.structs.replace(RULE, store=None)
    assert refused(edit(everywhere, name="x"), everywhere, by=BOSS).code == "not_allowed"


def test_a_rule_is_removed_as_it_was_seen() -> None:
    gone = Remove(kind="task_rule", id=RULE.id, was={"name": "Thanks", "enabled": True})
    assert done(gone, RULE, by=BOSS).removes == (("task_rule", RULE.id),)
    assert refused(gone, msgspec.structs.replace(RULE, enabled=False), by=BOSS).field == "enabled"
    assert refused(gone, by=BOSS).code == "not_found"


# ------------------------------------------------------------------ briefs


def _brief(**doc: Any) -> Create:
    return Create(kind="corporate_brief", id="b1", doc={"title": "Show", **doc})


def test_a_brief_is_the_head_offices() -> None:
    brief = only(CorporateBrief, done(_brief(stores=["s1"], due="2026-12-01", products=["1"]), by=HEAD))
    assert (brief.created_by, brief.created_at, brief.withdrawn) == ("head", NOW, False)
    assert refused(_brief(), by=BOSS).code == "not_allowed"
    assert refused(_brief(), brief, by=HEAD).code == "conflict"
    gone = only(CorporateBrief, done(Remove(kind="corporate_brief", id="b1"), brief, by=HEAD))
    assert gone.withdrawn
    assert done(Remove(kind="corporate_brief", id="b1"), gone, by=HEAD).puts == ()
    assert refused(Remove(kind="corporate_brief", id="b1"), brief, by=BOSS).code == "not_allowed"


@pytest.mark.parametrize(
    ("doc", "field"),
    [
        ({"title": " "}, "title"),
        ({"stores": ["s9"]}, "stores"),
        ({"works": ["moon"]}, "works"),
        ({"products": list(map(str, range(11)))}, "products"),
        ({"products": ["a\0b"]}, "products"),
        ({"products": [" "]}, "products"),
        ({"due": "2026-02-30"}, "due"),
        ({"expires": "never"}, "expires"),
        ({"withdrawn": True}, "withdrawn"),
        ({"message": "x" * 5001}, "message"),
        ({"action": "fax"}, "action"),
    ],
)
def test_a_brief_that_cannot_be_is_refused_and_names_the_field(doc: dict[str, Any], field: str) -> None:
    refusal = refused(_brief(**doc), by=HEAD)
    assert (refusal.code, refusal.field) == ("invalid", field)


# ------------------------------------------------------------------ anything at all

_LIKELY = ["", "2026-12-24", "2026-12-24T15:00", "9998-12-31", "FREQ=DAILY", "ben", "anna", "c1", "tag:vip"]
_TEXT = st.text(max_size=20) | st.sampled_from([*_LIKELY, "(", "a\0", "\ud800"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=5,
)
_NAMES = st.sampled_from([name for kind in (ManualTask, TaskRule, CorporateBrief) for name in kind.__struct_fields__])
_FIELDS = st.dictionaries(_NAMES | _TEXT, _VALUES, max_size=5)
_LIKELY_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "due": st.sampled_from(["2026-12-24", "2026-11-22T13:00", "9998-12-31", ""]),
        "snoozed_to": st.sampled_from(["2026-12-24", "2026-02-30", ""]),
        "repeat": st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;COUNT=2", "FREQ=YEARLY;BYDAY=53MO", ""]),
        "assignee": st.sampled_from(["anna", "ben", "boss", "gone", None]),
        "meant_for": st.sampled_from(["anna", "ben", "far", None]),
        "customer": st.sampled_from(["c1", "c2"]),
        "audience": st.sampled_from(["tag:vip", "skin:dry", ""]),
    },
)
_IDS = st.sampled_from(["t1", "t2", "t3", "r1", "k1", "b1", "b2", RULE.id, CARD.id])
_KINDS = st.sampled_from(["manual_task", "rule_task", "corporate_task"])
_MADE = st.sampled_from(["manual_task", "task_rule", "corporate_brief"])
_ENOUGH = {
    "manual_task": {"title": "T"},
    "task_rule": {"slug": "thanks", "store": "s1", "name": "N", "title": "T", "trigger": "purchase"},
    "corporate_brief": {"title": "T"},
}
"""What each kind needs at least."""
_OPERATIONS = st.one_of(
    st.builds(
        lambda kind, target, doc: Create(kind=kind, id=target, doc={**_ENOUGH[kind], **doc}),
        _MADE,
        _IDS,
        _FIELDS | _LIKELY_FIELDS,
    ),
    st.builds(
        Edit,
        kind=_KINDS | st.just("task_rule"),
        id=_IDS,
        set=_FIELDS | _LIKELY_FIELDS,
        was=_FIELDS,
        guard=st.booleans(),
    ),
    st.builds(Remove, kind=_MADE, id=_IDS, was=_FIELDS),
    st.builds(Finish, kind=_KINDS, id=_IDS, how=st.sampled_from(["done", "dismissed"]), reason=_TEXT),
    st.builds(Reopen, kind=_KINDS, id=_IDS),
    st.builds(Withdraw, id=_IDS, reason=_TEXT),
    st.builds(Claim, kind=st.sampled_from(["manual_task", "rule_task"]), id=_IDS),
)


@given(
    st.lists(_OPERATIONS, min_size=1, max_size=6),
    st.sampled_from([ANNA, BEN, BOSS, HEAD]),
    st.sampled_from(["associate", "team"]),
)
def test_whatever_is_asked_for_is_done_or_refused(operations: list[Operation], by: Account, mode: Mode) -> None:
    stage = Stage(Held(*STAFF, MARA, TASK, GIVEN, CARD, RULE_TASK, CORPORATE, RULE, CorporateBrief(id="b1", title="B")))
    for operation in operations:
        sent = json.dumps(msgspec.to_builtins(operation))  # as it comes, with what no JSON should have
        try:
            outcome = mutations.apply(mutations.decode(sent), World(stage, by, retailer(mode), "m1", NOW))
        except Rejected:
            continue
        if isinstance(operation, Withdraw):
            continue  # what it does to the task, which its author need not see, is the backend's
        stage.take(outcome)
        for record in outcome.puts:
            assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record
            if isinstance(record, ManualTask):
                card = stage.get("task_card", source_id("task_card", "sellmode", record.id))
                assert ([card] if card else []) == visibility.cards(record)

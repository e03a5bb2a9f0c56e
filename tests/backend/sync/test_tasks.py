"""Tasks from terminals: who sees, gives, claims, ends and withdraws them, and what becomes of those that went."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import msgspec
import pytest

from sellmode_backend.accounts import directory
from sellmode_backend.store import settings
from sellmode_backend.store.duplicates import pair_id
from sellmode_contract.ids import new_id, source_id
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.manual_task import ManualTask, TaskCard
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.kinds.rule_task import RuleTask, rule_task_id
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.mutations import (
    Claim,
    Create,
    Edit,
    Finish,
    Operation,
    Park,
    Release,
    Remove,
    Reopen,
    Withdraw,
    encode,
)
from sellmode_contract.mutations.tasks import following_id
from sellmode_contract.rules.checking import MAX_RULES
from sellmode_contract.visibility import Account
from tests.backend.merges import merge
from tests.backend.people import add_person
from tests.backend.sync.pushing import Shop, at_once, uuid7

DAY = dt.timedelta(days=1)


def todo(customer: Customer | None = None, to: Account | None = None, **doc: Any) -> Create:
    """An operation: a new task, for its author or somebody else."""
    given = {"title": "Call back", **doc}
    if customer is not None:
        given["customer"] = customer.id
    if to is not None:
        given["assignee"] = to.id
    return Create(kind="manual_task", id=uuid7(), doc=given)


def give(task: str, to: Account | None, was: Account | None = None) -> Edit:
    """An operation: a task is handed over."""
    ids = [account.id if account else None for account in (to, was)]
    return Edit(kind="manual_task", id=task, set={"assignee": ids[0]}, was={"assignee": ids[1]})


def thank(customer: Customer, occurrence: str = "order-1", **fields: Any) -> RuleTask:
    """A task that a rule has made."""
    return RuleTask(
        **{
            "id": rule_task_id("thank-you", customer.id, occurrence),
            "store": customer.store,
            "title": "Say thank you",
            "customer": customer.id,
            "rule": "thank-you",
            "occurrence": occurrence,
            **fields,
        }
    )


def card_of(task: str) -> str:
    return source_id("task_card", "sellmode", task)


def new_rule(store: str | None = "Alpha", slug: str = "anniversary", **doc: Any) -> Create:
    given = {"slug": slug, "store": store, "name": "Anniversary", "trigger": "date", "dates": ["anniversary"]}
    return Create(kind="task_rule", id=task_rule_id(store, slug), doc={**given, "title": "Congratulate", **doc})


def head_office(shop: Shop) -> Account:
    return add_person(shop.database, "hana", "Alpha", "Beta", role="head_office")


# ------------------------------------------------------------------ who sees them


@pytest.mark.parametrize("mode", ["associate", "team"])
def test_who_sees_a_task_is_as_the_mode_table_says(shop: Shop, mode: str) -> None:
    shop.set_mode(mode)
    anna = shop.add(shop.ada)
    ada = shop.writer(shop.ada)
    mine, about = todo(), todo(anna)
    ada.done(mine, about)
    shop.write(
        thank(anna), CorporateTask(id="c-1", store="Alpha", person=shop.ada.id, title="Learn about the new range")
    )
    keys = [("manual_task", mine.id), ("manual_task", about.id), ("rule_task", thank(anna).id)]
    for account in (shop.ada, shop.ben, shop.mia, shop.cleo):
        writer = shop.writer(account)
        seen = account is shop.ada or (mode == "team" and account is not shop.cleo)
        assert [writer.holds(*key) for key in (*keys, ("corporate_task", "c-1"))] == [seen] * 4, account.user_name


def test_a_task_has_its_author_store_and_the_instant_of_its_due_time(shop: Shop) -> None:
    with_zone(shop, "Europe/Zurich")
    task = todo(due="2026-12-24T15:00", action="call", details="About the coat.")
    ada = shop.writer(shop.ada)
    result = ada.one(task)
    assert (result.st, result.revs) == ("applied", (("manual_task", task.id, 1),))
    assert ada.shown("manual_task", task.id) == ManualTask(
        id=task.id,
        store="Alpha",
        creator=shop.ada.id,
        title="Call back",
        details="About the coat.",
        action="call",
        due="2026-12-24T15:00",
        due_at=dt.datetime(2026, 12, 24, 14, tzinfo=dt.UTC),
        created_at=shop.clock(),
    )


def with_zone(shop: Shop, zone: str) -> None:
    with shop.database.transaction() as connection:
        settings.write_stores(connection, [StoreEntry(id="Alpha", name="Alpha", time_zone=zone)])


def test_a_mode_switch_hides_and_shows_and_writes_nothing(shop: Shop) -> None:
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    task = todo()
    ada.done(task)
    for mode, seen in (("team", True), ("associate", False), ("team", True)):
        shop.set_mode(mode)
        ben.pull()
        assert ben.holds("manual_task", task.id) == seen
    assert shop.stored("manual_task", task.id).creator == shop.ada.id


# ------------------------------------------------------------------ giving and taking


def test_in_associate_mode_only_the_manager_gives_tasks(shop: Shop) -> None:
    anna, nobodys, bens = shop.add(shop.ada), shop.add(None), shop.add(shop.ben)
    ada, mia = shop.writer(shop.ada), shop.writer(shop.mia)
    refused = ada.do(todo(to=shop.ben), todo(anna, to=shop.mia))
    assert [(r.st, r.code, r.field) for r in refused] == [("rejected", "not_allowed", "assignee")] * 2
    given, on_customer = todo(to=shop.ada), todo(anna, to=shop.ada, due="2026-12-01")
    mia.done(given, on_customer)
    results = mia.do(todo(bens, to=shop.ada), todo(nobodys, to=shop.ada), todo(to=shop.cleo))
    assert [(r.code, r.field) for r in results] == [
        ("not_allowed", "assignee"),
        ("not_allowed", "assignee"),
        ("invalid", "assignee"),
    ]
    ada.pull()
    mia.pull()
    assert ada.holds("manual_task", given.id)
    assert ada.holds("manual_task", on_customer.id)
    assert not mia.holds("manual_task", given.id)
    card = mia.shown("task_card", card_of(on_customer.id))
    assert isinstance(card, TaskCard)
    assert (card.task, card.assignee, card.about, card.due) == (on_customer.id, shop.ada.id, anna.id, "2026-12-01")
    assert not mia.holds("customer", anna.id)


def test_a_manager_makes_tasks_on_whom_they_have_a_card_of_others_do_not(shop: Shop) -> None:
    anna, far = shop.add(shop.ada), shop.add(shop.cleo, store="Beta")
    mia, ben = shop.writer(shop.mia), shop.writer(shop.ben)
    mia.done(todo(anna))
    assert ben.one(todo(anna)).code == "not_found"
    assert mia.one(todo(far)).code == "not_found"
    assert mia.one(todo(Customer(id=uuid7()))).code == "not_found"
    # The card opens nothing else.
    assert mia.one(Create(kind="note", id=uuid7(), doc={"customer": anna.id, "text": "?"})).code == "not_found"


def test_a_task_goes_back_to_its_maker_from_whom_it_was_given_to(shop: Shop) -> None:
    ada, mia = shop.writer(shop.ada), shop.writer(shop.mia)
    task = todo(to=shop.ada)
    mia.done(task)
    assert ada.one(give(task.id, None, shop.ada)).st == "applied"
    for writer in (ada, mia):
        writer.pull()
    assert mia.holds("manual_task", task.id)
    assert not ada.holds("manual_task", task.id)
    assert shop.stored("task_card", card_of(task.id)) is None
    assert not mia.holds("task_card", card_of(task.id))


def test_in_associate_mode_a_task_is_not_passed_on(shop: Shop) -> None:
    ada, mia = shop.writer(shop.ada), shop.writer(shop.mia)
    task = todo(to=shop.ada)
    mia.done(task)
    refused = ada.one(give(task.id, shop.ben, shop.ada))
    assert (refused.code, refused.field) == ("not_allowed", "assignee")
    own = todo()
    mia.done(own, give(own.id, shop.ben))
    assert shop.stored("manual_task", own.id).assignee == shop.ben.id


def test_in_team_mode_anybody_gives_tasks_within_the_store(shop: Shop) -> None:
    shop.set_mode("team")
    bert = shop.add(shop.ben)
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    task = todo(bert, to=shop.mia)
    ada.done(task)
    ben.done(Claim(kind="manual_task", id=task.id), give(task.id, shop.ben, shop.mia))
    stored = shop.stored("manual_task", task.id)
    assert (stored.creator, stored.assignee, stored.claimed_by) == (shop.ada.id, shop.ben.id, None)
    assert ada.one(give(task.id, shop.cleo, shop.ben)).field == "assignee"
    with shop.database.transaction() as connection:
        directory.disable(connection, shop.mia)
    assert ada.one(give(task.id, shop.mia, shop.ben)).field == "assignee"


def test_whom_a_rule_means_is_the_teams_to_say(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    task = thank(anna)
    shop.write(task)
    ada = shop.writer(shop.ada)

    def meant(was: Account | None = None) -> Edit:
        return Edit(
            kind="rule_task", id=task.id, set={"meant_for": shop.ben.id}, was={"meant_for": was.id if was else None}
        )

    assert (ada.one(meant()).code, shop.stored("rule_task", task.id).meant_for) == ("not_allowed", None)
    shop.set_mode("team")
    assert ada.one(meant()).st == "applied"
    assert shop.stored("rule_task", task.id).meant_for == shop.ben.id


def test_a_manager_withdraws_what_was_given(shop: Shop) -> None:
    ada, ben, mia = shop.writer(shop.ada), shop.writer(shop.ben), shop.writer(shop.mia)
    task = todo(to=shop.ada, due="2026-11-30", repeat="FREQ=WEEKLY")
    mia.done(task)
    ada.pull()
    assert ada.one(Withdraw(id=card_of(task.id))).code == "not_allowed"
    assert ben.one(Withdraw(id=card_of(task.id))).code == "not_allowed"
    assert mia.one(Withdraw(id=card_of(uuid7()))).code == "not_found"
    result = mia.one(Withdraw(id=card_of(task.id), reason="No longer needed"))
    assert (result.st, result.revs) == ("applied", (("task_card", card_of(task.id), 2),))
    withdrawn = shop.stored("manual_task", task.id)
    assert (withdrawn.state, withdrawn.done_by, withdrawn.reason, withdrawn.repeat) == (
        "dismissed",
        shop.mia.id,
        "No longer needed",
        "",
    )
    card = shop.stored("task_card", card_of(task.id))
    assert (card.state, card.done_at, card.reason) == ("dismissed", shop.clock(), "No longer needed")
    late = ada.one(Finish(kind="manual_task", id=task.id))
    assert (late.code, late.winner) == ("already_done", shop.mia.id)
    assert ada.one(Reopen(kind="manual_task", id=task.id)).code == "not_allowed"
    assert mia.one(Withdraw(id=card_of(task.id), reason="Again")).code == "already_done"


def test_the_manager_hears_on_the_card_that_a_task_is_done(shop: Shop) -> None:
    ada, mia = shop.writer(shop.ada), shop.writer(shop.mia)
    task = todo(to=shop.ada)
    mia.done(task)
    ada.done(Finish(kind="manual_task", id=task.id))
    mia.pull()
    card = mia.shown("task_card", card_of(task.id))
    assert isinstance(card, TaskCard)
    assert (card.state, card.done_at) == ("done", shop.clock())
    assert mia.one(Withdraw(id=card_of(task.id))).winner == shop.ada.id


# ------------------------------------------------------------------ one winner


@pytest.mark.parametrize("kind", ["manual_task", "rule_task"])
def test_a_claim_has_one_winner_also_offline(shop: Shop, kind: Any) -> None:
    shop.set_mode("team")
    anna = shop.add(shop.ada)
    task: Any = thank(anna) if kind == "rule_task" else ManualTask(id=uuid7(), store="Alpha", creator=shop.mia.id)
    shop.write(task)
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    shop.clock.forward(days=3)
    ben.done(Claim(kind=kind, id=task.id))
    lost = ada.one(Claim(kind=kind, id=task.id), age_ms=2 * 86_400_000)  # she was first, but offline
    assert (lost.st, lost.code, lost.winner) == ("rejected", "already_claimed", shop.ben.id)
    for refused in (Release(kind=kind, id=task.id), Finish(kind=kind, id=task.id)):
        assert ada.one(refused).code == "already_claimed"
    ben.done(Claim(kind=kind, id=task.id), Release(kind=kind, id=task.id))
    ada.done(Claim(kind=kind, id=task.id), Finish(kind=kind, id=task.id))
    assert shop.stored(kind, task.id).done_by == shop.ada.id
    assert ben.one(Claim(kind=kind, id=task.id)).code == "already_done"


def test_two_claim_at_the_same_moment(shop: Shop) -> None:
    shop.set_mode("team")
    task = ManualTask(id=uuid7(), store="Alpha", creator=shop.mia.id)
    shop.write(task)
    writers = [shop.writer(account) for account in (shop.ada, shop.ben, shop.mia)]
    results = at_once(*(partial(writer.one, Claim(kind="manual_task", id=task.id)) for writer in writers))
    (winner,) = [writer.account.id for writer, result in zip(writers, results, strict=True) if result.st == "applied"]
    assert [result.winner for result in results if result.st == "rejected"] == [winner] * 2
    assert shop.stored("manual_task", task.id).claimed_by == winner


def test_two_finish_at_the_same_moment(shop: Shop) -> None:
    shop.set_mode("team")
    task = todo(due="2026-11-22", repeat="FREQ=DAILY")
    shop.writer(shop.mia).done(task)
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    results = at_once(*(partial(writer.one, Finish(kind="manual_task", id=task.id)) for writer in (ada, ben)))
    assert sorted(result.st for result in results) == ["applied", "rejected"]
    done = shop.stored("manual_task", task.id)
    (lost,) = [result for result in results if result.st == "rejected"]
    assert (lost.code, lost.winner) == ("already_done", done.done_by)
    following = following_id(shop.mia.id, task.id, "2026-11-23")
    assert shop.stored("manual_task", following).state == "open"


def test_nobody_can_take_the_place_of_a_colleagues_next_task(shop: Shop) -> None:
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    hers, how = todo(due="2026-11-23", repeat="FREQ=DAILY"), {"due": "2026-11-23", "repeat": "FREQ=DAILY"}
    ada.done(hers)
    his = Create(kind="manual_task", id=uuid7(), doc={"title": "x", "series": hers.id, **how})
    ben.done(his, Finish(kind="manual_task", id=his.id))
    ada.done(Finish(kind="manual_task", id=hers.id))
    following = shop.stored("manual_task", following_id(shop.ada.id, hers.id, "2026-11-24"))
    assert (following.creator, following.title) == (shop.ada.id, "Call back")


def test_the_same_end_again_says_the_same(shop: Shop) -> None:
    ada, task = shop.writer(shop.ada), todo()
    ada.done(task, Finish(kind="manual_task", id=task.id))
    before = shop.stored("manual_task", task.id)
    shop.clock.forward(minutes=1)
    ada.done(Finish(kind="manual_task", id=task.id))
    assert shop.stored("manual_task", task.id) == before


# ------------------------------------------------------------------ ending, reopening, putting off


def test_a_repeating_task_goes_on_and_comes_back(shop: Shop) -> None:
    ada, task = shop.writer(shop.ada), todo(due="2026-11-23T09:00", repeat="FREQ=WEEKLY;BYDAY=MO")
    ada.done(task, Finish(kind="manual_task", id=task.id))
    following = following_id(shop.ada.id, task.id, "2026-11-30T09:00")
    assert ada.holds("manual_task", following)
    ada.done(Reopen(kind="manual_task", id=task.id))
    assert not ada.holds("manual_task", following)
    assert shop.stored("manual_task", task.id).state == "open"
    ada.done(Finish(kind="manual_task", id=task.id))
    ada.done(Edit(kind="manual_task", id=following, set={"title": "Ring"}, was={"title": "Call back"}))
    assert ada.one(Reopen(kind="manual_task", id=task.id)).code == "conflict"


def test_a_task_is_dismissed_for_a_reason_and_put_off_to_a_time_to_come(shop: Shop) -> None:
    ada, task = shop.writer(shop.ada), todo(due="2026-11-22")
    ada.done(task)
    assert ada.one(Finish(kind="manual_task", id=task.id, how="dismissed", reason=" ")).field == "reason"

    def put_off(to: str, was: str = "") -> Edit:
        return Edit(kind="manual_task", id=task.id, set={"snoozed_to": to}, was={"snoozed_to": was})

    assert ada.one(put_off("2026-11-21")).field == "snoozed_to"
    ada.done(put_off("2026-11-25"))
    assert shop.stored("manual_task", task.id).due_at == dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
    ada.done(Finish(kind="manual_task", id=task.id, how="dismissed", reason="Moved away"))
    stored = shop.stored("manual_task", task.id)
    assert (stored.state, stored.reason, stored.due) == ("dismissed", "Moved away", "2026-11-22")
    assert ada.one(put_off("2026-11-28", "2026-11-25")).code == "already_done"


def test_only_its_maker_takes_a_task_away(shop: Shop) -> None:
    shop.set_mode("team")
    ada, ben, task = shop.writer(shop.ada), shop.writer(shop.ben), todo()
    ada.done(task)
    assert ben.one(Remove(kind="manual_task", id=task.id)).code == "not_allowed"
    assert ada.one(Remove(kind="manual_task", id=task.id, was={"title": "Something else"})).code == "conflict"
    ada.done(Remove(kind="manual_task", id=task.id, was={"title": "Call back"}))
    assert shop.stored("manual_task", task.id) is None
    assert ben.one(Finish(kind="manual_task", id=task.id)).code == "not_found"


def test_a_corporate_task_is_done_per_person(shop: Shop) -> None:
    tasks = [
        CorporateTask(
            id=source_id("corporate_task", "sellmode", f"b/{who.id}"), store="Alpha", person=who.id, title="Learn"
        )
        for who in (shop.ada, shop.ben)
    ]
    shop.write(*tasks)
    ada = shop.writer(shop.ada)
    ada.done(
        Edit(kind="corporate_task", id=tasks[0].id, set={"snoozed_to": "2026-11-30"}, was={"snoozed_to": ""}),
        Finish(kind="corporate_task", id=tasks[0].id),
    )
    assert ada.one(Finish(kind="corporate_task", id=tasks[1].id)).code == "not_found"
    assert [shop.stored("corporate_task", task.id).state for task in tasks] == ["done", "open"]


# ------------------------------------------------------------------ what has gone


def gone(shop: Shop, anna: Customer) -> None:
    shop.give(anna, shop.ben)


def gone_far(shop: Shop, anna: Customer) -> None:
    shop.give(anna, shop.cleo, store="Beta")


def author_moved(shop: Shop, _: Customer) -> None:
    with shop.database.transaction() as connection:
        directory.move(connection, shop.ada, "Beta")


@pytest.mark.parametrize("lose", [gone, gone_far, author_moved])
def test_that_a_task_of_a_customer_who_left_was_done_counts_the_rest_is_the_new_owners(shop: Shop, lose: Any) -> None:
    anna = shop.add(shop.ada)
    task, other = thank(anna), thank(anna, "order-2")
    shop.write(task, other)
    ada = shop.writer(shop.ada)
    lose(shop, anna)
    left = shop.stored("rule_task", other.id)
    refused: list[Operation] = [
        Finish(kind="rule_task", id=other.id, how="dismissed", reason="No"),
        Edit(kind="rule_task", id=other.id, set={"snoozed_to": "2026-12-24"}, was={"snoozed_to": ""}),
        Claim(kind="rule_task", id=other.id),
        Reopen(kind="rule_task", id=other.id),
    ]
    for result in ada.do(*refused):
        assert (result.st, result.code, result.winner, result.revs) == ("rejected", "moved", None, ())
    assert ada.one(Finish(kind="rule_task", id=task.id)).st == "applied"
    done = shop.stored("rule_task", task.id)
    with shop.database.snapshot() as connection:
        (store,) = directory.named(connection, "ada").stores
    assert (done.state, done.done_by, done.store) == ("done", shop.ada.id, store)
    ada.pull()
    assert ada.holds("rule_task", task.id), "what she has done stays hers"
    assert not ada.holds("rule_task", other.id)
    assert not ada.holds("customer", anna.id)
    # Taking it back would give it to somebody else.
    assert ada.one(Reopen(kind="rule_task", id=task.id)).code == "not_allowed"
    assert shop.stored("rule_task", other.id) == left


def test_the_new_owner_has_done_it_already(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    task = thank(anna)
    shop.write(task)
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    shop.give(anna, shop.ben)
    ben.pull()
    ben.done(Finish(kind="rule_task", id=task.id))
    late = ada.one(Finish(kind="rule_task", id=task.id))
    assert (late.code, late.winner) == ("moved", None)
    assert shop.stored("rule_task", task.id).done_by == shop.ben.id


def test_after_the_grace_there_is_no_such_task(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    task = thank(anna)
    shop.write(task)
    ada = shop.writer(shop.ada)
    shop.give(anna, shop.ben)
    shop.clock.forward(days=15)
    ada.sign_in()
    assert ada.one(Finish(kind="rule_task", id=task.id)).code == "not_found"


def test_what_was_never_seen_is_not_there(shop: Shop) -> None:
    bert = shop.add(shop.ben)
    task = thank(bert)
    shop.write(task)
    ada, ben, mine = shop.writer(shop.ada), shop.writer(shop.ben), todo()
    ben.done(mine)
    asked: list[Operation] = [
        Finish(kind="rule_task", id=task.id),
        Finish(kind="manual_task", id=mine.id),
        Claim(kind="rule_task", id=task.id),
        Edit(kind="manual_task", id=mine.id, set={"title": "Mine now"}),
        Remove(kind="manual_task", id=mine.id),
        Finish(kind="rule_task", id=rule_task_id("thank-you", "nobody", "1")),
        Finish(kind="manual_task", id=uuid7()),
    ]
    assert {(result.code, result.detail) for result in ada.do(*asked)} == {
        ("not_found", "This record does not exist, or you cannot see it.")
    }


def test_between_two_modes_what_was_done_counts(shop: Shop) -> None:
    shop.set_mode("team")
    ada, ben, task, other = shop.writer(shop.ada), shop.writer(shop.ben), todo(), todo()
    ada.done(task, other)
    ben.pull()
    shop.set_mode("associate")
    done, claimed = ben.do(Finish(kind="manual_task", id=task.id), Claim(kind="manual_task", id=other.id))
    assert (done.st, claimed.code) == ("applied", "moved")
    assert shop.stored("manual_task", task.id).done_by == shop.ben.id
    assert shop.stored("manual_task", other.id).claimed_by is None


def test_a_task_about_a_customer_who_left_meanwhile_is_made_for_oneself(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    ada = shop.writer(shop.ada)
    shop.give(anna, shop.ben)
    task = todo(anna)
    assert ada.one(task).st == "applied"
    ada.pull()
    assert ada.holds("manual_task", task.id)
    assert not ada.holds("customer", anna.id)
    ada.done(Edit(kind="manual_task", id=task.id, set={"due": "2026-12-01"}, was={"due": ""}))


def test_a_task_follows_its_customer_through_a_merge(shop: Shop) -> None:
    kept, gone_one = shop.add(shop.ada, email="a@example.com"), shop.add(shop.ada, email="a@example.com")
    ada = shop.writer(shop.ada)
    task = todo(gone_one)
    ada.done(task)
    shop.write(thank(gone_one))
    shop.write(DuplicatePair(id=pair_id(kept.id, gone_one.id), store="Alpha", customers=(kept.id, gone_one.id)))
    merge(shop.database, kept.id, gone_one.id)
    assert shop.stored("manual_task", task.id).customer == kept.id
    assert shop.stored("rule_task", thank(gone_one).id).customer == kept.id
    ada.done(Finish(kind="rule_task", id=thank(gone_one).id), todo(gone_one))


# ------------------------------------------------------------------ rules and briefs


def test_rules_are_made_changed_and_removed_with_the_capability_for_ones_own_store(shop: Shop) -> None:
    ada, mia = shop.writer(shop.ada), shop.writer(shop.mia)
    rule = new_rule()
    assert ada.one(rule).code == "not_allowed"
    mia.done(rule)
    assert isinstance(mia.shown("task_rule", rule.id), TaskRule)
    assert (mia.one(new_rule()).code, mia.one(new_rule("Beta")).code) == ("conflict", "not_allowed")
    cap = Edit(kind="task_rule", id=rule.id, set={"daily_cap": 5}, was={"daily_cap": None})
    assert ada.one(cap).code == "not_allowed"
    mia.done(cap)
    assert mia.one(Edit(kind="task_rule", id=rule.id, set={"daily_cap": 0}, was={"daily_cap": 5})).field == "daily_cap"
    assert mia.one(Edit(kind="task_rule", id=rule.id, set={"slug": "other"})).field == "slug"
    assert shop.stored("task_rule", rule.id).daily_cap == 5
    ada.pull()
    assert ada.holds("task_rule", rule.id)
    assert ada.one(Remove(kind="task_rule", id=rule.id)).code == "not_allowed"
    mia.done(Remove(kind="task_rule", id=rule.id))
    assert shop.stored("task_rule", rule.id) is None
    mia.done(new_rule())


def test_rules_of_the_retailer_are_the_head_offices(shop: Shop) -> None:
    hana, mia, rule = shop.writer(head_office(shop)), shop.writer(shop.mia), new_rule(None)
    refused = mia.one(rule)
    assert (refused.code, refused.field) == ("not_allowed", "store")
    hana.done(rule)
    mia.pull()
    assert mia.holds("task_rule", rule.id)
    assert mia.one(Edit(kind="task_rule", id=rule.id, set={"enabled": False}, was={"enabled": True})).field == "store"
    assert mia.one(Remove(kind="task_rule", id=rule.id)).field == "store"
    mia.done(new_rule(enabled=False))  # of her store, in its place
    assert hana.one(new_rule("Beta")).code == "not_allowed", "who does not work there does not see the store's rules"


def test_a_rule_of_another_store_is_not_there(shop: Shop) -> None:
    with shop.database.transaction() as connection:
        directory.move(connection, shop.mia, "Beta")
    rule = new_rule()
    manager = add_person(shop.database, "max", "Alpha", role="manager")
    shop.writer(manager).done(rule)
    mia = shop.writer(shop.mia)
    for asked in (Edit(kind="task_rule", id=rule.id, set={"enabled": False}), Remove(kind="task_rule", id=rule.id)):
        assert mia.one(asked).code == "not_found"


def test_briefs_are_the_head_offices_and_are_taken_back(shop: Shop) -> None:
    hana, mia = shop.writer(head_office(shop)), shop.writer(shop.mia)
    brief = Create(kind="corporate_brief", id=uuid7(), doc={"title": "Learn about the new range", "due": "2026-12-01"})
    assert mia.one(brief).code == "not_allowed"
    hana.done(brief)
    mia.pull()
    assert mia.holds("corporate_brief", brief.id)
    stored = shop.stored("corporate_brief", brief.id)
    assert (stored.created_by, stored.created_at) == (hana.account.id, shop.clock())
    assert mia.one(Remove(kind="corporate_brief", id=brief.id)).code == "not_allowed"
    hana.done(Remove(kind="corporate_brief", id=brief.id))
    assert shop.stored("corporate_brief", brief.id).withdrawn


def test_nothing_of_tasks_is_handed_over_past_its_capability(shop: Shop) -> None:
    shop.set_mode("team")
    anna, ada = shop.add(shop.ada), shop.writer(shop.ada)
    task = thank(anna)
    shop.write(task)
    for inner in (new_rule(), todo(anna), Finish(kind="rule_task", id=task.id), Claim(kind="rule_task", id=task.id)):
        body = msgspec.json.decode(encode(inner))
        refused = ada.one(Park(id=uuid7(), customer=anna.id, operation=body))
        assert refused.st == "rejected", inner
    assert not shop.belongings(anna, "parked_edit")


# ------------------------------------------------------------------ bad input


BAD: list[tuple[Operation, str, str]] = [
    (todo(due="2026-02-30"), "invalid", "due"),
    (todo(due="next friday"), "invalid", "due"),
    (todo(due="2026-12-24T25:00"), "invalid", "due"),
    (todo(title=" "), "invalid", "title"),
    (todo(title="x" * 201), "invalid", "title"),
    (todo(title="a\0b"), "invalid", ""),
    (todo(repeat="FREQ=DAILY"), "invalid", "due"),
    (todo(due="2026-12-24", repeat="FREQ=SECONDLY"), "invalid", "repeat"),
    (todo(state="done"), "invalid", "state"),
    (todo(creator="somebody"), "invalid", "creator"),
    (todo(action="fax"), "invalid", "action"),
    (todo(assignee="nobody"), "invalid", "assignee"),
    (Create(kind="manual_task", id=uuid7(), doc={"title": "Call", "customer": 5}), "invalid", "customer"),
    (Create(kind="manual_task", id="1", doc={"title": "Call"}), "invalid", "id"),
    (new_rule(audience="tier:("), "invalid", "audience"),
    (new_rule(audience="owner:me"), "invalid", "audience"),
    (new_rule(colour="blue"), "invalid", "colour"),
    (new_rule(daily_cap=0), "invalid", "daily_cap"),
    (new_rule(dates=[]), "invalid", "dates"),
    (new_rule(message="Dear {nobody}"), "invalid", "message"),
    (Create(kind="task_rule", id=uuid7(), doc=new_rule().doc), "invalid", "id"),
    (Create(kind="task_rule", id=new_id(1, b"0123456789"), doc={}), "invalid", "slug"),
    (Edit(kind="manual_task", id=uuid7(), set={"title": "x"}), "not_found", ""),
    (Finish(kind="corporate_task", id="c-9"), "not_found", ""),
]


def test_bad_input_is_refused_alone_and_names_its_place(shop: Shop) -> None:
    mia, good = shop.writer(shop.mia), todo()
    results = mia.do(*(operation for operation, _, _ in BAD), good)
    told = [(result.st, result.code, result.field) for result in results[:-1]]
    assert told == [("rejected", code, field) for _, code, field in BAD]
    assert all("tier" not in result.detail or result.field == "audience" for result in results)
    assert results[-1].st == "applied"


def test_what_builds_on_a_refused_task_is_refused_for_that_reason(shop: Shop) -> None:
    ada, bad = shop.writer(shop.ada), todo(due="2026-02-30")
    first, second = ada.do(bad, Finish(kind="manual_task", id=bad.id))
    assert (first.code, second.code) == ("invalid", "dependency")
    assert ada.one(Edit(kind="manual_task", id=bad.id, set={"due": "2026-03-01"})).code == "dependency"


def test_who_works_in_no_store_has_no_tasks(shop: Shop) -> None:
    hana = shop.writer(head_office(shop))
    assert hana.one(todo()).code == "not_allowed"


def test_rules_have_room_for_so_many_of_a_store(shop: Shop) -> None:
    mia = shop.writer(shop.mia)
    made = [new_rule(slug=f"r-{number}") for number in range(MAX_RULES + 1)]
    results = [result for begin in range(0, len(made), 50) for result in mia.do(*made[begin : begin + 50])]
    assert [result.st for result in results] == ["applied"] * MAX_RULES + ["rejected"]
    says = f"A store has {MAX_RULES} rules at most: there is no room for r-{MAX_RULES}. Remove one that is not needed."
    assert (results[-1].code, results[-1].detail) == ("not_allowed", says)
    first = made[0]
    freed, again, over = mia.do(Remove(kind="task_rule", id=first.id), made[-1], first)
    assert (freed.st, again.st, over.code) == ("applied", "applied", "not_allowed")

"""Customers that managers assign: who may, who sees what then, and which of two counts."""

from __future__ import annotations

from sellmode_backend.accounts import directory
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer, card_id
from sellmode_contract.kinds.duplicate_pair import DuplicatePair
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.mutations import Assign, Edit, Merge
from sellmode_contract.visibility import Account
from tests.backend.people import add_person
from tests.backend.sync.pushing import Shop, note, uuid7


def to(customer: Customer, taker: Account | None, was: Account | None, *, back: bool = False) -> Assign:
    return Assign(id=customer.id, to=taker.id if taker else None, was=was.id if was else None, back=back)


def task_of(shop: Shop, customer: Customer) -> RuleTask:
    task = RuleTask(id=uuid7(), store="Alpha", customer=customer.id, title="Thank", meant_for=customer.owner)
    shop.write(task)
    return task


def test_what_belongs_to_a_customer_goes_with_them(shop: Shop) -> None:
    anna, nobodys = shop.add(shop.ada), shop.add(None)
    task, mine = (
        task_of(shop, anna),
        ManualTask(id=uuid7(), store="Alpha", creator=shop.ada.id, title="Call", customer=anna.id),
    )
    shop.write(mine)
    ada, ben, mia = shop.writer(shop.ada), shop.writer(shop.ben), shop.writer(shop.mia)
    written = note(anna.id)
    ada.done(written)
    assert mia.holds("customer", nobodys.id)
    given, taken = mia.do(to(anna, shop.ben, shop.ada), to(nobodys, shop.ben, None))
    assert [given.st, taken.st] == ["applied", "applied"]
    assert {key[:2] for key in given.revs} == {("customer_card", card_id(anna.id))}, "of the rest they learn nothing"
    for each in (ada, ben, mia):
        each.pull()
    for kind, id in (("customer", anna.id), ("note", written.id), ("rule_task", task.id)):
        assert (ada.holds(kind, id), ben.holds(kind, id), mia.holds(kind, id)) == (False, True, False), kind
    assert not mia.holds("customer", nobodys.id)
    assert ada.holds("manual_task", mine.id), "what Ada made for herself stays hers"
    assert shop.stored("rule_task", task.id).meant_for == shop.ben.id
    assert mia.shown("customer_card", card_id(nobodys.id)).owner == shop.ben.id  # type: ignore[attr-defined]
    (entry,) = shop.belongings(anna, "history")
    assert (entry.event, entry.subject, entry.actor) == ("assigned", shop.ben.id, shop.mia.id)


def test_only_who_may_assign_and_knows_the_customer_does(shop: Shop) -> None:
    anna, elsewhere = shop.add(shop.ada), shop.add(shop.cleo, store="Beta")
    ada, mia = shop.writer(shop.ada), shop.writer(shop.mia)
    own = ada.one(to(anna, shop.ben, shop.ada))
    assert (own.code, own.detail) == ("not_allowed", "It needs the capability 'reassign'.")
    unknown = mia.one(Assign(id=uuid7(), to=shop.ben.id, was=None))
    unseen = mia.one(to(elsewhere, shop.ben, shop.cleo))
    assert (unseen.code, unseen.detail) == (unknown.code, unknown.detail) == ("not_found", unknown.detail)
    for taker in (shop.cleo, somebody_gone(shop)):
        result = mia.one(to(anna, taker, shop.ada))
        assert (result.code, result.field) == ("invalid", "owner"), taker.user_name
    assert (shop.stored("customer", anna.id).owner, shop.stored("customer", elsewhere.id).owner) == (
        shop.ada.id,
        shop.cleo.id,
    )


def somebody_gone(shop: Shop) -> Account:
    gone = add_person(shop.database, "gone", "Alpha")
    with shop.database.transaction() as connection:
        directory.disable(connection, gone)
    return gone


def test_of_two_managers_the_first_to_arrive_counts(shop: Shop) -> None:
    anna, bert = shop.add(shop.ada), shop.add(shop.ada)
    max_ = add_person(shop.database, "max", "Alpha", role="manager")
    mia, other = shop.writer(shop.mia), shop.writer(max_)
    mia.done(to(anna, shop.ben, shop.ada))
    late, same, undisputed = other.do(
        to(anna, shop.mia, shop.ada), to(anna, shop.ben, shop.ada), to(bert, shop.mia, shop.ada)
    )
    assert (late.st, late.code, late.winner) == ("rejected", "conflict", shop.ben.id)
    assert [same.st, undisputed.st] == ["applied", "applied"]
    assert shop.stored("customer", anna.id).owner == shop.ben.id
    assert len(shop.belongings(anna, "history")) == 1


def test_in_team_mode_it_names_who_looks_after_them_and_nobody_loses_sight(shop: Shop) -> None:
    shop.set_mode("team")
    anna = shop.add(shop.ada)
    task = task_of(shop, anna)
    ada, mia = shop.writer(shop.ada), shop.writer(shop.mia)
    (result,) = mia.done(to(anna, shop.ben, shop.ada))
    assert ("customer", anna.id) in {key[:2] for key in result.revs}
    ada.pull()
    assert ada.shown("customer", anna.id).owner == shop.ben.id  # type: ignore[attr-defined]
    assert ada.shown("rule_task", task.id).meant_for == shop.ben.id  # type: ignore[attr-defined]
    shop.set_mode("associate")
    ada.pull()
    assert not ada.holds("customer", anna.id)


def test_it_is_taken_back_to_somebody_who_has_left(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    mia = shop.writer(shop.mia)
    mia.done(to(anna, shop.ben, shop.ada))
    with shop.database.transaction() as connection:
        directory.disable(connection, shop.ada)
    assert mia.one(to(anna, shop.ada, shop.ben)).code == "invalid"
    mia.done(to(anna, shop.ada, shop.ben, back=True))
    assert shop.stored("customer", anna.id).owner == shop.ada.id


def test_an_edit_of_the_former_owner_is_handed_over_to_the_new_one(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    ada, ben, mia = shop.writer(shop.ada), shop.writer(shop.ben), shop.writer(shop.mia)
    mia.done(to(anna, shop.ben, shop.ada))
    assert ada.one(Edit(kind="customer", id=anna.id, set={"given_name": "Ann"})).st == "parked"
    ben.pull()
    assert any(kind == "parked_edit" for kind, _ in ben.terminal.visible())


def test_of_two_who_became_one_the_one_who_stayed_is_assigned(shop: Shop) -> None:
    anna, twin = shop.add(shop.ada), shop.add(shop.ada)
    pair = DuplicatePair(
        id=source_id("duplicate_pair", "sellmode", f"{anna.id}/{twin.id}"),
        store="Alpha",
        customers=(anna.id, twin.id),
        names=("Anna", "Anna"),
        owners=(shop.ada.id, shop.ada.id),
        matched=("email",),
    )
    shop.write(pair)
    mia = shop.writer(shop.mia)
    mia.done(Merge(id=pair.id, keep=anna.id))
    mia.done(to(twin, shop.ben, shop.ada))
    assert shop.stored("customer", anna.id).owner == shop.ben.id


def test_what_is_sent_twice_is_done_once(shop: Shop) -> None:
    anna = shop.add(shop.ada)
    mia = shop.writer(shop.mia)
    queued = mia.queue(to(anna, shop.ben, shop.ada))
    first, second = mia.push(queued), mia.push(queued)
    assert first == second
    assert len(shop.belongings(anna, "history")) == 1

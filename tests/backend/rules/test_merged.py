"""Customers who were found to be one: what rules made for either is not made again for the one who stays."""

from __future__ import annotations

import sqlalchemy as sa

from sellmode_backend.rules import events
from sellmode_backend.rules.events import CustomerEvent
from sellmode_backend.store import duplicates, records
from sellmode_backend.store.schema import rule_occurrence
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.manual_task import TaskCard
from sellmode_contract.mutations import Create, Remove
from tests.backend import merges
from tests.backend.rules.rules_shop import RulesShop
from tests.backend.sync.pushing import uuid7


def pair(shop: RulesShop) -> tuple[Customer, Customer]:
    """Two customers with one e-mail address."""
    two = [shop.add(shop.ada, created_at=shop.clock(), email="one@example.com", given_name=name) for name in ("A", "B")]
    with shop.database.transaction() as connection:
        duplicates.watch(connection, {one.id: (None, one) for one in two})
    return two[0], two[1]


def merge(shop: RulesShop, keep: Customer, gone: Customer) -> None:
    merges.merge(shop.database, keep.id, gone.id)


def occurrences(shop: RulesShop) -> set[tuple[str, str, str]]:
    table = rule_occurrence
    with shop.database.snapshot() as connection:
        return {
            (customer, rule, key)
            for customer, rule, key in connection.execute(sa.select(table.c.customer, table.c.rule, table.c.occurrence))
        }


def test_what_either_got_the_kept_one_does_not_get_again(shop: RulesShop) -> None:
    anna, ben = pair(shop)
    shop.birthday(anna, 11, 22)
    orders = [shop.buys(anna), shop.buys(ben)]
    shop.rule("thank")
    shop.rule("welcome", trigger="new_customer")
    shop.rule("birthday", trigger="date", dates=("birthday",))
    theirs = shop.birthday(ben, 11, 22)
    assert shop.run().made == 6
    for task in shop.tasks(ben):
        shop.finish(task, shop.ada.id)
    merge(shop, anna, ben)
    keys = occurrences(shop)
    assert {customer for customer, _, _ in keys} == {anna.id}
    assert {key for _, rule, key in keys if rule == "thank"} == {order.id for order in orders}
    assert len(keys) == 4, "the birthday and the welcome of both are one"
    assert not any(theirs.id in key for _, _, key in keys)
    shop.run()
    states = sorted((task.rule, task.state, task.reason) for task in shop.tasks(anna))
    assert states == [
        ("birthday", "done", ""),
        ("birthday", "expired", "it was done before the merge"),
        ("thank", "done", ""),
        ("thank", "open", ""),
        ("welcome", "done", ""),
        ("welcome", "expired", "it was done before the merge"),
    ]
    for _ in range(3):
        shop.clock.forward(days=1)
        assert shop.run().made == 0


def test_of_two_open_tasks_of_one_occurrence_one_stays(shop: RulesShop) -> None:
    shop.rule("welcome", trigger="new_customer")
    anna, ben = pair(shop)
    shop.run()
    mine = shop.task(anna)
    merge(shop, anna, ben)
    assert shop.tasks() == [mine]


def test_of_two_open_tasks_of_one_rule_one_stays_and_the_other_comes_when_that_is_done(shop: RulesShop) -> None:
    shop.rule("thank")
    anna, ben = pair(shop)
    orders = {one.id: shop.buys(one) for one in (anna, ben)}
    shop.run()
    (mine,) = shop.tasks(anna)
    merge(shop, anna, ben)
    assert shop.tasks() == [mine]
    assert {key for _, _, key in occurrences(shop)} == {orders[anna.id].id}
    report = shop.run()
    assert (report.made, report.held) == (0, {"open_already": 1})
    shop.finish(mine, shop.ada.id)
    shop.clock.forward(days=1)
    assert shop.run().made == 1
    (theirs,) = shop.tasks(anna, "open")
    assert theirs.occurrence == orders[ben.id].id


def test_an_open_task_comes_along_where_the_one_who_stays_has_none_of_the_rule_to_be_done(shop: RulesShop) -> None:
    shop.rule("thank")
    shop.rule("welcome", trigger="new_customer")
    anna, ben = pair(shop)
    shop.buys(anna)
    shop.buys(ben)
    shop.run()
    shop.finish(next(task for task in shop.tasks(anna) if task.rule == "thank"), shop.ada.id)
    (theirs,) = (task for task in shop.tasks(ben) if task.rule == "thank")
    merge(shop, anna, ben)
    assert [(task.rule, task.id) for task in shop.tasks(anna, "open") if task.rule == "thank"] == [("thank", theirs.id)]
    assert shop.run().made == 0


def test_what_only_the_other_one_got_is_remembered(shop: RulesShop) -> None:
    anna, ben = pair(shop)
    shop.birthday(anna, 11, 22)
    shop.birthday(ben, 11, 22)
    shop.rule("birthday", trigger="date", dates=("birthday",), audience="name:B")
    assert shop.run().made == 1
    merge(shop, anna, ben)
    shop.rule("birthday", trigger="date", dates=("birthday",))
    assert shop.run().made == 0
    task = shop.task(anna)
    assert (task.rule, task.state) == ("birthday", "open")
    with shop.database.snapshot() as connection:
        (date,) = records.children(connection, anna.id, "date")
    assert task.occurrence == f"{date.id}/2026"


def test_events_follow(shop: RulesShop) -> None:
    shop.rule("stock", trigger="event", event="back_in_stock")
    anna, ben = pair(shop)
    shop.run()
    with shop.database.transaction() as connection:
        events.add(connection, [CustomerEvent("e1", "back_in_stock", ben.id, shop.clock())])
    merge(shop, anna, ben)
    assert shop.run().made == 1
    assert shop.task(anna).occurrence == "e1"


def test_tasks_that_people_made_follow_once_with_what_their_cards_say(shop: RulesShop) -> None:
    anna, ben = pair(shop)
    shop.change(anna, owner=shop.ada.id)
    shop.change(ben, owner=shop.ada.id)
    mia, ada = shop.writer(shop.mia), shop.writer(shop.ada)
    given = [todo(person, assignee=shop.ada.id) for person in (anna, ben)]
    mia.done(*given)
    own = todo(ben)
    ada.done(own)
    merge(shop, anna, ben)
    tasks = {task.id: task.customer for task in shop.belongings(anna, "manual_task")}
    assert tasks == {task.id: anna.id for task in (*given, own)}
    assert shop.stored_count("manual_task") == 3
    mia.pull()
    with shop.database.snapshot() as connection:
        cards = {card.task: card.about for card in records.each(connection, "task_card") if isinstance(card, TaskCard)}
    assert cards == {task.id: anna.id for task in given}
    assert all(mia.holds("task_card", source_id("task_card", "sellmode", task.id)) for task in given)


def test_no_task_stays_behind_of_somebody_who_is_removed(shop: RulesShop) -> None:
    """Who added somebody by mistake takes back the task first; whatever removes a customer takes theirs along."""
    ada = shop.writer(shop.ada)
    made = Create(kind="customer", id=uuid7(), doc={"given_name": "Ann"})
    ada.done(made)
    anna = shop.stored("customer", made.id)
    task = todo(anna)
    ada.done(task)
    remove = Remove(kind="customer", id=anna.id)
    refused = ada.one(remove)
    assert (refused.code, refused.detail) == ("conflict", "The customer already has other records.")
    shop.writer(shop.mia).done(todo(anna, assignee=shop.ada.id))
    with shop.database.transaction() as connection:
        records.write(connection, [], removed=[("customer", anna.id)], now=shop.clock())
    assert [shop.stored_count(kind) for kind in ("manual_task", "task_card", "customer_card")] == [0, 0, 0]
    late = ada.one(todo(anna))
    assert late.code == "not_found"


def todo(customer: Customer, **doc: str) -> Create:
    return Create(kind="manual_task", id=uuid7(), doc={"title": "Call back", "customer": customer.id, **doc})

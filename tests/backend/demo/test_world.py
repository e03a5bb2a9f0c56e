"""The demo retailer is the size it claims, the same twice, and as fresh as the day."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

import pytest

from sellmode_backend.demo.retailer import ANNA, STORES
from sellmode_backend.demo.world import World, world
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.pick_list import PickList
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.kinds.wish import Wish
from sellmode_contract.records import parent_of
from sellmode_contract.roles import ROLE_CAPABILITIES
from sellmode_contract.rules import checking
from sellmode_contract.visibility import audiences, tags

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def demo() -> World:
    return world(1, TODAY, "associate")


def customers(demo: World) -> dict[str, Customer]:
    return {record.id: record for record in demo.records if isinstance(record, Customer)}


def test_its_size(demo: World) -> None:
    count = Counter(kind_of(record) for record in demo.records)
    assert count["customer"] == 2000
    assert count["product"] >= 400
    assert len(STORES) == 2
    assert len(demo.accounts) >= 12
    kinds_of_work = {(account.role, account.work) for account in demo.accounts}
    assert kinds_of_work == {(role, work) for role in ("associate", "manager") for work in ("omnichannel", "ecommerce")}
    assert {account.role for account in demo.accounts} <= set(ROLE_CAPABILITIES)
    assert ANNA in {account.user_name for account in demo.accounts}


def test_everybody_has_lookbooks_and_picks_and_some_customers_wish_lists(demo: World) -> None:
    people = {account.id for account in demo.accounts}
    looks = [each for each in demo.looks if isinstance(each, Lookbook)]
    for one in people:
        assert Counter(each.state for each in looks if each.author == one) == {"draft": 2, "shared": 2}
    now = dt.datetime.combine(TODAY, dt.time(), dt.UTC)
    assert {each.expires_at < now for each in looks if each.expires_at} == {True, False}
    assert {each.owner for each in demo.looks if isinstance(each, PickList)} == {*people, None}
    assert sum(isinstance(each, Wish) for each in demo.looks) > 100


def test_it_is_a_function_of_seed_and_day(demo: World) -> None:
    assert world(1, TODAY, "associate") == demo
    assert world(2, TODAY, "associate") != demo
    tomorrow = world(1, TODAY + dt.timedelta(days=1), "associate")
    newest, next_newest = (max(order.placed_at for order in each.orders) for each in (demo, tomorrow))
    assert next_newest > newest


def test_orders_span_more_than_a_year_in_store_and_online_with_returns(demo: World) -> None:
    placed = [order.placed_at for order in demo.orders]
    assert max(placed) < dt.datetime.combine(TODAY, dt.time(), dt.UTC)
    assert max(placed) - min(placed) > dt.timedelta(days=366)
    assert {order.channel for order in demo.orders} == {"store", "online"}
    assert any(line.kind == "return" for order in demo.orders for line in order.lines)
    assert any(order.refunded for order in demo.orders)
    assert any(order.cancelled_at for order in demo.orders)


def test_sums_are_right(demo: World) -> None:
    for order in demo.orders:
        assert order.total == sum(line.amount for line in order.lines)
        assert 0 <= order.refunded <= max(order.total, 0)


def test_names_come_from_many_languages(demo: World) -> None:
    languages = Counter(customer.language for customer in customers(demo).values())
    assert len(languages) >= 20
    assert all(customer.name for customer in customers(demo).values())


def test_everything_hangs_together(demo: World) -> None:
    """Ids are unique, parents exist, owners work in the customer's store, and somebody sees each customer."""
    everything = [*demo.records, *demo.orders]
    assert len({record.id for record in everything}) == len(everything)
    people, products = customers(demo), {record.id for record in demo.records if isinstance(record, Product)}
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for account in demo.accounts:
        for audience in audiences(account):
            seen[audience].add(account.id)
    for record in everything:
        parent = parent_of(record)
        assert parent is None or parent in people
        if isinstance(record, Order):
            assert {line.product for line in record.lines if line.kind != "rounding"} <= products
    for customer in people.values():
        given = tags(customer)
        assert given.own
        assert seen[given.own]
        assert given.team
        assert len(seen[given.team]) > len(seen[given.own])


def test_pets_have_species_and_birthday(demo: World) -> None:
    pets = [
        pet
        for customer in customers(demo).values()
        if isinstance(value := customer.custom.get("pet"), list)
        for pet in value
    ]
    assert len(pets) > 400
    assert all(pet["species"] and dt.date.fromisoformat(pet["birthday"]) < TODAY for pet in pets)
    assert not [record for record in demo.records if isinstance(record, ImportantDate) and record.about]


def test_people_have_tasks_on_customers_whom_they_see(demo: World) -> None:
    people = customers(demo)
    tasks = [record for record in demo.work if isinstance(record, ManualTask)]
    assert {task.creator for task in tasks} == {account.id for account in demo.accounts}
    assert any(task.assignee for task in tasks)
    for task in tasks:
        owner = people[task.customer].owner if task.customer else None
        assert owner in (None, task.assignee or task.creator)
    rules = [record for record in demo.work if isinstance(record, TaskRule)]
    assert {problem for rule in rules for problem in checking.problems(rule, demo.retailer.custom_fields)} == set()
    assert "pet-birthday" in {rule.slug for rule in rules}

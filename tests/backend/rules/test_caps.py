"""A rule's daily cap for each associate: exact, whoever comes first first, in however many batches and by whomever."""

from __future__ import annotations

import msgspec
import pytest
import sqlalchemy as sa

from sellmode_backend.rules import passes
from sellmode_backend.store.schema import rule_waiting
from sellmode_contract.kinds.customer import Customer
from tests.backend.rules.rules_shop import RulesShop
from tests.backend.sync.pushing import at_once


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "BATCH", 7)


def spent(shop: RulesShop, owner: str | None, made: set[str], people: list[Customer]) -> list[int]:
    return sorted(
        (person.figures.spend for person in people if person.owner == owner and person.id in made), reverse=True
    )


def book(shop: RulesShop, count: int) -> list[Customer]:
    """Customers of Ada, Ben and nobody in turn, all of them new."""
    people = shop.many(count)
    owners = [shop.ada.id, shop.ben.id, None]
    given = [msgspec.structs.replace(person, owner=owners[number % 3]) for number, person in enumerate(people)]
    shop.write(*given)
    return given


@pytest.mark.parametrize("workers", [1, 4])
def test_who_spent_most_comes_first_each_day(shop: RulesShop, workers: int) -> None:
    shop.rule("welcome", trigger="new_customer", daily_cap=3)
    people = book(shop, 60)
    made: set[str] = set()
    for day in range(3):
        at_once(*[shop.run] * workers)
        today = {task.customer for task in shop.tasks()} - made
        for number, owner in enumerate([shop.ada.id, shop.ben.id, None]):
            first = 59 - (2 - number) - 9 * day
            assert spent(shop, owner, today, people) == [first, first - 3, first - 6]
        made |= today
        shop.clock.forward(days=1)
    with shop.database.snapshot() as connection:
        assert connection.execute(sa.select(rule_waiting)).all() == []


def test_what_comes_later_that_day_gets_what_is_left(shop: RulesShop) -> None:
    shop.rule("thank", daily_cap=2)
    people = [shop.add(shop.ada) for _ in range(4)]
    shop.buys(people[0])
    assert shop.run().made == 1
    for person in people[1:]:
        shop.buys(person)
    report = shop.run()
    assert (report.made, report.held) == (1, {"cap": 2})
    shop.buys(shop.add(shop.ben))
    assert shop.run().made == 1, "the cap is each associate's own"


def test_a_rule_that_is_edited_at_noon_has_no_second_cap(shop: RulesShop) -> None:
    shop.rule("welcome", trigger="new_customer", daily_cap=3)
    book(shop, 30)
    assert shop.run().made == 9
    shop.rule("welcome", trigger="new_customer", daily_cap=3, title="Else")
    report = shop.run()
    assert report.made == 0
    shop.rule("welcome", trigger="new_customer", daily_cap=4)
    assert shop.run().made == 3


def test_no_more_wait_than_twice_what_the_cap_lets_through_and_a_batch(shop: RulesShop) -> None:
    shop.rule("welcome", trigger="new_customer", daily_cap=1)
    shop.many(100, owner=shop.ada.id)
    report = passes.PassReport()
    most = 0
    for _ in passes.steps(shop.database, shop.clock, report):
        with shop.database.snapshot() as connection:
            most = max(most, connection.scalar(sa.select(sa.func.count()).select_from(rule_waiting)) or 0)
    assert 1 <= most <= 2 + 2 * 7
    assert (report.made, report.held) == (1, {"cap": 99})


def test_a_rule_without_a_cap_does_not_wait_for_those_with_one(shop: RulesShop) -> None:
    shop.rule("welcome", trigger="new_customer", daily_cap=1)
    shop.rule("greet", trigger="new_customer")
    shop.many(20, owner=shop.ada.id)
    shop.run()
    assert [len([task for task in shop.tasks() if task.rule == rule]) for rule in ("welcome", "greet")] == [1, 20]

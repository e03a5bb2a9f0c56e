"""What rules make of customers who are known by nothing but imports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from sellmode_backend.rules import passes, stored_rules
from sellmode_backend.store import records, settings
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.store.migrations import migrate
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.rule_task import RuleTask
from tests.backend.importers.exports import NOW, ORDER, Export, Record, customer, product

_DAY = dt.timedelta(days=1)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = open_database(sqlite_url)
    migrate(opened)
    with opened.transaction() as connection:
        settings.initialise(connection, "Maison", "associate", "UTC", "USD")
        stored_rules.begin_with(connection)
    yield opened
    opened.close()


def switch_on(database: Database, slug: str, **changed: Any) -> None:
    """Switch one of the rules on that every retailer begins with."""
    with database.transaction() as connection:
        rule = stored_rules.rule_named(connection, slug, None)
        records.write(connection, [msgspec.structs.replace(rule, enabled=True, **changed)])


def passed(database: Database, day: dt.datetime) -> list[str]:
    """Do a day's pass; the given names of whom it makes tasks for."""
    before = {task.id for task in tasks(database)}
    passes.run(database, lambda: day)
    with database.snapshot() as connection:
        names = {one.id: one.given_name for one in records.each(connection, "customer") if isinstance(one, Customer)}
    return sorted(names[task.customer] for task in tasks(database) if task.id not in before)


def tasks(database: Database) -> list[RuleTask]:
    with database.snapshot() as connection:
        return [task for task in records.each(connection, "rule_task") if isinstance(task, RuleTask)]


def test_who_comes_with_a_later_import_is_new_and_the_first_one_makes_nobody_new(
    database: Database, export: Export
) -> None:
    switch_on(database, "new-customer")
    old = customer("1", First_Name="Old")
    export.staff().customers(old).load(database)
    assert [passed(database, NOW + days * _DAY) for days in range(4)] == [[]] * 4
    export.customers(old, customer("2", First_Name="New")).load(database, now=NOW + 4 * _DAY)
    assert [passed(database, NOW + days * _DAY) for days in range(4, 8)] == [[], [], ["New"], []]


def test_an_import_that_was_interrupted_is_the_first_one_when_it_is_run_again(
    database: Database, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_on(database, "new-customer")
    export.staff().customers(customer("1"), customer("2"))
    with monkeypatch.context() as patch:
        patch.setattr(settings, "change", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            export.load(database)
    export.customers(customer("1"), customer("2"), customer("3")).load(database)
    assert [passed(database, NOW + days * _DAY) for days in range(4)] == [[]] * 4


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_staying_in_touch_counts_from_the_import_that_brought_the_customer(database: Database, export: Export) -> None:
    switch_on(database, "stay-in-touch", audience="", after_days=5)
    old = customer("1", First_Name="Old")
    export.staff().customers(old).load(database)
    export.customers(old, customer("2", First_Name="New")).load(database, now=NOW + _DAY)
    made = [passed(database, NOW + days * _DAY) for days in range(8)]
    assert made == [[], [], [], [], [], ["Old"], ["New"], []]


def _bought(number: str, days_ago: int) -> Record:
    placed = NOW - days_ago * _DAY
    return ORDER | {
        "Id": f"{number}{days_ago}", "Name": f"#{number}-{days_ago}", "Email": f"c{number}@example.com",
        "Created at": f"{placed:%Y-%m-%d %H:%M:%S} +0000",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "days_ago", "second_day"),
    [
        ("thank-you", range(1, 9), 1),
        ("lapsing", range(4, 13), 6),
        ("lapsed", range(18, 28), 20),
        ("replenishment", range(51, 60), 54),
    ],
)
def test_a_first_rule_that_is_switched_on_takes_who_is_due_that_day_and_then_day_by_day(
    database: Database, export: Export, slug: str, days_ago: range, second_day: int
) -> None:
    """Of customers one of whom last bought on each day; who comes again did so a week before."""
    people = [customer(str(day), First_Name=f"{day:02}") for day in days_ago]
    orders = [_bought(str(day), ago) for day in days_ago for ago in (day, day + 7)]
    export.staff().products(product("S1", Type="Skincare")).customers(*people).orders(*orders).load(database)
    switch_on(database, slug, daily_cap=None)
    made = [passed(database, NOW + days * _DAY) for days in range(2)]
    assert made == [[f"{second_day + 1:02}"], [f"{second_day:02}"]]
    assert passed(database, NOW + _DAY) == []


def test_birthdays_of_an_import_make_their_tasks_day_by_day(database: Database, export: Export) -> None:
    born = "Birth date (customer.metafields.facts.birth_date)"
    days = [NOW + ahead * _DAY for ahead in range(6)]
    people = [customer(f"{day:%d}", First_Name=f"{day:%d}") | {born: f"'1990-{day:%m-%d}"} for day in days]
    export.staff().customers(*people).load(database)
    switch_on(database, "birthday")
    assert [passed(database, NOW + days * _DAY) for days in range(3)] == [["25"], ["26"], ["27"]]

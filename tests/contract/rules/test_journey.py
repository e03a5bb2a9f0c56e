"""A year of real baskets: day by day, the rules make what a plain script over the CSV files finds."""

from __future__ import annotations

import csv
import datetime as dt
import math
from bisect import bisect_left
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules.facts import Facts, Item, Purchase
from sellmode_contract.rules.judging import overtaken, task_of
from sellmode_contract.store_time import day_start
from tests.contract.rules.making import judge, rule

ZONE = ZoneInfo("America/New_York")
DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2017, 1, 1), dt.date(2018, 1, 31)
DAYS = [FIRST + number * DAY for number in range((LAST - FIRST).days + 1)]


class Basket(NamedTuple):
    order: str
    at: dt.datetime
    items: tuple[Item, ...]

    @property
    def day(self) -> dt.date:
        return self.at.astimezone(ZONE).date()


Shop = dict[str, list[Basket]]
"""Baskets by customer, oldest first."""
Found = set[tuple[str, str, dt.date]]
"""Customer, order that it is about, day."""


@pytest.fixture(scope="module")
def shop(shared_data: Path) -> Shop:
    with (shared_data / "journey" / "products.csv").open(newline="", encoding="utf-8") as file:
        types = {row["Variant SKU"]: row["Type"] for row in csv.DictReader(file)}
    heads: dict[str, tuple[str, dt.datetime]] = {}
    items: dict[str, list[Item]] = defaultdict(list)
    with (shared_data / "journey" / "orders.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["Id"] and not row["Cancelled at"]:
                customer = row["Note Attributes"].removeprefix("customer: ")
                heads[row["Name"]] = (customer, dt.datetime.strptime(row["Created at"], "%Y-%m-%d %H:%M:%S %z"))
            sku = row["Lineitem sku"]
            items[row["Name"]].append(Item(types[sku], sku, int(row["Lineitem quantity"])))
    found: Shop = defaultdict(list)
    for order, (customer, at) in heads.items():
        found[customer].append(Basket(order, at.astimezone(dt.UTC), tuple(items[order])))
    assert len(found) == 110
    assert sum(map(len, found.values())) == 2661
    return {customer: sorted(baskets, key=lambda one: one.at) for customer, baskets in found.items()}


def _passes(given: TaskRule, shop: Shop) -> tuple[Found, Counter[str]]:
    """What passes as each day begins make, and how many are overtaken by the end. Everything is done at once."""
    made: Found = set()
    over: Counter[str] = Counter()
    times = {customer: [one.at for one in baskets] for customer, baskets in shop.items()}
    ledgers: dict[str, dict[tuple[str, str], object]] = defaultdict(dict)
    for day in DAYS:
        now = day_start(day, ZONE)
        judged = judge(given, zone=ZONE, today=day)
        for customer, baskets in shop.items():
            facts = _facts(customer, baskets[: bisect_left(times[customer], now)])
            for found in judged.decisions(facts, ledgers[customer]):
                if found.held:
                    continue
                task = task_of(found, "356", ZONE, now)
                ledgers[customer][given.slug, found.occurrence] = task
                about = next(one for one in baskets if found.because.at == one.at)
                made.add((customer, about.order, found.due.day))
                over[overtaken(given, task, _facts(customer, baskets), now)] += 1
    return made, over


def _facts(customer: str, baskets: list[Basket]) -> Facts:
    figures = Figures()
    if baskets:
        first, last = baskets[0].at, baskets[-1].at
        figures = Figures(orders=len(baskets), first_purchase=first, last_purchase=last)
    return Facts(
        customer=Customer(id=customer, store="356", owner="356-1", figures=figures),
        purchases=tuple(Purchase(one.order, one.at, "356", None, one.items) for one in baskets),
    )


def test_a_thank_you_for_each_order_two_days_after_it(shop: Shop) -> None:
    # One that has to wait for another of its day is made the day after, or the next.
    made, _ = _passes(rule("purchase", "thanks", offset_days=2, expires_days=5), shop)
    expected: Found = set()
    for customer, baskets in shop.items():
        free = FIRST
        for one in baskets:
            free = max(free, one.day + 2 * DAY)
            expected.add((customer, one.order, free))
            free += DAY
    assert {(customer, order) for customer, order, _ in made} == {(customer, order) for customer, order, _ in expected}
    assert made == expected
    assert len(made) == 2661


@pytest.mark.parametrize("times", [1, 3])
def test_who_has_not_come_for_so_many_times_the_usual(shop: Shop, times: int) -> None:
    made, over = _passes(rule("lapsed", "lapsed", after_days=None, times_average=float(times), expires_days=0), shop)
    expected: Found = set()
    came_back = 0
    for customer, baskets in shop.items():
        for number, one in enumerate(baskets[1:], 1):
            span = (one.day - baskets[0].day).days
            due = one.day + math.ceil(times * span / number) * DAY
            later = baskets[number + 1].day if number + 1 < len(baskets) else dt.date.max
            if span and due <= LAST and later >= due:
                expected.add((customer, one.order, due))
                came_back += later < dt.date.max
    assert made == expected
    assert over["bought again"] == came_back > 50
    assert len(made) > 100


@pytest.mark.parametrize("per_unit", [False, True])
def test_what_runs_out(shop: Shop, per_unit: bool) -> None:
    bought = Counter(item.type for baskets in shop.values() for one in baskets for item in one.items)
    product = bought.most_common(1)[0][0]
    refill = rule("replenishment", "refill", products=(product,), after_days=20, per_unit=per_unit, expires_days=0)
    made, over = _passes(refill, shop)
    expected: Found = set()
    bought_again = 0
    for customer, baskets in shop.items():
        those = [(one, sum(item.quantity for item in one.items if item.type == product)) for one in baskets]
        those = [(one, units) for one, units in those if units]
        for number, (one, units) in enumerate(those):
            due = one.day + 20 * (units if per_unit else 1) * DAY
            later = those[number + 1][0].day if number + 1 < len(those) else dt.date.max
            if due <= LAST and later >= due:
                expected.add((customer, one.order, due))
                bought_again += later < dt.date.max
    assert made == expected
    assert over["bought again"] == bought_again > 10
    assert len(made) >= 20

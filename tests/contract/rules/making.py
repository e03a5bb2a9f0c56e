"""Rules, facts and judges for the tests of this folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.retailer import CustomField, Retailer
from sellmode_contract.kinds.rule_task import RuleTrigger
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.rules.facts import Facts, Item, Purchase
from sellmode_contract.rules.judging import Decision, Judge, prepare
from sellmode_contract.store_time import day_start

ZURICH = ZoneInfo("Europe/Zurich")
TODAY = dt.date(2026, 11, 22)
STAFF = (
    Staff(id="anna", store="s1", user_name="anna", name="Anna Ruiz", role="associate"),
    Staff(id="ben", store="s1", user_name="ben", name="Ben Meyer", role="associate"),
    Staff(id="gone", store="s1", user_name="gone", name="Gone", role="associate", active=False),
    Staff(id="far", store="s2", user_name="far", name="Far", role="associate"),
)
PET = CustomField(
    name="pet",
    label="Pets",
    type="group",
    fields=(
        CustomField(name="name", label="Name", type="text"),
        CustomField(name="birthday", label="Birthday", type="date"),
    ),
)
RETAILER = Retailer(
    id="r",
    name="R",
    mode="team",
    currency="EUR",
    time_zone="Europe/Zurich",
    custom_fields=(PET, CustomField(name="member_since", label="Member since", type="date")),
)
_NEEDED: dict[RuleTrigger, dict[str, Any]] = {
    "date": {"dates": ("birthday",)},
    "lapsed": {"after_days": 30},
    "replenishment": {"products": ("Soap",), "after_days": 30},
    "stay_in_touch": {"after_days": 30},
    "event": {"event": "back_in_stock"},
}


def rule(trigger: RuleTrigger, slug: str = "rule", **fields: Any) -> TaskRule:
    """A rule with what its trigger needs."""
    given = {"slug": slug, "name": "Rule", "title": "Do it", **_NEEDED.get(trigger, {}), **fields}
    return TaskRule(id=task_rule_id(fields.get("store"), slug), trigger=trigger, **given)


def at(text: str, zone: ZoneInfo = ZURICH) -> dt.datetime:
    """An instant of a local time."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(dt.UTC)


def customer(**fields: Any) -> Customer:
    figures = {name: fields.pop(name) for name in Figures.__struct_fields__ if name in fields}
    plain = {"id": "c1", "store": "s1", "owner": "anna", **fields}
    return msgspec.structs.replace(Customer(**plain), figures=Figures(**figures))


def purchase(order: str, when: dt.datetime, *items: Item, sold_by: str | None = None) -> Purchase:
    return Purchase(order, when, "s1", sold_by, items or (Item("Soap", "1001", 1),))


def date(month: int, day: int, year: int | None = None, label: str = "birthday", about: str = "") -> ImportantDate:
    return ImportantDate(id=f"d{month}-{day}", customer="c1", label=label, month=month, day=day, year=year, about=about)


def judge(
    *rules: TaskRule,
    today: dt.date = TODAY,
    now: dt.datetime | None = None,
    zone: ZoneInfo = ZURICH,
    retailer: Retailer = RETAILER,
) -> Judge:
    """A judge as the day begins, or at a time of it."""
    return Judge(
        [prepare(one, retailer) for one in rules],
        store="s1",
        zone=zone,
        today=today,
        now=now or day_start(today, zone),
        staff=STAFF,
    )


def decided(
    given: TaskRule,
    facts: Facts,
    made: Iterable[str] = (),
    **about: Any,
) -> list[Decision]:
    """What a rule comes to; ``made`` are occurrences that have their task."""
    return judge(given, **about).decisions(facts, {(given.slug, key) for key in made})

"""Why a rule's task is there, and when a rule makes one, in words."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.rule_task import Because
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_tui.records.rules.words import trigger_words
from sellmode_tui.records.tasks.words import because_words

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ZURICH = ZoneInfo("Europe/Zurich")


def ago(days: int) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("because", "words", "of_nobody_seen"),
    [
        (Because(event="purchase", at=ago(5)), "bought 5 days ago", "bought 5 days ago"),
        (Because(event="purchase", at=ago(1)), "bought yesterday", "bought yesterday"),
        (Because(event="purchase", at=NOW), "bought today", "bought today"),
        (Because(event="purchase"), "bought", "bought"),
        (
            Because(event="replenishment", at=ago(60), about="Cat food"),
            "bought Cat food 60 days ago",
            "bought 60 days ago",
        ),
        (Because(event="date", day="2026-11-22", about="birthday"), "birthday today", "an important date today"),
        (Because(event="date", day="2026-11-23", about="birthday"), "birthday tomorrow", "an important date tomorrow"),
        (
            Because(event="date", day="2026-12-24", about="birthday", whose="Rex"),
            "birthday of Rex on 24 Dec",
            "an important date on 24 Dec",
        ),
        (
            Because(event="date", day="2026-11-19", about="birthday"),
            "birthday was on 19 Nov",
            "an important date was on 19 Nov",
        ),
        (Because(event="date", day="2027-11-19", about="birthday"), "birthday on 19 Nov 2027", None),
        (Because(event="date", day="someday", about="birthday"), "birthday", None),
        (Because(event="lapsed", at=ago(120)), "no purchase for 120 days", "no purchase for 120 days"),
        (Because(event="lapsed"), "no purchase yet", "no purchase yet"),
        (Because(event="new_customer", at=ago(2)), "new customer, added 2 days ago", None),
        (Because(event="new_customer"), "new customer", None),
        (Because(event="stay_in_touch", at=ago(1)), "no contact for 1 day", None),
        (Because(event="stay_in_touch"), "never contacted", None),
        (Because(event="event", at=ago(0), about="back_in_stock"), "back in stock today", "an event today"),
    ],
)
def test_a_tasks_reason_is_told_as_of_today(because: Because, words: str, of_nobody_seen: str | None) -> None:
    assert because_words(because, NOW, ZURICH, seen=True) == words
    if of_nobody_seen is not None:
        assert because_words(because, NOW, ZURICH, seen=False) == of_nobody_seen


def test_days_are_the_stores() -> None:
    """It is tomorrow already in Auckland, and the purchase was yesterday there."""
    because = Because(event="purchase", at=NOW - dt.timedelta(hours=2))
    late = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    assert because_words(because, late, ZoneInfo("Pacific/Auckland"), seen=True) == "bought yesterday"
    assert because_words(because, late, ZURICH, seen=True) == "bought today"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"trigger": "purchase", "offset_days": 2}, "2 days after a purchase"),
        ({"trigger": "purchase", "offset_hours": 1}, "1 hour after a purchase"),
        (
            {"trigger": "purchase", "products": ("Shoes", "sku:17", "Hats")},
            "on the day of a purchase of Shoes, 17 or Hats",
        ),
        ({"trigger": "date", "dates": ("birthday",), "offset_days": -3}, "3 days before birthday"),
        ({"trigger": "date", "dates": ("birthday", "pet.birthday")}, "on birthday or Pet's birthday"),
        ({"trigger": "lapsed", "after_days": 1}, "no purchase for 1 day"),
        ({"trigger": "lapsed", "times_average": 1}, "no purchase for the customer's average days between purchases"),
        (
            {"trigger": "lapsed", "times_average": 1.5, "offset_days": 1},
            "no purchase for 1.5 times the customer's average days between purchases, 1 day later",
        ),
        ({"trigger": "new_customer", "offset_days": 2}, "2 days after a customer was added"),
        ({"trigger": "new_customer"}, "on the day a customer was added"),
        (
            {
                "trigger": "replenishment",
                "after_days": 30,
                "products": ("Cat food",),
                "per_unit": True,
                "offset_days": -3,
            },
            "30 days for each piece after Cat food was bought, 3 days earlier",
        ),
        ({"trigger": "stay_in_touch", "after_days": 60}, "no contact for 60 days"),
        ({"trigger": "event", "event": "back_in_stock", "offset_hours": 2}, "2 hours after back in stock"),
        ({"trigger": "event", "event": "back_in_stock"}, "at back in stock"),
    ],
)
def test_when_a_rule_makes_a_task_is_told(fields: dict[str, Any], words: str) -> None:
    born = CustomField(name="birthday", label="Pet's birthday", type="date")
    custom = [CustomField(name="pet", label="Pets", type="group", fields=(born,))]
    assert trigger_words(TaskRule(id="r", slug="r", name="R", title="T", **fields), custom) == words

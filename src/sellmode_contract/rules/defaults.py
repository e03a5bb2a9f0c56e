"""The rules that a retailer begins with. Their figures are what clienteling suites publish as theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sellmode_contract.kinds.date import WORDS
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.rule_task import RuleTrigger
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id

_DEAR = "Dear {given_name|customer}, "


def _rule(slug: str, name: str, trigger: RuleTrigger, title: str, **fields: Any) -> TaskRule:
    return TaskRule(id=task_rule_id(None, slug), slug=slug, name=name, trigger=trigger, title=title, **fields)


DEFAULT_RULES = (
    _rule(
        "thank-you",
        "Thank-you after a purchase",
        "purchase",
        "Say thank you",
        offset_days=2,
        expires_days=7,
        consent="any",
        contact_gap_days=2,
        goes_to="seller",
        message=_DEAR + "thank you for your visit. I hope you enjoy what you chose. {associate}, {store}",
    ),
    _rule(
        "birthday",
        "Birthday",
        "date",
        "Wish a happy birthday",
        dates=("birthday",),
        offset_days=-3,
        expires_days=3,
        consent="any",
        message=_DEAR + "all the best for the birthday! {associate}, {store}",
    ),
    _rule(
        "lapsing",
        "Overdue for a visit",
        "lapsed",
        "Get in touch: overdue for a visit",
        times_average=1.0,
        expires_days=14,
        contact_gap_days=14,
        consent="any",
        daily_cap=5,
        message=_DEAR + "some new things have come in that made me think of you. {associate}, {store}",
    ),
    _rule(
        "lapsed",
        "Lapsed",
        "lapsed",
        "Win back: lapsed",
        times_average=3.0,
        expires_days=30,
        contact_gap_days=30,
        consent="any",
        daily_cap=5,
        message=_DEAR + "it has been a while. It would be lovely to see you again. {associate}, {store}",
    ),
    _rule(
        "new-customer",
        "New customer",
        "new_customer",
        "Welcome as a new customer",
        offset_days=2,
        expires_days=14,
        consent="any",
        message=_DEAR + "welcome to {store}. Do write to me if there is anything you need. {associate}",
    ),
    _rule(
        "replenishment",
        "Running out",
        "replenishment",
        "Offer a refill",
        enabled=False,
        products=("Skincare",),
        after_days=60,
        offset_days=-5,
        expires_days=14,
        contact_gap_days=7,
        consent="any",
        daily_cap=5,
        message=_DEAR + "your {about|favourite} may run out soon. Shall I put some aside? {associate}, {store}",
    ),
    _rule(
        "stay-in-touch",
        "Stay in touch",
        "stay_in_touch",
        "Stay in touch",
        enabled=False,
        audience="tag:vip",
        after_days=90,
        expires_days=30,
        consent="any",
        daily_cap=3,
    ),
    _rule("stale-picks", "Picks to review", "stale_picks", "Review the picks"),
    _rule("late-request", "Late request", "late_request", "Answer the request"),
)
"""For every retailer."""


def default_rules(custom: Iterable[CustomField]) -> tuple[TaskRule, ...]:
    """The rules for a retailer: those for all, and one for each group of theirs that has birthdays (pets)."""
    found = list(DEFAULT_RULES)
    for group in custom:
        days = (
            f"{group.name}.{key}"
            for key, field in group.parts.items()
            if field.type == "date" and key.casefold().replace("-", "_") in WORDS["birthday"]
        )
        if group.type == "group" and (paths := tuple(days)):
            slug = re.sub("[^a-z0-9]+", "-", group.name.casefold()).strip("-")[:30].strip("-")
            found.append(
                _rule(
                    f"{slug or 'group'}-birthday",
                    f"Birthday: {group.label}"[:100],
                    "date",
                    f"Wish a happy birthday: {group.label}"[:200],
                    dates=paths,
                    offset_days=-3,
                    expires_days=3,
                    consent="any",
                    message=_DEAR + "all the best for the birthday of {whose|your dear one}! {associate}, {store}",
                )
            )
    return tuple(found)

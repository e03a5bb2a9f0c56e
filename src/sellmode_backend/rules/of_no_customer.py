"""Tasks that rules make of something else than a customer: a list of picks, a request."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sellmode_backend.rules.effective_rules import StoreRules
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.rule_task import Because
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules import judging
from sellmode_contract.rules.occurrences import Days, Timing
from sellmode_contract.store_time import Due, day_start


def due(rule: TaskRule, here: StoreRules, day: dt.date, now: dt.datetime) -> Due:
    """When a task is due that is made on a day: now, or when that begins."""
    made = max(now, day_start(day, here.zone))
    return judging.not_past(Timing(rule, here.zone, Days(day, day)).beside(day), day, here.zone, made)


def task(
    rule: TaskRule,
    here: StoreRules,
    id: str,
    person: str,
    because: Because,
    today: dt.date,
    now: dt.datetime,
    **about: Any,
) -> ManualTask:
    """A rule's task for somebody; ``about`` are the fields of a task that name what it is made of."""
    when = due(rule, here, today, now)
    return ManualTask(
        id=id,
        store=here.store,
        creator=person,
        title=rule.title,
        details=rule.details,
        due=when.text,
        due_at=when.instant(here.zone),
        created_at=now,
        rule=rule.slug,
        because=because,
        **about,
    )

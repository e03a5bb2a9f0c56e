"""Taking requests and tasks, so that one person does each."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec

from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.task import Task
from sellmode_contract.mutations import requests, tasks
from sellmode_contract.mutations.operations import Claim, Release
from sellmode_contract.mutations.reading import read
from sellmode_contract.mutations.world import Outcome, World
from sellmode_contract.refusals import Rejected

REQUEST_CLAIM_LAPSES: Final = dt.timedelta(minutes=15)
"""A claim of a request that was made longer ago takes nothing: its device was away."""


def claim(operation: Claim | Release, world: World) -> Outcome:
    """A request or task taken by one person, or given back."""
    types: dict[str, type[Request | RuleTask | ManualTask]] = {
        "request": Request,
        "rule_task": RuleTask,
        "manual_task": ManualTask,
    }
    record = read(world, operation.kind, operation.id, types[operation.kind])
    if isinstance(record, Task):
        if record.state != "open":
            raise Rejected(
                "already_done", ("It has already been completed, dismissed or expired."), winner=record.done_by
            )
        tasks.check_free(record, world)
    else:
        tasks.check_unclaimed(record, world)
        if record.state == "closed":
            raise Rejected("already_done", "It has been closed.", winner=record.closed_by or None)
    if isinstance(operation, Claim) and operation.kind == "request" and world.age > REQUEST_CLAIM_LAPSES:
        raise Rejected("expired", "A request taken offline is released after 15 minutes.")
    by = world.account.id if isinstance(operation, Claim) else None
    if record.claimed_by == by:
        return Outcome()
    if isinstance(record, Request):
        return Outcome(puts=(requests.taken(record, by, world),))
    return Outcome(puts=(msgspec.structs.replace(record, claimed_by=by),))

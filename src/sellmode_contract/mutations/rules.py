"""What operations make of the rules that make tasks, and of a head office's briefs."""

from __future__ import annotations

import datetime as dt
from typing import get_args

import msgspec

from sellmode_contract import store_time, visibility
from sellmode_contract.kinds.corporate_brief import CORPORATE_BRIEF, CorporateBrief
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.mutations.hooks import Hooks
from sellmode_contract.mutations.operations import Create, Edit, Remove
from sellmode_contract.mutations.reading import read
from sellmode_contract.mutations.world import Outcome, World
from sellmode_contract.refusals import Rejected
from sellmode_contract.roles import Work
from sellmode_contract.rules import checking
from sellmode_contract.translatable import Translatable


def _may_change_rule(rule: TaskRule, _: Edit | Remove, world: World) -> None:
    account = world.account
    if rule.store is None:
        if not visibility.may(account, "announce"):
            raise Rejected(
                "not_allowed",
                "Only head office can change a rule of the retailer; a rule of your store with the same slug "
                "replaces it.",
                field="store",
            )
    elif rule.store not in account.stores:
        raise Rejected("not_allowed", "It is not a rule of your store.", field="store")


def _settle_rule(_: TaskRule | None, rule: TaskRule, operation: Create | Edit, world: World) -> TaskRule:
    if isinstance(operation, Create):
        _may_change_rule(rule, Edit(kind="task_rule", id=rule.id), world)
    for problem in checking.problems(rule, world.retailer.custom_fields if world.retailer else ()):
        raise Rejected("invalid", problem.detail, field=problem.field)
    return rule


def _check_new_rule(operation: Create, world: World) -> None:
    if world.records.get("task_rule", operation.id) is not None:
        raise Rejected("conflict", "There is already a rule with this slug.", field="slug")


RULE_HOOKS = Hooks(check_new=_check_new_rule, may_change=_may_change_rule, settle=_settle_rule)


# ------------------------------------------------------------------ briefs


def _may_announce(_: Create, world: World) -> None:
    if world.account.role != "head_office":
        raise Rejected("not_allowed", "Only head office can create corporate tasks.")


def _settle_brief(_: CorporateBrief | None, brief: CorporateBrief, __: Create | Edit, world: World) -> CorporateBrief:
    check_brief(brief, [entry.id for entry in world.retailer.stores] if world.retailer else [])
    return brief


BRIEF_HOOKS = Hooks(may_create=_may_announce, settle=_settle_brief)


def take_back(operation: Remove, world: World) -> Outcome:
    """A brief taken back: it stays, marked so, for those who have done its task."""
    brief = read(world, "corporate_brief", operation.id, CorporateBrief)
    if world.account.role != "head_office":
        raise Rejected("not_allowed", "Only head office can withdraw its tasks.")
    return Outcome(puts=(msgspec.structs.replace(brief, withdrawn=True),) if not brief.withdrawn else ())


def check_brief(brief: CorporateBrief, stores: list[str]) -> None:
    """Raises Rejected for a brief that cannot be: the first thing that is wrong with it."""
    for field in CORPORATE_BRIEF.fields:
        if problem := field.problem(getattr(brief, field.name)):
            raise Rejected("invalid", problem, field=field.name)
    if unknown := set(brief.stores) - set(stores):
        raise Rejected("invalid", Translatable("There is no store {store}.", store=min(unknown)[:40]), field="stores")
    first, last = get_args(Work)
    if set(brief.works) - {first, last}:
        raise Rejected(
            "invalid", Translatable("Kinds of work are {first} and {last}.", first=first, last=last), field="works"
        )
    due, expires = (store_time.read_due(text) if text else None for text in (brief.due, brief.expires))
    if due and expires and expires.instant(dt.UTC) < due.instant(dt.UTC):
        raise Rejected("invalid", "It would expire before it is due.", field="expires")

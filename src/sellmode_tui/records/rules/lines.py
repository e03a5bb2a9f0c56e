"""The rules that make tasks, as lists show them."""

from __future__ import annotations

from dataclasses import dataclass

from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.visibility import may
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.tables import decode
from sellmode_tui.records.context import Context
from sellmode_tui.records.rules.words import trigger_words


@dataclass(frozen=True)
class RuleLine:
    """A rule, with what is to be known of it."""

    rule: TaskRule
    store_name: str
    """Empty for a rule of the retailer."""
    words: str
    """When it makes a task: ``2 days after a purchase``."""
    counts: bool
    """Whether it makes tasks here: it is enabled, and no rule of the store stands in its place."""
    in_place: bool
    """Whether a rule of the store of this slug stands in its place."""
    editable: bool
    """Whether its reader may change it. A manager's change of a retailer's rule makes one of the store."""


def rules(reading: Reading, around: Context) -> list[RuleLine]:
    """The visible rules, by name; a store's right before the retailer's in whose place it stands."""
    rows = reading.connection.execute(f"SELECT r.doc FROM task_rule r WHERE {reading.only_visible('r')}")
    found: list[TaskRule] = [decode("task_rule", doc) for (doc,) in rows]
    replaced = {rule.slug for rule in found if rule.store is not None}
    names = {
        rule.slug: rule.name.casefold() for rule in sorted(found, key=lambda rule: rule.store is None, reverse=True)
    }
    found.sort(key=lambda rule: (names[rule.slug], rule.slug, rule.store is None, rule.store or ""))
    return [_line(rule, around, in_place=rule.store is None and rule.slug in replaced) for rule in found]


def _line(rule: TaskRule, around: Context, *, in_place: bool) -> RuleLine:
    account = around.account
    mine = account is not None and may(account, "rules")
    if mine and account is not None and rule.store is not None:
        mine = rule.store in account.stores
    return RuleLine(
        rule=rule,
        store_name=around.store_name(rule.store) if rule.store else "",
        words=trigger_words(rule, around.retailer.custom_fields if around.retailer else ()),
        counts=rule.enabled and not in_place,
        in_place=in_place,
        editable=mine and not in_place,
    )

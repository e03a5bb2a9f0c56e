"""What a rule does, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_tui.language import marked, tr, trd, trn

DATES: Final = {"birthday": marked("birthday"), "anniversary": marked("anniversary")}
"""The dates that every customer can have, in words."""


def trigger_words(rule: TaskRule, custom: Iterable[CustomField] = ()) -> str:  # noqa: PLR0911 -- one for each trigger
    """When a rule makes a task: ``2 days after a purchase``; ``custom`` are the retailer's own fields."""
    match rule.trigger:
        case "purchase":
            return _of_purchase(rule)
        case "date":
            return _of_date(rule, custom)
        case "lapsed":
            return _then(rule, _lapsed(rule))
        case "new_customer":
            return _of_new_customer(rule)
        case "replenishment":
            days, products = _days(rule.after_days or 0), _listed(rule.products)
            if rule.per_unit:
                return _then(
                    rule, tr("{days} for each piece after {products} was bought", days=days, products=products)
                )
            return _then(rule, tr("{days} after {products} was bought", days=days, products=products))
        case "stay_in_touch":
            return _then(rule, no_contact(rule.after_days or 0))
        case "event":
            event = rule.event.replace("_", " ")
            return _beside(rule, event) or tr("at {event}", event=event)
        case "stale_picks":
            return _then(rule, tr("picks are gone, sold out or have another price"))
        case "late_request":
            return _then(rule, tr("a request is not answered in time"))


def no_purchase(days: int) -> str:
    """``no purchase for 90 days``."""
    return trn("no purchase for {number} day", "no purchase for {number} days", days)


def no_contact(days: int) -> str:
    """``no contact for 90 days``."""
    return trn("no contact for {number} day", "no contact for {number} days", days)


def _of_purchase(rule: TaskRule) -> str:
    what = tr("a purchase of {products}", products=_listed(rule.products)) if rule.products else tr("a purchase")
    return _beside(rule, what) or tr("on the day of {event}", event=what)


def _of_date(rule: TaskRule, custom: Iterable[CustomField]) -> str:
    names = own_dates(custom)
    date = _listed([trd(DATES[name]) if name in DATES else names.get(name, name) for name in rule.dates])
    date = date or tr("a date")
    return _beside(rule, date) or tr("on {date}", date=date)


def own_dates(custom: Iterable[CustomField]) -> dict[str, str]:
    """What people call the retailer's own dates, by what rules call them: ``pet.birthday``."""
    names: dict[str, str] = {}
    for field in custom:
        names[field.name] = field.label or field.name
        names |= {f"{field.name}.{key}": each.label for key, each in field.parts.items() if each.label}
    return names


def _lapsed(rule: TaskRule) -> str:
    if rule.times_average is None:
        return no_purchase(rule.after_days or 0)
    if rule.times_average == 1:
        return tr("no purchase for the customer's average days between purchases")
    return tr(
        "no purchase for {times} times the customer's average days between purchases", times=f"{rule.times_average:g}"
    )


def _of_new_customer(rule: TaskRule) -> str:
    amount, time = _offset(rule)
    if not amount:
        return tr("on the day a customer was added")
    if amount > 0:
        return tr("{time} after a customer was added", time=time)
    return tr("{time} before a customer was added", time=time)


def _beside(rule: TaskRule, event: str) -> str:
    """So long before or after an event; empty for no such time."""
    amount, time = _offset(rule)
    if not amount:
        return ""
    return (
        tr("{time} after {event}", time=time, event=event)
        if amount > 0
        else tr("{time} before {event}", time=time, event=event)
    )


def _then(rule: TaskRule, what: str) -> str:
    amount, time = _offset(rule)
    if not amount:
        return what
    return (
        tr("{event}, {time} later", event=what, time=time)
        if amount > 0
        else tr("{event}, {time} earlier", event=what, time=time)
    )


def _offset(rule: TaskRule) -> tuple[int, str]:
    """Positive for later, negative for earlier, 0 for neither; and how long."""
    if rule.offset_hours:
        return rule.offset_hours, trn("{number} hour", "{number} hours", abs(rule.offset_hours))
    return rule.offset_days, _days(abs(rule.offset_days))


def _days(days: int) -> str:
    return trn("{number} day", "{number} days", days)


def _listed(names: Iterable[str]) -> str:
    shown = [name.removeprefix("sku:") for name in names]
    if len(shown) < 2:
        return "".join(shown)
    return tr("{first} or {last}", first=", ".join(shown[:-1]), last=shown[-1])

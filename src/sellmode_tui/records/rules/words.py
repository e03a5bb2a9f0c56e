"""What a rule does, in words."""

from __future__ import annotations

from sellmode_contract.kinds.task_rule import TaskRule


def trigger_words(rule: TaskRule) -> str:  # noqa: PLR0911 -- one for each trigger
    """When a rule makes a task: ``2 days after a purchase``."""
    match rule.trigger:
        case "purchase":
            what = f"a purchase of {_listed(rule.products)}" if rule.products else "a purchase"
            return _offset(rule, what)
        case "date":
            return _offset(rule, _listed(rule.dates) or "a date", on="on")
        case "lapsed":
            if rule.times_average is not None:
                times = "" if rule.times_average == 1 else f"{rule.times_average:g} times "
                return _then(rule, f"no purchase for {times}the customer's average days between purchases")
            return _then(rule, f"no purchase for {_days(rule.after_days or 0)}")
        case "new_customer":
            return _offset(rule, "a customer was added", on="on the day")
        case "replenishment":
            each = " for each piece" if rule.per_unit else ""
            return _then(rule, f"{_days(rule.after_days or 0)}{each} after {_listed(rule.products)} was bought")
        case "stay_in_touch":
            return _then(rule, f"no contact for {_days(rule.after_days or 0)}")
        case "event":
            return _offset(rule, rule.event.replace("_", " "), on="at")


def _offset(rule: TaskRule, what: str, on: str = "on the day of") -> str:
    if rule.offset_hours:
        return f"{_hours(abs(rule.offset_hours))} {_side(rule.offset_hours)} {what}"
    if rule.offset_days:
        return f"{_days(abs(rule.offset_days))} {_side(rule.offset_days)} {what}"
    return f"{on} {what}"


def _then(rule: TaskRule, what: str) -> str:
    if not (rule.offset_days or rule.offset_hours):
        return what
    amount = _hours(abs(rule.offset_hours)) if rule.offset_hours else _days(abs(rule.offset_days))
    return f"{what}, {amount} {'later' if (rule.offset_hours or rule.offset_days) > 0 else 'earlier'}"


def _side(amount: int) -> str:
    return "after" if amount > 0 else "before"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _hours(hours: int) -> str:
    return "1 hour" if hours == 1 else f"{hours} hours"


def _listed(names: tuple[str, ...]) -> str:
    shown = [name.removeprefix("sku:") for name in names]
    return " or ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))

"""Whether a rule makes sense: what is wrong with it, field by field."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from sellmode_contract import filters, text
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.task_rule import NOT_OF_CUSTOMERS, TASK_RULE, TaskRule
from sellmode_contract.rules.templates import unknown_places
from sellmode_contract.translatable import Translatable, marked

MAX_RULES = 200
"""Of the retailer, and of each store besides: every one is asked about each customer every day."""

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_USES = {
    "dates": {"date"},
    "after_days": {"lapsed", "stay_in_touch", "replenishment"},
    "times_average": {"lapsed"},
    "products": {"purchase", "replenishment"},
    "per_unit": {"replenishment"},
    "event": {"event"},
}
"""The fields that only some triggers have."""
_OF_CUSTOMERS: Final[Mapping[str, object]] = {
    "audience": "",
    "contact_gap_days": 0,
    "consent": "",
    "goes_to": "owner",
    "unowned": True,
    "daily_cap": None,
    "expires_days": None,
    "action": None,
    "message": "",
}
"""The fields of rules about customers, with what stands in those of others."""


class Problem(NamedTuple):
    """What is wrong with a field. ``detail`` is a sentence that is safe to print."""

    field: str
    detail: str
    start: int | None = None
    """Where in a filter's text it is, in characters from 0; ``end`` is behind it."""
    end: int | None = None


def problems(rule: TaskRule, custom: Iterable[CustomField]) -> Iterator[Problem]:
    """Everything that is wrong with a rule: what its trigger asks for first, then field by field."""
    if not _SLUG.fullmatch(rule.slug):
        yield Problem("slug", marked("A slug has lower-case letters, digits and hyphens."))
    yield from _trigger(rule)
    yield from _fields(rule)
    if rule.due_time and not _TIME.fullmatch(rule.due_time):
        yield Problem("due_time", marked("Write the time of day as 09:00."))
    if rule.due_time and rule.offset_hours:
        yield Problem("due_time", marked("A task due a number of hours after its event cannot have a time of day."))
    yield from _audience(rule, custom)


def _fields(rule: TaskRule) -> Iterator[Problem]:
    for field in TASK_RULE.fields:
        if detail := field.problem(getattr(rule, field.name)):
            yield Problem(field.name, detail)
    for place in unknown_places(rule.message):
        yield Problem("message", Translatable("Unknown placeholder {{{place}}}.", place=place))


def _unstorable(field: str, value: str) -> Iterator[Problem]:
    try:
        text.refuse(value, field)
    except text.UnstorableText as error:
        yield Problem(field, Translatable("{why}.", why=Translatable.said(error)))


def _trigger(rule: TaskRule) -> Iterator[Problem]:
    foreign = [
        field
        for field, triggers in _USES.items()
        if getattr(rule, field) not in (None, (), "", False) and rule.trigger not in triggers
    ]
    if rule.trigger in NOT_OF_CUSTOMERS:
        foreign += [field for field, blank in _OF_CUSTOMERS.items() if getattr(rule, field) != blank]
    for field in foreign:
        yield Problem(
            field,
            Translatable("A rule with the trigger {trigger} has no {field}.", trigger=rule.trigger, field=field),
        )
    if rule.trigger == "date" and not rule.dates:
        yield Problem("dates", marked("Name the dates: birthday, or one of your date fields."))
    if rule.trigger == "event" and not _SLUG.fullmatch(rule.event.replace("_", "-")):
        yield Problem("event", marked("Name the event, such as back_in_stock."))
    if rule.trigger in ("stay_in_touch", "replenishment") and rule.after_days is None:
        yield Problem("after_days", marked("Enter after how many days."))
    if rule.trigger == "lapsed" and (rule.after_days is None) == (rule.times_average is None):
        yield Problem("after_days", marked("Use either after_days or times_average."))
    if rule.trigger == "replenishment" and not rule.products:
        yield Problem("products", marked("Name the products that run out."))


def _audience(rule: TaskRule, custom: Iterable[CustomField]) -> Iterator[Problem]:
    yield from _unstorable("audience", rule.audience)
    try:
        tree = filters.parse(rule.audience, filters.fields_of(custom))
    except filters.FilterError as error:
        yield Problem("audience", Translatable("{why}.", why=Translatable.said(error)), error.start, error.end)
        return
    if place := names_me(tree):
        yield Problem("audience", marked("A rule cannot use me: it applies to everyone."), place.start, place.end)


def names_me(tree: filters.Node) -> filters.Span | None:
    """The place where a filter speaks of whoever asks."""
    match tree:
        case filters.And(items=items) | filters.Or(items=items):
            return next((place for item in items if (place := names_me(item))), None)
        case filters.Not(item=item):
            return names_me(item)
        case filters.Comparison(values=values, span=span):
            return span if any(isinstance(value, filters.Me) for value in values) else None
        case _:
            return None


def time_of(due_time: str) -> dt.time | None:
    """A rule's local time of day; None for the end of the day."""
    return dt.time.fromisoformat(due_time) if due_time else None

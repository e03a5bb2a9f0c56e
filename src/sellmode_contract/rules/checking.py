"""Whether a rule makes sense: what is wrong with it, field by field."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sellmode_contract import filters, text
from sellmode_contract.records import CustomField, TaskRule
from sellmode_contract.rules.templates import unknown_places

LONGEST_SLUG = 40
LONGEST_NAME = 100
LONGEST_TEXT = 5_000
MOST_DAYS = 3660
MOST_RULES = 200
"""Of the retailer, and of each store besides: every one is asked about each customer every day."""
MOST_NAMES = 50
"""Dates or products that a rule may name."""

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


class Problem(NamedTuple):
    """What is wrong with a field. ``detail`` is a sentence that is safe to print."""

    field: str
    detail: str
    start: int | None = None
    """Where in a filter's text it is, in characters from 0; ``end`` is behind it."""
    end: int | None = None


def problems(rule: TaskRule, custom: Iterable[CustomField]) -> Iterator[Problem]:
    """Everything that is wrong with a rule, in the order of its fields."""
    if not _SLUG.fullmatch(rule.slug) or len(rule.slug) > LONGEST_SLUG:
        yield Problem("slug", f"A slug is small letters, digits and hyphens, {LONGEST_SLUG} at most.")
    yield from _texts(rule)
    yield from _trigger(rule)
    yield from _numbers(rule)
    if rule.due_time and not _TIME.fullmatch(rule.due_time):
        yield Problem("due_time", "A time of day is written 09:00.")
    if rule.due_time and rule.offset_hours:
        yield Problem("due_time", "What is due so many hours after its event has no other time of day.")
    yield from _audience(rule, custom)


def _texts(rule: TaskRule) -> Iterator[Problem]:
    for field, longest in (
        ("name", LONGEST_NAME),
        ("title", 200),
        ("details", LONGEST_TEXT),
        ("message", LONGEST_TEXT),
        ("event", LONGEST_NAME),
    ):
        value: str = getattr(rule, field)
        yield from _unstorable(field, value)
        if len(value) > longest:
            yield Problem(field, f"It has {len(value)} characters; at most {longest} are kept.")
        if field in ("name", "title") and not value.strip():
            yield Problem(field, f"A rule needs a {field}.")
    for place in unknown_places(rule.message):
        yield Problem("message", f"There is nothing to put in the place of {{{place}}}.")


def _unstorable(field: str, value: str) -> Iterator[Problem]:
    try:
        text.refuse(value, field)
    except text.UnstorableText as error:
        yield Problem(field, f"{error}.")


def _trigger(rule: TaskRule) -> Iterator[Problem]:
    for field, triggers in _USES.items():
        if getattr(rule, field) not in (None, (), "", False) and rule.trigger not in triggers:
            yield Problem(field, f"A rule with the trigger {rule.trigger} has no {field}.")
    if rule.trigger == "date" and not rule.dates:
        yield Problem("dates", "It has to say which dates: birthday, or one of your date fields.")
    if rule.trigger == "event" and not _SLUG.fullmatch(rule.event.replace("_", "-")):
        yield Problem("event", "It has to name its event, such as back_in_stock.")
    if rule.trigger in ("stay_in_touch", "replenishment") and rule.after_days is None:
        yield Problem("after_days", "It has to say after how many days.")
    if rule.trigger == "lapsed" and (rule.after_days is None) == (rule.times_average is None):
        yield Problem("after_days", "It has either after_days or times_average.")
    if rule.trigger == "replenishment" and not rule.products:
        yield Problem("products", "It has to say which products run out.")
    for field in ("dates", "products"):
        names: tuple[str, ...] = getattr(rule, field)
        if len(names) > MOST_NAMES or any(not name.strip() or len(name) > 200 for name in names):
            yield Problem(field, f"It names {MOST_NAMES} at most, none of them empty.")
        yield from _unstorable(field, "".join(names))


def _numbers(rule: TaskRule) -> Iterator[Problem]:
    bounds = {
        "after_days": (1, MOST_DAYS),
        "offset_days": (-366, MOST_DAYS),
        "offset_hours": (-24 * 366, 24 * 366),
        "expires_days": (0, MOST_DAYS),
        "contact_gap_days": (0, MOST_DAYS),
        "daily_cap": (1, 10_000),
    }
    for field, (least, most) in bounds.items():
        value: int | None = getattr(rule, field)
        if value is not None and not least <= value <= most:
            yield Problem(field, f"It has to be a number from {least} to {most}.")
    if rule.times_average is not None and not 0.1 <= rule.times_average <= 100:
        yield Problem("times_average", "It has to be a number from 0.1 to 100.")


def _audience(rule: TaskRule, custom: Iterable[CustomField]) -> Iterator[Problem]:
    yield from _unstorable("audience", rule.audience)
    try:
        tree = filters.parse(rule.audience, filters.fields_of(custom))
    except filters.FilterError as error:
        yield Problem("audience", f"{error}.", error.start, error.end)
        return
    if place := names_me(tree):
        yield Problem("audience", "A rule has no me: it counts for everybody.", place.start, place.end)


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

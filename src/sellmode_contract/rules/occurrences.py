"""What a rule finds in what is known of a customer: occurrences, each with its key and the time it is due.

A key never depends on a time zone or on when one looks, so that an occurrence keeps it for good.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from sellmode_contract.kinds.retailer import CustomField, Retailer
from sellmode_contract.kinds.rule_task import Because, RuleTrigger
from sellmode_contract.kinds.task_rule import MAX_DAYS, TaskRule
from sellmode_contract.rules import LATE_DAYS, MAX_LATE_DAYS
from sellmode_contract.rules.checking import time_of
from sellmode_contract.rules.facts import Facts, Item, Purchase, day_of, iso_day
from sellmode_contract.search import exact
from sellmode_contract.store_time import Due, day_start

_DAY = dt.timedelta(days=1)
_SLACK = 2 * _DAY
"""Between a count of days and its instants: time zones, changes of the clocks."""
_MAX_IN_KEY = 200
"""Characters of a name."""


class Occurrence(NamedTuple):
    """What a rule makes one task of."""

    key: str
    due: Due
    """As the rule says, though it may have passed."""
    because: Because
    seller: str | None = None
    """Staff id of who sold, or whom the event concerns."""


Find = Callable[[Facts], Iterable[Occurrence]]
"""The occurrences of a rule on the due days that count."""


class Days(NamedTuple):
    """Due days, the first and the last."""

    first: dt.date
    last: dt.date


def counting(rule: TaskRule, today: dt.date, since: dt.date | None = None) -> Days:
    """The due days that count on a day for a rule, which has been on since a day.

    Today, and those before it that may have been missed. What was due before the rule was switched on was not missed.
    """
    late = LATE_DAYS if rule.expires_days is None else min(rule.expires_days, MAX_LATE_DAYS)
    first = today - dt.timedelta(days=late)
    return Days(max(first, since) if since else first, today)


class Timing:
    """When a rule's tasks are due, and which instants come to the due days that count."""

    def __init__(self, rule: TaskRule, zone: dt.tzinfo, days: Days) -> None:
        self._rule = rule
        self._zone = zone
        self._time = time_of(rule.due_time)
        self._hours = dt.timedelta(hours=rule.offset_hours)
        self._days = days
        self._latest = day_start(days.last, zone) + _SLACK
        self._earliest = day_start(days.first, zone) - _SLACK

    def since(self, days: int = 0) -> dt.datetime:
        """An instant before which nothing counts that is due so many days, and the rule's offset, after it."""
        return self._earliest - self._shift(days)

    def until(self, days: int = 0) -> dt.datetime:
        """An instant after which nothing counts that is due so many days, and the rule's offset, after it."""
        return self._latest - self._shift(days)

    def local_day(self, at: dt.datetime) -> dt.date:
        """The store's day of an instant."""
        return day_of(at, self._zone)

    def after(self, at: dt.datetime, days: int = 0) -> Due:
        """The due time so many days, and the rule's offset, after an instant."""
        local = at.astimezone(self._zone)
        day = local.date() + (days + self._rule.offset_days) * _DAY
        if not self._hours:
            return Due(day, self._time)
        same_time = dt.datetime.combine(day, local.time(), self._zone).replace(fold=local.fold)
        return self._minute(same_time.astimezone(dt.UTC) + self._hours)

    def beside(self, day: dt.date) -> Due:
        """The due time of something that is about a day."""
        moved = day + self._rule.offset_days * _DAY
        return self._minute(day_start(moved, self._zone) + self._hours) if self._hours else Due(moved, self._time)

    def days(self) -> dict[tuple[int, int], list[tuple[dt.date, Due]]]:
        """The days that something due now can be about, with its due time, by the month and day that they keep.

        The 29th of February is kept on the 28th in years that do not have it.
        """
        found: dict[tuple[int, int], list[tuple[dt.date, Due]]] = {}
        near = dt.timedelta(days=self._rule.offset_days, hours=self._rule.offset_hours)
        first, last = self._days.first - near - _SLACK, self._days.last - near + _SLACK
        for number in range((last - first).days + 1):
            day = first + number * _DAY
            if not self.counts(due := self.beside(day)):
                continue
            found.setdefault((day.month, day.day), []).append((day, due))
            if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
                found.setdefault((2, 29), []).append((day, due))
        return found

    def counts(self, due: Due) -> bool:
        """Whether the due day is one that counts."""
        return self._days.first <= due.day <= self._days.last

    def _shift(self, days: int) -> dt.timedelta:
        return (days + self._rule.offset_days) * _DAY + self._hours

    def _minute(self, at: dt.datetime) -> Due:
        local = at.astimezone(self._zone)
        return Due(local.date(), local.time().replace(second=0, microsecond=0, fold=0))


def finder(rule: TaskRule, retailer: Retailer, zone: dt.tzinfo, days: Days) -> Find:
    """What finds a rule's occurrences of some due days: all that can be is worked out before it sees a customer."""
    timing = Timing(rule, zone, days)
    if rule.trigger == "date":
        return _dates(rule, retailer.custom_fields, timing)
    if rule.trigger == "stay_in_touch":
        return _stay_in_touch(rule, retailer.first_import, timing)
    return _FINDERS[rule.trigger](rule, timing)


def instant_key(at: dt.datetime) -> str:
    """An instant as it stands in a key: ISO 8601, UTC."""
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


# ------------------------------------------------------------------ purchases


class Wanted:
    """The products that a rule names: types, or ``sku:`` and a SKU."""

    def __init__(self, products: Iterable[str]) -> None:
        self._types: dict[str, str] = {}
        self._skus: dict[str, str] = {}
        for product in products:
            if product.startswith("sku:"):
                self._skus.setdefault(exact(product[4:]), product)
            else:
                self._types.setdefault(exact(product), product)

    def of(self, item: Item) -> Iterator[str]:
        """The products, as the rule names them, that an item is one of."""
        if self._skus and (product := self._skus.get(exact(item.sku))):
            yield product
        if self._types and (product := self._types.get(exact(item.type))):
            yield product

    def units(self, purchase: Purchase) -> dict[str, int]:
        """How many units of each of the products were bought."""
        found: dict[str, int] = {}
        for item in purchase.items:
            for product in self.of(item):
                found[product] = found.get(product, 0) + item.quantity
        return found


def _purchases(rule: TaskRule, timing: Timing) -> Find:
    since, until = timing.since(), timing.until()
    wanted = Wanted(rule.products)

    def find(facts: Facts) -> Iterator[Occurrence]:
        for purchase in facts.purchases:
            if not since <= purchase.at <= until or not timing.counts(due := timing.after(purchase.at)):
                continue
            about = next(iter(wanted.units(purchase)), None) if rule.products else ""
            if about is not None:
                because = Because(event="purchase", at=purchase.at, about=about)
                yield Occurrence(purchase.order, due, because, purchase.sold_by)

    return find


def _replenishment(rule: TaskRule, timing: Timing) -> Find:
    wanted = Wanted(rule.products)

    def find(facts: Facts) -> Iterator[Occurrence]:
        seen: set[str] = set()
        for purchase in reversed(facts.purchases):
            for product, units in wanted.units(purchase).items():
                if product in seen:
                    continue
                seen.add(product)
                days = lasts(rule, units)
                if not timing.since(days) <= purchase.at <= timing.until(days):
                    continue
                if timing.counts(due := timing.after(purchase.at, days)):
                    because = Because(event="replenishment", at=purchase.at, about=product)
                    yield Occurrence(f"{purchase.order}/{product}", due, because, purchase.sold_by)

    return find


def lasts(rule: TaskRule, units: int) -> int:
    """Days until so many units of a product have run out."""
    return min((rule.after_days or 1) * (max(units, 1) if rule.per_unit else 1), MAX_DAYS)


def _lapsed(rule: TaskRule, timing: Timing) -> Find:
    if rule.after_days is None:
        return _lapsed_from_average(rule, timing)
    days = rule.after_days
    since, until = timing.since(days), timing.until(days)

    def find(facts: Facts) -> Iterable[Occurrence]:
        last = facts.customer.figures.last_purchase
        if last is not None and since <= last <= until and timing.counts(due := timing.after(last, days)):
            return (Occurrence(instant_key(last), due, Because(event="lapsed", at=last)),)
        return ()

    return find


def _lapsed_from_average(rule: TaskRule, timing: Timing) -> Find:
    """A customer's average is the days from the first to the last purchase, by the number of orders less one.

    Who has bought on one day only has none.
    """
    times = Fraction(str(rule.times_average))
    rate = float(times)
    since, until = timing.since(), timing.until()

    def find(facts: Facts) -> Iterable[Occurrence]:
        figures = facts.customer.figures
        first, last, gaps = figures.first_purchase, figures.last_purchase, figures.orders - 1
        if gaps < 1 or first is None or last is None or last > until:
            return ()
        # Days by the clock differ by less than two: that leaves out nearly everybody at little cost.
        rough, span = rate / gaps, (last - first).days
        if rough * (span - 1) > (until - last).days + 1 or rough * (span + 2) < (since - last).days - 1:
            return ()
        days = (timing.local_day(last) - timing.local_day(first)).days
        after = -(-times.numerator * days // (times.denominator * gaps))
        if 1 <= after <= MAX_DAYS and timing.counts(due := timing.after(last, after)):
            return (Occurrence(instant_key(last), due, Because(event="lapsed", at=last)),)
        return ()

    return find


# ------------------------------------------------------------------ days


def _dates(rule: TaskRule, custom: tuple[CustomField, ...], timing: Timing) -> Find:
    labels = {exact(label) for label in rule.dates}
    fields = [field.name for field in custom if field.type == "date" and exact(field.name) in labels]
    groups = [
        (path, group.name, key)
        for group in custom
        if group.type == "group"
        for key, field in group.parts.items()
        if field.type == "date"
        if exact(path := f"{group.name}.{key}") in labels
    ]

    kept = timing.days()

    def find(facts: Facts) -> Iterator[Occurrence]:
        for date in facts.dates:
            for day, due in kept.get((date.month, date.day), ()):
                if day.year >= (date.year or 0) and exact(date.label) in labels:
                    because = Because(event="date", day=day.isoformat(), about=date.label, whose=date.about)
                    yield Occurrence(f"{date.id}/{day.year}", due, because)
        if not facts.customer.custom:
            return
        for path, whose, key, first in _custom_days(facts, fields, groups):
            for day, due in kept.get((first.month, first.day), ()):
                if day >= first:
                    because = Because(event="date", day=day.isoformat(), about=path, whose=whose)
                    yield Occurrence(f"{key}/{day.year}", due, because)

    return find


def _custom_days(
    facts: Facts, fields: Iterable[str], groups: Iterable[tuple[str, str, str]]
) -> Iterator[tuple[str, str, str, dt.date]]:
    """Path, whose, key and day of each of the retailer's own dates that a customer has."""
    custom = facts.customer.custom
    for name in fields:
        if day := iso_day(custom.get(name)):
            yield name, "", name, day
    for path, group, key in groups:
        entries = custom.get(group)
        for entry in entries if isinstance(entries, list) else ():
            if day := iso_day(entry.get(key)):
                whose = next((text for text in (entry.get("name"), *entry.values()) if isinstance(text, str)), "")
                yield path, whose, f"{path}/{_in_key(whose)}", day


def _in_key(name: str) -> str:
    """A name as a key has it: what databases index is not of any length."""
    return name if len(name) <= _MAX_IN_KEY else hashlib.sha256(name.encode()).hexdigest()


# ------------------------------------------------------------------ the customer


def _new_customer(_: TaskRule, timing: Timing) -> Find:
    since, until = timing.since(), timing.until()

    def find(facts: Facts) -> Iterable[Occurrence]:
        at = facts.customer.created_at
        if at is not None and since <= at <= until and timing.counts(due := timing.after(at)):
            return (Occurrence("new", due, Because(event="new_customer", at=at)),)
        return ()

    return find


def _stay_in_touch(rule: TaskRule, first_import: dt.datetime | None, timing: Timing) -> Find:
    """Without a contact the days count from when the customer is known here."""
    days = rule.after_days or 1
    since, until = timing.since(days), timing.until(days)

    def find(facts: Facts) -> Iterable[Occurrence]:
        contact = facts.customer.figures.last_contact
        at = contact or facts.customer.created_at or first_import
        if at is not None and since <= at <= until and timing.counts(due := timing.after(at, days)):
            key = instant_key(contact) if contact else "created"
            return (Occurrence(key, due, Because(event="stay_in_touch", at=contact)),)
        return ()

    return find


def _events(rule: TaskRule, timing: Timing) -> Find:
    since, until = timing.since(), timing.until()

    def find(facts: Facts) -> Iterator[Occurrence]:
        for event in facts.events:
            if event.name == rule.event and since <= event.at <= until and timing.counts(due := timing.after(event.at)):
                because = Because(event="event", at=event.at, about=event.about or event.name)
                yield Occurrence(event.id, due, because, event.person)

    return find


def _nothing(_: TaskRule, __: Timing) -> Find:
    """Of a rule that is not about customers."""
    return lambda _: ()


_FINDERS: dict[RuleTrigger, Callable[[TaskRule, Timing], Find]] = {
    "purchase": _purchases,
    "lapsed": _lapsed,
    "new_customer": _new_customer,
    "replenishment": _replenishment,
    "event": _events,
    "stale_picks": _nothing,
    "late_request": _nothing,
}

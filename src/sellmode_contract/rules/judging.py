"""What becomes of a rule's occurrences on a day: tasks, tasks held back, and open tasks that are overtaken."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sellmode_contract import filters
from sellmode_contract.filters import Node, Person
from sellmode_contract.kinds.consent import Channel
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.kinds.rule_task import Because, RuleTask, rule_task_id
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task_rule import MAX_DAYS, ConsentNeed, TaskRule
from sellmode_contract.rules.checking import Problem, problems
from sellmode_contract.rules.facts import UNSAID, Facts, Needs, day_of, field_values
from sellmode_contract.rules.occurrences import Occurrence, Timing, Wanted, counting, finder, lasts
from sellmode_contract.search import keys_of
from sellmode_contract.store_time import Due, day_start
from sellmode_contract.translatable import marked

RULE_REMOVED = marked("the rule was removed")
ANSWERED = marked("the request was answered or closed")
UP_TO_DATE = marked("the picks are up to date")
"""Why open tasks expire."""
NOBODY = "nobody"
"""Whose cap the tasks of customers count in whom nobody owns."""

_ALWAYS: Mapping[str, dt.date] = {}


class UnfitRule(ValueError):
    """A rule that makes no sense: a field it names may be the retailer's no more."""

    def __init__(self, rule: TaskRule, found: Sequence[Problem]) -> None:
        """``found`` is what is wrong with it."""
        super().__init__(f"rule {rule.slug}: {found[0].field}: {found[0].detail}")
        self.rule = rule
        self.problems = found


class Prepared(NamedTuple):
    """A rule that makes sense, with its audience read: to be made once and used for every customer."""

    rule: TaskRule
    audience: Node | None
    """None is everybody."""
    retailer: Retailer
    by_seller: bool
    """Whether its tasks fall to who sold: the rule says so, and the whole store sees them."""


class Decision(NamedTuple):
    """What a rule comes to for a customer's occurrence."""

    rule: TaskRule
    customer: str
    occurrence: str
    due: Due
    expires: dt.date | None
    """The store's day at whose end the task expires."""
    because: Because
    person: str | None
    """Staff id of whom it falls to; None: nobody owns the customer."""
    held: str = ""
    """Why there is no task now: one of ``HELD``."""
    spend: int = 0
    """The customer's, for ``within_caps``."""


def standing(rules: Iterable[TaskRule], store: str) -> list[TaskRule]:
    """The rules that make tasks in a store: its own, even where they are switched off, in place of the retailer's."""
    found: dict[str, TaskRule] = {}
    for rule in rules:
        if rule.store == store or (rule.store is None and rule.slug not in found):
            found[rule.slug] = rule
    return sorted((rule for rule in found.values() if rule.enabled), key=lambda rule: rule.slug)


def prepare(rule: TaskRule, retailer: Retailer) -> Prepared:
    """A rule made ready. Raises UnfitRule."""
    if found := tuple(problems(rule, retailer.custom_fields)):
        raise UnfitRule(rule, found)
    audience = filters.parse(rule.audience, filters.fields_of(retailer.custom_fields))
    return Prepared(
        rule,
        None if audience == filters.And() else audience,
        retailer,
        by_seller=rule.goes_to == "seller" and retailer.mode == "team",
    )


class Judge:
    """The rules of a store on one of its days. Made once for a pass, then asked for each customer."""

    def __init__(
        self,
        rules: Sequence[Prepared],
        *,
        store: str,
        zone: dt.tzinfo,
        today: dt.date,
        now: dt.datetime,
        staff: Iterable[Staff] = (),
        since: Mapping[str, dt.date] = _ALWAYS,
    ) -> None:
        """``today`` is the store's day; ``now`` is when a task would be made. ``staff`` are the retailer's people.

        ``since`` is the store's day from which on a rule, by its slug, has been switched on; else it always was.
        """
        everybody = list(staff)
        self._zone, self._today, self._now = zone, today, now
        self._people = {one.id: Person(one.id, one.user_name, one.name) for one in everybody}
        self._here = {one.id for one in everybody if one.active and one.store == store}
        self._rules = [
            (one, finder(one.rule, one.retailer, zone, counting(one.rule, today, since.get(one.rule.slug))))
            for one in rules
        ]

    def needs(self) -> Needs:
        """What has to be loaded of the customers."""
        return needs([prepared for prepared, _ in self._rules], self._zone, self._today)

    def decisions(self, facts: Facts, made: Collection[tuple[str, str]] = ()) -> list[Decision]:
        """What the rules come to for a customer of the store; ``made`` is what has been made: slug and occurrence.

        Caps are for ``within_caps``. A task is never due before it is made: what is late is due today, without a time
        of day that has passed.
        """
        found: list[Decision] = []
        for prepared, find in self._rules:
            if not (items := tuple(find(facts))):
                continue
            slug = prepared.rule.slug
            fresh = {item.key: item for item in items if (slug, item.key) not in made}
            if not fresh or not self._counts_for(prepared, facts):
                continue
            held = self._held(prepared.rule, facts)
            open_one = any(self._is_open(prepared.rule, task) for task in facts.tasks)
            for occurrence in sorted(fresh.values(), key=lambda item: (item.due.day, item.key)):
                reason = held or ("open_already" if open_one else "")
                open_one = open_one or not reason
                found.append(self._decision(prepared, facts, occurrence, reason))
        return found

    def _counts_for(self, prepared: Prepared, facts: Facts) -> bool:
        """Whether a customer is one of a rule's audience."""
        if facts.customer.owner is None and not prepared.rule.unowned:
            return False
        if prepared.audience is None:
            return True
        retailer = prepared.retailer
        held = field_values(facts, retailer.custom_fields, retailer.currency, self._people, self._zone)
        return filters.matches(prepared.audience, held, keys_of(facts.customer), today=self._today, me="")

    def _held(self, rule: TaskRule, facts: Facts) -> str:
        contact = facts.customer.figures.last_contact
        if rule.contact_gap_days and contact is not None and self._days_since(contact) < rule.contact_gap_days:
            return "contacted"
        if rule.consent and not _may_contact(rule.consent, facts):
            return "no_consent"
        return ""

    def _days_since(self, at: dt.datetime) -> int:
        return (self._today - day_of(at, self._zone)).days

    def _is_open(self, rule: TaskRule, task: RuleTask) -> bool:
        alive = task.expires_at is None or task.expires_at > self._now
        return task.rule == rule.slug and task.state == "open" and alive

    def _decision(self, prepared: Prepared, facts: Facts, occurrence: Occurrence, held: str) -> Decision:
        rule, customer, due = prepared.rule, facts.customer, occurrence.due
        expires = None if rule.expires_days is None else due.day + dt.timedelta(days=rule.expires_days)
        due = not_past(due, self._today, self._zone, self._now)
        seller = occurrence.seller if prepared.by_seller and occurrence.seller in self._here else None
        return Decision(
            rule=rule,
            customer=customer.id,
            occurrence=occurrence.key,
            due=due,
            expires=expires,
            because=occurrence.because,
            person=seller or customer.owner,
            held=held,
            spend=customer.figures.spend,
        )


def not_past(due: Due, today: dt.date, zone: dt.tzinfo, now: dt.datetime) -> Due:
    """When a task is due that is made now: what is late today, without a time of day that has passed."""
    due = due._replace(day=max(due.day, today))
    return Due(due.day) if due.time is not None and due.instant(zone) <= now else due


def asked_fields(rule: TaskRule, retailer: Retailer) -> frozenset[str]:
    """The fields of customers that a rule's audience asks for; ``search`` if it looks for words. Raises UnfitRule."""
    return frozenset(_fields_of(prepare(rule, retailer).audience, words="search"))


def needs(rules: Iterable[Prepared], zone: dt.tzinfo, today: dt.date) -> Needs:
    """What has to be loaded of customers to judge them by rules on a day."""
    since: list[dt.datetime] = []
    events_since: list[dt.datetime] = []
    names: set[str] = set()
    dates = consents = wishes = False
    for prepared in rules:
        rule = prepared.rule
        timing = Timing(rule, zone, counting(rule, today))
        asked = _fields_of(prepared.audience)
        dates = dates or rule.trigger == "date" or "birthday" in asked
        wishes = wishes or "wish" in asked
        consents = consents or bool(rule.consent) or any(name.startswith("consent.") for name in asked)
        if rule.trigger == "purchase":
            since.append(timing.since())
        elif rule.trigger == "replenishment":
            since.append(timing.since(lasts(rule, MAX_DAYS)))
        elif rule.trigger == "event":
            names.add(rule.event)
            events_since.append(timing.since())
    return Needs(
        purchases_since=min(since, default=None),
        dates=dates,
        consents=consents,
        wishes=wishes,
        events=frozenset(names),
        events_since=min(events_since, default=None),
    )


def within_caps(decisions: Iterable[Decision], taken: Mapping[tuple[str, str], int]) -> list[Decision]:
    """Decisions with those held back that are over their rule's cap for a person and day.

    ``taken`` says how many of a rule (slug) have fallen to a person (``NOBODY`` for None) that day already. Who comes
    first: higher lifetime spend, then the lower id, and of one customer the earlier decision.
    """
    given = list(decisions)
    used = Counter(dict(taken))
    held: set[int] = set()
    capped = [number for number, one in enumerate(given) if not one.held and one.rule.daily_cap is not None]
    for number in sorted(capped, key=lambda number: (-given[number].spend, given[number].customer)):
        decision = given[number]
        key = (decision.rule.slug, decision.person or NOBODY)
        if used[key] >= (decision.rule.daily_cap or 0):
            held.add(number)
        else:
            used[key] += 1
    return [one._replace(held="cap") if number in held else one for number, one in enumerate(given)]


def overtaken(rule: TaskRule | None, task: RuleTask, facts: Facts, now: dt.datetime, *, removed: bool = True) -> str:
    """Why an open task expires now, in words; empty: it stands. ``rule`` is the one that made it, if there is one.

    A rule that is not there was ``removed``, unless nobody can tell. Of ``facts`` it takes the customer, and the
    purchases since the task's.
    """
    if task.expires_at is not None and task.expires_at <= now:
        return marked("its time ran out")
    if rule is None and removed:
        there = facts.customer.store
        return marked("the customer moved to a store without this rule") if task.store != there else RULE_REMOVED
    return _caught_up(task.because, facts) if task.because else ""


def _caught_up(because: Because, facts: Facts) -> str:
    """What has happened since that makes a task needless; empty if nothing has."""
    since, figures = because.at, facts.customer.figures
    bought = since is not None and figures.last_purchase is not None and figures.last_purchase > since
    if because.event == "lapsed" and bought:
        return marked("bought again")
    if because.event == "replenishment" and bought and since is not None:
        wanted = Wanted((because.about,))
        return marked("bought again") if any(one.at > since and wanted.units(one) for one in facts.purchases) else ""
    contacted = figures.last_contact is not None and (since is None or figures.last_contact > since)
    return marked("contacted") if because.event == "stay_in_touch" and contacted else ""


def task_of(decision: Decision, store: str, zone: dt.tzinfo, now: dt.datetime) -> RuleTask:
    """The task that a decision comes to, in the customer's store; its id is the same whoever makes it."""
    rule = decision.rule
    expires = decision.expires
    return RuleTask(
        id=rule_task_id(rule.slug, decision.customer, decision.occurrence),
        store=store,
        title=rule.title,
        details=rule.details,
        action=rule.action,
        due=decision.due.text,
        due_at=decision.due.instant(zone),
        created_at=now,
        customer=decision.customer,
        rule=rule.slug,
        occurrence=decision.occurrence,
        because=decision.because,
        meant_for=decision.person,
        message=rule.message,
        expires_at=None if expires is None else day_start(expires + dt.timedelta(days=1), zone),
    )


def _may_contact(need: ConsentNeed, facts: Facts) -> bool:
    """Whether a customer has not unsubscribed from the channel; ``any``: from one by which they can be reached."""
    customer = facts.customer
    reachable: dict[Channel, bool] = {
        "email": bool(customer.email),
        "sms": bool(customer.phone or customer.phone_e164),
        "phone": bool(customer.phone or customer.phone_e164),
    }
    return any(
        facts.consents.get(channel, UNSAID) != "unsubscribed" and (need == channel or (need == "any" and can))
        for channel, can in reachable.items()
    )


def _fields_of(tree: Node | None, words: str = "") -> set[str]:
    """The fields that a filter asks for, and what stands for looking for words."""
    match tree:
        case filters.And(items=items) | filters.Or(items=items):
            return {name for item in items for name in _fields_of(item, words)}
        case filters.Not(item=item):
            return _fields_of(item, words)
        case filters.Comparison(field=field):
            return {field}
        case filters.Words() if words:
            return {words}
    return set()

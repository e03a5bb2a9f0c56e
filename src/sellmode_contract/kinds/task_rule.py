"""Rules that make tasks. What may stand in a rule depends on its trigger besides: ``rules.checking``."""

from __future__ import annotations

from typing import Final

from sellmode_contract.audiences import EVERYBODY, Row, Rule, store_audience
from sellmode_contract.kinds.fields import Elements, Field, Flag, Number, OneOf, Text
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.kinds.task import action
from sellmode_contract.records import ConsentNeed, Customer, RuleTrigger, TaskRule

TRIGGERS: Final[dict[RuleTrigger, str]] = {
    "purchase": "a purchase",
    "date": "a date",
    "lapsed": "no purchase for long",
    "new_customer": "a new customer",
    "replenishment": "a product that runs out",
    "stay_in_touch": "no contact for long",
    "event": "an event",
}
NEEDS: Final[dict[ConsentNeed, str]] = {
    "": "not needed",
    "email": "e-mail",
    "sms": "SMS",
    "phone": "phone",
    "any": "any channel",
}
MOST_DAYS = 3660
LONGEST_NAME = 100


def _audience(rule: TaskRule, _: Customer | None) -> str:
    return store_audience(rule.store) if rule.store else EVERYBODY


_SEEN_BY = Rule("everybody of the retailer; of one store: the store", _audience)

TASK_RULE = Kind(
    record=TaskRule,
    row=Row("rule that makes tasks; of one store", _SEEN_BY, _SEEN_BY),
    noun="rule",
    fields=(
        Text(name="slug", longest=40, write="once"),
        Field(name="store", write="once"),
        Text(name="name", longest=LONGEST_NAME, required="A rule needs a name."),
        Flag(name="enabled"),
        OneOf(name="trigger", choices=TRIGGERS, write="once"),
        Elements(name="dates", most=50),
        Number(name="after_days", least=1, most=MOST_DAYS),
        Number(name="times_average", least=0.1, most=100, whole=False),
        Elements(name="products", of="product", most=50),
        Flag(name="per_unit"),
        Text(name="event", longest=LONGEST_NAME),
        Number(name="offset_days", least=-366, most=MOST_DAYS),
        Number(name="offset_hours", least=-24 * 366, most=24 * 366),
        Field(name="due_time"),
        Number(name="expires_days", least=0, most=MOST_DAYS),
        Field(name="audience"),
        Number(name="contact_gap_days", least=0, most=MOST_DAYS),
        OneOf(name="consent", choices=NEEDS),
        OneOf(name="goes_to", choices={"owner": "owner", "seller": "seller"}),
        Flag(name="unowned"),
        Number(name="daily_cap", least=1, most=10_000),
        Text(name="title", required="A rule needs a title."),
        Text(name="details", longest=5_000, lines=True),
        Text(name="message", longest=5_000, lines=True),
        action(),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    capability="rules",
    columns=("slug", "store"),
    words=lambda rule, _: f'rule "{text_in(rule, "name")}"',
)

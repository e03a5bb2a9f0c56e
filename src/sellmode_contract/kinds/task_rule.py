"""Rules that make tasks. What may stand in a rule depends on its trigger besides: ``rules.checking``."""

from __future__ import annotations

from typing import Final, Literal

from sellmode_contract.audiences import EVERYBODY, Owned, Row, Rule, store_audience
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.contact import ContactChannel
from sellmode_contract.kinds.fields import Elements, Field, Flag, Number, OneOf, Text
from sellmode_contract.kinds.kind import Kind, text_in
from sellmode_contract.kinds.rule_task import RuleTrigger
from sellmode_contract.kinds.task import action
from sellmode_contract.records import EditedRecord
from sellmode_contract.translatable import marked

ConsentNeed = Literal["", "email", "sms", "phone", "any"]
"""On which channel a customer may not have unsubscribed; ``any``: on at least one by which they can be reached."""
TRIGGERS: Final[dict[RuleTrigger, str]] = {
    "purchase": marked("a purchase"),
    "date": marked("a date"),
    "lapsed": marked("no recent purchase"),
    "new_customer": marked("a new customer"),
    "replenishment": marked("a product running out"),
    "stay_in_touch": marked("no recent contact"),
    "event": marked("an event"),
    "stale_picks": marked("picks to review"),
    "late_request": marked("a late request"),
}
NOT_OF_CUSTOMERS: Final[frozenset[RuleTrigger]] = frozenset({"stale_picks", "late_request"})
"""Triggers of rules that make no tasks for customers."""
NEEDS: Final[dict[ConsentNeed, str]] = {
    "": marked("not needed"),
    "email": marked("e-mail"),
    "sms": marked("SMS"),
    "phone": marked("phone"),
    "any": marked("any channel"),
}
MAX_DAYS = 3660
MAX_NAME = 100


class TaskRule(EditedRecord, frozen=True, kw_only=True):
    """A rule that makes tasks (``rules``): for customers or, of some triggers, for lists of picks or requests.

    A store's rule stands, in that store, in place of the retailer's of its slug.

    Its task is made when the store's day begins on which it is due: so many days and hours after what triggers it
    (negative: before), looked at with what is known then.
    """

    slug: str
    """Names the rule in its tasks' keys, for good: letters, digits, hyphens."""
    store: str | None = None
    """None is a rule of the retailer, for all stores."""
    name: str
    enabled: bool = True
    trigger: RuleTrigger

    dates: tuple[str, ...] = ()
    """Of ``date``: labels of important dates (``birthday``) or the retailer's date fields (``pet.birthday``)."""
    after_days: int | None = None
    """Days since the last purchase (``lapsed``), contact (``stay_in_touch``) or purchase of it (``replenishment``)."""
    times_average: float | None = None
    """Of ``lapsed``, in place of ``after_days``: as many of the customer's average days between purchases."""
    products: tuple[str, ...] = ()
    """Of ``purchase`` and ``replenishment``: product types, or ``sku:`` and a SKU; ``purchase`` takes empty for all."""
    per_unit: bool = False
    """Of ``replenishment``: ``after_days`` counts for each unit bought."""
    event: str = ""
    """Of ``event``: its name (``back_in_stock``, ``abandoned_cart``, ``unanswered_request``, or another)."""

    offset_days: int = 0
    offset_hours: int = 0
    """With hours the task is due at that very instant; else on that day, at ``due_time``."""
    due_time: str = ""
    """Local, ``09:00``; empty: by the end of the day."""
    expires_days: int | None = None
    """Days after the due day at whose end the task expires. One that could not be made in time is made until then, or
    within ``rules.LATE_DAYS`` if it never expires."""

    audience: str = ""
    """Which customers: a filter of customers, empty for all."""
    contact_gap_days: int = 0
    """No task for who was contacted within so many days."""
    consent: ConsentNeed = ""
    goes_to: Literal["owner", "seller"] = "owner"
    """Whom it is meant for where the whole store sees it; in Associate Mode it is always its customer's owner."""
    unowned: bool = True
    """Whether it counts for customers whom nobody owns; their tasks are the managers' in Associate Mode."""
    daily_cap: int | None = None
    """Tasks of this rule, at most, that fall to one associate on one day; the rest is looked at again the next day."""

    title: str
    details: str = ""
    message: str = ""
    """Suggested text, with the places of ``rules.templates``."""
    action: ContactChannel | None = None


def task_rule_id(store: str | None, slug: str) -> str:
    """The id of a rule: there is one of a slug in each store, and one of the retailer's."""
    return source_id("task_rule", "sellmode", f"{store or ''}\x1f{slug}")


def _audience(rule: TaskRule, _: Owned | None) -> str:
    return store_audience(rule.store) if rule.store else EVERYBODY


_SEEN_BY = Rule("everyone at the retailer; a store's own rule, everyone in that store", _audience)

TASK_RULE = Kind(
    name="task_rule",
    record=TaskRule,
    row=Row("rule that makes tasks; of one store", _SEEN_BY, _SEEN_BY),
    noun="rule",
    fields=(
        Text(name="slug", longest=40, write="once"),
        Field(name="store", write="once"),
        Text(name="name", longest=MAX_NAME, required="A rule needs a name."),
        Flag(name="enabled"),
        OneOf(name="trigger", choices=TRIGGERS, write="once"),
        Elements(name="dates", most=50),
        Number(name="after_days", least=1, most=MAX_DAYS),
        Number(name="times_average", least=0.1, most=100, whole=False),
        Elements(name="products", most=50),  # types of products too
        Flag(name="per_unit"),
        Text(name="event", longest=MAX_NAME),
        Number(name="offset_days", least=-366, most=MAX_DAYS),
        Number(name="offset_hours", least=-24 * 366, most=24 * 366),
        Field(name="due_time"),
        Number(name="expires_days", least=0, most=MAX_DAYS),
        Field(name="audience"),
        Number(name="contact_gap_days", least=0, most=MAX_DAYS),
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
    id_of=lambda rule: task_rule_id(rule.get("store"), text_in(rule, "slug")),
    words=lambda rule, _: f'rule "{text_in(rule, "name")}"',
)

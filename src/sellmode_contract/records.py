"""One Struct for each kind of record that both sides know.

A record is what travels on a sync line and rests in two stores: the backend's and the terminal's cache. It holds ids,
not other records' names. Instants are UTC; money is in integer minor units of an ISO 4217 currency; ids are UUID text.
Documents are additive: a field that one side does not know is kept in the stored JSON and ignored here.

Kinds whose screens come later hold only the fields that decide who sees them (see ``visibility``).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID, uuid5

import msgspec

Mode = Literal["associate", "team"]
"""How a retailer lets its people see: one's own customers, or the store's."""

Instant: TypeAlias = Annotated[dt.datetime, msgspec.Meta(tz=True)]
"""A moment with its zone: without one it cannot be compared with any other."""

Channel = Literal["email", "sms", "phone"]
ContactChannel = Literal["call", "visit", "email", "sms", "chat"]
ConsentState = Literal["subscribed", "one_to_one", "unsubscribed"]

SOURCE_IDS = UUID("7c5d2a55-0d3c-5b0e-9a3d-51ce11d0de00")
"""Namespace of ids made from a source's key."""


def source_id(kind: str, source: str, key: str) -> str:
    """The id of an imported or generated record: the same (kind, source, key) finds the same record at every replay."""
    return str(uuid5(SOURCE_IDS, f"{kind}\x1f{source}\x1f{key}"))


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every record has."""

    id: str


# ------------------------------------------------------------------ the retailer


class CustomField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field of customers that the retailer defines; a ``group`` repeats (pets) and has fields of its own."""

    name: str
    """As in the filter grammar: ``pet``. A field of a group may be defined as ``species`` or ``pet.species``."""
    label: str
    type: Literal["text", "number", "date", "choice", "group"]
    choices: tuple[str, ...] = ()
    fields: tuple[CustomField, ...] = ()

    @property
    def parts(self) -> dict[str, CustomField]:
        """The fields of a group by the names that its values have for them: ``species``."""
        return {self.key_of(field.name): field for field in self.fields}

    def key_of(self, name: str) -> str:
        """What the values of a group call a field of it, of which this is the name: ``species``."""
        return name.removeprefix(f"{self.name}.")


class StoreEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A store as everybody of the retailer knows it."""

    id: str
    name: str
    time_zone: str
    """IANA name; the store's days and due times belong to it."""


class Retailer(Record, frozen=True, kw_only=True):
    """The retailer's settings that its terminals need. One record."""

    name: str
    mode: Mode
    currency: str
    time_zone: str
    stores: tuple[StoreEntry, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    idle_lock_minutes: int = 5
    keyring_allowed: bool = False
    """Whether a terminal may offer "stay signed in on this machine"."""


class Product(Record, frozen=True, kw_only=True):
    """A variant that can be sold: one SKU."""

    sku: str
    title: str
    variant: str = ""
    vendor: str = ""
    type: str = ""
    tags: tuple[str, ...] = ()
    price: int | None = None
    currency: str
    barcode: str = ""
    active: bool = True


class Staff(Record, frozen=True, kw_only=True):
    """A colleague in the store's directory."""

    store: str
    user_name: str
    name: str
    role: str
    active: bool = True


# ------------------------------------------------------------------ the customer and what belongs to it


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A postal address, lines as the source gave them."""

    company: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    province: str = ""
    postcode: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2 where the source gave it so."""


class Figures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What only the backend works out from orders and contacts.

    ``orders`` counts orders not cancelled that have a sold line; ``units`` and ``spend`` are net of returns and
    refunds; ``spend`` counts the retailer's currency only. What was bought in others stands in ``other_spend``.
    """

    orders: int = 0
    other_orders: int = 0
    """How many of ``orders`` were in other currencies."""
    units: int = 0
    spend: int = 0
    other_spend: dict[str, int] = {}
    first_purchase: Instant | None = None
    last_purchase: Instant | None = None
    last_contact: Instant | None = None
    categories: tuple[tuple[str, int], ...] = ()
    """Up to three product types with the most spend, most first, with that spend."""
    waiting: int = 0
    """Edits that were handed over and wait to be judged."""

    @property
    def spend_orders(self) -> int:
        """The orders that ``spend`` comes of, for their average: those in the retailer's currency."""
        return self.orders - self.other_orders


CustomValue: TypeAlias = str | float | bool | list[dict[str, Any]]
"""Text, number, ISO date or choice; a list of objects for a group."""


_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")


class Customer(Record, frozen=True, kw_only=True):
    """A person whom the store's people look after."""

    store: str | None = None
    owner: str | None = None
    """Staff id of the associate whom the customer is assigned to."""
    number: str = ""
    """The retailer's own customer number."""
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""
    """As the source wrote it."""
    phone_e164: str = ""
    """The same in E.164 where it could be read so, else empty."""
    address: Address | None = None
    language: str = ""
    tier: str = ""
    tags: tuple[str, ...] = ()
    sizes: dict[str, str] = {}
    preferences: tuple[str, ...] = ()
    preferred_channel: Channel | None = None
    custom: dict[str, CustomValue] = {}
    sources: dict[str, str] = {}
    """Provenance: for each field that was not written by hand, where its value came from (``shopify``)."""
    created_at: Instant | None = None
    figures: Figures = Figures()

    @property
    def name(self) -> str:
        """The full name; failing that the e-mail, phone or number, so that nobody is nameless in a list.

        The family name comes last, but first and unparted where it is written in Han, Kana or Hangul.
        """
        if self.given_name and self.family_name and _EAST_ASIAN.match(self.family_name):
            return f"{self.family_name}{self.given_name}"
        full = f"{self.given_name} {self.family_name}".strip()
        return full or self.email or self.phone or self.number


class OrderLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of an order. ``amount`` is what it adds to the order's total: quantity x price less discounts."""

    title: str
    amount: int
    quantity: int = 0
    sku: str = ""
    product: str | None = None
    type: str = ""
    price: int = 0
    kind: Literal["sale", "return", "rounding"] = "sale"
    """``rounding`` holds the difference between an order's total and its lines (tax, shipping, rounding)."""


class Order(Record, frozen=True, kw_only=True):
    """What a customer bought, in whichever store, with its lines."""

    customer: str
    number: str
    placed_at: Instant
    currency: str
    total: int
    refunded: int = 0
    channel: Literal["store", "online"]
    store: str | None = None
    """Where it was sold, which need not be the customer's store."""
    sold_by: str | None = None
    """Staff id of the associate whom the source names."""
    cancelled_at: Instant | None = None
    lines: tuple[OrderLine, ...] = ()


class Consent(Record, frozen=True, kw_only=True):
    """What a customer allows on one channel."""

    customer: str
    channel: Channel
    state: ConsentState = "one_to_one"
    changed_at: Instant | None = None
    actor: str = ""
    """Staff id, ``customer``, or the source's name."""
    evidence: str = ""


class ImportantDate(Record, frozen=True, kw_only=True):
    """A day to remember; the year may be unknown."""

    customer: str
    label: str
    """``birthday``, ``anniversary`` or the retailer's own word."""
    month: int
    day: int
    year: int | None = None
    about: str = ""
    """Whose day it is when not the customer's own (a pet's name)."""


class Note(Record, frozen=True, kw_only=True):
    """What somebody wrote about a customer, for the store or for themselves."""

    customer: str
    author: str | None = None
    """Staff id; None if it came with an import."""
    written_at: Instant
    text: str
    private: bool = False


class Contact(Record, frozen=True, kw_only=True):
    """A call, visit or message that was logged."""

    customer: str
    author: str | None = None
    at: Instant
    channel: ContactChannel
    inbound: bool = False
    summary: str = ""


class HistoryEntry(Record, frozen=True, kw_only=True):
    """What happened to a customer's record."""

    customer: str
    at: Instant
    event: Literal["assigned", "unassigned", "moved", "created", "merged", "overwritten"]
    """``overwritten``: two people changed a field; ``value`` is the one that lost."""
    actor: str = ""
    subject: str | None = None
    """Staff or store id that the event names."""
    field: str = ""
    value: str = ""
    """Of ``overwritten``: text as it was, anything else as JSON."""


class SentLookbook(Record, frozen=True, kw_only=True):
    """What was sent to a customer, as it was then."""

    customer: str
    author: str | None = None


# ------------------------------------------------------------------ work


TaskState = Literal["open", "done", "dismissed", "expired"]
"""``expired``: its time was up, or what it was for has been overtaken, without anybody having done it."""
RuleTrigger = Literal["purchase", "date", "lapsed", "new_customer", "replenishment", "stay_in_touch", "event"]
ConsentNeed = Literal["", "email", "sms", "phone", "any"]
"""On which channel a customer may not have unsubscribed; ``any``: on at least one by which they can be reached."""


class Task(Record, frozen=True, kw_only=True):
    """What tasks of every kind have.

    A due time is local to the task's store and written ``2026-12-24`` (by the end of that day) or ``2026-12-24T15:00``
    (``store_time``).
    """

    store: str
    title: str = ""
    details: str = ""
    action: ContactChannel | None = None
    """The contact that the task asks for."""
    due: str = ""
    """Empty: at any time."""
    snoozed_to: str = ""
    """Put off until then, which counts in place of ``due``."""
    due_at: Instant | None = None
    """The instant that ``snoozed_to`` or else ``due`` comes to in the store's time zone; from then on it is overdue."""
    state: TaskState = "open"
    done_by: str | None = None
    """Staff id of who did or dismissed it."""
    done_at: Instant | None = None
    """When it was done, dismissed or expired."""
    reason: str = ""
    """Why it was dismissed or has expired."""
    claimed_by: str | None = None
    created_at: Instant | None = None


class ManualTask(Task, frozen=True, kw_only=True):
    """A task that somebody made."""

    creator: str
    assignee: str | None = None
    """Whom it was given to; None is its creator's own."""
    customer: str | None = None
    repeat: str = ""
    """RFC 5545 recurrence rule, without its name: ``FREQ=WEEKLY;BYDAY=MO``. The next one is made when this one ends."""
    repeat_from: str = ""
    """The due time from which ``repeat`` counts."""
    series: str = ""
    """Id of the first task of a repeating one; empty for the first itself."""


class Because(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a rule's task is for, told as words where it is shown ("bought 5 days ago")."""

    event: RuleTrigger
    at: Instant | None = None
    """When it happened (purchase, last contact)."""
    day: str = ""
    """The day that it is about (``2026-12-24``), if it is a day."""
    about: str = ""
    """Which date (``birthday``), product or event."""
    whose: str = ""
    """Whose date, if not the customer's own (a pet's name)."""


class RuleTask(Task, frozen=True, kw_only=True):
    """A task that a rule made for a customer. Its id is ``rule_task_id`` of rule, customer and occurrence."""

    customer: str
    rule: str = ""
    """Slug of the rule."""
    occurrence: str = ""
    because: Because | None = None
    meant_for: str | None = None
    """Staff id of whom it is meant for where the whole store sees it."""
    message: str = ""
    """Suggested text, with the places of ``rules.templates``."""
    expires_at: Instant | None = None


class CorporateTask(Task, frozen=True, kw_only=True):
    """A head office's task, one record a person."""

    person: str
    brief: str = ""
    """Id of the ``CorporateBrief``."""
    subject: str = ""
    """Suggested subject of a message."""
    message: str = ""
    """Suggested text of a message."""
    products: tuple[str, ...] = ()
    """SKUs, ten at most."""
    expires_at: Instant | None = None


class CorporateBrief(Record, frozen=True, kw_only=True):
    """What a head office asks of its people: each gets a corporate task of it, and whoever joins before it expires."""

    title: str
    details: str = ""
    stores: tuple[str, ...] = ()
    """Ids; empty for all."""
    works: tuple[str, ...] = ()
    """Kinds of work (``visibility.Work``); empty for all."""
    due: str = ""
    expires: str = ""
    """Like a due time; open tasks of it expire then. Empty: never."""
    action: ContactChannel | None = None
    subject: str = ""
    message: str = ""
    products: tuple[str, ...] = ()
    created_at: Instant | None = None
    created_by: str = ""
    """Staff id, or empty for the operator."""
    withdrawn: bool = False
    """Taken back: its open tasks expire."""


class TaskRule(Record, frozen=True, kw_only=True):
    """A rule that makes tasks (``rules``).

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


def rule_task_id(rule: str, customer: str, occurrence: str) -> str:
    """The id of a rule's task: whoever makes it, however often, makes the same."""
    return source_id("rule_task", "sellmode", f"{rule}\x1f{customer}\x1f{occurrence}")


class Request(Record, frozen=True, kw_only=True):
    """A shopper's request to a store, reserved at first for the associate whom the shopper chose."""

    store: str
    wanted: str | None = None
    reserved: bool = False
    claimed_by: str | None = None


class Lookbook(Record, frozen=True, kw_only=True):
    """A 1:1 lookbook, a My Look (template) or a list of storefront picks."""

    store: str
    author: str
    form: Literal["one_to_one", "my_look", "picks"] = "one_to_one"


class Fact(Record, frozen=True, kw_only=True):
    """A figure's fact, of the store or of one associate."""

    store: str
    person: str | None = None


class SaleNotice(Record, frozen=True, kw_only=True):
    """Tells the credited associate of a sale."""

    store: str
    person: str


class ParkedEdit(Record, frozen=True, kw_only=True):
    """A change that was handed over: its author had lost sight of the customer, or gave it to whoever has them."""

    customer: str
    author: str
    at: Instant
    """When it was made."""
    operation: dict[str, Any]
    """What its author asked for (``contract.mutations``), as builtins."""


class PersonSetting(Record, frozen=True, kw_only=True):
    """A saved filter or a setting of one person."""

    store: str
    person: str


# ------------------------------------------------------------------ cards: the second audience's own record


class CustomerCard(Record, frozen=True, kw_only=True):
    """What a manager may know of an associate's customer."""

    customer: str
    name: str
    owner: str | None = None
    tier: str = ""
    last_contact: Instant | None = None
    waiting: int = 0
    """As in the customer's figures: how many, never what."""


class TaskCard(Record, frozen=True, kw_only=True):
    """What a manager keeps of a task given to somebody."""

    store: str
    task: str
    title: str = ""
    creator: str = ""
    assignee: str = ""
    about: str | None = None
    """Id of the task's customer."""
    due: str = ""
    due_at: Instant | None = None
    state: TaskState = "open"
    done_at: Instant | None = None
    reason: str = ""


class BriefCard(Record, frozen=True, kw_only=True):
    """How far a store is with a head office's brief: how many of its people's tasks are in each state, never whose."""

    store: str
    brief: str
    open: int = 0
    done: int = 0
    dismissed: int = 0
    expired: int = 0


class DuplicatePair(Record, frozen=True, kw_only=True):
    """Two customers of a store that may be one, for its managers to judge."""

    store: str
    customers: tuple[str, str]
    matched: tuple[Literal["email", "phone"], ...] = ()
    """What both have."""
    owners: tuple[str | None, str | None] = (None, None)
    names: tuple[str, str] = ("", "")
    dismissed: bool = False
    """Judged to be two people; kept so that nobody is asked again."""


KINDS: dict[str, type[Record]] = {
    "retailer": Retailer,
    "product": Product,
    "staff": Staff,
    "customer": Customer,
    "order": Order,
    "consent": Consent,
    "date": ImportantDate,
    "note": Note,
    "contact": Contact,
    "history": HistoryEntry,
    "sent_lookbook": SentLookbook,
    "manual_task": ManualTask,
    "rule_task": RuleTask,
    "corporate_task": CorporateTask,
    "corporate_brief": CorporateBrief,
    "task_rule": TaskRule,
    "request": Request,
    "lookbook": Lookbook,
    "fact": Fact,
    "sale_notice": SaleNotice,
    "parked_edit": ParkedEdit,
    "person_setting": PersonSetting,
    "customer_card": CustomerCard,
    "task_card": TaskCard,
    "brief_card": BriefCard,
    "duplicate_pair": DuplicatePair,
}
"""Each kind by the name it has on the wire and in both stores."""

KIND_NAMES: dict[type[Record], str] = {struct: name for name, struct in KINDS.items()}


def kind_of(record: Record) -> str:
    """The name of a record's kind."""
    return KIND_NAMES[type(record)]


def parent_of(record: Record) -> str | None:
    """Id of the customer that a record belongs to, if it belongs to one. A customer's own id is not its parent."""
    return getattr(record, "customer", None)

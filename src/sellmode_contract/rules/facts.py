"""What is known of a customer when rules are judged, and what of it has to be loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal

import msgspec

from sellmode_contract.filters import MonthDay, Person
from sellmode_contract.filters.fields import BUILT_IN_NAMES
from sellmode_contract.kinds.consent import Channel, ConsentState
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.money import exponent
from sellmode_contract.records import Instant

UNSAID: ConsentState = "one_to_one"
"""The consent of a customer who has not said anything."""


class Item(msgspec.Struct, frozen=True):
    """What was bought of one product."""

    type: str
    sku: str
    quantity: int


class Purchase(msgspec.Struct, frozen=True):
    """An order that was not cancelled."""

    order: str
    """Its id."""
    at: Instant
    store: str | None
    """Where it was sold."""
    sold_by: str | None
    """Staff id."""
    items: tuple[Item, ...]
    """Its sold lines, one or more; returns are no purchases."""


class Event(msgspec.Struct, frozen=True):
    """Something that happened to a customer outside of the records, such as ``back_in_stock``."""

    id: str
    name: str
    at: Instant
    person: str | None = None
    """Staff id of whom it concerns besides the owner: who had asked to be told."""
    about: str = ""
    """A product, or what else it was about."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A customer, with what ``Needs`` asks for."""

    customer: Customer
    purchases: tuple[Purchase, ...] = ()
    """Oldest first."""
    dates: tuple[ImportantDate, ...] = ()
    consents: Mapping[Channel, ConsentState] = {}
    """Channels that are not there are ``UNSAID``."""
    events: tuple[Event, ...] = ()
    wishes: tuple[str, ...] = ()
    """``wished_words`` of what is on the wish list."""
    tasks: tuple[RuleTask, ...] = ()
    """The customer's open ones."""


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be loaded of customers beside themselves and their open tasks."""

    purchases_since: Instant | None = None
    """Purchases from then on, all of them; None: no purchases. Who has no ``last_purchase`` since has none."""
    dates: bool = False
    consents: bool = False
    wishes: bool = False
    events: frozenset[str] = frozenset()
    """Names of events."""
    events_since: Instant | None = None
    """Events from then on, if there are ``events``."""


def field_values(
    facts: Facts, custom: tuple[CustomField, ...], currency: str, people: Mapping[str, Person], zone: dt.tzinfo
) -> dict[str, object]:
    """What a customer holds in each field of the filter grammar, as ``filters.matches`` takes it.

    ``people`` are colleagues by id. The same as what the terminal's SQL finds.
    """
    customer, figures = facts.customer, facts.customer.figures
    address, owner = customer.address, customer.owner
    spend = Decimal(figures.spend).scaleb(-exponent(currency))
    values: dict[str, object] = {
        "name": f"{customer.given_name} {customer.family_name}".strip(),
        "customer_number": customer.number,
        "tag": customer.tags,
        "tier": customer.tier,
        "owner": people.get(owner, Person(owner)) if owner else None,
        "city": address.city if address else "",
        "country": address.country if address else "",
        "email": customer.email,
        "phone": customer.phone or customer.phone_e164,
        "spend": spend,
        "orders": figures.orders,
        "units": figures.units,
        "average_order": spend / figures.spend_orders if figures.spend_orders else None,
        "last_purchase": _day(figures.last_purchase, zone),
        "first_purchase": _day(figures.first_purchase, zone),
        "last_contact": _day(figures.last_contact, zone),
        "wish": facts.wishes,
        "birthday": [MonthDay(d.month, d.day) for d in facts.dates if d.label == "birthday" and not d.about],
    }
    values.update((f"consent.{channel}", state) for channel, state in facts.consents.items())
    for name, value in _own_values(customer, custom):
        if name not in BUILT_IN_NAMES:
            values.setdefault(name, value)
    return values


def _own_values(customer: Customer, custom: tuple[CustomField, ...]) -> Iterator[tuple[str, object]]:
    """What a customer holds in each of the retailer's own fields."""
    for field in custom:
        held = customer.custom.get(field.name)
        if field.type != "group":
            yield field.name, _of_type(field.type, held)
        elif isinstance(held, list):
            yield field.name, [True for _ in held]
            for key, inner in field.parts.items():
                yield f"{field.name}.{key}", [_of_type(inner.type, entry.get(key)) for entry in held]


def day_of(at: dt.datetime, zone: dt.tzinfo) -> dt.date:
    """The local day of an instant."""
    try:
        return at.astimezone(zone).date()
    except OverflowError:  # of the first or last day of the calendar
        return at.date()


def _day(at: dt.datetime | None, zone: dt.tzinfo) -> dt.date | None:
    return None if at is None else day_of(at, zone)


def _of_type(type: str, value: object) -> object:
    """A custom field's value, if it is of its type."""
    match type, value:
        case "number", bool():
            return None
        case "number", int() | float():
            return value
        case "date", str():
            return iso_day(value)
        case "text" | "choice", str():
            return value
    return None


def iso_day(text: object) -> dt.date | None:
    """The day that a text stands for, if it does."""
    try:
        return dt.date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None

"""The fields that a filter may name: those of every customer, and the retailer's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, get_args

import msgspec

from sellmode_contract.kinds.consent import ConsentState
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.translatable import marked

FieldType = Literal["text", "number", "money", "date", "choice", "boolean", "person", "tag", "anniversary", "presence"]
"""How a field is compared. `anniversary`: a day that returns every year. `presence`: only asked whether it is there."""

NAME = re.compile(r"[^\W\d][\w.\-]*")
RESERVED_NAMES = frozenset({"has", "none", "or", "and", "not"})


class Field(msgspec.Struct, frozen=True):
    """Something that can be compared. Raises ValueError for a name that nobody could type."""

    name: str
    """Lower case; `pet.species` for a field of a group. Typed with any case, and with `-` for `_`."""
    type: FieldType
    description: str = ""
    values: tuple[str, ...] = ()
    """All values of a choice; empty if they are not known here, then any is accepted."""
    repeated: bool = False
    """Whether a customer may have several values."""

    def __post_init__(self) -> None:
        if not can_be_typed(self.name):
            raise ValueError(f"{self.name!r} cannot be the name of a filter field")


def typed_name(name: str) -> str:
    """A field's name from what was typed."""
    return name.casefold().replace("-", "_")


def can_be_typed(name: str) -> bool:
    """Whether a filter can have it as a field's name."""
    return bool(NAME.fullmatch(name)) and name == typed_name(name) and name not in RESERVED_NAMES


def _consent(channel: str, description: str) -> Field:
    return Field(f"consent.{channel}", "choice", description, get_args(ConsentState))


CUSTOMER_FIELDS = (
    Field("name", "text", marked("Given and family name")),
    Field("customer_number", "text", marked("The retailer's own number")),
    Field("tag", "tag", marked("A tag of the customer"), repeated=True),
    Field("tier", "choice", marked("Loyalty tier")),
    Field("owner", "person", marked("The customer's owner: me, nobody, a colleague")),
    Field("city", "text", marked("City of the address")),
    Field("country", "choice", marked("Country of the address, two letters")),
    Field("email", "presence", marked("E-mail address")),
    Field("phone", "presence", marked("Phone number")),
    Field("spend", "money", marked("Lifetime spend, less refunds")),
    Field("orders", "number", marked("Orders placed")),
    Field("units", "number", marked("Units bought, less returns")),
    Field("average_order", "money", marked("Average order value")),
    Field("last_purchase", "date", marked("Day of the last purchase")),
    Field("first_purchase", "date", marked("Day of the first purchase")),
    Field("last_contact", "date", marked("Day of the last contact")),
    Field("birthday", "anniversary", marked("The customer's birthday")),
    Field("wish", "text", marked("A product on the wish list: words of its name or type"), repeated=True),
    _consent("email", marked("What the customer allows by e-mail")),
    _consent("sms", marked("What the customer allows by text message")),
    _consent("phone", marked("What the customer allows by phone")),
)
"""What every retailer's customers have."""


BUILT_IN_NAMES = frozenset(field.name for field in CUSTOMER_FIELDS)


def fields_of(defined: Iterable[CustomField]) -> tuple[Field, ...]:
    """All fields that a filter may name at a retailer who has defined these."""
    return (*CUSTOMER_FIELDS, *custom_fields(defined))


def custom_fields(defined: Iterable[CustomField]) -> tuple[Field, ...]:
    """The retailer's own fields. A group is asked for with `has:`, its fields are `group.field` and repeated.

    Names that nobody could type are left out, and those that are taken: settings refuse them (`own_fields`), but older
    settings may have them.
    """
    found: dict[str, Field] = {}
    for name, type, label, values, repeated in _named(defined):
        if can_be_typed(name) and name not in BUILT_IN_NAMES:
            found.setdefault(name, Field(name, type, label, values, repeated))
    return tuple(found.values())


def _named(defined: Iterable[CustomField]) -> Iterator[tuple[str, FieldType, str, tuple[str, ...], bool]]:
    """What a `Field` is made of for each that a filter could ask for, whatever it is called."""
    for own in defined:
        if own.type != "group":
            yield own.name, own.type, own.label, own.choices, False
            continue
        yield own.name, "presence", own.label, (), False
        for key, inner in own.parts.items():
            if inner.type != "group":
                yield f"{own.name}.{key}", inner.type, f"{own.label}: {inner.label}", inner.choices, True

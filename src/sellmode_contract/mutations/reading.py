"""Reading what an operation gives, and the records that it names. Everything here raises Rejected."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

import msgspec

from sellmode_contract.kinds.customer import Customer, CustomerCard, card_id
from sellmode_contract.mutations.customers import check_text
from sellmode_contract.mutations.operations import Create
from sellmode_contract.mutations.world import World
from sellmode_contract.records import Record
from sellmode_contract.refusals import Rejected
from sellmode_contract.translatable import Translatable
from sellmode_contract.type_errors import misfit

T = TypeVar("T", bound=Record)


def read(world: World, kind: str, id: str, type: type[T]) -> T:
    """A record of a type; ``not_found`` if there is none."""
    record = world.records.get(kind, id)
    if not isinstance(record, type):
        raise Rejected(
            "not_found", Translatable("There is no such {kind}.", kind=Translatable.said(kind.replace("_", " ")))
        )
    return record


def customer_or_card(id: str, world: World) -> Customer | CustomerCard:
    """A customer, or the card of one; whether its author sees them is asked elsewhere."""
    customer = world.records.get("customer", id)
    if isinstance(customer, Customer):
        return customer
    return read(world, "customer_card", card_id(id), CustomerCard)


def customer_of(operation: Create, world: World) -> Customer:
    """The customer to whom something new belongs."""
    id = operation.doc.get("customer")
    if not isinstance(id, str):
        raise Rejected(
            "invalid",
            Translatable("A {kind} belongs to a customer.", kind=Translatable.said(operation.kind)),
            field="customer",
        )
    return read(world, "customer", id, Customer)


def check_new(operation: Create, world: World) -> None:
    """Whether there is no record of this id yet."""
    if world.records.get(operation.kind, operation.id) is not None:
        raise Rejected(
            "conflict",
            Translatable("There is a {kind} with this id already.", kind=Translatable.said(operation.kind)),
            field="id",
        )


def check_known(given: Iterable[str], known: AbstractSet[str]) -> None:
    """Whether only known fields are given."""
    if unknown := set(given) - known:
        raise Rejected("invalid", "No such field, or it cannot be edited.", field=min(unknown)[:100])


def check_storable(value: Any, name: str) -> None:
    """Whether the texts of a value, whatever it is, can be stored. Raises Rejected."""
    for each in value if isinstance(value, list | tuple) else [value]:
        if isinstance(each, str):
            check_text(each, name, len(each))


def texts_of(value: Any, name: str) -> tuple[str, ...]:
    """A value that is a list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Rejected("invalid", Translatable("{name} are a list of texts.", name=name), field=name)
    return tuple(value)


def entries_of(value: Any, name: str) -> list[tuple[str, Any]]:
    """A value that is an object: its names, in order, with their values."""
    if not isinstance(value, dict):
        raise Rejected("invalid", Translatable("{name} have names and values.", name=name), field=name)
    return sorted(value.items())


def invalid(error: msgspec.ValidationError) -> Rejected:
    """Names the field; what stood in it may be somebody's name."""
    field, why = misfit(error)
    return Rejected("invalid", why, field=field)

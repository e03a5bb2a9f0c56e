"""Handing changes over to whoever looks after the customer, and judging those that were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from sellmode_contract.kinds import KINDS, kind_of
from sellmode_contract.kinds.consent import Channel, Consent
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.mutations.operations import (
    Accept,
    Create,
    Discard,
    Operation,
    Park,
    can_be_handed_over,
    decode,
    encode,
    target,
)
from sellmode_contract.mutations.reading import read
from sellmode_contract.mutations.world import Outcome, Stage, World
from sellmode_contract.records import Record, parent_of
from sellmode_contract.refusals import Rejected

Apply = Callable[[Operation, World], Outcome]


def park(operation: Park, world: World, apply: Apply) -> Outcome:
    """A change that waits for whoever looks after the customer. ``apply`` says what it would come to."""
    customer = read(world, "customer", operation.customer, Customer)
    if world.records.get("parked_edit", operation.id) is not None:
        raise Rejected("conflict", "There is already a parked edit with this id.", field="id")
    handed = _inner(operation.operation)
    _check_sense(handed, customer.id, world, apply)
    parked = ParkedEdit(
        id=operation.id,
        customer=customer.id,
        author=world.account.id,
        at=world.now,
        operation=msgspec.json.decode(encode(handed)),  # with lists, as it is when it is read again
    )
    return Outcome(puts=(parked, _waiting(customer, 1)))


def judge(operation: Accept | Discard, world: World, apply: Apply) -> Outcome:
    """A change that was handed over: made, or dropped."""
    parked = read(world, "parked_edit", operation.id, ParkedEdit)
    customer = read(world, "customer", parked.customer, Customer)
    removes = (("parked_edit", parked.id),)
    if isinstance(operation, Discard):
        return Outcome(puts=(_waiting(customer, -1),), removes=removes)
    stage = Stage(world.records)
    inner = apply(_inner(parked.operation), world)
    stage.take(inner)
    changed = stage.get("customer", customer.id)
    if isinstance(changed, Customer):
        stage.take(Outcome(puts=(_waiting(changed, -1),)))
    puts = tuple(record for record in stage.changed.values() if record is not None)
    gone = tuple(key for key, record in stage.changed.items() if record is None)
    return Outcome(puts=puts, removes=(*gone, *removes), conflicts=inner.conflicts)


def _inner(fields: Mapping[str, Any]) -> Operation:
    """A change that may be handed over."""
    operation = decode(msgspec.json.encode(fields))
    if not can_be_handed_over(operation):
        raise Rejected("invalid", "This kind of change cannot be sent to the owner.")
    if len(encode(operation)) > 64 * 1024:
        raise Rejected("too_large", "A change sent for review can have at most 64 KB.")
    return operation


def _check_sense(operation: Operation, customer: str, world: World, apply: Apply) -> None:
    """Refuse to hand over what nobody could accept: whoever gets it has to read it. Raises Rejected.

    It says nothing of the present values, which its author may not see any more: they are taken for blank.
    """
    kind, id = target(operation)
    known = KINDS[kind]
    there = known.of_customer and not isinstance(operation, Create)
    changed = [known.sample(id, customer, world.account.id)] if there else []
    try:
        apply(operation, world._replace(records=_Held([Customer(id=customer, number="?"), *changed])))
    except Rejected as refusal:
        if refusal.code == "invalid":
            raise


class _Held:
    """A ``Reader`` of some records."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = {(kind_of(record), record.id): record for record in records}

    def get(self, kind: str, id: str) -> Record | None:
        return self._records.get((kind, id))

    def consent(self, customer: str, channel: Channel) -> Consent | None:
        mine = (item for item in self.belongings(customer, "consent") if isinstance(item, Consent))
        return next((item for item in mine if item.channel == channel), None)

    def belongings(self, customer: str, kind: str | None = None) -> list[Record]:
        return [
            record for (of, _), record in self._records.items() if parent_of(record) == customer and kind in (None, of)
        ]


def _waiting(customer: Customer, by: int) -> Customer:
    figures = msgspec.structs.replace(customer.figures, waiting=max(customer.figures.waiting + by, 0))
    return msgspec.structs.replace(customer, figures=figures)

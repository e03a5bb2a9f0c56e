"""The changes that people make, as operations.

Each function looks at what is visible and gives the operation that is meant. What its author saw (``was``) comes from
the same reading in which it is then judged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from sellmode_contract.kinds.consent import Channel, ConsentState
from sellmode_contract.kinds.customer import Customer, CustomerCard, card_id
from sellmode_contract.mutations import EDITABLE_SETS, Assign, Create, Edit, Rejected, SetConsent, consent_id
from sellmode_contract.mutations.consent import UNSAID
from sellmode_contract.mutations.customers import MAPS, current_value, with_value
from sellmode_tui.language import marked
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.writing import NotVisible


def customer(seen: Seen, id: str) -> Customer:
    """A visible customer. Raises NotVisible."""
    found = seen.get("customer", id)
    if not isinstance(found, Customer):
        raise NotVisible(marked("customer"))
    return found


def edit_customer(
    seen: Seen,
    id: str,
    set: Mapping[str, Any],
    add: Mapping[str, Iterable[str]],
    remove: Mapping[str, Iterable[str]],
    saw: Mapping[str, Any],
) -> Edit:
    """Changes of a customer's fields; what is so already is left out. Raises NotVisible and Rejected.

    ``saw`` holds what its author saw of fields, should that be another value than stands there now.
    """
    held = customer(seen, id)
    values, was = {}, {}
    for path, value in set.items():
        new = current_value(with_value(held, path, value, seen.retailer), path)
        if new != (present := current_value(held, path)):
            values[path], was[path] = new, saw.get(path, present)
    added = {name: tuple(dict.fromkeys(element.strip() for element in elements)) for name, elements in add.items()}
    removed = {name: tuple(dict.fromkeys(elements)) for name, elements in remove.items()}
    return Edit(
        kind="customer",
        id=id,
        set=values,
        was=was,
        add=_some({name: _without(elements, _elements(held, name)) for name, elements in added.items()}),
        remove=_some({name: _within(elements, _elements(held, name)) for name, elements in removed.items()}),
    )


def create_customer(seen: Seen, id: str, fields: Mapping[str, Any]) -> Create:
    """A new customer, whose fields are as the record will have them; those that say nothing are left out."""
    new, doc = Customer(id=id), {}
    for name, value in fields.items():
        if name in EDITABLE_SETS and isinstance(value, list | tuple):
            held: Any = [element.strip() for element in value if isinstance(element, str)]
            held = list(dict.fromkeys(held)) if len(held) == len(value) else value
        elif name in MAPS and isinstance(value, Mapping):
            for entry, entered in value.items():
                new = with_value(new, f"{name}.{entry}", entered, seen.retailer)
            held = current_value(new, name)
        elif name in (*EDITABLE_SETS, *MAPS):
            held = value
        else:
            held = current_value(with_value(new, name, value, seen.retailer), name)
        if held:
            doc[name] = held
    return Create(kind="customer", id=id, doc=doc)


def known_customer(seen: Seen, id: str) -> Customer | CustomerCard:
    """A visible customer, or the visible card of one. Raises NotVisible."""
    found = seen.get("customer", id) or seen.get("customer_card", card_id(id))
    if not isinstance(found, Customer | CustomerCard):
        raise NotVisible(marked("customer"))
    return found


def assign_customer(seen: Seen, id: str, to: str | None) -> Assign:
    """A customer given to somebody, or to nobody. Raises NotVisible."""
    return Assign(id=id, to=to, was=known_customer(seen, id).owner)


def set_consent(seen: Seen, id: str, channel: Channel, state: ConsentState, evidence: str) -> SetConsent:
    """What a customer allows on a channel from now on. Raises NotVisible."""
    customer(seen, id)
    known = seen.consent(id, channel)
    return SetConsent(
        id=known.id if known else consent_id(id, channel),
        customer=id,
        channel=channel,
        state=state,
        was=known.state if known else UNSAID,
        evidence=evidence,
    )


def moment(at: dt.datetime | None) -> str | None:
    """A moment as operations have it. Raises Rejected for one without a zone."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise Rejected("invalid", "A moment needs its time zone.", field="at")
    written: str = msgspec.to_builtins(at.astimezone(dt.UTC))
    return written


def _elements(customer: Customer, name: str) -> tuple[str, ...]:
    """A set's elements; of what is no set, none: the operation is then refused with its reason."""
    held = getattr(customer, name, ())
    return held if isinstance(held, tuple) else ()


def _some(elements: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: some for name, some in elements.items() if some or name not in EDITABLE_SETS}


def _without(elements: tuple[str, ...], held: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(element for element in elements if element not in held)


def _within(elements: tuple[str, ...], held: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(element for element in elements if element in held)

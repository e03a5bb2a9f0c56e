"""Changes in words: what was changed, and of whom. Whom one does not see is "a customer"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.consent import CHANNELS, STATES
from sellmode_contract.kinds.customer import Customer, card_id
from sellmode_contract.kinds.kind import A_CUSTOMER, text_in
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.mutations import (
    Accept,
    Assign,
    Claim,
    Create,
    Delegate,
    Discard,
    Dismiss,
    Edit,
    Finish,
    Merge,
    Operation,
    Park,
    Rejected,
    Release,
    Remove,
    Renew,
    Reopen,
    Revoke,
    SetConsent,
    Share,
    Undelegate,
    Withdraw,
    customers_of,
    decode,
    target,
)

Before = Mapping[str, str | None]
"""Documents of records as they were before a change, by ``kind/id``; None for one that was not there."""

UNREADABLE = "a change that this version of Sellmode cannot read"
_NAMED = 3
"""So many fields are named; of more, how many more there are."""


def label_of(field: str, kind: str, retailer: Retailer | None = None) -> str:
    """A field of a kind's changes for people; one of the retailer's own goes by the retailer's label."""
    name, _, entry = field.partition(".")
    if name == "sizes" and entry:
        return f"size of {entry}"
    if name == "custom" and entry:
        defined = retailer.custom_fields if retailer else ()
        return next((own.label for own in defined if own.name == entry and own.label), entry)
    if name in _SETS and entry:
        return f"{KINDS[kind].label_of(entry)} {_SETS[name]}"
    return KINDS[kind].label_of(field)


_SETS = {"add": "to add", "remove": "to remove"}


def history_kind(field: str) -> str:
    """The kind of record in which a field lost its value: the customer's history names the field alone."""
    return "customer" if field.partition(".")[0] in KINDS["customer"].by_name else "date"


def describe(  # noqa: C901, PLR0911, PLR0912  # one for each operation
    operation: Operation, before: Before, name_of: Callable[[str], str | None], retailer: Retailer | None = None
) -> str:
    """What a change is about: ``phone number of Anna Muster``. ``name_of`` gives a visible customer's name, or None."""
    customer = customer_of(operation, before)
    whom = (name_of(customer) if customer else None) or A_CUSTOMER
    match operation:
        case Create() | Remove():
            what = _record(operation, before, whom)
            return what if isinstance(operation, Create) else f"removal of the {what}"
        case Edit(kind="customer"):
            fields = [*operation.set, *dict.fromkeys((*operation.add, *operation.remove))]
            return f"{_listed([label_of(field, 'customer', retailer) for field in fields])} of {whom}"
        case Edit(kind="manual_task") | Edit(kind="rule_task") | Edit(kind="corporate_task"):
            return _edited_task(operation, before)
        case Edit():
            return _record(operation, before, whom)
        case SetConsent():
            return f"consent to {CHANNELS[operation.channel]} of {whom}: {STATES[operation.state]}"
        case Claim() | Release():
            how = "taking" if isinstance(operation, Claim) else "releasing"
            return f"{how} {'a request' if operation.kind == 'request' else _task(operation, before)}"
        case Finish():
            return f"{'completing' if operation.how == 'done' else 'dismissing'} {_task(operation, before)}"
        case Reopen():
            return f"reopening {_task(operation, before)}"
        case Withdraw():
            return f"withdrawing {_task(operation, before)}"
        case Assign():
            card = document_before(before, "customer_card", card_id(operation.id))
            name = text_in(card, "name") if whom == A_CUSTOMER else whom
            return f"assigning {name or whom}{'' if operation.to else ' to nobody'}"
        case Share():
            return f"sharing {_held(operation, before, whom)}"
        case Renew() | Revoke():
            how = "renewing" if isinstance(operation, Renew) else "revoking"
            return f"{how} the link of {_held(operation, before, whom)}"
        case Delegate():
            return f"delegating {_held(operation, before, whom)}"
        case Undelegate():
            return f"no longer delegating {_held(operation, before, whom)}"
        case Merge():
            return f"merging {_pair(operation.id, before)}"
        case Dismiss():
            return f"keeping {_pair(operation.id, before)} separate"
        case Park():
            return f"handing over the {_inner(operation.operation, before, name_of, retailer)}"
        case Accept() | Discard():
            document = document_before(before, "parked_edit", operation.id)
            inner = _inner(document.get("operation"), before, name_of, retailer)
            return f"{'accepting' if isinstance(operation, Accept) else 'discarding'} the {inner}"


def customer_of(operation: Operation, before: Before) -> str | None:
    """Id of the customer whom a change is about, as far as the change and what was before it tell."""
    if named := customers_of(operation):
        return named
    customer = document_before(before, *target(operation)).get("customer")
    return customer if isinstance(customer, str) else None


def document_before(before: Before, kind: str, id: str) -> dict[str, Any]:
    """A record as it was before a change; empty if it was not there."""
    held = before.get(f"{kind}/{id}")
    document = msgspec.json.decode(held) if held else None
    return document if isinstance(document, dict) else {}


def _record(operation: Create | Edit | Remove, before: Before, whom: str) -> str:
    """What a record is to people, from what it was or becomes."""
    fields = dict(document_before(before, operation.kind, operation.id))
    if isinstance(operation, Create):
        fields.update(operation.doc)
    elif isinstance(operation, Edit):
        fields.update(operation.set)
    if operation.kind == "customer" and isinstance(operation, Create):
        return f"new customer {_new_name(fields) or whom}"
    return KINDS[operation.kind].described(fields, whom)


def _held(operation: Operation, before: Before, whom: str) -> str:
    """The record of an operation as it was before it."""
    kind, id = target(operation)
    fields = document_before(before, kind, id)
    return f"the {KINDS[kind].described(fields, whom)}" if fields else f"a {KINDS[kind].called}"


def _task(operation: Operation, before: Before) -> str:
    """The task of an operation as it was before it."""
    kind, id = target(operation)
    fields = document_before(before, kind, id)
    return f"the {KINDS[kind].described(fields, A_CUSTOMER)}" if fields else "a task"


def _edited_task(operation: Edit, before: Before) -> str:
    task, fields = _task(operation, before), operation.set
    if fields.keys() & {"assignee", "meant_for"}:
        return f"handing over {task}"
    if fields.keys() == {"snoozed_to"}:
        return f"snoozing {task}" if fields["snoozed_to"] else f"ending the snooze of {task}"
    return f"{_listed([label_of(field, operation.kind) for field in fields if field != 'snoozed_to'])} of {task}"


def _new_name(fields: Mapping[str, Any]) -> str:
    return Customer(
        id="",
        given_name=text_in(fields, "given_name"),
        family_name=text_in(fields, "family_name"),
        email=text_in(fields, "email"),
        phone=text_in(fields, "phone"),
    ).name


def _pair(id: str, before: Before) -> str:
    names = document_before(before, "duplicate_pair", id).get("names")
    return " and ".join(str(name) for name in names) if isinstance(names, list) else "two customers"


def _inner(operation: object, before: Before, name_of: Callable[[str], str | None], retailer: Retailer | None) -> str:
    try:
        return describe(decode(msgspec.json.encode(operation)), before, name_of, retailer)
    except Rejected:
        return UNREADABLE.removeprefix("a ")


def _listed(names: list[str]) -> str:
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more fields"]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:]))) or "nothing"

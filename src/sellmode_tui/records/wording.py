"""Changes in words: what was changed, and of whom. Whom one does not see is "a customer"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.consent import CHANNELS, STATES
from sellmode_contract.kinds.customer import Customer, card_id
from sellmode_contract.kinds.kind import text_in
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.mutations import (
    Accept,
    Assign,
    Available,
    Claim,
    Create,
    Delegate,
    Discard,
    Dismiss,
    Edit,
    Finish,
    MarkSeen,
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
    Transfer,
    Undelegate,
    Withdraw,
    customers_of,
    decode,
    target,
)
from sellmode_tui.language import marked, tr, trd, trn

Before = Mapping[str, str | None]
"""Documents of records as they were before a change, by ``kind/id``; None for one that was not there."""

UNREADABLE = marked("a change that this version of Sellmode cannot read")
_NAMED = 3
"""So many fields are named; of more, how many more there are."""


def label_of(field: str, kind: str, retailer: Retailer | None = None) -> str:
    """A field of a kind's changes for people; one of the retailer's own goes by the retailer's label."""
    name, _, entry = field.partition(".")
    if name == "sizes" and entry:
        return tr("size of {what}", what=entry)
    if name == "custom" and entry:
        defined = retailer.custom_fields if retailer else ()
        return next((own.label for own in defined if own.name == entry and own.label), entry)
    if name == "add" and entry:
        return tr("{field} to add", field=trd(KINDS[kind].label_of(entry)))
    if name == "remove" and entry:
        return tr("{field} to remove", field=trd(KINDS[kind].label_of(entry)))
    return trd(KINDS[kind].label_of(field))


def history_kind(field: str) -> str:
    """The kind of record in which a field lost its value: the customer's history names the field alone."""
    return "customer" if field.partition(".")[0] in KINDS["customer"].by_name else "date"


def describe(  # noqa: C901, PLR0911, PLR0912  # one for each operation
    operation: Operation, before: Before, name_of: Callable[[str], str | None], retailer: Retailer | None = None
) -> str:
    """What a change is about: ``phone number of Anna Muster``. ``name_of`` gives a visible customer's name, or None."""
    customer = customer_of(operation, before)
    name = name_of(customer) if customer else None
    whom = name or a_customer()
    match operation:
        case Create():
            return _record(operation, before, whom)
        case Remove():
            return tr("removal of the {record}", record=_record(operation, before, whom))
        case Edit(kind="customer"):
            fields = [*operation.set, *dict.fromkeys((*operation.add, *operation.remove))]
            return _fields_of([label_of(field, "customer", retailer) for field in fields], whom)
        case Edit(kind="manual_task") | Edit(kind="rule_task") | Edit(kind="corporate_task"):
            return _edited_task(operation, before)
        case Edit(kind="request"):
            return _edited_request(operation, before, whom)
        case Edit():
            return _record(operation, before, whom)
        case SetConsent():
            channel, state = trd(CHANNELS[operation.channel]), trd(STATES[operation.state])
            return tr("consent to {channel} of {customer}: {state}", channel=channel, customer=whom, state=state)
        case Claim():
            return tr("taking {task}", task=_claimed(operation, before))
        case Release():
            return tr("releasing {task}", task=_claimed(operation, before))
        case Transfer():
            return tr("passing on {record}", record=_held(operation, before, whom))
        case MarkSeen():
            return tr("having seen {record}", record=_held(operation, before, whom))
        case Finish(how="done"):
            return tr("completing {task}", task=_task(operation, before))
        case Finish():
            return tr("dismissing {task}", task=_task(operation, before))
        case Reopen():
            return tr("reopening {task}", task=_task(operation, before))
        case Withdraw():
            return tr("withdrawing {task}", task=_task(operation, before))
        case Assign():
            card = document_before(before, "customer_card", card_id(operation.id))
            whom = name or text_in(card, "name") or whom
            if operation.to:
                return tr("assigning {customer}", customer=whom)
            return tr("assigning {customer} to nobody", customer=whom)
        case Share():
            return tr("sharing {record}", record=_held(operation, before, whom))
        case Renew():
            return tr("renewing the link of {record}", record=_held(operation, before, whom))
        case Revoke():
            return tr("revoking the link of {record}", record=_held(operation, before, whom))
        case Delegate():
            return tr("delegating {record}", record=_held(operation, before, whom))
        case Undelegate():
            return tr("no longer delegating {record}", record=_held(operation, before, whom))
        case Available(available=True):
            return tr("being available for chat")
        case Available():
            return tr("being away from chat")
        case Merge():
            return tr("merging {customers}", customers=_pair(operation.id, before))
        case Dismiss():
            return tr("keeping {customers} separate", customers=_pair(operation.id, before))
        case Park():
            return tr("sending on the {change}", change=_inner(operation.operation, before, name_of, retailer))
        case Accept() | Discard():
            document = document_before(before, "parked_edit", operation.id)
            inner = _inner(document.get("operation"), before, name_of, retailer)
            if isinstance(operation, Accept):
                return tr("accepting the {change}", change=inner)
            return tr("discarding the {change}", change=inner)


def a_customer() -> str:
    """Stands for whom one does not see."""
    return tr("a customer")


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
        return tr("new customer {name}", name=_new_name(fields) or whom)
    return trd(KINDS[operation.kind].described(fields, whom))


def _held(operation: Operation, before: Before, whom: str) -> str:
    """The record of an operation as it was before it."""
    kind, id = target(operation)
    fields = document_before(before, kind, id)
    if fields:
        return tr("the {record}", record=trd(KINDS[kind].described(fields, whom)))
    return tr("a {record}", record=trd(KINDS[kind].called))


def _task(operation: Operation, before: Before) -> str:
    """The task of an operation as it was before it."""
    kind, id = target(operation)
    fields = document_before(before, kind, id)
    return tr("the {record}", record=trd(KINDS[kind].described(fields, a_customer()))) if fields else tr("a task")


def _claimed(operation: Claim | Release, before: Before) -> str:
    return _held(operation, before, a_customer()) if operation.kind == "request" else _task(operation, before)


def _edited_task(operation: Edit, before: Before) -> str:
    task, fields = _task(operation, before), operation.set
    if fields.keys() & {"assignee", "meant_for"}:
        return tr("handing over {task}", task=task)
    if fields.keys() == {"snoozed_to"}:
        return (
            tr("snoozing {task}", task=task) if fields["snoozed_to"] else tr("ending the snooze of {task}", task=task)
        )
    return _fields_of([label_of(field, operation.kind) for field in fields if field != "snoozed_to"], task)


def _edited_request(operation: Edit, before: Before, whom: str) -> str:
    request, fields = _held(operation, before, whom), operation.set
    if "state" in fields:
        closes = fields["state"] == "closed"
        return tr("closing {request}", request=request) if closes else tr("reopening {task}", task=request)
    if fields.get("customer"):
        return tr("linking {request} to {customer}", request=request, customer=whom)
    if "customer" in fields:
        return tr("taking the customer off {request}", request=request)
    if fields.get("snoozed_to"):
        return tr("snoozing {task}", task=request)
    if "snoozed_to" in fields:
        return tr("ending the snooze of {task}", task=request)
    return _fields_of([label_of(field, operation.kind) for field in fields], request)


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
    return listed([str(name) for name in names]) if isinstance(names, list) else tr("two customers")


def _inner(operation: object, before: Before, name_of: Callable[[str], str | None], retailer: Retailer | None) -> str:
    try:
        return describe(decode(msgspec.json.encode(operation)), before, name_of, retailer)
    except Rejected:
        return tr("change that this version of Sellmode cannot read")


def _fields_of(names: list[str], what: str) -> str:
    if len(names) > _NAMED:
        number = len(names) - _NAMED + 1
        names = [*names[: _NAMED - 1], trn("{number:,} more field", "{number:,} more fields", number)]
    return tr("{fields} of {what}", fields=listed(names) or tr("nothing"), what=what)


def listed(names: Sequence[str]) -> str:
    """``tier, tags and phone number``; empty for none."""
    if len(names) < 2:
        return "".join(names)
    return tr("{first} and {last}", first=", ".join(names[:-1]), last=names[-1])

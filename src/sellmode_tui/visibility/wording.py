"""Changes in words: what was changed, and of whom. Whom one does not see is "a customer"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from sellmode_contract.mutations import (
    Accept,
    Claim,
    Create,
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
    Reopen,
    SetConsent,
    Withdraw,
    customers_of,
    decode,
    target,
)
from sellmode_contract.records import Customer, Retailer

Before = Mapping[str, str | None]
"""Documents of records as they were before a change, by ``kind/id``; None for one that was not there."""

A_CUSTOMER = "a customer"
UNREADABLE = "a change that this version of Sellmode cannot read"
_NAMED = 3
"""So many fields are named; of more, how many more there are."""

_FIELDS = {
    "given_name": "given name",
    "family_name": "family name",
    "email": "e-mail",
    "phone": "phone number",
    "address": "address",
    "language": "language",
    "preferred_channel": "preferred channel",
    "tags": "tags",
    "preferences": "preferences",
    "add.tags": "tags to add",
    "remove.tags": "tags to take away",
    "add.preferences": "preferences to add",
    "remove.preferences": "preferences to take away",
    "text": "text",
    "private": "private",
    "channel": "channel",
    "inbound": "from the customer",
    "summary": "summary",
    "at": "time",
    "label": "label",
    "month": "month",
    "day": "day",
    "year": "year",
    "about": "whose day",
    "state": "consent",
    "evidence": "evidence",
    "title": "title",
    "details": "details",
    "action": "action",
    "due": "due time",
    "snoozed_to": "time that it is put off to",
    "repeat": "repetition",
    "assignee": "who has it",
    "meant_for": "who has it",
    "reason": "reason",
}
_CHANNELS = {"email": "e-mail", "sms": "SMS", "phone": "phone"}
_CONTACTS = {"call": "call", "visit": "visit", "email": "e-mail", "sms": "SMS", "chat": "chat"}


def label_of(field: str, retailer: Retailer | None = None) -> str:
    """A field of a change for people; one of the retailer's own goes by the retailer's label."""
    name, _, entry = field.partition(".")
    if name == "sizes" and entry:
        return f"size of {entry}"
    if name == "custom" and entry:
        defined = retailer.custom_fields if retailer else ()
        return next((own.label for own in defined if own.name == entry and own.label), entry)
    return _FIELDS.get(field) or field.replace("_", " ")


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
            return f"{_listed([label_of(field, retailer) for field in fields])} of {whom}"
        case Edit(kind="manual_task") | Edit(kind="rule_task") | Edit(kind="corporate_task"):
            return _edited_task(operation, before)
        case Edit():
            return _record(operation, before, whom)
        case SetConsent():
            state = operation.state.replace("_", "-")
            return f"consent to {_CHANNELS[operation.channel]} of {whom}: {state}"
        case Claim() | Release():
            how = "taking" if isinstance(operation, Claim) else "giving back"
            return f"{how} {'a request' if operation.kind == 'request' else _task(operation, before)}"
        case Finish():
            return f"{'completing' if operation.how == 'done' else 'dismissing'} {_task(operation, before)}"
        case Reopen():
            return f"reopening {_task(operation, before)}"
        case Withdraw():
            return f"withdrawing {_task(operation, before)}"
        case Merge():
            return f"that {_pair(operation.id, before)} are one customer"
        case Dismiss():
            return f"that {_pair(operation.id, before)} are two customers"
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


def _record(  # noqa: PLR0911 -- one for each kind
    operation: Create | Edit | Remove, before: Before, whom: str
) -> str:
    """What a record is to people, from what it was or becomes."""
    fields = dict(document_before(before, operation.kind, operation.id))
    if isinstance(operation, Create):
        fields.update(operation.doc)
    elif isinstance(operation, Edit):
        fields.update(operation.set)
    match operation.kind:
        case "customer":
            return f"new customer {_new_name(fields) or whom}" if isinstance(operation, Create) else f"customer {whom}"
        case "note":
            return f"{'private ' if fields.get('private') is True else ''}note about {whom}"
        case "contact":
            return f"{_CONTACTS.get(str(fields.get('channel')), 'contact')} with {whom}"
        case "date":
            return f"{_text(fields, 'label') or 'date'} of {whom}"
        case "task_rule":
            return f'rule "{_text(fields, "name")}"'
        case "corporate_brief":
            return f'corporate task "{_text(fields, "title")}"'
        case _:
            return _titled(fields)


def _task(operation: Operation, before: Before) -> str:
    """The task of an operation as it was before it."""
    fields = document_before(before, *target(operation))
    return f"the {_titled(fields)}" if fields else "a task"


def _titled(fields: Mapping[str, Any]) -> str:
    title = _text(fields, "title")
    return f'task "{title}"' if title else "task"


def _edited_task(operation: Edit, before: Before) -> str:
    task, fields = _task(operation, before), operation.set
    if fields.keys() & {"assignee", "meant_for"}:
        return f"handing over {task}"
    if fields.keys() == {"snoozed_to"}:
        return f"putting off {task}" if fields["snoozed_to"] else f"no longer putting off {task}"
    return f"{_listed([label_of(field) for field in fields if field != 'snoozed_to'])} of {task}"


def _new_name(fields: Mapping[str, Any]) -> str:
    return Customer(
        id="",
        given_name=_text(fields, "given_name"),
        family_name=_text(fields, "family_name"),
        email=_text(fields, "email"),
        phone=_text(fields, "phone"),
    ).name


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def _pair(id: str, before: Before) -> str:
    names = document_before(before, "duplicate_pair", id).get("names")
    return " and ".join(str(name) for name in names) if isinstance(names, list) else "two"


def _inner(operation: object, before: Before, name_of: Callable[[str], str | None], retailer: Retailer | None) -> str:
    try:
        return describe(decode(msgspec.json.encode(operation)), before, name_of, retailer)
    except Rejected:
        return UNREADABLE.removeprefix("a ")


def _listed(names: list[str]) -> str:
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more fields"]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:]))) or "nothing"

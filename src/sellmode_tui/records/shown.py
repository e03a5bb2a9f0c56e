"""A record of any kind as it is shown: with the names of what it refers to, and why it is seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sellmode_contract import visibility
from sellmode_contract.documents import as_document
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.fields import Elements, Field, Ref, Rows
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.records import Record, parent_of
from sellmode_tui.records.changes.pending import Pending
from sellmode_tui.records.seen import Seen


class Shown(NamedTuple):
    """The record and what is to be known of it."""

    kind: Kind[Any]
    record: Record
    names: Mapping[str, str]
    """What the ids in it are called: of customers, colleagues and stores."""
    rule: str
    """The rule by which it is seen, in words."""
    unsent: bool
    """Whether the server does not have it as it is shown."""
    refused: bool
    """Whether the server has refused a change of it."""


def read(seen: Seen, kind: str, id: str, pending: Pending) -> Shown | None:
    """A visible record; None for one that is not visible or unknown, alike."""
    record, account = seen.get(kind, id), seen.account
    if record is None or account is None:
        return None
    declared, parent = KINDS[kind], parent_of(record)
    customer = seen.get("customer", parent) if parent else None
    mode: Mode = "team" if seen.mode == "team" else "associate"  # no other mode has visible records
    reason = visibility.why(mode, account, record, customer if isinstance(customer, Customer) else None)
    whom = parent or ""
    return Shown(
        kind=declared,
        record=record,
        names=dict(_names(declared, record, seen)),
        rule=reason.rule,
        unsent=id in pending.unsent_of(whom).records,
        refused=id in pending.refused_of(whom).records,
    )


def _names(kind: Kind[Any], record: Record, seen: Seen) -> Iterator[tuple[str, str]]:
    document = as_document(record)
    if parent := parent_of(record):
        yield parent, seen.name_of(parent) or ""
    for name, stamp in kind.stamps.items():
        if stamp in ("author", "store") and (id := document.get(name)):
            yield id, seen.around.name_of(id) if stamp == "author" else seen.around.store_name(id)
    for field in kind.fields:
        yield from _named(field, document.get(field.name), seen)


def _named(field: Field, value: Any, seen: Seen) -> Iterator[tuple[str, str]]:
    """The ids in a field's value, with what they are called."""
    match field:
        case Ref(to="customer") if value:
            yield value, seen.name_of(value) or ""
        case Ref(to="staff") if value:
            yield value, seen.around.name_of(value)
        case Ref(to="store") if value:
            yield value, seen.around.store_name(value)
        case Elements(of="store"):
            yield from ((id, seen.around.store_name(id)) for id in value or ())
        case Rows():
            for row in value or ():
                for part in field.fields:
                    yield from _named(part, row.get(part.name), seen)

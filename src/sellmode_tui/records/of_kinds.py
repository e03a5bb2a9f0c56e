"""Making, editing and removing a record of any kind, as operations: what a kind's declaration says is all they need."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from sellmode_contract.documents import as_document
from sellmode_contract.kinds import BY_RECORD, KINDS
from sellmode_contract.kinds.fields import Due as DueField
from sellmode_contract.kinds.fields import Rows, Text
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.mutations import Create, Edit, Remove
from sellmode_contract.records import Record
from sellmode_contract.store_time import Due
from sellmode_tui.records import wishes
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.writing import NotVisible, Writer, Written

TOKEN_BYTES: Final = 16


def new_token() -> str:
    """What a new link ends in: 128 random bits as capitals and digits, which make the smallest QR code."""
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().rstrip("=")


_MADE: Final[Mapping[str, Mapping[str, Callable[[], Any]]]] = {"storefront": {"token": new_token}}
"""What nobody is asked for and no clock or account gives, by kind and field."""

_FILLED: Final[Mapping[str, Callable[[Seen, Mapping[str, Any]], Mapping[str, Any]]]] = {"wish": wishes.filled}
"""What follows from other records, by kind: the fields with it."""


def make(writer: Writer, kind: str, fields: Mapping[str, Any]) -> Written:
    """Write a new record."""
    id, made = writer.new_id(), {name: make() for name, make in _MADE.get(kind, {}).items()}
    return writer.write(lambda seen: new(seen, kind, id, {**made, **fields}))


def change(writer: Writer, kind: str, id: str, set: Mapping[str, Any], saw: Mapping[str, Any] | None = None) -> Written:
    """Write changes of a record's fields. Raises NotVisible."""
    return writer.write(lambda seen: edit(visible(seen, kind, id), set, saw))


def create(kind: str, id: str, fields: Mapping[str, Any]) -> Create:
    """A new record; fields that say nothing are left out."""
    declared = KINDS[kind]
    given = plain(declared, fields)
    doc = {name: value for name, value in given.items() if value is not None and value != declared.blank.get(name)}
    return Create(kind=kind, id=id, doc=doc)


def new(seen: Seen, kind: str, id: str, fields: Mapping[str, Any]) -> Create:
    """A new record; the customer to whom it belongs is one that is visible. Raises NotVisible."""
    declared = KINDS[kind]
    if declared.of_customer and (customer := fields.get("customer")):
        visible(seen, "customer", customer)
    made = create(kind, id, _FILLED[kind](seen, fields) if kind in _FILLED else fields)
    if declared.id_of is None:
        return made
    account = seen.account
    stamps = {"author": account.id, "store": next(iter(account.stores), "")} if account else {}
    stamped = {name: stamps.get(stamp) for name, stamp in declared.stamps.items()}
    return msgspec.structs.replace(made, id=declared.id_of({**stamped, **made.doc}))


def edit(record: Record, set: Mapping[str, Any], saw: Mapping[str, Any] | None = None) -> Edit:
    """Changes of a record's fields; what is so already is left out.

    ``saw`` is what their author saw, where that is not what stands there now.
    """
    declared, held = BY_RECORD[type(record)], as_document(record)
    wanted, seen = plain(declared, set), {**held, **plain(declared, saw or {})}
    # What its author left as they saw it is no change, whatever stands there now.
    changed = [
        name for name, value in wanted.items() if name not in held or (value != seen[name] and value != held[name])
    ]
    return Edit(
        kind=declared.name,
        id=record.id,
        set={name: wanted[name] for name in changed},
        was={name: seen.get(name) for name in changed},
    )


def remove(seen: Seen, kind: str, id: str) -> Remove:
    """The removal of a record as it is seen; it stays if it has changed. Raises NotVisible."""
    record = visible(seen, kind, id)
    was = content(record) if "edit" in KINDS[kind].verbs else {}  # what nobody edits cannot have changed
    return Remove(kind=kind, id=id, was=was)


def remove_made(operation: Create, id: str) -> Remove:
    """The removal of what was made, as long as it is as it was made; ``id`` is what it has now."""
    declared = KINDS[operation.kind]
    was = {name: operation.doc.get(name, declared.blank[name]) for name in declared.content}
    return Remove(kind=operation.kind, id=id, was=was if "edit" in declared.verbs else {})


def make_again(record: Record, id: str) -> Create:
    """A record that was removed, as it was; with an id that is made of what it is about it has its own again."""
    declared, held = BY_RECORD[type(record)], as_document(record)
    names = [*declared.created, *(["customer"] if declared.of_customer else [])]
    return create(declared.name, record.id if declared.id_of else id, {name: held[name] for name in names})


def visible(seen: Seen, kind: str, id: str) -> Record:
    """A record that is visible. Raises NotVisible."""
    record = seen.get(kind, id)
    if record is None:
        raise NotVisible(KINDS[kind].called)
    return record


def content(record: Record) -> dict[str, Any]:
    """What people have written of a record, as JSON has it."""
    held = as_document(record)
    return {name: held[name] for name in BY_RECORD[type(record)].content}


def plain(kind: Kind[Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as JSON has them, those of text without spaces around and never None."""
    return {name: _plain(kind, name, value) for name, value in fields.items()}


def _plain(kind: Kind[Any], name: str, value: Any) -> Any:
    if isinstance(value, Due):
        return value.text
    field = kind.by_name.get(name)
    if isinstance(field, Rows):  # as a record has them, so that what was written is what stands there
        rows = msgspec.to_builtins(value or [])
        return [{part: held for part, held in row.items() if held not in ("", None)} for row in rows]
    holds_text = isinstance(field, Text | DueField) or kind.blank.get(name) == ""
    if holds_text and (value is None or isinstance(value, str)):
        return value if value and isinstance(field, Text) and field.verbatim else (value or "").strip()
    return list(value) if isinstance(value, tuple | set | frozenset) else msgspec.to_builtins(value)

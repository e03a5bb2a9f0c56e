"""The values of a change, field by field: what its author wanted, what stands there, and other ones instead."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from sellmode_contract.documents import as_document
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.customer import Customer, card_id
from sellmode_contract.mutations import Assign, Create, Edit, Finish, Operation, Rejected, SetConsent, Withdraw, target
from sellmode_contract.mutations.customers import MAPS, current_value
from sellmode_contract.records import EditedRecord, FieldEdit, Record
from sellmode_tui.language import tr
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.wording import label_of


@dataclass(frozen=True)
class Value:
    """A field of a change, with what stands there now."""

    field: str
    """As in operations: ``phone``, ``sizes.shoes``, ``text``; of sets ``add.tags`` and ``remove.tags``, with lists."""
    label: str
    """For people: ``phone number``."""
    mine: Any
    """What the change's author wanted, as JSON has it; None takes the value away."""
    present: Any = None
    """What stands there, as JSON has it (of sets all elements); None for nothing, and where ``known`` is false."""
    known: bool = False
    """Whether the record is visible, so that ``present`` says something."""
    edit: FieldEdit | None = None
    """Who has written what stands there, and when, if somebody has since the record was made."""
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What is called how by people, of the ids that stand in it: colleagues and stores."""

    @property
    def mine_text(self) -> str:
        """What its author wanted, for people."""
        return as_text(self.mine, self.names)

    @property
    def present_text(self) -> str:
        """What stands there, for people."""
        return as_text(self.present, self.names)

    @property
    def edited_by(self) -> str:
        """The name of who has written what stands there; empty if nobody has."""
        return self.names.get(self.edit.by, "") if self.edit else ""


def values_of(operation: Operation, seen: Seen) -> tuple[Value, ...]:
    """What a change wants, field by field, beside what is seen to stand there."""
    kind, id = target(operation)
    record: Record | None = seen.get(kind, id)
    if isinstance(operation, Assign) and record is None:
        record = seen.get("customer_card", card_id(id))
    if isinstance(operation, SetConsent):
        record = seen.consent(operation.customer, operation.channel)
    present = _present(record)
    edits = _edits(record, seen)
    known = record is not None or (
        isinstance(operation, SetConsent) and seen.get("customer", operation.customer) is not None
    )
    found = ((field, mine, present(field), edits(_path(field))) for field, mine in wanted(operation).items())
    return tuple(
        Value(
            field=field,
            label=label_of(field, kind, seen.retailer),
            mine=mine,
            present=there,
            known=known,
            edit=edit,
            names=_names(field, mine, there, edit, seen),
        )
        for field, mine, there, edit in found
    )


def _names(field: str, mine: Any, present: Any, edit: FieldEdit | None, seen: Seen) -> dict[str, str]:
    """What the ids in a field's values are called by people, and who has written it last."""
    call = _CALLED.get(field)
    held = [each for value in (mine, present) for each in (value if isinstance(value, list) else [value])]
    names = {each: call(seen, each) for each in held if isinstance(each, str) and each} if call else {}
    return {**names, edit.by: seen.around.name_of(edit.by)} if edit else names


def _edits(record: Record | None, seen: Seen) -> Callable[[str], FieldEdit | None]:
    """By field who has written what stands there, if that is a colleague and known."""
    if isinstance(record, EditedRecord):
        return record.last_edit
    if isinstance(record, Consent) and record.changed_at is not None and seen.around.knows(record.actor):
        edit = FieldEdit(by=record.actor, at=record.changed_at)
        return lambda _: edit  # a consent is written as a whole
    return lambda _: None


def _path(field: str) -> str:
    """The field of a set that is added to or taken from; any other as it is."""
    return field.removeprefix("add.").removeprefix("remove.")


_CALLED: Final[Mapping[str, Callable[[Seen, str], str]]] = {
    **dict.fromkeys(("assignee", "meant_for", "claimed_by", "owner"), lambda seen, person: seen.around.name_of(person)),
    **dict.fromkeys(("store", "stores"), lambda seen, store: seen.around.store_name(store)),
}
"""Fields in which ids stand, with who knows their names."""


def wanted(operation: Operation) -> dict[str, Any]:
    """What a change wants, by field: as ``resend`` takes it back."""
    match operation:
        case Edit():
            sets = {f"add.{name}": list(elements) for name, elements in operation.add.items()}
            sets.update({f"remove.{name}": list(elements) for name, elements in operation.remove.items()})
            return {**operation.set, **sets}
        case Create():
            fields = {name: value for name, value in operation.doc.items() if name != "customer"}
            maps = {f"{name}.{entry}": held for name in MAPS for entry, held in (fields.pop(name, None) or {}).items()}
            return {**fields, **maps}
        case Assign():
            return {"owner": operation.to}
        case SetConsent():
            return {"state": operation.state, "evidence": operation.evidence}
        case Finish(how="dismissed") | Withdraw():
            return {"reason": operation.reason}
        case _:
            return {}


def _present(record: Record | None) -> Callable[[str], Any]:
    if isinstance(record, Customer):
        return lambda field: _of_customer(record, field)
    return as_document(record).get if record else lambda field: None


def _of_customer(customer: Customer, field: str) -> Any:
    try:
        return current_value(customer, _path(field))
    except AttributeError:  # a field that no customer has is why it was refused
        return None


def with_values(operation: Operation, values: Mapping[str, Any]) -> Operation:
    """A change that wants these values besides, or instead. Raises Rejected."""
    if not values:
        return operation
    match operation:
        case Edit():
            set = {**operation.set, **{field: value for field, value in values.items() if not _of_set(field)}}
            add, remove = dict(operation.add), dict(operation.remove)
            for field, elements in values.items():
                if _of_set(field):
                    which, _, name = field.partition(".")
                    (add if which == "add" else remove)[name] = _texts(elements, field)
            return msgspec.structs.replace(operation, set=set, add=add, remove=remove)
        case Create():
            doc = dict(operation.doc)
            for field, value in values.items():
                name, _, entry = field.partition(".")
                if name in MAPS and entry:
                    doc[name] = {**(doc.get(name) or {}), entry: value}
                else:
                    doc[field] = value
            return msgspec.structs.replace(operation, doc={k: held for k, held in doc.items() if held is not None})
        case Assign() | SetConsent() | Finish(how="dismissed") | Withdraw():
            names = wanted(operation).keys()
            if unknown := values.keys() - names:
                why = tr("Fields that can be changed here: {fields}.", fields=", ".join(names))
                raise Rejected("invalid", why, field=min(unknown))
            called = {"to" if name == "owner" else name: value for name, value in values.items()}
            return msgspec.structs.replace(operation, **called)
        case _:
            raise Rejected("invalid", "This has no values to change.", field=min(values))


def _of_set(field: str) -> bool:
    return field.partition(".")[0] in ("add", "remove")


def _texts(elements: Any, field: str) -> tuple[str, ...]:
    if not isinstance(elements, list | tuple) or not all(isinstance(element, str) for element in elements):
        raise Rejected("invalid", "This has to be a list of texts.", field=field)
    return tuple(elements)


_ADDRESS = ("company", "lines", "postcode", "city", "province", "country")


_NO_NAMES: Final[Mapping[str, str]] = {}


def as_text(value: Any, names: Mapping[str, str] = _NO_NAMES) -> str:
    """A value of a change for people: text as it is, or as it is called; nothing for nothing, lists with commas."""
    match value:
        case None:
            return ""
        case str():
            return names.get(value, value)
        case bool():
            return tr("yes") if value else tr("no")
        case list() | tuple():
            return ", ".join(as_text(item, names) for item in value)
        case Mapping():
            # JSON keeps the parts of an address in any order; on an envelope they stand in this one.
            address = [value[part] for part in _ADDRESS if part in value]
            return ", ".join(as_text(item) for item in address or value.values() if item)
        case _:
            return f"{value:g}" if isinstance(value, float) else str(value)

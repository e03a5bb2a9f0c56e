"""A record of each kind, made from its fields, as little and as much as it can hold; each operation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import inspect

from sellmode_contract.kinds import KINDS
from sellmode_contract.mutations import Operation, Park
from sellmode_contract.mutations.operations import name_of
from sellmode_contract.records import Record
from tests.support.kinds import document

MOMENT = dt.datetime(2026, 11, 22, 12, 30, tzinfo=dt.UTC)

DOCUMENTS: dict[str, dict[str, Any]] = {
    "customer": {"given_name": "Anna", "family_name": "Muster", "tags": ["vip"], "custom": {"pet": "Rex"}},
    "note": {"customer": "c1", "text": "Likes blue", "private": True},
    "contact": {"customer": "c1", "channel": "sms", "inbound": True, "summary": "Asked", "at": "2026-11-22T12:00:00Z"},
    "date": {"customer": "c1", "label": "birthday", "month": 3, "day": 14, "year": 1990, "about": "Rex"},
    "wish": {"customer": "c1", "sku": "sku-1", "note": "For the opera", "wished_at": "2026-11-22T12:00:00Z"},
    "manual_task": {"customer": "c1", "title": "Call back", "due": "2026-12-24", "assignee": "b"},
    "rule_task": {"customer": "c1", "title": "Say thanks", "meant_for": "b"},
    "corporate_task": {"title": "Window", "snoozed_to": "2026-12-24"},
    "task_rule": {"slug": "thanks", "store": "s1", "name": "Thanks", "trigger": "purchase", "title": "Say thanks"},
    "corporate_brief": {"title": "Window", "stores": ["s1"], "products": ["sku-1"]},
    "request": {"state": "closed", "outcome": "sold"},
    "chat_line": {"request": "request-1", "text": "Good morning"},
    "message_template": {"title": "Hello", "text": "Dear {given_name}"},
}
"""What people write of a kind, for its operations."""
_EDITED = {
    "note": ["text", "private"],
    "date": ["label", "year"],
    "wish": ["note"],
    "rule_task": ["meant_for"],
    "corporate_task": ["snoozed_to"],
    "task_rule": ["name", "title"],
}
"""The fields of it that its edit has; of other kinds, all."""
_NO_SETS: dict[str, Any] = {"add": {}, "remove": {}}


def records() -> Iterator[tuple[str, Record]]:
    """The name of each sample, and the sample: ``note least``, ``note all``."""
    for name, kind in KINDS.items():
        yield f"{name} least", _struct(inspect.type_info(kind.record), whole=False)
        yield f"{name} all", _struct(inspect.type_info(kind.record), whole=True)


def operations() -> Iterator[tuple[str, Operation]]:
    """The name of each sample, and the sample: ``edit note``, ``merge``."""
    for struct in get_args(Operation):
        for kind in kinds_of(struct) or ("",):
            operation = _struct(inspect.type_info(struct), whole=True)
            given: dict[str, Any] = (
                {"kind": kind, "id": f"{kind}-1", "v": 1} if kind else {"id": f"{name_of(struct)}-1", "v": 1}
            )
            written = document_of(kind)
            own = {name: value for name, value in written.items() if name in _EDITED.get(kind, [name])}
            if kind:
                given |= {"doc": written, "set": own, "was": dict.fromkeys(own)}
                given |= {"add": {"tags": ("vip",)}, "remove": {"tags": ("new",)}} if kind == "customer" else _NO_SETS
            if struct is Park:
                given["operation"] = {"op": "edit", "kind": "note", "id": "note-1", "set": {"text": "x"}}
            known = {name: value for name, value in given.items() if name in struct.__struct_fields__}
            yield f"{name_of(struct)} {kind}".strip(), msgspec.structs.replace(operation, **known)


def document_of(kind: str) -> dict[str, Any]:
    """What people write of a kind: as above, or else what a new one needs."""
    return document(KINDS[kind], "c1", "s1") if _is_new(kind) else DOCUMENTS.get(kind, {})


def stamps_of(kind: str) -> dict[str, str]:
    """What stands in a new one by itself, of a kind of which nothing else is said."""
    stamps = KINDS[kind].stamps.items() if _is_new(kind) else ()
    return {field: {"author": "a", "store": "s1", "now": "2026-11-22T12:00:00Z"}[stamp] for field, stamp in stamps}


def _is_new(kind: str) -> bool:
    return kind not in DOCUMENTS and kind in KINDS and "create" in KINDS[kind].verbs


def kinds_of(operation: type[Operation]) -> tuple[str, ...]:
    """The kinds of record that an operation may be about; none for one that is about a kind of its own."""
    verb = name_of(operation)
    declared = tuple(name for name, kind in KINDS.items() if verb in kind.verbs)
    return declared or get_args(get_type_hints(operation).get("kind"))


def _struct(info: inspect.Type, *, whole: bool, within: tuple[type, ...] = ()) -> Any:
    assert isinstance(info, inspect.StructType)
    fields = {
        field.name: _value(field.type, field.name, within=(*within, info.cls))
        for field in info.fields
        if field.required or (whole and not _contains(field.type, info.cls))
    }
    return info.cls(**fields)


def _contains(info: inspect.Type, struct: type) -> bool:
    """Whether it is, or holds, the struct itself."""
    held = [getattr(info, "item_type", None), *getattr(info, "types", ())]
    return getattr(info, "cls", None) is struct or any(each is not None and _contains(each, struct) for each in held)


def _value(info: inspect.Type, name: str, within: tuple[type, ...]) -> Any:  # noqa: C901, PLR0911, PLR0912 -- one for each type
    match info:
        case inspect.Metadata():
            return _value(info.type, name, within)
        case inspect.StrType():
            return name
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return 7
        case inspect.FloatType():
            return 1.5
        case inspect.DateTimeType():
            return MOMENT
        case inspect.LiteralType():
            return info.values[-1]
        case inspect.UnionType():
            return _value(next(each for each in info.types if not isinstance(each, inspect.NoneType)), name, within)
        case inspect.TupleType():
            return tuple(_value(each, name, within) for each in info.item_types)
        case inspect.VarTupleType():
            return (_value(info.item_type, name, within),)
        case inspect.ListType():
            return [_value(info.item_type, name, within)]
        case inspect.DictType():
            return {_value(info.key_type, "entry", within): _value(info.value_type, name, within)}
        case inspect.StructType():
            return _struct(info, whole=True, within=within)
        case inspect.AnyType():
            return "anything"
    raise TypeError(f"no sample of {info} for {name}")

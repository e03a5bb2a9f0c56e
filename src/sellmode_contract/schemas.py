"""JSON Schemas of records, and of what people may write of them, made from the kinds' declarations.

They say what to send, as far as it can be said of a value alone; what depends on other records, and on a retailer's own
fields, is judged when a mutation arrives (docs/sync.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import msgspec

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.fields import OneOf
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.mutations.customers import EDITABLE_SETS, MAPS

Schema: TypeAlias = dict[str, Any]

_APART = (*MAPS, *EDITABLE_SETS)
"""Of a customer: what is edited by its entries."""

UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
UUID7 = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$"


def records(ref: str) -> dict[str, Schema]:
    """The documents of all kinds by the name of their struct, with the structs inside; ``ref`` has a place for a name.

    Each kind's says what it is (``description``) and who sees it (``x-seen-by``, by mode).
    """
    _, schemas = msgspec.json.schema_components([kind.record for kind in KINDS.values()], ref_template=ref)
    for kind in KINDS.values():
        of_kind = schemas[kind.record.__name__]
        of_kind["x-seen-by"] = {"team": kind.row.team.words, "associate": kind.row.own.words}
    return schemas


def created(kind: Kind[Any], documents: Mapping[str, Schema]) -> Schema:
    """What ``create`` of a kind takes as its ``doc``."""
    names = [field.name for field in kind.fields if field.name in kind.created]
    properties = {name: _field(kind, name, documents) for name in names}
    if kind.name == "customer":
        properties |= {name: _or_nothing(kind, name, documents) for name in names if name not in _APART}
        for name in MAPS:
            properties[name]["additionalProperties"] = _or_null(properties[name]["additionalProperties"])
    needed = [
        name for name in names if (name in kind.needed or kind.by_name[name].required) and name not in kind.stamps
    ]
    if kind.of_customer:
        properties["customer"] = {"type": "string", "description": "Id of the customer whom it belongs to."}
        needed = ["customer", *(name for name in needed if name != "customer")]
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


def edited(kind: Kind[Any], documents: Mapping[str, Schema]) -> Schema:
    """What ``edit`` of a kind takes as its ``set``; null takes a value away."""
    names = [field.name for field in kind.fields if field.name in kind.edited]
    maps = MAPS if kind.name == "customer" else ()
    apart = _APART if maps else ()
    properties = {name: _or_nothing(kind, name, documents) for name in names}
    taken: Schema = {
        "type": "object",
        "properties": {name: schema for name, schema in properties.items() if name not in apart},
        "additionalProperties": False,
    }
    if maps:
        taken["patternProperties"] = {rf"^({'|'.join(maps)})\.[^.\x00-\x1f\x7f]{{1,40}}$": {}}
    for name in kind.follows.keys() - names:
        taken["properties"][name] = {"description": "Only with `guard`, to take back what has changed it."}
    return taken


def _or_nothing(kind: Kind[Any], name: str, documents: Mapping[str, Schema]) -> Schema:
    """A field, or what takes its value away: null, and for a customer's choice also an empty text."""
    schema = _or_null(_field(kind, name, documents))
    if kind.name == "customer" and isinstance(kind.by_name[name], OneOf):
        schema["anyOf"].append({"const": ""})
    return schema


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def told_apart(by: str, to: str, schemas: Mapping[str, str]) -> list[Schema]:
    """For ``allOf``: where ``by`` is a name, ``to`` has the schema of that name."""
    return [
        {"if": {"properties": {by: {"const": name}}}, "then": {"properties": {to: {"$ref": ref}}}}
        for name, ref in schemas.items()
    ]


def those_with(verb: str) -> Iterable[Kind[Any]]:
    """The kinds of which people may do something by ``create``, ``edit`` or ``remove``."""
    return (kind for kind in KINDS.values() if verb in kind.verbs)


def _field(kind: Kind[Any], name: str, documents: Mapping[str, Schema]) -> Schema:
    """A field as its struct has it, within the limits that are declared."""
    field, schema = kind.by_name[name], dict(documents[kind.record.__name__]["properties"][name])
    if field.required:  # its default says nothing, and so cannot stand
        schema.pop("default", None)
    return {**schema, **field.limits}

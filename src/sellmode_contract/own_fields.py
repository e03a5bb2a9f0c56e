"""What a retailer's own fields of customers may be called, so that they can be written, filtered by and told apart.

``problems`` says it of any; in files they are ``[[field]]`` tables, those of a group after it as ``pet.species``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from sellmode_contract import table_files, text
from sellmode_contract.filters.fields import BUILT_IN_NAMES, can_be_typed
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.table_files import TableFile

MAX_NAME = 40
"""Characters of a name, as of any entry of a customer's ``custom``."""
TABLE = "field"
"""Name of the tables in files."""
_IN_FILES = ("name", "label", "type", "choices", "metafield")
_METAFIELD = re.compile(r"[\w-]+\.[\w-]+", re.ASCII)
_BUILT_IN = BUILT_IN_NAMES | {name.partition(".")[0] for name in BUILT_IN_NAMES}


class Problem(NamedTuple):
    """What is wrong with a field."""

    name: str
    """Of the field: ``pet.species`` for one of a group."""
    part: str
    """What of it: ``name``, ``label``, ``type``, ``choices`` or ``metafield``."""
    detail: str


def check(defined: Iterable[CustomField]) -> None:
    """Raise ValueError with the first thing that is wrong with a retailer's own fields."""
    for problem in problems(defined):
        raise ValueError(problem.detail)


def problems(defined: Iterable[CustomField]) -> Iterator[Problem]:
    """Everything that is wrong with a retailer's own fields; the last of two that are alike is at fault."""
    fields = list(defined)
    for field in fields:
        yield from _of_name(field.name, field.name, field.name)
        if field.name in _BUILT_IN:
            detail = f"every customer has a field {field.name!r} already: choose another name"
            yield Problem(field.name, "name", detail)
        yield from _of_rest(field.name, field)
        if field.fields and field.type != "group":
            yield Problem(field.name, "type", f"{field.name!r} has fields, which only a group has: remove them first")
        for inner in field.fields:
            key, path = field.key_of(inner.name), f"{field.name}.{field.key_of(inner.name)}"
            yield from _of_name(key, inner.name, path)
            yield from _of_rest(path, inner)
            if inner.type == "group":
                detail = f"{inner.name!r} stands in the group {field.name!r}: a group has no groups"
                yield Problem(path, "type", detail)
        keys = [field.key_of(inner.name) for inner in field.fields]
        for key, count in _several(keys):
            detail = f"the group {field.name!r} has {count} fields with the name {key!r}"
            yield Problem(f"{field.name}.{key}", "name", detail)
    for name, count in _several([field.name for field in fields]):
        yield Problem(name, "name", f"the retailer has {count} fields with the name {name!r}")
    for metafield, count in _several([field.metafield for field in fields if field.metafield]):
        last = [field.name for field in fields if field.metafield == metafield][-1]
        yield Problem(last, "metafield", f"{count} fields are the metafield {metafield!r}")


def _of_name(key: str, name: str, path: str) -> Iterator[Problem]:
    """``key`` is the name without that of its group, ``name`` as it was given."""
    if not can_be_typed(key) or "." in key or len(key) > MAX_NAME:
        detail = (
            f"{text.visible(name)!r} cannot be the name of a field: lower-case letters, digits and _, a letter first,"
            f" {MAX_NAME} at most, and none of has, none, or, and, not (people read its label)"
        )
        yield Problem(path, "name", detail)


def _of_rest(path: str, field: CustomField) -> Iterator[Problem]:
    if not field.label.strip():
        yield Problem(path, "label", f"{field.name!r} needs a label, which people read")
    if field.type == "choice" and not field.choices:
        yield Problem(path, "type", f"{field.name!r} is a choice and needs its choices")
    if field.type != "choice" and field.choices:
        yield Problem(path, "choices", f"{field.name!r} is no choice and has none")
    if len({choice.strip() for choice in field.choices} - {""}) < len(field.choices):
        yield Problem(path, "choices", f"the choices of {field.name!r} have to be different, and none empty")
    if field.metafield and (not _METAFIELD.fullmatch(field.metafield) or field.type == "group" or "." in path):
        detail = f"the metafield of {field.name!r} is written facts.skin_type, and a group or a field of one has none"
        yield Problem(path, "metafield", detail)


def _several(names: Sequence[str]) -> list[tuple[str, int]]:
    """Those that are there more than once, and how often."""
    return [(name, count) for name in dict.fromkeys(names) if (count := names.count(name)) > 1]


# ------------------------------------------------------------------ all in a row, and in files


def in_a_row(defined: Iterable[CustomField]) -> dict[str, CustomField]:
    """The fields by their names, those of a group after it: ``pet.species``."""
    row: dict[str, CustomField] = {}
    for field in defined:
        row[field.name] = msgspec.structs.replace(field, fields=())
        row.update({(path := f"{field.name}.{key}"): msgspec.structs.replace(inner, name=path)
                    for key, inner in field.parts.items()})  # fmt: skip
    return row


def write_fields(defined: Iterable[CustomField]) -> str:
    """A file of fields that ``read_fields`` reads as they are. What is as usual is left out."""
    documents: Iterable[dict[str, Any]] = map(msgspec.to_builtins, in_a_row(defined).values())
    return table_files.as_text(
        TABLE, ({name: document[name] for name in _IN_FILES if name in document} for document in documents)
    )


def read_fields(content: str, defined: Iterable[CustomField]) -> list[CustomField]:
    """The fields that there are, with those of a file in place of those that they name. Raises TableFileError."""
    file = TableFile(content, TABLE)
    fields = {field.name: field for field in defined}
    tables: dict[str, table_files.Table] = {}
    for table in file.tables:
        field = table_files.struct(file, table, CustomField, _IN_FILES)
        group, _, key = field.name.partition(".")
        if field.name in tables:
            raise file.error("There is another field of this name above.", table, "name")
        if not key:
            there = fields.get(group)
            fields[group] = msgspec.structs.replace(field, fields=there.fields if there else ())
        elif group not in fields or fields[group].type != "group":
            raise file.error(f"there is no group {text.visible(group)!r}: it stands above its fields", table, "name")
        else:
            parts = {**fields[group].parts, key: msgspec.structs.replace(field, name=key)}
            fields[group] = msgspec.structs.replace(fields[group], fields=tuple(parts.values()))
        tables[field.name] = table
    for problem in problems(fields.values()):
        if problem.name in tables:
            raise file.error(problem.detail, tables[problem.name], problem.part)
    return list(fields.values())

"""What a retailer's own fields of customers may be called, so that they can be written, filtered by and told apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from sellmode_contract import text
from sellmode_contract.filters.fields import BUILT_IN_NAMES, can_be_typed
from sellmode_contract.kinds.retailer import CustomField

MAX_NAME = 40
"""Characters of a name, as of any entry of a customer's ``custom``."""
_METAFIELD = re.compile(r"[\w-]+\.[\w-]+", re.ASCII)
_BUILT_IN = BUILT_IN_NAMES | {name.partition(".")[0] for name in BUILT_IN_NAMES}


def check(defined: Iterable[CustomField]) -> None:
    """Raise ValueError with the first thing that is wrong with a retailer's own fields."""
    fields = list(defined)
    for field in fields:
        _check_name(field.name, field.name)
        if field.name in _BUILT_IN:
            raise ValueError(f"every customer has a field {field.name!r} already: call yours otherwise")
        _check_rest(field)
        for key, inner in field.parts.items():
            _check_name(key, inner.name)
            _check_rest(inner)
            if inner.type == "group":
                raise ValueError(f"{inner.name!r} stands in the group {field.name!r}: a group has no groups")
        _check_different(f"the group {field.name!r}", (field.key_of(inner.name) for inner in field.fields))
    _check_different("the retailer", (field.name for field in fields))
    for metafield, count in Counter(field.metafield for field in fields if field.metafield).items():
        if count > 1:
            raise ValueError(f"{count} fields are the metafield {metafield!r}")


def _check_name(key: str, name: str) -> None:
    """``key`` is the name without that of its group."""
    if not can_be_typed(key) or "." in key or len(key) > MAX_NAME:
        shown = text.visible(name)
        raise ValueError(
            f"{shown!r} cannot be the name of a field: small letters, digits and _, a letter first, {MAX_NAME} at"
            " most, and none of has, none, or, and, not (people read its label)"
        )


def _check_rest(field: CustomField) -> None:
    if not field.label.strip():
        raise ValueError(f"{field.name!r} needs a label, which people read")
    if (field.type == "choice") != bool(field.choices):
        raise ValueError(
            f"{field.name!r} is a choice and needs its choices"
            if field.type == "choice"
            else f"{field.name!r} is no choice and has none"
        )
    if len({choice.strip() for choice in field.choices} - {""}) < len(field.choices):
        raise ValueError(f"the choices of {field.name!r} have to be different, and none empty")
    if field.metafield and (not _METAFIELD.fullmatch(field.metafield) or field.type == "group"):
        raise ValueError(
            f"the metafield of {field.name!r} is written facts.skin_type, and a group or a field of one has none"
        )


def _check_different(whose: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"{whose} has {count} fields with the name {name!r}")

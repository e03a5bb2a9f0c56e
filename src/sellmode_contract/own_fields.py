"""What a retailer's own fields of customers may be called, so that they can be written, filtered by and told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sellmode_contract import text
from sellmode_contract.filters.fields import BUILT_IN_NAMES, can_be_typed
from sellmode_contract.kinds.retailer import CustomField

MAX_NAME = 40
"""Characters of a name, as of any entry of a customer's ``custom``."""
_BUILT_IN = BUILT_IN_NAMES | {name.partition(".")[0] for name in BUILT_IN_NAMES}


def check(defined: Iterable[CustomField]) -> None:
    """Raise ValueError with the first thing that is wrong with a retailer's own fields."""
    fields = list(defined)
    for field in fields:
        _check_name(field.name, field.name)
        if field.name in _BUILT_IN:
            raise ValueError(f"every customer has a field {field.name!r} already: call yours otherwise")
        for key, inner in field.parts.items():
            _check_name(key, inner.name)
            if inner.type == "group":
                raise ValueError(f"{inner.name!r} stands in the group {field.name!r}: a group has no groups")
        _check_different(f"the group {field.name!r}", (field.key_of(inner.name) for inner in field.fields))
    _check_different("the retailer", (field.name for field in fields))


def _check_name(key: str, name: str) -> None:
    """``key`` is the name without that of its group."""
    if not can_be_typed(key) or "." in key or len(key) > MAX_NAME:
        shown = text.visible(name)
        raise ValueError(
            f"{shown!r} cannot be the name of a field: small letters, digits and _, a letter first, {MAX_NAME} at"
            " most, and none of has, none, or, and, not (people read its label)"
        )


def _check_different(whose: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"{whose} has {count} fields with the name {name!r}")

"""What does not fit a type, in words: which field, and what would be right. No value is repeated."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_PLACE: Final = re.compile(r" - at `\$\.?(?:\[\.\.\.\])?(?P<field>[\w-]*)")
_MISSING: Final = re.compile(r"missing required field `(?P<field>[^`]+)`")
_UNKNOWN: Final = re.compile(r"unknown field `(?P<field>[^`]+)`")
_EXPECTED: Final = re.compile(r"Expected `(?P<wanted>[^`]+)`")
_CALLED: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "empty",
}


class Misfit(NamedTuple):
    """What is wrong, at which field; the field is empty if it is the whole."""

    field: str
    why: str
    """As a sentence, with the field's name."""


def misfit(error: Exception, known: Iterable[str] = ()) -> Misfit:
    """What an error of msgspec's means; ``known`` are the fields that there are."""
    text = str(error)
    if found := _MISSING.search(text):
        return Misfit(found["field"], f"{found['field']} is missing.")
    if found := _UNKNOWN.search(text):
        return Misfit("", f"{found['field']} is not known here. There are {', '.join(known)}.")
    place, expected = _PLACE.search(text), _EXPECTED.search(text)
    field = place["field"] if place else ""
    kinds = expected["wanted"].split(" | ") if expected else []
    wanted = " or ".join(_CALLED.get(kind, kind) for kind in kinds)
    return Misfit(field, f"{field or 'It'} {f'has to be {wanted}' if wanted else 'is not one of what it may be'}.")

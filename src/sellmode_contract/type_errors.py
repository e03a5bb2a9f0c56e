"""What does not fit a type, in words: which field, and what would be right. No value is repeated."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from sellmode_contract.translatable import Translatable, marked

_PLACE: Final = re.compile(r" - at `\$\.?(?:\[\.\.\.\])?(?P<field>[\w-]*)")
_MISSING: Final = re.compile(r"missing required field `(?P<field>[^`]+)`")
_UNKNOWN: Final = re.compile(r"unknown field `(?P<field>[^`]+)`")
_EXPECTED: Final = re.compile(r"Expected `(?P<wanted>[^`]+)`")
_CALLED: Final = {
    "str": marked("text"),
    "int": marked("a whole number"),
    "float": marked("a number"),
    "bool": marked("true or false"),
    "array": marked("a list"),
    "object": marked("an object"),
    "null": marked("empty"),
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
        return Misfit(found["field"], Translatable("{field} is missing.", field=found["field"]))
    if found := _UNKNOWN.search(text):
        names = ", ".join(known)
        return Misfit(
            "", Translatable("{field} is not known here. There are {names}.", field=found["field"], names=names)
        )
    place, expected = _PLACE.search(text), _EXPECTED.search(text)
    field = place["field"] if place else ""
    if not expected:
        return Misfit(
            field,
            Translatable("{field} is not one of what it may be.", field=field)
            if field
            else marked("It is not one of what it may be."),
        )
    wanted = functools.reduce(
        lambda one, other: Translatable("{one} or {other}", one=one, other=other),
        (Translatable.said(_CALLED.get(kind, kind)) for kind in expected["wanted"].split(" | ")),
    )
    return Misfit(
        field,
        Translatable("{field} has to be {wanted}.", field=field, wanted=wanted)
        if field
        else Translatable("It has to be {wanted}.", wanted=wanted),
    )

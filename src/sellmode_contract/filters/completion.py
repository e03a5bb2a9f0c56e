"""What may be typed next in a filter. Works on unfinished and faulty text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import get_args

import msgspec

from sellmode_contract.filters.fields import Field, FieldType, typed_name
from sellmode_contract.filters.tree import PeriodName, quoted
from sellmode_contract.search import fold, words
from sellmode_contract.translatable import marked

_TOKEN = re.compile(r'\s+|[(),]|!=|<=|>=|[:=<>]|"(?:[^"\\]|\\.)*"?|[^\s(),":=<>!]+|!', re.DOTALL)
_CLOSED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_EQUAL = frozenset({":", "=", "!="})
_OPERATORS = _EQUAL | {"<", "<=", ">", ">="}
_REST_OF_WORD = re.compile(r'[^\s(),":=<>!]*')
_REST_OF_QUOTE = re.compile(r'(?:[^"\\]|\\.)*"|', re.DOTALL)

_SIGN: dict[FieldType, str] = {"number": ">=", "money": ">=", "date": ">", "anniversary": "<"}
_LENGTHS = {
    "7d": marked("a week"),
    "30d": marked("30 days"),
    "90d": marked("90 days"),
    "6m": marked("six months"),
    "1y": marked("a year"),
}


class Completion(msgspec.Struct, frozen=True):
    """A replacement of the text from `start` to `end`. Show it by `text.visible`: values come from outside."""

    start: int
    end: int
    text: str
    description: str = ""


class _Place(msgspec.Struct, frozen=True):
    """Where the cursor is: what is typed of a name or word, or of a value of `field`."""

    start: int
    end: int
    typed: str
    field: str | None = None
    sign: str = ""


def complete(
    text: str,
    cursor: int,
    catalogue: Iterable[Field],
    values: Callable[[Field, str], Iterable[str]] = lambda field, _typed: field.values,
) -> list[Completion]:
    """What fits at `cursor`: names of fields, or values of the field there; all of them, best first.

    `values(field, typed)` gives a field's values where the catalogue does not know them (tags in use, colleagues); it
    may give more than fit what was typed.
    """
    fields = list(catalogue)
    place = _place(text, max(0, min(cursor, len(text))))
    if place is None:
        return []
    if place.field is None:
        names = [(field.name, field.name + _SIGN.get(field.type, ":"), field.description) for field in fields]
        names += [
            ("has", "has:", marked("There is a value")),
            ("none", "none:", marked("There is no value")),
        ]
        return _fitting(place, typed_name(place.typed), names)
    if place.field in ("has", "none"):
        return _fitting(
            place, typed_name(place.typed), [(field.name, field.name, field.description) for field in fields]
        )
    field = next((field for field in fields if field.name == place.field), None)
    if field is None:
        return []
    known = dict(_own_values(field, place.sign))
    if place.sign in _EQUAL:
        known.update((quoted(value), "") for value in values(field, place.typed))
        known["*"] = marked("Any value")
    return _fitting(place, fold(place.typed), [(fold(text), text, about) for text, about in known.items()])


def _own_values(field: Field, sign: str) -> Iterable[tuple[str, str]]:
    """Values that come with the type."""
    match field.type:
        case "boolean" if sign in _EQUAL:
            yield from (("yes", ""), ("no", ""))
        case "person" if sign in _EQUAL:
            yield from (("me", marked("Mine")), ("nobody", marked("Assigned to nobody")))
        case "anniversary" if sign not in _EQUAL:
            yield from _LENGTHS.items()
        case "date" | "anniversary":
            if sign not in _EQUAL:
                yield from _LENGTHS.items()
            yield from ((name, "") for name in get_args(PeriodName))


def _fitting(place: _Place, typed: str, candidates: Iterable[tuple[str, str, str]]) -> list[Completion]:
    """Candidates (key, text, description) whose key begins with what is typed, then those with a word that does."""
    typed = typed.replace("-", "_")  # interchangeable in names and choices
    first: list[Completion] = []
    second: list[Completion] = []
    for key, text, description in candidates:
        completion = Completion(place.start, place.end, text, description)
        if key.removeprefix('"').replace("-", "_").startswith(typed):
            first.append(completion)
        elif any(word.startswith(typed) for word in words(key.replace("_", " ").replace("-", " "))):
            second.append(completion)
    return first + second


def _place(text: str, cursor: int) -> _Place | None:
    """What the cursor stands at the end of; None inside quotes that are words to search for."""
    name = ""  # a word that an operator may follow
    field: str | None = None  # of the value being typed
    sign = ""
    typed = ""
    start = cursor
    rest = _REST_OF_WORD
    for token in _TOKEN.finditer(text, 0, cursor):
        part = token.group()
        rest = _REST_OF_WORD
        if part.isspace():
            if field is not None and typed:
                field = None
            start, typed = token.end(), ""
        elif field is not None and part == ",":
            start, typed = token.end(), ""
        elif part in ("(", ")", ","):
            name, field, start, typed = "", None, token.end(), ""
        elif field is not None:  # a bare value may hold operators: tag:size:M
            start = start if typed else token.start()
            typed += _unquoted(part)
            if part.startswith('"') and not _CLOSED.fullmatch(part):
                rest = _REST_OF_QUOTE
        elif part in _OPERATORS and name:
            field, sign, name, start, typed = typed_name(name), part, "", token.end(), ""
        elif part.startswith('"'):
            if token.end() == cursor:
                return None
            name, typed = "", ""
        else:
            name = part.lstrip("-")
            start, typed = token.end() - len(name), name
    found = rest.match(text, cursor)
    end = found.end() if found and (typed or field is not None) else cursor
    return _Place(start, end, typed, field, sign)


def _unquoted(part: str) -> str:
    return re.sub(r"\\(.)", r"\1", part[1:].removesuffix('"'), flags=re.DOTALL) if part.startswith('"') else part

"""TOML files of tables: ``[[rule]]`` and the like, with a struct's fields.

What is wrong is said with its line and column. The standard library's reader gives values without their places, so
``_places`` looks for these in what it has accepted.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from sellmode_contract.text import visible

MAX_FILE = 1_000_000
"""Characters."""

_S = TypeVar("_S", bound=msgspec.Struct)


class TableFileError(ValueError):
    """What is wrong with a file, and where. Its text is safe to print."""

    def __init__(self, message: str, line: int, column: int, *, called: str = "", field: str = "") -> None:
        """Lines and columns count from 1, columns in characters. ``called``: the table's slug, title or name."""
        self.message = visible(message)
        self.line, self.column = line, column
        self.called, self.field = visible(called), visible(field)
        about = "".join(f"{part}: " for part in (self.called, self.field) if part)
        super().__init__(f"line {line}, column {column}: {about}{self.message}")


# ------------------------------------------------------------------ reading


class Table(NamedTuple):
    """A table of a file with its place and those of its keys."""

    fields: dict[str, Any]
    at: int
    values: dict[str, tuple[int, int]]
    """Where a key, and its value, begin."""


class TableFile:
    """A file whose tables all have one name, or TableFileError."""

    def __init__(self, text: str, name: str) -> None:
        # As the reader does, so that a place counts the same characters; some editors begin a file with a mark.
        self._text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        document = self._read()
        places = _places(self._text)
        for key in document:
            if key != name:
                raise self._at(f"the file can only have tables [[{name}]]", places.of(key), field=key)
        tables = document.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self._at(f"write it as [[{name}]]", places.of(name), field=name)
        found = places.tables.get(name, [])
        if len(found) != len(tables):  # written as an array in line, which says no more than where it begins
            found = [(places.of(name), dict[str, tuple[int, int]]())] * len(tables)
        self.tables = [Table(fields, *place) for fields, place in zip(tables, found, strict=True)]

    def _read(self) -> dict[str, Any]:
        if len(self._text) > MAX_FILE:
            raise TableFileError(f"the file has more than {MAX_FILE} characters", 1, 1)
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            message, _, place = str(error).rpartition(" (at ")
            if found := _LINE_AND_COLUMN.search(place):
                raise TableFileError(message, int(found[1]), int(found[2])) from None
            raise self._at(message or str(error), len(self._text.rstrip())) from None
        except (RecursionError, ValueError):  # brackets without end; a number of thousands of digits
            raise TableFileError("this is not valid TOML", 1, 1) from None

    def error(
        self, message: str, table: Table, field: str, inside: int | None = None, *, of_key: bool = False
    ) -> TableFileError:
        """What is wrong with a field of a table; ``inside`` counts characters of the field's text."""
        key, place = table.values.get(field, (table.at, table.at))
        if of_key:
            place = key
        elif inside is not None and field in table.values:
            place = _inside(self._text, place, inside)
        called = next(
            (text for name in ("slug", "title", "name") if isinstance(text := table.fields.get(name), str)), ""
        )
        return self._at(message, place, called=called, field=field)

    def _at(self, message: str, offset: int, *, called: str = "", field: str = "") -> TableFileError:
        line = self._text.count("\n", 0, offset) + 1
        column = offset - self._text.rfind("\n", 0, offset)
        return TableFileError(message, line, column, called=called[:100], field=field[:100])


_LINE_AND_COLUMN = re.compile(r"line (\d+), column (\d+)")


def struct(file: TableFile, table: Table, type: type[_S], names: Sequence[str], **given: Any) -> _S:
    """A table as a struct, of whose fields a file has those of ``names``. Raises TableFileError."""
    for field in table.fields:
        if field not in names:
            message = f"no such field; there are {', '.join(names)}"
            raise file.error(message, table, field, of_key=True)
    read = {field: _as_text(value) for field, value in table.fields.items()}
    try:
        return msgspec.convert({**read, **given}, type)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        found = _FIELD.search(path or message)
        field = found[1] if found else ""
        if message.startswith("Object missing"):
            message = "it is missing"
        elif choices := _choices(type, field):
            message = f"it is one of {', '.join(choices)}"
        raise file.error(message, table, field) from None


_FIELD = re.compile(r"`(?:\$\.)?(\w+)")


def _as_text(value: Any) -> Any:
    """TOML's own days and times as records have them."""
    match value:
        case dt.datetime(tzinfo=None) | dt.time():
            return value.isoformat(timespec="minutes")
        case dt.date():
            return value.isoformat()
    return value


def _choices(type: type[msgspec.Struct], field: str) -> list[str]:
    """What a field may be, if it is one of a few."""
    hint = get_type_hints(type).get(field)
    options = [hint, *get_args(hint)]
    return [str(choice) or '""' for option in options if get_origin(option) is Literal for choice in get_args(option)]


# ------------------------------------------------------------------ places


class _Places(NamedTuple):
    """Where the parts of a TOML text begin, in characters from 0."""

    tables: dict[str, list[tuple[int, dict[str, tuple[int, int]]]]]
    """Of each ``[[name]]``: where it stands, and where its keys and their values begin."""
    keys: dict[str, int]
    """Of everything at the top."""

    def of(self, key: str) -> int:
        return self.keys.get(key, 0)


_HEADER = re.compile(r"""(\[\[?)\s*("(?:\\.|[^"\\])*"|'[^']*'|[^\s.\]]+)\s*(?:\.\s*([^\s.\]]+))?[^\n]*""")
_KEY = re.compile(r"""("(?:\\.|[^"\\])*"|'[^']*'|[^\s.=]+)(?:\s*\.[^=\n]*)?\s*=\s*""")
_PARTS = (
    r'"""(?:\\.|(?!""").)*"{3,5}',
    r"'''(?:(?!''').)*'{3,5}",
    r'"(?:\\.|[^"\\])*"',
    r"'[^']*'",
    r"#[^\n]*",
    r"[\[\]{}\n]",
)
_PART = re.compile("|".join(_PARTS), re.DOTALL)
_BLANK = re.compile(r"(?:\s|#[^\n]*(?:\n|$))*")


def _places(text: str) -> _Places:
    """The places in a text that is TOML."""
    found = _Places({}, {})
    into: dict[str, tuple[int, int]] | None = None
    at = _skip(text, 0)
    while at < len(text):
        if header := _HEADER.match(text, at):
            name = _unquoted(header[2])
            found.keys.setdefault(name, at)
            if header[3] and into is not None:
                into.setdefault(_unquoted(header[3]), (at, at))
            else:
                into = {}
                found.tables.setdefault(name, []).append((at, into))
            at = _skip(text, header.end())
        elif key := _KEY.match(text, at):
            if into is None:
                found.keys.setdefault(_unquoted(key[1]), at)
            else:
                into.setdefault(_unquoted(key[1]), (at, key.end()))
            at = _skip(text, _value_end(text, key.end()))
        else:
            break
    return found


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _value_end(text: str, at: int) -> int:
    depth = 0
    for part in _PART.finditer(text, at):
        match part[0]:
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
            case "\n" if depth <= 0:
                return part.start()
    return len(text)


def _unquoted(key: str) -> str:
    return key[1:-1] if key[:1] in ('"', "'") else key


_UNIT = re.compile(r"\\u.{4}|\\U.{8}|\\[ \t]*\n\s*|\\.|.", re.DOTALL)


def _inside(text: str, at: int, count: int) -> int:
    """Where in a TOML string, which begins at ``at``, so many characters have gone by."""
    quote = next((mark for mark in ('"""', "'''", '"', "'") if text.startswith(mark, at)), "")
    at += len(quote)
    if len(quote) == 3 and text.startswith("\n", at):
        at += 1
    if not quote.startswith('"'):
        return min(at + count, len(text))
    for unit in _UNIT.finditer(text, at):
        folded = unit[0].startswith("\\") and "\n" in unit[0]
        if count <= 0 and not folded:
            return unit.start()
        count -= not folded
    return len(text)


# ------------------------------------------------------------------ writing


def as_text(name: str, tables: Iterable[Mapping[str, Any]]) -> str:
    """A file of tables of one name, with their fields as ``msgspec.to_builtins`` gives them; a map is a table below."""
    return "\n".join(f"[[{name}]]\n{_fields(name, fields)}" for fields in tables)


def _fields(table: str, fields: Mapping[str, Any]) -> str:
    flat = (f"{field} = {_toml(value)}\n" for field, value in fields.items() if not isinstance(value, Mapping))
    below = (
        f"\n[{table}.{field}]\n{_fields(f'{table}.{field}', value)}"
        for field, value in fields.items()
        if isinstance(value, Mapping)
    )
    return "".join((*flat, *below))


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
    return repr(value)


_PLAIN = re.compile(r"[^\x00-\x1f\x7f']*")
_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')
_SHORT = {"\t": r"\t", "\r": r"\r", '"': r"\"", "\\": r"\\"}


def _quoted(text: str) -> str:
    """A TOML string: several lines as they are; what has quotes, such as a filter, without escapes where it can be."""
    if '"' in text and _PLAIN.fullmatch(text):
        return f"'{text}'"
    lines = [_ESCAPED.sub(_escape, line) for line in text.split("\n")]
    return f'"{lines[0]}"' if len(lines) == 1 else '"""\n' + "\n".join(lines) + '"""'


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0], f"\\u{ord(found[0]):04X}")

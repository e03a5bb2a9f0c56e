"""What is to be written, as it comes on a command line, from a file or from standard input.

What stands on a command line can be read by other users of the machine while the command runs, and stays in the
shell's history: for personal data there is standard input (``-``) or a file everywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, get_args, get_type_hints

import click
import msgspec

from sellmode_contract.kinds.fields import Field, Number
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.money import HOW, read_number
from sellmode_contract.mutations import EDITABLE_FIELDS
from sellmode_contract.text import visible
from sellmode_contract.wire import MAX_MUTATION_BYTES
from sellmode_tui.commands.kit.exit_codes import Exit, Failure

STANDARD_INPUT: Final = "-"
_SETS: Final = {"tag": "tags", "tags": "tags", "preference": "preferences", "preferences": "preferences"}


set_option = click.option(
    "--set", "assignments", metavar="FIELD=VALUE", multiple=True, help="Set FIELD; an empty VALUE clears it."
)


def from_option(help: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option ``--from``."""
    return click.option("--from", "source", metavar="FILE", help=f"{help} - reads standard input.")


def pairs(assignments: Iterable[str], option: str) -> list[tuple[str, str]]:
    """``FIELD=VALUE`` taken apart. Raises Failure."""
    found = []
    for assignment in assignments:
        field, equals, value = assignment.partition("=")
        if not equals or not field.strip():
            raise Failure(f"{option} takes FIELD=VALUE.", Exit.USAGE)  # not repeated: it may hold a name
        found.append((field.strip(), value))
    return found


def field_values(assignments: Iterable[str], retailer: Retailer | None) -> dict[str, Any]:
    """What ``--set`` gives, by field, with numbers where the retailer's field is one. Raises Failure."""
    numbers = {f"custom.{own.name}" for own in (retailer.custom_fields if retailer else ()) if own.type == "number"}
    values: dict[str, Any] = {}
    for field, value in pairs(assignments, "--set"):
        if field == "address":
            raise Failure("An address has several parts: give it with --from.", Exit.USAGE)
        if field in _SETS:
            raise Failure(f"{visible(field)} are a set: use --add and --remove.", Exit.USAGE)
        values[field] = (_number(field, value) if field in numbers else value) if value else None
    return values


def _number(field: str, value: str) -> float:
    try:
        return float(read_number(value))
    except ValueError:
        raise Failure(f"{visible(field)} is a number: {HOW}.", Exit.USAGE) from None


def elements(assignments: Iterable[str], option: str) -> dict[str, list[str]]:
    """What ``--add`` or ``--remove`` gives, by set. Raises Failure."""
    found: dict[str, list[str]] = {}
    for field, value in pairs(assignments, option):
        if field not in _SETS:
            raise Failure(f"{option} takes tag=VALUE or preference=VALUE.", Exit.USAGE)
        found.setdefault(_SETS[field], []).append(value)
    return found


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by field as a new customer's document has them: ``sizes.shoes`` inside ``sizes``."""
    doc: dict[str, Any] = {}
    for field, value in values.items():
        name, dot, entry = field.partition(".")
        if dot and name not in EDITABLE_FIELDS:
            doc.setdefault(name, {})[entry] = value
        else:
            doc[field] = value
    return doc


def typed_values(kind: Kind[Any], assignments: Iterable[str]) -> dict[str, Any]:
    """Values for fields of a record of a kind, from ``FIELD=VALUE``; elements are parted by commas. Raises Failure."""
    hints = get_type_hints(kind.record)
    values: dict[str, Any] = {}
    for field, typed in pairs(assignments, "--set"):
        if field not in kind.edited:
            fixed = field == "id" or field in kind.by_name
            known = ", ".join(name for name in kind.content if name in kind.edited)
            why = "cannot be changed." if fixed else f"is not a field; there are {known}."
            raise Failure(f"{visible(field)} {why}", Exit.USAGE)
        values[field] = typed_value(kind, field, typed, hints[field])
    return values


def typed_value(kind: Kind[Any], field: str, typed: str, hint: Any) -> Any:
    """A field's value, of its struct's type, from a text; empty takes it away. Raises Failure."""
    blank = kind.blank[field]
    given: Any = typed
    if not typed and field not in kind.needed:
        given = blank
    elif isinstance(blank, list):
        given = [part.strip() for part in typed.split(",")]
    try:
        if isinstance(kind.by_name[field], Number) and given is typed:
            given = str(read_number(typed))
        return msgspec.convert(given, hint, strict=False)
    except (ValueError, msgspec.ValidationError):
        raise Failure(
            f"{field} cannot have this value: it is {_wanted(hint, kind.by_name[field])}.", Exit.USAGE
        ) from None


def _wanted(hint: Any, field: Field) -> str:
    choices = [each for option in (hint, *get_args(hint)) for each in get_args(option) if isinstance(each, str)]
    if choices:
        return f"one of {', '.join(choice or '(nothing)' for choice in choices)}"
    return f"{field.wants}: {HOW}" if isinstance(field, Number) else field.wants


def read_json(source: str) -> dict[str, Any]:
    """The JSON object in a file or standard input. Raises Failure, which says where it is wrong and repeats nothing."""
    content = _read(source, MAX_MUTATION_BYTES)
    try:
        value = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        place = str(error).rpartition("(")[2].rstrip(")") if "(byte" in str(error) else "it is not JSON"
        raise Failure(f"{source_name(source)} cannot be read: {place}.", Exit.USAGE) from None
    if not isinstance(value, dict):
        raise Failure(f"{source_name(source)} has to hold one JSON object.", Exit.USAGE)
    return value


def read_text(given: str | None) -> str:
    """A text from the command line, or standard input for ``-`` and for none. Raises Failure."""
    if given is not None and given != STANDARD_INPUT:
        return given
    return read_file(STANDARD_INPUT).removesuffix("\n")


def read_file(source: str, most: int = MAX_MUTATION_BYTES) -> str:
    """The text of a file, or of standard input for ``-``, of so many bytes at most. Raises Failure."""
    try:
        return _read(source, most).decode()
    except UnicodeDecodeError:
        raise Failure(f"{source_name(source)} is not UTF-8 text.", Exit.USAGE) from None


def _read(source: str, most: int) -> bytes:
    if source == STANDARD_INPUT:
        return _bounded(sys.stdin.buffer, source, most)
    try:
        with Path(source).open("rb") as file:
            return _bounded(file, source, most)
    except OSError as error:
        raise Failure(f"{source_name(source)} cannot be read: {error.strerror}.", Exit.USAGE) from None


def _bounded(file: BinaryIO, source: str, most: int) -> bytes:
    content = file.read(most + 1)
    if len(content) > most:
        raise Failure(f"{source_name(source)} is larger than {most // 1024} KB.", Exit.USAGE)
    return content


def source_name(source: str) -> str:
    """A file or standard input, for people."""
    return "Standard input" if source == STANDARD_INPUT else visible(source)

"""What is to be written, as it comes on a command line, from a file or from standard input.

What stands on a command line can be read by other users of the machine while the command runs, and stays in the
shell's history: for personal data there is standard input (``-``) or a file everywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import click
import msgspec

from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.mutations import EDITABLE_FIELDS
from sellmode_contract.text import visible
from sellmode_contract.wire import MAX_MUTATION_BYTES
from sellmode_tui.commands.outcome import Exit, Failure

STANDARD_INPUT: Final = "-"
_SETS: Final = {"tag": "tags", "tags": "tags", "preference": "preferences", "preferences": "preferences"}

_Command = TypeVar("_Command", bound=Callable[..., Any])


def set_option(command: _Command) -> _Command:
    """Give a command the option ``--set``."""
    return click.option(
        "--set", "assignments", metavar="FIELD=VALUE", multiple=True, help="Set FIELD; an empty VALUE takes it away."
    )(command)


def from_option(help: str) -> Callable[[_Command], _Command]:
    """Give a command the option ``--from``."""
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
        return float(value)
    except ValueError:
        raise Failure(f"{visible(field)} is a number.", Exit.USAGE) from None


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


def read_json(source: str) -> dict[str, Any]:
    """The JSON object in a file or standard input. Raises Failure, which says where it is wrong and repeats nothing."""
    content = _read(source, MAX_MUTATION_BYTES)
    try:
        value = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        place = str(error).rpartition("(")[2].rstrip(")") if "(byte" in str(error) else "it is no JSON"
        raise Failure(f"{_named(source)} cannot be read: {place}.", Exit.USAGE) from None
    if not isinstance(value, dict):
        raise Failure(f"{_named(source)} has to hold one JSON object.", Exit.USAGE)
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
        raise Failure(f"{_named(source)} is not UTF-8 text.", Exit.USAGE) from None


def _read(source: str, most: int) -> bytes:
    if source == STANDARD_INPUT:
        return _bounded(sys.stdin.buffer, source, most)
    try:
        with Path(source).open("rb") as file:
            return _bounded(file, source, most)
    except OSError as error:
        raise Failure(f"{_named(source)} cannot be read: {error.strerror}.", Exit.USAGE) from None


def _bounded(file: BinaryIO, source: str, most: int) -> bytes:
    content = file.read(most + 1)
    if len(content) > most:
        raise Failure(f"{_named(source)} has more than {most // 1024} KB.", Exit.USAGE)
    return content


def _named(source: str) -> str:
    return "Standard input" if source == STANDARD_INPUT else visible(source)
